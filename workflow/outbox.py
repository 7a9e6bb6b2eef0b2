"""The outbox: what must leave is written with the move and delivered after it, at least once."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from workflow import clock
from workflow.chain import canonical
from workflow.effects import Done
from workflow.models import Outbox, Step

Handler = Callable[[str, dict[str, Any]], None]

GIVE_UP_AFTER = 12
BATCH = 50

_handlers: dict[str, Handler] = {}


def delivers(topic: str) -> Callable[[Handler], Handler]:
    """Register the function that delivers messages of a topic; it gets key and payload, and dedupes by the key."""

    def register(handler: Handler) -> Handler:
        _handlers[topic] = handler
        return handler

    return register


def leave(step: Step, done: Done) -> None:
    """Write the messages of a step: one for the step itself when the state moved, and what reactions sent.

    Raises LookupError for a topic that nobody delivers, so that the move is not made and the mistake is seen.
    """
    for topic in [topic for topic, _payload in done.outbox if topic not in _handlers]:
        message = f"{done.deed} sends {topic!r}, which nobody delivers: write a function with @delivers({topic!r})."
        raise LookupError(message)
    moved = [("step", {"ref": step.ref})] if step.source != step.target else []
    rows = [
        Outbox(
            key=f"{topic}:{step.ref}:{number}",
            topic=topic,
            payload=canonical(payload),
            created_at=step.at,
            not_before=step.at,
        )
        for number, (topic, payload) in enumerate([*moved, *done.outbox])
    ]
    if rows:
        Outbox.objects.bulk_create(rows)


def waiting() -> QuerySet[Outbox]:
    """Messages that may go now, oldest first."""
    found = Outbox.objects.filter(sent_at__isnull=True, given_up_at__isnull=True, not_before__lte=clock.now())
    return found.order_by("pk")


def relay(limit: int = BATCH) -> dict[str, int]:
    """Deliver what waits, each message in its own transaction. -> how many were sent, failed, given up."""
    told = {"sent": 0, "failed": 0, "given_up": 0}
    for pk in list(waiting().values_list("pk", flat=True)[:limit]):
        outcome = deliver(pk)
        if outcome:
            told[outcome] += 1
    return told


def deliver(pk: int) -> str:
    """Deliver one message unless another relay has it: '' | sent | failed | given_up."""
    skip = connection.features.has_select_for_update_skip_locked
    try:
        with transaction.atomic():
            row = waiting().select_for_update(skip_locked=skip).filter(pk=pk).first()
            if row is None:
                return ""
            _handlers[row.topic](row.key, json.loads(row.payload))
            Outbox.objects.filter(pk=pk).update(sent_at=clock.now(), error="")
            return "sent"
    except Exception as error:  # noqa: BLE001  one poisoned message must not stop the others
        return postpone(pk, error)


def postpone(pk: int, error: Exception) -> str:
    """Try a message again later, up to an hour later each time; '' when another relay has delivered it meanwhile."""
    row = Outbox.objects.get(pk=pk)
    attempts = row.attempts + 1
    given_up = clock.now() if attempts >= GIVE_UP_AFTER else None
    changed = Outbox.objects.filter(pk=pk, attempts=row.attempts, sent_at__isnull=True).update(
        attempts=attempts,
        error=type(error).__name__,
        not_before=clock.now() + dt.timedelta(seconds=min(3600, 5 * 2**attempts)),
        given_up_at=given_up,
    )
    if not changed:
        return ""
    return "given_up" if given_up else "failed"
