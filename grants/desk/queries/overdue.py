"""What others may do in the place of a level, or a team, that let its time pass: it waits for them from that day on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet

from grants.applications.enums import RecommendLevel
from grants.applications.models import Project
from grants.applications.queries import in_turn, visible_to
from grants.desk.domain import covers, keeps_away
from grants.desk.words import IN_PLACE, due_by
from grants.people.models import RoleGrant
from grants.people.queries import belonging
from workflow import clock
from workflow.lifecycle import PROJECT
from workflow.models import Deadline

MOST = 200
WAITING_FOR = {
    "county_recommend_in_place": in_turn(RecommendLevel.COUNTY),
    "city_recommend_in_place": in_turn(RecommendLevel.CITY) & Q(stood_back=""),
}
"""Of the projects in a state for the deed, those whose word is really due from the level below."""


@dataclass(frozen=True)
class InPlace:
    """A deed that a person may do in somebody's place, on which project, in which roles, overdue since when."""

    project: Project
    deed: str
    due: Deadline
    hats: tuple[RoleGrant, ...]


def overdue_for(actor: Any, worn: Iterable[RoleGrant], projects: QuerySet[Project] | None = None) -> list[InPlace]:
    """What the person may do in the place of others, the longest overdue first; at most 200, of `projects` if given.

    Two queries where somebody is late, one where nobody is, none for whoever never acts in another's place.
    """
    hats = [hat for hat in worn if not hat.lent_away]
    deeds = {name: roles_of(name) & {hat.role for hat in hats} for name in IN_PLACE}
    wanted = {name: roles for name, roles in deeds.items() if roles}
    if not wanted:
        return []
    found = visible_to(actor) if projects is None else projects
    late = list(_late(found, wanted))
    rows = Project.objects.select_related("round__configuration", "team__guided_by", "leader", "payee")
    by_id = rows.in_bulk({row.object_id for row in late}) if late else {}
    own = belonging(hats)
    made = [_in_place(by_id[row.object_id], row, wanted, hats, own) for row in late]
    return [one for one in made if one]


def roles_of(name: str) -> set[str]:
    """Who does the deed, with a signature of their own or on a signed paper."""
    deed = PROJECT.deeds[name]
    return {*deed.by, *(deed.paper.by if deed.paper else ())}


def late_for(name: str) -> QuerySet[Project]:
    """The projects on which the deed waits because those whose turn it is let their time pass."""
    there = Project.objects.filter(WAITING_FOR.get(name, Q()), state__in=PROJECT.deeds[name].sources)
    return there.filter(pk__in=_run_out(IN_PLACE[name]).values("object_id"))


def _run_out(names: Iterable[str]) -> QuerySet[Deadline]:
    kind = ContentType.objects.get_for_model(Project)
    return Deadline.objects.filter(content_type=kind, name__in=names, settled_at__isnull=True, due_at__lte=clock.now())


def _late(projects: QuerySet[Project], deeds: Iterable[str]) -> QuerySet[Deadline]:
    """What ran out for these projects while one of the deeds may make up for it."""
    found = Q(pk__in=[])
    for name in deeds:
        found |= Q(name__in=IN_PLACE[name], object_id__in=late_for(name).values("pk"))
    rows = _run_out(name for deed in deeds for name in IN_PLACE[deed])
    return rows.filter(found, object_id__in=projects.order_by().values("pk")).order_by("due_at", "pk")[:MOST]


def _in_place(
    project: Project, due: Deadline, wanted: Iterable[str], hats: Iterable[RoleGrant], own: Any
) -> InPlace | None:
    """The deed for which this deadline counts in the state in which the project is, if the person may do it."""
    if due.name not in due_by(project):
        return None
    there = (name for name in wanted if str(project.state) in PROJECT.deeds[name].sources)
    name = next((name for name in there if due.name in IN_PLACE[name]), None)
    if name is None:
        return None
    near = [hat for hat in hats if hat.role in roles_of(name) and covers(hat, project)]
    worn = tuple(hat for hat in near if not keeps_away(hat, project, own))
    return InPlace(project, name, due, worn) if worn else None
