"""Deadlines of the later stages that people set by a day, and what a pause does to those that were running."""

from __future__ import annotations

import datetime as dt

from django.contrib.contenttypes.models import ContentType

from grants.kernel.periods import closing_of
from grants.programmes.queries import round_of, rules_of
from workflow import clock
from workflow.deadlines import set_deadline
from workflow.machine import Stateful
from workflow.models import Deadline


def until(record: Stateful, name: str, last: dt.date) -> None:
    """The deadline of that name falls on this day, at the round's closing time."""
    set_deadline(record, name, closing_of(last, rules_of(round_of(record)).deadlines.closing))


def push(record: Stateful, names: tuple[str, ...], since: dt.datetime) -> None:
    """These open deadlines move on by the time that has passed since a pause began."""
    kind = ContentType.objects.get_for_model(record)
    held = Deadline.objects.filter(content_type=kind, object_id=record.pk, name__in=names, settled_at__isnull=True)
    for row in list(held):
        set_deadline(record, row.name, row.due_at + (clock.now() - since), provisional=row.provisional)
