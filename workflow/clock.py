"""now(): the only source of time in the product, read once a command and movable in rehearsals and tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

_held: ContextVar[dt.datetime | None] = ContextVar("workflow_clock", default=None)


def now() -> dt.datetime:
    """This instant, in UTC; inside a command always the same one."""
    return _held.get() or dt.datetime.now(dt.UTC)


def today() -> dt.date:
    """The day in Zhejiang."""
    return now().astimezone(SHANGHAI).date()


@contextmanager
def held(at: dt.datetime | None = None) -> Iterator[dt.datetime]:
    """Stop the clock at `at` (default: this instant) for the block. Raises ValueError for a naive datetime."""
    instant = at or now()
    if instant.tzinfo is None:
        message = "The clock takes aware datetimes only."
        raise ValueError(message)
    token = _held.set(instant.astimezone(dt.UTC))
    try:
        yield instant
    finally:
        _held.reset(token)
