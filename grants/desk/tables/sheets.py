"""Tables as files for Excel: safe against formulas, real numbers and days, the same bytes for the same rows."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
EPOCH = dt.datetime(1980, 1, 1)  # noqa: DTZ001 -- the first day that a ZIP can name
STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
AMOUNT, DAY, MOMENT = "#,##0.00", "yyyy-mm-dd", "yyyy-mm-dd hh:mm"


@dataclass(frozen=True)
class Yuan:
    """An amount in fen, shown in yuan."""

    fen: int

    @property
    def decimal(self) -> Decimal:
        """Exactly the amount in yuan."""
        return Decimal(self.fen).scaleb(-2)


Value = str | int | Yuan | dt.date | dt.datetime | None
Table = Iterable[Sequence[Value]]


def safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula when it opens a CSV: what might be one is led by an apostrophe."""
    clean = UNPRINTABLE.sub("", text)
    return f"'{clean}" if clean.startswith(DANGEROUS) else clean


def as_csv(heads: Sequence[str], rows: Table) -> bytes:
    """CSV in UTF-8 with the mark by which Excel knows it, lines ended as Excel ends them."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([safe(head) for head in heads])
    writer.writerows([_plain(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _plain(value: Value) -> str:
    if isinstance(value, Yuan):
        return f"{value.decimal:.2f}"
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, dt.date):
        return value.isoformat()
    return safe(value) if isinstance(value, str) else "" if value is None else str(value)


def as_xlsx(title: str, heads: Sequence[str], rows: Table, *, widths: Sequence[int] = ()) -> bytes:
    """A workbook of one sheet, its headings fixed and filtered; times inside the file are always the same."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(title[:31])
    for n, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(n)].width = width
    sheet.freeze_panes = "A2"
    sheet.append([_head(sheet, head) for head in heads])
    count = 1
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
        count += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(heads))}{count}"
    made = io.BytesIO()
    book.save(made)
    return timeless(made.getvalue())


def _head(sheet: Any, text: str) -> Any:
    cell = _text(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: Any, value: Value) -> Any:
    if isinstance(value, Yuan):
        return _formatted(sheet, value.decimal, AMOUNT)
    if isinstance(value, dt.datetime):
        return _formatted(sheet, value.replace(tzinfo=None), MOMENT)
    if isinstance(value, dt.date):
        return _formatted(sheet, value, DAY)
    if not isinstance(value, str):
        return value
    return _text(sheet, value)


def _text(sheet: Any, value: str) -> Any:
    """Text and nothing else: no formula, no error code, and still text when somebody edits the cell."""
    clean = UNPRINTABLE.sub("", value)
    cell: Any = WriteOnlyCell(sheet, clean)
    cell.data_type = "s"
    cell.quotePrefix = clean.startswith(DANGEROUS)
    return cell


def _formatted(sheet: Any, value: Any, shape: str) -> Any:
    cell = WriteOnlyCell(sheet, value)
    cell.number_format = shape
    return cell


def timeless(content: bytes) -> bytes:
    """The same workbook with no word of when it was made."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            part = old.read(name)
            if name == "docProps/core.xml":
                part = STAMP.sub(rb"\g<1>" + EPOCH.strftime("%Y-%m-%dT%H:%M:%SZ").encode(), part)
            info = zipfile.ZipInfo(name, EPOCH.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, part)
    return out.getvalue()
