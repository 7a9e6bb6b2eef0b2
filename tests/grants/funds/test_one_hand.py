"""Maker, checker and cashier are three hands, and who acts for another is that other too: in the application, in SQL.

RELIABILITY, fault 30: approving one's own payment, changing roles between the steps, and doing it through a stand-in.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from grants.desk.commands import act, put_forward, stand_behind
from grants.funds.models import PayeeAccount, Payment, Waiver
from grants.people.commands import end_role, grant_role
from grants.people.commands.lending import lend, take_back
from grants.people.models import Lending, User
from grants.people.queries import live_grants
from tests.factories import a_document, together
from tests.grants.funds.builders import World, person, requested, signed, verified_account
from workflow import clock
from workflow.actions import blocked
from workflow.lifecycle import Role
from workflow.models import Step
from workflow.ports import SYSTEM
from workflow.refusals import Refused

NUMBER = "6222021202001234567"


@pytest.fixture
def payment(at: World) -> Payment:
    """A payment asked for, to an account verified by the finance officer."""
    made = signed(at)
    verified_account(at, made)
    return requested(at, made)


def colleague(at: World, role: Role, name: str) -> User:
    """Another person of the province in that role."""
    one = person(name)
    grant_role(one, role, actor=SYSTEM, organisation=at.province)
    return one


def lent(holder: User, stand_in: User, days: int = 9) -> Lending:
    last = clock.today() + dt.timedelta(days=days)
    return lend(list(live_grants(holder)), stand_in, clock.today(), last, "按流程办。", actor=holder)[0]


def becomes(at: World, one: User, role: Role) -> None:
    """The person changes posts: whatever they held ends, from now on they hold this."""
    for grant in live_grants(one):
        end_role(grant, actor=SYSTEM)
    grant_role(one, role, actor=SYSTEM, organisation=at.province)


def codes(payment: Payment, move: str, who: User) -> set[str]:
    return {reason.code for reason in blocked(payment, move, who)}


def sql_takes(payment: Payment, **columns: Any) -> bool:
    try:
        with transaction.atomic():
            Payment.objects.filter(pk=payment.pk).update(**columns)
    except IntegrityError:
        return False
    return True


@pytest.fixture
def by_stand_in(at: World, payment: Payment) -> Payment:
    """Verified by a colleague for the finance officer, who is away."""
    lent(at.finance_officer, colleague(at, Role.FINANCE_OFFICER, "stand-in"))
    User.objects.filter(username="stand-in").update(name="代办人")
    becomes_plain = person("stand-in")
    for grant in live_grants(becomes_plain):
        end_role(grant, actor=SYSTEM)
    act(payment, "verify_request", actor=becomes_plain)
    return payment


def test_a_payment_names_the_stand_in_and_for_whom(at: World, by_stand_in: Payment):
    assert (by_stand_in.maker, by_stand_in.maker_behalf) == (person("stand-in"), at.finance_officer)


@pytest.mark.parametrize("who", ["stand-in", "finance_officer"])
@pytest.mark.parametrize(("move", "role"), [("approve_payment", Role.FINANCE_APPROVER), ("send", Role.CASHIER)])
def test_neither_of_the_two_goes_on_with_it_not_even_in_another_post(
    at: World, by_stand_in: Payment, who: str, move: str, role: Role
):
    take_back(Lending.objects.get(), actor=at.finance_officer)
    one = person(who)
    becomes(at, one, role)
    if move == "send":
        together(by_stand_in, "approve_payment", by=at.finance_approver, endorsed_by=at.business_lead)
    found = codes(by_stand_in, move, one)
    assert {"own_payment", "incompatible"} <= found


@pytest.mark.parametrize("who", ["stand-in", "finance_officer"])
@pytest.mark.parametrize("column", ["checker", "cashier"])
def test_the_database_refuses_either_of_them_as_another_hand(at: World, by_stand_in: Payment, who: str, column: str):
    one = person(who)
    ahead = {"checker": at.finance_approver} if column == "cashier" else {}
    assert not sql_takes(by_stand_in, **(ahead | {column: one}))
    other = colleague(at, Role.CASHIER, "another")
    assert not sql_takes(by_stand_in, **(ahead | {column: other, f"{column}_behalf": one}))
    assert sql_takes(by_stand_in, **(ahead | {column: other}))


def test_the_database_refuses_to_forget_for_whom(at: World, by_stand_in: Payment):
    """Moving the stand-in's name away does not help while the trail has both."""
    with pytest.raises(IntegrityError), transaction.atomic():
        Step.objects.filter(behalf=at.finance_officer).update(behalf=None)


def test_who_stands_in_for_the_maker_does_not_check(at: World, payment: Payment):
    """The finance officer verified in person and went on leave; the stand-in gets the approver's post meanwhile."""
    act(payment, "verify_request", actor=at.finance_officer)
    other = colleague(at, Role.FINANCE_OFFICER, "other")
    lent(at.finance_officer, other)
    assert "own_payment" in codes(payment, "approve_payment", other)


def test_the_requester_through_a_stand_in_is_not_the_checker(at: World):
    made = signed(at)
    verified_account(at, made)
    stand_in = colleague(at, Role.PROGRAMME_OFFICER, "second officer")
    lent(at.programme_officer, stand_in)
    for grant in live_grants(stand_in):
        end_role(grant, actor=SYSTEM)
    act(made, "request_payment", actor=stand_in, given={"tranche": "1"})
    payment = Payment.objects.get(project=made)
    assert (payment.requester, payment.requester_behalf) == (stand_in, at.programme_officer)
    act(payment, "verify_request", actor=at.finance_officer)
    for one in (stand_in, at.programme_officer):
        assert not sql_takes(payment, checker=one)


def test_an_account_filed_for_another_is_verified_by_a_third(at: World):
    made = signed(at)
    helper = colleague(at, Role.DISCIPLINE, "helper")
    grant_role(helper, Role.PAYEE_OFFICER, actor=SYSTEM, organisation=at.county)
    lent(at.payee_officer, helper)
    end_role(live_grants(helper).get(role=Role.PAYEE_OFFICER), actor=SYSTEM)
    given = {"holder": "莲都区红十字会", "bank": "工商银行", "account_no": NUMBER, "account_again": NUMBER, "cnaps": ""}
    given |= {"account_checked": "照开户许可证核对。"}
    given["account_proof"] = str(a_document(helper, "开户证明").pk)
    act(made, "file_payee_account", actor=helper, given=given)
    account = PayeeAccount.objects.get(project=made)
    assert (account.filed_by, account.filed_behalf) == (helper, at.payee_officer)
    for one in (helper, at.payee_officer):
        with pytest.raises(IntegrityError), transaction.atomic():
            PayeeAccount.objects.filter(pk=account.pk).update(verified_by=one, verified_at=clock.now())
    act(made, "verify_payee_account", actor=at.finance_officer)


def test_a_condition_is_waived_by_two_hands(at: World, payment: Payment):
    stand_in = colleague(at, Role.DISCIPLINE, "standing")
    facts = {"tranche": payment.tranche, "condition": "x", "reason": "理由", "at": clock.now()}
    two = {"waived_by": at.programme_officer, "endorsed_by": at.business_lead}
    for changed in (
        {"endorsed_by": at.programme_officer},
        {"endorsed_by": stand_in, "endorsed_behalf": at.programme_officer},
        {"waived_behalf": at.business_lead},
        {"waived_by": stand_in, "endorsed_by": stand_in},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Waiver.objects.create(**(facts | two | changed))
    assert Waiver.objects.create(**facts, **two, endorsed_behalf=None)


def test_a_stand_in_for_the_lead_does_not_endorse_what_they_approve(at: World, payment: Payment):
    act(payment, "verify_request", actor=at.finance_officer)
    lent(at.business_lead, at.finance_approver)
    made = put_forward(payment, "approve_payment", actor=at.finance_approver)

    for one in (at.finance_approver, at.business_lead):
        with pytest.raises(Refused):
            stand_behind(made, actor=one)
    assert "not_endorsed" in codes(payment, "approve_payment", at.finance_approver)


HANDS = ("requester", "maker", "checker", "cashier")
FORBIDDEN = (("maker", "checker"), ("maker", "cashier"), ("checker", "cashier"), ("requester", "checker"))


@pytest.mark.parametrize(("one", "other"), FORBIDDEN)
def test_raw_sql_cannot_give_two_steps_to_one_person(at: World, payment: Payment, one: str, other: str):
    """Past every model and rule: the database alone keeps the hands apart."""
    people = dict(zip(HANDS, (at.programme_officer, at.finance_officer, at.finance_approver, at.cashier), strict=True))
    people[other] = people[one]
    account = PayeeAccount.objects.get(project=payment.project_id)
    columns = ", ".join(f"{hand}_id = %s" for hand in HANDS)
    values = [people[hand].pk for hand in HANDS]
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE grants_payment SET account_id = %s, {columns} WHERE id = %s", [account.pk, *values, payment.pk]
        )


def test_somebody_who_has_come_to_hold_every_post_still_does_one_step_of_a_payment(at: World, payment: Payment):
    """Requested by another; whoever verifies it is refused every step after, whatever post they hold by then."""
    one = colleague(at, Role.FINANCE_OFFICER, "all hands")
    act(payment, "verify_request", actor=one)
    becomes(at, one, Role.FINANCE_APPROVER)
    assert "own_payment" in codes(payment, "approve_payment", one)
    with pytest.raises(Refused):
        act(payment, "approve_payment", actor=one)
    together(payment, "approve_payment", by=at.finance_approver, endorsed_by=at.business_lead)
    becomes(at, one, Role.CASHIER)
    assert "own_payment" in codes(payment, "send", one)
    with pytest.raises(Refused):
        act(payment, "send", actor=one, given={"reauthenticated_at": clock.now().isoformat()})
    becomes(at, one, Role.PROGRAMME_OFFICER)
    assert "incompatible" in codes(payment, "void", one)
