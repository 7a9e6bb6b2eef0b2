"""The mixed model y = mean + project + reviewer + chance: how much of a score is whose, by restricted likelihood.

Variances are those of REML: EM steps (Henderson's equations) lead near the maximum, steps by average information
(Gilmour, Thompson & Cullis, Biometrics 51, 1995) end there; a variance may be 0. Projects are absorbed, so that the
work grows with projects times the square of reviewers. Source of the model: REVIEW 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from grants.reviews.statistics.ratings import Floats, Ratings

EM_STEPS, MOST_STEPS, CLOSE = 8, 500, 1e-11
LEAST_CHANCE = 1e-9
"""The part of the scatter that is always left to chance, so that scores without any still have a solution."""


class Variances(NamedTuple):
    """Of chance, projects and reviewers, in squared points."""

    chance: float
    project: float
    reviewer: float


@dataclass(frozen=True)
class Fit:
    """What the scores say: effects in points around the mean, and how uncertain they are.

    The projects' effects have the covariance diag(own) + common @ common.T.
    """

    mean: float
    variances: Variances
    projects: Floats
    reviewers: Floats
    reviewer_errors: Floats
    own: Floats
    common: Floats

    def reliability(self, scores: float = 1.0) -> float:
        """The intraclass correlation of a mean of so many scores; 0 where projects do not differ at all."""
        chance, project, reviewer = self.variances
        return project / (project + (reviewer + chance) / scores) if project else 0.0


def fit(ratings: Ratings, *, reviewers: bool = True) -> Fit:
    """The model of these scores; without `reviewers` nobody counts as stricter than others.

    Raises ValueError where the scores cannot tell projects from chance: all the same, or no project with two.
    """
    if not np.ptp(ratings.points) or len(ratings.points) <= len(ratings.projects) or len(ratings.projects) < 2:
        raise ValueError("the scores do not tell projects from chance")
    return _fit_of(_Normal(ratings, _highest(ratings, reviewers=reviewers)))


class _Normal:
    """The equations at given variances: the inverse of the covariance of the scores, and everything it is asked for."""

    def __init__(self, ratings: Ratings, at: Variances) -> None:
        self.ratings, self.at = ratings, at
        n, j = len(ratings.projects), len(ratings.reviewers)
        self.each = np.bincount(ratings.project, minlength=n).astype(np.float64)
        self.ratio, self.other = at.project / at.chance, at.reviewer / at.chance
        self.shrunk = 1 + self.ratio * self.each
        pairs = np.zeros((n, j))
        np.add.at(pairs, (ratings.project, ratings.reviewer), 1.0)
        self.beside = pairs / self.shrunk[:, None]
        self.left = np.diag(pairs.sum(axis=0)) - self.ratio * pairs.T @ self.beside
        self.whole = np.eye(j) + self.other * self.left
        self.root = np.linalg.cholesky(self.whole)
        ones = np.ones(len(ratings.points))
        self.ones = self.inverse(ones)
        self.known = float(self.ones.sum())
        self.seen = self.inverse(ratings.points)
        self.mean = float(self.seen.sum()) / self.known
        self.residual = self.seen - self.mean * self.ones
        """Scores less their mean, weighted: the P y of the books."""

    def to_projects(self, values: Floats) -> Floats:
        """Sums by project."""
        return np.bincount(self.ratings.project, values, len(self.ratings.projects))

    def to_reviewers(self, values: Floats) -> Floats:
        """Sums by reviewer."""
        return np.bincount(self.ratings.reviewer, values, len(self.ratings.reviewers))

    def inverse(self, values: Floats) -> Floats:
        """The inverse covariance of the scores times these values."""
        kept = self._absorbed(values)
        back = np.linalg.solve(self.whole, self.to_reviewers(kept))
        return (kept - self.other * self._absorbed(back[self.ratings.reviewer])) / self.at.chance

    def _absorbed(self, values: Floats) -> Floats:
        return values - (self.ratio / self.shrunk * self.to_projects(values))[self.ratings.project]

    def project_out(self, values: Floats) -> Floats:
        """The same, with the mean estimated away."""
        found = self.inverse(values)
        return found - self.ones * (float(found.sum()) / self.known)

    @property
    def likelihood(self) -> float:
        """The restricted log likelihood, but for what never changes."""
        scores = len(self.ratings.points)
        spread = 2 * np.log(np.diag(self.root)).sum() + np.log(self.shrunk).sum() + scores * np.log(self.at.chance)
        return -0.5 * float(spread + np.log(self.known) + self.ratings.points @ self.residual)

    def slope(self) -> Floats:
        """How the likelihood rises with each variance."""
        by_project, by_reviewer = self.to_projects(self.ones), self.to_reviewers(self.ones)
        solved = np.linalg.solve(self.whole, self.beside.T @ self.beside)
        project = (float((self.each / self.shrunk).sum()) - self.other * float(np.trace(solved))) / self.at.chance
        project -= float(by_project @ by_project) / self.known
        reviewer = float(np.trace(np.linalg.solve(self.whole, self.left))) / self.at.chance
        reviewer -= float(by_reviewer @ by_reviewer) / self.known
        all_ = len(self.ratings.points) - 1
        chance = (all_ - self.at.project * project - self.at.reviewer * reviewer) / self.at.chance
        seen = [self.residual, self.to_projects(self.residual), self.to_reviewers(self.residual)]
        found: Floats = 0.5 * (np.array([float(one @ one) for one in seen]) - np.array([chance, project, reviewer]))
        return found

    def information(self) -> Floats:
        """The average information of the three variances."""
        worked = [
            self.residual,
            self.to_projects(self.residual)[self.ratings.project],
            self.to_reviewers(self.residual)[self.ratings.reviewer],
        ]
        seen = [self.project_out(one) for one in worked]
        return 0.5 * np.array([[float(one @ other) for other in seen] for one in worked])


def _highest(ratings: Ratings, *, reviewers: bool) -> Variances:
    """The variances at which the likelihood is highest, none below 0."""
    spread = float(ratings.points.var())
    free = np.array([True, True, reviewers])
    now = np.where(free, spread / 3, 0.0)
    least = np.array([LEAST_CHANCE * spread, 0.0, 0.0])
    sizes = np.array([len(ratings.points), len(ratings.projects), len(ratings.reviewers)])
    model = _at(ratings, now)
    for step in range(MOST_STEPS):
        slope = model.slope()
        climb = 2 * now**2 / sizes * slope
        if step >= EM_STEPS:
            climb = _by_information(model, slope, now, least, free)
        model, moved = _climbed(ratings, model, climb, least)
        if step >= EM_STEPS and moved <= CLOSE * spread:
            model, moved = _emptied(ratings, model, slope, least)
        if step >= EM_STEPS and not moved:
            break
        now = np.array(model.at)
    return model.at


def _at(ratings: Ratings, now: Floats) -> _Normal:
    return _Normal(ratings, Variances(*now.tolist()))


def _by_information(model: _Normal, slope: Floats, now: Floats, least: Floats, free: Floats) -> Floats:
    """The step of Newton's kind; a variance at its bound stays there while the likelihood falls beyond."""
    moving = free.astype(bool) & ~((now <= least) & (slope <= 0))
    step = np.zeros(3)
    if moving.any():
        within = model.information()[np.ix_(moving, moving)]
        step[moving] = np.linalg.lstsq(within, slope[moving], rcond=None)[0]
    return step


def _climbed(ratings: Ratings, model: _Normal, climb: Floats, least: Floats) -> tuple[_Normal, float]:
    """The model after the longest part of the step that does not lose likelihood, and how far that went."""
    before = np.array(model.at)
    for _halving in range(40):
        after = np.maximum(before + climb, least)
        found = _at(ratings, after)
        if found.likelihood >= model.likelihood - 1e-12 * abs(model.likelihood):
            return found, float(np.abs(after - before).max())
        climb = climb / 2
    return model, 0.0


def _emptied(ratings: Ratings, model: _Normal, slope: Floats, least: Floats) -> tuple[_Normal, float]:
    """Variances that the likelihood wants smaller are nothing, where none of it is lost: information may not see it."""
    before = np.array(model.at)
    after = np.where((slope < -1e-9 * abs(model.likelihood) / before.sum()) & (least == 0), 0.0, before)
    found = _at(ratings, after)
    moved = float(np.abs(after - before).max())
    return (found, moved) if moved and found.likelihood >= model.likelihood else (model, 0.0)


def _fit_of(model: _Normal) -> Fit:
    at = model.at
    by_project, by_reviewer = model.to_projects(model.ones), model.to_reviewers(model.ones)
    beside = np.linalg.solve(model.root, model.beside.T).T * (at.project * np.sqrt(model.other / at.chance))
    mean = (at.project / np.sqrt(model.known)) * by_project
    solved = np.linalg.solve(model.whole, model.left)
    told = np.diag(solved) / at.chance - by_reviewer**2 / model.known
    return Fit(
        mean=model.mean,
        variances=at,
        projects=at.project * model.to_projects(model.residual),
        reviewers=at.reviewer * model.to_reviewers(model.residual),
        reviewer_errors=np.sqrt(np.maximum(at.reviewer - at.reviewer**2 * told, 0.0)),
        own=at.project / model.shrunk,
        common=np.column_stack([beside, mean]),
    )
