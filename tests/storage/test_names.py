"""The shown name: safe on any disk, honest about its suffix."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage.names import HIDDEN, MAX_BYTES, MAX_CHARACTERS, shown_name, suffix_of

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("申报书(终稿).pdf", "申报书(终稿).pdf"),
        ("申报书（终稿）.PDF", "申报书（终稿）.PDF"),
        ("../../etc/passwd", "passwd"),
        (r"C:\fakepath\申报书.docx", "申报书.docx"),
        ("a\x00b.pdf", "ab.pdf"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("z\u200bero\ufeff.pdf", "zero.pdf"),
        ("一\u3000份\t\n报告 .pdf", "一 份 报告.pdf"),
        ('a<b>:"c|d?*.pdf', "a_b___c_d__.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("lpt1.2027.pdf", "_lpt1.2027.pdf"),
        (".htaccess", "文件.htaccess"),
        ("  ..pdf", "文件.pdf"),
        ("报告.pdf. . ", "报告.pdf"),
        ("", "文件"),
        ("e\u0301te\u0301.txt", "été.txt"),
    ],
)
def test_a_name_becomes_plain(raw: str, shown: str):
    assert shown_name(raw) == shown


def test_a_name_of_360_characters_is_cut_before_its_suffix():
    shown = shown_name("汉" * 360 + ".docx")

    assert shown == "汉" * 64 + "….docx"


def test_a_bidi_override_cannot_hide_the_suffix():
    assert suffix_of(shown_name("photo\u202egpj.exe")) == ".exe"


def test_a_name_without_suffix_has_none():
    assert suffix_of("申报书") == ""
    assert suffix_of("申报书.终稿") == ""


@given(st.text(max_size=300))
@example("<\u0338" * 100)
@example("con\u200d.a")
@example("\u1100/\u1161.pdf")
def test_a_shown_name_is_safe_and_stays_as_it_is(raw: str):
    shown = shown_name(raw)

    assert shown_name(shown) == shown
    assert 0 < len(shown) <= MAX_CHARACTERS
    assert len(shown.encode()) <= MAX_BYTES
    assert not {unicodedata.category(c) for c in shown} & HIDDEN
    assert not set(shown) & set('/\\<>:"|?*')
    assert shown == shown.strip(" .")


@given(st.text(HAN, min_size=1, max_size=300), st.sampled_from([".pdf", ".JPG", ".docx"]))
def test_the_suffix_survives_any_length(stem: str, suffix: str):
    assert suffix_of(shown_name(stem + suffix)) == suffix.lower()
