"""钱到哪了, as the project page draws it: from the states of payments, their batches, and what opens a tranche."""

from __future__ import annotations

import pytest

from grants.applications.models import Project
from grants.desk.commands import act
from grants.desk.queries.projects import steps_under
from grants.desk.tables.paying import Way, alongside, ways
from grants.funds.queries import payments_of, tranches_of
from tests.grants.funds.builders import World, approved, open_batch, paid, requested, signed, verified_account


@pytest.fixture
def made(at: World) -> Project:
    """A running project of two tranches, nothing asked for yet."""
    made = signed(at)
    verified_account(at, made)
    return made


def drawn(made: Project) -> list[Way]:
    return ways(made, tranches_of(made), payments_of(made), steps_under(made))


def said(way: Way) -> list[str]:
    return [f"{stop.label} {stop.note}".strip() for stop in way.stops]


def test_before_anybody_asks_it_says_what_opens_the_tranche(made: Project):
    first, second = drawn(made)
    assert said(first)[0] == "还没申请 拨付条件：协议生效"
    assert said(second) == ["还没申请 拨付条件：决算确认", "预计到账 决算确认后15个工作日内"]


def test_an_approved_payment_goes_into_a_batch_that_is_frozen_before_it_leaves(at: World, made: Project):
    payment = approved(at, requested(at, made))
    assert said(drawn(made)[0])[:3] == ["已申请", "已审核", "已审批 等财务经办编入批次"]
    batch = open_batch(at)
    act(payment, "put_in_batch", actor=at.finance_officer, given={"batch": str(batch.number)})
    assert said(drawn(made)[0])[3] == f"已进批次 第{batch.number}批，财务还在编"
    act(at.round, "freeze_batch", actor=at.finance_officer, given={"batch": str(batch.number)})
    assert said(drawn(made)[0])[3] == f"已进批次 第{batch.number}批，已锁定，等出纳发送银行"
    assert [(row["number"], row["who"]) for row in alongside(payments_of(made))] == [(1, "出纳")]


def test_money_that_has_arrived_needs_no_further_stop(at: World, made: Project):
    payment = paid(at, requested(at, made))
    way = drawn(made)[0]
    assert [(stop.label, stop.when) for stop in way.stops] == [("已到账", payment.paid_on)]
    assert alongside(payments_of(made)) == []


def test_a_payment_that_was_sent_back_says_so_and_who_corrects_it(at: World, made: Project):
    act(requested(at, made), "refuse", actor=at.finance_officer, given={"reason": "账户户名不符"})
    assert said(drawn(made)[0])[0] == "退回 等省级项目管理员更正后重提"
