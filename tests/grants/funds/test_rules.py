"""Every reason for which money does not move, in the words a person reads."""

from __future__ import annotations

import datetime as dt

import pytest

from grants.desk.commands import act
from grants.funds import commands as books
from grants.funds.doubts import told_of
from grants.funds.models import BankLine, Payment
from grants.funds.rules import accounts, requests, sending
from grants.people.models import RoleGrant
from tests.factories import a_document, on, together
from tests.grants.funds.builders import (
    DAY,
    World,
    approved,
    bank_line,
    committed,
    doing,
    meeting,
    objection,
    open_batch,
    pay_out,
    person,
    put,
    requested,
    sent,
    signed,
    source,
    verified_account,
    world,
)
from workflow import clock
from workflow.actions import blocked
from workflow.lifecycle import ProjectState, Role
from workflow.models import Key, Notice
from workflow.outbox import relay
from workflow.refusals import Refused
from workflow.rules import asks_of


def codes(record, move: str, actor, **given) -> list[str]:
    """The reasons against a move, less those about endorsements."""
    return [reason.code for reason in blocked(record, move, actor, given) if reason.code != "not_endorsed"]


@pytest.fixture
def payment(at: World) -> Payment:
    made = signed(at)
    verified_account(at, made)
    return requested(at, made)


# The payee's account -----------------------------------------------------------------------------------------

TYPED = {
    "holder": "莲都区红十字会",
    "bank": "工商银行",
    "account_no": "6222 0212 0200 1234",
    "account_again": "6222021202001234",
    "cnaps": "102345678901",
}


def account(at: World) -> dict[str, str]:
    """What the payee gives, with the paper that proves it."""
    return TYPED | {"account_proof": str(a_document(at.payee_officer, "开户证明").pk)}


def test_an_account_may_be_written_with_spaces(at: World):
    made = signed(at)
    act(made, "file_payee_account", actor=at.payee_officer, given=account(at))
    assert made.payee_accounts.get().account_no == "6222021202001234"


@pytest.mark.parametrize(
    "wrong",
    [
        {"holder": "莲都红会"},
        {"bank": ""},
        {"account_no": "6222"},
        {"account_no": ""},
        {"account_again": "6222021202001243"},
        {"cnaps": "12"},
    ],
)
def test_an_account_is_described_completely(at: World, wrong: dict[str, str]):
    assert codes(signed(at), "file_payee_account", at.payee_officer, **(account(at) | wrong)) == list(wrong)


@pytest.mark.parametrize(
    "doubtful",
    [
        {"account_no": "6222021202001234567", "account_again": "6222021202001234567"},
        {"bank": "中国建设银行丽水分行"},
    ],
)
def test_an_account_in_doubt_is_filed_by_whoever_says_how_it_was_compared(at: World, doubtful: dict[str, str]):
    made = signed(at)
    given = account(at) | doubtful
    assert codes(made, "file_payee_account", at.payee_officer, **given) == ["account_doubtful"]
    assert codes(made, "file_payee_account", at.payee_officer, **given, account_checked="好") == ["account_doubtful"]
    act(made, "file_payee_account", actor=at.payee_officer, given=given | {"account_checked": "照开户许可证核对。"})
    (told,) = told_of(made.payee_accounts.get())
    assert (told.said, told.who) == ("照开户许可证核对。", at.payee_officer.name)


def test_an_account_that_is_in_no_doubt_has_nothing_told_of_it(at: World):
    made = signed(at)
    act(made, "file_payee_account", actor=at.payee_officer, given=account(at))
    assert told_of(made.payee_accounts.get()) == []


def test_a_holder_is_the_same_in_full_and_half_width(at: World):
    made = signed(at)
    assert made.payee
    made.payee.name = "莲都区红十字会（筹）"
    given = account(at) | {"holder": "莲都区红十字会(筹)"}
    assert accounts.account_complete(made, at.payee_officer, given) is None


def test_a_registered_team_may_be_its_own_payee(at: World):
    made = signed(at)
    made.payee = None
    assert accounts.payee_name(made) == made.team.name


def test_an_account_is_verified_by_somebody_else_and_once(at: World):
    made = signed(at)
    assert codes(made, "verify_payee_account", at.finance_officer) == ["nothing_filed"]
    act(made, "file_payee_account", actor=at.payee_officer, given=account(at))
    own = accounts.account_filed(made, at.payee_officer)
    assert own is not None
    assert own.code == "own_account"
    act(made, "verify_payee_account", actor=at.finance_officer)
    assert made.payee_accounts.get().verified_by == at.finance_officer
    assert codes(made, "verify_payee_account", at.finance_officer) == ["nothing_filed"]


def test_no_agreement_and_no_payment_without_a_verified_account(at: World):
    made = signed(at)
    waiting = requested(at, made)
    assert codes(waiting, "verify_request", at.finance_officer) == ["no_account"]
    act(made, "file_payee_account", actor=at.payee_officer, given=account(at))
    assert codes(waiting, "verify_request", at.finance_officer) == ["account_unverified"]
    act(made, "verify_payee_account", actor=at.finance_officer)
    assert codes(waiting, "verify_request", at.finance_officer) == []
    assert accounts.payee_verified(made, None) is None


# Asking ------------------------------------------------------------------------------------------------------


def test_only_an_open_tranche_is_paid(at: World, payment: Payment):
    made = payment.project
    assert codes(made, "request_payment", at.programme_officer) == ["tranche"]
    assert codes(made, "request_payment", at.programme_officer, tranche="9") == ["tranche"]
    reasons = blocked(made, "request_payment", at.programme_officer, {"tranche": "1"})
    assert [str(reason.message) for reason in reasons] == [f"这一期已有拨款 {payment.number}（待审核）。"]


def test_a_tranche_of_which_nothing_is_due_is_not_paid(at: World):
    made = signed(at)
    pay_out(at, made, 1_808_310)
    put(made, ProjectState.SETTLING)
    assert codes(made, "request_payment", at.programme_officer, tranche="2") == ["nothing_due"]


def test_the_form_offers_the_open_tranches_with_their_amounts(at: World):
    made = signed(at)
    pay_out(at, made, 1_808_310)
    ask = asks_of(made.machine().deeds["request_payment"], made)[0]
    assert ask.choices
    assert ask.choices(made, at.programme_officer) == [("2", "第 2 期 · 7,749.90 元")]


def test_a_suspended_project_and_an_open_objection_hold_payments(at: World, payment: Payment):
    approved(at, payment)
    batch = open_batch(at)
    objection(payment.project)
    given = {"batch": str(batch.number)}
    assert codes(payment, "put_in_batch", at.finance_officer, **given) == ["objection_open"]
    payment.project.suspended_from = ProjectState.IN_PROGRESS
    payment.project.save()
    put(payment.project, ProjectState.SUSPENDED)
    payment.refresh_from_db()
    assert [str(reason.message) for reason in blocked(payment, "put_in_batch", at.finance_officer, given)] == [
        "项目暂停（停拨），不能拨款。"
    ]
    assert (
        codes(put(payment.project, ProjectState.TERMINATED), "request_payment", at.programme_officer)[-1] == "stopped"
    )


# Verifying and approving ---------------------------------------------------------------------------------------


def test_what_is_verified_is_what_the_books_can_carry(at: World, payment: Payment):
    Payment.objects.filter(pk=payment.pk).update(amount_fen=2_583_301)
    payment.refresh_from_db()
    reasons = blocked(payment, "verify_request", at.finance_officer)
    assert [str(reason.message) for reason in reasons] == [
        "拨款条件没有满足：申请 25,833.01 元，超过现在可拨的 18,083.10 元。",
        "账上未拨资金 25,833.00 元，不够拨付 25,833.01 元。",
    ]


def test_who_asked_or_verified_does_not_approve(at: World, payment: Payment):
    act(payment, "verify_request", actor=at.finance_officer)
    for actor in (at.programme_officer, at.finance_officer):
        refusal = requests.not_the_maker(payment, actor)
        assert refusal is not None
        assert refusal.code == "own_payment"
    assert requests.not_the_maker(payment, at.finance_approver) is None


def test_above_the_limit_a_payment_rests_on_minutes(db: None):
    at = world(**{"upto_fen: 3000000": "upto_fen: 1000000"})
    source(at)
    made = signed(at)
    verified_account(at, made)
    payment = requested(at, made)
    act(payment, "verify_request", actor=at.finance_officer)
    assert codes(payment, "approve_payment", at.finance_approver) == ["meeting"]
    minutes = meeting(at)
    ask = asks_of(payment.machine().deeds["approve_payment"], payment)[0]
    assert ask.choices
    assert [value for value, _label in ask.choices(payment, None)] == [str(minutes.pk)]
    together(payment, "approve_payment", by=at.finance_approver, endorsed_by=at.business_lead, meeting=str(minutes.pk))
    assert payment.state == "approved"


def test_up_to_the_limit_no_minutes_are_asked_for(at: World, payment: Payment):
    assert asks_of(payment.machine().deeds["approve_payment"], payment) == ()
    act(payment, "verify_request", actor=at.finance_officer)
    assert codes(payment, "approve_payment", at.finance_approver) == []


def test_a_payment_of_nothing_is_not_asked_for_again(at: World, payment: Payment):
    act(payment, "refuse", actor=at.finance_officer, given={"reason": "请核对"})
    payment.tranche.released_fen = payment.tranche.planned_fen
    payment.tranche.save()
    assert codes(payment, "request_again", at.programme_officer, corrected="已更正") == ["nothing_due"]


def test_a_grant_of_which_something_is_paid_is_not_revoked(at: World, payment: Payment):
    refusal = requests.nothing_paid(payment.project, None)
    assert refusal is not None
    assert str(refusal.message) == f"拨款 {payment.number} 还没有作废。"
    together(payment, "void", by=at.programme_officer, endorsed_by=at.finance_officer, reason="撤销")
    assert requests.nothing_paid(payment.project, None) is None
    pay_out(at, payment.project, 100)
    refusal = requests.nothing_paid(payment.project, None)
    assert refusal is not None
    assert str(refusal.message) == "已经拨付 1.00 元，不能撤销。"


# Batches -------------------------------------------------------------------------------------------------------


def test_a_payment_goes_into_an_open_batch_of_its_round(at: World, payment: Payment):
    approved(at, payment)
    batch = open_batch(at)
    assert codes(payment, "put_in_batch", at.finance_officer, batch="7") == ["batch"]
    ask = asks_of(payment.machine().deeds["put_in_batch"], payment)[0]
    assert ask.choices
    offered = [(str(batch.number), f"第 {batch.number} 批 · 0 笔 · 0.00 元")]
    assert ask.choices(payment, None) == ask.choices(at.round, None) == offered
    other = sent(at, another(at))
    assert codes(payment, "put_in_batch", at.finance_officer, batch=str(other.batch.number if other.batch else 0)) == [
        "batch"
    ]


def another(at: World) -> Payment:
    made = signed(at)
    verified_account(at, made)
    return requested(at, made)


def test_only_a_filled_open_batch_is_frozen(at: World, payment: Payment):
    batch = open_batch(at)
    assert codes(at.round, "freeze_batch", at.finance_officer, batch=str(batch.number)) == ["batch_empty"]
    assert codes(at.round, "freeze_batch", at.finance_officer, batch="9") == ["batch"]
    sent(at, payment)
    number = payment.batch.number if payment.batch else 0
    assert codes(at.round, "freeze_batch", at.finance_officer, batch=str(number)) == ["batch"]


def test_nothing_leaves_a_frozen_batch_and_nothing_is_sent_from_an_open_one(at: World, payment: Payment):
    approved(at, payment)
    batch = open_batch(at)
    act(payment, "put_in_batch", actor=at.finance_officer, given={"batch": str(batch.number)})
    fresh = clock.now().isoformat()
    assert codes(payment, "send", at.cashier, reauthenticated_at=fresh) == ["batch_not_frozen"]
    act(at.round, "freeze_batch", actor=at.finance_officer, given={"batch": str(batch.number)})
    payment.refresh_from_db()
    assert codes(payment, "take_from_batch", at.finance_officer, reason="移出") == ["batch_frozen"]
    assert codes(payment, "send", at.cashier, reauthenticated_at=fresh) == []


@pytest.mark.parametrize("minutes", [-1, 6])
def test_sending_needs_a_fresh_sign_in(at: World, payment: Payment, minutes: int):
    at_ = clock.now() - dt.timedelta(minutes=minutes)
    refusal = sending.reauthenticated(payment, at.cashier, {"reauthenticated_at": at_.isoformat()})
    assert refusal is not None
    assert refusal.asked


@pytest.mark.parametrize("said", ["", "yesterday", "2026-11-21T10:00:00"])
def test_a_sign_in_without_a_moment_does_not_count(at: World, said: str):
    assert sending.reauthenticated(Payment(), at.cashier, {"reauthenticated_at": said})


def test_who_verified_or_approved_does_not_send(at: World, payment: Payment):
    approved(at, payment)
    for actor in (at.finance_officer, at.finance_approver):
        refusal = sending.not_maker_or_checker(payment, actor)
        assert refusal is not None
        assert refusal.code == "own_payment"


# The bank --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"reference": ""},
        {"kind": "gift"},
        {"booked_on": "2999-01-01"},
        {"booked_on": "soon"},
        {"amount_fen": 0},
        {"counterparty": ""},
        {"account_tail": "12"},
    ],
)
def test_a_bank_line_is_described_completely(at: World, wrong: dict[str, str]):
    with pytest.raises(Refused) as refused:
        bank_line(at, "paid", 100, **wrong) if "kind" not in wrong else bank_line(at, "gift", 100)
    assert refused.value.codes == tuple(wrong)


def test_a_bank_line_is_registered_once(at: World):
    line = bank_line(at, "paid", 100)
    with pytest.raises(Refused) as refused:
        bank_line(at, "paid", 100, reference=line.reference)
    assert refused.value.codes == ("reference",)


def test_a_bank_line_matches_by_kind_amount_and_account(at: World, payment: Payment):
    sent(at, payment)
    assert codes(payment, "pay", at.cashier) == ["line"]
    line = bank_line(at, "refund", 5, tail="0000")
    reasons = blocked(payment, "pay", at.cashier, {"line": line.reference})
    assert [str(reason.message) for reason in reasons] == ["这条银行流水类别不符、金额不符、账号后四位不符。"]
    right = bank_line(at, "paid", payment.amount_fen)
    ask = asks_of(payment.machine().deeds["pay"], payment)[0]
    assert ask.choices
    assert [value for value, _label in ask.choices(payment, at.cashier)] == [right.reference]


def test_a_bank_line_is_used_once(at: World, payment: Payment):
    other = sent(at, another(at))
    line = bank_line(at, "paid", payment.amount_fen)
    sent(at, payment)
    act(other, "pay", actor=at.cashier, given={"line": line.reference})
    reasons = blocked(payment, "pay", at.cashier, {"line": line.reference})
    assert [str(reason.message) for reason in reasons] == ["这条银行流水已经用过。"]
    with pytest.raises(Refused) as refused:
        doing(payment, lambda it, done: books.use_line(line, done=done), actor=at.cashier)
    assert refused.value.codes == ("line_used",)


def test_a_bank_line_of_another_round_is_not_seen(at: World, payment: Payment):
    sent(at, payment)
    elsewhere = world()
    line = bank_line(elsewhere, "paid", payment.amount_fen)
    assert codes(payment, "pay", at.cashier, line=line.reference) == ["line"]


def test_the_forms_of_the_round_offer_kinds_and_free_sources(at: World):
    deeds = at.round.machine().deeds
    offered = {
        ask.name: [value for value, _label in ask.choices(at.round, None)]
        for name in ("record_bank_line", "withdraw_source")
        for ask in asks_of(deeds[name], at.round)
        if ask.choices
    }
    assert offered["kind"] == ["paid", "refused", "returned", "refund"]
    assert len(offered["source"]) == 1
    kinds = asks_of(deeds["add_source"], at.round)[0].choices
    assert kinds
    assert [value for value, _label in kinds(at.round, None)] == ["fiscal", "donation", "lottery", "fees", "own"]
    committed(at)
    free = asks_of(deeds["withdraw_source"], at.round)[0].choices
    assert free
    assert free(at.round, None) == []


def test_a_refused_deed_leaves_nothing_behind(at: World, payment: Payment):
    with pytest.raises(Refused):
        act(payment, "verify_request", actor=person("passer_by"), key="k1")
    assert not Key.objects.exists()
    assert not BankLine.objects.exists()


def test_an_account_that_replaces_another_waits_a_day_and_the_old_contact_is_told(at: World):
    made = signed(at)
    with on(2027, 3, 1):
        act(made, "file_payee_account", actor=at.payee_officer, given=account(at))
        act(made, "verify_payee_account", actor=at.finance_officer)
    other = person("new payee officer")
    RoleGrant.objects.create(person=other, role=Role.PAYEE_OFFICER, organisation=at.county, valid_from=DAY)
    new = TYPED | {"account_no": "6222021202009999", "account_again": "6222021202009999"}
    with on(2027, 3, 5):
        new["account_proof"] = str(a_document(other, "开户证明").pk)
        filed = act(made, "file_payee_account", actor=other, given=new)
        assert codes(made, "verify_payee_account", at.finance_officer) == ["cooling"]
        relay()
    told = Notice.objects.filter(step=filed, kind="result")
    assert [row.person for row in told] == [at.payee_officer]
    with on(2027, 3, 6, 8):
        assert codes(made, "verify_payee_account", at.finance_officer) == ["cooling"]
    with on(2027, 3, 6, 9):
        act(made, "verify_payee_account", actor=at.finance_officer)
