"""Finance and discipline let nothing be paid until another person lifts it; by constraint, and for good once lifted."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from grants.applications.models import Project
from grants.desk.commands import act
from grants.funds.models import PaymentHold
from tests.grants.funds.builders import World, approved, open_batch, requested, signed, verified_account
from tests.grants.running import refusals
from workflow import clock
from workflow.actions import blocked


def held(at: World) -> Project:
    made = signed(at)
    verified_account(at, made)
    act(made, "hold_payments", actor=at.finance_officer, given={"reason": "发票存疑"})
    return made


def test_while_it_is_held_nothing_is_asked_for_batched_or_sent(at: World):
    made = signed(at)
    verified_account(at, made)
    payment = approved(at, requested(at, made))
    act(made, "hold_payments", actor=at.finance_officer, given={"reason": "发票存疑"})
    batch = {"batch": str(open_batch(at).number)}
    assert refusals(payment, "put_in_batch", at.finance_officer, **batch) == {"payments_held"}
    assert "payments_held" in refusals(made, "request_payment", at.programme_officer, tranche="2")
    assert refusals(made, "hold_payments", at.finance_approver, reason="再停") == {"payments_held"}
    act(made, "lift_payment_hold", actor=at.finance_approver, given={"reason": "已查清"})
    assert refusals(payment, "put_in_batch", at.finance_officer, **batch) == set()


def test_the_reason_says_who_and_why(at: World):
    reasons = blocked(held(at), "request_payment", at.programme_officer, {"tranche": "1"})
    assert "暂停拨款：发票存疑" in str(reasons[0].message)


def test_who_held_it_does_not_lift_it(at: World):
    made = held(at)
    assert "own_hold" in refusals(made, "lift_payment_hold", at.finance_officer, reason="算了")
    hold = PaymentHold.objects.get(project=made)
    facts = {"lifted_at": clock.now(), "lifted_reason": "算了"}
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentHold.objects.filter(pk=hold.pk).update(lifted_by=at.finance_officer, **facts)
    assert "not_held" in refusals(signed(at), "lift_payment_hold", at.finance_officer, reason="没有的事")


def test_a_hold_is_never_changed_and_never_lifted_twice(at: World):
    made = held(at)
    mine = PaymentHold.objects.filter(project=made)
    for change in ({"reason": "别的"}, {"held_by": at.cashier}):
        with pytest.raises(DatabaseError), transaction.atomic():
            mine.update(**change)
    act(made, "lift_payment_hold", actor=at.finance_approver, given={"reason": "已查清"})
    with pytest.raises(DatabaseError), transaction.atomic():
        mine.update(lifted_reason="别的")
    with pytest.raises(DatabaseError), transaction.atomic():
        mine.delete()
    act(made, "hold_payments", actor=at.finance_approver, given={"reason": "又有疑点"})
    assert mine.count() == 2
