"""What a profile says about scores: the review's rubric and the acceptance of finished projects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal

from grants.programmes.profile.kinds import Code, Count, Percent, Points
from grants.programmes.profile.reader import Span
from grants.programmes.profile.words import Worded


@dataclass(frozen=True)
class Hint(Worded):
    """A sub-point of a criterion: guidance for the reviewer, unless the round has sub-points scored on their own."""

    zh: str
    points: Points
    en: str = ""


@dataclass(frozen=True)
class Anchor(Worded):
    """What a level of a criterion looks like, in words."""

    zh: str
    en: str = ""


@dataclass(frozen=True)
class Criterion(Worded):
    """One criterion and its points; `anchors` are none, or three: strong, fair, weak."""

    code: Code
    zh: str
    weight: Points
    sub: tuple[Hint, ...]
    en: str = ""
    anchors: tuple[Anchor, ...] = ()


@dataclass(frozen=True)
class Scored(Worded):
    """What gets a mark: a criterion, or a sub-point of one; `part` is that sub-point, with its own name.

    The mark is kept under `code`: of the criterion, or of it with the number of the sub-point from 1, such as need_2.
    """

    code: str
    zh: str
    weight: int
    criterion: Criterion
    en: str = ""
    part: Hint | None = None

    @property
    def sub(self) -> tuple[Hint, ...]:
        """What to look at; a sub-point says it by its name."""
        return () if self.part else self.criterion.sub

    @property
    def anchors(self) -> tuple[Anchor, ...]:
        """The three levels of the criterion in words, where they were written for what gets the mark."""
        return () if self.part else self.criterion.anchors


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
    straddle_trigger: Points | None = None
    """So many points apart are enough on both sides of the pass line; none: the line does not count."""
    third_reviewer: bool = False
    """Whether one more reviewer is looked for and seated when scores that lie far apart are looked at again."""
    sample: bool = False
    """Whether every reviewer scores a sample before the first project."""
    draw: bool = True
    """Whether equals are told apart by lot; otherwise they share their place and the meeting decides."""
    by_sub: bool = False
    """Whether sub-points are scored, each on its own; otherwise they are hints and a criterion gets one mark."""


From = Literal["never", "scoring", "rescoring", "reviewed", "decided"]
"""From which phase of a project on somebody sees something; what has been seen cannot be hidden again."""


@dataclass(frozen=True)
class ReviewerSight:
    """What a reviewer sees of others, and from when: of recommenders, departments, who else reviews, marks."""

    opinions: From = "never"
    ranks: From = "never"
    peers: From = "never"
    scores: From = "never"
    comments: From = "never"
    department: From = "scoring"


@dataclass(frozen=True)
class ChairSight:
    """What the chair of the panel, who sees every score, sees of the recommenders, and from when."""

    opinions: From = "reviewed"
    ranks: From = "reviewed"


@dataclass(frozen=True)
class Sight:
    """Who sees what in the review, from which phase on. Teams, recommenders and the public never see reviewers."""

    reviewer: ReviewerSight = ReviewerSight()
    chair: ChairSight = ChairSight()


Minutes = Annotated[int, Span(1, 60)]


@dataclass(frozen=True)
class Panel:
    """A panel meeting on the band around the cut line, after the paper review; minutes for each project."""

    enabled: bool = False
    presenting: Minutes = 8
    asking: Minutes = 5
    scoring: Minutes = 3


@dataclass(frozen=True)
class Rubric:
    """The 100 points."""

    criteria: tuple[Criterion, ...]
    method: Scoring
    sight: Sight = Sight()
    panel: Panel = Panel()

    @cached_property
    def scored(self) -> tuple[Scored, ...]:
        """What gets a mark, in order: the criteria, or their sub-points where those are scored."""
        return tuple(item for one in self.criteria for item in _scored(one, by_sub=self.method.by_sub))

    def by_criterion(self, halves: Mapping[str, int]) -> dict[str, int]:
        """The marks as half points by criterion, its sub-points summed; a criterion that lacks one is left out."""
        lacking = {item.criterion.code for item in self.scored if item.code not in halves}
        found: dict[str, int] = {}
        for item in self.scored:
            code = item.criterion.code
            if code not in lacking:
                found[code] = found.get(code, 0) + halves[item.code]
        return found


def _scored(criterion: Criterion, *, by_sub: bool) -> list[Scored]:
    if not by_sub or not criterion.sub:
        return [Scored(criterion.code, criterion.zh, criterion.weight, criterion, criterion.en)]
    return [
        Scored(
            f"{criterion.code}_{number}",
            f"{criterion.zh}：{hint.zh}",
            hint.points,
            criterion,
            f"{criterion.en}: {hint.en}" if criterion.en and hint.en else "",
            hint,
        )
        for number, hint in enumerate(criterion.sub, 1)
    ]


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
