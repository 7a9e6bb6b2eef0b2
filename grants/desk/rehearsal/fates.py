"""What will become of each application: dealt by the seed, so that every ending of the table is reached."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

SMALLEST = 48

# Until the review: how many of a hundred applications, at least how many.
EARLY = (
    ("lapse", 2, 1),
    ("withdraw", 1, 1),
    ("withdraw_and_return", 1, 1),
    ("recall", 2, 1),
    ("correct", 5, 1),
    ("never_corrected", 1, 1),
    ("county_declines", 4, 1),
    ("county_declines_then_reinstates", 1, 1),
    ("county_takes_back", 1, 1),
    ("county_silent", 1, 1),
    ("by_paper", 8, 2),
    ("city_returns", 2, 1),
    ("city_declines", 3, 1),
    ("city_silent", 1, 1),
    ("city_takes_back", 1, 1),
    ("province_returns", 1, 1),
    ("direct_returns", 1, 1),
    ("direct_declined", 1, 1),
    ("supplement", 3, 1),
    ("never_supplied", 1, 1),
    ("ineligible", 2, 1),
    ("appeal", 1, 1),
    ("recheck", 2, 2),
    ("letter_in_review", 1, 1),
    ("reviewer_recuses", 3, 1),
    ("reviewer_silent", 1, 1),
    ("reviewer_replaced", 1, 1),
    ("diverging", 3, 1),
)
REVIEW_LOTS = (
    "supplement",
    "never_supplied",
    "ineligible",
    "appeal",
    "recheck",
    "letter_in_review",
    "reviewer_recuses",
    "reviewer_silent",
    "reviewer_replaced",
    "diverging",
)
SILENT = ("county_silent", "city_silent")
FAVOURED = (1, 2, 3, 4, 5)
"""Of the crowd in the smallest prefecture those whom reviewers like best: two registered teams and three others.

They survive the shortlist, so that every later lot finds somebody whom it can befall.
"""
CITY_LOTS = ("county_silent", "city_returns", "city_silent", "city_takes_back", "province_returns")
# Of the shortlist, the last first: what befalls each before its agreement.
SHORTLIST = (
    "objection_upheld",
    "withdraw_in_publicity",
    "give_up",
    "forfeit",
    "objection_dismissed",
    "revised",
    "revoked",
)
# Of those under agreement: what befalls each afterwards, by kind; (first case, lots one after the other).
LATE = (
    (
        0,
        (
            "terminated",
            "fails_acceptance",
            "suspended",
            "finishes_early",
            "extended",
            "closeout_returned",
            "team_silent",
            "acceptance_reopened",
        ),
    ),
    (2, ("accounts_returned", "refunds", "keeps_surplus", "written_off", "accounts_reopened")),
    (4, ("payment_voided", "payment_reversed", "payment_refused", "bank_refuses")),
    (6, ("check_waived",)),
    (8, ("goals_changed", "change_refused")),
)
# What goes wrong besides, dealt from the last case backwards.
MISFORTUNES = (
    "leader_leaves",
    "lost_receipts",
    "late_objection",
    "shares_receipt",
    "bank_returns",
    "mistyped",
)


@dataclass
class Fates:
    """The lots of one rehearsal; an application without a lot goes the plain way."""

    early: dict[int, str] = field(default_factory=dict)

    def of(self, number: int) -> str:
        """The lot of the application with that number, or 'plain'."""
        return self.early.get(number, "plain")


def deal(projects: int, dice: random.Random, *, eligible: dict[str, list[int]]) -> Fates:
    """Deal the early lots, the choosiest first. `eligible` names the applications that each lot can befall."""
    fates = Fates()
    can_befall = {lot: eligible[lot] for lot, _per_hundred, _least in EARLY}
    for lot, per_hundred, least in sorted(EARLY, key=lambda row: len(can_befall[row[0]])):
        free = [number for number in can_befall[lot] if number not in fates.early]
        for number in dice.sample(free, min(len(free), max(least, per_hundred * projects // 100))):
            fates.early[number] = lot
    return fates
