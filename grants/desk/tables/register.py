"""What the register says of a team, an organisation or an account: line by line, in words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from grants.desk.tables.given import day_in_words
from grants.people.enums import LegalForm, Line
from grants.people.models import Organisation, RegisterLine, Team

LOOKS = {
    Line.REGISTERED: ("ok", "plus-lg"),
    Line.CORRECTED: ("doing", "pencil-square"),
    Line.MERGED: ("rest", "arrow-left-right"),
    Line.DISSOLVED: ("rest", "dash-circle"),
    Line.ADMITTED: ("ok", "plus-lg"),
    Line.CLOSED: ("hold", "slash-circle"),
    Line.REOPENED: ("ok", "check-circle-fill"),
}


@dataclass(frozen=True)
class Change:
    """One field that was corrected: what stood there before, and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Written:
    """One line as a page shows it."""

    line: RegisterLine
    tone: str
    icon: str
    who: str
    changes: tuple[Change, ...]


def written(lines: Iterable[RegisterLine]) -> list[Written]:
    """The lines in the order given."""
    return [_written(line) for line in lines]


def _written(line: RegisterLine) -> Written:
    tone, icon = LOOKS[Line(line.what)]
    nobody = gettext("建库时登记") if line.what == Line.REGISTERED else gettext("在服务器上")
    who = str(line.by) if line.by else nobody
    return Written(line, tone, icon, who, tuple(_changes(line)))


def _changes(line: RegisterLine) -> Iterable[Change]:
    if line.what != Line.CORRECTED:
        return
    yield from told_changes(Team if line.team_id else Organisation, json.loads(line.changes))


def told_changes(model: Any, changes: Mapping[str, Sequence[Any]]) -> Iterable[Change]:
    """Each field in words, with what stood there before and after."""
    for name, (before, after) in changes.items():
        label = str(model._meta.get_field(name).verbose_name)
        yield Change(label, _said(name, before), _said(name, after))


def _said(name: str, value: Any) -> str:
    if name == "legal_form":
        return str(LegalForm(value).label)
    if name in {"founded_on", "form_since"}:
        return day_in_words(value) if value else "—"
    return str(value) or "—"
