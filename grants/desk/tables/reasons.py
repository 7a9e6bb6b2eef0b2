"""A reason with its way out: the page where it is mended, for whoever mends it; to the others, who does.

The rules of the table that a form does not answer are all listed here; a test sees to that.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from grants.desk.queries.records import project_of
from grants.desk.tables.application import field_url
from grants.desk.tables.offers import move_url, record_url, role_names
from grants.programmes.models import Round
from workflow.lifecycle import Role
from workflow.refusals import Refusal

R = Role
TEAM = (R.TEAM_LEADER, R.APPLICANT)
LEADER = (R.TEAM_LEADER,)
PAYEE = (R.PAYEE_OFFICER,)
PROVINCE = (R.PROGRAMME_OFFICER,)
LEVELS = (R.COUNTY_OFFICER, R.CITY_OFFICER, R.PROGRAMME_OFFICER)
FINANCE = (R.FINANCE_OFFICER,)
CASHIER = (R.CASHIER,)
DISCIPLINE = (R.DISCIPLINE,)
REVIEWERS = (R.REVIEWER,)
CHAIR = (R.REVIEW_CHAIR,)
LATER = _("到了日子就可以办，现在不用做什么。")
OVER = _("已经不能再改；有疑问请找省级项目管理员。")
ELSEWHERE = _("办理入口在项目页上；不清楚时请找省级项目管理员。")


@dataclass(frozen=True)
class Way:
    """Who mends it and where: the name of a page of the record's project or round, or `move:` and a deed.

    Where nobody does, `said` says so; where the reason itself names who does, all is empty.
    """

    page: str = ""
    roles: tuple[str, ...] = ()
    said: StrOrPromise = ""


TOLD = Way()
"""The reason says itself who does it instead."""
WAYS: dict[str, Way] = {
    # 立项
    "begun_at_request": TOLD,
    "form_complete": Way("field", TEAM),
    "budget_valid": Way("project_budget", TEAM),
    "commitment_given": Way("field", LEADER),
    "eligible_team": Way("project", (R.COUNTY_OFFICER, R.CITY_OFFICER, R.PROGRAMME_OFFICER)),
    "not_funded_twice": Way("field", TEAM),
    "before_call_deadline": Way(said=OVER),
    "lapsed_at_the_close": Way(said=OVER),
    "round_open": Way(said=LATER),
    "round_cancelled": Way(said=LATER),
    "one_application_per_team": Way("projects", TEAM),
    "never_under_review": Way(said=OVER),
    "within_return_due": Way(said=OVER),
    "within_supplement_due": Way(said=OVER),
    "flag_not_corrected": Way(said=LATER),
    "flag_not_supplied": Way(said=LATER),
    "correction_still_open": Way(said=OVER),
    "not_opened_by_next": Way(said=OVER),
    "not_opened_already": TOLD,
    "route_has_county": TOLD,
    "route_is_city": TOLD,
    "route_is_province": TOLD,
    "route_is_direct": TOLD,
    "turn_of_level": TOLD,
    "turn_of_city": TOLD,
    "level_not_recused": TOLD,
    "stands_in": TOLD,
    "not_own_team": TOLD,
    "not_both_levels": TOLD,
    "own_recommendation": TOLD,
    "returned_by_own_level": TOLD,
    "words_may_stand_again": Way("recommending", LEVELS),
    "within_quota": Way("move:raise_quota", PROVINCE),
    "within_pool": Way("move:raise_quota", PROVINCE),
    "over_quota": Way(said=OVER),
    "not_received": Way(said=OVER),
    "before_eligibility": Way(said=OVER),
    "before_eligibility_closed": Way(said=OVER),
    "recommendation_closed": Way("move:close_recommending", PROVINCE),
    "every_level_done_or_overdue": Way("round_board", LEVELS),
    "organisation_succeeded": Way(said=OVER),
    # 评审
    "before_review_closed": Way(said=OVER),
    "appeal_upheld": Way("project", DISCIPLINE),
    "assigned_to_me": Way("move:assign_reviewers", PROVINCE),
    "sample_scored": Way("sample", REVIEWERS),
    "conflict_declared": Way("scoring", REVIEWERS),
    "enough_valid_scores": Way("scoring", REVIEWERS),
    "at_least_two_scores": Way("scoring", REVIEWERS),
    "no_open_conflict": Way("scoring", REVIEWERS),
    "no_conflict_of_mine": Way("scoring", REVIEWERS),
    "no_conflict_in_ranking": Way("round_assigning", PROVINCE),
    "divergence_settled": Way("move:settle_divergence", CHAIR),
    "rescoring_over": Way("scoring", REVIEWERS),
    "scores_diverge": Way(said=OVER),
    "no_open_concern": Way("move:answer_concern", PROVINCE),
    "concern_reported": Way(said=OVER),
    "not_decided": Way(said=OVER),
    "every_eligibility_decided": Way("eligibility", PROVINCE),
    "every_review_finished": Way("round_board", CHAIR),
    # 发布
    "every_project_decided": Way("decision_table", PROVINCE),
    "not_announced": Way(said=OVER),
    "not_announced_or_appeal_upheld": Way("project", DISCIPLINE),
    "calendar_known": Way(said=_("请系统管理员登记这一年的放假安排。")),
    "publicity_elapsed": Way(said=LATER),
    "no_open_objection": Way("project", DISCIPLINE),
    "objection_upheld": Way("project", DISCIPLINE),
    "list_settled": Way("publicity", PROVINCE),
    "round_published": Way("publicity", PROVINCE),
    "nothing_paid": Way(said=OVER),
    "sign_due_passed": Way(said=LATER),
    "final_plan_filed": Way("agreement", LEADER),
    "plan_confirmed": Way("agreement", PROVINCE),
    "final_plan_agreed": Way("agreement", (*LEADER, *PROVINCE)),
    "budget_final": Way("final_budget", TEAM),
    "all_parties_signed": Way("agreement", (*LEADER, *PAYEE, *PROVINCE)),
    "not_signed_before": TOLD,
    "nobody_signed": Way(said=OVER),
    "payee_verified": Way("payee_account", (*PAYEE, *FINANCE)),
    "account_filed": Way("payee_account", PAYEE),
    "payee_account_reverified": Way("payee_account", (*PAYEE, *FINANCE)),
    "configuration_valid": Way("move:configure", PROVINCE),
    "rehearsed": Way("move:record_rehearsal", PROVINCE),
    # 实施
    "start_date_reached": Way(said=LATER),
    "back_where_it_came_from": Way(said=ELSEWHERE),
    "suspended_by_another": TOLD,
    "activities_done_or_cancelled": Way("activities", TEAM),
    "within_free_share": TOLD,
    "before_and_after_complete": Way("change", (*LEADER, *PAYEE, *PROVINCE, R.COUNTY_OFFICER)),
    "total_not_up": Way(said=OVER),
    "change_request_approved": Way("project", PROVINCE),
    "no_open_change": Way("project", PROVINCE),
    # 拨付
    "conditions_precedent": Way("project_money", (*PROVINCE, *PAYEE)),
    "source_has_balance": Way("round_money", FINANCE),
    "sources_reach": Way("sources", FINANCE),
    "sources_suit": Way("project", PROVINCE),
    "no_hold": Way("project", (R.BUSINESS_LEAD, R.DISCIPLINE, *FINANCE, R.FINANCE_APPROVER)),
    "payments_not_held": Way("move:lift_payment_hold", (*FINANCE, R.FINANCE_APPROVER, R.DISCIPLINE)),
    "payments_held_by_another": TOLD,
    "not_the_maker": TOLD,
    "not_maker_or_checker": TOLD,
    "books_closed": TOLD,
    "batch_frozen": Way("round_payments", FINANCE),
    "batch_open": Way("round_payments", FINANCE),
    "reauthenticated": Way("account_reauthenticate", CASHIER),
    # 结题
    "report_complete": Way("project_report", TEAM),
    "vouchers_filed_or_none_declared": Way("project_money", (*LEADER, *PAYEE)),
    "team_silent_or_unable": Way(said=LATER),
    "reminders_shown": Way("move:send_reminder", LEVELS),
    "score_at_least_60": Way("project_acceptance", PROVINCE),
    # 保管
    "file_not_held": Way("move:lift_hold", (R.PROGRAMME_OFFICER, R.BUSINESS_LEAD)),
    "held_by_another": TOLD,
    "papers_due": Way(said=LATER),
    # 决算
    "accounts_not_confirmed": Way(said=OVER),
    "every_voucher_decided": Way("project_money", FINANCE),
    "statement_balanced": Way("project_accounts", (*PAYEE, *FINANCE)),
    "liquidation": Way(said=ELSEWHERE),
    "not_liquidation": Way(said=ELSEWHERE),
    "owed_by_payee": Way(said=ELSEWHERE),
    "surplus_may_stay": Way(said=ELSEWHERE),
    "something_undrawn": Way(said=ELSEWHERE),
    "refund_matched": Way("move:match_refund", CASHIER),
    "recovery_attempts": Way("move:send_reminder", FINANCE),
    "final_tranche_paid_or_not_due": Way("project_accounts", FINANCE),
    "nothing_owed_or_allowed_surplus_posted": Way("project_accounts", (*FINANCE, *PAYEE)),
    "undrawn_released": Way("project_accounts", FINANCE),
    "every_project_final": Way("round_board", PROVINCE),
    "voucher_not_used": Way("new_voucher", (*LEADER, *PAYEE)),
}
CODES: dict[str, Way] = {
    "lent_away": Way("lendings"),
    "stale": Way("record"),
    "key_reused": Way("record"),
    "wrong_state": Way("record"),
    "busy": Way("record"),
    "proposal_lapsed": Way("record"),
    "gone": Way("home"),
    "not_due": Way(said=LATER),
    "rule_missing": Way(said=_("请系统管理员处理。")),
    "no_line": Way("round_money", (*CASHIER, *FINANCE)),
    "going": Way("projects"),
    "open": Way("organisations"),
    "oneself": Way("account"),
}
"""Reasons that no rule of the table gives, by their code."""
PLAIN = frozenset({"home", "projects", "sources", "lendings", "organisations", "account", "account_reauthenticate"})
OF_ROUND = frozenset(
    {
        "recommending",
        "round_board",
        "eligibility",
        "decision_table",
        "publicity",
        "round_money",
        "round_payments",
        "raise_quota",
        "close_recommending",
        "configure",
        "record_rehearsal",
        "sample",
    }
)
"""Pages, and deeds, of the round; the others are the project's."""


@dataclass(frozen=True)
class Told:
    """A reason as a page shows it: the words, where they lead, and what is said beside them."""

    message: StrOrPromise
    url: str = ""
    note: StrOrPromise = ""


def told(reason: Refusal, record: Any, roles: Collection[str], here: Collection[str] = ()) -> Told:
    """The reason with the way out for a person of these roles; `here` are the fields of the page that shows it."""
    if reason.at and reason.at in here:
        return Told(reason.message, f"#f-{reason.at}")
    way = WAYS.get(reason.rule) or CODES.get(reason.code, TOLD)
    if not way.page:
        return Told(reason.message, "", way.said)
    if way.roles and not set(way.roles) & set(roles):
        return Told(reason.message, "", gettext("由%(roles)s办理。") % {"roles": role_names(way.roles)})
    return Told(reason.message, _address(way.page, reason, record))


def _address(page: str, reason: Refusal, record: Any) -> str:
    """Where a page is, for this record; nowhere for a page of a record where there is none."""
    if page in PLAIN:
        return reverse(page)
    return _of_record(page, reason, record) if record is not None else ""


def _of_record(page: str, reason: Refusal, record: Any) -> str:
    name = page.removeprefix("move:")
    root = _root(name, record)
    if page == "record" or root is None:
        return record_url(record)
    if page == "field":
        return field_url(root, reason.at)
    if page == "change":
        return reverse("rewrite_change", args=[record.pk]) + (f"#f-{reason.at}" if reason.at else "")
    return reverse(page, args=[root.pk]) if page == name else move_url(root, name)


def _root(name: str, record: Any) -> Any:
    """The round or the project whose page it is."""
    project = project_of(record)
    if name not in OF_ROUND:
        return project
    return record if isinstance(record, Round) else project.round if project else None
