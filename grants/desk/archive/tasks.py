"""Celery carries; the work is in plain functions that may run any number of times."""

from __future__ import annotations

from celery import shared_task

from grants.desk.archive.commands import build_waiting
from workflow.ports import SYSTEM


@shared_task(name="grants.desk.archive.tasks.build_packages")
def build_packages() -> int:
    """Archive packages that somebody waits for are built; the rows are the memory."""
    return build_waiting(actor=SYSTEM)
