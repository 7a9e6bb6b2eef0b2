"""Deadlines: one open row a record and name; where the table says so, the clock makes the move when it falls due."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet

from workflow import clock
from workflow.lifecycle import MACHINES, MET_BY_SENDING
from workflow.machine import Stateful
from workflow.models import Deadline, place_of


def open_deadlines(record: Stateful) -> QuerySet[Deadline]:
    """Everything that still runs for the record, the next first."""
    return Deadline.objects.filter(**place_of(record), settled_at__isnull=True).order_by("due_at", "pk")


def set_deadline(
    record: Stateful,
    name: str,
    due_at: dt.datetime,
    *,
    starts_at: dt.datetime | None = None,
    amount: int = 0,
    unit: str = "",
    provisional: bool = False,
) -> Deadline:
    """From now on the record has this one open deadline of that name; an earlier one is settled.

    `starts_at` (default now), `amount` and `unit` ('wd' working days, 'd' days) say how it was counted, so that a
    provisional one can be recounted.
    """
    settle(record, name)
    first = starts_at or clock.now()
    return Deadline.objects.create(
        **place_of(record),
        name=name,
        due_at=max(due_at, first),
        starts_at=first,
        amount=amount,
        unit=unit,
        provisional=provisional,
    )


def settle(record: Stateful, *names: str) -> None:
    """These deadlines no longer run."""
    open_deadlines(record).filter(name__in=names).update(settled_at=clock.now())


def last_deadline(record: Stateful, name: str) -> Deadline | None:
    """The deadline of that name that was set last, whether it still runs or not."""
    return Deadline.objects.filter(**place_of(record), name=name).order_by("-pk").first()


def resume(record: Stateful, name: str) -> None:
    """The deadline of that name that was set last runs again, until the same moment; nothing if there was none."""
    if last := last_deadline(record, name):
        set_deadline(
            record,
            name,
            last.due_at,
            starts_at=last.starts_at,
            amount=last.amount,
            unit=last.unit,
            provisional=last.provisional,
        )


def settle_all(record: Stateful) -> None:
    """Nothing is due any more: the record has come to its end."""
    open_deadlines(record).update(settled_at=clock.now())


def deadline(record: Stateful, name: str) -> Deadline | None:
    """The open deadline of that name."""
    return open_deadlines(record).filter(name=name).first()


def is_due(record: Stateful, name: str) -> bool:
    """Whether the deadline has come."""
    found = deadline(record, name)
    return found is not None and found.due_at <= clock.now()


def clock_names() -> frozenset[str]:
    """Names of the deadlines at which the clock itself makes a move."""
    return frozenset(deed.due for machine in MACHINES.values() for deed in machine.moves if deed.due)


def clock_move(deadline_row: Deadline) -> str | None:
    """The move that the clock makes for this deadline in the record's present state, if any."""
    record: Any = deadline_row.record
    if record is None:
        return None
    deeds = record.machine().by_state.get(str(record.state), ())
    return next((deed.name for deed in deeds if deed.due == deadline_row.name), None)


def due_now() -> QuerySet[Deadline]:
    """Open deadlines that have come and that the clock acts on, oldest first.

    Where people meet one by sending something, whatever was taken in before it may still be on its way for a minute.
    """
    at = clock.now()
    come = Q(due_at__lte=at) & ~Q(name__in=MET_BY_SENDING) | Q(due_at__lte=at - clock.ON_ITS_WAY)
    found = Deadline.objects.filter(come, settled_at__isnull=True, name__in=clock_names())
    return found.order_by("due_at", "pk")
