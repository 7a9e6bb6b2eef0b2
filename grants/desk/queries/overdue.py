"""What others may do in the place of a level, or a team, that let its time pass: it waits for them from that day on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet

from grants.applications.enums import RecommendLevel
from grants.applications.models import Project
from grants.applications.queries import in_turn, recommending_level
from grants.desk.domain import covers, keeps_away
from grants.desk.words import IN_PLACE, due_by
from grants.people.models import RoleGrant
from grants.people.queries import belonging
from workflow import clock
from workflow.lifecycle import PROJECT
from workflow.models import Deadline

MOST = 200
BELOW = {"county_recommend_in_place": RecommendLevel.COUNTY, "city_recommend_in_place": RecommendLevel.CITY}
"""The level whose word is given in its place, where it does not stand back."""


@dataclass(frozen=True)
class InPlace:
    """A deed that a person may do in somebody's place, on which project, in which roles, overdue since when."""

    project: Project
    deed: str
    due: Deadline
    hats: tuple[RoleGrant, ...]


def overdue_for(worn: Iterable[RoleGrant], projects: QuerySet[Project]) -> list[InPlace]:
    """What the person may do in the place of others on these projects, the longest overdue first; two queries."""
    hats = list(worn)
    if (wanted := late_for_hats(hats, projects)) is None:
        return []
    rows = list(Deadline.objects.filter(wanted).order_by("due_at", "pk")[:MOST])
    found = Project.objects.select_related("round__configuration", "team__guided_by", "leader", "payee")
    by_id = found.in_bulk({row.object_id for row in rows}) if rows else {}
    for row in rows:
        row.record = by_id[row.object_id]
    return in_place(rows, hats)


def late_for_hats(worn: Iterable[RoleGrant], projects: QuerySet[Project]) -> Q | None:
    """Of the deadlines those that ran out on these projects and for which a hat may do something; None: none ever."""
    names = _deeds(worn)
    if not names:
        return None
    found = Q(pk__in=[])
    for name in names:
        found |= Q(name__in=IN_PLACE[name], object_id__in=_waiting(name).values("pk"))
    kind = ContentType.objects.get_for_model(Project)
    open_ = Q(content_type=kind, settled_at__isnull=True, due_at__lte=clock.now())
    return found & open_ & Q(object_id__in=projects.order_by().values("pk"))


def in_place(rows: Iterable[Deadline], worn: Iterable[RoleGrant]) -> list[InPlace]:
    """What may be done for each of these, which know their project; where nothing may, it is left out."""
    hats = [hat for hat in worn if not hat.lent_away]
    names, own = _deeds(hats), belonging(hats)
    made = [_in_place(row, names, hats, own) for row in rows]
    return [one for one in made if one][:MOST]


def _deeds(worn: Iterable[RoleGrant]) -> list[str]:
    mine = {hat.role for hat in worn if not hat.lent_away}
    return [name for name in IN_PLACE if roles_of(name) & mine]


def roles_of(name: str) -> set[str]:
    """Who does the deed, with a signature of their own or on a signed paper."""
    deed = PROJECT.deeds[name]
    return {*deed.by, *(deed.paper.by if deed.paper else ())}


def late_for(name: str) -> QuerySet[Project]:
    """The projects on which the deed waits because those whose turn it is let their time pass."""
    kind, names = ContentType.objects.get_for_model(Project), IN_PLACE[name]
    late = Deadline.objects.filter(content_type=kind, name__in=names, settled_at__isnull=True, due_at__lte=clock.now())
    return _waiting(name).filter(pk__in=late.values("object_id"))


def _waiting(name: str) -> QuerySet[Project]:
    """The projects on which the deed may be done as soon as the day has passed."""
    there = Project.objects.filter(state__in=PROJECT.deeds[name].sources)
    level = BELOW.get(name)
    return there.filter(in_turn(level), stood_back="") if level else there


def _of_below(project: Project, name: str) -> bool:
    level = BELOW.get(name)
    return level is None or (recommending_level(project) == level and not project.stood_back)


def _in_place(due: Deadline, wanted: Iterable[str], hats: Iterable[RoleGrant], own: Any) -> InPlace | None:
    """The deed for which this deadline counts in the state in which the project is, if the person may do it."""
    project: Any = due.record
    if not isinstance(project, Project) or due.name not in due_by(project):
        return None
    there = (name for name in wanted if str(project.state) in PROJECT.deeds[name].sources)
    name = next((name for name in there if due.name in IN_PLACE[name] and _of_below(project, name)), None)
    if name is None:
        return None
    near = [hat for hat in hats if hat.role in roles_of(name) and covers(hat, project)]
    worn = tuple(hat for hat in near if not keeps_away(hat, project, own))
    return InPlace(project, name, due, worn) if worn else None
