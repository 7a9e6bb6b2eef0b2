"""`manage.py documents verify` and `status`, as an administrator types them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.checks import CheckMessage
from django.core.management import CommandError, call_command
from pytest_django import Settings

from grants.people.models import User
from storage import waiting
from storage.checks import store_answers
from storage.commands import keep
from storage.models import Document
from tests.storage import files
from tests.storage.conftest import NOW
from tests.storage.faultproxy import Fault, proxied
from tests.storage.servers import Server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def data(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    return tmp_path / "data"


@pytest.fixture
def papers(zhou: User) -> list[Document]:
    """Six documents, in the order in which they are verified."""
    kept = [keep(files.file(files.PDF + bytes([n]) * 9), actor=zhou, now=NOW) for n in range(6)]
    return sorted(kept, key=lambda one: one.sha256)


Verdict = Callable[..., tuple[int, dict[str, object]]]


@pytest.fixture
def verdict(capsys: pytest.CaptureFixture[str]) -> Verdict:
    """Exit code and answer of `documents verify --json`."""

    def ask(**options: object) -> tuple[int, dict[str, object]]:
        try:
            call_command("documents", "verify", json=True, **options)
        except SystemExit as end:
            return int(str(end.code)), json.loads(capsys.readouterr().out)
        return 0, json.loads(capsys.readouterr().out)

    return ask


def test_what_is_whole_is_said_to_be_whole(
    papers: list[Document], verdict: Verdict, capsys: pytest.CaptureFixture[str], data: Path
):
    assert verdict() == (0, {"documents": "ok", "waiting": 0, "faults": []})
    call_command("documents", "verify")
    assert capsys.readouterr().out == "核对无误\n"
    assert not (data / "verify.json").exists()


def test_missing_changed_and_orphaned_are_named_and_the_exit_is_1(
    papers: list[Document], verdict: Verdict, folder: Path, capsys: pytest.CaptureFixture[str]
):
    (folder / papers[0].key).unlink()
    (folder / papers[1].key).chmod(0o600)
    (folder / papers[1].key).write_bytes(files.PDF + b"forged..!")
    stray = folder / "sha256" / "stray"
    stray.touch()
    os.utime(stray, (0, 0))

    code, answer = verdict()

    assert code == 1
    assert [(one["code"], one["subject"]) for one in answer["faults"]] == [  # type: ignore[attr-defined]
        ("missing", f"storage.Document {papers[0].pk}"),
        ("digest", f"storage.Document {papers[1].pk}"),
        ("unclaimed", "sha256/stray"),
    ]
    with pytest.raises(SystemExit):
        call_command("documents", "verify")
    said = capsys.readouterr().out
    assert f"storage.Document {papers[0].pk}：材料的文件不见了。" in said
    assert "发现 3 处问题" in said


def test_a_verification_that_the_store_broke_off_goes_on_where_it_stood(
    zhou: User, *, verdict: Verdict, s3: Server, settings: Settings, folder: Path, data: Path
):
    with proxied(s3.port) as line:
        settings.STORAGE_URL = s3.url(bucket := s3.bucket(), port=line.port)
        waiting.Tries.after = 0.0
        kept = sorted(
            (keep(files.file(files.PDF + bytes([n]) * 9), actor=zhou, now=NOW) for n in range(6)),
            key=lambda one: one.sha256,
        )
        assert s3.folder is not None
        (s3.folder / bucket / kept[0].key).unlink()

        line.until = lambda: sum(request.startswith("GET") for request in line.requests) >= 2
        code, first = verdict()
        assert code == 1
        assert [one["code"] for one in first["faults"]] == ["missing", "unavailable"]  # type: ignore[attr-defined]
        position = json.loads((data / "verify.json").read_text())["after"]
        assert position in {one.sha256 for one in kept[1:5]}

        line.fault, line.until, line.requests = Fault.NONE, None, []
        code, second = verdict(resume=True)

    assert code == 1
    assert [one["code"] for one in second["faults"]] == ["missing"]  # type: ignore[attr-defined]
    read = {one for one in kept if any(one.sha256 in request for request in line.requests)}
    assert kept[0] not in read
    assert kept[5] in read
    assert not (data / "verify.json").exists()


def test_how_the_store_is_can_be_asked(zhou: User, s3: Server, settings: Settings, capsys: pytest.CaptureFixture[str]):
    call_command("documents", "status")
    assert "正常。另外会：无" in capsys.readouterr().out

    settings.STORAGE_URL = s3.url(s3.bucket())
    call_command("documents", "status")
    said = capsys.readouterr().out
    assert "签名网址" in said
    assert "待上传 0 份" in said

    settings.STORAGE_URL = s3.url("nowhere-at-all")
    with pytest.raises(CommandError, match="连不上或不能写：no bucket nowhere-at-all"):
        call_command("documents", "status")


def test_what_waits_is_said_and_is_no_fault(
    zhou: User, s3: Server, settings: Settings, capsys: pytest.CaptureFixture[str]
):
    with proxied(s3.port) as line:
        settings.STORAGE_URL = s3.url(s3.bucket(), port=line.port)
        waiting.Tries.after = 0.0
        line.fault = Fault.FAILING
        keep(files.file(), actor=zhou, now=NOW)
        line.fault = Fault.NONE

        call_command("documents", "verify")

    assert "另有 1 份材料待上传" in capsys.readouterr().out


def ids(found: list[CheckMessage]) -> list[str | None]:
    return [one.id for one in found]


def test_the_store_is_asked_at_a_deployment_check_only(s3: Server, settings: Settings):
    assert store_answers() == []
    settings.STORAGE_URL = s3.url(s3.bucket())
    assert ids(store_answers()) == ["storage.W001"]
    settings.STORAGE_URL = s3.url("nowhere-at-all")
    assert ids(store_answers()) == ["storage.E005"]
    settings.STORAGE_URL = "s3://host/bucket"
    assert store_answers() == []
