"""How far people who score the same things agree: intraclass correlations and Krippendorff's alpha.

Sources: Shrout & Fleiss, Psychological Bulletin 86 (1979), table 2; Krippendorff, Content Analysis (2004), chapter 11.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[Any]
Scale = Literal["nominal", "ordinal", "interval", "ratio"]


@dataclass(frozen=True)
class Correlations:
    """The six forms: (1) other judges for each thing, (2) judges drawn at random, (3) just these; one or k of them."""

    one_way: float
    random: float
    fixed: float
    one_way_mean: float
    random_mean: float
    fixed_mean: float


def intraclass(marks: Floats) -> Correlations:
    """The correlations of a full table, things in rows and judges in columns.

    Raises ValueError for a table of fewer than two rows or columns, or one in which every mark is the same.
    """
    n, k = marks.shape
    if n < 2 or k < 2 or not np.ptp(marks):
        raise ValueError("correlations need two things, two judges, and marks that differ")
    whole = marks.mean()
    rows, columns = marks.mean(axis=1) - whole, marks.mean(axis=0) - whole
    between = k * float(rows @ rows) / (n - 1)
    judges = n * float(columns @ columns) / (k - 1)
    within = float(((marks - marks.mean(axis=1, keepdims=True)) ** 2).sum()) / (n * (k - 1))
    error = float(((marks - whole - rows[:, None] - columns) ** 2).sum()) / ((n - 1) * (k - 1))
    return Correlations(
        one_way=(between - within) / (between + (k - 1) * within),
        random=(between - error) / (between + (k - 1) * error + k * (judges - error) / n),
        fixed=(between - error) / (between + (k - 1) * error),
        one_way_mean=(between - within) / between,
        random_mean=(between - error) / (between + (judges - error) / n),
        fixed_mean=(between - error) / between,
    )


def alpha(things: npt.ArrayLike, values: npt.ArrayLike, scale: Scale = "interval") -> float | None:
    """Krippendorff's alpha of single values, each given to a thing; who is missing is not there.

    1 is full agreement, 0 what chance would give. None where it says nothing: no thing has two values, or all values
    are the same.
    """
    given = np.asarray(values, dtype=np.float64)
    kinds, value = np.unique(given, return_inverse=True)
    units, unit = np.unique(np.asarray(things), return_inverse=True)
    counts = np.zeros((len(units), len(kinds)))
    np.add.at(counts, (unit, value), 1.0)
    counts = counts[counts.sum(axis=1) >= 2]
    weighted = counts / (counts.sum(axis=1, keepdims=True) - 1)
    together = counts.T @ weighted - np.diag(weighted.sum(axis=0))
    each = together.sum(axis=0)
    apart = _distances(kinds, each, scale)
    by_chance = float(each @ apart @ each)
    if not by_chance:
        return None
    return 1.0 - float((together * apart).sum()) * (float(each.sum()) - 1) / by_chance


def _distances(kinds: Floats, each: Floats, scale: Scale) -> Floats:
    """The squared difference of every two values."""
    if scale == "nominal":
        return 1.0 - np.eye(len(kinds))
    if scale == "ordinal":
        below = np.cumsum(each) - each / 2
        return np.subtract.outer(below, below) ** 2
    difference = np.subtract.outer(kinds, kinds)
    if scale == "ratio":
        total = np.add.outer(kinds, kinds)
        difference = np.divide(difference, total, out=np.zeros_like(difference), where=total != 0)
    return difference**2
