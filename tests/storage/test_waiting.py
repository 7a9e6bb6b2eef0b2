"""S3 stopped, silent, slow, cut short, answering 500: forms still save, the file says 待上传 and comes later."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, transaction
from django.template.loader import render_to_string
from django.test import Client
from pytest_django import Settings

from grants.people.models import User
from storage import waiting
from storage.backends import Unavailable, at, home, key_of, spool, store
from storage.backends.minio import MinioStore
from storage.commands import attach, finish, keep, start, upload
from storage.enums import UploadState
from storage.links import address
from storage.models import Document, Upload
from storage.ports import MayRead
from storage.queries import attachments_of
from storage.refusal import Refused
from storage.sweeping import Swept, sweep
from storage.verify import verify
from storage.waiting import bring, bring_all
from tests.storage import files
from tests.storage.conftest import NOW
from tests.storage.faultproxy import Fault, Proxy, proxied
from tests.storage.servers import Server

pytestmark = pytest.mark.django_db(transaction=True)
BROKEN = [Fault.STOPPED, Fault.SILENT, Fault.FAILING, Fault.CUT_PUT]
PAPER = files.saying("paper", 300_000)
KILLED_WHILE_BRINGING = """
import os, sys, threading, time
import django
django.setup()
from storage.waiting import bring
threading.Timer(float(sys.argv[2]), lambda: os.kill(os.getpid(), 9)).start()
bring(sys.argv[1])
time.sleep(60)
"""


@pytest.fixture
def line(s3: Server) -> Iterator[Proxy]:
    """The line to the server, sound as yet."""
    with proxied(s3.port) as proxy:
        yield proxy


@pytest.fixture
def bucket(s3: Server, line: Proxy, settings: Settings) -> str:
    """Documents belong into an empty bucket behind the line; the server is given little time to answer."""
    name = s3.bucket()
    settings.STORAGE_URL = s3.url(name, port=line.port)
    main = home()
    assert isinstance(main, MinioStore)
    main.__init__(main.address, scratch=main.scratch, connect=0.5, read=0.5)  # type: ignore[misc]
    waiting.Tries.after = 0.0
    return name


def kept(s3: Server, bucket: str) -> list[str]:
    """What lies in the bucket, as its server tells it."""
    return [str(one.object_name) for one in s3.client().list_objects(bucket, recursive=True)]


def state(document: Document) -> str:
    return Upload.objects.get(pk=document.pk).state


def paper(actor: User, content: bytes = PAPER) -> Document:
    return keep(files.file(content), actor=actor, now=NOW)


def test_with_a_sound_line_a_file_is_there_when_the_form_is_saved(zhou: User, s3: Server, bucket: str, line: Proxy):
    document = paper(zhou)

    assert state(document) == UploadState.FINISHED
    assert kept(s3, bucket) == [document.key]
    assert list(spool().names()) == []
    assert line.puts() == 1
    with store().open(document.key) as file:
        assert file.read() == PAPER


@pytest.mark.parametrize("fault", BROKEN)
def test_on_a_bad_line_the_form_saves_and_the_file_comes_through_later(
    zhou: User, *, record: Group, s3: Server, bucket: str, line: Proxy, fault: Fault
):
    line.fault = fault

    document = paper(zhou)
    attach(record, "form", document, actor=zhou, now=NOW)

    (bound,) = attachments_of(record)
    assert bound.document.waits
    assert bound.document.upload.get_state_display() == "待上传"
    assert kept(s3, bucket) == []
    assert bring_all() == 0
    with store().open(document.key) as file:
        assert file.read() == PAPER

    line.fault = Fault.NONE
    assert bring_all() == 1
    assert bring_all() == 0

    (bound,) = attachments_of(record)
    assert not bound.document.waits
    assert kept(s3, bucket) == [document.key]
    assert list(spool().names()) == []
    with store().open(document.key) as file:
        assert file.read() == PAPER
    assert list(verify(unclaimed_for=timedelta(0))) == []


def test_a_page_waits_for_a_silent_store_once_and_not_again(zhou: User, bucket: str, line: Proxy):
    line.fault = Fault.SILENT
    paper(zhou)
    before = time.monotonic()

    papers = [paper(zhou, files.saying(str(n), 300_000)) for n in range(5)]

    assert time.monotonic() - before < 2
    assert {state(one) for one in papers} == {UploadState.WAITING}


def test_a_store_that_trickles_holds_nobody_up(zhou: User, bucket: str, line: Proxy, s3: Server):
    line.fault = Fault.SLOW
    before = time.monotonic()
    document = paper(zhou)
    assert time.monotonic() - before < waiting.PATIENCE + 2
    line.fault = Fault.NONE
    bring_all()
    assert state(document) == UploadState.FINISHED
    assert kept(s3, bucket) == [document.key]


@pytest.mark.parametrize("fault", [Fault.CUT_GET, Fault.SHORT])
def test_a_file_on_a_line_that_cuts_every_answer_is_pieced_together(zhou: User, bucket: str, line: Proxy, fault: Fault):
    document = paper(zhou)
    line.fault = fault
    with store().open(document.key) as file:
        assert file.read() == PAPER


@pytest.mark.parametrize("fault", [Fault.STOPPED, Fault.SILENT, Fault.FAILING])
def test_a_file_that_breaks_off_for_good_is_never_taken_for_whole(zhou: User, bucket: str, line: Proxy, fault: Fault):
    document = paper(zhou)
    with store().open(document.key) as file:
        line.fault = fault
        with pytest.raises(Unavailable):
            file.read()


@pytest.mark.parametrize("fault", [Fault.STOPPED, Fault.SILENT, Fault.FAILING])
def test_a_reader_is_told_that_it_comes_later(
    client: Client,
    *,
    zhou: User,
    record: Group,
    bucket: str,
    line: Proxy,
    fault: Fault,
    readers: Callable[[MayRead | None], None],
):
    readers(lambda _actor, _attachment: True)
    client.force_login(zhou)
    bound = attach(record, "form", paper(zhou), actor=zhou, now=NOW)
    line.fault = fault

    answer = client.get(address(bound), follow=True)

    assert answer.status_code == 503
    assert answer.content.decode().startswith("材料暂时取不出来")
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Retry-After"] == "60"
    line.fault = Fault.NONE
    assert client.get(address(bound), follow=True).getvalue() == PAPER


def test_what_waits_is_read_on_this_machine_meanwhile(
    client: Client, *, zhou: User, record: Group, bucket: str, line: Proxy, readers: Callable[[MayRead | None], None]
):
    readers(lambda _actor, _attachment: True)
    client.force_login(zhou)
    line.fault = Fault.STOPPED
    bound = attach(record, "form", paper(zhou), actor=zhou, now=NOW)
    assert client.get(address(bound), follow=True).getvalue() == PAPER


def test_what_fails_its_inspection_never_reaches_the_store(zhou: User, s3: Server, bucket: str, line: Proxy):
    with pytest.raises(Refused):
        paper(zhou, files.EXE)
    assert (kept(s3, bucket), line.puts()) == ([], 0)


def test_what_is_rolled_back_never_reaches_the_store(zhou: User, s3: Server, bucket: str, line: Proxy):
    with transaction.atomic():
        paper(zhou)
        transaction.set_rollback(True)
    assert (kept(s3, bucket), line.puts()) == ([], 0)
    assert not Document.objects.exists()


def test_a_spool_without_room_refuses_with_words_and_keeps_nothing(
    zhou: User, bucket: str, line: Proxy, settings: Settings
):
    line.fault = Fault.STOPPED
    settings.STORAGE_SPOOL_MB = 1
    first = [paper(zhou, files.saying(str(n), 300_000)) for n in range(3)]

    with pytest.raises(Refused) as refusal:
        paper(zhou, files.saying("9", 300_000))

    assert refusal.value.code == "not_stored"
    assert "填好的内容不受影响" in refusal.value.message
    assert Document.objects.count() == len(first) == len(list(spool().names()))


def test_a_store_away_at_the_finish_is_said_and_the_upload_can_be_finished_later(zhou: User, bucket: str, line: Proxy):
    """Its bytes were brought by an equal file of somebody else's, and the copy here went with that."""
    opened = start(actor=zhou, name="a.pdf", size=len(PAPER), now=NOW)
    upload(opened, io.BytesIO(PAPER), actor=zhou)
    with spool().open(key_of(Upload.objects.get().sha256)) as file:
        home().save(file, size=len(PAPER))
    spool().delete(key_of(Upload.objects.get().sha256))
    line.fault = Fault.STOPPED

    with pytest.raises(Refused) as refusal:
        finish(opened, actor=zhou, now=NOW)

    assert refusal.value.code == "store_away"
    line.fault = Fault.NONE
    document = finish(opened, actor=zhou, now=NOW)
    assert state(document) == UploadState.FINISHED


def test_equal_files_that_wait_come_through_together(zhou: User, chen: User, bucket: str, line: Proxy, s3: Server):
    line.fault = Fault.STOPPED
    mine, hers = paper(zhou), paper(chen)
    line.fault, line.requests = Fault.NONE, []

    assert bring_all() == 1

    assert {state(mine), state(hers)} == {UploadState.FINISHED}
    assert line.puts() == 1
    assert kept(s3, bucket) == [mine.key]


def test_a_copy_that_another_upload_still_needs_stays(zhou: User, chen: User, bucket: str, line: Proxy):
    opened = start(actor=chen, name="a.pdf", size=len(PAPER), now=NOW)
    upload(opened, io.BytesIO(PAPER), actor=chen)

    document = paper(zhou)

    assert state(document) == UploadState.FINISHED
    assert list(spool().names()) == [document.key]
    finish(opened, actor=chen, now=NOW)
    assert list(spool().names()) == []


@pytest.mark.faults
@pytest.mark.parametrize("after", [0.0, 0.05, 0.3])
def test_a_process_killed_while_bringing_leaves_a_file_that_waits_or_is_there(
    zhou: User, *, bucket: str, line: Proxy, s3: Server, settings: Settings, after: float
):
    line.fault = Fault.STOPPED
    document = paper(zhou)
    line.fault = Fault.SLOW if after == 0.3 else Fault.NONE
    child = (
        "import os; from django.conf import settings; import django; django.setup(); "
        f"settings.DATABASES['default']['NAME'] = {connection.settings_dict['NAME']!r}; "
        f"from pathlib import Path; settings.STORAGE_SPOOL = Path({str(settings.STORAGE_SPOOL)!r})\n"
    ) + KILLED_WHILE_BRINGING
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "grants.settings.test",
        "STORAGE_URL": settings.STORAGE_URL,
    }
    done = subprocess.run([sys.executable, "-c", child, document.sha256, str(after)], env=environment, check=False)
    assert done.returncode == -signal.SIGKILL

    line.fault = Fault.NONE
    bring_all()

    assert state(document) == UploadState.FINISHED
    assert kept(s3, bucket) == [document.key]
    with home().open(document.key) as file:
        assert file.read() == PAPER
    assert Document.objects.count() == 1


def test_two_clocks_at_once_bring_each_file_once(zhou: User, bucket: str, line: Proxy, settings: Settings):
    import fcntl  # noqa: PLC0415

    line.fault = Fault.STOPPED
    paper(zhou)
    line.fault = Fault.NONE
    with (Path(settings.STORAGE_SPOOL) / ".bringing").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert bring_all() == 0
    assert bring_all() == 1


def test_a_copy_that_was_spoiled_in_the_spool_never_becomes_the_document(
    zhou: User, *, bucket: str, line: Proxy, settings: Settings, s3: Server, caplog: pytest.LogCaptureFixture
):
    line.fault = Fault.STOPPED
    document = paper(zhou)
    path = Path(settings.STORAGE_SPOOL) / document.key
    path.chmod(0o600)
    path.write_bytes(PAPER[::-1])
    line.fault = Fault.NONE

    assert bring_all() == 0

    assert state(document) == UploadState.WAITING
    assert document.key not in kept(s3, bucket)
    assert "are nowhere" in caplog.text
    assert {fault.code for fault in verify()} == {"digest"}


def test_a_sweep_takes_from_the_spool_what_nobody_waits_for(zhou: User, bucket: str, line: Proxy, settings: Settings):
    line.fault = Fault.STOPPED
    document = paper(zhou)
    opened = start(actor=zhou, name="a.pdf", size=len(files.PDF), now=NOW)
    upload(opened, io.BytesIO(files.PDF), actor=zhou)
    for path in Path(settings.STORAGE_SPOOL).rglob("*"):
        os.utime(path, (0, 0))

    swept = sweep(now=NOW + timedelta(days=1))

    assert swept == Swept(uploads=1, files=1, partial=0)
    assert list(spool().names()) == [document.key]
    assert state(document) == UploadState.WAITING


def test_what_waited_for_a_bucket_comes_home_to_a_folder_as_well(
    zhou: User, bucket: str, line: Proxy, settings: Settings, tmp_path: Path
):
    line.fault = Fault.STOPPED
    document = paper(zhou)
    settings.STORAGE_URL = (tmp_path / "folder").as_uri()

    bring(document.sha256)

    assert state(document) == UploadState.FINISHED
    assert at(settings.STORAGE_URL).exists(document.key)


@pytest.mark.parametrize(
    "change",
    [
        {"state": UploadState.RECEIVED, "document": None},
        {"state": UploadState.EXPIRED, "document": None},
        {"sha256": "0" * 64},
        {"name": "b.pdf"},
        {"state": UploadState.FINISHED, "name": "b.pdf"},
    ],
)
def test_the_database_lets_a_waiting_upload_arrive_and_nothing_else(
    zhou: User, bucket: str, line: Proxy, change: dict[str, Any]
):
    line.fault = Fault.STOPPED
    document = paper(zhou)

    with pytest.raises(DatabaseError, match="a waiting upload only arrives"), transaction.atomic():
        Upload.objects.filter(pk=document.pk).update(**change)

    assert Upload.objects.filter(pk=document.pk).update(state=UploadState.FINISHED) == 1


def test_a_document_that_waits_says_so_on_its_row_alone(zhou: User, record: Group, bucket: str, line: Proxy):
    attach(record, "form", paper(zhou, PAPER + b"1"), actor=zhou, now=NOW)
    line.fault = Fault.STOPPED
    attach(record, "form", paper(zhou, PAPER + b"2"), actor=zhou, now=NOW)
    rows = [{"attachment": one, "name": one.document.name, "url": address(one)} for one in attachments_of(record)]

    page = render_to_string("components/documents.html", {"documents": rows})

    assert [("待上传" in row) for row in page.split("<tr>")[2:]] == [False, True]
