"""Scores as arrays: who gave what to which project; and whether their graph carries a calibration."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from grants.reviews.statistics.kept import Lack

Floats = npt.NDArray[Any]
Whole = npt.NDArray[Any]

PER_REVIEWER = 4
"""So many projects a reviewer must have read on average before severity can be told from luck. Source: REVIEW 4."""


@dataclass(frozen=True)
class Ratings:
    """One number for each project and reviewer who scored it; `project` and `reviewer` index the names."""

    projects: tuple[int, ...]
    reviewers: tuple[int, ...]
    project: Whole
    reviewer: Whole
    points: Floats

    def with_points(self, points: Floats) -> Ratings:
        """The same seats with other numbers, as those of one criterion."""
        return Ratings(self.projects, self.reviewers, self.project, self.reviewer, points)

    @property
    def per_project(self) -> float:
        """How many scores a project has on average."""
        return len(self.points) / len(self.projects)


def ratings_of(given: Iterable[tuple[int, int, float]]) -> Ratings:
    """Ratings from (project, reviewer, points), in any order. Raises ValueError where there are none."""
    rows = list(given)
    if not rows:
        raise ValueError("no ratings")
    projects, project = np.unique(np.array([row[0] for row in rows]), return_inverse=True)
    reviewers, reviewer = np.unique(np.array([row[1] for row in rows]), return_inverse=True)
    points = np.array([row[2] for row in rows], dtype=np.float64)
    return Ratings(
        tuple(projects.tolist()), tuple(reviewers.tolist()), project.astype(np.int64), reviewer.astype(np.int64), points
    )


def lack(ratings: Ratings) -> Lack | None:
    """The first reason against a calibration; None where it may be shown. Source: REVIEW 4.

    Reviewers must hang together through projects they share, have read four on average, and have shared so much that
    more scores are left over than there are reviewers once every project and reviewer has a number.
    """
    scores, projects, reviewers = len(ratings.points), len(ratings.projects), len(ratings.reviewers)
    reasons = (
        (Lack.ALONE, reviewers < 2 or projects < 2),
        (Lack.SAME, not np.ptp(ratings.points)),
        (Lack.APART, groups(ratings) > 1),
        (Lack.FEW, scores < PER_REVIEWER * reviewers),
        (Lack.THIN, scores - projects - reviewers + 1 < reviewers),
    )
    return next((reason for reason, holds in reasons if holds), None)


def groups(ratings: Ratings) -> int:
    """Into how many parts reviewers fall that share no project, directly or through others."""
    above = list(range(len(ratings.reviewers)))

    def root(at: int) -> int:
        while above[at] != at:
            above[at] = above[above[at]]
            at = above[at]
        return at

    first: dict[int, int] = {}
    for project, reviewer in zip(ratings.project.tolist(), ratings.reviewer.tolist(), strict=True):
        above[root(reviewer)] = root(first.setdefault(project, reviewer))
    return len({root(at) for at in range(len(above))})
