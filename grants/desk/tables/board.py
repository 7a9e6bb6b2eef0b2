"""The board of a round in words: where projects are, where they lie, what is late and whom to call."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Project
from grants.desk.queries.board import Called, Counted, Runs
from grants.desk.queries.overdue import InPlace
from grants.desk.tables.charts import Bar
from grants.desk.tables.messages import call_message, late_message
from grants.desk.tables.urgency import overdue, urgency
from grants.desk.words import DUTIES, deadline_name, pill_of
from grants.kernel.workdays import Calendar
from grants.people.enums import Level
from grants.people.models import Organisation
from workflow import clock
from workflow.lifecycle import MACHINES, PROJECT, Stage
from workflow.phrases import listed

HEATS = 4
NAMED = 3
LATE_SHOWN = 20
WAN = 1_000_000
"""Fen in ten thousand yuan."""
MEASURES: dict[str, tuple[Any, Callable[[Counted], int]]] = {
    "count": (_("项目数"), lambda one: 1),
    "requested": (_("申请（万元）"), lambda one: one.requested_fen),
    "granted": (_("批准（万元）"), lambda one: one.granted_fen),
    "paid": (_("已拨（万元）"), lambda one: one.paid_fen),
}


def in_wan(fen: int) -> str:
    """Fen in ten thousand yuan with two decimals, 2.58."""
    whole = (fen + WAN // 200) // (WAN // 100)
    return f"{whole // 100:,}.{whole % 100:02d}"


@dataclass
class Sum:
    """What a stage, or a place, adds up to; amounts in fen."""

    count: int = 0
    late: int = 0
    requested_fen: int = 0
    granted_fen: int = 0

    def add(self, one: Counted, *, late: bool) -> None:
        """Count one project more."""
        self.count += 1
        self.late += late
        self.requested_fen += one.requested_fen
        self.granted_fen += one.granted_fen


def stage_sums(projects: Iterable[Counted], late: Iterable[int]) -> dict[str, Sum]:
    """Every stage, those without a project too, in the order of the river."""
    sums, over = {stage.value: Sum() for stage in Stage}, set(late)
    for one in projects:
        sums[PROJECT.stage_of(one.state)].add(one, late=one.pk in over)
    return sums


def stage_bars(sums: Mapping[str, Sum], *, short: bool = False) -> list[Bar]:
    """One bar a stage: so many projects, how many of them late, and the money."""
    return [Bar(str(Stage(stage).label), one.count, one.late, _note(one, short=short)) for stage, one in sums.items()]


def _note(one: Sum, *, short: bool) -> str:
    if not one.count:
        return "0"
    parts = [ngettext("%(n)s个", "%(n)s个", one.count) % {"n": one.count}]
    if one.late:
        parts.append(gettext("过期%(n)s个") % {"n": one.late})
    if not short:
        words = gettext("批准%(wan)s万元") if one.granted_fen else gettext("申请%(wan)s万元")
        parts.append(words % {"wan": in_wan(one.granted_fen or one.requested_fen)})
    return gettext("，").join(parts)


def finding(sums: Mapping[str, Sum]) -> str:
    """What the chart shows, in a sentence."""
    total, late = sum(one.count for one in sums.values()), sum(one.late for one in sums.values())
    if not total:
        return gettext("还没有您能看到的项目。")
    stage = max(sums, key=lambda name: sums[name].count)
    words = {"n": total, "stage": str(Stage(stage).label), "most": sums[stage].count}
    told = ngettext(
        "共%(n)s个项目，“%(stage)s”阶段最多，有%(most)s个",
        "共%(n)s个项目，“%(stage)s”阶段最多，有%(most)s个",
        total,
    )
    if late:
        return told % words + ngettext("；%(late)s个已经过期。", "；%(late)s个已经过期。", late) % {"late": late}
    return told % words + gettext("；没有过期的。")


# Places -----------------------------------------------------------------------------------------------------


@dataclass
class PlaceRow:
    """One place: its name, where the row leads, and a cell for every stage."""

    label: str
    down: str
    query: str
    cells: list[dict[str, Any]] = field(default_factory=list)
    total: str = ""
    late: int = 0


def ancestor_at(scope: str, level: Level, tree: Mapping[int, Organisation]) -> Organisation | None:
    """The organisation of a level on the path of a project."""
    found = (tree.get(int(part)) for part in scope.strip("/").split("/") if part)
    return next((one for one in found if one and one.level == level), None)


def heat(
    projects: Sequence[Counted],
    late: Iterable[int],
    tree: Mapping[int, Organisation],
    *,
    city: Organisation | None,
    measure: str,
) -> list[PlaceRow]:
    """A row for every prefecture, or for every county of `city`, with a project; the deeper the colour, the more."""
    level, over = (Level.COUNTY if city else Level.PREFECTURE), set(late)
    mine: dict[int | None, list[Counted]] = defaultdict(list)
    for one in projects:
        if city is None or ancestor_at(one.scope, Level.PREFECTURE, tree) == city:
            place = ancestor_at(one.scope, level, tree)
            mine[place.pk if place else None].append(one)
    found = [one for one in _inside(tree, city) if one.pk in mine]
    rows: list[tuple[Organisation | None, list[Counted]]] = [(place, mine[place.pk]) for place in found]
    if mine.get(None):
        rows.append((None, mine[None]))
    return _rows(rows, over, city, measure)


def _inside(tree: Mapping[int, Organisation], city: Organisation | None) -> list[Organisation]:
    level = Level.COUNTY if city else Level.PREFECTURE
    inside = [one for one in tree.values() if one.level == level and (city is None or one.parent_id == city.pk)]
    return sorted(inside, key=lambda one: (one.division, one.pk))


def without(projects: Iterable[Counted], tree: Mapping[int, Organisation], city: Organisation | None) -> str:
    """The places that have no project at all, one after another: to the province that is news."""
    paths = {one.scope for one in projects}
    empty = [
        one for one in _inside(tree, city) if one.valid_to is None and not any(p.startswith(one.path) for p in paths)
    ]
    return listed(one.short_name.removesuffix("红十字会") for one in empty)


def _rows(
    rows: list[tuple[Organisation | None, list[Counted]]], over: set[int], city: Organisation | None, measure: str
) -> list[PlaceRow]:
    worth = MEASURES[measure][1]
    grids = [
        [sum(worth(one) for one in found if PROJECT.stage_of(one.state) == stage) for stage in Stage]
        for _, found in rows
    ]
    most = max((value for grid in grids for value in grid), default=0)
    made = []
    for (place, found), grid in zip(rows, grids, strict=True):
        row = PlaceRow(_named(place, city), "", _query(place, city))
        if place and place.level == Level.PREFECTURE:
            row.down = f"city={place.pk}"
        row.cells = [_cell(stage, value, most, measure) for stage, value in zip(Stage, grid, strict=True)]
        row.total, row.late = shown(sum(grid), measure), sum(one.pk in over for one in found)
        made.append(row)
    return made


def shown(value: int, measure: str) -> str:
    """A count as it is, an amount in ten thousand yuan."""
    return str(value) if measure == "count" else in_wan(value)


def _named(place: Organisation | None, city: Organisation | None) -> str:
    if place:
        return place.short_name
    return gettext("%(city)s本级") % {"city": city.short_name} if city else gettext("省直与高校")


def _query(place: Organisation | None, city: Organisation | None) -> str:
    """The part of a list's address that finds the projects of the row."""
    if place is None:
        return f"city={city.pk}&county=own" if city else "city=direct"
    return f"city={place.pk}" if place.level == Level.PREFECTURE else f"county={place.pk}"


def _cell(stage: Stage, value: int, most: int, measure: str) -> dict[str, Any]:
    depth = -(-value * HEATS // most) if value else 0
    return {"stage": stage.value, "label": stage.label, "text": shown(value, measure), "heat": depth, "any": value}


# What is late, what comes, whom to call -----------------------------------------------------------------------


@dataclass(frozen=True)
class LateRow:
    """One thing whose day has passed."""

    title: str
    url: str
    project: Project | None
    pill: dict[str, str]
    due_at: dt.datetime
    since: str
    people: str
    more: int
    message: str
    instead: tuple[str, str] | None = None
    """What the reader may do in their place: the words and the address."""


def parted(runs: Iterable[Runs], now: dt.datetime) -> tuple[list[Runs], list[Runs]]:
    """What has run out, and what still runs."""
    found = list(runs)
    return [one for one in found if one.due_at <= now], [one for one in found if one.due_at > now]


def late_rows(
    late: Iterable[Runs],
    projects: Mapping[int, Project],
    callers: Mapping[Runs, list[Called]],
    days: Calendar,
    link: Callable[[str], str] = str,
    *,
    instead: Iterable[InPlace] = (),
) -> list[LateRow]:
    """The late ones as the page shows them, the longest first. `link` makes an address one that can be sent.

    `instead` is what the reader may do in the place of those who have them.
    """
    mine = {(one.project.pk, one.due.name): one.deed for one in instead}
    rows = []
    for one in late:
        people = [called.grant.hand_name for called in callers.get(one, [])]
        state = MACHINES[one.machine].states(one.state)
        rows.append(
            LateRow(
                title=what(one),
                url=_url(one),
                project=projects.get(one.project or 0),
                pill=pill_of(one.machine, one.state, str(state.label)),
                due_at=one.due_at,
                since=overdue(one.due_at, days, clock.now()),
                people=listed(people[:NAMED]),
                more=max(0, len(people) - NAMED),
                message=_message(one, projects.get(one.project or 0), people, link),
                instead=_instead(one, mine.get((one.pk, one.name), "") if one.machine == "project" else ""),
            )
        )
    return rows


def _instead(one: Runs, deed: str) -> tuple[str, str] | None:
    return (str(PROJECT.deeds[deed].label), f"{_url(one)}#do") if deed else None


def _message(one: Runs, project: Project | None, people: Sequence[str], link: Callable[[str], str]) -> str:
    """Ready words for those who have it; none where nobody does."""
    if project is None or not people:
        return ""
    return late_message(listed(people[:NAMED]), what(one), project, one.due_at, link(_url(one)))


def what(one: Runs) -> str:
    """What is to be done, in words."""
    duty = DUTIES.get(one.machine, {}).get(one.state, "")
    return str(deadline_name(one.name) or duty or MACHINES[one.machine].label)


def _url(one: Runs) -> str:
    if one.machine in {"project", "round"}:
        return reverse(one.machine, args=[one.pk])
    return reverse("record", args=[one.machine, one.pk])


@dataclass
class Call:
    """Somebody to call: in which role, about what, under which number."""

    person: Any
    role: str
    place: str
    mobile: str
    home: str = ""
    things: list[tuple[str, str]] = field(default_factory=list)

    @property
    def message(self) -> str:
        """Ready words for this person about what is theirs, and nothing else."""
        return call_message(str(self.person), self.things, self.home)


def calls(
    late: Iterable[Runs],
    projects: Mapping[int, Project],
    callers: Mapping[Runs, list[Called]],
    reader: Any,
    link: Callable[[str], str] = str,
) -> list[Call]:
    """Everybody but the reader who has something that is late, whoever has most first."""
    found: dict[int, Call] = {}
    home = link(reverse("home"))
    for one in late:
        for called in callers.get(one, []):
            if called.person.pk == reader.pk:
                continue
            grant = called.grant
            place = str(grant.team or (grant.organisation.short_name if grant.organisation else ""))
            mine = found.setdefault(
                called.person.pk, Call(called.person, str(grant.get_role_display()), place, called.mobile, home)
            )
            mine.things.append((str(projects.get(one.project or 0, "")), what(one)))
    return sorted(found.values(), key=lambda call: -len(call.things))


def coming(runs: Iterable[Runs], days: Calendar) -> list[dict[str, Any]]:
    """The days that come, each with what falls due on it and for how many."""
    found = Counter((one.due_at.astimezone(clock.SHANGHAI).date(), what(one)) for one in runs)
    moments = {(one.due_at.astimezone(clock.SHANGHAI).date(), what(one)): one.due_at for one in runs}
    now = clock.now()
    return [
        {"day": day, "name": name, "n": n, "group": group, "left": left}
        for (day, name), n in sorted(found.items())
        for group, left in [urgency(moments[day, name], days, now)]
    ]
