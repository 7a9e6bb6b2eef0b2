"""Who holds which role over what, and whom and what a person may see. A day that ends something still counts."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from django.db.models import F, FilteredRelation, Q, QuerySet

from grants.people.enums import Level, Line
from grants.people.models import AccessLink, Lending, Loan, Organisation, RegisterLine, RoleGrant, Team, User
from workflow import clock
from workflow.lifecycle import Role
from workflow.looking import once
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
OF_TEAMS = TEAM_ROLES | {Role.PAYEE_OFFICER}
"""The roles of those who ask and receive; all others look after what they ask for."""
AREA_ROLES = frozenset({Role.COUNTY_OFFICER, Role.COUNTY_LEADER, Role.CITY_OFFICER, Role.CITY_LEADER})
REGISTRAR_ROLES = PROVINCE_ROLES | {Role.SYSADMIN}


class Hat(NamedTuple):
    """A role held now: `scope` is the path of the organisation, or of the Red Cross that guides the team.

    `lent_by` is who lent it, if it is not the person's own.
    """

    role: str
    scope: str
    organisation: int | None
    team: int | None
    round: int | None
    lent_by: int | None = None


def grants_in_force(day: dt.date | None = None) -> QuerySet[RoleGrant]:
    """Every role that anybody holds on a day (default today); none of a closed account."""
    on = day or clock.today()
    return RoleGrant.objects.filter(valid_from__lte=on, person__is_active=True).exclude(valid_to__lt=on)


def live_grants(person: Any, day: dt.date | None = None) -> QuerySet[RoleGrant]:
    """The roles a person holds on a day (default today), with organisation and team; none for a closed account.

    Their own: those they lent to somebody for that day are there, those lent to them are not.
    """
    held = grants_in_force(day).filter(person=person.pk)
    return held.select_related("organisation", "team__guided_by").order_by("pk")


def lendings_in_force(day: dt.date | None = None) -> QuerySet[Lending]:
    """The lendings of a day (default today) that nobody has ended."""
    on = day or clock.today()
    return Lending.objects.filter(first_day__lte=on, last_day__gte=on, ended_at__isnull=True)


def with_loans(found: QuerySet[RoleGrant], day: dt.date | None = None) -> QuerySet[RoleGrant]:
    """The same grants, each joined as `lent` to its lending of the day, of which there is at most one."""
    on = day or clock.today()
    now = Q(lendings__first_day__lte=on, lendings__last_day__gte=on, lendings__ended_at__isnull=True)
    lent = FilteredRelation("lendings", condition=now)
    told = {"lent_pk": F("lent__pk"), "lent_to": F("lent__stand_in"), "lent_until": F("lent__last_day")}
    return found.annotate(lent=lent, **told, lent_name=F("lent__stand_in__name"))


def read_loans(found: QuerySet[RoleGrant], day: dt.date | None = None) -> list[RoleGrant]:
    """The grants as a list, each with its loan where it is lent on the day."""
    rows: list[Any] = list(with_loans(found, day))
    for row in rows:
        if row.lent_pk is not None:
            row.loan = Loan(row.lent_pk, row.lent_to, row.lent_name, row.lent_until)
    return rows


def grants_held(actor: Any, on: dt.date | None = None) -> list[RoleGrant]:
    """A person's own grants, lent or not, then those lent to them; while a page is being looked at, read once.

    One that is lent to them names as its `person` who lent it, and the teams that this person keeps away from.
    """
    return once(("grants", actor.pk, on), lambda: _held(actor, on or clock.today()))


def _held(actor: Any, day: dt.date) -> list[RoleGrant]:
    """Read in one query, with the team roles of those who lent something."""
    lenders = lendings_in_force(day).filter(stand_in=actor.pk).values("holder")
    theirs = Q(lent__stand_in=actor.pk) | Q(person__in=lenders, role__in=TEAM_ROLES)
    found = with_loans(grants_in_force(day), day).filter(Q(person=actor.pk) | theirs)
    rows = read_loans(found.select_related("person", "organisation", "team__guided_by").order_by("pk"), day)
    borrowed = [row for row in rows if row.person_id != actor.pk and row.hand == actor.pk]
    for row in borrowed:
        row.borrowed = True
        row.recuses = frozenset(one.team_id for one in rows if one.person_id == row.person_id and one.team_id)
    return [*(row for row in rows if row.person_id == actor.pk), *borrowed]


def belonging_to(team: int) -> frozenset[int]:
    """Everybody who belongs to a team today: who holds a role in it, and who stands in for them."""
    held = grants_in_force().filter(team=team, role__in=TEAM_ROLES)
    return once(("belonging", team), lambda: frozenset(belonging(read_loans(held)).get(team, ())))


def own_teams(actor: Any) -> frozenset[int]:
    """The teams to which a person belongs today, also as a stand-in."""
    return frozenset() if actor is SYSTEM else frozenset(belonging(grants_held(actor)))


def belonging(held: Iterable[RoleGrant]) -> dict[int, set[int]]:
    """Who belongs to which team, as far as these grants say."""
    found: dict[int, set[int]] = {}
    for grant in held:
        if grant.team_id and grant.role in TEAM_ROLES:
            found.setdefault(grant.team_id, set()).update((grant.person_id, grant.hand))
    return found


def as_people(actor: Any) -> frozenset[int]:
    """The person and everybody they stand in for today."""
    return frozenset({actor.pk, *(grant.person_id for grant in grants_held(actor))})


def hats(actor: Any, on: dt.date | None = None) -> list[Hat]:
    """Every hat a person wears on a day (default today), in one query; nobody and SYSTEM wear none."""
    if actor is SYSTEM or actor.pk is None:
        return []
    return [_hat(grant) for grant in grants_held(actor, on)]


def own_hats(actor: Any) -> list[Hat]:
    """Those that are the person's own: by these alone they let people in and answer for teams."""
    return [hat for hat in hats(actor) if hat.lent_by is None]


def _hat(grant: RoleGrant) -> Hat:
    place = grant.organisation or (grant.team.guided_by if grant.team else None)
    lent_by = grant.person_id if grant.borrowed else None
    return Hat(grant.role, place.path if place else "", grant.organisation_id, grant.team_id, grant.round_id, lent_by)


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


def names_under(parent: Organisation) -> frozenset[str]:
    """Every full or short name that an organisation under this one bears or has borne, those that are gone too."""
    lines = RegisterLine.objects.filter(organisation__parent=parent, what=Line.CORRECTED)
    before = [json.loads(text) for text in lines.values_list("changes", flat=True)]
    names = {name for pair in parent.children.values_list("name", "short_name") for name in pair}
    return frozenset(names | {one[of][0] for one in before for of in ("name", "short_name") if of in one})


def place_name(organisation: Organisation) -> str:
    """The place whose Red Cross it is: 杭州市 for 杭州市红十字会."""
    return organisation.name.removesuffix("红十字会")


def province() -> Organisation:
    """The Red Cross of the province, the root of the tree. Raises Organisation.DoesNotExist before it is seeded."""
    return Organisation.objects.get(level=Level.PROVINCE, valid_to__isnull=True)


def open_links(person: Any) -> QuerySet[AccessLink]:
    """Links handed to the person that have not been used, withdrawn or replaced; expired ones too."""
    return AccessLink.objects.filter(person=person.pk, end__isnull=True)


def link_of(digest: str) -> AccessLink | None:
    """The link with that digest while nothing has become of it, with its person."""
    return AccessLink.objects.filter(digest=digest, end__isnull=True).select_related("person").first()


def links_to(person: Any) -> QuerySet[AccessLink]:
    """Every link ever handed to the person, newest first, with who handed it over and what became of it."""
    return AccessLink.objects.filter(person=person.pk).select_related("handed_by", "end__by").order_by("-pk")


def digest_of(token: str) -> str:
    """What is kept of a token: 24 random bytes need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()
