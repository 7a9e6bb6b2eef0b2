"""now(): the only source of time in the product, read once a command and movable in rehearsals and tests.

received() is the instant at which the server took in what is being done now: by it, not by the queue before the
database, is judged whether something came in time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

ON_ITS_WAY = dt.timedelta(seconds=60)
"""How long a request may be on its way to its command and still count as of the instant it was taken in."""

_held: ContextVar[dt.datetime | None] = ContextVar("workflow_clock", default=None)
_taken_in: ContextVar[dt.datetime | None] = ContextVar("workflow_taken_in", default=None)


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


def received() -> dt.datetime:
    """When the request that acts now was taken in; this instant where none was, or not within the last minute."""
    here, taken_in = now(), _taken_in.get()
    return taken_in if taken_in is not None and dt.timedelta() <= here - taken_in <= ON_ITS_WAY else here


@contextmanager
def receiving(at: dt.datetime) -> Iterator[None]:
    """What is done in the block was taken in at that instant. Raises ValueError for a naive datetime."""
    if at.tzinfo is None:
        message = "The clock takes aware datetimes only."
        raise ValueError(message)
    token = _taken_in.set(at.astimezone(dt.UTC))
    try:
        yield
    finally:
        _taken_in.reset(token)
