"""The form of one section of a round's configuration: tables whose rows keep a code that nobody sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString

from grants.desk.forms.asks import AskForm
from grants.desk.forms.fields import RowsField, plain
from grants.desk.setup.parts import FIXED
from grants.desk.setup.sections import parts_everywhere
from workflow.rules import Ask

CODE, LABEL = "code", "label"
STANDING = frozenset(part.name for _section, part in parts_everywhere() if isinstance(part, FIXED))
"""Tables whose lines neither come nor go."""


class Said(forms.HiddenInput):
    """Words that are read and sent back as they are."""

    input_type = "hidden"
    is_hidden = False

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """The words, and the field that carries them."""
        return format_html("<span>{}</span>{}", value or "", super().render(name, value, attrs, renderer))


class CodedRows(RowsField):
    """A table in which a row that was there goes when its name is emptied, and a new one comes when it has one."""

    spare = 1

    def counts(self, row: Mapping[str, str]) -> bool:
        """Whether the row is to be there."""
        seen = [name for name in self.columns if name != CODE]
        if CODE not in self.columns or not row.get(CODE):
            return any(plain(row.get(name, "")) for name in seen)
        return self.fixed or bool(plain(row.get(seen[0], "")))


class StandingRows(CodedRows):
    """A table whose lines neither come nor go."""

    spare = 0
    fixed = True


class SetupForm(AskForm):
    """One section, and why it is changed."""

    def field_of(self, ask: Ask) -> forms.Field:
        """The field of an ask; tables by the code of their rows."""
        if ask.kind != "rows":
            return super().field_of(ask)
        columns = {column.name: self.dressed(column, self.cell_of(column)) for column in ask.columns}
        made = StandingRows if ask.name in STANDING else CodedRows
        return made(columns, label=ask.label, help_text=ask.help, required=False)

    def dressed(self, ask: Ask, field: forms.Field) -> forms.Field:
        """The field with our look; what tells rows apart is not seen, what they are called is only read."""
        found = super().dressed(ask, field)
        if ask.name == CODE:
            found.widget = forms.HiddenInput()
        elif ask.name == LABEL:
            found.widget = Said()
        return found
