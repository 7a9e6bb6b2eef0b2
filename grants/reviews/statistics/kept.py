"""What a verdict on a round's scores consists of; needs no numpy to be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

VERSION = 1
"""Changes whenever the same scores would give another verdict."""


class Lack(StrEnum):
    """Why reviewers' severity cannot be told from the quality of what they were given."""

    ALONE = "alone"
    APART = "apart"
    FEW = "few"
    THIN = "thin"
    SAME = "same"


class Sureness(NamedTuple):
    """One project: the expected rank, its half and nine-tenths intervals, the chance of a place, on the line or not."""

    expected: float
    half: tuple[int, int]
    most: tuple[int, int]
    chance: float
    band: bool


class Severity(NamedTuple):
    """One reviewer: how many points above the others they give, with the standard error, on how many projects."""

    points: float
    error: float
    scores: int


class Reliability(NamedTuple):
    """The intraclass correlation of one reviewer, and of the mean of as many as a project has."""

    one: float
    mean: float


@dataclass(frozen=True)
class Verdict:
    """What a round's scores are worth. Without a model (`sure` is empty) they are too few to say anything."""

    lack: Lack | None
    groups: int
    per_reviewer: float
    per_project: float
    sure: dict[int, Sureness] = field(default_factory=dict)
    calibrated: dict[int, float] = field(default_factory=dict)
    severity: dict[int, Severity] = field(default_factory=dict)
    overall: Reliability | None = None
    criteria: dict[str, Reliability] = field(default_factory=dict)
    alpha: float | None = None
