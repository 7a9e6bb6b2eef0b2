"""Each hostile file is refused for its own reason, at little cost; each good one comes through as it was."""

from __future__ import annotations

import io
import os
import random
import struct
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.utils import translation

from grants.people.models import User
from storage import sandbox
from storage.backends import store
from storage.commands import keep
from storage.content.flaws import BY_CODE
from storage.inspection import inspect
from storage.models import Document, Upload
from storage.names import shown_name, suffix_of
from storage.refusal import Later, Refused
from tests.storage import files, good, hostile
from tests.storage.conftest import NOW
from tests.storage.good import Good
from tests.storage.hostile import MEGABYTE, Hostile

CHINESE = range(0x4E00, 0x9FFF)
LIMIT = 500 * 1024
"""Kilobytes of memory, libraries included."""


HANGS = 2
"""Seconds of work beyond which a file holds everybody up: twice what is promised, for a machine half as fast."""


def named(case: Hostile | Good) -> str:
    return case.story


@pytest.mark.django_db
@pytest.mark.parametrize("case", hostile.CORPUS, ids=named)
def test_a_hostile_file_is_refused_for_its_own_reason(zhou: User, case: Hostile):
    with pytest.raises(Refused) as refusal:
        keep(files.file(case.content, case.name), actor=zhou, now=NOW)

    assert refusal.value.code == case.code
    assert refusal.value.message.endswith("。")
    assert any(ord(letter) in CHINESE for letter in refusal.value.message)
    assert not Document.objects.exists()
    assert Upload.objects.filter(refusal_code=case.code).count() in {0, 1}


def test_a_hostile_file_costs_little():
    costs = {case.story: cost(case.content, case.name) for case in hostile.CORPUS if suffix_of(case.name)}
    assert {story: seconds for story, (seconds, _) in costs.items() if seconds > HANGS} == {}
    assert {story: peak for story, (_, peak) in costs.items() if peak > LIMIT} == {}


def cost(content: bytes, name: str) -> tuple[float, int]:
    """Seconds of the processor and kilobytes at most that the file costs the child that reads it."""
    answer = sandbox.run("inspect", {"suffix": suffix_of(shown_name(name))}, io.BytesIO(content))
    return answer["seconds"], answer["peak"]


def test_the_corpus_is_large_and_each_reason_is_met_and_told_apart():
    assert len(hostile.CORPUS) >= 60
    assert len({case.story for case in hostile.CORPUS}) == len(hostile.CORPUS)
    met = {case.code for case in hostile.CORPUS}
    assert set(BY_CODE) - met == {"other_image"}
    with translation.override("zh-hans"):
        assert len({str(kind.message) for kind in BY_CODE.values()}) == len(BY_CODE)


def test_each_reason_is_said_in_english_too():
    with translation.override("en"):
        for kind in BY_CODE.values():
            assert not any(ord(letter) in CHINESE for letter in str(kind.message))
            assert len(str(kind.message)) < 240


@pytest.mark.django_db
@pytest.mark.parametrize("case", good.CORPUS, ids=named)
def test_a_good_file_comes_through_as_it_was(zhou: User, case: Good):
    content = case.make()

    document = keep(files.file(content, case.name), actor=zhou, now=NOW)

    assert document.media_type == case.media_type
    with store().open(document.key) as kept:
        assert kept.read() == content


def large_word() -> bytes:
    """20 MB: photos that do not shrink, and 100 pages of text with fields."""
    noise = random.Random(7).randbytes(19 * MEGABYTE)
    page = "<w:p><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>" + "项目实施情况" * 300 + "</w:t></w:r></w:p>"
    body = f'<w:document xmlns:w="w"><w:body>{page * 100}</w:body></w:document>'
    parts: dict[str, str | bytes] = {"word__media__a.jpg": noise, "word__main.xml": body}
    return files.office(files.WORD, "word", **parts)


def large_pdf() -> bytes:
    """20 MB in 20,000 objects."""
    noise = random.Random(7).randbytes(1000).decode("latin-1")
    one = files.stream(noise, "/Type /XObject /Subtype /Image /Width 10 /Height 10")
    return files.pdf(*[one] * 18_500)


@pytest.mark.parametrize(("make", "name"), [(large_word, "a.docx"), (large_pdf, "a.pdf")])
def test_20_megabytes_are_read_in_bounded_memory(make: object, name: str):
    """How fast is measured by `python -m tests.benchmarks.inspection`."""
    content = make()  # type: ignore[operator]
    assert 18 * MEGABYTE < len(content) < 20 * MEGABYTE

    _seconds, peak = cost(content, name)

    assert inspect(io.BytesIO(content), name=name, size=len(content))
    assert peak < LIMIT


# The helper process ------------------------------------------------------------------------------------------------


def test_a_file_that_eats_memory_is_stopped_and_refused():
    """A PDF whose one object stream unpacks to more than a child may hold."""
    with pytest.raises(Refused) as refusal:
        inspect(io.BytesIO(swollen()), name="a.pdf", size=1)
    assert refusal.value.code in {"too_complex", "broken"}


def swollen() -> bytes:
    """The catalog stands in an object stream behind a gigabyte of blanks."""
    packer = zlib.compressobj(1)
    blanks = b" " * (16 * MEGABYTE)
    packed = packer.compress(b"4 0 << /Type /Catalog /Pages 2 0 R >>")
    packed += b"".join(packer.compress(blanks) for _ in range(80)) + packer.flush()
    bodies = {
        1: (f"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length {len(packed)} >>\nstream\n").encode()
        + packed
        + b"\nendstream",
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
    }
    out, table = b"%PDF-1.7\n", struct.pack(">BLH", 0, 0, 65535)
    for number, body in bodies.items():
        table += struct.pack(">BLH", 1, len(out), 0)
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    table += struct.pack(">BLH", 2, 1, 0) + struct.pack(">BLH", 1, start, 0)
    words = f"5 0 obj\n<< /Type /XRef /Size 6 /W [1 4 2] /Root 4 0 R /Length {len(table)} >>\nstream\n"
    return out + words.encode() + table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % start


def test_the_helper_knows_no_secret_and_is_not_this_process():
    inspect(io.BytesIO(files.PDF), name="a.pdf", size=1)
    helper = sandbox.ready().process.pid
    assert helper != os.getpid()
    known = Path(f"/proc/{helper}/environ").read_bytes()
    assert b"DJANGO" not in known
    assert b"DATA_DIR" not in known


def test_a_helper_that_died_is_replaced():
    first = sandbox.ready()
    first.process.kill()
    first.process.wait()
    assert inspect(io.BytesIO(files.PDF), name="a.pdf", size=1) == "application/pdf"
    assert sandbox.ready().process.pid != first.process.pid


def test_a_helper_that_dies_in_the_very_moment_is_replaced():
    first = sandbox.ready()
    first.line.close()
    assert inspect(io.BytesIO(files.PDF), name="a.pdf", size=1) == "application/pdf"


def test_many_files_at_once_each_get_their_own_answer():
    together = threading.Barrier(8)
    cases = [("a.pdf", files.PDF), ("a.jpg", files.JPEG), ("a.png", files.PNG), ("a.webp", files.WEBP)] * 2

    def look(case: tuple[str, bytes]) -> str:
        together.wait(timeout=30)
        return inspect(io.BytesIO(case[1]), name=case[0], size=1)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(look, cases))
    assert found == ["application/pdf", "image/jpeg", "image/png", "image/webp"] * 2


def test_a_fork_of_this_process_has_a_helper_of_its_own():
    mine = sandbox.ready().process.pid
    child = os.fork()
    if child == 0:
        own = sandbox.ready().process.pid
        fine = inspect(io.BytesIO(files.PDF), name="a.pdf", size=1) == "application/pdf" and own != mine
        sandbox.close()
        os._exit(0 if fine else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert inspect(io.BytesIO(files.PDF), name="a.pdf", size=1) == "application/pdf"


@pytest.mark.django_db
def test_where_no_helper_can_be_had_the_file_waits_and_is_not_condemned(zhou: User, monkeypatch: pytest.MonkeyPatch):
    sandbox.close()
    monkeypatch.setattr("sys.executable", "/nowhere/python")

    with pytest.raises(Later) as refusal:
        keep(files.file(), actor=zhou, now=NOW)

    assert refusal.value.code == "not_inspected"
    assert not Upload.objects.exclude(refusal="").exists()
    monkeypatch.undo()
    assert keep(files.file(), actor=zhou, now=NOW).name == "申报书.pdf"
