"""In whose hands a record is, since and until when, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from grants.desk.queries.projects import Recusal, Turn
from grants.desk.queries.work import due_among
from grants.desk.tables.offers import role_names
from grants.desk.tables.urgency import Left, left_of
from grants.desk.words import deadline_name, duty_of
from grants.programmes.queries import calendar
from workflow import clock
from workflow.machine import Stateful
from workflow.models import Deadline
from workflow.phrases import listed

NAMED = 4


@dataclass(frozen=True)
class Hands:
    """Who has a record: roles, a few names, since when, what for, until when, and what else runs meanwhile."""

    roles: str
    names: str
    more: int
    since: Any
    duty: str
    mine: bool
    due: Left | None
    others: tuple[Left, ...]


def hands(record: Stateful, turn: Turn, deadlines: Sequence[Deadline], actor: Any) -> Hands:
    """A turn as the page says it; a deadline without a name of its own is left out."""
    names = [grant.hand_name for grant in turn.people]
    mine = any(grant.hand == actor.pk for grant in turn.people)
    running = deadline_rows(deadlines)
    own = due_among(record, deadlines)
    return Hands(
        roles=role_names(turn.roles),
        names=listed(names[:NAMED]),
        more=max(0, len(names) - NAMED),
        since=turn.since,
        duty=duty_of(record),
        mine=mine,
        due=next((row for row in running if row.due is own), None),
        others=tuple(row for row in running if row.due is not own),
    )


def recusal_words(recusal: Recusal | None) -> str:
    """周敏回避，由杭州市红十字会办理; nothing where nobody stands back."""
    if recusal is None:
        return ""
    words = {"who": listed(recusal.people) or recusal.level, "instead": str(recusal.instead or "")}
    return gettext("%(who)s回避，由%(instead)s办理。") % words


def deadline_rows(deadlines: Sequence[Deadline]) -> list[Left]:
    """What runs, the next first, each with its name and what is left of it."""
    named = [(row, name) for row in deadlines if (name := deadline_name(row.name))]
    if not named:
        return []
    days, now = calendar(), clock.now()
    return [left_of(row, name, days, now) for row, name in named]
