"""The table at which a level recommends: projects in the order somebody has in mind, and what can be done with each."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from grants.applications.doubts import doubts_of
from grants.applications.enums import RecommendLevel
from grants.applications.models import Project
from grants.applications.queries import is_city, recommending_level
from grants.applications.ranking import arranged
from grants.desk.queries.recommending import Table
from grants.desk.tables.offers import move_url
from grants.people.doubts import code_doubts
from grants.programmes.asking import shown
from grants.programmes.queries import rules_of
from grants.reviews.findings import figures
from workflow import clock
from workflow.lifecycle import PROJECT, ProjectState

FULL = 100
DEEDS: dict[tuple[str, bool], tuple[str, str, str]] = {
    (RecommendLevel.COUNTY, False): ("county_recommend", "county_return", "county_decline"),
    (RecommendLevel.CITY, False): ("city_recommend", "city_return", "city_decline"),
    (RecommendLevel.CITY, True): ("city_recommend_direct", "direct_return", "direct_decline"),
    (RecommendLevel.PROVINCE, True): ("province_admit_direct", "direct_return", "direct_decline"),
}
"""What a level may do with a project, by whether it came to it directly: put forward, return, decline."""
INSTEAD: dict[tuple[str, bool], tuple[str, ...]] = {
    (RecommendLevel.COUNTY, False): ("county_recommend_in_place", "return_in_place", "decline_in_place"),
    (RecommendLevel.CITY, False): ("city_recommend_in_place", "return_in_place", "decline_in_place"),
    (RecommendLevel.CITY, True): ("city_recommend_in_place", "direct_return", "direct_decline"),
}
"""What the level above may do in the place of one that stands back or let its time pass."""
WORDS: tuple[tuple[StrOrPromise, StrOrPromise], ...] = (
    (_("看后推荐"), _("凭签字件推荐")),
    (_("退回修改"), _("退回修改")),
    (_("不推荐"), _("凭签字件不推荐")),
)
FOR_BELOW: dict[str, tuple[StrOrPromise, StrOrPromise]] = {
    "county_recommend_in_place": (_("看后代县级推荐"), _("凭签字件代县级推荐")),
    "city_recommend_in_place": (_("看后代市级推荐"), _("看后代市级推荐")),
}


@dataclass(frozen=True)
class Deed:
    """One thing to do: the word on it and where it is done."""

    label: StrOrPromise
    url: str


@dataclass(frozen=True)
class Candidate:
    """One project that waits: the rank it would get, the word of the level before, what can be done.

    `own`: the person belongs to its team and leaves it to others; `asked`: what was put before others on it already.
    """

    project: Project
    rank: int | None
    before: Any
    deeds: list[Deed]
    first: bool
    last: bool
    own: bool = False
    asked: str = ""
    warnings: tuple[str, ...] = ()
    last_place: bool = False
    """The last for which a place is left, while more wait."""


def candidates(table: Table, order: Sequence[int]) -> list[Candidate]:
    """The waiting projects in that order; those it does not name come after, by their numbers."""
    by_pk = {one.pk: one for one in table.waiting}
    rows = [by_pk[pk] for pk in arranged([one.pk for one in table.waiting], order)]
    return [
        Candidate(
            project=project,
            rank=rank,
            before=next(iter(project.recommendations.all()), None),
            deeds=_deeds(table, project, rank, DEEDS[table.level, _direct(table, project)]),
            first=at == 0,
            last=at == len(rows) - 1,
            own=project.team_id in table.own,
            warnings=warnings(project),
            last_place=at + 1 == table.left and at + 1 < len(rows),
        )
        for at, (project, rank) in enumerate(zip(rows, table.free_ranks, strict=False))
    ]


def warnings(project: Project) -> tuple[str, ...]:
    """What should be looked at before a word is given, known without a further question."""
    told = [gettext("退回后未按期修改")] if project.not_corrected else []
    told += [one.fact for one in figures(project, rules_of(project.round)) if one.ok is False]
    until = project.team.banned_until
    if until and until >= clock.today():
        told.append(gettext("停止申报至%(day)s") % {"day": shown(until)})
    told += [*doubts_of(project), *(code_doubts(project.team.uscc) if project.team.uscc else [])]
    return tuple(told)


def place_wanted(table: Table, rank: int) -> int:
    """Which place among those that wait (0 first) has that rank, or the nearest after it."""
    return bisect_left(table.free_ranks[: len(table.waiting)], rank)


def with_asked(rows: Sequence[Candidate], asked: Mapping[int, str]) -> list[Candidate]:
    """The same with the deed that somebody has put before others on each: it is not done a second time."""
    labels = {pk: str(PROJECT.deeds[move].label) for pk, move in asked.items()}
    return [replace(row, asked=labels.get(row.project.pk, "")) for row in rows]


def instead_of(table: Table) -> list[Candidate]:
    """The projects that wait here because the level below stands back or let its time pass."""
    return [
        Candidate(
            project=project,
            rank=rank,
            before=next(iter(project.recommendations.all()), None),
            deeds=_deeds(table, project, rank, _instead(project)),
            first=True,
            last=True,
            own=project.team_id in table.own,
            warnings=warnings(project),
        )
        for project, rank in table.instead
    ]


def _instead(project: Project) -> tuple[str, ...]:
    return INSTEAD[project.stood_back or recommending_level(project), is_city(project)]


def _direct(table: Table, project: Project) -> bool:
    return project.state == ProjectState.SUBMITTED and table.level != RecommendLevel.COUNTY


def _deeds(table: Table, project: Project, rank: int | None, names: Sequence[str]) -> list[Deed]:
    """What the person's roles may do here, with a signature of their own or on a signed paper; nothing on own teams."""
    if project.team_id in table.own:
        return []
    found = []
    for name, usual in zip(names, WORDS, strict=False):
        deed = PROJECT.deeds[name]
        own, by_paper = table.roles & set(deed.by), table.roles & set(deed.paper.by if deed.paper else ())
        if own or by_paper:
            more = f"&rank={rank}" if rank and name == names[0] else ""
            url = f"{move_url(project, name)}?back=recommending{more}"
            signed, paper = FOR_BELOW.get(name, usual)
            found.append(Deed(signed if own else paper, url))
    return found


def bar_width(table: Table) -> str:
    """How much of the places is used, as a width."""
    return f"{min(FULL, table.used * FULL // table.places) if table.places else FULL}%"
