"""Scores of the review beside what came of the projects, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from grants.applications.models import Project
from grants.closeout.models import Acceptance, CompletionReport
from grants.funds.queries import standings
from grants.kernel.given import rows, whole
from grants.programmes.models import Round
from grants.programmes.queries import rules_of
from grants.reviews.models import Figures
from workflow.lifecycle import ProjectState

SETTLED = (ProjectState.SETTLING, ProjectState.REFUND_DUE, ProjectState.CLOSED, ProjectState.ARCHIVED)
"""The states in which it is certain what was spent."""
TOTAL = ""
"""The whole score, among the criteria."""
GRADE, REACHED, SPENT = "grade", "reached", "spent"
OUTCOMES = (GRADE, REACHED, SPENT)


@dataclass
class Foreseen:
    """Pairs of (score, outcome) by criterion and outcome, a list a round; names of criteria; how many projects."""

    pairs: dict[tuple[str, str], list[list[tuple[float, float]]]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    projects: int = 0
    rounds: int = 0


def foreseen() -> Foreseen:
    """Every project with a closeout that was judged, beside its scores by criterion; criteria in the rubrics' order.

    Outcomes: the points of acceptance, the mean share of promised indicators reached (at most 1 each), the share of the
    grant that was spent once accounts are confirmed.
    """
    judged = dict(Acceptance.objects.order_by("number").values_list("project", "total"))
    scored = Figures.objects.filter(project__in=judged).values_list("project", "project__round", "mean", "means")
    reports = dict(CompletionReport.objects.filter(project__in=judged).values_list("project", "goals"))
    settled = Project.objects.filter(pk__in=judged, state__in=SETTLED, granted_fen__gt=0).only("pk", "granted_fen")
    spent = _spent(list(settled))
    found = Foreseen()
    by_round: dict[tuple[str, str], dict[int, list[tuple[float, float]]]] = defaultdict(lambda: defaultdict(list))
    for project, round_, mean, means in scored.order_by("project__round", "project"):
        found.projects += 1
        known = {GRADE: judged[project], REACHED: _reached(reports.get(project)), SPENT: spent.get(project)}
        for code, points in {TOTAL: mean, **means}.items():
            for name, outcome in known.items():
                if outcome is not None:
                    by_round[code, name][round_].append((float(points), float(outcome)))
    for key, rounds in by_round.items():
        found.pairs[key] = list(rounds.values())
    held = {pk for rounds in by_round.values() for pk in rounds}
    found.rounds = len(held)
    for one in Round.objects.filter(pk__in=held).select_related("configuration").order_by("pk"):
        found.names |= {item.code: item.label for item in rules_of(one).rubric.criteria}
    return found


def _spent(projects: list[Project]) -> Mapping[int, float]:
    return {
        pk: story.spent / one.granted_fen
        for (pk, story), one in zip(standings(projects).items(), projects, strict=True)
    }


def _reached(goals: Any) -> float | None:
    """The mean share of the promised indicators that was reached; None where none was promised in numbers."""
    told = [(whole(row, "target"), whole(row, "actual")) for row in rows({"goals": goals or []}, "goals")]
    shares = [min(actual / target, 1.0) for target, actual in told if target and actual is not None]
    return fmean(shares) if shares else None
