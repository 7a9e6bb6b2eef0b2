"""The page of a payment and its moves: money asks for the password again."""

from __future__ import annotations

from typing import Any

import pytest

from grants.desk.commands import act, put_forward
from grants.funds.models import Payment
from grants.programmes.asking import in_yuan
from tests.grants.desk.visiting import Visitor, text
from tests.grants.funds.builders import (
    World,
    approved,
    open_batch,
    requested,
    sent,
    signed,
    source,
    verified_account,
    world,
)
from workflow.lifecycle import PaymentState as P


@pytest.fixture
def at(db: None) -> World:
    """A round with one fiscal source of 100,000 yuan; the cashier has a password."""
    made = world()
    source(made)
    made.cashier.set_password("a long secret")
    made.cashier.save()
    return made


@pytest.fixture
def payment(at: World) -> Payment:
    project = signed(at)
    verified_account(at, project)
    return requested(at, project)


def batched(at: World, payment: Payment) -> Payment:
    """In a frozen batch, waiting for the cashier."""
    approved(at, payment)
    batch = {"batch": str(open_batch(at).number)}
    act(payment, "put_in_batch", actor=at.finance_officer, given=batch)
    act(at.round, "freeze_batch", actor=at.finance_officer, given=batch)
    return payment


def test_it_says_what_it_is_whose_turn_it_is_and_hides_the_account(at: World, payment: Payment):
    act(payment, "verify_request", actor=at.finance_officer)
    page = Visitor(at.finance_officer).open("record", "payment", payment.pk)
    for words in (payment.number, "第1期", "已审核", "审批拨款", "莲都区红十字会", "****4567"):
        assert words in page
    assert "6222021202001234567" not in page


def test_a_project_or_round_under_the_plain_address_leads_to_its_own_page(at: World, payment: Payment):
    answer = Visitor(at.finance_officer).client.get(f"/project/{payment.project_id}/")
    assert answer.headers["Location"] == f"/projects/{payment.project_id}/"


def test_money_is_approved_by_two_people_from_their_pages(at: World, payment: Payment):
    Visitor(at.finance_officer).send("move", "payment", payment.pk, "verify_request")
    answer = Visitor(at.finance_approver).send("move", "payment", payment.pk, "approve_payment")
    Visitor(at.business_lead).client.post(answer.headers["Location"])
    proposal = answer.headers["Location"].strip("/").split("/")[-1]
    Visitor(at.finance_approver).send("move", "payment", payment.pk, "approve_payment", query=f"?proposal={proposal}")
    payment.refresh_from_db()
    assert payment.state == P.APPROVED


def test_whoever_endorses_a_payment_reads_what_is_paid_to_whom(at: World, payment: Payment):
    act(payment, "verify_request", actor=at.finance_officer)
    proposal = put_forward(payment, "approve_payment", actor=at.finance_approver, given={})
    page = Visitor(at.business_lead).open("proposal", proposal.pk)
    for words in (in_yuan(payment.amount_fen), "莲都区红十字会", "第1期"):
        assert words in page


def test_sending_money_asks_for_the_password(at: World, payment: Payment):
    batched(at, payment)
    visitor = Visitor(at.cashier)
    assert 'type="password"' in visitor.open("move", "payment", payment.pk, "send")
    answer = visitor.send("move", "payment", payment.pk, "send", password="wrong", status=422)
    assert "密码不对" in text(answer)
    visitor.send("move", "payment", payment.pk, "send", password="a long secret")
    payment.refresh_from_db()
    assert payment.state == P.SENT


def test_the_password_is_not_asked_for_again_within_minutes(at: World, payment: Payment):
    batched(at, payment)
    visitor = Visitor(at.cashier)
    visitor.send("move", "payment", payment.pk, "send", password="a long secret")
    other = signed(at)
    verified_account(at, other, "6222021202009994567")
    batched(at, second := requested(at, other))
    assert 'type="password"' not in visitor.open("move", "payment", second.pk, "send")


def test_a_double_click_with_a_password_is_one_step(at: World, payment: Payment):
    batched(at, payment)
    visitor = Visitor(at.cashier)
    typed = visitor.hidden("move", "payment", payment.pk, "send") | {"password": "a long secret"}
    for _ in range(2):
        visitor.post("move", "payment", payment.pk, "send", **typed)
    payment.refresh_from_db()
    assert payment.state == P.SENT


def test_an_amount_is_typed_in_yuan(at: World, payment: Payment):
    sent(at, payment)
    typed: dict[str, Any] = {
        "reference": "20260305-001",
        "kind": "paid",
        "booked_on": "2026-03-05",
        "amount_fen": f"{payment.amount_fen / 100:,.2f}",
        "counterparty": "莲都区红十字会",
        "account_tail": "4567",
    }
    Visitor(at.cashier).send("move", "round", at.round.pk, "record_bank_line", **typed)
    page = Visitor(at.cashier).open("move", "payment", payment.pk, "pay")
    assert "20260305-001" in page
    books = Visitor(at.finance_officer).open("round_money", at.round.pk)
    for words in ("20260305-001", "还没有对上", "100,000.00 元"):
        assert words in books


def test_the_money_story_stands_on_the_project_page(at: World, payment: Payment):
    page = Visitor(at.finance_officer).open("project", payment.project_id)
    assert "这笔钱的六行账" in page
    assert "25,833.00 元" in page
    assert "两边都平" in page


def test_the_page_keeps_within_its_queries(at: World, payment: Payment, django_assert_max_num_queries):
    for person in (at.finance_officer, at.cashier, at.payee_officer):
        visitor = Visitor(person)
        visitor.open("record", "payment", payment.pk)
        with django_assert_max_num_queries(15):
            visitor.open("record", "payment", payment.pk)


def test_a_payment_leads_to_all_of_its_round(at: World, payment: Payment):
    way = f'href="/rounds/{payment.project.round_id}/payments/"'
    assert way in Visitor(at.finance_officer).open("record", "payment", payment.pk)
    assert way not in Visitor(at.programme_officer).open("record", "payment", payment.pk)
