"""Inspection: content decides, and each refusal says what to do."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from pytest_django import Settings

from storage import sandbox
from storage.inspection import check_announced, inspect
from storage.kinds import KINDS, UNWANTED, UNWANTED_SUFFIXES
from storage.refusal import Refused
from tests.storage import files

WORD_FILE = files.office(files.WORD, "word")
EXCEL_FILE = files.office(files.EXCEL, "xl")
OFD_FILE = files.ofd()
INVOICE = "<EInvoice><名称>浙江</名称></EInvoice>"
TABLE = "姓名,电话\n张三,13800000000\n"


def taken(content: bytes, name: str) -> str:
    """The media type of an accepted file."""
    return inspect(io.BytesIO(content), name=name, size=len(content))


def refused(content: bytes, name: str) -> Refused:
    """The refusal of a file that is not accepted."""
    with pytest.raises(Refused) as caught:
        taken(content, name)
    assert str(caught.value) == caught.value.message
    assert caught.value.message.endswith("。")
    return caught.value


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (files.PDF, "a.pdf", "application/pdf"),
        (files.JPEG, "a.jpg", "image/jpeg"),
        (files.JPEG, "a.JPEG", "image/jpeg"),
        (files.PNG, "a.png", "image/png"),
        (files.WEBP, "a.webp", "image/webp"),
        (files.HEIC, "a.heic", "image/heic"),
        (files.HEIF, "a.heif", "image/heic"),
        (OFD_FILE, "a.ofd", "application/ofd"),
        (WORD_FILE, "a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (
            files.office(files.WORD, "word", "docProps__core.xml", "docProps__app.xml"),
            "a.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (EXCEL_FILE, "a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (files.archive(**{"a.txt": "x"}), "a.zip", "application/zip"),
        (f'<?xml version="1.0" encoding="UTF-8"?>{INVOICE}'.encode(), "a.xml", "application/xml"),
        (f'<?xml version="1.0" encoding="GBK"?>{INVOICE}'.encode("gbk"), "a.xml", "application/xml"),
        (f'<?xml version="1.0" encoding="utf-16"?>{INVOICE}'.encode("utf-16"), "a.xml", "application/xml"),
        (INVOICE.encode(), "a.xml", "application/xml"),
        ("你好\n".encode(), "a.txt", "text/plain"),
        ("你好\n".encode("gbk"), "a.txt", "text/plain"),
        ("你好\n".encode("utf-16"), "a.txt", "text/plain"),
        (b"1", "a.txt", "text/plain"),
        (TABLE.encode(), "a.csv", "text/csv"),
        (TABLE.encode("gbk"), "a.csv", "text/csv"),
    ],
)
def test_a_true_file_is_taken(content: bytes, name: str, media_type: str):
    assert taken(content, name) == media_type


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.pdf", "empty"),
        (files.EXE, "申报书.pdf", "executable"),
        (files.ELF, "a.zip", "executable"),
        (b"#!/bin/sh\nrm -rf /\n", "a.txt", "executable"),
        (b"import os\ndef f():\n  pass\n", "a.txt", "executable"),
        (b"<!DOCTYPE html><html><body>x", "a.pdf", "web_page"),
        (b"<!DOCTYPE html><html><body>x", "a.txt", "web_page"),
        (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>', "a.xml", "web_page"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"></svg>', "a.png", "svg"),
        ('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'.encode("utf-16"), "a.xml", "svg"),
        (b'<?xml version="1.0"?><s:svg xmlns:s="http://www.w3.org/2000/svg"/>', "a.xml", "svg"),
        (files.OLD_WORD, "a.docx", "old_office"),
        (files.office(files.SLIDES, "ppt"), "a.docx", "slides"),
        (files.office(files.SLIDES, "ppt", "docProps__core.xml", "docProps__app.xml"), "a.docx", "slides"),
        (files.office(files.MACRO, "word"), "a.docx", "macro"),
        (files.office(files.WORD, "word", **{"word__vbaProject.bin": "x"}), "a.docx", "macro"),
        (files.locked_archive(), "a.zip", "encrypted"),
        (WORD_FILE[:200], "a.docx", "broken"),
        (EXCEL_FILE, "a.docx", "mismatch"),
        (files.archive(**{"virus.exe": "MZ"}), "a.docx", "mismatch"),
        (files.JPEG, "a.png", "mismatch"),
        (b"just words\n", "a.xml", "mismatch"),
        (b"GIF89a\x01\0\x01\0", "a.png", "gif"),
        (b"\0" * 64, "a.txt", "unknown"),
        (b"\xff\xff\xff\x81", "a.txt", "unknown"),
    ],
)
def test_a_false_file_is_refused_for_its_own_reason(content: bytes, name: str, code: str):
    assert refused(content, name).code == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("报告.doc", "old_office"),
        ("a.WPS", "old_office"),
        ("a.html", "web_page"),
        ("a.svg", "svg"),
        ("a.exe", "executable"),
    ],
)
def test_a_name_alone_can_rule_a_file_out(name: str, code: str):
    with pytest.raises(Refused) as caught:
        check_announced(name, 1)
    assert caught.value.code == code


def test_an_old_word_file_is_told_how_to_save_itself():
    assert "另存为" in refused(files.OLD_WORD, "a.docx").message


def test_a_wrong_suffix_is_told_the_right_one():
    assert refused(files.PDF, "申报书.docx").message == (
        "这个文件其实是PDF，名字却以 .docx 结尾。请把名字的结尾改成 .pdf，再上传。"
    )


def test_an_unknown_suffix_is_told_what_is_taken():
    assert refused(files.PDF, "a.pages").message == (
        "不收 .pages 文件。可以上传：PDF、JPG、PNG、WEBP、HEIC、OFD、DOCX、XLSX、XML、ZIP、TXT、CSV。"
    )
    assert "没有后缀" in refused(files.PDF, "申报书").message


def test_a_file_over_the_limit_is_refused_with_both_sizes(settings: Settings):
    settings.STORAGE_MAX_BYTES = 1024
    check_announced("a.pdf", 1024)

    with pytest.raises(Refused) as caught:
        check_announced("a.pdf", 2048)

    assert caught.value.code == "too_large"
    assert "2.0\xa0KB" in caught.value.message
    assert "1.0\xa0KB" in caught.value.message


def test_the_limit_is_20_megabytes():
    check_announced("a.pdf", 20 * 1024 * 1024)
    with pytest.raises(Refused):
        check_announced("a.pdf", 20 * 1024 * 1024 + 1)


def test_text_may_break_inside_a_character_where_reading_stops():
    assert taken(("汉" * 400_000).encode(), "a.txt") == "text/plain"


def test_no_suffix_is_both_taken_and_unwanted():
    suffixes = [suffix for kind in KINDS for suffix in kind.suffixes]
    assert len(suffixes) == len(set(suffixes))
    assert not set(suffixes) & set(UNWANTED_SUFFIXES)
    assert not {kind.media_type for kind in KINDS} & set(UNWANTED)


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux which library is loaded")
def test_libmagic_is_the_one_in_the_wheel():
    taken(files.PDF, "a.pdf")
    maps = Path(f"/proc/{sandbox.ready().process.pid}/maps").read_text(encoding="utf-8")
    loaded = {line.split()[-1] for line in maps.splitlines() if "libmagic" in line}
    assert loaded
    assert all("pylibmagic" in path for path in loaded)
