"""The State Council's working-day exceptions shipped with the package, one CSV for each published year."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable


@dataclass(frozen=True)
class DayRow:
    """A day that differs from Monday–Friday, and why."""

    date: date
    working: bool
    note: str


@cache
def known_years() -> frozenset[int]:
    """The years whose official calendar is shipped."""
    return frozenset(int(path.name.removesuffix(".csv")) for path in _folder().iterdir() if path.name.endswith(".csv"))


@cache
def rows(year: int) -> tuple[DayRow, ...]:
    """The exceptions of a known year, in order. Raises FileNotFoundError for any other year."""
    text = _folder().joinpath(f"{year}.csv").read_text(encoding="utf-8")
    return tuple(
        DayRow(date.fromisoformat(row["date"]), row["working"] == "1", row["note"])
        for row in csv.DictReader(text.splitlines())
    )


def _folder() -> Traversable:
    return files("grants.programmes").joinpath("data", "workdays")
