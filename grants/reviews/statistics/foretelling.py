"""Whether what was scored foretold what came of it: rank correlation with its interval, by round and over rounds.

Kendall's tau-b compares every two projects: the share of pairs in the same order less the share in the opposite one,
with ties taken out (Kendall, Biometrika 33, 1945). Interval: z = atanh(tau) is near to normal with variance
0.437 / (n - 4) (Fieller, Hartley & Pearson, Biometrika 44, 1957; Bonett & Wright, Psychometrika 65, 2000). Projects of
different rounds are never compared: each round has its own z, and together they are the mean of these weighted by
n - 4, with variance 0.437 / sum(n - 4) (fixed effect, Hedges & Olkin 1985).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import atanh, sqrt, tanh
from typing import NamedTuple

import numpy as np

FEWEST = 5
"""Projects of a round from which on its z has a variance at all."""
LEAST = 10
"""Projects in all from which on anything is concluded."""
NORMAL = 1.959964
"""The 97.5 % point of the normal distribution."""
EDGE = 0.999
"""A perfect order counts as a little less: the z of 1 is infinite."""


class Foretold(NamedTuple):
    """The correlation with its 95 % interval, from how many projects."""

    tau: float
    low: float
    high: float
    n: int

    @property
    def sure(self) -> int:
        """1 or -1 where the interval leaves out nothing but that side of 0 and projects are enough; else 0."""
        if self.n < LEAST or self.low <= 0 <= self.high:
            return 0
        return 1 if self.tau > 0 else -1

    @property
    def agreeing(self) -> int:
        """Of a hundred pairs that are not tied, how many stand in the same order."""
        return round(50 * (1 + self.tau))


def tau_b(scores: Sequence[float], outcomes: Sequence[float]) -> float | None:
    """Kendall's tau-b of two columns; None where one of them has a single value."""
    x, y = (np.sign(np.subtract.outer(one, one)) for one in (np.asarray(scores, float), np.asarray(outcomes, float)))
    apart = float((x != 0).sum()) * float((y != 0).sum())
    return float((x * y).sum()) / sqrt(apart) if apart else None


def foretold(rounds: Iterable[Sequence[tuple[float, float]]]) -> Foretold | None:
    """The correlation of (score, outcome) pairs over these rounds; None where no round has five that differ."""
    found = []
    for pairs in rounds:
        scores, outcomes = [one[0] for one in pairs], [one[1] for one in pairs]
        if len(pairs) >= FEWEST and (tau := tau_b(scores, outcomes)) is not None:
            found.append((atanh(max(-EDGE, min(EDGE, tau))), len(pairs)))
    if not found:
        return None
    weight = sum(n - 4 for _z, n in found)
    middle, reach = sum(z * (n - 4) for z, n in found) / weight, NORMAL * sqrt(0.437 / weight)
    return Foretold(tanh(middle), tanh(middle - reach), tanh(middle + reach), sum(n for _z, n in found))
