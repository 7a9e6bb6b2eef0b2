"""What the register says of a team, an organisation or an account: line by line, in words."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext

from grants.desk.tables.given import day_in_words
from grants.people.doubts import CHECKED
from grants.people.enums import LegalForm, Line
from grants.people.models import Organisation, RegisterLine, Team

ONE_DAY = dt.timedelta(days=1)
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
    if line.what not in {Line.REGISTERED, Line.CORRECTED} or not line.changes:
        return
    yield from told_changes(Team if line.team_id else Organisation, json.loads(line.changes))


def told_changes(model: Any, changes: Mapping[str, Sequence[Any]]) -> Iterable[Change]:
    """Each field in words, with what stood there before and after."""
    for name, (before, after) in changes.items():
        label = gettext("信用代码怎样核对的") if name == CHECKED else str(model._meta.get_field(name).verbose_name)
        yield Change(label, _said(name, before), _said(name, after))


@dataclass(frozen=True)
class FormHeld:
    """A legal form of a team with its first and last day, and the line that says who changed it and why."""

    label: str
    since: dt.date
    until: dt.date | None
    line: RegisterLine | None


def forms_held(team: Team, lines: Iterable[RegisterLine]) -> list[FormHeld]:
    """Every legal form the team has had, the present one first; none where it has never been otherwise.

    `lines` are those of the team, newest first. A change from before its day was asked counts from the day of its line.
    """
    turns: list[tuple[str, str, dt.date, RegisterLine]] = []
    for line in reversed([one for one in lines if one.what == Line.CORRECTED]):
        changes = json.loads(line.changes)
        since = dt.date.fromisoformat(changes["form_since"][1]) if changes.get("form_since") else None
        if "legal_form" in changes:
            before, after = changes["legal_form"]
            turns.append((before, after, since or localtime(line.at).date(), line))
        elif since and turns:
            turns[-1] = (*turns[-1][:2], since, turns[-1][3])
    if not turns:
        return []
    firsts = [turn[2] for turn in turns]
    lasts = [*(day - ONE_DAY for day in firsts[1:]), None]
    held = [
        FormHeld(str(LegalForm(after).label), first, last, line)
        for (_before, after, first, line), last in zip(turns, lasts, strict=True)
    ]
    first = FormHeld(str(LegalForm(turns[0][0]).label), team.founded_on, firsts[0] - ONE_DAY, None)
    return [*reversed(held), first]


def _said(name: str, value: Any) -> str:
    if name == "legal_form":
        return str(LegalForm(value).label)
    if name in {"founded_on", "form_since"}:
        return day_in_words(value) if value else "—"
    return str(value) or "—"
