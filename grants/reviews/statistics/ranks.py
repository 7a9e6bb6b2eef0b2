"""How sure a rank is: expected ranks, the chance to be among the first, and the intervals that a cut line crosses.

Sources: Heyard, Ott, Salanti & Egger, Statistics and Public Policy 9 (2022), for the expected rank and the band; the
chances and intervals are drawn at random from the effects' covariance, with a fixed seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erf, sqrt

import numpy as np

from grants.reviews.statistics.mixed import Fit
from grants.reviews.statistics.ratings import Floats, Whole

DRAWS, SEED, AT_A_TIME = 2000, 20260315, 250
"""2,000 draws: a chance is right to about one percent."""
HALF, MOST = (0.25, 0.75), (0.05, 0.95)
_GRID = np.linspace(-8, 8, 16_001)
_NORMAL = np.array([(1 + erf(x / sqrt(2))) / 2 for x in _GRID.tolist()])


@dataclass(frozen=True)
class Ranks:
    """For each project: the expected rank, and the ranks between which it lies half, and nine tenths, of the time."""

    expected: Floats
    half: Whole
    most: Whole
    drawn: Whole
    """The ranks of every draw, a row each."""

    def chances(self, places: int) -> Floats:
        """The chance of each to be among the first `places`."""
        found: Floats = (self.drawn <= places).mean(axis=0)
        return found

    def band(self, places: int) -> Floats:
        """Whether each cannot be told to lie above or below the line after `places`: its half interval crosses it."""
        if not 0 < places < len(self.expected):
            return np.zeros(len(self.expected), dtype=bool)
        found: Floats = (self.half[0] <= places) & (self.half[1] > places)
        return found


def expected_ranks(fit: Fit) -> Floats:
    """1 plus, for every other project, the chance that it is better."""
    n = len(fit.projects)
    variance = fit.own + (fit.common**2).sum(axis=1)
    expected = np.ones(n)
    for start in range(0, n, AT_A_TIME):
        part = slice(start, start + AT_A_TIME)
        apart = variance[part, None] + variance - 2 * fit.common[part] @ fit.common.T
        rows = np.arange(start, min(start + AT_A_TIME, n))
        apart[rows - start, rows] -= 2 * fit.own[rows]
        better = fit.projects - fit.projects[part, None]
        scaled = np.divide(better, np.sqrt(np.maximum(apart, 0)), out=np.sign(better) * 9, where=apart > 1e-12)
        chance = np.interp(scaled, _GRID, _NORMAL)
        expected[part] += chance.sum(axis=1) - chance[rows - start, rows]
    return expected


def ranks(fit: Fit, *, draws: int = DRAWS, seed: int = SEED) -> Ranks:
    """The ranks of a fit; the same fit gives the same ones."""
    rng, n = np.random.default_rng(seed), len(fit.projects)
    drawn = np.empty((draws, n), dtype=np.int64)
    for start in range(0, draws, AT_A_TIME):
        count = min(AT_A_TIME, draws - start)
        worth = fit.projects + rng.standard_normal((count, n)) * np.sqrt(fit.own)
        worth += rng.standard_normal((count, fit.common.shape[1])) @ fit.common.T
        order = np.argsort(-worth - 1e-12 * rng.standard_normal((count, n)), axis=1)
        np.put_along_axis(drawn[start : start + count], order, np.arange(1, n + 1)[None, :], axis=1)
    half, most = (np.quantile(drawn, both, axis=0, method="nearest").astype(np.int64) for both in (HALF, MOST))
    return Ranks(expected_ranks(fit), half, most, drawn)
