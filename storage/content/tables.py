"""The cells of the first table in a workbook or a CSV file, each where it stands. Made by the helper."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, BinaryIO

from openpyxl import load_workbook
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from storage.content.extracting import cell, rows_of_word
from storage.content.texts import text_of
from storage.kinds import XLSX

MOST_OF_ONE = 1_000
"""Letters of one cell."""

MOST_OF_WORD = 6_000
"""Letters of one cell of a Word table, where whole passages are written."""

Rows = list[list[str]]


def table(
    file: BinaryIO, media_type: str, most_rows: int, most_columns: int, *, typed: bool = False
) -> tuple[Rows, bool]:
    """Return the rows as they stand, empty ones too, and whether there are more rows than wanted.

    Of a workbook the first sheet that is not hidden, as values that were last computed; `typed`: as formulas, each
    led by `=`. Raise `Flaw`.
    """
    rows = _xlsx(file, most_columns, typed=typed) if media_type == XLSX else _csv(file)
    found = [_row(cells, most_columns) for cells in islice(rows, most_rows + 1)]
    while found and not found[-1]:
        found.pop()
    return found[:most_rows], len(found) > most_rows


def forms(file: BinaryIO, most_rows: int) -> tuple[Rows, bool]:
    """Return the rows of every table of a Word file one after the other, and whether there are more. Raise `Flaw`."""
    found = list(islice(rows_of_word(file), most_rows + 1))
    return [[cell[:MOST_OF_WORD] for cell in row] for row in found[:most_rows]], len(found) > most_rows


def _row(cells: Iterable[str], most: int) -> list[str]:
    row = [cell[:MOST_OF_ONE] for cell in islice(cells, most)]
    while row and not row[-1]:
        row.pop()
    return row


def _xlsx(file: BinaryIO, most_columns: int, *, typed: bool) -> Iterator[list[str]]:
    book = load_workbook(file, read_only=True, data_only=not typed, keep_links=False)
    sheet: Any = next(one for one in book.worksheets if one.sheet_state == "visible")
    sheet.reset_dimensions()
    for values in sheet.iter_rows(max_col=most_columns, values_only=True):
        yield [_words(value) for value in values]


def _words(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, ArrayFormula | DataTableFormula):
        return f"={cell(value.text) if isinstance(value, ArrayFormula) else ''}".replace("==", "=", 1)
    return cell(value)


def _csv(file: BinaryIO) -> Iterator[list[str]]:
    lines = "".join(text_of(file)).splitlines(keepends=True)
    for row in csv.reader(lines):
        yield [" ".join(cell.split()) for cell in row]
