"""What one press asked for on many: each in a transaction of its own, wherever it stopped, none twice."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.utils.translation import gettext

from grants.desk.models import Outcome, Pressed, PressedOne
from workflow import clock
from workflow.actions import command
from workflow.refusals import Busy, Refused

logger = logging.getLogger(__name__)
One = TypeVar("One", bound=PressedOne)


def go_through(run: Pressed, waiting: QuerySet[One], make: Callable[..., None], *, actor: Any) -> None:
    """Every one that still waits is tried: a refusal of one stops no other, and the run is finished when none waits.

    Run it any number of times, by any number of workers: each is done once. What the database was too busy for goes
    on waiting. `make` is the command that does one and settles it; `actor` is whoever pressed.
    """
    for one in waiting.filter(outcome=Outcome.WAITING):
        _try(one, make, actor)
    finish(run, waiting, actor=actor)
    run.refresh_from_db()


def _try(one: One, make: Callable[..., None], actor: Any) -> None:
    try:
        make(one, actor=actor)
    except Busy:
        return
    except Refused as refusal:
        refuse(one, str(refusal), actor=actor)
    except Exception:  # a fault in one must not keep the others waiting; the row says so, the log why
        logger.exception("%s %s failed.", type(one).__name__, one)
        refuse(one, gettext("系统出错，这一个没有办成，请单独办理或联系管理员。"), actor=actor)


@command
def refuse(one: PressedOne, reasons: str, *, actor: Any) -> None:
    """The row says why what it is about was left as it was; one that was done meanwhile stays done."""
    settle(one, Outcome.REFUSED, reasons)


def settle(one: PressedOne, outcome: Outcome, reasons: str = "") -> None:
    """One that waited has this outcome from now on. Call it within the command that did it."""
    waiting = type(one)._default_manager.filter(pk=one.pk, outcome=Outcome.WAITING)
    waiting.update(outcome=outcome, reasons=reasons, done_at=clock.now())


@command
def finish(run: Pressed, waiting: QuerySet[Any], *, actor: Any) -> None:
    """A run of which none waits any more is finished."""
    if not waiting.filter(outcome=Outcome.WAITING).exists():
        type(run)._default_manager.filter(pk=run.pk, finished_at__isnull=True).update(finished_at=clock.now())


Run = TypeVar("Run", bound=Pressed)


def every_open(runs: QuerySet[Run], go_on: Callable[[Run], object]) -> int:
    """Every run that is not finished goes on, the oldest first. -> how many."""
    found = list(runs.filter(finished_at__isnull=True).select_related("person").order_by("pk"))
    for run in found:
        go_on(run)
    return len(found)
