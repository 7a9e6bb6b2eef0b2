"""A year drawn as twelve small months, and a holiday notice read into days, in words."""

from __future__ import annotations

import calendar as months
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from grants.desk.queries.records import project_of
from grants.desk.words import deadline_name
from grants.kernel.holidays import SATURDAY, Exceptional, Slip
from grants.programmes.models import CalendarDay
from grants.programmes.workdays_data import DayRow
from workflow.models import Deadline

OFF, WORKED, WEEKEND, USUAL = "off", "worked", "weekend", ""
SLIPS = {
    "date": _("“%(line)s”里的“%(said)s”没有这一天，或者没写月份。"),
    "weekday": _("“%(line)s”里写着%(said)s，这一天其实是%(found)s。是不是别的年份的通知？"),
    "length": _("“%(line)s”写着共%(said)s天，数下来是%(found)s天。"),
    "order": _("“%(line)s”里到“%(said)s”为止，比开始还早，或者太长。"),
    "worked": _("%(line)s：%(found)s本来就上班，不用写成调休上班。"),
    "nothing": _("“%(line)s”没有写是哪天。"),
}
"""What a slip is called."""


@dataclass(frozen=True)
class Day:
    """One day of the drawing: how it counts, and what is said of it."""

    day: dt.date
    how: str
    note: str
    today: bool

    @property
    def short(self) -> str:
        """The day of the week, as short as a calendar has it."""
        return date_format(self.day, "D").removeprefix("星期")


@dataclass(frozen=True)
class Month:
    """A month as weeks from Monday; None outside it."""

    first: dt.date
    weeks: list[list[Day | None]]
    working: int


def year_drawn(year: int, rows: Iterable[DayRow | CalendarDay], today: dt.date) -> list[Month]:
    """The twelve months of a year with these exceptions."""
    known = {_date_of(row): row for row in rows}
    return [_month(year, number, known, today) for number in range(1, 13)]


def _date_of(row: DayRow | CalendarDay) -> dt.date:
    return row.date if isinstance(row, DayRow) else row.day


def _month(year: int, number: int, known: dict[dt.date, Any], today: dt.date) -> Month:
    weeks = [
        [_day(day, known, today) if day.month == number else None for day in week]
        for week in months.Calendar().monthdatescalendar(year, number)
    ]
    working = sum(1 for week in weeks for day in week if day and day.how in {WORKED, USUAL})
    return Month(dt.date(year, number, 1), weeks, working)


def _day(day: dt.date, known: dict[dt.date, Any], today: dt.date) -> Day:
    row = known.get(day)
    if row is None:
        how, note = (WEEKEND if day.weekday() >= SATURDAY else USUAL), ""
    else:
        how, note = (WORKED if row.working else OFF), row.note
    return Day(day, how, note, day == today)


def day_rows(found: Iterable[Exceptional]) -> list[DayRow]:
    """The days as the calendar keeps them."""
    return [DayRow(one.day, one.working, f"{one.name}{'调休上班' if one.working else '放假'}") for one in found]


def slip_words(slips: Iterable[Slip]) -> list[str]:
    """What cannot be right, each in a sentence."""
    return [str(SLIPS[one.what]) % {"line": one.line, "said": one.said, "found": _found(one)} for one in slips]


def _found(slip: Slip) -> str:
    day = dt.date.fromisoformat(slip.found) if slip.what in {"weekday", "worked"} else None
    return date_format(day, "l" if slip.what == "weekday" else "DATE_FORMAT") if day else slip.found


def moved_rows(
    again: Iterable[tuple[Deadline, dt.datetime, bool]], records: Sequence[Any] = ()
) -> list[dict[str, Any]]:
    """The deadlines that would end later: which, of what, until when now and then."""
    rows = []
    for row, due_at, _provisional in again:
        if due_at > row.due_at and row.record is not None:
            about = project_of(row.record) or row.record
            rows.append({"name": deadline_name(row.name), "about": about, "now": row.due_at, "then": due_at})
    return rows
