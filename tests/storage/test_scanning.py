"""Viruses are refused, written down and told; what could not be looked at is never called clean."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from grants.people.models import User
from storage import ports, scanning
from storage.checks import scanner_is_named
from storage.commands import attach, finish, keep, start, upload
from storage.enums import Scan, UploadState
from storage.models import Attachment, Document, Infection, Upload
from storage.refusal import Later, Refused
from storage.rescanning import Scanned, scan_rest
from storage.sweeping import sweep
from tests.storage import files
from tests.storage.conftest import NOW
from tests.storage.hostile import EICAR
from tests.storage.scanner import Scanner

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)
Starting = Callable[..., Scanner]


@pytest.fixture
def scanner(tmp_path: Path, settings: Settings) -> Iterator[Starting]:
    """Start a scanner where the settings say it is; each start is after the end of the one before."""
    place = tmp_path / "clamd.ctl"
    settings.CLAMD_URL = f"unix://{place}"
    running: list[Scanner] = []

    def begin(**how: Any) -> Scanner:
        for earlier in running:
            earlier.close()
        running.clear()
        place.unlink(missing_ok=True)
        running.append(Scanner(place, **how))
        return running[-1]

    yield begin
    for one in running:
        one.close()


@pytest.fixture
def told() -> Iterator[list[Infection]]:
    """The infections of which the domain was told."""
    heard: list[Infection] = []
    before = ports.plug_alarm(heard.append)
    yield heard
    ports.plug_alarm(before)


def a_virus(mark: bytes = b"") -> bytes:
    return b"hello " + EICAR + mark


def received(actor: User, content: bytes = files.PDF, name: str = "a.pdf") -> Upload:
    opened = start(actor=actor, name=name, size=len(content), now=NOW)
    upload(opened, io.BytesIO(content), actor=actor)
    return opened


def test_without_a_scanner_a_document_says_that_it_was_not_scanned(zhou: User):
    document = keep(files.file(), actor=zhou, now=NOW)
    assert (document.scan, document.scanned_at, str(document.get_scan_display())) == ("unscanned", None, "未查毒")


def test_a_clean_file_says_since_when(zhou: User, scanner: Starting):
    scanner()
    document = keep(files.file(), actor=zhou, now=NOW)
    document.refresh_from_db()
    assert (document.scan, document.scanned_at) == (Scan.CLEAN, NOW)


def test_a_virus_is_refused_written_down_and_told(zhou: User, scanner: Starting, told: list[Infection]):
    scanner()
    opened = received(zhou, a_virus(), "a.txt")

    for again in (finish, finish):
        with pytest.raises(Refused) as refusal:
            again(opened, actor=zhou, now=NOW)
        assert refusal.value.code == "infected"
        assert "Own.Test.Eicar-1.UNOFFICIAL" in refusal.value.message

    (infection,) = told
    assert (infection.upload, infection.upload.owner, infection.found_at) == (opened, zhou, NOW)
    assert infection.signature == "Own.Test.Eicar-1.UNOFFICIAL"
    assert str(infection) == "a.txt: Own.Test.Eicar-1.UNOFFICIAL"
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    "how",
    [
        {"answer": b"INSTREAM size limit exceeded. ERROR\0"},
        {"answer": b"stream: Can't allocate memory ERROR\0"},
        {"answer": b"UNKNOWN COMMAND\0"},
        {"answer": b""},
        {"answer": b"OK\0"},
        {"answer": b"stream: OK, perhaps\0"},
        {"hangs_up": 100},
        {"hangs": True},
        None,
    ],
)
def test_what_is_no_plain_yes_is_not_clean(
    zhou: User, scanner: Starting, settings: Settings, how: dict[str, Any] | None
):
    settings.SCAN_SECONDS = 1
    if how is not None:
        scanner(**how)

    document = keep(files.file(), actor=zhou, now=NOW)
    assert document.scan == Scan.UNSCANNED

    settings.SCAN_REQUIRED = True
    with pytest.raises(Later) as refusal:
        keep(files.file(), actor=zhou, now=NOW)
    assert refusal.value.code == "scan_waiting"
    assert Document.objects.count() == 1


def test_what_waits_is_finished_by_the_clock_when_the_scanner_is_back(
    zhou: User, scanner: Starting, settings: Settings, told: list[Infection]
):
    settings.SCAN_REQUIRED = True
    good, bad = received(zhou), received(zhou, a_virus(), "b.txt")
    for opened in (good, bad, good):
        with pytest.raises(Later):
            finish(opened, actor=zhou, now=NOW)
    good.refresh_from_db()
    assert (good.state, str(good.get_state_display())) == (UploadState.HELD, "已收到，等待查毒")

    assert scan_rest(now=LATER) == Scanned()
    assert sweep(now=NOW + timedelta(days=3)).uploads == 0
    scanner()
    assert scan_rest(now=NOW + timedelta(days=3)) == Scanned(finished=1)

    assert Document.objects.get().scan == Scan.CLEAN
    bad.refresh_from_db()
    assert (bad.state, bad.refusal_code) == (UploadState.REFUSED, "infected")
    assert [one.upload for one in told] == [bad]
    assert finish(good, actor=zhou, now=LATER) == Document.objects.get()


def test_a_file_the_scanner_will_not_take_holds_up_no_other(zhou: User, scanner: Starting, settings: Settings):
    settings.SCAN_REQUIRED = True
    large = received(zhou, files.PDF + b"%" * 500)
    small = received(zhou)
    for opened in (large, small):
        with pytest.raises(Later):
            finish(opened, actor=zhou, now=NOW)

    scanner(hangs_up=len(files.PDF) + 100)

    assert scan_rest(now=LATER) == Scanned(finished=1)
    assert Document.objects.get().pk == small.pk


def test_files_of_a_time_without_scanner_are_scanned_later(
    zhou: User, record: Group, scanner: Starting, settings: Settings, told: list[Infection]
):
    address, settings.CLAMD_URL = settings.CLAMD_URL, ""
    good = keep(files.file(), actor=zhou, now=NOW)
    bad = keep(files.file(a_virus(), "b.txt"), actor=zhou, now=NOW)
    bound = attach(record, "a", bad, actor=zhou, now=NOW)
    assert scan_rest(now=LATER) == Scanned()

    settings.CLAMD_URL = address
    scanner()

    assert scan_rest(now=LATER) == Scanned(clean=1, infected=1)
    assert scan_rest(now=LATER) == Scanned()
    for document in (good, bad):
        document.refresh_from_db()
    assert (good.scan, bad.scan, bad.scanned_at) == (Scan.CLEAN, Scan.INFECTED, LATER)
    assert [(one.upload_id, one.found_at) for one in told] == [(bad.pk, LATER)]
    assert not readable(bound)


def readable(bound: Attachment) -> bool:
    before = ports.plug(lambda _actor, _attachment: True)
    try:
        return ports.may_read(bound.attached_by, Attachment.objects.select_related("document").get(pk=bound.pk))
    finally:
        ports.plug(before)


def test_a_document_whose_bytes_are_gone_stays_unscanned(zhou: User, scanner: Starting, folder: Path):
    document = keep(files.file(), actor=zhou, now=NOW)
    (folder / document.key).unlink()
    scanner()
    assert scan_rest(now=LATER) == Scanned()


def test_later_scanning_stops_when_the_scanner_does(zhou: User, scanner: Starting):
    for mark in (b"1", b"2"):
        keep(files.file(files.PDF + mark), actor=zhou, now=NOW)
    assert scan_rest(now=LATER) == Scanned()
    assert scanner().scans == 0


def test_a_file_of_many_pieces_is_sent_whole(zhou: User, scanner: Starting):
    scanner()
    with pytest.raises(Refused) as refusal:
        keep(files.file(b"x" * 300_000 + a_virus(), "a.txt"), actor=zhou, now=NOW)
    assert refusal.value.code == "infected"


@pytest.mark.parametrize(
    ("url", "required", "faults"),
    [
        ("", False, []),
        ("unix:///run/clamav/clamd.ctl", True, []),
        ("tcp://127.0.0.1:3310", True, []),
        ("http://127.0.0.1:3310", False, ["storage.E003"]),
        ("tcp://127.0.0.1", False, ["storage.E003"]),
        ("", True, ["storage.E004"]),
    ],
)
def test_the_system_says_what_is_wrong_with_its_scanner(
    settings: Settings, url: str, required: bool, faults: list[str]
):
    settings.CLAMD_URL, settings.SCAN_REQUIRED = url, required
    assert [fault.id for fault in scanner_is_named()] == faults


def test_an_unknown_kind_of_address_is_told_what_to_write(settings: Settings):
    settings.CLAMD_URL = "ftp://x"
    with pytest.raises(ImproperlyConfigured):
        scanning.address()
