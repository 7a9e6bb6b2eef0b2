"""Finance's Friday: payments of a round chosen together, each done on its own, by different people."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from grants.desk.commands import act
from grants.funds.models import Batch, Payment
from tests.factories import a_document
from tests.grants.desk.money import FIRST, PASSWORD, asked_for, at, pks, sure_form, together
from tests.grants.desk.visiting import Visitor, text
from tests.grants.funds.builders import World, bank_line, person
from workflow import clock
from workflow.lifecycle import PaymentState as P
from workflow.models import Step

NUMBER = "6228480000000001234"

__all__ = ["asked_for", "at"]


def states() -> set[str]:
    return set(Payment.objects.values_list("state", flat=True))


def test_forty_payments_take_a_few_presses_whoever_they_pass(at: World):
    """From asked for to sent, by four people, every payment with its own step and all amounts on the page."""
    finance, head, lead = (Visitor(one) for one in (at.finance_officer, at.finance_approver, at.business_lead))
    cashier = Visitor(at.cashier)
    together(finance, at.round.pk, "verify", pks())
    together(head, at.round.pk, "propose", pks())
    together(lead, at.round.pk, "endorse", pks())
    together(head, at.round.pk, "decide", pks())
    told = together(finance, at.round.pk, "batch", pks(), batch="new", freeze="on")
    batch = Batch.objects.get()
    assert (batch.count, batch.total_fen) == (3, 3 * 1_750_000)
    assert batch.frozen_at
    assert "第1批已锁定" in told
    together(cashier, at.round.pk, "send", pks(), password=PASSWORD)
    assert states() == {P.SENT}
    assert Step.objects.filter(machine="payment", move="send").count() == 3


def test_the_list_says_account_amount_and_capitals(at: World):
    page = Visitor(at.finance_officer).open("round_payments", at.round.pk)
    for words in ("17,500.00 元", "人民币壹万柒仟伍佰元整", "52,500.00 元", "工商银行丽水分行，账号****4567", "第1期"):
        assert words in page, words
    assert "6222021202001234567" not in page


def test_before_anything_is_done_the_sum_is_shown_once_more(at: World):
    visitor = Visitor(at.finance_officer)
    page = text(visitor.post("round_payments", at.round.pk, status=200, desk="verify", pick=pks()[:2]))
    assert "人民币叁万伍仟元整" in page
    assert "审核通过2笔" in re.sub(r"\s", "", page)
    assert states() == {P.REQUESTED}


def test_the_same_form_sent_twice_has_one_effect(at: World):
    visitor = Visitor(at.finance_officer)
    form = sure_form(visitor, at.round.pk, "verify", pks())
    first = text(visitor.post("round_payments", at.round.pk, status=200, **form))
    again = text(visitor.post("round_payments", at.round.pk, status=200, **form))
    assert "3笔都办好了" in first
    assert "3笔都办好了" in again
    assert Step.objects.filter(machine="payment", move="verify_request").count() == 3


def test_a_batch_is_opened_once_however_often_the_form_is_sent(at: World):
    approve_all(at)
    visitor = Visitor(at.finance_officer)
    form = sure_form(visitor, at.round.pk, "batch", pks()) | {"batch": "new", "freeze": "on"}
    for _time in range(2):
        assert "3笔都办好了" in text(visitor.post("round_payments", at.round.pk, status=200, **form))
    assert Batch.objects.count() == 1


def test_sending_again_after_the_password_has_gone_stale_changes_nothing(at: World):
    approve_all(at)
    together(Visitor(at.finance_officer), at.round.pk, "batch", pks(), batch="new", freeze="on")
    visitor = Visitor(at.cashier)
    form = sure_form(visitor, at.round.pk, "send", pks()) | {"password": PASSWORD}
    visitor.post("round_payments", at.round.pk, status=200, **form)
    with clock.held(clock.now() + dt.timedelta(hours=3)):
        assert "3笔都办好了" in text(visitor.post("round_payments", at.round.pk, status=200, **form))
    assert Step.objects.filter(machine="payment", move="send").count() == 3


def test_money_does_not_leave_without_the_password(at: World):
    approve_all(at)
    together(Visitor(at.finance_officer), at.round.pk, "batch", pks(), batch="new", freeze="on")
    visitor = Visitor(at.cashier)
    assert "密码不对" in together(visitor, at.round.pk, "send", pks(), status=422, password="falsch")
    assert states() == {P.BATCHED}


def test_one_that_somebody_was_faster_with_keeps_no_other_back(at: World):
    visitor = Visitor(at.finance_officer)
    form = sure_form(visitor, at.round.pk, "verify", pks())
    act(Payment.objects.earliest("pk"), "refuse", actor=at.finance_officer, given={"reason": "附件缺页"})
    told = text(visitor.post("round_payments", at.round.pk, status=200, **form))
    assert "办成2笔，没办成1笔" in told
    assert Payment.objects.filter(state=P.VERIFIED).count() == 2


def test_payments_go_back_together_with_one_reason(at: World):
    visitor = Visitor(at.finance_officer)
    assert "请填写" in together(visitor, at.round.pk, "verify", pks()[:2], status=422, refuse="1", reason="")
    together(visitor, at.round.pk, "verify", pks()[:2], refuse="1", reason="协议附件缺页")
    assert Payment.objects.filter(state=P.RETURNED).count() == 2


def test_what_stands_against_a_payment_is_said_in_words(at: World):
    payment = Payment.objects.earliest("pk")
    account = {"holder": "莲都区红十字会", "bank": "农业银行", "account_no": NUMBER, "account_again": NUMBER}
    account["account_proof"] = str(a_document(at.payee_officer, "开户证明").pk)
    act(payment.project, "file_payee_account", actor=at.payee_officer, given=account)
    page = Visitor(at.finance_officer).open("round_payments", at.round.pk)
    assert "收款账户还没有核实。" in page
    assert "2笔可以办" in page


def test_nobody_handles_a_payment_twice(at: World):
    """Whoever asked for it may not even see a desk; whoever sees money and has no desk reads."""
    page = Visitor(at.programme_officer).open("round_payments", at.round.pk)
    assert "一起办理" not in page
    Visitor(at.programme_officer).post("round_payments", at.round.pk, status=404, desk="verify", pick=pks())
    Visitor(at.finance_approver).post("round_payments", at.round.pk, status=404, desk="verify", pick=pks())


@pytest.mark.parametrize("who", ["payee_officer", "nobody"])
def test_below_the_province_there_is_no_such_page(at: World, who: str):
    visitor = Visitor(at.payee_officer if who == "payee_officer" else person("nobody"))
    visitor.open("round_payments", at.round.pk, status=404)
    visitor.open("payments", status=404)


def test_money_that_arrived_is_confirmed_by_the_one_line_that_fits(at: World):
    """Three payments of one amount to one account: a line could be any of theirs, so a person matches it."""
    sent_all(at)
    bank_line(at, "paid", FIRST)
    cashier = Visitor(at.cashier)
    assert "没有唯一对得上的银行流水" in cashier.open("round_payments", at.round.pk, query="?desk=arrive")


def test_the_one_line_that_fits_is_taken(at: World):
    sent_all(at)
    kept, *others = Payment.objects.order_by("pk")
    for one in others:
        act(one, "pay", actor=at.cashier, given={"line": bank_line(at, "paid", FIRST).reference})
    bank_line(at, "paid", FIRST)
    assert "1笔都办好了" in together(Visitor(at.cashier), at.round.pk, "arrive", [kept.pk])
    assert states() == {P.PAID}


def sent_all(at: World) -> None:
    approve_all(at)
    together(Visitor(at.finance_officer), at.round.pk, "batch", pks(), batch="new", freeze="on")
    together(Visitor(at.cashier), at.round.pk, "send", pks(), password=PASSWORD)


def approve_all(at: World) -> None:
    together(Visitor(at.finance_officer), at.round.pk, "verify", pks())
    head = Visitor(at.finance_approver)
    together(head, at.round.pk, "propose", pks())
    together(Visitor(at.business_lead), at.round.pk, "endorse", pks())
    together(head, at.round.pk, "decide", pks())
