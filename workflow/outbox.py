"""The outbox: what must leave is written with the move and delivered after it, at least once."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.db import connection, transaction
from django.db.models import F, QuerySet

from workflow import clock
from workflow.chain import canonical
from workflow.effects import Done
from workflow.models import Outbox, Step

Handler = Callable[[str, dict[str, Any]], None]

GIVE_UP_AFTER = 12
BATCH = 50

logger = logging.getLogger(__name__)
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


def post(topic: str, messages: Mapping[str, dict[str, Any]]) -> None:
    """Lay messages (key to payload) into the outbox, inside the caller's transaction; a key that is there stays as is.

    Raises LookupError for a topic that nobody delivers.
    """
    if not messages:
        return
    if topic not in _handlers:
        message = f"Nobody delivers {topic!r}: write a function with @delivers({topic!r})."
        raise LookupError(message)
    now = clock.now()
    rows = [
        Outbox(key=key, topic=topic, payload=canonical(payload), created_at=now, not_before=now)
        for key, payload in messages.items()
    ]
    Outbox.objects.bulk_create(rows, ignore_conflicts=True)


def undelivered() -> QuerySet[Outbox]:
    """Messages that failed at least once and have not gone, those given up first, then the newest."""
    found = Outbox.objects.filter(sent_at__isnull=True, attempts__gt=0)
    return found.order_by(F("given_up_at").desc(nulls_last=True), "-pk")


def try_again(pk: int) -> bool:
    """A message that was given up waits anew, from now. -> whether there was such a message."""
    found = Outbox.objects.filter(pk=pk, sent_at__isnull=True, given_up_at__isnull=False)
    return bool(found.update(given_up_at=None, attempts=0, not_before=clock.now()))


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
    except Exception as error:
        logger.warning("Message %s could not be delivered.", pk, exc_info=error)
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
