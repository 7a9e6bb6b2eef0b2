"""The roles of the person signed in, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from grants.desk.words import PURPOSES
from grants.people.models import RoleGrant
from workflow.lifecycle import Role
from workflow.phrases import listed


@dataclass(frozen=True)
class HatLine:
    """One role: its name, where it holds, what it is for."""

    role: str
    role_label: str
    place: str
    purpose: str


def dressed(grants: Iterable[RoleGrant]) -> list[HatLine]:
    """Every role once, with its places, as the frame of the page shows it."""
    places: dict[str, list[str]] = {}
    for grant in grants:
        places.setdefault(grant.role, []).append(str(grant.team or grant.organisation or ""))
    return [HatLine(role, str(Role(role).label), listed(found), _purpose(role)) for role, found in places.items()]


def _purpose(role: str) -> str:
    return str(PURPOSES.get(role, ""))
