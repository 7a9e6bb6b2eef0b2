"""A file comes in pieces: tus 1.0 as a client speaks it, to the document at the end."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from grants.people.models import User
from storage import arriving
from storage.backends import store
from storage.models import Document, Upload
from tests.storage import files

pytestmark = pytest.mark.django_db
PIECE = "application/offset+octet-stream"


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
        sent = {"Tus-Resumable": "1.0.0"} | {name.replace("_", "-"): str(value) for name, value in headers.items()}
        return self.client.generic(  # type: ignore[return-value]
            method, path, body, kind, headers={name: value for name, value in sent.items() if value}
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
