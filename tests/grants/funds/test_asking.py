"""A tranche is asked for by itself once everything it hangs on is true; what people undid is left to people."""

from __future__ import annotations

from grants.desk.auditing.duties import attempts, columns_that_lie
from grants.desk.auditing.sums import findings
from grants.desk.commands import act
from grants.funds.commands.requesting import ask_for_ripe
from grants.funds.models import Payment
from grants.funds.verify import faults
from tests.factories import together
from tests.grants.desk.visiting import Visitor
from tests.grants.funds.builders import World, paid, put, signed, verified_account
from tests.grants.funds.test_conditions import check
from workflow.lifecycle import CheckState, ProjectState


def test_the_first_tranche_is_asked_for_when_the_agreement_is_in_force(at: World):
    made = signed(at)
    verified_account(at, made)
    assert (ask_for_ripe(), ask_for_ripe()) == (1, 0)
    payment = Payment.objects.get(project=made)
    assert (payment.state, payment.requester, payment.amount_fen) == ("requested", None, 1_808_310)
    assert "系统" in Visitor(at.finance_officer).open("record", "payment", payment.pk)
    paid(at, payment)
    assert (list(faults()), list(findings()), columns_that_lie()) == ([], [], [])
    assert [one.conflicts for one in attempts([payment.pk])] == [[]]


def test_a_later_tranche_is_asked_for_once_its_check_is_passed_and_the_first_is_paid(at: World):
    made = signed(at, scheme="B")
    verified_account(at, made)
    ask_for_ripe([made.pk])
    found = check(made, CheckState.DUE)
    paid(at, Payment.objects.get(project=made))
    assert ask_for_ripe() == 0
    put(found, CheckState.PASSED)
    assert ask_for_ripe() == 1
    assert ask_for_ripe() == 0


def test_only_the_projects_that_are_meant_are_looked_at(at: World):
    one, other = signed(at, 1_000_000), signed(at, 1_000_000)
    assert ask_for_ripe([other.pk]) == 1
    assert ask_for_ripe([other.pk]) == 0
    assert ask_for_ripe() == 1
    assert one.payments.count() == 1


def test_what_was_voided_is_not_asked_for_again(at: World):
    made = signed(at)
    ask_for_ripe()
    payment = Payment.objects.get(project=made)
    together(payment, "void", by=at.programme_officer, endorsed_by=at.finance_officer, reason="暂不拨付")
    assert ask_for_ripe() == 0


def test_a_hold_keeps_one_back_and_no_other(at: World):
    made, other = signed(at, 1_000_000), signed(at, 1_000_000)
    act(made, "hold_payments", actor=at.finance_officer, given={"reason": "发票存疑"})
    assert ask_for_ripe() == 1
    assert other.payments.exists()
    act(made, "lift_payment_hold", actor=at.finance_approver, given={"reason": "已查清"})
    assert ask_for_ripe() == 1


def test_a_project_that_was_revoked_is_not_asked_for(at: World):
    put(signed(at), ProjectState.REVOKED)
    assert ask_for_ripe() == 0
