"""In whose hands a record is, and what is due, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from grants.desk.queries.projects import Turn
from grants.desk.tables.offers import role_names
from grants.desk.words import deadline_name, duty_of
from workflow.machine import Stateful
from workflow.models import Deadline
from workflow.phrases import listed

NAMED = 4


@dataclass(frozen=True)
class Hands:
    """Who has a record: roles, a few names, since when, and what for."""

    roles: str
    names: str
    more: int
    since: Any
    duty: str


def hands(record: Stateful, turn: Turn) -> Hands:
    """A turn as the page says it."""
    names = [str(person) for person in turn.people]
    return Hands(role_names(turn.roles), listed(names[:NAMED]), max(0, len(names) - NAMED), turn.since, duty_of(record))


def deadline_rows(deadlines: Iterable[Deadline]) -> list[dict[str, Any]]:
    """What runs, with its name; a deadline without a name of its own is left out."""
    return [{"name": name, "due": row} for row in deadlines if (name := deadline_name(row.name))]
