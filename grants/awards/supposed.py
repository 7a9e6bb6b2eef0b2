"""A meeting decides many projects at once: each row is judged as if those above it in the table were made already."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from grants.applications.models import Project


@dataclass
class Supposed:
    """What the rows judged so far would make true: amounts in fen by project, and places on the reserve list."""

    amounts: dict[int, int] = field(default_factory=dict)
    reserves: dict[int, Project] = field(default_factory=dict)


_supposed: ContextVar[Supposed | None] = ContextVar("awards_supposed", default=None)


@contextmanager
def supposing() -> Iterator[Supposed]:
    """Inside the block, which makes no move, rules count what is noted here beside what the database holds."""
    token = _supposed.set(found := Supposed())
    try:
        yield found
    finally:
        _supposed.reset(token)


def supposed() -> Supposed:
    """What is supposed now; nothing while moves are made."""
    return _supposed.get() or Supposed()
