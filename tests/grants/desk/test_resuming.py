"""A file comes in pieces: tus 1.0 as a client speaks it, to the document at the end."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import io
import os
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from django.http import HttpResponse, UnreadablePostError
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from grants.people.models import User
from storage import arriving
from storage.backends import store
from storage.enums import UploadState
from storage.models import Document, Upload
from storage.sweeping import sweep
from tests.storage import files
from workflow import clock

pytestmark = pytest.mark.django_db
PIECE = "application/offset+octet-stream"
NAMED = f"filename {base64.b64encode('申报书.pdf'.encode()).decode()}"


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path, settings: Settings) -> None:
    settings.STORAGE_URL = (tmp_path / "documents").as_uri()
    settings.STORAGE_PIECES = tmp_path / "pieces"


@pytest.fixture
def zhou() -> User:
    return User.objects.create_user("zhou", name="小周")


class Sender:
    """A tus client of one person."""

    def __init__(self, person: User) -> None:
        self.client = Client()
        self.client.force_login(person)

    def asks(self, method: str, path: str, body: bytes = b"", kind: str = "", **headers: Any) -> HttpResponse:
        """One request, with the header of the protocol unless it is said otherwise."""
        plain: dict[str, Any] = {"CONTENT_TYPE": kind, "CONTENT_LENGTH": "0"} if kind and not body else {}
        sent = {"Tus-Resumable": "1.0.0"} | {name.replace("_", "-"): str(value) for name, value in headers.items()}
        return self.client.generic(  # type: ignore[return-value]
            method, path, body, kind, headers={name: value for name, value in sent.items() if value}, **plain
        )

    def begins(self, name: str = "申报书.pdf", length: int = len(files.PDF)) -> HttpResponse:
        """An upload is asked for."""
        named = base64.b64encode(name.encode()).decode()
        return self.asks("POST", reverse("uploads"), Upload_Length=length, Upload_Metadata=f"filename {named}")

    def begun(self, name: str = "申报书.pdf", content: bytes = files.PDF) -> str:
        """Where to send it."""
        answer = self.begins(name, len(content))
        assert answer.status_code == 201
        return str(answer.headers["Location"])

    def head(self, path: str) -> HttpResponse:
        return self.asks("HEAD", path)

    def sends(self, path: str, body: bytes, offset: Any, kind: str = PIECE, **headers: Any) -> HttpResponse:
        return self.asks("PATCH", path, body, kind, Upload_Offset=offset, **headers)


@pytest.fixture
def sender(zhou: User) -> Sender:
    return Sender(zhou)


def upload_at(path: str) -> Upload:
    return Upload.objects.get(pk=UUID(path.strip("/").rpartition("/")[2]))


def pieces() -> list[Path]:
    folder = arriving._folder()  # noqa: SLF001 -- what lies on the disk is what this is about
    return sorted(folder.iterdir()) if folder.is_dir() else []


def test_a_file_in_two_pieces_is_a_document(sender: Sender, zhou: User):
    path = sender.begun()
    half = len(files.PDF) // 2
    first = sender.sends(path, files.PDF[:half], 0)
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, str(half))
    last = sender.sends(path, files.PDF[half:], half)

    document = Document.objects.get()
    assert (last.status_code, last.headers["Upload-Offset"]) == (204, str(len(files.PDF)))
    assert last.headers["Upload-Document"] == str(document.pk) == str(upload_at(path).pk)
    assert unquote(last.headers["Upload-Name"]) == document.name == "申报书.pdf"
    assert (document.uploaded_by, document.sha256) == (zhou, hashlib.sha256(files.PDF).hexdigest())
    with store().open(document.key) as file:
        assert file.read() == files.PDF
    assert pieces() == []


def test_options_says_what_is_understood(sender: Sender, settings: Settings):
    for path in (reverse("uploads"), sender.begun()):
        answer = sender.asks("OPTIONS", path, Tus_Resumable="")
        assert answer.status_code == 204
        assert answer.headers["Tus-Version"] == answer.headers["Tus-Resumable"] == "1.0.0"
        assert answer.headers["Tus-Extension"] == "creation,expiration,termination"
        assert answer.headers["Tus-Max-Size"] == str(settings.STORAGE_MAX_BYTES)


@pytest.mark.parametrize("version", ["", "0.2.2", "2.0.0"])
def test_another_version_is_refused_and_ours_is_named(sender: Sender, version: str):
    path = sender.begun()
    for method, where in (("POST", reverse("uploads")), ("HEAD", path), ("PATCH", path), ("DELETE", path)):
        answer = sender.asks(method, where, Tus_Resumable=version)
        assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")
    assert upload_at(path).state == UploadState.STARTED


def test_creation_says_where_and_until_when(sender: Sender):
    answer = sender.begins()
    upload = Upload.objects.get()
    assert answer.status_code == 201
    assert answer.headers["Location"] == reverse("upload", args=[upload.pk])
    assert parsedate_to_datetime(answer.headers["Upload-Expires"]) == upload.expires_at.replace(microsecond=0)
    assert (upload.name, upload.declared_size, upload.arrived) == ("申报书.pdf", len(files.PDF), 0)


@pytest.mark.parametrize("length", ["", "-1", "ten", "1.5", "١", "9" * 20])
def test_a_creation_without_a_length_is_refused(sender: Sender, length: str):
    assert sender.asks("POST", reverse("uploads"), Upload_Length=length, Upload_Metadata=NAMED).status_code == 400
    assert not Upload.objects.exists()


@pytest.mark.parametrize("metadata", ["", "filename", "filename !!!", "filename /w==", "other YQ==", ",,,"])
def test_a_creation_without_a_readable_name_is_refused(sender: Sender, metadata: str):
    answer = sender.asks("POST", reverse("uploads"), Upload_Length="9", Upload_Metadata=metadata)
    assert (answer.status_code, answer.content.decode()) == (400, "没有说明文件的大小和名字。")


def test_what_else_is_told_beside_the_name_is_passed_over(sender: Sender):
    answer = sender.asks("POST", reverse("uploads"), Upload_Length="9", Upload_Metadata=f"done,page YQ==,{NAMED}")
    assert answer.status_code == 201


def test_a_file_too_large_is_refused_before_its_first_byte(sender: Sender, settings: Settings):
    answer = sender.begins(length=settings.STORAGE_MAX_BYTES + 1)
    assert answer.status_code == 413
    assert "超过了每个文件" in answer.content.decode()


@pytest.mark.parametrize(("name", "length", "words"), [("a.exe", 9, "可以运行的程序"), ("a.pdf", 0, "空的")])
def test_what_name_or_size_rule_out_is_refused_before_its_first_byte(
    sender: Sender, name: str, length: int, words: str
):
    answer = sender.begins(name, length)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_one_person_has_so_many_unfinished_uploads_and_no_more(sender: Sender, zhou: User):
    paths = [sender.begun() for _ in range(arriving.MOST_OPEN)]
    refused = sender.begins()
    assert (refused.status_code, Upload.objects.count()) == (429, arriving.MOST_OPEN)
    assert "还没有传完" in refused.content.decode()
    assert Sender(User.objects.create_user("chen", name="老陈")).begins().status_code == 201

    sender.asks("DELETE", paths[0])
    sender.sends(paths[1], files.PDF, 0)
    assert [sender.begins().status_code for _ in range(3)] == [201, 201, 429]


def test_head_says_how_far_it_has_come_and_is_not_kept_by_caches(sender: Sender):
    path = sender.begun()
    assert told(sender.head(path)) == (200, "0")
    sender.sends(path, files.PDF[:7], 0)
    answer = sender.head(path)
    assert told(answer) == (200, "7")
    assert answer.headers["Upload-Length"] == str(len(files.PDF))
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_piece_gives_it_a_day_more(sender: Sender):
    path = sender.begun()
    with clock.held(clock.now() + timedelta(hours=23)):
        sender.sends(path, files.PDF[:7], 0)
    with clock.held(clock.now() + timedelta(hours=46)):
        assert told(sender.sends(path, files.PDF[7:9], 7)) == (204, "9")


@pytest.mark.parametrize("offset", [0, 6, 8, 999_999])
def test_a_piece_from_elsewhere_is_a_conflict_and_changes_nothing(sender: Sender, offset: int):
    path = sender.begun()
    sender.sends(path, files.PDF[:7], 0)
    assert told(sender.sends(path, b"x", offset))[0] in {409, 413}
    assert told(sender.head(path)) == (200, "7")
    assert pieces()[0].read_bytes() == files.PDF[:7]


def test_a_conflict_says_how_far_it_really_is(sender: Sender):
    path = sender.begun()
    sender.sends(path, files.PDF[:7], 0)
    assert told(sender.sends(path, b"x", 3)) == (409, "7")


@pytest.mark.parametrize("offset", ["", "-1", "x", "1e3"])
def test_a_piece_says_where_it_begins(sender: Sender, offset: str):
    assert sender.sends(sender.begun(), b"x", offset).status_code == 400


def test_a_piece_of_another_content_type_is_not_taken(sender: Sender):
    path = sender.begun()
    assert sender.sends(path, b"x", 0, kind="application/octet-stream").status_code == 415
    assert told(sender.head(path)) == (200, "0")


def test_more_than_was_announced_is_not_taken(sender: Sender):
    path = sender.begun()
    assert sender.sends(path, files.PDF + b"x", 0).status_code == 413
    assert told(sender.head(path)) == (200, "0")


def test_an_empty_piece_changes_nothing(sender: Sender):
    path = sender.begun()
    assert told(sender.sends(path, b"", 0)) == (204, "0")


def test_another_persons_upload_is_like_none(sender: Sender):
    path, chen = sender.begun(), Sender(User.objects.create_user("chen", name="老陈"))
    sender.sends(path, files.PDF[:7], 0)
    nowhere = reverse("upload", args=[UUID(int=7)])
    for method in ("HEAD", "PATCH", "DELETE"):
        theirs, none = (chen.asks(method, where, b"x", PIECE, Upload_Offset=7) for where in (path, nowhere))
        assert (theirs.status_code, theirs.content) == (none.status_code, none.content)
        assert theirs.status_code == 404
    assert told(sender.head(path)) == (200, "7")


def test_nobody_sends_without_signing_in(sender: Sender):
    path, stranger = sender.begun(), Client()
    for method, where in (("POST", reverse("uploads")), ("PATCH", path), ("HEAD", path), ("DELETE", path)):
        answer = stranger.generic(method, where, headers={"Tus-Resumable": "1.0.0"})
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (302, reverse("login"))


def test_a_request_that_no_page_of_ours_made_is_refused(zhou: User, sender: Sender):
    path = sender.begun()
    sender.client = Client(enforce_csrf_checks=True)
    sender.client.force_login(zhou)
    assert sender.begins().status_code == sender.sends(path, b"x", 0).status_code == 403
    sender.client.get(reverse("home"))
    token = sender.client.cookies["csrftoken"].value
    assert told(sender.sends(path, b"x", 0, X_CSRFToken=token)) == (204, "1")


def test_given_up_is_gone_with_all_that_came(sender: Sender):
    path = sender.begun()
    sender.sends(path, files.PDF[:7], 0)
    assert sender.asks("DELETE", path).status_code == 204
    assert pieces() == []
    assert sender.head(path).status_code == sender.sends(path, files.PDF[7:], 7).status_code == 410
    assert not Document.objects.exists()


def test_a_document_is_not_given_up(sender: Sender):
    path = sender.begun()
    sender.sends(path, files.PDF, 0)
    assert sender.asks("DELETE", path).status_code == 204
    assert sender.head(path).headers["Upload-Document"] == str(Document.objects.get().pk)


def test_where_only_post_passes_the_method_is_named_in_a_header(sender: Sender):
    path = sender.begun()
    answer = sender.asks("POST", path, files.PDF[:7], PIECE, Upload_Offset=0, X_HTTP_Method_Override="PATCH")
    assert told(answer) == (204, "7")
    assert sender.asks("POST", path).status_code == sender.asks("POST", path, X_HTTP_Method_Override="GET").status_code
    assert sender.asks("GET", path).status_code == sender.asks("PUT", path).status_code == 405


def test_asking_again_about_a_whole_upload_gives_the_same_document(sender: Sender):
    path = sender.begun()
    first = sender.sends(path, files.PDF, 0)
    for again in (sender.head(path), sender.sends(path, b"", len(files.PDF)), sender.head(path)):
        assert again.headers["Upload-Document"] == first.headers["Upload-Document"]
        assert again.headers["Upload-Offset"] == str(len(files.PDF))
    assert Document.objects.count() == 1
    assert sender.sends(path, b"x", 0).status_code == 409


def test_a_refusal_is_told_in_words_and_stays(sender: Sender):
    path = sender.begun("照片.pdf", files.PNG)
    answer = sender.sends(path, files.PNG, 0)
    assert answer.status_code == 422
    assert "这个文件其实是" in (words := answer.content.decode())
    again = sender.head(path)
    assert (again.status_code, unquote(again.headers["Upload-Refusal"])) == (422, words)
    assert upload_at(path).state == UploadState.REFUSED
    assert pieces() == []


def test_a_refusal_is_told_in_the_persons_language(sender: Sender):
    assert (
        b"empty"
        in sender.asks(
            "POST", reverse("uploads"), Upload_Length="0", Upload_Metadata=NAMED, Accept_Language="en"
        ).content
    )


def test_a_row_that_says_more_than_the_disk_has_is_not_believed(sender: Sender):
    path = sender.begun()
    sender.sends(path, files.PDF[:9], 0)
    pieces()[0].write_bytes(files.PDF[:5])
    assert told(sender.head(path)) == (200, "5")
    pieces()[0].unlink()
    assert told(sender.head(path)) == (200, "0")
    assert told(sender.sends(path, files.PDF, 0)) == (204, str(len(files.PDF)))


def test_a_disk_that_has_more_than_the_row_says_is_cut(sender: Sender):
    path = sender.begun()
    sender.sends(path, files.PDF[:9], 0)
    with pieces()[0].open("ab") as file:
        file.write(b"written, never flushed")
    assert told(sender.head(path)) == (200, "9")
    sender.sends(path, files.PDF[9:], 9)
    assert Document.objects.get().sha256 == hashlib.sha256(files.PDF).hexdigest()


def test_a_whole_upload_that_a_kill_left_open_is_finished_by_asking(sender: Sender):
    path = sender.begun()
    upload = upload_at(path)
    sender.sends(path, files.PDF[:-1], 0)
    with pieces()[0].open("ab") as file:
        file.write(files.PDF[-1:])
    Upload.objects.filter(pk=upload.pk).update(arrived=len(files.PDF))
    assert sender.head(path).headers["Upload-Document"] == str(upload.pk)


def test_two_at_the_same_upload_one_waits(sender: Sender):
    path = sender.begun()
    sender.sends(path, files.PDF[:7], 0)
    with pieces()[0].open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        answer = sender.sends(path, files.PDF[7:], 7)
    assert (answer.status_code, answer.headers["Retry-After"]) == (423, "20")
    assert told(sender.sends(path, files.PDF[7:], 7)) == (204, str(len(files.PDF)))


def test_a_store_that_is_away_is_asked_again(sender: Sender, settings: Settings, tmp_path: Path):
    path = sender.begun()
    blocked = tmp_path / "documents"
    blocked.write_text("no folder")
    answer = sender.sends(path, files.PDF, 0)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "20")
    assert sender.head(path).status_code == 503
    blocked.unlink()
    assert sender.head(path).headers["Upload-Document"]


def test_a_connection_that_broke_leaves_what_came(zhou: User):
    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if not (chunk := super().read(7)):
                raise UnreadablePostError
            return chunk

    upload = arriving.begin(actor=zhou, name="a.pdf", size=len(files.PDF), now=clock.now())
    assert arriving.take(upload, Breaking(files.PDF[:21]), offset=0, now=clock.now()) == 21
    upload.refresh_from_db()
    assert arriving.arrived(upload) == 21


def test_the_database_knows_no_more_than_was_announced(zhou: User):
    upload = arriving.begin(actor=zhou, name="a.pdf", size=9, now=clock.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Upload.objects.filter(pk=upload.pk).update(arrived=10)


def test_what_was_left_is_swept_after_a_day_and_not_before(sender: Sender):
    path = sender.begun()
    sender.sends(path, files.PDF[:7], 0)
    (stray := pieces()[0].with_name("00000000-0000-4000-8000-000000000000")).write_bytes(b"x")
    sweep(now=clock.now() + timedelta(hours=23))
    assert len(pieces()) == 2

    os.utime(stray, (0, 0))
    swept = sweep(now=clock.now() + timedelta(hours=25))

    assert (swept.uploads, swept.partial, pieces()) == (1, 2, [])
    assert sender.head(path).status_code == 410


def told(answer: HttpResponse) -> tuple[int, str]:
    """Its status, and how far the upload has come."""
    return answer.status_code, answer.headers.get("Upload-Offset", "")
