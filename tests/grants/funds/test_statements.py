"""What the bank sends back: read by headings and words of a template, faults by cell, also from ISO 20022 messages."""

from __future__ import annotations

import datetime as dt
import io

import pytest

from grants.funds.banking.reading import Reading, read, unkept
from grants.funds.banking.shapes import StatementShape, parse, presets
from storage.refusal import Refused
from storage.tables import read_message, read_table

TODAY = dt.date(2027, 3, 10)
STATEMENT = """账户明细,,,,,,,
交易日期,交易流水号,支出金额,收入金额,对方户名,对方账号,摘要,余额
2027-03-05,BOC001,"17,500.00",,莲都区红十字会,6222021202001234567,资助款 QNZJ-2027-0001-BK1,1.00
20270307,BOC002,,"17,500.00",莲都区红十字会,6222021202001234567,退汇：账号户名不符,1.00
2027-03-08 10:22:01,BOC003,12.50,,,,手续费,1.00
2027-03-08,BOC004,-100.00,,莲都区红十字会,6222****4567,冲正,1.00
2027-03-09,BOC005,,300.00,（某）爱心企业,1111222233334444,捐款,1.00
2027-03-09,BOC005,,300.00,（某）爱心企业,1111222233334444,捐款,1.00
合计,,17612.50,17800.00,,,,
"""
MESSAGE = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId>
<CreDtTm>2027-03-08T00:00:00</CreDtTm></GrpHdr><Stmt><Ntry><Amt Ccy="CNY">17500.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>
<BookgDt><Dt>2027-03-05</Dt></BookgDt><AcctSvcrRef>R1</AcctSvcrRef><NtryDtls><TxDtls><Refs>
<EndToEndId>QNZJ-2027-0001-BK1/1</EndToEndId></Refs><RltdPties><Cdtr><Nm>莲都区红十字会</Nm></Cdtr><CdtrAcct><Id><Othr>
<Id>6222021202001234567</Id></Othr></Id></CdtrAcct></RltdPties></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="CNY">5.00</Amt>
<CdtDbtInd>CRDT</CdtDbtInd><RvslInd>true</RvslInd><BookgDt><Dt>2027-03-06</Dt></BookgDt><AcctSvcrRef>R2</AcctSvcrRef>
</Ntry></Stmt></BkToCstmrStmt></Document>"""
ANSWER = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"><CstmrPmtStsRpt><GrpHdr><MsgId>1</MsgId>
<CreDtTm>2027-03-06T00:00:00</CreDtTm></GrpHdr><OrgnlPmtInfAndSts><TxInfAndSts><StsId>S1</StsId>
<OrgnlEndToEndId>QNZJ-2027-0001-BK1/1</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><AddtlInf>账号不存在</AddtlInf>
</StsRsnInf><OrgnlTxRef><Amt><InstdAmt Ccy="CNY">17500.00</InstdAmt></Amt><Cdtr><Nm>莲都区红十字会</Nm></Cdtr><CdtrAcct>
<Id><Othr><Id>6222021202001234567</Id></Othr></Id></CdtrAcct></OrgnlTxRef></TxInfAndSts></OrgnlPmtInfAndSts>
</CstmrPmtStsRpt></Document>"""


def shape() -> StatementShape:
    """The shipped template."""
    found = parse(presets()["statement"])
    assert isinstance(found, StatementShape)
    return found


def table(text: str, encoding: str = "utf-8") -> Reading:
    """A CSV file, through the helper."""
    raw = text.encode(encoding)
    cells = read_table(io.BytesIO(raw), name="明细.csv", size=len(raw), rows=100, columns=40, typed=True)
    return read(cells, shape(), today=TODAY)


def xml(text: str) -> Reading:
    """A message, through the helper."""
    raw = text.encode()
    return read(read_message(io.BytesIO(raw), size=len(raw), rows=100), shape(), today=TODAY)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_statement_is_read_by_its_headings_in_either_encoding(encoding: str):
    found = table(STATEMENT, encoding)
    assert not found.faults
    told = [(line.reference, line.kind, line.booked_on, line.fen, line.tail, line.undone) for line in found.lines]
    assert told == [
        ("BOC001", "paid", "2027-03-05", 1_750_000, "4567", False),
        ("BOC002", "returned", "2027-03-07", 1_750_000, "4567", False),
        ("BOC003", "paid", "2027-03-08", 1_250, "", False),
        ("BOC004", "returned", "2027-03-08", 10_000, "4567", True),
        ("BOC005", "refund", "2027-03-09", 30_000, "4444", False),
    ]
    assert (found.sums, found.twice, found.unread) == (1, 1, ["余额"])
    assert unkept(found.kept()) == found.lines


def test_a_return_file_says_by_its_status_what_became_of_each():
    found = table(
        "企业流水号,收款人户名,收款人账号,金额,处理状态,失败原因,处理日期\n"
        "QNZJ-2027-0001-BK1/1,莲都区红十字会,6222021202001234567,17500.00,成功,,2027-03-06\n"
        "QNZJ-2027-0002-BK1/1,景宁县红十字会,6222021202007654321,17500.00,失败,账号不存在,2027-03-06\n"
        "QNZJ-2027-0003-BK1/1,云和县红十字会,6222021202001111111,17500.00,退汇,户名不符,2027-03-08\n"
    )
    assert [(line.kind, line.reference) for line in found.lines] == [
        ("paid", "QNZJ-2027-0001-BK1/1:成功"),
        ("refused", "QNZJ-2027-0002-BK1/1:失败"),
        ("returned", "QNZJ-2027-0003-BK1/1:退汇"),
    ]
    assert "账号不存在" in found.lines[1].summary


def test_faults_stand_at_their_cells_as_excel_names_them():
    found = table(
        "交易日期,交易流水号,借贷标志,交易金额,对方户名,对方账号,摘要\n"
        "2027-13-05,A1,借,1.00,某,1234,\n"
        "2027-03-05,A2,左,1.00,某,1234,\n"
        "2027-03-05,A3,借,1.005,某,1234,\n"
        "2027-03-11,A4,借,1.00,某,1234,\n"
        "2027-03-05,1.23E+17,借,1.00,某,1234,\n"
        "2027-03-05,A6,借,1.00,=1+1,1234,\n"
        "2027-03-05,A7,借,1.00,某,1234,\n"
        "2027-03-05,A7,借,2.00,某,1234,\n"
    )
    assert [fault.cell for fault in found.faults] == ["A2", "C3", "D4", "A5", "B6", "E7", "B9"]
    assert len(found.lines) == 1


def test_a_file_without_known_headings_says_what_to_do():
    found = table("甲,乙\n1,2\n")
    assert "模板" in found.faults[0].message
    assert "流水号" in table("交易日期,金额,对方户名,摘要\n2027-03-05,1.00,某,\n").faults[0].message


def test_messages_of_the_standard_are_read_as_a_table():
    found = xml(MESSAGE)
    assert not found.faults, found.faults
    first, second = found.lines
    assert (first.kind, first.reference, first.fen, first.tail) == ("paid", "R1", 1_750_000, "4567")
    assert "QNZJ-2027-0001-BK1" in first.summary
    assert (second.kind, second.undone) == ("returned", True)
    (refused,) = xml(ANSWER).lines
    assert (refused.kind, refused.reference, refused.fen) == ("refused", "S1", 1_750_000)
    assert "账号不存在" in refused.summary


def test_a_message_with_entities_or_of_another_kind_is_refused():
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]>' + MESSAGE.split("?>")[1]
    for text in (bomb, MESSAGE.replace("BkToCstmrStmt", "SomethingElse"), MESSAGE[:400]):
        raw = text.encode()
        with pytest.raises(Refused):
            read_message(io.BytesIO(raw), size=len(raw), rows=100)
