"""Fields for amounts, half points, documents and rows: text as people type it, values as rules read them."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.kernel.errors import Malformed
from grants.kernel.money import format_fen, parse_yuan
from grants.kernel.scoring import format_points, parse_points

AMOUNT_ERRORS = {
    "empty": _("请填写金额，例如 25,833.00。"),
    "negative": _("金额不能是负数。"),
    "too_many_decimals": _("金额最多写到分，也就是两位小数。"),
    "too_large": _("金额太大了，请检查是不是多写了几位。"),
    "not_an_amount": _("请只写数字，例如 25,833.00，不要写“元”或汉字。"),
}


def plain(text: str) -> str:
    """The text with full-width digits and signs made ordinary, as a phone keyboard may send them."""
    return unicodedata.normalize("NFKC", text).strip()


class LongSelect(forms.Select):
    """A list to open, of any length: its lines are written at once, for a template of each costs a page its time."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The field as HTML, like Django's; `choices` are pairs, without groups."""
        chosen = {str(one) for one in self.format_value(value)}
        marked = {True: SafeString(" selected"), False: ""}
        rows = ((one, marked[str(one) in chosen], label) for one, label in self.choices)
        lines = format_html_join("", '<option value="{}"{}>{}</option>', rows)
        about = self.build_attrs({"name": name, **self.attrs}, attrs)
        return format_html("<select{}>{}</select>", flatatt(about), lines)


class MoneyField(forms.CharField):
    """An amount in yuan, as fen."""

    kind = "money"

    def to_python(self, value: Any) -> Any:
        """The fen, or None where nothing was typed."""
        if isinstance(value, int) or not str(value or "").strip():
            return value if isinstance(value, int) else None
        try:
            return parse_yuan(str(value))
        except Malformed as error:
            raise ValidationError(str(AMOUNT_ERRORS.get(error.code, AMOUNT_ERRORS["not_an_amount"]))) from error

    def prepare_value(self, value: Any) -> Any:
        """Fen are shown in yuan; what was typed stays as typed."""
        return format_fen(value) if isinstance(value, int) else value


class WholeField(forms.CharField):
    """A whole number that is not negative."""

    kind = "number"

    def to_python(self, value: Any) -> Any:
        """The number, or None where nothing was typed."""
        text = plain(str(value if value is not None else "")).replace(",", "")
        if not text:
            return None
        if not re.fullmatch(r"[0-9]{1,9}", text):
            raise ValidationError(gettext("请写一个整数，例如 12。"))
        return int(text)


class HalfField(forms.CharField):
    """Points in steps of a half, as half points."""

    kind = "half"

    def to_python(self, value: Any) -> Any:
        """Half points, or None where nothing was typed."""
        text = plain(str(value or ""))
        if not text:
            return None
        try:
            return parse_points(text)
        except Malformed as error:
            raise ValidationError(gettext("请写分数，可以带半分，例如 7.5。")) from error

    def prepare_value(self, value: Any) -> Any:
        """Half points are shown as points."""
        return format_points(value) if isinstance(value, int) else value


class DayField(forms.DateField):
    """A day, as ISO text."""

    kind = "date"

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        formats = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"]
        super().__init__(widget=widget, input_formats=formats, **options)
        self.error_messages["invalid"] = _("请写日期，例如 2027-03-05。")

    def clean(self, value: Any) -> Any:
        """The day as ISO text, or None where nothing was typed."""
        day = super().clean(plain(value) if isinstance(value, str) else value)
        return day.isoformat() if isinstance(day, dt.date) else None


class DocumentField(forms.Field):
    """A document that the view has kept before: its id, with its name for the page.

    Where it `binds`, several photos may come; they lie in `frames` until the deed's own button makes them one PDF.
    """

    kind = "document"
    widget = forms.FileInput

    def __init__(
        self, *, kept: Any = None, problem: str = "", frames: Sequence[Any] = (), binds: bool = False, **options: Any
    ) -> None:
        super().__init__(**options)
        self.kept, self.problem, self.frames, self.binds = kept, problem, frames, binds
        if binds:
            self.widget.attrs["multiple"] = True

    def clean(self, _value: Any) -> Any:
        """The id of the document as text, or None. Raises ValidationError with what the store said."""
        if self.problem:
            raise ValidationError(self.problem)
        if self.kept is None and self.required:
            raise ValidationError(gettext("请选择要上传的文件。"))
        return str(self.kept.pk) if self.kept else None


class RowsWidget(forms.Widget):
    """Cells named `field-row-column`, read until no more rows are there."""

    columns: Sequence[str] = ()

    def value_from_datadict(self, data: Mapping[str, Any], _files: Any, name: str) -> list[dict[str, str]]:
        """Every row that was sent, empty ones too, as typed."""
        count = int(plain(data.get(f"{name}-rows") or "0") or 0)
        return [
            {column: str(data.get(f"{name}-{n}-{column}") or "") for column in self.columns}
            for n in range(min(count, 200))
        ]


class RowsField(forms.Field):
    """A table to fill in; every column is a field of its own. Wholly empty rows are left out."""

    kind = "rows"
    spare = 3
    fixed = False
    most: int | None = None
    """How many rows are drawn at the most."""

    def __init__(self, columns: Mapping[str, forms.Field], **options: Any) -> None:
        self.columns = columns
        widget = RowsWidget()
        widget.columns = tuple(columns)
        super().__init__(widget=widget, **options)

    def clean(self, value: Any) -> list[dict[str, Any]]:
        """The filled rows. Raises ValidationError that names row and column."""
        faults: list[str] = []
        rows = []
        for number, row in enumerate(value or [], 1):
            if self.counts(row):
                rows.append(self._row(number, row, faults))
        if not rows and self.required:
            faults.append(gettext("请至少填一行。"))
        if faults:
            raise ValidationError(faults)
        return rows

    def counts(self, row: Mapping[str, str]) -> bool:
        """Whether anything is in the row."""
        return any(plain(cell) for cell in row.values())

    def _row(self, number: int, row: Mapping[str, str], faults: list[str]) -> dict[str, Any]:
        found = {}
        for name, column in self.columns.items():
            try:
                found[name] = column.clean(row.get(name, ""))
            except ValidationError as error:
                words = {"n": number, "column": str(column.label), "fault": error.messages[0]}
                faults.append(gettext("第%(n)s行“%(column)s”：%(fault)s") % words)
        return {name: cell for name, cell in found.items() if cell is not None and cell != ""}

    def grid(self, bound: forms.BoundField) -> list[list[dict[str, Any]]]:
        """The cells to draw: what was typed or is known, and a few empty rows."""
        rows = [row for row in (bound.value() or []) if any(str(cell) for cell in row.values())]
        drawn = [*rows, *({} for _n in range(self.spare))][: self.most]
        return [self._cells(bound, n, row) for n, row in enumerate(drawn)]

    def _cells(self, bound: forms.BoundField, n: int, row: Mapping[str, Any]) -> list[dict[str, Any]]:
        cells = []
        for name, column in self.columns.items():
            attrs = {"id": f"{bound.auto_id}-{n}-{name}", "aria-label": f"{column.label} {n + 1}"}
            value = column.prepare_value(row.get(name, ""))
            html = column.widget.render(f"{bound.html_name}-{n}-{name}", value, attrs)
            cells.append({"label": column.label, "html": html, "hidden": column.widget.is_hidden})
        return cells


class OneRowField(RowsField):
    """A table of one row, which neither goes nor gets a second: a person."""

    spare = 1
    fixed = True
    most = 1
