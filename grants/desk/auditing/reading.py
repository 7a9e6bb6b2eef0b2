"""Rows of the database by plain SQL, and the hashes that the trail is made of, written down a second time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

Row = tuple[Any, ...]


def rows(query: str, *parameters: Any) -> list[Row]:
    """What the query finds; it never writes."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return [tuple(row) for row in cursor.fetchall()]


def sums(query: str, *parameters: Any) -> dict[Any, int]:
    """Key → whole number of a query of two columns; what is null counts 0."""
    return {key: int(fen or 0) for key, fen in rows(query, *parameters)}


def day(value: Any) -> str | None:
    """A date as 2026-07-01, however the database gives it."""
    return None if value is None else str(value)[:10]


def hashed(value: Any) -> str:
    """SHA-256 over JSON with sorted keys and no spaces."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def linked(previous: str, payload: str) -> str:
    """The hash of a step over the one before it."""
    return hashlib.sha256(f"sha256\n{previous}\n{payload}".encode()).hexdigest()


def yuan(fen: int) -> str:
    """Fen as yuan, -1234.05."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole}.{rest:02d}"


def listed(values: Sequence[Any]) -> str:
    """Numbers of rows one after another."""
    return ", ".join(str(value) for value in values)
