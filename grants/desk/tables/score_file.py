"""A reviewer's projects as a workbook to fill in offline: only marks and words can be changed, marks in their steps."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from grants.desk.tables.reviewing import Row
from grants.desk.tables.sheets import DANGEROUS, UNPRINTABLE, timeless
from grants.kernel.scoring import format_points
from grants.programmes.profile.scoring import Rubric
from grants.reviews.queries import rubric_of
from grants.reviews.score_sheet import COMMENT, FIELD, NUMBER, REASON, SUM, TITLE, Held, columns_of

WIDTHS = {NUMBER.name: 18, TITLE.name: 28, FIELD.name: 12, SUM.name: 8, COMMENT.name: 50, REASON.name: 30}
MARK = 12
FILLED_IN = PatternFill("solid", fgColor="FFF7E6")
WRAPPED = Alignment(wrap_text=True, vertical="top")


def score_book(found: Sequence[Row], held: dict[str, Held]) -> bytes:
    """The workbook: the projects with what stands of each, and on a second sheet what every mark means.

    Raises IndexError without a project.
    """
    rubric = rubric_of(found[0].project)
    book = Workbook()
    sheet: Any = book.active
    sheet.title = gettext("评分表")
    _projects(sheet, rubric, found, held)
    _guide(book.create_sheet(gettext("评分标准")), rubric)
    made = io.BytesIO()
    book.save(made)
    return timeless(made.getvalue())


def _projects(sheet: Any, rubric: Rubric, found: Sequence[Row], held: dict[str, Held]) -> None:
    columns = columns_of(rubric)
    for n, column in enumerate(columns, start=1):
        _text(sheet.cell(1, n), str(column.label)).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(n)].width = WIDTHS.get(column.name, MARK)
    for line, row in enumerate(found, start=2):
        now = held[row.project.number]
        known = {NUMBER.name: row.project.number, TITLE.name: str(row.project), FIELD.name: row.field}
        for n, column in enumerate(columns, start=1):
            _cell(sheet.cell(line, n), column.name, known, now)
        _sum(sheet, line, len(rubric.scored))
    sheet.freeze_panes = "D2"
    sheet.protection.sheet = True  # without a password: against slips of the hand, not against anybody
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    for n, item in enumerate(rubric.scored, start=4):
        sheet.add_data_validation(_steps(get_column_letter(n), len(found) + 1, item.weight, rubric.method.step))


def _cell(cell: Any, name: str, known: dict[str, str], now: Held) -> None:
    cell.alignment = WRAPPED
    if name in known:
        _text(cell, known[name])
        return
    if name == SUM.name:
        return
    value = now.value(name)
    if isinstance(value, int):
        cell.value = value / 2
        cell.number_format = "0.0"
    elif value:
        _text(cell, value)
    if not now.shut:
        cell.protection = Protection(locked=False)
        cell.fill = FILLED_IN


def _sum(sheet: Any, line: int, marks: int) -> None:
    """The one formula, ours: what the marks of the line add up to."""
    first, last = get_column_letter(4), get_column_letter(3 + marks)
    sheet.cell(line, 4 + marks).value = f"=SUM({first}{line}:{last}{line})"


def _steps(column: str, last: int, weight: int, step: str) -> DataValidation:
    """What a mark may be, told by Excel as soon as it is typed."""
    first = f"{column}2"
    whole = f"MOD({first}*{'2' if step == '0.5' else '1'},1)=0"
    allowed = f"AND(ISNUMBER({first}),{first}>=0,{first}<={weight},{whole})"
    told = {"n": format_points(2 * weight), "step": step}
    rule = DataValidation(type="custom", formula1=allowed, allow_blank=True, showErrorMessage=True)
    rule.error = gettext("请填0到%(n)s，以%(step)s分为一档") % told
    rule.add(f"{first}:{column}{last}")
    return rule


def _guide(sheet: Any, rubric: Rubric) -> None:
    heads = (gettext("评分项"), gettext("满分"), gettext("看什么"), gettext("好"), gettext("中"), gettext("差"))
    for n, (head, width) in enumerate(zip(heads, (24, 8, 50, 40, 40, 40), strict=True), start=1):
        _text(sheet.cell(1, n), head).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(n)].width = width
    for line, item in enumerate(rubric.scored, start=2):
        hints = "\n".join(f"{hint.label} {hint.points}" for hint in item.sub)
        words = (item.label, str(item.weight), hints, *(anchor.label for anchor in item.anchors))
        for n, text in enumerate(words, start=1):
            _text(sheet.cell(line, n), text).alignment = WRAPPED
    sheet.protection.sheet = True


def _text(cell: Any, value: str) -> Any:
    """Text and nothing else: no formula, and still text when somebody edits the cell."""
    cell.value = clean = UNPRINTABLE.sub("", value)
    cell.data_type = "s"
    cell.quotePrefix = clean.startswith(DANGEROUS)
    return cell
