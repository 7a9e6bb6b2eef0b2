"""Roles people hold, organisations and teams, as their pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from grants.people.enums import Level
from grants.people.models import Organisation, RoleGrant
from workflow import clock
from workflow.lifecycle import Stage


def grant_rows(grants: Iterable[RoleGrant], *, may_end: Iterable[int] = ()) -> list[dict[str, Any]]:
    """Roles with their days; those that are over, and those that have not begun, say so."""
    today, own = clock.today(), set(may_end)
    return [
        {
            "grant": grant,
            "label": grant.get_role_display(),
            "place": grant.team or grant.organisation,
            "never": grant.never_held,
            "over": grant.valid_to is not None and grant.valid_to < today,
            "coming": grant.valid_from > today,
            "may_end": grant.pk in own,
            "why": grant.ended_reason,
        }
        for grant in grants
    ]


def stage_rows(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Stages with projects, in the order of the river."""
    return [{"stage": stage, "label": stage.label, "n": counts[stage]} for stage in Stage if counts.get(stage)]


def area_query(place: Organisation) -> str:
    """The part of a list's address that finds the projects of the place; nothing for the whole province."""
    if place.level == Level.PREFECTURE:
        return f"city={place.pk}"
    if place.level == Level.COUNTY:
        return f"county={place.pk}"
    return "" if place.level == Level.PROVINCE else f"q={place.name}"
