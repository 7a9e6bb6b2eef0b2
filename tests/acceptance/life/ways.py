"""Every way through the table, station by station: how to come there, and where one can go from there.

A station is where the main road stands; its ways are tried out from there, each undone before the next. Together with
the road they make every move and act of the six machines and reach every state, by construction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from grants.awards.commands import receive_objection, save_final_budget
from grants.closeout.commands import save_report
from grants.funds.banking.reading import Line, Reading
from grants.funds.commands.bank import keep_reading
from grants.funds.models import Payment
from grants.funds.queries import standing
from grants.implementation.commands import draft_change
from grants.implementation.queries import budget_now, lines_of
from grants.people.commands import merge_organisation
from grants.programmes.commands import create_round
from grants.programmes.queries import text_of
from grants.reviews.assigning.third import third_seat
from grants.settlement.keeping import keep_finished
from tests.acceptance.life.stage import Life
from tests.cast import SHANGCHENG, XIHU
from tests.factories import budget_lines
from workflow import clock
from workflow.ports import SYSTEM

Way = Callable[[Life], None]


@dataclass
class Station:
    """A place on the main road: how the road comes to it, and the ways that leave it."""

    name: str
    come: Way
    ways: dict[str, Way] = field(default_factory=dict)


STATIONS: list[Station] = []


def station(come: Way) -> Way:
    STATIONS.append(Station(come.__name__, come))
    return come


def way(go: Way) -> Way:
    STATIONS[-1].ways[go.__name__] = go
    return go


# Beside the moves -------------------------------------------------------------------------------------------------


def objection(life: Life, *, appeal: bool = False, letter: str = "a") -> None:
    """Somebody objects, or the team appeals."""
    life.count()
    given = {"kind": "appeal" if appeal else "objection", "text": "反映的情况与公示不符。", "received_on": life.today}
    life.verb(receive_objection, life.fresh(letter), actor=life.cast.officer, holds=not appeal, **given)


def found_on(life: Life, verdict: str, *, appeal: bool = False) -> None:
    objection(life, appeal=appeal)
    life.does("take_up", life.latest("objection"))
    life.does(verdict, life.latest("objection"))


def change(life: Life, kind: str, **after: object) -> None:
    """A change is drafted and filed."""
    life.count()
    life.verb(
        draft_change, life.fresh(), actor=life.cast.team_leader, kind=kind, after=after, reason="因实际情况需要调整"
    )
    life.does("file_change", life.latest("change_request"))


def report(life: Life) -> None:
    life.count()
    goals = [{"indicator": code, "target": 12, "actual": 12} for code in ("activities", "trained", "hours")]
    words = {"summary": "项目按计划完成。", "lessons": "应更早联系场地。", "follow_up": "继续开展。"}
    assert life.verb(save_report, life.fresh(), actor=life.cast.team_leader, goals=goals, **words) is None


def account(life: Life) -> None:
    life.does("file_payee_account")
    if life.fresh().payee_accounts.count() > 1:
        life.waits(2)
    life.does("verify_payee_account")


def approved_payment(life: Life, tranche: int = 1) -> None:
    life.does("request_payment", tranche=str(tranche))
    life.does("verify_request", life.latest("payment"))
    life.does("approve_payment", life.latest("payment"))


def sent_payment(life: Life, tranche: int = 1) -> None:
    approved_payment(life, tranche)
    on_its_way(life)


def frozen(life: Life) -> str:
    life.does("put_in_batch", life.latest("payment"))
    batch = str(life.latest("payment").batch.number)
    life.does("freeze_batch", "round", batch=batch)
    return batch


def on_its_way(life: Life) -> None:
    frozen(life)
    life.does("send", life.latest("payment"))


def paid(life: Life, tranche: int = 1) -> None:
    sent_payment(life, tranche)
    life.does("pay", life.latest("payment"))
    life.does("receipt", life.latest("payment"))


def told_by_statement(life: Life, payment: Payment, *amounts: int) -> list[str]:
    """A statement of the bank tells of the payment in these amounts (fen). -> the references of its lines."""
    assert payment.account
    holder, tail = payment.account.holder, payment.account.account_no[-4:]
    day = life.at.astimezone(clock.SHANGHAI).date().isoformat()
    references = [f"DZ{payment.pk:05d}{n}" for n in range(len(amounts))]
    facts = zip(references, amounts, strict=True)
    lines = [Line(one, "paid", day, fen, holder, tail, "项目资助款", undone=False) for one, fen in facts]
    cashier = life.cast.cashier
    known: dict[str, Any] = {
        "name": "明细.csv",
        "sha256": f"{payment.pk:064x}",
        "template": "statement@0",
        "actor": cashier,
    }
    with clock.held(life.at):
        read = keep_reading(life.fresh("round"), Reading(lines=lines), **known)
    life.does("import_statement", "round", statement=str(read.pk))
    return references


# Drafts -----------------------------------------------------------------------------------------------------------


@station
def drafts(life: Life) -> None:
    life.goes_to(dt.date(2026, 3, 5))


@way
def recalled_and_withdrawn(life: Life) -> None:
    life.does("submit")
    life.does("recall")
    life.does("withdraw")
    life.does("reopen_draft")
    life.does("submit")
    life.does("withdraw")


@way
def papers_run_out(life: Life) -> None:
    life.does("submit")
    life.does("withdraw")
    life.count()
    assert life.verb(keep_finished, actor=SYSTEM) is None
    life.does("hold_file")
    life.does("lift_hold", by=life.cast.business_lead)
    life.goes_to(dt.date(life.today.year + 6, 1, 5))
    life.does("destroy_papers")


@way
def never_submitted(life: Life) -> None:
    life.does("extend_call", "round")
    life.waits_for("call_close", "round")
    life.does("admit_late")
    life.does("submit")


@way
def cancelled(life: Life) -> None:
    life.does("submit")
    life.does("cancel_round", "round")
    life.waits_for("round_cancelled")


@way
def a_donor_leaves(life: Life) -> None:
    life.does("add_source", "round")
    life.does("withdraw_source", "round")


# Recommendation ---------------------------------------------------------------------------------------------------


@station
def submitted(life: Life) -> None:
    life.goes_to(dt.date(2026, 3, 9))
    for letter in "abcde":
        life.does("submit", letter)


@way
def returned_and_corrected(life: Life) -> None:
    life.does("open_file")
    life.does("file_minutes")
    life.does("county_return")
    life.does("undo_return")
    life.does("county_return")
    life.does("begin_correction")
    life.does("resubmit")
    life.does("recall_correction")
    life.does("resubmit")
    life.does("county_recommend", paper=True)
    life.does("city_return")
    life.does("undo_return", by=life.cast.city_officer)
    life.does("city_return")
    life.does("resubmit")
    life.does("county_recommend")
    life.does("city_recommend", paper=True)
    life.does("province_return")


@way
def returned_and_left_lying(life: Life) -> None:
    life.does("county_return")
    life.waits_for("return_due")
    life.does("county_decline", paper=True)


@way
def recommended_in_place(life: Life) -> None:
    life.does("county_recommend_in_place")
    life.does("city_recommend_in_place")


@way
def sent_back_and_declined_in_place(life: Life) -> None:
    life.waits_for("county_recommend")
    life.does("return_in_place")
    life.does("resubmit")
    life.waits_for("county_recommend")
    life.does("decline_in_place", paper=True)


@way
def taken_back(life: Life) -> None:
    life.does("county_recommend")
    life.does("county_take_back")
    life.does("county_recommend")
    life.does("city_recommend")
    life.does("city_take_back")
    life.does("withdraw")


@way
def declined_by_mistake(life: Life) -> None:
    life.does("county_decline")
    life.does("reopen_recommendation")
    life.does("county_recommend")
    life.does("city_decline")


@way
def declined_directly(life: Life) -> None:
    life.does("direct_return", "d")
    life.does("resubmit", "d")
    life.does("direct_decline", "d")
    life.does("direct_decline", "c", paper=True)


@station
def recommended(life: Life) -> None:
    life.goes_to(dt.date(2026, 3, 20))
    for letter in "abe":
        life.does("county_recommend", letter)
    for letter in "ab":
        life.does("city_recommend", letter)
    life.does("city_recommend_direct", "c")
    life.does("province_admit_direct", "d")
    life.does("take_back_direct", "d")
    life.does("province_admit_direct", "d")


@way
def no_place_left(life: Life) -> None:
    life.does("not_forwarded")
    life.does("city_recommend", "e")


@way
def a_place_more(life: Life) -> None:
    life.does("raise_quota", "round")
    life.does("city_recommend", "e")


# Review -----------------------------------------------------------------------------------------------------------


@station
def received(life: Life) -> None:
    life.does("city_decline", "e")
    life.waits_for("call_close", "round")
    life.does("close_recommending", "round")
    for letter in "abcd":
        life.does("receive", letter)


@way
def supplemented(life: Life) -> None:
    life.does("request_supplement")
    life.does("supply")


@way
def never_supplemented(life: Life) -> None:
    life.does("request_supplement")
    life.waits_for("supplement_due")
    life.does("fail_eligibility")
    found_on(life, "uphold", appeal=True)
    life.does("readmit")
    life.does("withdraw_by_letter")


@station
def under_review(life: Life) -> None:
    life.does("withdraw_by_letter", "c")
    life.does("fail_eligibility", "d")
    for letter in "ab":
        seat(life, letter)
        life.does("pass_eligibility", letter)
    life.does("start_review", "round")


def seat(life: Life, letter: str) -> None:
    people = [str(person.pk) for person in life.cast.reviewers[:3]]
    life.does("assign_reviewers", letter, reviewers=people)


def scored(life: Life, letter: str, places: tuple[int, ...] = (0, 1, 2)) -> None:
    for place in places:
        person = life.cast.reviewers[place]
        life.does("declare_no_conflict", letter, by=person)
        life.does("score", letter, by=person)


@way
def rechecked(life: Life) -> None:
    life.does("recheck_eligibility")
    life.does("pass_eligibility")


@way
def a_reviewer_leaves(life: Life) -> None:
    spare, another = (str(person.pk) for person in life.cast.reviewers[3:])
    life.does("recuse", by=life.cast.reviewers[0])
    life.does("assign_reviewers", reviewers=[spare])
    life.does("replace_reviewer", leaving=spare, reviewer=another)
    life.does("report_concern", by=life.cast.reviewers[1])
    life.does("answer_concern")
    scored(life, "a", (1, 2, 4))


@way
def reviewers_differ(life: Life) -> None:
    scored(life, "a", (0, 1))
    last = life.cast.reviewers[2]
    life.does("declare_no_conflict", by=last)
    life.does("score", by=last, need=0, design=0)
    life.does("open_rescoring")
    third = third_seat(life.fresh("a"))
    assert third
    life.does("declare_no_conflict", by=third.reviewer)
    for person in (*life.cast.reviewers[:3], third.reviewer):
        low: dict[str, Any] = {"need": 0, "design": 0} if person == last else {}
        life.does("score", by=person, **low)
    life.does("settle_divergence")


@way
def a_reviewer_is_silent(life: Life) -> None:
    scored(life, "a", (0, 1))
    life.does("finish_with_fewer")
    life.does("reopen_review")
    scored_again(life)


def scored_again(life: Life) -> None:
    for person in life.cast.reviewers[:2]:
        life.does("score", by=person)
    life.does("finish_with_fewer")


# Award ------------------------------------------------------------------------------------------------------------


@station
def deliberated(life: Life) -> None:
    life.goes_to(dt.date(2026, 5, 25))
    for letter in "ab":
        scored(life, letter)
    life.does("start_deliberation", "round")


@way
def declined_and_revised(life: Life) -> None:
    life.does("decline")
    life.does("revise_refusal")
    life.does("put_in_reserve")
    life.does("revise_decision")
    life.does("shortlist", deviation="按会议决定。")
    life.does("withdraw_by_letter")


@station
def before_the_public(life: Life) -> None:
    life.does("shortlist", deviation="按会议决定。")
    life.does("put_in_reserve", "b")
    life.does("announce", "round")
    life.does("publish_notice")


@way
def objected_rightly(life: Life) -> None:
    found_on(life, "uphold")
    life.does("uphold_objection")
    life.does("promote", "b")


@way
def objected_wrongly(life: Life) -> None:
    objection(life)
    life.does("refuse_to_take", life.latest("objection"))
    found_on(life, "dismiss")
    life.does("withdraw_in_publicity")
    life.does("promote", "b")
    life.goes_to(dt.date(2026, 7, 10))
    life.does("approve", "b")


# Agreement --------------------------------------------------------------------------------------------------------


@station
def approved(life: Life) -> None:
    ends = life.fresh().publicity_ends_on
    life.goes_to(ends + dt.timedelta(days=1))
    life.does("approve")


@way
def given_up(life: Life) -> None:
    life.does("give_up")


@way
def never_signed(life: Life) -> None:
    life.does("send_reminder")
    life.waits_for("sign_due")
    life.does("forfeit")


@station
def signed(life: Life) -> None:
    life.does("publish_result", "round")
    life.count()
    life.verb(save_final_budget, life.fresh(), budget_lines(life.fresh().granted_fen), actor=life.cast.team_leader)
    life.does("set_scheme", scheme=life.fresh().agreement.scheme)
    life.does("agree_final_plan")
    life.does("confirm_plan")
    account(life)
    for person in (life.cast.team_leader, life.cast.payee_officer, life.cast.officer):
        life.does("sign_as_party", by=person)
    life.does("sign_agreement")
    life.does("close_reserve", "b")


@way
def revoked(life: Life) -> None:
    life.does("revoke")


@way
def payment_sent_back_and_voided(life: Life) -> None:
    life.does("request_payment")
    life.does("refuse", life.latest("payment"))
    life.does("request_again", life.latest("payment"))
    life.does("void", life.latest("payment"))


@way
def payment_refused_by_the_bank(life: Life) -> None:
    approved_payment(life)
    life.does("put_in_batch", life.latest("payment"))
    life.does("take_from_batch", life.latest("payment"))
    life.does("return_batch", "round", batch=frozen(life))
    on_its_way(life)
    life.does("bank_refused", life.latest("payment"))
    account(life)
    life.does("reissue", life.latest("payment"))
    life.does("verify_request", life.latest("payment"))


@way
def payment_comes_back(life: Life) -> None:
    sent_payment(life)
    life.does("pay", life.latest("payment"))
    life.does("bank_returned", life.latest("payment"))
    life.does("void", life.latest("payment"))


@way
def payment_reversed(life: Life) -> None:
    sent_payment(life)
    life.does("pay", life.latest("payment"))
    life.does("reverse", life.latest("payment"))
    life.does("terminate", ground="breach")


@way
def payment_told_in_two_pieces(life: Life) -> None:
    sent_payment(life)
    payment = life.latest("payment")
    half, fee = payment.amount_fen // 2, 500
    pieces = told_by_statement(life, payment, half, payment.amount_fen - half + fee)
    life.does("join_lines", "round", lines=" ".join(pieces))
    whole = "+".join(pieces)
    life.does("divide_line", "round", line=whole, payments=payment.number)
    life.does("set_line_aside", "round", line=f"{whole}#2")
    life.does("take_line_up", "round", line=f"{whole}#2")
    life.does("pay", life.latest("payment"), line=f"{whole}#1")


@way
def books_closed_and_opened_again(life: Life) -> None:
    subjects = ("undrawn", "held", "spent", "kept", "interest", "returned")
    given: dict[str, Any] = {f"subject_{name}": "1002 银行存款" for name in subjects}
    life.does("set_subjects", "round", **given)
    last = life.at.astimezone(clock.SHANGHAI).date().replace(day=1) - dt.timedelta(days=1)
    life.does("close_books", "round", through=last.isoformat())
    life.does("reopen_books", "round")


@way
def unspent_money_goes_on(life: Life) -> None:
    round_ = life.fresh("round")
    facts = (round_.programme, f"{round_.code}-2", round_.year + 1, text_of(round_))
    assert life.verb(create_round, *facts, actor=life.cast.officer) is None
    life.does("record_meeting", "round")
    life.does("carry_over", "round")


# Implementation ---------------------------------------------------------------------------------------------------


@station
def running(life: Life) -> None:
    paid(life)
    life.waits_for("start_date")
    life.does("log_activity")


@way
def suspended(life: Life) -> None:
    life.does("suspend")
    life.does("call_check")
    life.does("resume", by=life.cast.leadership)
    life.does("hold_payments")
    life.does("lift_payment_hold", by=life.cast.finance_approver)
    life.does("suspend")
    life.does("terminate", ground="unable")


@way
def terminated(life: Life) -> None:
    life.does("file_voucher")
    life.does("terminate", ground="silent")
    life.does("liquidate")
    life.does("return_liquidation")
    life.does("liquidate")
    life.does("decide_voucher")
    life.does("confirm_accounts")
    refunded(life)
    life.does("release_undrawn")
    life.does("close")
    life.does("archive")


def refunded(life: Life) -> None:
    life.does("ask_refund")
    life.does("match_refund")
    life.does("refund_received")


@way
def check_put_right(life: Life) -> None:
    life.does("file", life.latest("check"))
    life.does("rectify", life.latest("check"))
    life.does("rectified", life.latest("check"))
    life.does("pass_check", life.latest("check"))


@way
def check_forgotten(life: Life) -> None:
    life.waits_for("check_due", life.latest("check"))
    life.does("waive_condition", tranche="2", condition="no_overdue_check")
    life.does("waive", life.latest("check"))


@way
def changed(life: Life) -> None:
    first, *others = life.fresh().form["indicators"]
    change(life, "goals", indicators=[{**first, "target": 13}, *others])
    life.does("return_change", life.latest("change_request"))
    life.does("file_change", life.latest("change_request"))
    life.does("approve_change", life.latest("change_request"))
    lines = lines_of(budget_now(life.fresh()))
    adjusted = [line | {"item": f"{line['item']}（改）"} for line in lines]
    reason = "因实际情况需要调整"
    asked = {"kind": "budget", "after": {"lines": adjusted}, "reason": reason}
    life.verb(draft_change, life.fresh(), actor=life.cast.team_leader, **asked)
    life.does("adjust_freely", life.latest("change_request"))
    change(life, "grant_reduction", reduce_by_fen=100_001)
    life.does("approve_change", life.latest("change_request"))
    change(life, "termination")
    life.does("refuse_change", life.latest("change_request"))
    change(life, "budget", lines=budget_lines(2_000_000))
    life.does("drop_change", life.latest("change_request"))


@way
def finished_early(life: Life) -> None:
    for number in (1, 2, 3):
        life.does("log_activity", name=f"社区救护课 {number}", cancelled=True)
    life.does("finish_early")


@way
def district_merged(life: Life) -> None:
    life.count()
    old, into = life.cast.places[SHANGCHENG], life.cast.places[XIHU]
    for place in (old, into):
        place.refresh_from_db()
    assert life.verb(merge_organisation, old, into, life.today, actor=SYSTEM) is None
    old.refresh_from_db()
    life.does("rehome")


# Closeout ---------------------------------------------------------------------------------------------------------


@station
def period_over(life: Life) -> None:
    life.does("file", life.latest("check"))
    life.does("pass_check", life.latest("check"))
    paid(life, 2)
    for fen in (500_000, 500_000, 1_500_000):
        life.does("file_voucher", gross_fen=fen, claimed_fen=fen)
    life.does("record_interest")
    life.waits_for("end_date")


@way
def extended(life: Life) -> None:
    change(life, "period", end_date=life.in_days(60))
    life.does("approve_change", life.latest("change_request"))
    life.does("extend_period")


@way
def done_for_a_silent_team(life: Life) -> None:
    report(life)
    life.does("send_reminder")
    life.does("send_reminder")
    life.waits_for("closeout_report")
    life.does("submit_closeout_for_team")


@way
def not_accepted(life: Life) -> None:
    for _ in range(3):
        life.does("withdraw_voucher")
    life.does("declare_no_vouchers")
    report(life)
    life.does("submit_closeout")
    life.does("return_closeout")
    life.does("submit_closeout")
    life.does("fail_acceptance", goals=18, outcome=8, money=15, files=5)


@station
def accepted(life: Life) -> None:
    report(life)
    life.does("submit_closeout")
    life.does("accept")


@way
def accepted_anew(life: Life) -> None:
    life.does("reopen_acceptance")
    life.does("accept")
    life.does("submit_final_accounts")
    life.does("return_accounts")


# Settlement -------------------------------------------------------------------------------------------------------


@station
def accounts_filed(life: Life) -> None:
    life.does("submit_final_accounts")
    life.does("decide_voucher", voucher="1")
    life.does("decide_voucher", voucher="2")


def decided(life: Life, accepted_fen: int) -> None:
    """The last voucher is accepted so far, and the accounts are confirmed."""
    life.does("decide_voucher", voucher="3", accepted_fen=accepted_fen)
    life.does("confirm_accounts")


def closed(life: Life) -> None:
    if standing(life.fresh()).undrawn:
        life.does("release_undrawn")
    life.does("close")
    life.does("archive")
    life.does("close_round", "round")


@way
def more_is_due(life: Life) -> None:
    decided(life, 1_500_000)
    life.does("reopen_accounts")
    life.does("decide_voucher", voucher="3", accepted_fen=1_499_999)
    life.does("confirm_accounts")
    paid(life, 3)
    closed(life)


@way
def something_comes_back(life: Life) -> None:
    decided(life, 400_000)
    refunded(life)
    closed(life)


@way
def nothing_comes_back(life: Life) -> None:
    decided(life, 400_000)
    life.does("ask_refund")
    life.does("send_reminder")
    life.does("send_reminder")
    life.does("write_off")
    closed(life)


@way
def a_little_stays(life: Life) -> None:
    held = standing(life.fresh()).held
    decided(life, held - 9_999)
    life.does("keep_surplus")
    closed(life)
