"""The form of a deed: one field for everything its rules ask, read into what `take()` is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.desk.forms.fields import DayField, DocumentField, HalfField, LongSelect, MoneyField, RowsField, WholeField
from grants.programmes.papers import spec_at
from grants.programmes.queries import due
from workflow.machine import Stateful
from workflow.rules import Ask

RADIO_UP_TO = 5
MISSING = _("请填写这一项。")
UNMARKED = frozenset({"document", "password"})
"""Kinds of answers that two people do not write at once."""


def _text(**common: Any) -> forms.Field:
    return forms.CharField(max_length=400, **common)


def _longtext(**common: Any) -> forms.Field:
    return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), max_length=50_000, **common)


def _yes(**common: Any) -> forms.Field:
    return forms.BooleanField(**common | {"required": False})  # an empty box is an answer; the rule says what it means


def _password(**common: Any) -> forms.Field:
    widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})
    return forms.CharField(widget=widget, strip=False, **common)


PLAIN: dict[str, Callable[..., forms.Field]] = {
    "text": _text,
    "longtext": _longtext,
    "number": WholeField,
    "money": MoneyField,
    "half": HalfField,
    "date": DayField,
    "yes": _yes,
    "password": _password,
}


class AskForm(forms.Form):
    """Everything a deed asks of a person.

    `documents` are files already kept, `problems` what the store refused, `frames` photos on their way to one PDF.
    """

    def __init__(
        self,
        asks: Sequence[Ask],
        *,
        record: Any,
        actor: Any,
        documents: Mapping[str, Any] | None = None,
        problems: Mapping[str, str] | None = None,
        frames: Mapping[str, Sequence[Any]] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(auto_id="f-%s", **options)
        self.asks, self.record, self.actor = asks, record, actor
        self.documents, self.problems, self.frames = documents or {}, problems or {}, frames or {}
        for ask in asks:
            self.fields[ask.name] = self.dressed(ask, self.field_of(ask))

    def field_of(self, ask: Ask) -> forms.Field:
        """The field of an ask, by its kind."""
        common: dict[str, Any] = {"label": ask.label, "help_text": ask.help, "required": ask.required}
        if ask.usual and isinstance(self.record, Stateful):
            common["initial"] = due(self.record, ask.usual).date()
        if ask.kind in PLAIN:
            return PLAIN[ask.kind](**common)
        if ask.kind == "document":
            return self._document(ask, common)
        if ask.kind == "rows":
            columns = {column.name: self.dressed(column, self.cell_of(column)) for column in ask.columns}
            return RowsField(columns, **common)
        return self._choice(ask, common)

    def _document(self, ask: Ask, common: dict[str, Any]) -> forms.Field:
        common |= {"kept": self.documents.get(ask.name), "frames": self.frames.get(ask.name, ())}
        return DocumentField(problem=self.problems.get(ask.name, ""), binds=self.binds(ask), **common)

    def binds(self, ask: Ask) -> bool:
        """Whether several photos may become one PDF there."""
        if ask.alone:
            return False
        spec = spec_at(self.record, ask.name) if isinstance(self.record, Stateful) else None
        return spec is None or spec.photos

    def only_shown(self) -> None:
        """The form stands as it was typed; nothing of it was read yet but the files, and what was not taken of them."""
        self.cleaned_data, self._errors = {}, ErrorDict()
        for name, words in self.problems.items():
            self.add_error(name, words)

    def cell_of(self, column: Ask) -> forms.Field:
        """The field of one cell of a table: choices as a list to open, everything on one line."""
        if column.kind != "choice":
            return self.field_of(column)
        options = [("", "—"), *self._options(column)]
        return forms.ChoiceField(choices=options, label=column.label, required=column.required)

    def _options(self, ask: Ask) -> list[tuple[str, str]]:
        return ask.choices(self.record, self.actor) if ask.choices else []

    def _choice(self, ask: Ask, common: dict[str, Any]) -> forms.Field:
        options = self._options(ask)
        if ask.kind == "choices":
            return forms.MultipleChoiceField(choices=options, widget=forms.CheckboxSelectMultiple, **common)
        if len(options) <= RADIO_UP_TO and ask.required:
            return forms.ChoiceField(choices=options, widget=forms.RadioSelect, **common)
        return forms.ChoiceField(choices=[("", gettext("请选择")), *options], widget=LongSelect, **common)

    def dressed(self, ask: Ask, field: forms.Field) -> forms.Field:
        """The field with the look and the words of our pages."""
        field.error_messages["required"] = str(MISSING)
        if ask.kind in {"choice", "choices"}:
            field.error_messages["invalid_choice"] = gettext("请从列出的选项中选择。")
        look = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
        if isinstance(field.widget, forms.RadioSelect | forms.CheckboxInput):
            look = "form-check-input"
        extra = {"class": look}
        if ask.kind in {"money", "half"}:
            extra = {"class": f"{look} num-in", "inputmode": "decimal"}
        if ask.name == "text":
            extra |= {"rows": "24", "spellcheck": "false"}  # a whole configuration
        if ask.kind == "number":
            extra["inputmode"] = "numeric"
        field.widget.attrs.update(extra)
        field.widget.is_required = False  # our own sentences say what is missing, and a draft may be incomplete
        return field

    def clean_password_of(self, name: str) -> None:
        """The password must be the person's own."""
        value = self.cleaned_data.get(name)
        if value and not self.actor.check_password(value):
            self.add_error(name, ValidationError(gettext("密码不对，请再输一次。")))

    def clean(self) -> dict[str, Any]:
        """Check what needs the person."""
        for ask in self.asks:
            if ask.kind == "password":
                self.clean_password_of(ask.name)
        return self.cleaned_data

    def typed(self) -> dict[str, Any]:
        """Every answer that can be read and is written down, None where it is empty; files and passwords are not."""
        self.is_valid()
        given = self.given()
        return {
            ask.name: given.get(ask.name)
            for ask in self.asks
            if ask.kind not in UNMARKED and ask.name not in self.errors
        }

    def shows(self, values: Mapping[str, Any]) -> None:
        """These values stand in the fields of a form that was sent; what was found wrong stays said."""
        sent: Any = self.data
        data = sent.copy()
        for name, value in values.items():
            _puts(data, name, self.fields[name], value)
        self.data = data

    def given(self) -> dict[str, Any]:
        """What `take()` is given: every field that was filled in, passwords never."""
        found = {}
        for ask in self.asks:
            value = self.cleaned_data.get(ask.name)
            if ask.kind == "password" or value is None or value in ("", []):
                continue
            found[ask.name] = value.replace("\r\n", "\n") if isinstance(value, str) else value
        return found


def _puts(data: Any, name: str, field: forms.Field, value: Any) -> None:
    """The value as a browser would send it."""
    if isinstance(field, RowsField):
        rows = value or []
        data[f"{name}-rows"] = str(len(rows))
        for n, row in enumerate(rows):
            for column, cell in field.columns.items():
                data[f"{name}-{n}-{column}"] = _as_text(cell, row.get(column))
    elif isinstance(field, forms.MultipleChoiceField):
        data.setlist(name, [str(one) for one in value or []])
    elif isinstance(field, forms.BooleanField):
        data.setlist(name, ["on"] if value else [])
    else:
        data[name] = _as_text(field, value)


def _as_text(field: forms.Field, value: Any) -> str:
    return "" if value is None else str(field.prepare_value(value))
