"""The places of Zhejiang and the institutions beside them, shipped with the package."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from grants.people.enums import Kind, Level

_DISTRICT = "市辖区"


@dataclass(frozen=True)
class Division:
    """A province, prefecture or county with its six-digit code; `parent_code` is '' for the province."""

    code: str
    name: str
    level: Level
    category: str
    parent_code: str
    name_en: str


@dataclass(frozen=True)
class Institution:
    """A university, hospital or direct unit, and the prefecture it lies in."""

    name: str
    kind: Kind
    prefecture_code: str


@dataclass(frozen=True)
class Township:
    """A town, township or street of a county; a `zone` is one for statistics only, such as a farm or a park."""

    code: str
    name: str
    county_code: str
    zone: bool


@cache
def divisions() -> tuple[Division, ...]:
    """Every division, a parent always before its children. Cut-off 30 June 2023."""
    return tuple(
        Division(
            code=row["code"],
            name=row["name"],
            level=Level(row["level"]),
            category=row["category"],
            parent_code=row["parent_code"],
            name_en=row["name_en"],
        )
        for row in _rows("divisions.csv")
    )


@cache
def institutions() -> tuple[Institution, ...]:
    """The institutions for demonstration and rehearsal."""
    return tuple(
        Institution(row["name"], Kind(row["kind"]), row["prefecture_code"]) for row in _rows("organisations.csv")
    )


@cache
def townships() -> tuple[Township, ...]:
    """Every township of Zhejiang, in the order of codes. Cut-off 30 June 2023."""
    return tuple(
        Township(row["code"], row["name"], row["county_code"], zone=row["kind"].startswith("其他"))
        for row in _rows("townships.csv")
    )


@cache
def townships_of(county_code: str) -> tuple[Township, ...]:
    """Those of one county; none for a code that is no county's."""
    return tuple(place for place in townships() if place.county_code == county_code)


def division(code: str) -> Division:
    """The division with a code. Raises KeyError when there is none."""
    return _by_code()[code]


def redcross_name(place: Division) -> str:
    """The full name of a place's Red Cross, as on its bank account: a district's carries its city in front.

    浙江省红十字会, 杭州市红十字会, 杭州市上城区红十字会, 桐庐县红十字会, 义乌市红十字会.
    """
    city = division(place.parent_code).name if place.category == _DISTRICT else ""
    return f"{city}{place.name}红十字会"


def redcross_short_name(place: Division) -> str:
    """The name where the city is clear from the context: 上城区红十字会."""
    return f"{place.name}红十字会"


@cache
def _by_code() -> dict[str, Division]:
    return {place.code: place for place in divisions()}


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = files("grants.people").joinpath("data", name).read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())
