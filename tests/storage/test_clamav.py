"""The same against a real clamd, with one signature of our own: what the tests' own scanner claims is true."""

from __future__ import annotations

import io
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from grants.people.models import User
from storage import scanning
from storage.commands import keep
from storage.enums import Scan
from storage.models import Document, Infection
from storage.refusal import Later, Refused
from storage.rescanning import Scanned, scan_rest
from storage.scanning import Infected, NotScanned, scan
from tests.storage import files
from tests.storage.conftest import NOW
from tests.storage.hostile import EICAR, MEGABYTE

pytestmark = [
    pytest.mark.clamav,
    pytest.mark.django_db,
    pytest.mark.skipif(not shutil.which("clamd"), reason="needs Debian's clamav-daemon"),
]
SIGNATURE = "Own.Test.Eicar-1"


class Clamd:
    """A clamd of the test's own, which can be stopped, frozen and started again."""

    def __init__(self, folder: Path) -> None:
        (folder / "db").mkdir()
        (folder / "db" / "own.ndb").write_text(f"{SIGNATURE}:0:*:{EICAR.hex()}\n", encoding="ascii")
        self.socket = folder / "ctl"
        self.config = folder / "clamd.conf"
        words = [f"DatabaseDirectory {folder}/db", f"LocalSocket {self.socket}", "Foreground yes", "StreamMaxLength 2M"]
        self.config.write_text("\n".join([*words, "MaxThreads 2", "User root", ""]), encoding="utf-8")
        self.start()

    def start(self) -> None:
        self.socket.unlink(missing_ok=True)
        self.process = subprocess.Popen(["clamd", f"--config-file={self.config}"], stdout=subprocess.DEVNULL)
        for _ in range(200):
            if self.socket.exists() and scanning.answers():
                return
            time.sleep(0.1)
        raise TimeoutError("clamd did not start")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        self.socket.unlink(missing_ok=True)


@pytest.fixture
def clamd(settings: Settings) -> Iterator[Clamd]:
    folder = Path(tempfile.mkdtemp(prefix="clamd-"))
    settings.CLAMD_URL = f"unix://{folder}/ctl"
    daemon = Clamd(folder)
    yield daemon
    daemon.stop()
    shutil.rmtree(folder)


def verdict(content: bytes) -> str:
    try:
        return scan(io.BytesIO(content))
    except Infected as virus:
        return virus.signature
    except NotScanned:
        return "not scanned"


def test_what_a_real_scanner_finds(clamd: Clamd):
    one = files.archive(**{"病毒.txt": EICAR})
    found = f"{SIGNATURE}.UNOFFICIAL"
    assert verdict(files.PDF) == Scan.CLEAN
    assert verdict(EICAR) == found
    assert verdict(one) == found
    assert verdict(files.archive(**{"里面.zip": one})) == found


def test_what_is_longer_than_the_scanner_takes_is_not_clean(clamd: Clamd):
    assert verdict(random.Random(7).randbytes(3 * MEGABYTE)) == "not scanned"
    assert verdict(files.PDF) == Scan.CLEAN


def test_a_virus_never_becomes_a_document(clamd: Clamd, zhou: User):
    word = files.office(files.WORD, "word", **{"word__media__a.txt": EICAR.decode()})
    for content, name in ((EICAR, "a.txt"), (files.archive(**{"e.txt": EICAR}), "a.zip"), (word, "a.docx")):
        with pytest.raises(Refused) as refusal:
            keep(files.file(content, name), actor=zhou, now=NOW)
        assert refusal.value.code == "infected"
    assert Infection.objects.count() == 3
    assert not Document.objects.exists()


def test_a_stopped_and_a_frozen_scanner_fail_closed_and_come_back(clamd: Clamd, zhou: User, settings: Settings):
    settings.SCAN_REQUIRED = True
    settings.SCAN_SECONDS = 2
    clamd.stop()
    with pytest.raises(Later):
        keep(files.file(files.PDF + b"1"), actor=zhou, now=NOW)
    assert scan_rest(now=NOW) == Scanned()

    clamd.start()
    os.kill(clamd.process.pid, signal.SIGSTOP)
    began = time.monotonic()
    with pytest.raises(Later):
        keep(files.file(files.PDF + b"2"), actor=zhou, now=NOW)
    assert time.monotonic() - began < 5
    os.kill(clamd.process.pid, signal.SIGCONT)

    assert scan_rest(now=NOW) == Scanned(finished=2)
    assert set(Document.objects.values_list("scan", flat=True)) == {Scan.CLEAN}
