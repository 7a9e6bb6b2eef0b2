"""A table is read cell by cell where nothing in it can hurt, and is kept nowhere."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from storage.refusal import Refused
from storage.tables import read_table


def rows_of(content: bytes, name: str = "表.xlsx", rows: int = 10, columns: int = 4) -> list[list[str]]:
    return read_table(io.BytesIO(content), name=name, size=len(content), rows=rows, columns=columns)


def workbook(*rows: list[Any], hidden: bool = False) -> bytes:
    book = Workbook()
    sheet: Any = book.active
    if hidden:
        sheet.append(["藏起来的"])
        sheet.sheet_state = "hidden"
        sheet = book.create_sheet("看得见的")
    for row in rows:
        sheet.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def test_cells_stand_where_they_stood():
    found = rows_of(workbook(["a", None, 2.5], [], [date(2027, 3, 1), 0.1 + 0.2, 123456789.12]))
    assert found == [["a", "", "2.5"], [], ["2027-03-01", "0.3", "123456789.12"]]


def test_a_hidden_sheet_is_not_read():
    assert rows_of(workbook(["甲"], hidden=True)) == [["甲"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_in_any_encoding_met_in_china(encoding: str):
    assert rows_of('科目,单价\r\n餐费,"1,200"\r\n'.encode(encoding), "表.csv") == [["科目", "单价"], ["餐费", "1,200"]]


def test_columns_beyond_are_left_and_rows_beyond_are_refused():
    assert rows_of(workbook([1, 2, 3, 4, 5])) == [["1", "2", "3", "4"]]
    with pytest.raises(Refused, match="超过 2 行"):
        rows_of(workbook(["a"], ["b"], ["c"]), rows=2)


def test_empty_rows_at_the_end_do_not_count():
    assert rows_of("甲\n\n\n\n".encode(), "表.csv", rows=1) == [["甲"]]


@pytest.mark.parametrize(
    ("name", "content"), [("表.xlsx", b"PK\x03\x04 no"), ("表.pdf", b"%PDF-1.7\n"), ("表.csv", b"\0\1")]
)
def test_what_is_no_table_is_refused(name: str, content: bytes):
    with pytest.raises(Refused):
        rows_of(content, name)


def test_formulas_stand_there_where_cells_are_wanted_as_they_were_typed():
    content = workbook(["=1+1", "甲"], [ArrayFormula("A2", "=SUM(B1:B9)")])
    found = read_table(io.BytesIO(content), name="表.xlsx", size=len(content), rows=10, columns=4, typed=True)
    assert found == [["=1+1", "甲"], ["=SUM(B1:B9)"]]
    assert rows_of(content)[0] == ["", "甲"]  # nobody has computed it yet
