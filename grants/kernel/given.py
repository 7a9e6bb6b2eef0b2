"""Reading what a person filled in: flat values of a form, an import or the API, and never to be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

Given = Mapping[str, Any]


def words(given: Given, name: str) -> str:
    """The text without spaces around it; empty when nothing of the kind was given."""
    value = given.get(name)
    return value.strip() if isinstance(value, str) else ""


MOST = 99_999_999_999
"""The largest figure anybody may give: 999,999,999.99 yuan in fen. Source: MONEY.md, Amounts at the edges."""


def whole(given: Given, name: str) -> int | None:
    """A whole number, also one written in digits (a choice); None for anything else: True, 1.0, beyond any row."""
    value = given.get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= len(str(MOST)):
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MOST else None


def key_of(text: Any) -> int:
    """The id that an address or a choice names; 0, which is nobody's, for anything that no row can have."""
    named = str(text or "")
    return int(named) if named.isascii() and named.isdecimal() and len(named) <= 18 else 0


def day(given: Given, name: str) -> date | None:
    """A day written as 2027-03-05; None for anything else."""
    value = given.get(name)
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


def ticked(given: Given, name: str) -> bool:
    """Whether a box was ticked; only a plain yes counts."""
    return given.get(name) is True


def chosen(given: Given, name: str) -> list[str]:
    """The values chosen of several, each once, in the order given; what is no text is left out."""
    value = given.get(name)
    return list(dict.fromkeys(one for one in value if isinstance(one, str))) if isinstance(value, list) else []


def rows(given: Given, name: str) -> list[dict[str, Any]]:
    """The rows of a small table; what is no row is left out."""
    value = given.get(name)
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
