"""What the helper's children do, done here: each module of storage.content on its own."""

from __future__ import annotations

import io

import pytest

from storage.content import judging
from storage.content.flaws import Flaw
from storage.kinds import BY_TYPE, PDF
from storage.names import shown_name, suffix_of
from storage.sandbox import jobs
from tests.storage import files, good, hostile

NOTHING_INSIDE = {"empty", "suffix", "executable", "mismatch"}
"""Reasons that a name or a size can give, before anybody looks inside."""


def said(content: bytes, name: str) -> str:
    judging.warm()
    try:
        return judging.inspect(io.BytesIO(content), suffix_of(shown_name(name)))
    except Flaw as flaw:
        return flaw.kind.code


def test_hostile_files_are_told_apart_without_a_helper():
    for case in hostile.CORPUS:
        if case.code not in NOTHING_INSIDE:
            found = said(case.content, case.name)
            assert found == case.code or (case.code == "unknown" and found not in BY_TYPE), case.story


def test_good_files_are_known_without_a_helper():
    for case in good.CORPUS:
        assert said(case.make(), case.name) == case.media_type, case.story


def test_a_part_of_an_archive_that_has_a_flaw_is_named():
    content = files.zipped({"材料/表.docx": hostile.word(**{"word__vbaProject.bin": "x"}), "a.txt": "x"})
    answer = jobs.inspect({"suffix": ".zip"}, io.BytesIO(content))
    assert (answer["code"], answer["inside"]) == ("macro", "材料/表.docx")


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"a.docx": files.office(files.WORD, "word")}, "application/zip"),
        ({"a.ofd": files.ofd()}, "application/zip"),
        ({"a.xml": "<a/>", "b.bin": b"\0\1", "空.txt": ""}, "application/zip"),
        ({"a.xml": "<a"}, "xml_broken"),
        ({"a.docx": files.archive(**{"x.txt": "x"})}, "nested"),
        ({"a.jpg": files.PDF, "b.pdf": files.PDF}, "application/zip"),
        ({"a.doc": "x"}, "old_office"),
    ],
)
def test_the_parts_of_an_archive_are_held_to_what_holds_for_files(parts: dict[str, str | bytes], code: str):
    assert said(files.zipped(parts), "a.zip") == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (files.office(files.WORD, "word", **{"word__embeddings__t.xlsx": files.office(files.EXCEL, "xl")}), ""),
        (files.office(files.WORD, "word", **{"word__embeddings__t.xlsx": hostile.excel(xl__vbaProject="x")}), ""),
        (files.office(files.WORD, "word", **{"word__embeddings__t.xlsx": files.archive(a="x")}), "nested"),
        (hostile.related(files.relation("oleObject", "a.bin", outside=False)), "embedded"),
        (hostile.related(files.relation("image", "http://x/a.png", outside=False)), "external"),
        (hostile.related(files.relation("hyperlink", "https://example.org")), ""),
        (files.archive(**{"[Content_Types].xml": "<Types", "_rels__.rels": "x"}), "not_office"),
        (hostile.field("QUOTE 68 68 69 65"), "dde"),
        (hostile.field("PAGE"), ""),
        (hostile.word(**{"word__main.xml": '<w:x xmlns:w="w"><w:fldSimple w:instr="DDE cmd"/></w:x>'}), "dde"),
        (hostile.word(**{"word__main.xml": "<x>instrText</x>".encode("utf-16")}), ""),
    ],
)  # fmt: skip
def test_word_files_of_every_sort(content: bytes, code: str):
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    assert said(content, "a.docx") == (code or kind)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (files.pdf(catalog="/OpenAction << /S /GoTo /D [3 0 R /Fit] >>"), PDF),
        (files.pdf(catalog="/OpenAction << /S /Unheard >>"), "pdf_action"),
        (files.pdf(page="/Annots [<< /Subtype /Link /A << /S /URI /URI (https://x) >> >>]"), PDF),
        (files.pdf(page="/Annots [<< /Subtype /Link /A << /S /URI /URI (javascript:x) >> >>]"), "pdf_script"),
        (files.pdf(catalog="/Collection << >>"), "pdf_attachment"),
        (files.pdf("<< /EF 5 >>"), "pdf_attachment"),
        (files.pdf("<< /EF << /F 5 >> >>"), "pdf_attachment"),
        (files.pdf(files.stream("x", "/Type /EmbeddedFile /Filter /ASCIIHexDecode")), "pdf_attachment"),
        (files.pdf(files.stream("x", "/Type /EmbeddedFile /Filter /FlateDecode")), "pdf_attachment"),
        (files.PDF + b"\0" * 3000, PDF),
        (files.PDF + b"x" * 1500, "polyglot"),
        (files.pdf(catalog="/X " + "<< /JSX 1 /A " * 100 + "1" + " >>" * 100 + " /URI (x)"), "too_complex"),
    ],
)
def test_pdf_files_of_every_sort(content: bytes, code: str):
    assert said(content, "a.pdf") == code


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (files.ofd(**{"OFD.xml": "<OFD><DocRoot>../../x.xml</DocRoot></OFD>"}), "a.ofd", "ofd_active"),
        (files.ofd(**{"OFD.xml": "<OFD><DocRoot>/Doc_9/x.xml</DocRoot></OFD>"}), "a.ofd", "not_ofd"),
        (files.ofd(**{"OFD.xml": "<OFD>"}), "a.ofd", "not_ofd"),
        (files.ofd(**{"Doc_0__R.xml": "<!DOCTYPE x><x/>"}), "a.ofd", "xml_active"),
        (files.ofd(), "a.zip", "application/ofd"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 20, "a.jpg", "broken"),
        (files.WEBP + b"MZ" * 40, "a.webp", "polyglot"),
        (files.JPEG + b"\0" * 100, "a.jpg", "image/jpeg"),
        ("甲".encode("gbk") * 10 + b"\xff", "a.txt", "unknown"),
    ],
)
def test_other_files_of_every_sort(content: bytes, name: str, code: str):
    assert said(content, name) == code


def test_copies_are_drawn_here_as_there():
    for content, kind in (
        (good.turned(), "image/jpeg"),
        (files.PDF, PDF),
        (files.picture("PNG", mode="LA"), "image/png"),
    ):
        out = io.BytesIO()
        answer = jobs.copy({"type": kind, "side": 100}, io.BytesIO(content), out)
        assert answer["width"] > 0
        assert out.getvalue()
    assert jobs.copy({"type": PDF, "side": 9}, io.BytesIO(b"%PDF-1.7"), io.BytesIO()) == {"code": "broken"}


def test_photos_are_bound_here_as_there():
    pages = [
        {"type": "image/jpeg", "turn": 90, "crop": [0, 0, 0.5, 0.5]},
        {"type": "image/png", "turn": 0, "crop": None},
    ]
    outs = [io.BytesIO(), io.BytesIO()]
    for out in outs:
        assert jobs.bind({"pages": pages}, io.BytesIO(good.turned()), io.BytesIO(files.PNG), out) == {"pages": 2}
    assert outs[0].getvalue() == outs[1].getvalue()
    assert said(outs[0].getvalue(), "a.pdf") == PDF
