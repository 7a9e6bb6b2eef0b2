"""The ledger of scores as people read it: each version beside the one before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from grants.kernel.scoring import format_points
from grants.programmes.profile.scoring import Rubric
from grants.reviews.assigning.models import AssignmentRun
from grants.reviews.assigning.solver import Problem, Solution
from grants.reviews.enums import Shown
from grants.reviews.models import Assignment, Rescoring, Score
from grants.reviews.queries import rubric_of

SEEN: dict[str, StrOrPromise] = {
    Shown.OPINIONS: _("推荐意见"),
    Shown.RANKS: _("推荐排序"),
    Shown.PEERS: _("还有谁评"),
    Shown.SCORES: _("别人的评分"),
    Shown.COMMENTS: _("别人的评语"),
}


@dataclass(frozen=True)
class Changed:
    """One criterion of a version: what it was before, nothing the first time, and what it is."""

    label: str
    old: str
    new: str

    @property
    def differs(self) -> bool:
        """Whether it was another mark before."""
        return bool(self.old) and self.old != self.new


@dataclass(frozen=True)
class Version:
    """One version of a score beside the one before it; totals in hundredths of a point."""

    score: Score
    marks: list[Changed]
    before: int | None
    total: int
    saw: list[StrOrPromise]


@dataclass(frozen=True)
class History:
    """Everything that one seat has handed in, the last first."""

    seat: Assignment
    versions: list[Version]


def histories(project: Any, seats: Iterable[Assignment]) -> list[History]:
    """The seats with their versions."""
    rubric = rubric_of(project)
    return [History(seat, _versions(rubric, list(seat.scores.all()))) for seat in seats]


def _versions(rubric: Rubric, scores: list[Score]) -> list[Version]:
    pairs: list[tuple[Score | None, Score]] = [(None, scores[0]), *pairwise(scores)] if scores else []
    return [_version(rubric, old, new) for old, new in reversed(pairs)]


def _version(rubric: Rubric, old: Score | None, new: Score) -> Version:
    marks = [
        Changed(item.label, _points(old.halves.get(item.code)) if old else "", _points(new.halves.get(item.code)))
        for item in rubric.scored
    ]
    saw = [SEEN[name] for name, seen in new.saw.items() if seen and name in SEEN]
    return Version(new, marks, old.total_halves * 50 if old else None, new.total_halves * 50, saw)


def _points(halves: int | None) -> str:
    return "" if halves is None else format_points(halves)


def rescoring_rows(found: Iterable[Rescoring], seats: Iterable[Assignment]) -> list[dict[str, Any]]:
    """Times for scoring again, with the totals that lay apart, in hundredths of a point, and who was called for it."""
    names = {seat.reviewer_id: str(seat.reviewer) for seat in seats}
    return [
        {
            "row": one,
            "low": min(one.totals) * 50,
            "high": max(one.totals) * 50,
            "called": [(run, _called(run, names)) for run in sorted(one.runs.all(), key=lambda run: run.pk)],
        }
        for one in found
        if one.totals
    ]


def _called(run: AssignmentRun, names: Mapping[int, str]) -> str:
    """The name of the third reviewer; nothing where nobody was found."""
    problem, answer = Problem.parse(run.problem), Solution.parse(run.answer)
    return next((names.get(pair.reviewer, "") for pair in answer.pairs if pair not in set(problem.kept)), "")
