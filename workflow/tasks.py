"""Celery carries; the work is in plain functions that may run any number of times."""

from __future__ import annotations

from celery import shared_task

from workflow import outbox
from workflow.ticking import fire_due


@shared_task(name="workflow.tasks.tick")
def tick() -> dict[str, int]:
    """Make the clock moves that have fallen due."""
    return fire_due()


@shared_task(name="workflow.tasks.relay_outbox")
def relay_outbox() -> dict[str, int]:
    """Deliver what waits in the outbox."""
    return outbox.relay()
