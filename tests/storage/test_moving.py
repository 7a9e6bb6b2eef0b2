"""A living installation moves from a folder to a bucket and back, however often the move is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from grants.people.models import User
from storage.backends import at, home, store
from storage.commands import keep
from storage.copies import thumbnail
from storage.models import Document
from storage.pace import MEGABYTE, Pace
from storage.verify import verify
from storage.views import show
from tests.storage import files
from tests.storage.conftest import NOW
from tests.storage.faultproxy import Fault, proxied
from tests.storage.servers import Server

pytestmark = pytest.mark.django_db(transaction=True)
MOVING = """
import django
django.setup()
from pathlib import Path
from django.conf import settings
settings.DATABASES["default"]["NAME"] = {database!r}
settings.STORAGE_SPOOL = Path({spool!r})
from django.core.management import call_command
call_command("documents", "move", to={to!r}, rate=2)
"""


@pytest.fixture(autouse=True)
def data(settings: Settings, tmp_path: Path) -> Path:
    """A folder of this installation."""
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    return tmp_path / "data"


@pytest.fixture
def papers(zhou: User) -> list[Document]:
    """Documents in a folder, two of them on the same bytes."""
    kept = [keep(files.file(files.saying(str(n), 200_000)), actor=zhou, now=NOW) for n in range(12)]
    return [*kept, keep(files.file(files.saying("0", 200_000)), actor=zhou, now=NOW)]


def moved(capsys: pytest.CaptureFixture[str], **options: str) -> str:
    call_command("documents", "move", **options)
    return capsys.readouterr().out


def readable(papers: list[Document]) -> bool:
    """Whether every document can be read, now, where readers read."""
    for one in papers:
        with store().open(one.key) as file:
            if len(file.read()) != one.size:
                return False
    return True


def test_an_installation_moves_to_a_bucket_without_a_pause_and_back(
    zhou: User, papers: list[Document], s3: Server, settings: Settings, capsys: pytest.CaptureFixture[str]
):
    old, new = settings.STORAGE_URL, s3.url(s3.bucket())

    said = moved(capsys, to=new)
    assert "这一遍复制 12 个" in said
    assert "这一遍复制 0 个" in said
    assert "STORAGE_FALLBACK_URL" in said
    assert "of%3Aours" not in said

    late = keep(files.file(files.saying("late")), actor=zhou, now=NOW)
    settings.STORAGE_URL, settings.STORAGE_FALLBACK_URL = new, old
    assert readable([*papers, late])
    assert {fault.code for fault in verify(unclaimed_for=timedelta(0))} == {"left"}
    after = keep(files.file(files.saying("after")), actor=zhou, now=NOW)
    assert "这一遍复制 1 个" in moved(capsys)

    settings.STORAGE_FALLBACK_URL = ""
    assert readable([*papers, late, after])
    assert list(verify(unclaimed_for=timedelta(0))) == []

    moved(capsys, to=f"{old}-again")
    settings.STORAGE_URL = f"{old}-again"
    assert readable([*papers, late, after])
    assert list(verify(unclaimed_for=timedelta(0))) == []


def test_copies_for_readers_move_too_and_a_lost_one_is_no_loss(
    zhou: User, s3: Server, settings: Settings, capsys: pytest.CaptureFixture[str]
):
    photos = [keep(files.file(files.picture("JPEG", (90 + n, 60)), f"{n}.jpg"), actor=zhou, now=NOW) for n in range(2)]
    first, second = [copy for one in photos if (copy := thumbnail(one, now=NOW))]
    new = s3.url(s3.bucket())
    assert store().delete(second.key)

    assert "这一遍复制 3 个" in moved(capsys, to=new)

    settings.STORAGE_URL = new
    assert store().exists(first.key)
    assert not store().exists(second.key)
    assert show(second).status_code == 200
    assert store().exists(second.key)
    assert list(verify(unclaimed_for=timedelta(0))) == []


@pytest.mark.faults
def test_a_move_killed_again_and_again_ends_with_every_byte(
    zhou: User,
    *,
    papers: list[Document],
    s3: Server,
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
    data: Path,
):
    new = s3.url(bucket := s3.bucket())
    child = MOVING.format(database=connection.settings_dict["NAME"], spool=str(settings.STORAGE_SPOOL), to=new)
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "grants.settings.rehearsal",
        "STORAGE_URL": settings.STORAGE_URL,
        "DATABASE_URL": os.environ.get("DATABASE_URL") or f"sqlite:///{connection.settings_dict['NAME']}",
        "DATA_DIR": str(data),
    }
    half = 0
    for wanted in (3, 7):
        moving = subprocess.Popen([sys.executable, "-c", child], env=environment)
        try:
            wait_for(new, wanted, moving)
        finally:
            moving.send_signal(signal.SIGKILL)
            moving.wait()
        half = len(list(at(new).names()))
        assert half < 12
        keep(files.file(files.saying(str(wanted))), actor=zhou, now=NOW)

    said = moved(capsys, to=new)

    assert f"这一遍复制 {14 - half} 个" in said
    settings.STORAGE_URL = new
    assert list(verify(unclaimed_for=timedelta(0))) == []
    assert s3.folder is not None
    assert not [path for path in (s3.folder / bucket).rglob("*") if path.is_file() and len(path.name) != 64]


def wait_for(target: str, count: int, moving: subprocess.Popen[bytes]) -> None:
    """Return once so many files lie there."""
    for _ in range(600):
        if len(list(at(target).names())) >= count:
            return
        assert moving.poll() is None
        time.sleep(0.05)
    raise AssertionError("it never came so far")


def test_a_file_that_is_not_right_at_the_target_is_put_anew(
    papers: list[Document], s3: Server, capsys: pytest.CaptureFixture[str], settings: Settings
):
    new = s3.url(bucket := s3.bucket())
    assert s3.folder is not None
    spoiled = s3.folder / bucket / papers[0].key
    spoiled.parent.mkdir(parents=True)
    spoiled.write_bytes(b"x" * papers[0].size)

    assert "这一遍复制 12 个" in moved(capsys, to=new)

    settings.STORAGE_URL = new
    assert list(verify(unclaimed_for=timedelta(0))) == []


def test_what_is_lost_or_spoiled_at_the_source_is_named_and_never_moved(
    papers: list[Document], s3: Server, capsys: pytest.CaptureFixture[str], folder: Path
):
    (folder / papers[1].key).unlink()
    (folder / papers[2].key).chmod(0o600)
    (folder / papers[2].key).write_bytes(b"lies")
    new = s3.url(s3.bucket())

    with pytest.raises(SystemExit):
        call_command("documents", "move", to=new)

    said = capsys.readouterr().out
    assert papers[1].sha256 in said
    assert papers[2].sha256 in said
    assert not at(new).exists(papers[2].key)


def test_a_line_that_fails_stops_the_move_with_words_and_it_goes_on_later(
    papers: list[Document], s3: Server, capsys: pytest.CaptureFixture[str]
):
    bucket = s3.bucket()
    with proxied(s3.port) as line:
        new = s3.url(bucket, port=line.port)
        at(new).ready()
        line.fault = Fault.CUT_PUT
        with pytest.raises(CommandError, match="再运行一次就接着搬"):
            call_command("documents", "move", to=new)
        line.fault = Fault.NONE
        assert "这一遍复制 12 个" in moved(capsys, to=new)


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ("", "请用 --to 写明"),
        ("s3://host/bucket", "--to 写得不对"),
        ("s3://a:b@127.0.0.1:1/bucket?secure=0", "新地址连不上"),
        ("here", "材料现在就存在那里"),
    ],
)
def test_a_move_to_nowhere_is_explained(settings: Settings, to: str, words: str):
    with pytest.raises(CommandError, match=words):
        call_command("documents", "move", to=settings.STORAGE_URL if to == "here" else to)


def test_a_file_in_the_home_that_a_move_left_spoiled_comes_from_the_old_place(
    papers: list[Document], tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
):
    old = settings.STORAGE_URL
    settings.STORAGE_URL, settings.STORAGE_FALLBACK_URL = (tmp_path / "new").as_uri(), old
    spoiled = tmp_path / "new" / papers[0].key
    spoiled.parent.mkdir(parents=True)
    spoiled.write_bytes(b"lies")

    assert "这一遍复制 12 个" in moved(capsys)

    assert home().stat(papers[0].key).size == papers[0].size
    assert list(verify(unclaimed_for=timedelta(0))) == []


def test_work_goes_at_the_pace_it_is_told():
    slept: list[float] = []
    pace, free = Pace(2, sleep=slept.append, now=lambda: 0), Pace(0, sleep=slept.append, now=lambda: 0)
    for _ in range(3):
        pace.spent(MEGABYTE)
        free.spent(MEGABYTE)
    assert slept == [0.5, 1.0, 1.5]
