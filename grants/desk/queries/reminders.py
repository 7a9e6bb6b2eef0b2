"""Which deadlines call for a reminder this morning, and whom they concern."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, NamedTuple

from grants.desk.queries.notices import due_of, open_deadlines_of
from grants.desk.queries.records import fetch_records
from grants.kernel.workdays import Calendar
from grants.programmes.queries import calendar
from workflow import clock, inbox
from workflow.models import Deadline, Notice, NoticeKind
from workflow.ports import domain

BEFORE = (1, 3, 7)
AFTER = -1
LATE_FOR = 3
"""For so many working days the reminder after a deadline may still be made up for."""
FROM_HOUR = 8
NOT_A_PERSONS = frozenset({"call_close", "round_cancelled", "start_date"})
"""Deadlines at which only the clock acts."""


class Due(NamedTuple):
    """A reminder to send: of which deadline, at which distance, how many working days are really left, to whom."""

    row: Deadline
    mark: int
    left: int
    people: set[int]


def morning(days: Calendar) -> bool:
    """Whether it is eight or later on a working day."""
    now = clock.now().astimezone(clock.SHANGHAI)
    return now.hour >= FROM_HOUR and days.is_working(now.date())


def mark_of(row: Deadline, today: dt.date, days: Calendar) -> tuple[int, int] | None:
    """(7, 3, 1 or -1, working days left) where a reminder is due today; none where people knew it when it was set."""
    start, last = (at.astimezone(clock.SHANGHAI).date() for at in (row.starts_at, row.due_at))
    left = days.working_days_between(today, last)
    if today > last:
        return (AFTER, left) if -LATE_FOR <= left <= AFTER else None
    mark = next((mark for mark in BEFORE if left <= mark), None)
    if mark is None or days.working_days_between(start, last) <= mark:
        return None
    return mark, left


def reminders_due() -> Iterator[Due]:
    """Every reminder that nobody has had yet, for deadlines that run and whose turn it still is."""
    days, today = calendar(), clock.today()
    if not morning(days):
        return
    window = (clock.now() - dt.timedelta(days=14), clock.now() + dt.timedelta(days=25))
    running = Deadline.objects.filter(settled_at__isnull=True, due_at__range=window).exclude(name__in=NOT_A_PERSONS)
    marked = [(row, mark_of(row, today, days)) for row in running.order_by("due_at", "pk")]
    rows = [(row, mark) for row, mark in marked if mark is not None]
    made = _made(rows)
    rows = [(row, mark) for row, mark in rows if (row.pk, row.due_at, mark[0]) not in made]
    fetch_records([row for row, _mark in rows])
    for row, (mark, left) in rows:
        if people := concerned(row):
            yield Due(row, mark, left, people)


def _made(rows: list[tuple[Deadline, tuple[int, int]]]) -> set[tuple[int, dt.datetime, int]]:
    made = Notice.objects.filter(kind=NoticeKind.REMINDER, deadline__in=[row.pk for row, _mark in rows])
    keys = made.values_list("deadline", "due_at", "key").distinct()
    return {(pk, due_at, int(key.split(":")[3])) for pk, due_at, key in keys if pk and due_at}


def concerned(row: Deadline) -> set[int]:
    """The people in whose hands the record is for the sake of this deadline; reviewers for that of the review."""
    record: Any = row.record
    if record is None:
        return set()
    turn = due_of(record, str(record.state), open_deadlines_of([row]).get((row.content_type_id, row.object_id), ()))
    people: set[int] = set()
    if turn is not None and turn.pk == row.pk:
        roles = domain().turn(record, inbox.roles_waiting(record))
        people = {person.pk for person in domain().holders(record, roles)}
    return people | inbox.people_waiting(record) if row.name == "review" else people
