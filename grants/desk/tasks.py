"""Celery carries; the work is in plain functions that may run any number of times."""

from __future__ import annotations

from celery import shared_task

from storage.sweeping import sweep
from workflow import clock


@shared_task(name="grants.desk.tasks.sweep_uploads")
def sweep_uploads() -> None:
    """Uploads that were never finished, and files that no row claims, go after a day."""
    sweep(now=clock.now())
