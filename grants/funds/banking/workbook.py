"""A workbook of one sheet in which everything is text, written by ourselves: the same cells give the same bytes.

No library's version, clock or packing can change a file whose digest stands on a signed sheet; nothing is a formula.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from openpyxl.utils import get_column_letter

FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)
HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS: Final = {
    "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{TYPE}.styles+xml"/></Types>',
    "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" '
    f'Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'{HEAD}<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/>'
    '</font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill '
    'patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/>'
    '</border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="49" fontId="0" '
    'fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1"/></cellXfs><cellStyles count="1">'
    '<cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}
"""Everything but the sheet and its name. Style 1 is text, and stays text when somebody edits the cell."""


def workbook(title: str, rows: Sequence[Sequence[str]]) -> bytes:
    """The bytes of the workbook."""
    out = io.BytesIO()
    parts = {**PARTS, "xl/workbook.xml": _book(title), "xl/worksheets/sheet1.xml": _sheet(rows)}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(parts, key=lambda one: (one != "[Content_Types].xml", one)):
            info = zipfile.ZipInfo(name, FIRST_DAY)
            info.create_system, info.external_attr = 3, 0o600 << 16
            archive.writestr(info, parts[name].encode())
    return out.getvalue()


def _book(title: str) -> str:
    name = quoteattr("".join(sign for sign in title if sign not in "[]:*?/\\")[:31] or "Sheet1")
    return (
        f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name={name} sheetId="1" r:id="rId1"/>'
        "</sheets></workbook>"
    )


def _sheet(rows: Sequence[Sequence[str]]) -> str:
    inside = "".join(_row(number, row) for number, row in enumerate(rows, start=1))
    return f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>{inside}</sheetData></worksheet>'


def _row(number: int, cells: Sequence[str]) -> str:
    inside = "".join(_cell(f"{get_column_letter(at)}{number}", cell) for at, cell in enumerate(cells, start=1))
    return f'<row r="{number}">{inside}</row>'


def _cell(name: str, text: str) -> str:
    return f'<c r="{name}" s="1" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
