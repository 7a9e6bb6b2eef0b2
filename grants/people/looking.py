"""Looking at a page: what a person is does not change meanwhile, so it is read once for the whole page."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

T = TypeVar("T")

_seen: ContextVar[dict[Hashable, Any] | None] = ContextVar("people_seen", default=None)


@contextmanager
def looking() -> Iterator[None]:
    """Inside the block, which writes nothing, roles and grants are remembered once read."""
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
