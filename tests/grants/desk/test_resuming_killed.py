"""A server that dies at any byte, and sixty people at once: nothing is lost, nothing is half there."""

from __future__ import annotations

import base64
import hashlib
import http.client
import random
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from pytest_django import Settings

from grants.people.models import User
from storage.backends import store
from storage.models import Document, Upload
from storage.verify import verify
from tests.serving import Process, served

MB = 1024 * 1024
PIECE = {"Content-Type": "application/offset+octet-stream"}
TOKEN = "a" * 32

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """One for the module: it takes seconds to start."""
    folder = tmp_path_factory.mktemp("server")
    with served(folder, workers=2, DATA_DIR=str(folder), STORAGE_URL=(folder / "documents").as_uri()) as process:
        yield process


@pytest.fixture(autouse=True)
def pieces(server: Process, settings: Settings) -> Path:
    """Where the server lays what has come; documents are looked for where it keeps them."""
    settings.STORAGE_URL = server.environment["STORAGE_URL"]
    settings.STORAGE_SPOOL = server.folder / "spool"
    return server.folder / "pieces"


class Sender:
    """A tus client over a real connection, signed in."""

    def __init__(self, server: Process, person: User) -> None:
        session = SessionStore()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = django_settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.save()
        cookies = f"{django_settings.SESSION_COOKIE_NAME}={session.session_key}; csrftoken={TOKEN}"
        self.headers = {"Tus-Resumable": "1.0.0", "Cookie": cookies, "X-CSRFToken": TOKEN}
        self.port = server.port

    def asks(self, method: str, path: str, body: bytes = b"", **headers: Any) -> http.client.HTTPResponse:
        """One request; its answer, read to the end."""
        named = {name.replace("_", "-"): str(value) for name, value in headers.items()}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as line:
            line.request(method, path, body or None, self.headers | named | (PIECE if method == "PATCH" else {}))
            answer = line.getresponse()
            answer.read()
            return answer

    def begun(self, name: str, size: int) -> str:
        named = f"filename {base64.b64encode(name.encode()).decode()}"
        answer = self.asks("POST", "/uploads/", Upload_Length=size, Upload_Metadata=named)
        assert answer.status == 201
        return urlsplit(answer.headers["Location"]).path

    def offset(self, path: str) -> int:
        return int(self.asks("HEAD", path).headers["Upload-Offset"])

    def sends(self, path: str, content: bytes, piece: int) -> http.client.HTTPResponse:
        """All of it from where it is, piece by piece."""
        answer, at = None, self.offset(path)
        while answer is None or at < len(content):
            answer = self.asks("PATCH", path, content[at : at + piece], Upload_Offset=at)
            assert answer.status == 204, answer.status
            at = int(answer.headers["Upload-Offset"])
        return answer

    def half_sends(self, path: str, content: bytes, at: int, much: int) -> socket.socket:
        """A piece is announced whole and only begun; the connection stays."""
        line = socket.create_connection(("127.0.0.1", self.port))
        lines = (
            self.headers
            | PIECE
            | {"Upload-Offset": str(at), "Content-Length": str(len(content) - at), "Host": "localhost"}
        )
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        line.sendall(f"PATCH {path} HTTP/1.1\r\n{head}\r\n".encode() + content[at : at + much])
        return line


def text_of(size: int, seed: int) -> bytes:
    """A text of that size that is no other's."""
    line = f"{seed:08d}情暖浙江 {random.Random(seed).random()}\n".encode()
    return (line * (size // len(line) + 1))[: size - 1].decode("utf-8", "ignore").encode().ljust(size, b"\n")


def whole(path: str, content: bytes) -> None:
    """The document of that upload holds these bytes."""
    document = Document.objects.get(pk=UUID(path.strip("/").rpartition("/")[2]))
    assert document.sha256 == hashlib.sha256(content).hexdigest()
    with store().open(document.key) as file:
        assert file.read() == content


@pytest.mark.faults
def test_a_server_killed_in_the_middle_of_a_piece_goes_on_where_it_was(server: Process, pieces: Path, *, full: bool):
    sender = Sender(server, User.objects.create_user("zhou", name="小周"))
    content = text_of(19 * MB, 1)
    path = sender.begun("记录.txt", len(content))
    row, dice, at = Upload.objects.get(), random.Random(7), 0
    draft = pieces / str(row.pk)
    for _ in range(30 if full else 1):
        line = sender.half_sends(path, content, at, dice.randrange(1, (len(content) - at) // 2))
        waits_for_growth(draft, at)
        server.kill()
        line.close()
        row.refresh_from_db()
        assert at <= row.arrived <= draft.stat().st_size <= len(content)
        server.start()
        at = sender.offset(path)
        assert at == row.arrived
    sender.sends(path, content, 4 * MB)
    whole(path, content)
    assert not list(pieces.iterdir())
    assert list(verify()) == []


def waits_for_growth(path: Path, at: int) -> None:
    """Return once something of the piece lies on the disk."""
    for _ in range(6000):
        if path.exists() and path.stat().st_size > at:
            return
        time.sleep(0.01)
    raise AssertionError("nothing came")


@pytest.mark.slow
def test_sixty_files_at_once_on_two_workers_lose_none(server: Process):
    people = [User.objects.create_user(f"team{n}", name=f"队{n}") for n in range(12)]
    senders = [Sender(server, person) for person in people]
    contents = [text_of(5 * MB, n) for n in range(60)]

    def one(n: int) -> str:
        sender = senders[n % len(senders)]
        path = sender.begun(f"记录{n}.txt", len(contents[n]))
        sender.sends(path, contents[n], 2 * MB)
        return path

    with ThreadPoolExecutor(60) as pool:
        paths = list(pool.map(one, range(60)))
    assert len(set(paths)) == Document.objects.count() == 60
    for path, content in zip(paths, contents, strict=True):
        whole(path, content)


def test_two_pieces_for_the_same_place_at_once_one_is_taken(server: Process):
    sender = Sender(server, User.objects.create_user("zhou", name="小周"))
    content = text_of(6 * MB, 3)
    path = sender.begun("记录.txt", len(content))

    def one(_n: int) -> int:
        try:
            return sender.asks("PATCH", path, content, Upload_Offset=0).status
        except ConnectionError:  # it was refused before it was read
            return 423

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(one, range(4)))
    assert answers.count(204) == 1
    assert set(answers) <= {204, 409, 423}
    whole(path, content)
