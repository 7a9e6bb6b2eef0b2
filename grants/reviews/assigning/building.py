"""A round as a problem for the solvers, with what its scores were made of and who was left out, and why."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from grants.applications.models import Project
from grants.programmes.models import Round
from grants.programmes.queries import rules_of
from grants.reviews.assigning.enums import LeftOut
from grants.reviews.assigning.pool import Member, bid_of, members, worth
from grants.reviews.assigning.solver.problem import Judge, Order, Pair, Problem, Want
from grants.reviews.conflicts import matrix
from grants.reviews.models import Assignment
from workflow.lifecycle import ProjectState

SEATING = (ProjectState.ELIGIBILITY_CHECK, ProjectState.UNDER_REVIEW)
"""Where a project may be given reviewers."""
MANY = 100_000
"""From so many pairs on, only the best of each project are candidates, and some by lot."""
BEST_OF, BY_LOT = 40, 20
ROUND_WIDE = "0"


@dataclass(frozen=True)
class Asked:
    """What the officer chose: seats a project, the least a reviewer gets, the most beside their own, balance, seed."""

    seats: int
    least: int = 0
    most: int = 0
    balance: int = 20
    seed: int = 1
    joined: bool = True


def target_seats(round_: Round) -> int:
    """How many reviewers the round aims at for a project. Source: DOMAIN 2.5."""
    return rules_of(round_).rubric.method.target_reviewers


def projects_to_seat(round_: Round) -> list[Project]:
    """The projects of the round that may be given reviewers, in order of their numbers."""
    found = Project.objects.filter(round=round_.pk, state__in=SEATING)
    return list(found.select_related("round__configuration", "team__guided_by", "payee").order_by("number"))


def build(round_: Round, asked: Asked) -> tuple[Problem, dict[str, Any]]:
    """The problem of the round as it stands, and its facts; standing seats are kept."""
    return Building(round_, asked, projects_to_seat(round_)).done()


def build_for_one(project: Project, asked: Asked) -> tuple[Problem, dict[str, Any]]:
    """The problem of one project: the others of the round want nobody, their reviewers' load is known."""
    others = Project.objects.filter(round=project.round_id, state__in=SEATING).exclude(pk=project.pk)
    return Building(project.round, asked, [project], others.values_list("pk", flat=True)).done()


class Building:
    """The parts of the problem while they come together; `settled` projects have what they want."""

    def __init__(self, round_: Round, asked: Asked, projects: Iterable[Project], settled: Iterable[int] = ()) -> None:
        self.asked = asked
        self.projects = list(projects)
        self.settled = set(settled)
        self.members = members(round_)
        self.by_person = {one.person.pk: one for one in self.members}
        seats = Assignment.objects.filter(project__round=round_.pk).order_by("pk")
        rows = list(seats.values_list("project", "reviewer", "left_at"))
        here = {one.pk for one in self.projects} | self.settled
        self.kept = [Pair(project, reviewer) for project, reviewer, left in rows if left is None and project in here]
        self.seated = {(project, reviewer) for project, reviewer, _left in rows}
        self.elsewhere: dict[int, int] = {}
        for project, reviewer, left in rows:
            if left is None and project not in here:
                self.elsewhere[reviewer] = self.elsewhere.get(reviewer, 0) + 1
        self.known = matrix(self.projects, [one.person for one in self.members])
        self.left_out: dict[str, dict[str, list[str]]] = {}

    def done(self) -> tuple[Problem, dict[str, Any]]:
        """Problem and facts."""
        judges = self._judges()
        at = {judge.reviewer: place for place, judge in enumerate(judges)}
        order, rooms = Order(self.asked.seed), [one for one in self.members if one.room > 0]
        first, whom, score = array("l", [0]), array("i"), array("i")
        by_pk = {one.pk: one for one in self.projects}
        for pk in sorted({*by_pk, *self.settled}):
            row = self._row(by_pk[pk], rooms, at) if pk in by_pk else []
            if len(rooms) * len(self.projects) > MANY:
                row = _shortened(row, judges, order)
            for place, value in sorted(row):
                whom.append(place)
                score.append(value)
            first.append(len(whom))
        seats = [(pk, self.asked.seats) for pk in by_pk] + [(pk, 0) for pk in self.settled]
        wants = tuple(Want(*one) for one in sorted(seats))
        kept = tuple(sorted(self.kept))
        problem = Problem(wants, judges, first, whom, score, kept, self.asked.balance, self.asked.seed)
        return problem, self._facts()

    def _judges(self) -> tuple[Judge, ...]:
        """Everybody with room, and whoever keeps a seat; what they have elsewhere in the round is taken off."""
        kept: dict[int, int] = {}
        for pair in self.kept:
            kept[pair.reviewer] = kept.get(pair.reviewer, 0) + 1
        found = []
        for reviewer in {*kept, *(pk for pk, one in self.by_person.items() if one.room > 0)}:
            member = self.by_person.get(reviewer)
            room = min(member.room, self.asked.most or member.room) if member else 0
            most = max(kept.get(reviewer, 0), room - self.elsewhere.get(reviewer, 0), 0)
            least = min(max(0, self.asked.least - self.elsewhere.get(reviewer, 0)), most) if room else 0
            found.append(Judge(reviewer, least, most, member.city if member else 0))
        return tuple(sorted(found))

    def _row(self, project: Project, rooms: list[Member], at: dict[int, int]) -> list[tuple[int, int]]:
        """(place of the reviewer, worth) of everybody who may; who may not is left out with the reasons."""
        row: list[tuple[int, int]] = []
        out: dict[str, list[str]] = {}
        for member in rooms:
            pk = member.person.pk
            if (project.pk, pk) in self.seated:
                out[str(pk)] = [LeftOut.SEATED.value]
            elif reasons := self.known.against(project.pk, pk):
                out[str(pk)] = sorted({one.code for one in reasons})
            else:
                bid = bid_of(member, project.field)
                row.append((at[pk], sum(worth(member.levels, project.field, member.past, bid))))
        if out:
            self.left_out[str(project.pk)] = out
        return row

    def _facts(self) -> dict[str, Any]:
        away = {str(one.person.pk): [str(one.why_none)] for one in self.members if one.room <= 0}
        if away:
            self.left_out[ROUND_WIDE] = away
        return {
            "fields": {str(one.pk): one.field for one in self.projects},
            "versions": {str(one.pk): one.version for one in self.projects},
            "levels": {str(one.person.pk): one.levels for one in self.members if one.levels},
            "past": {str(one.person.pk): one.past for one in self.members},
            "wishes": {str(one.person.pk): sorted(one.wishes) for one in self.members if one.wishes},
            "left_out": self.left_out,
        }


def _shortened(row: list[tuple[int, int]], judges: tuple[Judge, ...], order: Order) -> list[tuple[int, int]]:
    """The best of the row, and some of the rest by lot."""
    ranked = sorted(row, key=lambda one: (-one[1], order.of(judges[one[0]].reviewer)))
    rest = sorted(ranked[BEST_OF:], key=lambda one: order.of(judges[one[0]].reviewer))
    return [*ranked[:BEST_OF], *rest[:BY_LOT]]
