"""What the board of a round counts: every project one may see, and everything that runs for them or has run out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Q, Value

from grants.applications.models import Project
from grants.desk.domain import covers, keeps_away
from grants.desk.queries.records import MODELS, VISIBLE
from grants.desk.queries.work import turn_roles
from grants.desk.words import DUE_BY
from grants.people.enums import Level
from grants.people.models import Organisation, RoleGrant, User
from grants.people.queries import (
    AREA_ROLES,
    PROVINCE_ROLES,
    TEAM_ROLES,
    belonging,
    grants_in_force,
    people_visible_to,
    read_loans,
)
from grants.programmes.models import Round
from workflow.lifecycle import MACHINES, Role
from workflow.models import Deadline

BOARD_ROLES = PROVINCE_ROLES | AREA_ROLES | {Role.REVIEW_CHAIR}
"""Who looks after many projects at once; to the others the board is as missing as a missing round."""
CALLERS = AREA_ROLES | {Role.PROGRAMME_OFFICER, Role.BUSINESS_LEAD, Role.FINANCE_OFFICER, Role.SYSADMIN}
"""Who reads telephone numbers of people they may see, because reminding is their work."""
BESIDE = ("payment", "check", "objection", "change_request")


@dataclass(frozen=True)
class Counted:
    """One project as the board counts it; amounts in fen."""

    pk: int
    state: str
    scope: str
    requested_fen: int
    granted_fen: int
    paid_fen: int


@dataclass(frozen=True)
class Runs:
    """Something that is due: of which record in which state, of which project (none for the round itself), and when."""

    machine: str
    pk: int
    project: int | None
    state: str
    name: str
    due_at: dt.datetime


def counted(round_: Round, actor: Any) -> list[Counted]:
    """The round's projects that the person may see."""
    columns = ("pk", "state", "scope", "requested_fen", "granted_fen", "paid_fen")
    rows = VISIBLE["project"](actor).filter(round=round_.pk).order_by("pk").values_list(*columns)
    return [Counted(*row) for row in rows]


def running(round_: Round, projects: Iterable[Counted], actor: Any) -> list[Runs]:
    """What runs for these projects, for what goes on beside them and for the round, by date, in two queries.

    Of a project only what its present turn is about; the rest is history or belongs to another page.
    """
    places: dict[tuple[str, int], tuple[int | None, str]] = {
        ("project", one.pk): (one.pk, one.state) for one in projects
    }
    places |= _beside(round_, actor)
    places["round", round_.pk] = (None, str(round_.state))
    kinds = {ContentType.objects.get_for_model(model).pk: machine for machine, model in MODELS.items()}
    mine = Project.objects.filter(round=round_.pk).values("pk")
    wanted = Q(pk__in=[])
    for kind, machine in kinds.items():
        ids = mine if machine == "project" else [pk for name, pk in places if name == machine]
        wanted |= Q(content_type=kind, object_id__in=ids)
    rows = Deadline.objects.filter(wanted, settled_at__isnull=True).order_by("due_at", "pk")
    found = []
    for kind, pk, name, due_at in rows.values_list("content_type", "object_id", "name", "due_at"):
        machine = kinds[kind]
        if (machine, pk) in places:
            project, state = places[machine, pk]
            if _in_turn(machine, state, name):
                found.append(Runs(machine, pk, project, state, name, due_at))
    return found


def _beside(round_: Round, actor: Any) -> dict[tuple[str, int], tuple[int | None, str]]:
    """Payments, checks, objections and changes of the round that the person may see, in one query."""
    groups = [
        VISIBLE[machine](actor)
        .filter(project__round=round_.pk)
        .order_by()
        .values_list(Value(machine), "pk", "project_id", F("state"))
        for machine in BESIDE
    ]
    rows = groups[0].union(*groups[1:], all=True)
    return {(machine, pk): (project, str(state)) for machine, pk, project, state in rows}


def _in_turn(machine: str, state: str, name: str) -> bool:
    if state in MACHINES[machine].final:
        return False
    named = DUE_BY.get(machine, {}).get(state, ())
    return not named or name in named


@dataclass(frozen=True)
class Called:
    """Somebody whose turn something is, and whether the reader may have the number."""

    grant: RoleGrant
    person: User
    mobile: str


def projects_of(runs: Iterable[Runs]) -> dict[int, Project]:
    """The projects behind these things, by id, with team and round."""
    rows = Project.objects.select_related("round", "team__guided_by", "leader", "payee")
    return {one.pk: one for one in rows.filter(pk__in={one.project for one in runs})}


def callers_of(
    runs: Collection[Runs], projects: Mapping[int, Project], actor: Any, roles: Collection[str]
) -> dict[Runs, list[Called]]:
    """Who has each of these things, with numbers for those who may read them: two queries however many."""
    turns = {one: _roles(one, projects.get(one.project or 0)) for one in runs}
    held = _holders({role for wanted in turns.values() for role in wanted}, projects.values())
    own = belonging(held)
    found_in = _hands(held)
    numbers = _numbers(actor, held) if set(roles) & CALLERS else set()
    found: dict[Runs, list[Called]] = {}
    for one, wanted in turns.items():
        project = projects.get(one.project or 0)
        mine = [grant for grant in held if project and grant.role in wanted and covers(grant, project)]
        people = {grant.hand: grant for grant in mine if not keeps_away(grant, project, own)}
        found[one] = [
            Called(grant, found_in[grant.hand], found_in[grant.hand].mobile if grant.hand in numbers else "")
            for grant in people.values()
        ]
    return found


def _roles(one: Runs, project: Project | None) -> set[str]:
    waits = MACHINES[one.machine].waits.get(one.state, ())
    return turn_roles(project, waits) if one.machine == "project" and project else set(waits)


def _holders(roles: Collection[str], projects: Iterable[Project]) -> list[RoleGrant]:
    """Everybody who holds one of the roles over one of the projects, and whoever belongs to one of their teams."""
    found = list(projects)
    above = {int(part) for project in found for part in project.scope.strip("/").split("/") if part}
    above |= {project.payee_id for project in found if project.payee_id}
    teams = {project.team_id for project in found}
    near = (Q(organisation__in=above) | Q(team__in=teams)) & Q(role__in=roles)
    rows = grants_in_force().filter(near | Q(team__in=teams, role__in=TEAM_ROLES))
    return read_loans(rows.select_related("person", "organisation", "team").order_by("pk"))


def _hands(held: Iterable[RoleGrant]) -> dict[int, User]:
    """Who exercises these roles; stand-ins, where there are any, are read together."""
    known = {grant.person_id: grant.person for grant in held}
    missing = {grant.hand for grant in held} - known.keys()
    return known | (User.objects.in_bulk(missing) if missing else {})


def _numbers(actor: Any, held: Iterable[RoleGrant]) -> set[int]:
    wanted = {grant.hand for grant in held}
    return set(people_visible_to(actor).filter(pk__in=wanted).order_by().values_list("pk", flat=True))


def places() -> dict[int, Organisation]:
    """The tree by id, merged organisations too, as far as projects lie in it: not at grass-roots organisations."""
    return {one.pk: one for one in Organisation.objects.exclude(level=Level.GRASSROOTS).order_by("path")}
