"""The roles of the person signed in, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext

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
    """Every role once, with its places, as the frame of the page shows it; lent ones beside the person's own."""
    places: dict[tuple[str, str], list[str]] = {}
    for grant in grants:
        places.setdefault((grant.role, hat_name(grant)), []).append(str(grant.team or grant.organisation or ""))
    return [HatLine(role, name, listed(found), _purpose(role)) for (role, name), found in places.items()]


def hat_name(grant: RoleGrant) -> str:
    """The role in words: for whom one stands in with it, or who does meanwhile: 代周敏 · 县级经办."""
    role = str(Role(grant.role).label)
    if grant.borrowed:
        return gettext("代%(person)s · %(role)s") % {"person": grant.person, "role": role}
    if grant.loan:
        return gettext("%(role)s（已交接给%(person)s）") % {"person": grant.loan.name, "role": role}
    return role


def _purpose(role: str) -> str:
    return str(PURPOSES.get(role, ""))
