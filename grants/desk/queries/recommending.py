"""What waits for a word of recommendation before one organisation, what it has put forward, and its places."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from django.db.models import Prefetch, QuerySet

from grants.applications.enums import RecommendLevel
from grants.applications.models import Project, Recommendation
from grants.applications.queries import LEVEL_ROLES, RECOMMENDED_NEXT, in_turn, recommending_level
from grants.desk.queries.overdue import late_for
from grants.people.models import Organisation, RoleGrant
from grants.people.queries import belonging
from grants.programmes.models import Round
from grants.programmes.queries import quota_of

COUNTY = RecommendLevel.COUNTY


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
    forward: list[Recommendation]
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
    forward = list(standing.select_related("project__team", "entered_by").order_by("rank", "pk"))
    before = list(_waiting(round_, level, place))
    waiting = [one for one in before if not one.stood_back]
    instead = [*(one for one in before if one.stood_back), *_late_below(round_, level, place)]
    quota = quota_of(round_, place.path)
    used = len(forward) if level == RecommendLevel.COUNTY or quota is None else quota.used
    taken = {row.rank for row in forward}
    free = [rank for rank in range(1, len(forward) + len(waiting) + 1) if rank not in taken]
    places = quota.places if quota else 0
    return Table(level, place, roles, places, used, waiting, forward, free, _with_ranks(round_, instead))


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
    """Those whose next word is this organisation's, as everywhere."""
    return _shown(Project.objects.filter(in_turn(level), state__in=RECOMMENDED_NEXT), round_, place)


def _late_below(round_: Round, level: RecommendLevel, place: Organisation) -> list[Project]:
    """Those on which the level below let its time pass: from then on this one may give its word."""
    deed = {RecommendLevel.CITY: "county_recommend_in_place", RecommendLevel.PROVINCE: "city_recommend_in_place"}
    return list(_shown(late_for(deed[level]), round_, place)) if level in deed else []


def _shown(found: QuerySet[Project], round_: Round, place: Organisation) -> QuerySet[Project]:
    """These of the round and the place, with what the level before said."""
    before = Recommendation.objects.filter(withdrawn_at__isnull=True).order_by("pk")
    found = found.filter(round=round_, scope__startswith=place.path)
    found = found.select_related("round__configuration", "team__guided_by", "leader")
    return found.prefetch_related(Prefetch("recommendations", before)).order_by("number")
