"""The clock's own moves: one idempotent sweep over what has fallen due."""

from __future__ import annotations

import logging
from typing import Any

from workflow.actions import Refused, take
from workflow.command import command
from workflow.deadlines import clock_move, due_now
from workflow.models import Deadline
from workflow.ports import SYSTEM

logger = logging.getLogger(__name__)


def fire_due(limit: int = 500) -> dict[str, int]:
    """Make the clock moves whose deadline has come, each in its own transaction. -> how many moved, refused, failed.

    A refused one keeps its reasons and is tried again at the next sweep; so is one that failed, without holding up the
    others. A deadline whose move the present state does not offer (a suspended project) waits and does not count.
    """
    told = {"moved": 0, "refused": 0, "failed": 0}
    for row in list(due_now()):
        if sum(told.values()) == limit:
            break
        if name := clock_move(row):
            told[_outcome(row, name)] += 1
    return told


def _outcome(row: Deadline, name: str) -> str:
    try:
        fire_one(row, name)
    except Refused as refused:
        Deadline.objects.filter(pk=row.pk).update(refused=str(refused))
        return "refused"
    except Exception:
        logger.exception("The clock could not make the move %s.", name)
        return "failed"
    return "moved"


@command
def fire_one(row: Deadline, name: str) -> None:
    """Make the move for one deadline and settle it. Raises Refused."""
    record: Any = row.record
    step = take(record, name, actor=SYSTEM, key=f"clock:{row.pk}")
    Deadline.objects.filter(pk=row.pk).update(settled_at=step.at)
