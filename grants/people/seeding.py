"""Which organisations the tree of Zhejiang lacks: built from the shipped lists, saved by the command that seeds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from grants.people.divisions import (
    Division,
    Township,
    divisions,
    institutions,
    redcross_name,
    redcross_short_name,
    townships_of,
)
from grants.people.enums import Level
from grants.people.models import Organisation
from grants.people.queries import place_name

SINCE = dt.date(2023, 6, 30)  # cut-off of the shipped list


def lacking(level: Level, tree: Mapping[str, Organisation], counties: Collection[str] | None) -> list[Organisation]:
    """The Red Crosses of a level that the tree (by division code) has not yet, each under its parent.

    `counties` limits the tree to these county codes and their prefectures.
    """
    places = (place for place in divisions() if place.level == level and place.code not in tree)
    return [_red_cross(place, tree.get(place.parent_code)) for place in places if _wanted(place, counties)]


def lacking_institutions(root: Organisation, known: Collection[str]) -> list[Organisation]:
    """The universities, hospitals and units not known by name yet, each directly under the province."""
    return [
        Organisation(
            parent=root,
            name=place.name,
            short_name=place.name,
            kind=place.kind,
            level=Level.DIRECT,
            valid_from=SINCE,
        )
        for place in institutions()
        if place.name not in known
    ]


def lacking_townships(county: Organisation, known: Collection[str], *, zones: bool = False) -> list[Organisation]:
    """The Red Crosses of the county's townships not known by full or short name, each under it; `zones` if wanted."""
    rows = [_township(county, place) for place in townships_of(county.division) if zones or not place.zone]
    return [one for one in rows if one.name not in known and one.short_name not in known]


def _township(county: Organisation, place: Township) -> Organisation:
    """Its name begins as that of its county: 杭州市上城区清波街道红十字会."""
    name = f"{place.name}红十字会"
    full = f"{place_name(county)}{name}"
    return Organisation(parent=county, name=full, short_name=name, level=Level.GRASSROOTS, valid_from=SINCE)


def _wanted(place: Division, counties: Collection[str] | None) -> bool:
    if counties is None or place.level == Level.PROVINCE:
        return True
    if place.level == Level.COUNTY:
        return place.code in counties
    return any(code.startswith(place.code[:4]) for code in counties)


def _red_cross(place: Division, parent: Organisation | None) -> Organisation:
    return Organisation(
        parent=parent,
        name=redcross_name(place),
        short_name=redcross_short_name(place),
        level=place.level,
        division=place.code,
        valid_from=SINCE,
    )
