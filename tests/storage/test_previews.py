"""A document is looked at page by page; who looks stands across what is not open, burnt in before it leaves."""

from __future__ import annotations

import io
import time

import pytest
from PIL import Image, ImageChops

from grants.people.models import User
from storage.commands import keep
from storage.content.extracting import MOST_ROWS
from storage.enums import Secrecy
from storage.models import Document
from storage.previews import Undrawn, codes, draw, mark, outline
from tests.storage import files
from tests.storage.conftest import NOW
from tests.storage.good import CORPUS, Good, saved

WORDS = "老陈 2027-03-05 10:00"


def kept(person: User, name: str, content: bytes) -> Document:
    return keep(files.file(content, name=name), actor=person, now=NOW)


def picture(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


@pytest.mark.parametrize("good", CORPUS, ids=[good.story for good in CORPUS])
def test_every_good_file_can_be_looked_at_within_a_second(zhou: User, good: Good):
    document = kept(zhou, good.name, good.make())
    began = time.monotonic()
    assert outline(document, Secrecy.OPEN).problem == ""
    drawn = outline(document, Secrecy.PERSONAL)
    assert (drawn.problem, drawn.blocks) == ("", ())
    assert drawn.pages >= 1
    image = picture(draw(document, 1, mark=WORDS, now=NOW))
    assert max(image.size) <= 1600
    assert time.monotonic() - began < 3  # two outlines, a reading copy and a page, beside whoever else is at work


def test_the_reader_stands_across_the_whole_picture(zhou: User):
    document = kept(zhou, "空白.pdf", files.PDF)
    plain, marked = (picture(draw(document, 1, mark=words, now=NOW)) for words in ("", WORDS))
    assert len(plain.getcolors(1 << 16) or []) == 1
    changed = ImageChops.difference(plain, marked).convert("L").point(lambda value: 255 if value > 40 else 0)
    wide, high = changed.size
    for left in range(3):
        for top in range(3):
            part = changed.crop((left * wide // 3, top * high // 3, (left + 1) * wide // 3, (top + 1) * high // 3))
            assert part.getbbox(), (left, top)


@pytest.mark.parametrize("shade", ["black", "white", "grey"])
def test_the_mark_is_seen_on_dark_and_light(zhou: User, shade: str):
    document = kept(zhou, "照片.png", saved(Image.new("RGB", (900, 700), shade), "PNG"))
    plain, marked = (picture(draw(document, 1, mark=words, now=NOW)) for words in ("", WORDS))
    difference = ImageChops.difference(plain, marked).convert("L")
    assert difference.point(lambda value: 255 if value > 30 else 0).getbbox()


def test_an_open_document_has_no_mark_and_others_say_who_and_when(zhou: User):
    assert mark(zhou, Secrecy.OPEN, now=NOW) == ""
    assert mark(zhou, Secrecy.PERSONAL, now=NOW) == mark(zhou, Secrecy.CONFIDENTIAL, now=NOW) == "小周 2027-03-05 10:00"


@pytest.mark.parametrize("page", [0, 2, 99_999])
def test_a_page_that_is_not_there_is_not_drawn(zhou: User, page: int):
    document = kept(zhou, "一页.pdf", files.PDF)
    with pytest.raises(Undrawn):
        draw(document, page, mark=WORDS, now=NOW)


def test_the_words_of_a_table_are_rows_and_of_a_long_one_it_is_said_that_there_is_more(zhou: User):
    lines = "姓名,电话\n" + "".join(f"志愿者{n},1380000{n:04}\n" for n in range(400))
    found = outline(kept(zhou, "名单.csv", lines.encode()), Secrecy.OPEN)
    (table,) = found.blocks
    assert table["rows"][:2] == [["姓名", "电话"], ["志愿者0", "13800000000"]]
    assert (len(table["rows"]), found.cut) == (MOST_ROWS, True)


def test_the_words_of_a_personal_table_are_drawn_not_said(zhou: User):
    document = kept(zhou, "名单.csv", ("姓名,电话\n" + "张三,13800000000\n" * 100).encode())
    found = outline(document, Secrecy.PERSONAL)
    assert (found.pages, found.blocks, found.cut) == (3, (), False)
    assert picture(draw(document, 3, mark=WORDS, now=NOW)).size == (1131, 1600)


def test_a_file_that_is_gone_is_a_problem_not_an_error(zhou: User, folder: object):
    document = kept(zhou, "一页.pdf", files.PDF)
    document.sha256 = "0" * 64
    assert outline(document, Secrecy.OPEN).problem
    with pytest.raises(Undrawn):
        draw(document, 1, mark="", now=NOW)


def test_the_codes_on_a_page_are_read_where_there_are_any(zhou: User):
    document = kept(zhou, "签字.pdf", files.coded("https://example.org/#1", ""))
    assert codes(document, 1) == ["https://example.org/#1"]
    assert codes(document, 2) == []
    with pytest.raises(Undrawn):
        codes(document, 3)


def test_the_codes_on_a_photo_are_read(zhou: User):
    out = io.BytesIO()
    files.photographed("照片上的码").save(out, "JPEG", quality=75)
    assert codes(kept(zhou, "签字.jpg", out.getvalue()), 1) == ["照片上的码"]
