"""What waits for a word of recommendation before one organisation, what it has put forward, and its places."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from grants.applications.enums import RecommendLevel
from grants.applications.models import Project, Recommendation
from grants.applications.queries import LEVEL_ROLES, MINUTES, RECOMMENDED_NEXT, in_turn, recommending_level, visible_to
from grants.desk.queries.eligibility import to_judge
from grants.desk.queries.overdue import late_for
from grants.people.models import Organisation, RoleGrant
from grants.people.queries import belonging
from grants.programmes.models import Round
from grants.programmes.queries import quota_of
from storage.models import Attachment
from workflow.models import Proposal

COUNTY = RecommendLevel.COUNTY
AT_MOST = 4
"""So many are compared at a time."""
OF_BELOW = {RecommendLevel.CITY: "county_recommend_in_place", RecommendLevel.PROVINCE: "city_recommend_in_place"}
"""What a level may do in the place of the one below that let its time pass."""


@dataclass(frozen=True)
class Table:
    """One organisation at one level: the roles the person has there, what waits, what was put forward, the places.

    `instead` waits here because the level below stands back or let its time pass, with the first rank that is free
    there; `own` are the teams to which the person belongs.
    """

    level: RecommendLevel
    organisation: Organisation
    roles: frozenset[str]
    places: int
    used: int
    waiting: list[Project]
    forward: Sequence[Recommendation]
    free_ranks: list[int] = field(default_factory=list)
    instead: list[tuple[Project, int | None]] = field(default_factory=list)
    own: frozenset[int] = frozenset()

    @property
    def left(self) -> int:
        """How many more may be put forward."""
        return max(0, self.places - self.used)


def tables_of(round_: Round, worn: Iterable[RoleGrant]) -> list[Table]:
    """The tables at which the person sits in this round, lowest level first."""
    seats: dict[tuple[RecommendLevel, int], tuple[Organisation, set[str]]] = {}
    hats = list(worn)
    for hat in hats:
        for level, roles in LEVEL_ROLES.items():
            if hat.organisation and hat.role in roles and hat.round_id in (None, round_.pk):
                place = seats.setdefault((level, hat.organisation.pk), (hat.organisation, set()))
                place[1].add(hat.role)
    own = frozenset(belonging(hats))
    found = [_table(round_, level, place, frozenset(roles)) for (level, _pk), (place, roles) in seats.items()]
    return [replace(table, own=own) for table in found]


def _table(round_: Round, level: RecommendLevel, place: Organisation, roles: frozenset[str]) -> Table:
    standing = Recommendation.objects.filter(round=round_, organisation=place, level=level, withdrawn_at__isnull=True)
    forward = list(
        standing.select_related("project__team", "entered_by")
        .annotate(minuted=_minuted("project"))
        .order_by("rank", "pk")
    )
    before = list(_waiting(round_, level, place))
    waiting = [one for one in before if not one.stood_back and recommending_level(one) == level]
    instead = [one for one in before if one not in waiting]
    quota = quota_of(round_, place.path)
    used = len(forward) if level == RecommendLevel.COUNTY or quota is None else quota.used
    taken = {row.rank for row in forward}
    free = [rank for rank in range(1, len(forward) + len(waiting) + 1) if rank not in taken]
    places = quota.places if quota else 0
    return Table(level, place, roles, places, used, waiting, forward, free, _with_ranks(round_, instead))


def put_before_others(tables: Iterable[Table]) -> dict[int, str]:
    """The deed that somebody has put before others on a project as it stands, by the project; one query."""
    rows = [one for table in tables for one in (*table.waiting, *(project for project, _rank in table.instead))]
    versions = {one.pk: one.version for one in rows}
    kind = ContentType.objects.get_for_model(Project)
    found = Proposal.objects.filter(content_type=kind, object_id__in=versions).order_by("pk")
    said = found.values_list("object_id", "version", "move")
    return {pk: move for pk, version, move in said if versions[pk] == version}


def _with_ranks(round_: Round, instead: Sequence[Project]) -> list[tuple[Project, int | None]]:
    """What waits in the place of a county, with the first rank that is free there; prefectures are not ranked for."""
    counties = {one.team.guided_by_id for one in instead if (one.stood_back or recommending_level(one)) == COUNTY}
    if not counties:
        return [(one, None) for one in instead]
    given = Recommendation.objects.filter(round=round_, level=RecommendLevel.COUNTY, withdrawn_at__isnull=True)
    taken = set(given.filter(organisation__in=counties).values_list("organisation", "rank"))
    found: list[tuple[Project, int | None]] = []
    for one in instead:
        place = one.team.guided_by_id
        rank = next(n for n in count(1) if (place, n) not in taken) if place in counties else None
        taken.add((place, rank))
        found.append((one, rank))
    return found


def _waiting(round_: Round, level: RecommendLevel, place: Organisation) -> QuerySet[Project]:
    """Those whose next word is this organisation's, or on which the level below let its time pass.

    With what the level before said.
    """
    before = Recommendation.objects.filter(withdrawn_at__isnull=True).order_by("pk")
    mine = in_turn(level) & Q(state__in=RECOMMENDED_NEXT)
    if deed := OF_BELOW.get(level):
        mine |= Q(pk__in=late_for(deed).values("pk"))
    found = Project.objects.filter(mine, round=round_, scope__startswith=place.path)
    found = found.select_related("round__configuration", "team__guided_by", "leader").annotate(minuted=_minuted("pk"))
    return found.prefetch_related(Prefetch("recommendations", before)).order_by("number")


def _minuted(project: str) -> Exists:
    """Whether the minutes of a recommending meeting lie with the project."""
    kind = ContentType.objects.get_for_model(Project)
    return Exists(Attachment.objects.filter(content_type=kind, object_id=OuterRef(project), slot=MINUTES, ending=""))


def to_compare(round_: Round, actor: Any, picked: Iterable[int]) -> list[Project]:
    """Of these projects those that the person sees, as much read of each as comparing needs; a few at a time."""
    seen = visible_to(actor).filter(round=round_, pk__in=list(picked)).values("pk")
    before = Recommendation.objects.filter(withdrawn_at__isnull=True).order_by("pk")
    found = to_judge(Project.objects.filter(pk__in=seen)).prefetch_related(Prefetch("recommendations", before))
    return list(found.order_by("number")[:AT_MOST])
