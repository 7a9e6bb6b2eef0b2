"""A table of cells as Excel holds it or the clipboard brings it: headings, cells by name, faults at their cells."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from openpyxl.utils import get_column_letter

from grants.kernel.errors import Malformed
from grants.kernel.money import parse_yuan

Cells = Sequence[Sequence[str]]
HEADED = 20
"""Rows at the top among which the headings are looked for."""
_DAY = re.compile(r"((?:19|20)[0-9]{2})(?:-|/|\.|年)([0-9]{1,2})(?:-|/|\.|月)([0-9]{1,2})日?")
_ROUNDED = re.compile(r"[0-9](\.[0-9]+)?[eE]\+[0-9]+")


@dataclass(frozen=True)
class Column:
    """One column: its heading, and other headings under which people write the same."""

    name: str
    label: Any
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class CellFault:
    """What is wrong, and where: a cell as Excel names it, or a row; and what stands there."""

    cell: str
    message: str
    found: str = ""


def pasted(text: str) -> list[list[str]]:
    """Cells copied from Excel or WPS: columns apart by tabs, a cell of several lines in quotation marks."""
    lines = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    rows = csv.reader(io.StringIO(lines), delimiter="\t")
    return [[" ".join(cell.split()) for cell in row] for row in rows]


def as_text(cells: Cells) -> str:
    """The same cells as they would be pasted."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter="\t", lineterminator="\n").writerows(cells)
    return out.getvalue()


def cell_name(column: int, row: int) -> str:
    """A cell as Excel names it: the first column, counted from 0, of row 3 is A3."""
    return f"{get_column_letter(column + 1)}{row}"


def headings(cells: Cells, columns: Sequence[Column], enough: int) -> tuple[dict[str, int], int]:
    """Which column stands where, and how many rows come before the first line.

    The headings are the first row with `enough` of them; without any the columns come in their own order.
    """
    for number, row in enumerate(cells[:HEADED], start=1):
        names = [_column_of(cell, columns) for cell in row]
        if len({name for name in names if name}) >= enough:
            return {name: names.index(name) for name in names if name}, number
    return {column.name: at for at, column in enumerate(columns)}, 0


def _column_of(cell: str, columns: Sequence[Column]) -> str:
    words = plain(cell)
    return next((column.name for column in columns if words in {*column.also, plain(str(column.label))}), "")


def plain(words: str) -> str:
    """Without what people put around a heading: its unit, a star, spaces."""
    folded = unicodedata.normalize("NFKC", words).strip().lower()
    return folded.partition("(")[0].replace("*", "").replace(":", "").strip()


def whole_of(words: str) -> int | None:
    """A whole number as people and spreadsheets write it: 40, 1,000, 40.0; None for anything else."""
    try:
        number, rest = divmod(parse_yuan(words), 100)
    except Malformed:
        return None
    return None if rest else number


def day_of(words: str) -> date | None:
    """A day of 1900 or later as people write it: 2020-01-05, 2020/1/5, 2020.1.5, 2020年1月5日; None otherwise."""
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", words).strip())
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def rounded(words: str) -> bool:
    """Whether a spreadsheet has made a number of what was a code, and lost its last figures: 3.30102E+17."""
    return _ROUNDED.fullmatch(words) is not None
