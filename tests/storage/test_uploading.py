"""start → upload → finish: a document for good, or a reason and nothing."""

from __future__ import annotations

import hashlib
import io
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from pytest_django import Settings

from grants.people.models import User
from storage.backends import store
from storage.commands import finish, keep, start, upload
from storage.enums import Scan, UploadState
from storage.models import Document, Upload
from storage.refusal import Refused
from tests.storage import files
from tests.storage.conftest import NOW

pytestmark = pytest.mark.django_db


def received(actor: User, content: bytes = files.PDF, name: str = "a.pdf") -> Upload:
    """An upload whose bytes have come."""
    opened = start(actor=actor, name=name, size=len(content), now=NOW)
    upload(opened, io.BytesIO(content), actor=actor)
    return opened


def code_of(refusal: pytest.ExceptionInfo[Refused]) -> str:
    return refusal.value.code


def test_a_finished_upload_is_a_document(zhou: User):
    opened = start(actor=zhou, name="../申报书.pdf", size=len(files.PDF), now=NOW)
    assert (opened.state, str(opened)) == (UploadState.STARTED, "申报书.pdf")
    upload(opened, io.BytesIO(files.PDF), actor=zhou)

    document = finish(opened, actor=zhou, now=NOW + timedelta(hours=1))

    document.refresh_from_db()
    assert document.name == str(document) == "申报书.pdf"
    assert document.sha256 == hashlib.sha256(files.PDF).hexdigest()
    assert document.size == len(files.PDF)
    assert document.media_type == "application/pdf"
    assert document.scan == Scan.UNSCANNED
    assert document.get_scan_display() == "未查毒"
    assert (document.uploaded_by, document.uploaded_at) == (zhou, NOW + timedelta(hours=1))
    assert document.upload.state == UploadState.FINISHED
    with store().open(document.key) as file:
        assert file.read() == files.PDF


def test_finishing_again_gives_the_same_document(zhou: User):
    opened = received(zhou)
    assert finish(opened, actor=zhou, now=NOW) == finish(opened, actor=zhou, now=NOW + timedelta(days=9))
    assert Document.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_two_finishes_at_once_give_one_document(zhou: User, full: bool):
    count = 250 if full else 5
    uploads = [received(zhou, files.PDF + bytes([n])) for n in range(count)]
    both = threading.Barrier(2)

    def press(opened: Upload) -> Document:
        try:
            both.wait(timeout=30)
            return finish(opened, actor=zhou, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        documents = list(pool.map(press, [opened for opened in uploads for _ in range(2)]))

    assert documents[::2] == documents[1::2]
    assert Document.objects.count() == count


def test_equal_bytes_of_two_people_are_two_documents_on_one_key(zhou: User, chen: User):
    mine, hers = (keep(files.file(), actor=person, now=NOW) for person in (zhou, chen))

    assert mine.pk != hers.pk
    assert mine.key == hers.key
    assert len(list(store().names())) == 1


def test_a_plain_form_keeps_a_file_in_one_go(zhou: User):
    form_file = SimpleUploadedFile("现场照片.png", files.PNG, content_type="application/x-lies")
    form_file.read()

    document = keep(form_file, actor=zhou, now=NOW)

    assert (document.name, document.media_type) == ("现场照片.png", "image/png")


def test_a_file_without_a_name_is_refused(zhou: User):
    with pytest.raises(Refused) as refusal:
        keep(files.file(name=""), actor=zhou, now=NOW)
    assert code_of(refusal) == "suffix"


@pytest.mark.parametrize(
    ("name", "size", "code"),
    [("a.pdf", 0, "empty"), ("a.pdf", -1, "empty"), ("a.pdf", 10**9, "too_large"), ("a.doc", 9, "old_office")],
)
def test_what_name_or_size_rule_out_is_never_started(zhou: User, name: str, size: int, code: str):
    with pytest.raises(Refused) as refusal:
        start(actor=zhou, name=name, size=size, now=NOW)
    assert code_of(refusal) == code
    assert not Upload.objects.exists()


@pytest.mark.parametrize("size", [len(files.PDF) - 1, len(files.PDF) + 1])
def test_a_stream_of_another_length_is_refused_and_may_come_again(zhou: User, size: int):
    opened = start(actor=zhou, name="a.pdf", size=size, now=NOW)

    with pytest.raises(Refused) as refusal:
        upload(opened, io.BytesIO(files.PDF), actor=zhou)

    assert code_of(refusal) == "wrong_size"
    assert list(store().names()) == []
    upload(opened, io.BytesIO((files.PDF + b"\n")[:size]), actor=zhou)
    assert finish(opened, actor=zhou, now=NOW).size == size


def test_a_dropped_connection_is_refused_and_may_come_again(zhou: User):
    opened = start(actor=zhou, name="a.pdf", size=len(files.PDF), now=NOW)

    with pytest.raises(Refused) as refusal:
        upload(opened, files.Breaking(files.PDF[:9], ConnectionResetError()), actor=zhou)

    assert code_of(refusal) == "not_stored"
    opened.refresh_from_db()
    assert opened.state == UploadState.STARTED
    upload(opened, io.BytesIO(files.PDF), actor=zhou)


def test_a_store_that_cannot_write_refuses_and_makes_no_row(zhou: User, folder: Path):
    folder.write_text("a file where the folder should be", encoding="utf-8")

    with pytest.raises(Refused) as refusal:
        keep(files.file(), actor=zhou, now=NOW)

    assert code_of(refusal) == "not_stored"
    assert not Document.objects.exists()


def test_a_crash_between_file_and_row_leaves_no_document(zhou: User):
    class Crash(Exception):
        pass

    with pytest.raises(Crash):
        keep_then_crash(zhou, Crash())

    assert not Document.objects.exists()
    assert not Upload.objects.exists()
    assert keep(files.file(), actor=zhou, now=NOW).size == len(files.PDF)


def keep_then_crash(actor: User, crash: Exception) -> None:
    with transaction.atomic():
        keep(files.file(), actor=actor, now=NOW)
        raise crash


def test_finishing_before_the_bytes_came_is_refused(zhou: User):
    opened = start(actor=zhou, name="a.pdf", size=9, now=NOW)
    with pytest.raises(Refused) as refusal:
        finish(opened, actor=zhou, now=NOW)
    assert code_of(refusal) == "not_received"


def test_bytes_that_vanished_are_asked_for_again(zhou: User):
    opened = received(zhou)
    (name,) = store().names()
    store().delete(name)

    with pytest.raises(Refused) as refusal:
        finish(opened, actor=zhou, now=NOW)

    assert code_of(refusal) == "not_received"
    upload(opened, io.BytesIO(files.PDF), actor=zhou)
    assert finish(opened, actor=zhou, now=NOW).name == "a.pdf"


def test_a_later_sending_replaces_an_earlier_one(zhou: User):
    opened = received(zhou, files.PDF + b"1")
    upload(opened, io.BytesIO(files.PDF + b"2"), actor=zhou)
    assert finish(opened, actor=zhou, now=NOW).sha256 == hashlib.sha256(files.PDF + b"2").hexdigest()


def test_a_program_renamed_to_pdf_stays_refused_with_its_reason(zhou: User):
    opened = received(zhou, files.EXE, "申报书.pdf")

    for again in (finish, finish):
        with pytest.raises(Refused) as refusal:
            again(opened, actor=zhou, now=NOW)
        assert code_of(refusal) == "executable"
        assert refusal.value.message == "这是可以运行的程序，不能上传。请上传文档或图片。"

    opened.refresh_from_db()
    assert opened.state == UploadState.REFUSED
    assert opened.refusal_code == "executable"
    assert not Document.objects.exists()


def test_a_refused_upload_takes_no_more_bytes(zhou: User):
    opened = received(zhou, files.EXE)
    with pytest.raises(Refused):
        finish(opened, actor=zhou, now=NOW)

    with pytest.raises(Refused) as refusal:
        upload(opened, io.BytesIO(files.EXE), actor=zhou)

    assert code_of(refusal) == "executable"


def test_a_finished_upload_takes_no_more_bytes(zhou: User):
    opened = received(zhou)
    document = finish(opened, actor=zhou, now=NOW)

    with pytest.raises(Refused) as refusal:
        upload(opened, io.BytesIO(files.PDF[::-1]), actor=zhou)

    assert code_of(refusal) == "closed"
    document.refresh_from_db()
    assert document.sha256 == hashlib.sha256(files.PDF).hexdigest()


def test_an_upload_is_its_owners(zhou: User, chen: User):
    opened = received(zhou)

    with pytest.raises(Refused) as finishing:
        finish(opened, actor=chen, now=NOW)
    with pytest.raises(Refused) as sending:
        upload(opened, io.BytesIO(files.PDF), actor=chen)

    assert code_of(finishing) == code_of(sending) == "not_yours"


def test_an_upload_ends_after_24_hours(zhou: User):
    opened = received(zhou)
    with pytest.raises(Refused) as refusal:
        finish(opened, actor=zhou, now=NOW + timedelta(hours=24))
    assert code_of(refusal) == "expired"


def test_a_lower_limit_counts_at_the_finish_too(zhou: User, settings: Settings):
    opened = received(zhou)
    settings.STORAGE_MAX_BYTES = 3
    with pytest.raises(Refused) as refusal:
        finish(opened, actor=zhou, now=NOW)
    assert code_of(refusal) == "too_large"


class Nosy(io.BytesIO):
    """A stream during which something else happens."""

    def __init__(self, content: bytes, opened: Upload) -> None:
        super().__init__(content)
        self.opened = opened

    def read(self, size: int | None = -1, /) -> bytes:
        Upload.objects.filter(pk=self.opened.pk).update(state=UploadState.EXPIRED)
        return super().read(size)


def test_an_upload_that_expires_while_bytes_come_stays_expired(zhou: User):
    opened = start(actor=zhou, name="a.pdf", size=len(files.PDF), now=NOW)

    with pytest.raises(Refused) as refusal:
        upload(opened, Nosy(files.PDF, opened), actor=zhou)

    assert code_of(refusal) == "closed"
    opened.refresh_from_db()
    assert opened.state == UploadState.EXPIRED


@pytest.mark.parametrize("change", [{"state": UploadState.EXPIRED}, {"sha256": "0" * 64}])
def test_an_upload_that_changes_during_its_inspection_is_not_finished(zhou: User, change: dict[str, str]):
    opened = received(zhou)
    looks = 0

    def meddle(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal looks
        if sql.startswith("SELECT") and "storage_upload" in sql:
            looks += 1
            if looks == 2:
                Upload.objects.filter(pk=opened.pk).update(**change)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(meddle), pytest.raises(Refused) as refusal:
        finish(opened, actor=zhou, now=NOW)

    assert code_of(refusal) == "closed"
    assert not Document.objects.exists()


def test_a_document_that_another_finish_made_meanwhile_is_returned(zhou: User):
    opened = received(zhou)
    looks, made = 0, []

    def overtake(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal looks
        if sql.startswith("SELECT") and "storage_upload" in sql:
            looks += 1
            if looks == 2:
                made.append(finish(opened, actor=zhou, now=NOW))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(overtake):
        document = finish(opened, actor=zhou, now=NOW)

    assert made == [document]
