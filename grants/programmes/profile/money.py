"""What a profile says about money: budgets, tranches, approval and surplus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from grants.kernel.money import Share
from grants.programmes.profile.kinds import Code, Fen, PayeeKind, Percent, Trigger
from grants.programmes.profile.reader import Span
from grants.programmes.profile.words import Worded


@dataclass(frozen=True)
class Category(Worded):
    """A budget category and its share of the grant at most, or None; `by_activity`: each line names its activity."""

    code: Code
    zh: str
    cap_pct: Percent | None
    en: str = ""
    by_activity: bool = False


@dataclass(frozen=True)
class CategoryGroup(Worded):
    """Categories that share one cap."""

    code: Code
    zh: str
    members: tuple[Code, ...]
    cap_pct: Percent
    en: str = ""


@dataclass(frozen=True)
class UnitCaps:
    """The most a single thing may cost."""

    meal_per_person_per_activity_fen: Fen
    transport_per_person_per_day_fen: Fen
    local_expert_per_half_day_fen: Fen
    fixed_asset_from_fen: Fen


@dataclass(frozen=True)
class Adjusting:
    """Moving money between categories: freely (logged), with the officer, above by a meeting. The total never rises."""

    free_pct: Percent
    officer_pct: Percent


@dataclass(frozen=True)
class BudgetRules:
    """What a budget may hold."""

    categories: tuple[Category, ...]
    groups: tuple[CategoryGroup, ...]
    unit_caps: UnitCaps
    prohibited: tuple[str, ...]
    adjust: Adjusting


@dataclass(frozen=True)
class PayeeRule:
    """Whose account receives the grant."""

    default: PayeeKind
    allowed: tuple[PayeeKind, ...]


@dataclass(frozen=True)
class DefaultScheme:
    """The tranche scheme each kind of payee gets."""

    recommending_red_cross: Code
    registered_team: Code


@dataclass(frozen=True)
class TranchePlan:
    """One instalment: a percent of the grant, an amount in fen, or neither for what is left.

    It opens `after_d` days after the trigger and is due `due_wd` working days later.
    """

    trigger: Trigger
    due_wd: Annotated[int, Span(1, 250)]
    pct: Annotated[int, Span(1, 99)] | None = None
    fen: Fen | None = None
    after_d: Annotated[int, Span(0, 730)] = 0

    @property
    def share(self) -> Share:
        """Its part of the grant, as `split_grant` takes it."""
        return self.pct, self.fen


@dataclass(frozen=True)
class Scheme:
    """A way to pay out a grant, tranche by tranche."""

    code: Code
    name_zh: str
    tranches: tuple[TranchePlan, ...]


@dataclass(frozen=True)
class ApprovalLimit:
    """Whether payments up to an amount (None: any) rest on the minutes of a meeting. Who approves, the table says."""

    upto_fen: Fen | None
    minutes: bool = False


@dataclass(frozen=True)
class Unspent:
    """A surplus that may stay: up to the percent of the grant, or up to the amount where that is more."""

    keep_upto_pct: Percent
    keep_upto_fen: Fen


@dataclass(frozen=True)
class Disbursement:
    """How grants are paid, which of them a meeting approves, and what becomes of a surplus."""

    payee: PayeeRule
    default_scheme: DefaultScheme
    schemes: tuple[Scheme, ...]
    approval_limits: tuple[ApprovalLimit, ...]
    approval_unit: Literal["batch", "line"]
    unspent: Unspent

    def scheme_for(self, payee: PayeeKind) -> Scheme:
        """The scheme a payee of that kind gets unless the decision says otherwise."""
        code: str = getattr(self.default_scheme, payee)
        return next(scheme for scheme in self.schemes if scheme.code == code)

    def limit_for(self, amount_fen: int) -> ApprovalLimit:
        """The first limit that reaches the amount; the last one reaches every amount."""
        return next(limit for limit in self.approval_limits if limit.upto_fen is None or amount_fen <= limit.upto_fen)
