"""Celery carries; the work is in plain functions that may run any number of times."""

from __future__ import annotations

from celery import shared_task

from grants.desk.setup.commands import rehearse_waiting
from workflow.ports import SYSTEM


@shared_task(name="grants.desk.setup.tasks.rehearse_asked")
def rehearse_asked() -> int:
    """A rehearsal that somebody waits for is played; the rows are the memory."""
    return rehearse_waiting(actor=SYSTEM)
