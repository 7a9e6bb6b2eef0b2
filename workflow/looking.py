"""Looking, at a page or at one question: nothing changes meanwhile, so what people and records are is read once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar, cast

from django.db.models import Model

T = TypeVar("T")
R = TypeVar("R", bound=Model)

_seen: ContextVar[dict[Hashable, Any] | None] = ContextVar("workflow_seen", default=None)


@contextmanager
def looking() -> Iterator[None]:
    """Inside the block, which writes nothing, what is asked through `once` or `read_once` is remembered.

    A block inside another shares what that one has seen.
    """
    if _seen.get() is not None:
        yield
        return
    token = _seen.set({})
    try:
        yield
    finally:
        _seen.reset(token)


def once(key: Hashable, read: Callable[[], T]) -> T:
    """What `read` answers; while somebody is looking, what it answered the first time under this key."""
    seen = _seen.get()
    if seen is None:
        return read()
    if key not in seen:
        seen[key] = read()
    return cast("T", seen[key])


def remember(read: Callable[[R], T], record: R, answer: T) -> None:
    """While somebody is looking, what `read` (made by `read_once`) answers of the record: read for many at once."""
    once(_key(read, record), lambda: answer)


def _key(read: Callable[..., Any], record: Model) -> Hashable:
    return (read.__module__, read.__qualname__, type(record), record.pk)


def read_once(read: Callable[[R], T]) -> Callable[[R], T]:
    """The function about a record, which is read once for each record while somebody is looking.

    What it answers is shared by all who ask: it is looked at, never changed. Whatever moves a record reads afresh.
    """

    @wraps(read)
    def seen(record: R) -> T:
        return once(_key(read, record), lambda: read(record))

    return seen
