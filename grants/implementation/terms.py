"""Deadlines of the later stages that people set by a day, and what a pause does to those that were running."""

from __future__ import annotations

import datetime as dt

from grants.kernel.periods import closing_of
from grants.programmes.queries import round_of, rules_of
from workflow import clock
from workflow.deadlines import open_deadlines, set_deadline
from workflow.machine import Stateful


def until(record: Stateful, name: str, last: dt.date) -> None:
    """The deadline of that name falls on this day, at the round's closing time."""
    set_deadline(record, name, closing_of(last, rules_of(round_of(record)).deadlines.closing))


def push(record: Stateful, names: tuple[str, ...], since: dt.datetime) -> None:
    """These open deadlines move on by the time that has passed since a pause began."""
    for row in list(open_deadlines(record).filter(name__in=names)):
        set_deadline(record, row.name, row.due_at + (clock.now() - since), provisional=row.provisional)
