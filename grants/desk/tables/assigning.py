"""An assignment before it is applied: who gets what and why, loads, empty seats, who would help most."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

from django.utils.translation import gettext

from grants.applications.models import Project
from grants.desk.queries.assigning import named_in
from grants.people.models import User
from grants.reviews.assigning.building import ROUND_WIDE, Asked
from grants.reviews.assigning.enums import LeftOut
from grants.reviews.assigning.models import AssignmentRun
from grants.reviews.assigning.pool import UNKNOWN, worth
from grants.reviews.assigning.preview import new_seats
from grants.reviews.assigning.solver import Problem, Solution
from grants.reviews.assigning.solver.explaining import Changes, Comparable, NotOptimal, comparable
from grants.reviews.assigning.solver.problem import EMPTY
from workflow.phrases import listed

SEAT = EMPTY // 2
"""A gain of so much is a seat filled, or a reviewer brought to their least, not only better matches."""
EXPLAINED = 8_000
"""Up to so many pairs the list itself tells what more reviewers would gain; for more it takes a page of its own."""


class Parts(NamedTuple):
    """What a pair is worth, of 1000."""

    field: int
    level: int
    past: int
    bid: int

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self)


@dataclass(frozen=True)
class Seat:
    """One reviewer on one project of the run."""

    person: User
    parts: Parts
    kept: bool
    by_hand: str = ""
    price: str = ""


@dataclass
class Row:
    """One project of the run."""

    project: Project
    seats: list[Seat]
    empty: int
    outcome: Any = None
    left_out: int = 0


@dataclass(frozen=True)
class Load:
    """One reviewer of the run: what they have, what they get, what they take at most."""

    person: User
    kept: int
    new: int
    most: int
    price: str = ""

    @property
    def total(self) -> int:
        """All of it."""
        return self.kept + self.new

    @property
    def width(self) -> int:
        """How long the bar is, of 100."""
        return 100 * self.total // self.most if self.most else 0


@dataclass(frozen=True)
class Gain:
    """One more reviewer of a field from a city, and what their first project would gain."""

    field: str
    city: int
    points: int
    seats: int


@dataclass
class Shown:
    """A run that has its answer, with people and projects at hand."""

    run: AssignmentRun
    projects: dict[int, Project]
    people: dict[int, User]
    outcomes: dict[int, Any] = field(default_factory=dict)

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What the scores were made of."""
        told: dict[str, Any] = json.loads(self.run.facts)
        return told

    @cached_property
    def asked(self) -> Asked:
        """What the officer chose."""
        return Asked(**json.loads(self.run.asked))

    @cached_property
    def problem(self) -> Problem:
        """What was solved."""
        return Problem.parse(self.run.problem)

    @cached_property
    def found(self) -> Solution:
        """What came out."""
        return Solution.parse(self.run.answer)

    @cached_property
    def seats(self) -> dict[int, list[int]]:
        """The new seats, with the changes made by hand."""
        return new_seats(self.run)

    @cached_property
    def changes(self) -> Changes | None:
        """What else could have been beside the bridges; nothing where fairness cost something."""
        fixed = tuple(sorted((*self.problem.kept, *self.found.bridges)))
        try:
            return Changes(replace(self.problem, kept=fixed), self.found)
        except NotOptimal:
            return None

    @property
    def comparable(self) -> Comparable:
        """Whether scores may be calibrated."""
        return comparable(self.found)

    def parts(self, project: int, person: int) -> Parts:
        """What the pair is worth and why, from the facts of that day."""
        of, who = self.facts["fields"].get(str(project), ""), str(person)
        wishes = self.facts["wishes"].get(who)
        bid = UNKNOWN if not wishes else 100 if of in wishes else 0
        return Parts(*worth(self.facts["levels"].get(who, {}), of, self.facts["past"].get(who, UNKNOWN), bid))

    def left_out(self, project: int) -> list[tuple[User, str]]:
        """Who may not review the project, and why; those who take nothing in the whole round too."""
        told = {**self.facts["left_out"].get(ROUND_WIDE, {}), **self.facts["left_out"].get(str(project), {})}
        rows = sorted((int(who), listed([str(LeftOut(code).label) for code in codes])) for who, codes in told.items())
        return [(self.people[who], words) for who, words in rows if who in self.people]

    def rows(self, wanted: Iterable[int]) -> list[Row]:
        """Some of its projects."""
        by_hand = {(one.project_id, one.coming_id): one.reason for one in self.run.changes.all()}
        kept: dict[int, list[int]] = {}
        for pair in self.problem.kept:
            kept.setdefault(pair.project, []).append(pair.reviewer)
        wants = {one.project: one.seats for one in self.problem.wants}
        rows = []
        for pk in wanted:
            held, new = kept.get(pk, []), self.seats.get(pk, [])
            told = [self._seat(pk, who, by_hand, kept=True) for who in held]
            told += [self._seat(pk, who, by_hand, kept=False) for who in new]
            empty = max(0, wants.get(pk, 0) - len(held) - len(new))
            out = len(self.facts["left_out"].get(str(pk), {}))
            rows.append(Row(self.projects[pk], told, empty, self.outcomes.get(pk), out))
        return rows

    def _seat(self, project: int, who: int, by_hand: dict[Any, str], *, kept: bool) -> Seat:
        return Seat(self.people[who], self.parts(project, who), kept, by_hand.get((project, who), ""), self.price(who))

    def loads(self) -> list[Load]:
        """Every reviewer of the run, the most loaded first."""
        new: dict[int, int] = {}
        for people in self.seats.values():
            for who in people:
                new[who] = new.get(who, 0) + 1
        rows = []
        for j, judge in enumerate(self.problem.judges):
            if judge.reviewer in self.people:
                kept = self.problem.kept_loads[j]
                told = self.price(judge.reviewer)
                rows.append(Load(self.people[judge.reviewer], kept, new.get(judge.reviewer, 0), judge.most, told))
        return sorted(rows, key=lambda one: (-one.total, one.person.pk))

    @cached_property
    def _prices(self) -> dict[int, int]:
        return self.changes.prices() if self.changes else {}

    def price(self, person: int) -> str:
        """What one more project of this reviewer's time would gain in all, in words; nothing where it gains nothing."""
        points = self._prices.get(person, 0)
        if not points:
            return ""
        if points >= SEAT:
            return gettext("再多评一个，能补上一个空席")
        return gettext("再多评一个，全轮总分多%(n)s") % {"n": points}

    @property
    def empty(self) -> int:
        """How many seats stay empty."""
        return sum(row.empty for row in self.rows(self.projects))

    def gains(self, most: int = 5) -> list[Gain]:
        """Which kind of reviewer the round lacks most: one of level 2 in a field, from a city, or from the province."""
        if self.changes is None or len(self.problem.whom) > EXPLAINED:
            return []
        fields = sorted({one for one in self.facts["fields"].values() if one})
        cities = [0, *sorted({judge.city for judge in self.problem.judges} - {0})]
        gains = [self._gain(name, city) for name in fields for city in cities]
        return sorted((one for one in gains if one.points > 0), key=lambda one: (-one.points, one.city, one.field))[
            :most
        ]

    def _gain(self, name: str, city: int) -> Gain:
        costs = []
        for want in self.problem.wants:
            project = self.projects.get(want.project)
            if project is None or _lives_there(project, city):
                continue
            points = sum(worth({name: 2}, self.facts["fields"].get(str(want.project), ""), UNKNOWN, UNKNOWN))
            costs.append((want.project, 1000 - points))
        points = self.changes.gain_of(city, costs) if self.changes else 0
        return Gain(name, city, points % EMPTY if points >= SEAT else points, int(points >= SEAT))


def shown(run: AssignmentRun) -> Shown:
    """The run with the people and projects it names, in two queries."""
    found = Shown(run, {}, {}, {one.project_id: one for one in run.outcomes.all()})
    found.projects, found.people = named_in(found.problem, found.facts, run)
    return found


def _lives_there(project: Project, city: int) -> bool:
    parts = project.scope.strip("/").split("/")
    return bool(city) and len(parts) > 1 and parts[1] == str(city)


def comparison_words(told: Comparable) -> list[tuple[bool, str]]:
    """Why scores may be set against each other, or not: each condition, whether it holds, in words."""
    groups, average = len(told.groups), f"{told.average:.1f}"
    joined = (
        gettext("所有专家经由共同评审的项目连成一片")
        if told.connected
        else gettext("专家分成互不相连的%(n)s组，组与组之间的分数不能校准比较") % {"n": groups}
    )
    enough = gettext("平均每位专家评%(n)s个项目") % {"n": average}
    if not told.enough:
        enough += gettext("，不到4个，不足以估计各人的宽严")
    return [(told.connected, joined), (told.enough, enough)]
