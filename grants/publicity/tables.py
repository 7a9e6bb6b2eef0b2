"""Public pages as people read them: the days of a notice, lines with a word for the state, bars by city."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from grants.awards.models import PublicEntry
from grants.kernel.masking import mask_text
from grants.kernel.workdays import ONE_DAY, Calendar
from grants.programmes.profile import Profile
from grants.programmes.profile.basics import FieldOfService
from grants.publicity.enums import FELL_OUT, FUNDED, TONES
from workflow.lifecycle import ProjectState

ICONS = {
    "doing": "play-circle-fill",
    "ok": "check-circle-fill",
    "hold": "pause-circle-fill",
    "bad": "x-circle-fill",
    "rest": "dash-circle",
}


@dataclass(frozen=True)
class Day:
    """One day of a notice: how it looks, and what it is called."""

    day: dt.date
    look: str
    note: str


@dataclass(frozen=True)
class Clock:
    """The period of a notice in working days: today the `nth`, `left` after it, a day of rest or not, over or not."""

    days: list[Day]
    first: dt.date
    last: dt.date
    count: int
    nth: int
    left: int
    rests: bool

    @property
    def over(self) -> bool:
        """Whether the last day is past."""
        return self.nth > self.count


def clock_of(first: dt.date, last: dt.date, today: dt.date, calendar: Calendar) -> Clock:
    """The days from the day of publication, which does not count, to the last."""
    days, number = [Day(first, _look(first, today), gettext("发布日"))], 0
    for offset in range(1, (last - first).days + 1):
        day = first + ONE_DAY * offset
        if not calendar.is_working(day):
            days.append(Day(day, "now off" if day == today else "off", gettext("休")))
            continue
        number += 1
        days.append(Day(day, _look(day, today), gettext("第%(n)s天") % {"n": number}))
    nth = number + 1 if today > last else max(0, calendar.working_days_between(first, today))
    return Clock(days, first, last, number, nth, max(0, number - nth), not calendar.is_working(today))


def _look(day: dt.date, today: dt.date) -> str:
    return "now" if day == today else "done" if day < today else ""


@dataclass(frozen=True)
class Line:
    """One project of a public list: frozen words and amount, and how it stands now where that differs."""

    entry: PublicEntry
    title: str
    team: str
    state: dict[str, str] | None
    funded: bool


def lines(entries: Iterable[PublicEntry], announced: set[str]) -> list[Line]:
    """The lines of a list; `announced` are the numbers of projects that have a page of their own."""
    return [
        Line(one, mask_text(one.title), mask_text(one.team), state_of(one.project), one.number in announced)
        for one in entries
    ]


def state_of(project: Any) -> dict[str, str] | None:
    """The state in words for the public; none while a project waits in publicity."""
    state = ProjectState(project.state)
    if state in FUNDED:
        tone = TONES.get(state, "doing")
        return {"tone": tone, "icon": ICONS[tone], "label": str(FUNDED[state])}
    if state in FELL_OUT:
        return {"tone": "rest", "icon": ICONS["rest"], "label": str(FELL_OUT[state])}
    return None


@dataclass(frozen=True)
class Bar:
    """One city: how many projects, how much, and how long its bar is (0–100)."""

    city: str
    projects: int
    fen: int
    length: int


def bars(rows: Sequence[tuple[str, int, int]]) -> list[Bar]:
    """The cities with a bar each, the longest 100."""
    most = max((projects for _city, projects, _fen in rows), default=1)
    return [Bar(city, projects, fen, round(100 * projects / most)) for city, projects, fen in rows]


def fields_open(rules: Profile) -> list[tuple[str, list[FieldOfService]]]:
    """The fields of service that one may apply for, under what they belong to, in the order of the configuration."""
    groups: dict[str, list[FieldOfService]] = {}
    for one in rules.fields_of_service:
        if one.enabled:
            groups.setdefault(one.group, []).append(one)
    return list(groups.items())
