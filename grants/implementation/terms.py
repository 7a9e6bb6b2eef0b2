"""Deadlines of the later stages that people set by a day, and what a pause does to those that were running."""

from __future__ import annotations

import datetime as dt

from grants.applications.models import Project
from grants.implementation.queries import public_meanwhile
from grants.kernel.periods import closing_of
from grants.programmes.commands import run_deadline
from grants.programmes.queries import round_of, rules_of
from workflow import clock
from workflow.deadlines import open_deadlines, set_deadline, settle
from workflow.machine import Stateful
from workflow.ports import SYSTEM


def until(record: Stateful, name: str, last: dt.date) -> None:
    """The deadline of that name falls on this day, at the round's closing time."""
    set_deadline(record, name, closing_of(last, rules_of(round_of(record)).deadlines.closing))


def heard_of(project: Project) -> None:
    """The public has read of the project now; one that runs long is heard of again before the time is over."""
    if public_meanwhile(project):
        run_deadline(project, "interim_public_update", actor=SYSTEM)
    else:
        settle(project, "interim_public_update")


def push(record: Stateful, names: tuple[str, ...], since: dt.datetime) -> None:
    """These open deadlines move on by the time that has passed since a pause began."""
    for row in list(open_deadlines(record).filter(name__in=names)):
        set_deadline(record, row.name, row.due_at + (clock.now() - since), provisional=row.provisional)
