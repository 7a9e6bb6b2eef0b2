"""Reading one answer of the application form: the right kind, or a reason; half-finished text is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext

from grants.applications.form_definition import Definition, Input
from workflow.refusals import Refusal, Refused

LONGEST = 5000
LONGEST_COLUMN = 60
LONGEST_CODE = 30
MOST_ROWS = 60
LARGEST = 99_999_999
DEAREST = 10**12
"""The most that is read as an amount, in fen."""


def read(answers: Mapping[str, Any], definition: Definition) -> dict[str, Any]:
    """Every answer in its kind, by field name; None where it was emptied.

    Raises Refused with every reason: a field that the form does not have, a value of the wrong kind.
    """
    reasons, found = [], {}
    known = {field.name: field for field in definition.written}
    for name, value in answers.items():
        if name not in known:
            reasons.append(Refusal("unknown_field", gettext("申报书没有“%(name)s”这一项。") % {"name": name}, at=name))
            continue
        try:
            found[name] = read_one(known[name], value)
        except ValueError:
            told = {"field": str(known[name].label)}
            reasons.append(Refusal("wrong_kind", gettext("“%(field)s”填得不对，请检查。") % told, at=name))
    if reasons:
        raise Refused(reasons)
    return found


def read_one(field: Input, value: Any) -> Any:
    """The value in the field's kind, None where it is empty. Raises ValueError for any other kind."""
    if value is None or value in ("", []):
        return None
    found = READERS[field.kind](field, value)
    return found.isoformat() if isinstance(found, dt.date) and not field.column else found


def readable(field: Input, value: Any) -> bool:
    """Whether the value is of the field's kind, as it came from elsewhere."""
    try:
        read_one(field, value)
    except ValueError:
        return False
    return True


def _text(field: Input, value: Any) -> str:
    most = LONGEST_COLUMN if field.column else LONGEST
    if not isinstance(value, str) or len(value) > most or "\x00" in value:
        raise ValueError
    return value.replace("\r\n", "\n").strip()


def _number(_field: Input, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST:
        raise ValueError
    return value


def _money(_field: Input, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= DEAREST:
        raise ValueError
    return value


def _date(_field: Input, value: Any) -> dt.date:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    return dt.date.fromisoformat(value if isinstance(value, str) else "")


def _yes(_field: Input, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError  # noqa: TRY004  every wrong answer is one kind of error
    return value


def _choice(field: Input, value: Any) -> str:
    known = [code for code, _label in field.choices]
    if not isinstance(value, str) or (known and value not in known) or len(value) > LONGEST_CODE:
        raise ValueError
    return value


def _choices(field: Input, value: Any) -> list[str]:
    if not isinstance(value, (list, tuple)) or len(value) > MOST_ROWS:
        raise ValueError
    return sorted({_choice(field, one) for one in value})


def _rows(field: Input, value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, (list, tuple)) or len(value) > MOST_ROWS:
        raise ValueError
    return [_row(field, row) for row in value]


def _row(field: Input, row: Any) -> dict[str, Any]:
    columns = {column.name: column for column in field.columns}
    if not isinstance(row, Mapping) or not set(row) <= set(columns):
        raise ValueError
    read_row = {name: read_one(columns[name], value) for name, value in row.items()}
    return {name: value for name, value in read_row.items() if value is not None}


def _person(field: Input, value: Any) -> list[dict[str, Any]]:
    if len(found := _rows(field, value)) > 1:
        raise ValueError
    return found


def _organisation(_field: Input, value: Any) -> str:
    if not isinstance(value, str) or not value.isdecimal() or len(value) > LONGEST_CODE:
        raise ValueError
    return value


READERS: dict[str, Callable[[Input, Any], Any]] = {
    "text": _text,
    "longtext": _text,
    "number": _number,
    "money": _money,
    "date": _date,
    "yes": _yes,
    "choice": _choice,
    "choices": _choices,
    "rows": _rows,
    "person": _person,
    "organisation": _organisation,
}
