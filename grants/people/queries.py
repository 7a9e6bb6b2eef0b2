"""Who holds which role over what, and whom and what a person may see. A day that ends something still counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from grants.people.enums import Level
from grants.people.looking import once
from grants.people.models import Organisation, RoleGrant, Team, User
from workflow import clock
from workflow.lifecycle import Role
from workflow.ports import SYSTEM

PROVINCE_ROLES = frozenset(
    {
        Role.PROGRAMME_OFFICER,
        Role.BUSINESS_LEAD,
        Role.LEADERSHIP,
        Role.FINANCE_OFFICER,
        Role.FINANCE_APPROVER,
        Role.CASHIER,
        Role.DISCIPLINE,
        Role.AUDITOR,
    }
)
TEAM_ROLES = frozenset({Role.TEAM_LEADER, Role.APPLICANT})
AREA_ROLES = frozenset({Role.COUNTY_OFFICER, Role.COUNTY_LEADER, Role.CITY_OFFICER, Role.CITY_LEADER})
REGISTRAR_ROLES = PROVINCE_ROLES | {Role.SYSADMIN}


class Hat(NamedTuple):
    """A role held now: `scope` is the path of the organisation, or of the Red Cross that guides the team."""

    role: str
    scope: str
    organisation: int | None
    team: int | None
    round: int | None


def grants_in_force(day: dt.date | None = None) -> QuerySet[RoleGrant]:
    """Every role that anybody holds on a day (default today); none of a closed account."""
    on = day or clock.today()
    return RoleGrant.objects.filter(valid_from__lte=on, person__is_active=True).exclude(valid_to__lt=on)


def live_grants(person: Any, day: dt.date | None = None) -> QuerySet[RoleGrant]:
    """The roles a person holds on a day (default today), with organisation and team; none for a closed account."""
    held = grants_in_force(day).filter(person=person.pk)
    return held.select_related("organisation", "team__guided_by").order_by("pk")


def grants_held(actor: Any, on: dt.date | None = None) -> list[RoleGrant]:
    """The same as a list; while a page is being looked at, read once."""
    return once(("grants", actor.pk, on), lambda: list(live_grants(actor, on)))


def hats(actor: Any, on: dt.date | None = None) -> list[Hat]:
    """Every hat a person wears on a day (default today), in one query; nobody and SYSTEM wear none."""
    if actor is SYSTEM or actor.pk is None:
        return []
    return [_hat(grant) for grant in grants_held(actor, on)]


def _hat(grant: RoleGrant) -> Hat:
    place = grant.organisation or (grant.team.guided_by if grant.team else None)
    return Hat(grant.role, place.path if place else "", grant.organisation_id, grant.team_id, grant.round_id)


def holds(actor: Any, *roles: str) -> bool:
    """Whether a person holds one of the roles today, anywhere; SYSTEM holds all."""
    return actor is SYSTEM or any(hat.role in roles for hat in hats(actor))


def in_area(actor: Any, roles: Collection[str], project: str = "project") -> Q:
    """Records of projects in the area, and of the round, for which the person wears one of these hats."""
    seen = Q(pk__in=[])
    for hat in hats(actor):
        if hat.role in roles:
            area = Q(**{f"{project}__scope__startswith": hat.scope})
            seen |= area & Q(**{f"{project}__round": hat.round}) if hat.round else area
    return seen


def organisations_visible_to(actor: Any) -> QuerySet[Organisation]:
    """The whole tree for anybody with a role: names and places of Red Crosses are public. Nothing for the others."""
    return Organisation.objects.all() if hats(actor) else Organisation.objects.none()


def teams_visible_to(actor: Any) -> QuerySet[Team]:
    """One's own teams, those in one's area, all of them for the province; with the Red Cross that guides them."""
    return Team.objects.filter(_teams(hats(actor))).select_related("guided_by").order_by("pk")


def _teams(worn: list[Hat]) -> Q:
    if any(hat.role in REGISTRAR_ROLES for hat in worn):
        return Q()
    seen = Q(pk__in=[hat.team for hat in worn if hat.team])
    for hat in worn:
        if hat.role in AREA_ROLES:
            seen |= Q(guided_by__path__startswith=hat.scope)
    return seen


def people_visible_to(actor: Any) -> QuerySet[User]:
    """Oneself, fellow members of one's teams, whoever holds a role in one's area, everybody for the province."""
    worn = hats(actor)
    if any(hat.role in REGISTRAR_ROLES for hat in worn):
        return User.objects.order_by("pk")
    near = Q(team__in=[hat.team for hat in worn if hat.team])
    for hat in worn:
        if hat.role in AREA_ROLES:
            near |= Q(organisation__path__startswith=hat.scope) | Q(team__guided_by__path__startswith=hat.scope)
    known = RoleGrant.objects.filter(near).values("person")
    return User.objects.filter(Q(pk=actor.pk) | Q(pk__in=known)).order_by("pk")


def ancestor(path: str, level: Level) -> Organisation | None:
    """The organisation of that level on a path such as '/1/4/37/', itself included."""
    above = once(("path", path), lambda: list(Organisation.objects.filter(pk__in=path.strip("/").split("/"))))
    return next((one for one in above if one.level == level), None)


def province() -> Organisation:
    """The Red Cross of the province, the root of the tree. Raises Organisation.DoesNotExist before it is seeded."""
    return Organisation.objects.get(level=Level.PROVINCE, valid_to__isnull=True)
