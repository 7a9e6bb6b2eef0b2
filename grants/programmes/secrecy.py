"""How secret the papers of a project are, by the slot they lie in: the one place where that is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from storage.enums import Secrecy

OPEN: Final = frozenset(
    {
        "acceptance_form",
        "activity_record",
        "archive_list",
        "budget_check",
        "call_notice",
        "change_basis",
        "check_form",
        "completion_certificate",
        "completion_report",
        "final_accounts",
        "final_budget",
        "midterm_report",
        "notice_document",
        "notice_file",
        "partnership",
        "past_results",
        "payment_request",
        "platform_proof",
        "results",
        "venue_consent",
    }
)
"""Nothing in them about persons but what the project itself makes known."""
CONFIDENTIAL: Final = frozenset(
    {
        "audit_report",
        "finding_document",
        "hold_letter",
        "minutes",
        "minutes_document",
        "objection_letter",
        "payment_minutes",
        "recovery_attempts",
        "review_minutes",
        "score_summary",
        "signed_scores",
        "source_document",
    }
)
"""What was said in meetings, by whoever objected, about whoever is looked into."""
SECRECY: Final[Mapping[str, Secrecy]] = {
    **dict.fromkeys(OPEN, Secrecy.OPEN),
    **dict.fromkeys(CONFIDENTIAL, Secrecy.CONFIDENTIAL),
}


def secrecy_of(slot: str) -> Secrecy:
    """The secrecy of a paper in that slot: identity papers, bank accounts, lists of names and whatever is not named.

    What nobody thought of counts as personal.
    """
    return SECRECY.get(slot, Secrecy.PERSONAL)
