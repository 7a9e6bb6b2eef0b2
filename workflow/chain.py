"""The hash chain of a record: canonical JSON kept as text, SHA-256 over it and the hash before."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

ALGORITHM = "sha256"

_salts: ContextVar[Callable[[], str] | None] = ContextVar("workflow_salts", default=None)


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces: the same facts always give the same text. Raises TypeError for floats."""
    _no_floats(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _no_floats(value: Any) -> None:
    if isinstance(value, float):
        message = "A float has no place in the trail: use fen, hours or half points as integers."
        raise TypeError(message)
    for part in value.values() if isinstance(value, Mapping) else value if isinstance(value, (list, tuple)) else ():
        _no_floats(part)


def digest(text: str) -> str:
    """SHA-256 of the text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def link(previous: str, payload: str) -> str:
    """The hash of a step: over its payload and the hash of the step before."""
    return digest(f"{ALGORITHM}\n{previous}\n{payload}")


def sealed(text: str, salt: str) -> str:
    """What stands in the payload for words that may have to be erased: an HMAC under the step's own salt."""
    return hmac.new(salt.encode(), text.encode(), hashlib.sha256).hexdigest()


def salt() -> str:
    """A fresh salt of 128 bits, in hex; predictable only inside `salted`."""
    source = _salts.get()
    return source() if source else secrets.token_hex(16)


@contextmanager
def salted(source: Callable[[], str]) -> Iterator[None]:
    """Take salts from `source`, so that a rehearsal can be replayed to the same heads."""
    token = _salts.set(source)
    try:
        yield
    finally:
        _salts.reset(token)
