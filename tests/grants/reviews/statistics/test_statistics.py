"""The statistics of a review agree with published tables, with statsmodels, and with Henderson's equations."""

from __future__ import annotations

import importlib.util
import json
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.reviews.statistics.agreement import alpha, intraclass
from grants.reviews.statistics.kept import Lack
from grants.reviews.statistics.mixed import Fit, fit
from grants.reviews.statistics.ranks import expected_ranks, ranks
from grants.reviews.statistics.ratings import Ratings, lack, ratings_of
from tests.grants.reviews.statistics.reference import CASES, FROZEN, by_statsmodels, made

KRIPPENDORFF = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
SHROUT_FLEISS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float)


def values() -> list[tuple[int, float]]:
    """Four people code twelve units, some units not all of them."""
    rows = [line.split() for line in KRIPPENDORFF]
    return [(unit, float(value)) for row in rows for unit, value in enumerate(row) if value != "."]


@pytest.mark.parametrize(
    ("scale", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_alpha_is_that_of_krippendorffs_reliability_data(scale, published):
    units, codes = zip(*values(), strict=True)
    assert alpha(units, codes, scale) == pytest.approx(published, abs=5e-4)


def test_alpha_says_nothing_where_nobody_shares_a_unit_or_all_say_the_same():
    assert alpha([1, 2, 3], [4.0, 5.0, 6.0]) is None
    assert alpha([1, 1, 2, 2], [7.0, 7.0, 7.0, 7.0]) is None


def test_the_six_intraclass_correlations_are_those_of_shrout_and_fleiss():
    found = intraclass(SHROUT_FLEISS)
    told = (found.one_way, found.random, found.fixed, found.one_way_mean, found.random_mean, found.fixed_mean)
    assert told == pytest.approx((0.17, 0.29, 0.71, 0.44, 0.62, 0.91), abs=5e-3)
    with pytest.raises(ValueError, match="differ"):
        intraclass(np.full((3, 3), 8.0))


def agrees(found: Fit, told) -> None:
    assert found.mean == pytest.approx(told["mean"], abs=1e-6)
    assert tuple(found.variances) == pytest.approx(told["variances"], rel=1e-6, abs=1e-6)
    assert found.projects == pytest.approx(told["projects"], abs=1e-6)
    assert found.reviewers == pytest.approx(told["reviewers"], abs=1e-6)


@pytest.mark.parametrize("case", CASES)
def test_the_mixed_model_finds_what_statsmodels_found(case):
    agrees(fit(made(case)), json.loads(FROZEN.read_text())[case])


@pytest.mark.skipif(importlib.util.find_spec("statsmodels") is None, reason="statsmodels is not installed")
@pytest.mark.parametrize("case", CASES)
def test_the_mixed_model_finds_what_statsmodels_finds_now(case):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        told = by_statsmodels(made(case))
    agrees(fit(made(case)), told)


def whole(ratings: Ratings, found: Fit) -> tuple[np.ndarray, np.ndarray]:
    """Henderson's equations written out and inverted: every effect, and the covariance of its error."""
    n, j = len(ratings.projects), len(ratings.reviewers)
    design = np.hstack([np.ones((len(ratings.points), 1)), np.eye(n)[ratings.project], np.eye(j)[ratings.reviewer]])
    chance, project, reviewer = found.variances
    known = design.T @ design + np.diag([0.0, *[chance / project] * n, *[chance / reviewer] * j])
    inverse = np.linalg.inv(known)
    return inverse @ design.T @ ratings.points, inverse * chance


def test_effects_and_their_errors_solve_hendersons_equations_and_the_em_step_stands_still():
    ratings = made("usual")
    found = fit(ratings)
    n, j, scores = len(ratings.projects), len(ratings.reviewers), len(ratings.points)
    effects, errors = whole(ratings, found)
    of_projects, of_reviewers = slice(1, n + 1), slice(n + 1, n + j + 1)

    assert found.projects == pytest.approx(effects[of_projects], abs=1e-9)
    assert found.reviewers == pytest.approx(effects[of_reviewers], abs=1e-9)
    covariance = np.diag(found.own) + found.common @ found.common.T
    assert covariance == pytest.approx(errors[of_projects, of_projects], abs=1e-9)
    assert found.reviewer_errors**2 == pytest.approx(np.diag(errors)[of_reviewers], abs=1e-9)

    project = (found.projects @ found.projects + np.trace(errors[of_projects, of_projects])) / n
    reviewer = (found.reviewers @ found.reviewers + np.trace(errors[of_reviewers, of_reviewers])) / j
    assert (project, reviewer) == pytest.approx(found.variances[1:], rel=1e-9)
    left = ratings.points - found.mean - found.projects[ratings.project] - found.reviewers[ratings.reviewer]
    design = np.hstack([np.ones((scores, 1)), np.eye(n)[ratings.project], np.eye(j)[ratings.reviewer]])
    chance = (left @ left + np.trace(design @ errors @ design.T)) / scores
    assert chance == pytest.approx(found.variances.chance, rel=1e-9)


def test_a_variance_may_be_nothing_and_reviewers_are_then_all_alike():
    found = fit(made("fair"))
    assert found.variances.reviewer == 0
    assert not found.reviewers.any()
    assert 0 < found.reliability() < found.reliability(4) < 1


def test_without_reviewers_the_correlation_is_the_one_way_one():
    rows = [(a, j, mark) for a, line in enumerate(SHROUT_FLEISS.tolist()) for j, mark in enumerate(line)]
    found, table = fit(ratings_of(rows), reviewers=False), intraclass(SHROUT_FLEISS)
    assert found.reliability() == pytest.approx(table.one_way, abs=1e-9)
    assert found.reliability(4) == pytest.approx(table.one_way_mean, abs=1e-9)


def test_with_everybody_scoring_everything_the_correlation_is_the_random_one():
    rows = [(a, j, mark) for a, line in enumerate(SHROUT_FLEISS.tolist()) for j, mark in enumerate(line)]
    found, table = fit(ratings_of(rows)), intraclass(SHROUT_FLEISS)
    assert found.reliability() == pytest.approx(table.random, abs=1e-9)
    assert found.reliability(4) == pytest.approx(table.random_mean, abs=1e-9)


@given(st.integers(0, 5))
def test_what_projects_and_reviewers_explain_whole_is_found_whole(shift):
    """Scores without any chance in them: the model takes them apart exactly and never fails."""
    rows = [(a, j, 60.0 + 5 * a + 3 * ((j + shift) % 5)) for a in range(6) for j in range(5)]
    found = fit(ratings_of(rows))
    assert np.diff(found.projects) == pytest.approx(np.full(5, 5.0), abs=1e-3)


def test_a_calibration_is_refused_with_its_reason():
    apart = [(a, j + 4 * (a % 2), 70.0 + a + j) for a in range(16) for j in range(4)]
    assert lack(ratings_of(apart)) is Lack.APART
    assert lack(ratings_of([*apart, (0, 7, 71.0)])) is None
    assert lack(ratings_of([(0, 1, 80.0), (0, 2, 70.0), (1, 1, 75.0)])) is Lack.FEW
    assert lack(ratings_of([(a, 1, 70.0 + a) for a in range(9)])) is Lack.ALONE
    assert lack(ratings_of([(a, j, 70.0) for a in range(9) for j in range(3)])) is Lack.SAME
    chain = [(a, j, 70.0 + a) for a in range(40) for j in ({a // 4, (a // 4 + 1) % 10} if a % 4 == 0 else {a // 4})]
    assert lack(ratings_of(chain)) is Lack.THIN


def test_scores_that_cannot_be_told_apart_have_no_model():
    for rows in ([(0, 1, 80.0), (1, 1, 70.0)], [(0, 1, 80.0), (0, 2, 80.0), (1, 1, 80.0)], [(0, 1, 8.0), (0, 2, 7.0)]):
        with pytest.raises(ValueError, match="chance"):
            fit(ratings_of(rows))


def test_expected_ranks_chances_and_intervals_agree_with_each_other():
    found = fit(made("usual"))
    drawn, n = ranks(found), len(found.projects)
    assert drawn.expected.sum() == pytest.approx(n * (n + 1) / 2)
    assert drawn.drawn.mean(axis=0) == pytest.approx(drawn.expected, abs=0.4)
    assert drawn.chances(8).sum() == pytest.approx(8)
    assert (drawn.most[0] <= drawn.half[0]).all()
    assert (drawn.half[1] <= drawn.most[1]).all()
    assert (np.argsort(drawn.expected)[:3] == np.argsort(-found.projects)[:3]).all()
    assert (ranks(found).drawn == drawn.drawn).all()


def test_the_band_is_who_lies_across_the_line_and_an_end_has_none():
    drawn = ranks(fit(made("usual")))
    band = drawn.band(8)
    assert 0 < band.sum() < 16
    assert all(low <= 8 < high for low, high in drawn.half[:, band].T)
    assert not drawn.band(0).any()
    assert not drawn.band(24).any()


def test_projects_that_do_not_differ_share_the_middle_rank():
    rows = [(a, j, 70.0 + 5 * ((a + j) % 3)) for a in range(6) for j in range(3)]
    found = fit(ratings_of(rows))
    assert found.variances.project == 0
    assert found.reliability(3) == 0
    assert expected_ranks(found) == pytest.approx(np.full(6, 3.5))
    assert ranks(found).chances(3) == pytest.approx(np.full(6, 0.5), abs=0.06)
