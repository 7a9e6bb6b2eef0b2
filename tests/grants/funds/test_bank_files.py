"""Files for the bank: templates are data, every line is in one file, the same bytes always, nothing is a formula."""

from __future__ import annotations

import csv
import datetime as dt
import io
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from grants.funds.banking.shapes import PaymentShape, parse, presets
from grants.funds.banking.writing import About, PayLine, kept, read, written
from grants.programmes.profile.reader import ProfileError
from workflow.refusals import Refused

ABOUT = About("QNZJ-2027/3", dt.date(2027, 3, 5), "浙江省红十字会")
FIRST = PayLine(
    "QNZJ-2027-0001-BK1", 1, 1_750_000, "莲都区红十字会", "工商银行丽水分行", "6222021202001234567", "", "款"
)
LIVE = "=cmd|' /C calc'!A0"
LINES = [FIRST, PayLine("QNZJ-2027-0002-BK1", 2, 10_700_053, LIVE, "中国银行", "0012345678901", "104331000012", "=1+1")]
TOTAL = sum(line.fen for line in LINES)
PAYER = 'payer: {name: 浙江省红十字会, account: "1202020209900000001", cnaps: "102331000015"}\n'


def shape(code: str, text: str = "") -> PaymentShape:
    """A shipped template, or one of a text."""
    found = parse(text or presets()[code])
    assert isinstance(found, PaymentShape)
    return found


def with_payer(code: str) -> PaymentShape:
    """A shipped template with our own account in it."""
    return shape(code, presets()[code].rstrip() + "\n  " + PAYER)


@pytest.mark.parametrize("code", [code for code, text in presets().items() if isinstance(parse(text), PaymentShape)])
def test_every_line_is_in_one_file_and_the_same_lines_give_the_same_bytes(code: str):
    made = with_payer(code)
    files = written(made, LINES, ABOUT)
    assert sorted(line.number for file in files for line in file.lines) == [line.number for line in LINES]
    assert sum(file.total_fen for file in files) == TOTAL
    again = written(made, read(kept(LINES)), ABOUT)
    assert [file.content for file in again] == [file.content for file in files]
    assert all(len(file.sha256) == 64 for file in files)


def test_the_pair_parts_by_bank_and_keeps_figures_whole_and_words_dead():
    same, other = written(shape("pair"), LINES, ABOUT)
    assert (same.part.name, other.part.name) == ("同行转账", "跨行转账")
    head, row = csv.reader(io.StringIO(other.content.decode("gbk")))
    told = dict(zip(head, row, strict=True))
    assert told["收款账号"] == "\t0012345678901"
    assert told["金额"] == "107000.53"
    assert (told["收款户名"], told["用途"]) == (f"'{LIVE}", "'=1+1")


def test_a_workbook_holds_text_only_and_no_clock():
    (file,) = written(shape("standard"), LINES, ABOUT)
    sheet = load_workbook(io.BytesIO(file.content)).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s", "inlineStr"}
    values = [cell.value for cell in cells]
    assert "6222021202001234567" in values
    assert LIVE in values


def test_letters_that_gbk_has_not_are_named_with_their_payee():
    lines = [replace(LINES[0], holder="𬭼江红十字会")]
    with pytest.raises(Refused) as refused:
        written(shape("pair"), lines, ABOUT)
    assert "𬭼江红十字会（𬭼）" in str(refused.value)
    assert "GBK" in str(refused.value)
    assert written(shape("csv-utf8"), lines, ABOUT)


def test_fixed_columns_are_counted_in_bytes_and_never_cut():
    (file,) = written(shape("example-fixed"), LINES[:1], ABOUT)
    head, row = file.content.split(b"\r\n")[:2]
    assert head == b"H20270305000001000000001750000"
    assert len(row) == 1 + 32 + 80 + 12 + 15 + 40
    with pytest.raises(Refused) as refused:
        written(shape("example-fixed"), [replace(LINES[0], holder="很长的名字" * 12)], ABOUT)
    assert "80" in str(refused.value)


def test_the_text_file_leads_with_count_and_control_total():
    (file,) = written(shape("txt-piped"), LINES, ABOUT)
    assert file.content.decode("gb18030").splitlines()[0] == f"20270305|2|{TOTAL}"


@pytest.mark.parametrize("version", ["03", "09"])
def test_the_xml_has_the_elements_of_the_standard_in_their_order(version: str):
    (file,) = written(with_payer(f"pain-001-{version}"), LINES, ABOUT)
    root = ET.fromstring(file.content)
    space = f"{{urn:iso:std:iso:20022:tech:xsd:pain.001.001.{version}}}"
    assert root.tag == f"{space}Document"
    body = root[0]
    head, info = body
    names = [one.tag.removeprefix(space) for one in info]
    assert [one.tag.removeprefix(space) for one in head] == ["MsgId", "CreDtTm", "NbOfTxs", "CtrlSum", "InitgPty"]
    assert names == [
        *("PmtInfId", "PmtMtd", "NbOfTxs", "CtrlSum", "ReqdExctnDt", "Dbtr", "DbtrAcct", "DbtrAgt"),
        *("CdtTrfTxInf", "CdtTrfTxInf"),
    ]
    transfer = [one.tag.removeprefix(space) for one in info[-1]]
    assert transfer == ["PmtId", "Amt", "CdtrAgt", "Cdtr", "CdtrAcct", "RmtInf"]
    amounts = [one.text for one in root.iter(f"{space}InstdAmt")]
    assert amounts == ["17500.00", "107000.53"]
    assert head.findtext(f"{space}CtrlSum") == "124500.53"
    assert info[-1].findtext(f".//{space}EndToEndId") == "QNZJ-2027-0002-BK1/2"
    assert (len(info.findall(f"{space}ReqdExctnDt/{space}Dt")) == 1) == (version == "09")


def test_xml_without_our_account_is_refused_in_words():
    with pytest.raises(Refused) as refused:
        written(shape("pain-001-03"), LINES, ABOUT)
    assert "payer" in str(refused.value)


def test_a_template_tells_every_fault_by_its_line():
    text = presets()["pair"].replace("encoding: gbk", "encoding: big5", 1).replace("value: holder", "value: holdr", 1)
    with pytest.raises(ProfileError) as error:
        parse(text)
    assert len({fault.line for fault in error.value.faults}) == 2
    with pytest.raises(ProfileError):
        parse(presets()["pair"].replace("lines: other_bank", "lines: all"))
    with pytest.raises(ProfileError):
        parse(presets()["pair"].replace("        - {label: 金额, value: amount}\n", ""))
