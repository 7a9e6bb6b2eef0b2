"""Everything the scores of a round say beside the official ranking, in plain numbers that can be kept for a while."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import starmap

import numpy as np

from grants.reviews.statistics.agreement import alpha
from grants.reviews.statistics.kept import Lack, Reliability, Severity, Sureness, Verdict
from grants.reviews.statistics.mixed import Fit, fit
from grants.reviews.statistics.ranks import ranks
from grants.reviews.statistics.ratings import Ratings, groups, lack, ratings_of

Scores = Mapping[int, Sequence[tuple[int, Mapping[str, int]]]]
"""Who gave what, by project: reviewer, and half points by criterion."""


def verdict(scores: Scores, criteria: Iterable[str], places: int) -> Verdict | None:
    """The verdict on these scores, with the line after `places`; None where there are no scores at all.

    Projects are calibrated and reviewers compared only where their graph carries it; else every reviewer counts alike,
    and how sure the ranks are rests on the scatter of the scores alone.
    """
    rows = [(project, *one) for project, given in scores.items() for one in given]
    if not rows:
        return None
    total = ratings_of((project, reviewer, sum(halves.values()) / 2) for project, reviewer, halves in rows)
    against = lack(total)
    told = _plain(total, against)
    try:
        model = fit(total, reviewers=against is None)
    except ValueError:
        return told
    by_code = {code: total.with_points(np.array([halves[code] / 2 for _, _, halves in rows])) for code in criteria}
    return Verdict(
        lack=against,
        groups=told.groups,
        per_reviewer=told.per_reviewer,
        per_project=told.per_project,
        sure=_sure(total, model, places),
        calibrated={} if against else dict(zip(total.projects, (model.mean + model.projects).tolist(), strict=True)),
        severity={} if against else _severity(total, model),
        overall=_reliability(total, model),
        criteria=dict(starmap(_of_criterion, ((code, one, against) for code, one in by_code.items()))),
        alpha=told.alpha,
    )


def _plain(total: Ratings, against: Lack | None) -> Verdict:
    return Verdict(
        lack=against,
        groups=groups(total),
        per_reviewer=len(total.points) / len(total.reviewers),
        per_project=total.per_project,
        alpha=alpha(total.project, total.points),
    )


def _sure(total: Ratings, model: Fit, places: int) -> dict[int, Sureness]:
    found = ranks(model)
    columns = (
        found.expected.tolist(),
        found.half.T.tolist(),
        found.most.T.tolist(),
        found.chances(places).tolist(),
        found.band(places).tolist(),
    )
    return {
        project: Sureness(expected, (half[0], half[1]), (most[0], most[1]), chance, band)
        for project, expected, half, most, chance, band in zip(total.projects, *columns, strict=True)
    }


def _severity(total: Ratings, model: Fit) -> dict[int, Severity]:
    counts = np.bincount(total.reviewer, minlength=len(total.reviewers)).tolist()
    effects, errors = model.reviewers.tolist(), model.reviewer_errors.tolist()
    return {one: Severity(*told) for one, *told in zip(total.reviewers, effects, errors, counts, strict=True)}


def _of_criterion(code: str, ratings: Ratings, against: Lack | None) -> tuple[str, Reliability]:
    """A criterion whose marks do not differ tells projects apart not at all."""
    try:
        return code, _reliability(ratings, fit(ratings, reviewers=against is None))
    except ValueError:
        return code, Reliability(0.0, 0.0)


def _reliability(ratings: Ratings, model: Fit) -> Reliability:
    return Reliability(model.reliability(), model.reliability(ratings.per_project))
