"""Kendall's tau-b on a published table, its interval, and rounds that are never compared with each other."""

from __future__ import annotations

from math import atanh, sqrt, tanh

import pytest

from grants.reviews.statistics.foretelling import LEAST, foretold, tau_b

INDEX, MARKS = [12.0, 2, 1, 12, 2], [1.0, 4, 7, 1, 0]
"""The example in the documentation of scipy.stats.kendalltau: tau-b is -0.47140452079103173."""


def test_tau_b_agrees_with_a_published_example_with_ties():
    assert tau_b(INDEX, MARKS) == pytest.approx(-0.47140452079103173, abs=1e-12)


def test_one_order_is_one_its_reverse_minus_one_and_a_constant_says_nothing():
    assert tau_b([1, 2, 3], [4, 5, 9]) == pytest.approx(1)
    assert tau_b([1, 2, 3], [9, 5, 4]) == pytest.approx(-1)
    assert tau_b([1, 2, 3], [7, 7, 7]) is None


def test_the_interval_is_that_of_the_formula_and_few_projects_conclude_nothing():
    pairs = list(zip(range(8), (0, 2, 1, 3, 4, 5, 7, 6), strict=True))
    found = foretold([[(float(a), float(b)) for a, b in pairs]])
    assert found
    tau = tau_b(*zip(*pairs, strict=True)) or 0
    reach = 1.959964 * sqrt(0.437 / 4)
    assert (found.low, found.high) == pytest.approx((tanh(atanh(tau) - reach), tanh(atanh(tau) + reach)))
    assert found.n < LEAST
    assert found.sure == 0


def test_twenty_in_order_are_sure_and_twenty_in_reverse_the_other_way():
    up = [(float(n), float(n)) for n in range(20)]
    down = [(score, -outcome) for score, outcome in up]
    assert [one.sure for pairs in (up, down) if (one := foretold([pairs]))] == [1, -1]


def test_rounds_with_other_levels_do_not_look_like_foretelling():
    """In neither round does the score say anything, though the second round is better in both."""
    first = [(1.0, 1.0), (1.0, 2.0), (2.0, 1.0), (2.0, 2.0), (1.0, 1.0), (2.0, 2.0), (1.0, 2.0), (2.0, 1.0)]
    second = [(score + 50, outcome + 50) for score, outcome in first]
    together, apart = foretold([first + second]), foretold([first, second])
    assert together
    assert apart
    assert together.sure == 1
    assert apart.tau == pytest.approx(0, abs=1e-12)
    assert apart.n == 16


def test_rounds_of_fewer_than_five_are_left_out():
    assert foretold([[(1.0, 1.0)] * 4, [(1.0, 2.0), (2.0, 1.0)]]) is None
