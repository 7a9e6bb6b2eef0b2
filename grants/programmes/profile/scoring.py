"""What a profile says about scores: the review's rubric and the acceptance of finished projects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from grants.programmes.profile.kinds import Code, Count, Percent, Points
from grants.programmes.profile.reader import Span
from grants.programmes.profile.words import Worded


@dataclass(frozen=True)
class Hint(Worded):
    """A sub-point of a criterion: guidance for the reviewer, not scored on its own."""

    zh: str
    points: Points
    en: str = ""


@dataclass(frozen=True)
class Criterion(Worded):
    """One criterion and its points."""

    code: Code
    zh: str
    weight: Points
    sub: tuple[Hint, ...]
    en: str = ""


@dataclass(frozen=True)
class Scoring:
    """How marks become a rank. Percentages are of a criterion's points, the trigger is in points."""

    step: Literal["0.5", "1"]
    min_reviewers: Annotated[int, Span(2, 15)]
    target_reviewers: Annotated[int, Span(2, 15)]
    drop_extremes_from: Annotated[int, Span(4, 15)]
    divergence_trigger: Points
    pass_line: Points
    ties: tuple[Code, ...]
    comment_below_pct: Percent
    comment_above_pct: Percent
    comment_min_chars: Count


@dataclass(frozen=True)
class Pitch:
    """An oral round after the paper one, and how the two weigh."""

    enabled: bool
    paper_pct: Percent
    pitch_pct: Percent


@dataclass(frozen=True)
class BonusItem(Worded):
    """A ground for extra points."""

    code: Code
    zh: str
    points: Points
    en: str = ""


@dataclass(frozen=True)
class Bonus:
    """Extra points beyond the rubric."""

    enabled: bool
    max: Points
    items: tuple[BonusItem, ...]


@dataclass(frozen=True)
class Rubric:
    """The 100 points."""

    criteria: tuple[Criterion, ...]
    method: Scoring
    pitch: Pitch
    bonus: Bonus


@dataclass(frozen=True)
class AcceptanceItem(Worded):
    """One thing acceptance scores."""

    code: Code
    zh: str
    weight: Points
    en: str = ""


@dataclass(frozen=True)
class AcceptanceRule:
    """How acceptance scores a finished project out of 100."""

    pass_from: Points
    excellent_from: Points
    items: tuple[AcceptanceItem, ...]
