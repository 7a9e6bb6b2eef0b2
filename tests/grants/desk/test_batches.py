"""The page of a batch: lines that add up to the control total, three people, and what is printed of it."""

from __future__ import annotations

from typing import Any

from grants.desk.commands import act
from grants.funds.models import Batch, Payment
from tests.grants.desk.money import FIRST, PASSWORD, asked_for, at, pks, together
from tests.grants.desk.visiting import Visitor
from tests.grants.funds.builders import World, approved, bank_line, person
from workflow.lifecycle import PaymentState as P

__all__ = ["asked_for", "at"]


def a_batch(at: World, *, freeze: bool = True) -> Batch:
    """A batch of the three payments."""
    for payment in Payment.objects.order_by("pk"):
        approved(at, payment)
    typed: dict[str, Any] = {"freeze": "on"} if freeze else {}
    together(Visitor(at.finance_officer), at.round.pk, "batch", pks(), batch="new", **typed)
    return Batch.objects.get()


def test_the_page_foots_and_names_three_people(at: World):
    batch = a_batch(at)
    page = Visitor(at.finance_approver).open("batch", batch.pk)
    code = f"{batch.digest[:4]} {batch.digest[4:8]}".upper()
    for words in (
        "52,500.00",
        "人民币伍万贰仟伍佰元整",
        code,
        "三个人，各办一步",
        "finance_officer",
        "business_lead已会签",
    ):
        assert words in page, words
    assert page.count("17,500.00 元") == 3


def test_finance_locks_an_open_batch_on_its_page(at: World):
    batch = a_batch(at, freeze=False)
    visitor = Visitor(at.finance_officer)
    assert "锁定这一批" in visitor.open("batch", batch.pk)
    for _twice in range(2):
        visitor.post("batch", batch.pk, act="freeze_batch", key="k1")
    batch.refresh_from_db()
    assert batch.frozen_at


def test_a_batch_goes_back_whole_with_a_reason(at: World):
    batch = a_batch(at)
    visitor = Visitor(at.finance_officer)
    visitor.post("batch", batch.pk, status=422, act="return_batch", key="k1", reason="")
    visitor.post("batch", batch.pk, act="return_batch", key="k2", reason="发送前又收到一件异议")
    page = visitor.open("batch", batch.pk)
    assert "整批已经退回" in page
    assert set(Payment.objects.values_list("state", flat=True)) == {P.APPROVED}


def test_what_has_left_a_batch_is_a_line_of_its_own_so_that_it_foots(at: World):
    batch = a_batch(at)
    together(Visitor(at.cashier), at.round.pk, "send", pks()[:1], password=PASSWORD)
    act(at.round, "return_batch", actor=at.finance_officer, given={"batch": "1", "reason": "其余两笔核清后再发"})
    page = Visitor(at.cashier).open("batch", batch.pk)
    for words in ("后来离开的2笔", "35,000.00 元", "52,500.00 元", "17,500.00 元"):
        assert words in page, words


def test_after_sending_each_line_says_what_became_of_it(at: World):
    batch = a_batch(at)
    together(Visitor(at.cashier), at.round.pk, "send", pks(), password=PASSWORD)
    first, second, _third = Payment.objects.order_by("pk")
    act(first, "pay", actor=at.cashier, given={"line": bank_line(at, "paid", FIRST).reference})
    act(second, "bank_refused", actor=at.cashier, given={"line": bank_line(at, "refused", FIRST).reference})
    page = Visitor(at.finance_officer).open("batch", batch.pk)
    for words in ("已支付", "支付失败", "已发送银行", "到哪一步了", "到账"):
        assert words in page, words


def test_the_sheet_and_the_letters_are_printed_in_chinese_with_capitals(at: World):
    batch = a_batch(at)
    visitor = Visitor(at.finance_officer)
    sheet = visitor.open("batch_sheet", batch.pk)
    for words in ("拨款审批单", "合计（3笔）", "人民币伍万贰仟伍佰元整", batch.digest, "签名"):
        assert words in sheet, words
    letters = visitor.open("batch_letters", batch.pk)
    assert letters.count("情暖浙江项目资助款拨款通知") == 3
    assert letters.count("人民币壹万柒仟伍佰元整") == 3


def test_only_who_copies_it_for_the_bank_reads_the_whole_account_number(at: World):
    batch = a_batch(at)
    assert "6222021202001234567" in Visitor(at.cashier).open("batch_sheet", batch.pk)
    assert "6222021202001234567" not in Visitor(at.finance_approver).open("batch_sheet", batch.pk)
    assert "6222021202001234567" not in Visitor(at.cashier).open("batch_letters", batch.pk)


def test_the_payee_reads_the_letter_of_its_own_payment_and_no_batch(at: World):
    batch = a_batch(at)
    payee = Visitor(at.payee_officer)
    assert "拨款通知" in payee.open("payment_letter", pks()[0])
    payee.open("batch", batch.pk, status=404)
    Visitor(person("nobody")).open("payment_letter", pks()[0], status=404)


def test_nobody_but_finance_locks_or_returns(at: World):
    batch = a_batch(at)
    visitor = Visitor(at.cashier)
    assert "退回整批" not in visitor.open("batch", batch.pk)
    visitor.post("batch", batch.pk, status=422, act="return_batch", key="k3", reason="不该退")
    visitor.post("batch", batch.pk, status=404, act="cancel_round", key="k4")
