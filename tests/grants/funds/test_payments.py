"""A payment from the request to the receipt, and every way it can go wrong, through the one door."""

from __future__ import annotations

import datetime as dt

import pytest

from grants.desk.commands import act
from grants.funds import commands as books
from grants.funds.models import BankLine, Batch, Payment
from grants.funds.queries import check_identities, payments_visible_to, payments_waiting, standing
from grants.funds.reactions import put_in_batch, take_from_batch
from grants.funds.verify import faults
from tests.factories import together
from tests.grants.funds.builders import (
    World,
    approved,
    bank_line,
    document,
    doing,
    meeting,
    objection,
    open_batch,
    paid,
    person,
    put,
    requested,
    sent,
    signed,
    source,
    verified_account,
    world,
)
from tests.grants.running import refusals
from workflow import clock
from workflow.actions import blocked
from workflow.deadlines import deadline, set_deadline
from workflow.lifecycle import ProjectState
from workflow.refusals import Refused
from workflow.rules import asks_of
from workflow.trail import steps_of


@pytest.fixture
def payment(at: World) -> Payment:
    """A payment asked for the first of two tranches, 18,083.10 yuan."""
    made = signed(at)
    verified_account(at, made)
    return requested(at, made)


def test_a_payment_asks_for_what_is_open_of_its_tranche(payment: Payment):
    assert payment.number == f"{payment.project.number}-BK1"
    assert (payment.amount_fen, payment.state, payment.attempt) == (1_808_310, "requested", 1)
    assert list(payments_waiting(payment.project)) == [payment]


def test_three_people_and_the_bank_pay(at: World, payment: Payment):
    paid(at, payment)
    hands = (payment.requester, payment.maker, payment.checker, payment.cashier)
    assert hands == (at.programme_officer, at.finance_officer, at.finance_approver, at.cashier)
    assert payment.account
    assert payment.account.account_no == "6222021202001234567"
    made = payment.project
    made.refresh_from_db()
    assert (made.paid_fen, standing(made).held) == (1_808_310, 1_808_310)
    assert payment.paid_on == clock.today()
    assert check_identities(made) == []
    assert list(faults()) == []


def test_the_day_of_the_books_is_the_day_of_the_bank(at: World, payment: Payment):
    sent(at, payment)
    yesterday = clock.today() - dt.timedelta(days=1)
    line = bank_line(at, "paid", payment.amount_fen, booked_on=yesterday.isoformat())
    act(payment, "pay", actor=at.cashier, given={"line": line.reference})
    entry = payment.paid_entry
    assert entry
    assert (entry.date, entry.external_ref, payment.paid_on) == (yesterday, line.reference, yesterday)
    line.refresh_from_db()
    assert line.matched == f"payment:{payment.pk}:{payment.steps}"


def test_a_receipt_is_due_and_ends_the_payment(at: World, payment: Payment):
    set_deadline(payment.project, "first_payment", clock.now())
    paid(at, payment)
    due = deadline(payment, "receipt")
    assert due is not None
    assert (due.amount, due.unit) == (10, "wd")
    assert deadline(payment.project, "first_payment") is None
    with pytest.raises(Refused) as refused:
        act(payment, "receipt", actor=at.payee_officer)
    assert refused.value.codes == ("receipt",)
    act(payment, "receipt", actor=at.payee_officer, given={"receipt": str(document(at.payee_officer).pk)})
    assert payment.state == "receipted"
    assert deadline(payment, "receipt") is None
    assert list(faults()) == []


def test_a_bounced_payment_is_paid_again_to_an_account_verified_anew(at: World, payment: Payment):
    paid(at, payment)
    line = bank_line(at, "returned", payment.amount_fen)
    act(payment, "bank_returned", actor=at.cashier, given={"line": line.reference})
    made = payment.project
    made.refresh_from_db()
    assert (payment.state, made.paid_fen, standing(made).held) == ("bounced", 0, 0)
    assert deadline(payment, "receipt") is None
    assert list(faults()) == []
    with pytest.raises(Refused) as refused:
        act(payment, "reissue", actor=at.programme_officer)
    assert refused.value.codes == ("not_reverified",)
    verified_account(at, made, "6222021202007654321")
    act(payment, "reissue", actor=at.programme_officer)
    hands = (payment.maker, payment.checker, payment.cashier, payment.batch, payment.account, payment.paid_entry)
    assert (payment.state, payment.attempt, hands) == ("requested", 2, (None,) * 6)
    sent(at, payment)
    line = bank_line(at, "paid", payment.amount_fen, tail="4321")
    act(payment, "pay", actor=at.cashier, given={"line": line.reference})
    made.refresh_from_db()
    assert made.paid_fen == standing(made).held == 1_808_310
    assert list(faults()) == []


def test_a_payment_the_bank_refuses_moves_nothing(at: World, payment: Payment):
    sent(at, payment)
    line = bank_line(at, "refused", payment.amount_fen)
    act(payment, "bank_refused", actor=at.cashier, given={"line": line.reference})
    assert payment.state == "failed"
    assert standing(payment.project).paid == 0
    assert BankLine.objects.get().matched
    verified_account(at, payment.project)
    act(payment, "reissue", actor=at.programme_officer)
    assert list(faults()) == []


def test_money_that_came_back_is_reversed_by_two_people(at: World, payment: Payment):
    paid(at, payment)
    line = bank_line(at, "refund", payment.amount_fen)
    together(
        payment, "reverse", by=at.finance_officer, endorsed_by=at.finance_approver, reason="付错", line=line.reference
    )
    payment.project.refresh_from_db()
    assert (payment.state, payment.project.paid_fen) == ("reversed", 0)
    assert list(faults()) == []
    again = requested(at, payment.project)
    assert again.number.endswith("-BK2")


def test_a_void_payment_leaves_room_for_another(at: World, payment: Payment):
    together(payment, "void", by=at.programme_officer, endorsed_by=at.finance_officer, reason="金额有误")
    assert requested(at, payment.project).number.endswith("-BK2")


def test_a_payment_sent_back_is_put_right_and_starts_anew(at: World, payment: Payment):
    approved(at, payment)
    act(payment, "refuse", actor=at.finance_approver, given={"reason": "请核对"})
    with pytest.raises(Refused) as refused:
        act(payment, "request_again", actor=at.programme_officer)
    assert refused.value.codes == ("corrected",)
    act(payment, "request_again", actor=at.programme_officer, given={"corrected": "已核对"})
    assert (payment.state, payment.maker, payment.checker) == ("requested", None, None)


def test_what_was_never_paid_cannot_come_back(at: World, payment: Payment):
    line = bank_line(at, "returned", payment.amount_fen)
    with pytest.raises(Refused) as refused:
        doing(payment, lambda it, done: books.take_back(it, line, memo="退汇", done=done), actor=at.cashier)
    assert refused.value.codes == ("books_broken",)


def test_the_bank_line_must_tell_of_this_move(at: World, payment: Payment):
    sent(at, payment)
    line = bank_line(at, "refused", payment.amount_fen)
    with pytest.raises(Refused) as refused:
        act(payment, "pay", actor=at.cashier, given={"line": line.reference})
    assert str(refused.value) == "这条银行流水类别不符。"


def test_a_batch_counts_what_is_in_it(at: World, payment: Payment):
    batch = open_batch(at)
    approved(at, payment)
    act(payment, "put_in_batch", actor=at.finance_officer, given={"batch": str(batch.number)})
    batch.refresh_from_db()
    assert (batch.count, batch.total_fen, payment.batch) == (1, payment.amount_fen, batch)
    assert list(faults()) == []
    act(payment, "take_from_batch", actor=at.finance_officer, given={"reason": "下一批再付"})
    batch.refresh_from_db()
    assert (batch.count, batch.total_fen, payment.batch) == (0, 0, None)


def test_a_frozen_batch_keeps_what_it_counted(at: World, payment: Payment):
    sent(at, payment)
    batch = payment.batch
    assert batch
    assert (batch.count, batch.total_fen, len(batch.digest)) == (1, payment.amount_fen, 64)
    line = bank_line(at, "refused", payment.amount_fen)
    act(payment, "bank_refused", actor=at.cashier, given={"line": line.reference})
    verified_account(at, payment.project)
    act(payment, "reissue", actor=at.programme_officer)
    batch.refresh_from_db()
    assert batch.count == 1
    assert list(faults()) == []


def test_nothing_joins_or_leaves_a_batch_that_is_frozen_meanwhile(at: World, payment: Payment):
    sent(at, payment)
    number = payment.batch.number if payment.batch else 0
    for react in (put_in_batch, take_from_batch):
        with pytest.raises(Refused) as refused:
            doing(payment, react, actor=at.finance_officer, batch=str(number))
        assert refused.value.codes == ("batch_frozen",)


def frozen(at: World, payment: Payment) -> Batch:
    """A frozen batch with this payment alone."""
    batch = open_batch(at)
    approved(at, payment)
    act(payment, "put_in_batch", actor=at.finance_officer, given={"batch": str(batch.number)})
    act(at.round, "freeze_batch", actor=at.finance_officer, given={"batch": str(batch.number)})
    return batch


def returned(at: World, batch: Batch) -> None:
    act(at.round, "return_batch", actor=at.finance_officer, given={"batch": str(batch.number), "reason": "异议成立"})


def test_a_payment_held_after_freezing_is_not_sent(at: World, payment: Payment):
    frozen(at, payment)
    objection(payment.project)

    fresh = {"reauthenticated_at": clock.now().isoformat()}
    payment.refresh_from_db()
    assert [reason.code for reason in blocked(payment, "send", at.cashier, fresh)] == ["objection_open"]


def test_a_frozen_batch_is_returned_and_its_payments_go_where_they_belong(at: World, payment: Payment):
    batch = frozen(at, payment)
    objection(payment.project)
    returned(at, batch)

    batch.refresh_from_db()
    payment.refresh_from_db()
    assert (payment.state, payment.batch, batch.count, bool(batch.returned_at)) == ("approved", None, 1, True)
    assert batch.digest in steps_of(at.round).get(move="return_batch").payload
    assert list(faults()) == []
    together(payment, "void", by=at.programme_officer, endorsed_by=at.finance_officer, reason="异议成立，不再拨付")
    assert payment.state == "voided"


def test_a_returned_payment_goes_into_another_batch_and_is_paid(at: World, payment: Payment):
    first = frozen(at, payment)
    returned(at, first)
    again = open_batch(at)
    act(payment, "put_in_batch", actor=at.finance_officer, given={"batch": str(again.number)})
    act(at.round, "freeze_batch", actor=at.finance_officer, given={"batch": str(again.number)})
    act(payment, "send", actor=at.cashier, given={"reauthenticated_at": clock.now().isoformat()})
    line = bank_line(at, "paid", payment.amount_fen)
    act(payment, "pay", actor=at.cashier, given={"line": line.reference})

    assert (payment.state, payment.batch) == ("paid", again)
    assert list(faults()) == []


def test_what_was_sent_stays_in_the_batch_that_is_returned(at: World, payment: Payment):
    other = signed(at)
    verified_account(at, other)
    unsent, batch = requested(at, other), open_batch(at)
    for one in (payment, unsent):
        approved(at, one)
        act(one, "put_in_batch", actor=at.finance_officer, given={"batch": str(batch.number)})
    act(at.round, "freeze_batch", actor=at.finance_officer, given={"batch": str(batch.number)})
    act(payment, "send", actor=at.cashier, given={"reauthenticated_at": clock.now().isoformat()})
    returned(at, batch)

    payment.refresh_from_db()
    unsent.refresh_from_db()
    assert (payment.state, payment.batch) == ("sent", batch)
    assert (unsent.state, unsent.batch) == ("approved", None)
    assert list(faults()) == []


def test_only_a_frozen_batch_with_something_unsent_is_returned(at: World, payment: Payment):
    def codes(number: int) -> list[str]:
        given = {"batch": str(number), "reason": "x"}
        return [reason.code for reason in blocked(at.round, "return_batch", at.finance_officer, given)]

    assert codes(open_batch(at).number) == ["batch"]
    batch = frozen(at, payment)
    ask = asks_of(at.round.machine().deeds["return_batch"], at.round)[0]
    assert ask.choices
    assert [number for number, _label in ask.choices(at.round, at.finance_officer)] == [str(batch.number)]
    assert codes(batch.number) == []
    returned(at, batch)
    assert codes(batch.number) == ["batch"]


def test_a_batch_that_changes_while_it_is_frozen_stays_open(at: World, payment: Payment):
    batch = open_batch(at)
    approved(at, payment)
    act(payment, "put_in_batch", actor=at.finance_officer, given={"batch": str(batch.number)})
    type(batch).objects.filter(pk=batch.pk).update(count=2)
    with pytest.raises(Refused) as refused:
        act(at.round, "freeze_batch", actor=at.finance_officer, given={"batch": str(batch.number)})
    assert refused.value.codes == ("batch_changed",)


def test_payments_show_to_those_who_see_the_project(at: World, payment: Payment):
    assert list(payments_visible_to(at.cashier)) == [payment]
    assert list(payments_visible_to(at.payee_officer)) == [payment]
    assert list(payments_visible_to(person("passer_by"))) == []


def test_the_final_tranche_pays_what_the_accounts_owe(at: World, payment: Payment):
    paid(at, payment)
    made = payment.project
    made.refresh_from_db()
    doing(made, lambda it, done: books.spend(it, "VENUE", 2_000_000, "场地", done=done), actor=at.finance_officer)
    doing(made, lambda it, done: books.add_interest(it, 100, on=clock.today(), done=done), actor=at.payee_officer)
    put(made, ProjectState.SETTLING)
    last = requested(at, made, 2)
    assert last.amount_fen == 2_000_000 - 100 - 1_808_310
    paid(at, last)
    made.refresh_from_db()
    assert standing(made).held == 0
    act(made, "release_undrawn", actor=at.finance_officer)
    assert (standing(made).undrawn, made.undrawn_fen) == (0, 0)
    assert list(faults()) == []


@pytest.mark.parametrize(("unit", "wanted"), [("line", set()), ("batch", {"meeting"})])
def test_a_batch_above_the_limit_rests_on_minutes_where_limits_are_for_batches(unit: str, wanted: set[str]):
    at = world(**{"approval_unit: line": f"approval_unit: {unit}"})
    source(at)
    batch = open_batch(at)
    for made in (signed(at), signed(at)):
        verified_account(at, made)
        payment = approved(at, requested(at, made))
        act(payment, "put_in_batch", actor=at.finance_officer, given={"batch": str(batch.number)})
    given = {"batch": str(batch.number)}
    assert refusals(at.round, "freeze_batch", at.finance_officer, **given) == wanted
    given["meeting"] = str(meeting(at).pk)
    act(at.round, "freeze_batch", actor=at.finance_officer, given=given)
