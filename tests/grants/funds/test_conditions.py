"""Conditions precedent: every unmet one is named, some may be waived by two people."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from grants.applications.models import Project
from grants.funds import commands as books
from grants.funds.conditions import unmet
from grants.funds.models import Waiver
from grants.funds.queries import payable
from grants.funds.reactions import waive_condition
from grants.implementation.models import Check
from grants.programmes.profile.money import TranchePlan
from tests.factories import together
from tests.grants.funds.builders import (
    World,
    agreement,
    committed,
    doing,
    pay_out,
    put,
    requested,
    signed,
    verified_account,
)
from workflow import clock, inbox
from workflow.actions import blocked
from workflow.lifecycle import CheckState, ProjectState
from workflow.models import Step
from workflow.refusals import Refused
from workflow.rules import asks_of


def names(made, number: int) -> list[str]:
    return [name for name, _sentence in unmet(made.tranches.get(number=number))]


def check(made, state: str) -> Check:
    found = Check.objects.create(project=made, number=made.checks.count() + 1)
    inbox.follow(found, "")
    return put(found, state) if state != CheckState.DUE else found


def test_an_agreement_must_be_in_force(at: World):
    made = signed(at)
    assert names(made, 1) == []
    made.agreement.effective_at = None
    made.agreement.save()
    assert names(made, 1) == ["agreement_effective"]
    made.agreement.delete()
    assert names(made, 1) == ["agreement_effective"]


def test_a_revoked_project_is_not_paid(at: World):
    assert names(put(signed(at), ProjectState.REVOKED), 1) == ["agreement_effective"]


def test_the_last_tranche_waits_for_the_accounts(at: World):
    made = signed(at)
    pay_out(at, made, 1_808_310)
    assert names(made, 2) == ["settling"]
    assert names(put(made, ProjectState.SETTLING), 2) == []


def test_tranches_are_paid_in_their_order(at: World):
    made = put(signed(at), ProjectState.SETTLING)
    assert names(made, 2) == ["earlier_paid"]
    first = made.tranches.get(number=1)
    first.released_fen = first.planned_fen
    first.save()
    assert names(made, 2) == []


@pytest.mark.parametrize(
    ("states", "unpassed"),
    [
        ([], True),
        ([CheckState.DUE], True),
        ([CheckState.PASSED, CheckState.RECTIFYING], True),
        ([CheckState.PASSED], False),
        ([CheckState.PASSED, CheckState.WAIVED], False),
    ],
)
def test_the_second_of_three_tranches_waits_for_the_check(at: World, states: list[str], unpassed: bool):
    made = signed(at, scheme="B")
    pay_out(at, made, 1_291_650)
    for state in states:
        check(made, state)
    assert (names(made, 2) == ["check_passed"]) is unpassed


def own(at: World, *plans: TranchePlan) -> Project:
    """A running project of 10,000 yuan whose instalments are its own."""
    made = committed(at, 1_000_000)
    agreement(made, "")
    doing(made, lambda it, done: books.oblige(it, plans, done=done), actor=at.programme_officer)
    return put(made, ProjectState.IN_PROGRESS)


def test_a_tranche_may_wait_for_acceptance(at: World):
    made = own(
        at,
        TranchePlan("agreement_signed", 5, fen=600_000),
        TranchePlan("accepted", 5, fen=300_000),
        TranchePlan("settling", 5),
    )
    pay_out(at, made, 600_000)
    assert names(made, 2) == ["accepted"]
    assert names(put(made, ProjectState.FINAL_ACCOUNTS), 2) == []
    assert names(made, 3) == ["settling", "earlier_paid"]


def test_a_tranche_may_wait_for_a_day_after_what_opens_it(at: World):
    made = own(at, TranchePlan("agreement_signed", 5, after_d=30, pct=60), TranchePlan("accepted", 5, after_d=10))
    first = made.tranches.get(number=1)
    assert names(made, 1) == ["not_before"]
    signed_at = made.agreement.effective_at
    assert signed_at
    with clock.held(signed_at + dt.timedelta(days=30)):
        assert names(made, 1) == []
        pay_out(at, made, 600_000)
        put(made, ProjectState.ACCEPTED)
        step = Step.objects.filter(subject=f"project:{made.pk}").latest("seq")
        Step.objects.bulk_create([_copy(step, move="accept", at=clock.now())])
        assert names(made, 2) == ["not_before"]
    with clock.held(signed_at + dt.timedelta(days=40)):
        assert names(made, 2) == []
    assert payable(first) == 600_000


def _copy(step: Step, **changes: Any) -> Step:
    """A further line of the trail, but for its chain."""
    step.pk, step.seq = f"project:{step.object_id}:9", 9
    for name, value in changes.items():
        setattr(step, name, value)
    return step


def test_an_overdue_check_blocks_the_next_tranche(at: World):
    made = signed(at)
    check(made, CheckState.OVERDUE)
    assert dict(unmet(made.tranches.get(number=1))) == {"no_overdue_check": "有 1 次检查逾期没有填报"}


def test_every_unmet_condition_is_listed(at: World):
    made = signed(at, scheme="B")
    check(made, CheckState.OVERDUE)
    verified_account(at, made)
    payment = requested(at, made, 2)
    reasons = blocked(payment, "verify_request", at.finance_officer)
    assert [str(reason.message) for reason in reasons] == [
        "拨款条件没有满足：中期检查还没有合格；有 1 次检查逾期没有填报；第 1 期还没有拨付。"
    ]


def test_two_people_waive_a_condition(at: World):
    made = signed(at, scheme="B")
    pay_out(at, made, 1_291_650)
    requested(at, made, 2)
    given = {"tranche": "2", "condition": "check_passed", "reason": "省级现场已看过"}
    assert "not_endorsed" in {reason.code for reason in blocked(made, "waive_condition", at.programme_officer, given)}
    together(made, "waive_condition", by=at.programme_officer, endorsed_by=at.business_lead, **given)
    waiver = Waiver.objects.get()
    assert (waiver.waived_by, waiver.endorsed_by) == (at.programme_officer, at.business_lead)
    assert (waiver.condition, waiver.reason) == ("check_passed", "省级现场已看过")
    assert names(made, 2) == []


@pytest.mark.parametrize(
    ("condition", "code"), [("", "condition"), ("agreement_effective", "condition"), ("earlier_paid", "condition_met")]
)
def test_only_an_unmet_condition_that_may_be_waived_is_waived(at: World, condition: str, code: str):
    made = signed(at, scheme="B")
    given = {"tranche": "1", "condition": condition, "reason": "理由"}
    codes = [reason.code for reason in blocked(made, "waive_condition", at.programme_officer, given)]
    assert code in codes


def test_the_form_offers_what_may_be_waived(at: World):
    made = signed(at, scheme="B")
    asks = {ask.name: ask for ask in asks_of(made.machine().deeds["waive_condition"], made)}
    choices = asks["condition"].choices
    assert choices
    assert choices(made, None) == [("check_passed", "中期检查合格"), ("earlier_paid", "前一期已经拨付")]


def test_what_was_chosen_and_is_gone_is_refused(at: World):
    with pytest.raises(Refused) as refused:
        doing(signed(at), waive_condition, actor=at.programme_officer, tranche="9")
    assert refused.value.codes == ("gone",)
