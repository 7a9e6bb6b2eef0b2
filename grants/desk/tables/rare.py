"""Which deeds a page folds away: those that are the exception, and those that can never apply to this record."""

from __future__ import annotations

from collections.abc import Iterable

from workflow.refusals import Refusal

RARE: dict[str, frozenset[str]] = {
    "project": frozenset(
        {
            # back and out
            *("withdraw", "withdraw_by_letter", "withdraw_in_publicity", "give_up", "forfeit", "revoke"),
            *(
                "county_take_back",
                "city_take_back",
                "take_back_direct",
                "undo_return",
                "recall_correction",
                "reopen_recommendation",
                "not_forwarded",
            ),
            *("county_decline", "city_decline", "direct_decline", "recheck_eligibility", "readmit"),
            *("reopen_review", "revise_decision", "revise_refusal", "uphold_objection", "close_reserve"),
            *("suspend", "terminate", "fail_acceptance", "reopen_acceptance", "reopen_accounts", "write_off"),
            # in somebody's place, and by exception
            *("county_recommend_in_place", "city_recommend_in_place", "return_in_place", "decline_in_place"),
            "submit_closeout_for_team",
            *("finish_with_fewer", "report_concern", "finish_early", "extend_period", "promote", "replace_reviewer"),
            *("waive_condition", "withdraw_voucher", "declare_no_vouchers", "send_reminder", "call_check", "rehome"),
            *("hold_file", "lift_hold", "destroy_papers", "hold_payments", "lift_payment_hold", "set_scheme"),
            "file_minutes",
            "admit_late",
        }
    ),
    "payment": frozenset({"void", "reverse", "take_from_batch", "bank_refused", "bank_returned", "refuse"}),
    "check": frozenset({"waive"}),
    "objection": frozenset({"refuse_to_take"}),
    "change_request": frozenset({"drop_change", "refuse_change"}),
    "round": frozenset(
        {
            "extend_call",
            "cancel_round",
            "withdraw_source",
            "carry_over",
            "return_batch",
            "raise_quota",
            "reopen_books",
            "set_subjects",
        }
    ),
}
RARE_PAGES = frozenset({"new_change", "new_objection"})
NEVER = frozenset(
    {
        "route",
        "nothing_to_undo",
        "no_liquidation",
        "is_liquidation",
        "not_held",
        "nothing_due",
        "no_concern",
        "not_a_budget",
    }
)
"""Reasons for which nobody looks for the deed here: it belongs to another way, or there is nothing to do it to."""
ELSEWHERE = frozenset({"other_turn", "not_merged", "opened_already"})
"""Reasons that make a deed somebody else's, or nobody's, for now."""


def never(reasons: Iterable[Refusal]) -> bool:
    """Whether the deed can never be made on this record."""
    return any(reason.code in NEVER for reason in reasons)


def rare(machine: str, deed: str, reasons: Iterable[Refusal]) -> bool:
    """Whether a deed is an exception, or not to be thought of now."""
    return deed in RARE.get(machine, ()) or any(reason.code in ELSEWHERE for reason in reasons)
