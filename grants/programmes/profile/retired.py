"""What a profile once said and nothing read: still read in earlier texts, so that they parse and keep their digest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from grants.programmes.profile.basics import Deadline
from grants.programmes.profile.kinds import Code, Count, Months, Percent, Points
from workflow.lifecycle import Role

PLACE = re.compile(r"\[\d+\]")


@dataclass(frozen=True)
class Pitch:
    """An oral round after the paper one; the panel meeting took its place."""

    enabled: bool
    paper_pct: Percent
    pitch_pct: Percent


@dataclass(frozen=True)
class BonusItem:
    """A ground for extra points."""

    code: Code
    zh: str
    points: Points
    en: str = ""


@dataclass(frozen=True)
class Bonus:
    """Extra points beyond the rubric; the official score is the rubric's weighted mean."""

    enabled: bool
    max: Points
    items: tuple[BonusItem, ...]


RETIRED: Final[Mapping[str, Any]] = {
    "programme.cycle_months": Months,
    "programme.currency": Literal["CNY"],
    "incompatible_everywhere": tuple[Role, ...],
    "rubric.pitch": Pitch,
    "rubric.bonus": Bonus,
    "budget.adjust.above": Role,
    "disbursement.approval_limits.roles": tuple[Role, ...],
    "disbursement.interest": Literal["pooled_account_declared_zero", "recorded"],
    "application_profile.short.stamped_pages": Count,
    "application_profile.full.stamped_pages": Count,
    "deadlines.first_payment": Deadline,
    "sanctions.refund": tuple[Literal["unspent", "ineligible", "interest"], ...],
    "retention.security_logs_months": Count,
}
"""By its place what it was. Whoever adds one adds nothing that anybody could still set on a page."""


def retired(path: str) -> Any:
    """What stood at that place, 'disbursement.approval_limits[1].roles' among them; None where nothing ever did."""
    return RETIRED.get(PLACE.sub("", path))


def put_back(content: Any, path: str, value: Any) -> None:
    """The plain content of a profile holds that value at its place, as it did before."""
    *way, name = path.replace("[", ".[").split(".")
    for step in way:
        content = content[int(step[1:-1]) - 1] if step.startswith("[") else content[step]
    content[name] = value
