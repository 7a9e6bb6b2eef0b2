"""Books that two people have closed up to a day: nothing is entered before it, what comes late keeps its day."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from grants.desk.commands import act
from grants.funds.ledger import digest_of, facts_of
from grants.funds.models import Closing, Entry, Payment, Posting, Reopening, Subject
from grants.funds.trial import trial
from grants.funds.verify import faults
from grants.people.commands import grant_role
from grants.people.models import User
from grants.programmes.models import Round
from tests.factories import on, together
from tests.grants.funds.builders import World, bank_line, person, requested, sent, signed, verified_account
from workflow.lifecycle import Role
from workflow.models import Step
from workflow.ports import SYSTEM
from workflow.refusals import Refused

JUNE = dt.date(2027, 6, 30)


@pytest.fixture
def june(at: World) -> World:
    """Books of June, closed on the third of July by the finance officer, with the approver behind it."""
    with on(2027, 6, 10):
        made = signed(at)
        verified_account(at, made)
        sent(at, requested(at, made))
    with on(2027, 7, 3):
        close(at, JUNE)
    return at


def close(at: World, through: dt.date) -> Step:
    step = together(
        at.round,
        "close_books",
        by=at.finance_officer,
        endorsed_by=at.finance_approver,
        through=through.isoformat(),
    )
    at.round.refresh_from_db()
    return step


@pytest.fixture
def chief(at: World) -> User:
    """Somebody of the leadership."""
    one = person("chief")
    grant_role(one, Role.LEADERSHIP, actor=SYSTEM, organisation=at.province)
    return one


def refusal(at: World, through: str) -> tuple[str, ...]:
    with pytest.raises(Refused) as refused:
        act(at.round, "close_books", actor=at.finance_officer, given={"through": through})
    return tuple(reason.code for reason in refused.value.reasons if reason.code != "not_endorsed")


def test_a_closing_states_what_the_accounts_sum_to_and_who_closed(june: World):
    closing = Closing.objects.get()
    assert june.round.closed_through == closing.through == JUNE
    assert closing.entries == Entry.objects.count()
    assert closing.total_fen == trial(through=JUNE).total.debit == trial(through=JUNE).total.credit
    assert closing.step.actor == june.finance_officer
    assert list(faults()) == []


@pytest.mark.parametrize(("through", "code"), [("2027-07-15", "through"), ("2027-07-31", "through"), ("", "through")])
def test_only_a_month_that_is_over_is_closed(at: World, through: str, code: str):
    with on(2027, 7, 20):
        assert code in refusal(at, through)


def test_a_closing_wants_a_second_person(at: World):
    with on(2027, 7, 3), pytest.raises(Refused):
        act(at.round, "close_books", actor=at.finance_officer, given={"through": JUNE.isoformat()})
    assert not Closing.objects.exists()


def test_the_same_month_is_not_closed_twice(june: World):
    with on(2027, 7, 4):
        assert "through" in refusal(june, JUNE.isoformat())


def test_what_the_bank_tells_late_is_entered_on_the_first_open_day_and_keeps_its_own(june: World):
    payment = Payment.objects.get()
    with on(2027, 7, 5):
        line = bank_line(june, "paid", payment.amount_fen, booked_on="2027-06-29")
        act(payment, "pay", actor=june.cashier, given={"line": line.reference})
    payment.refresh_from_db()
    entry = payment.paid_entry
    assert entry
    assert (entry.date, entry.value_on) == (dt.date(2027, 7, 1), dt.date(2027, 6, 29))
    assert payment.paid_on == dt.date(2027, 6, 29)
    assert facts_of(entry, entry.postings.all())["value"] == "2027-06-29"
    assert digest_of(entry, entry.postings.all()) == entry.digest
    assert list(faults()) == []


def test_the_database_refuses_an_entry_in_a_closed_period(june: World):
    old = Posting.objects.select_related("entry").latest("pk")
    facts = {"memo": "补记", "step": old.entry.step, "digest": "0" * 64}
    entry = Entry.objects.create(key="by hand", date=JUNE, **facts)
    row = {"entry": entry, "debit": old.debit, "credit": old.credit, "amount_fen": 1, "position": 1}
    with pytest.raises(IntegrityError, match="closed"), transaction.atomic():
        Posting.objects.create(**row)
    row["entry"] = Entry.objects.create(key="by hand again", date=JUNE + dt.timedelta(days=1), **facts)
    assert Posting.objects.create(**row).pk


def test_leadership_alone_opens_a_closed_period_and_says_why(june: World, chief: User):
    with on(2027, 7, 6):
        with pytest.raises(Refused):
            act(june.round, "reopen_books", actor=june.finance_approver, given={"reason": "更正"})
        with pytest.raises(Refused):
            act(june.round, "reopen_books", actor=chief, given={"reason": " "})
        act(june.round, "reopen_books", actor=chief, given={"reason": "审计要求更正六月的账。"})
    june.round.refresh_from_db()
    assert june.round.closed_through is None
    assert Reopening.objects.get().step.actor == chief
    with on(2027, 7, 7):
        with pytest.raises(Refused):
            act(june.round, "close_books", actor=june.finance_officer, given={"through": JUNE.isoformat()})
        close(june, JUNE)
        assert Closing.objects.count() == 2
    assert list(faults()) == []


def test_opening_again_goes_back_to_the_closing_before(june: World, chief: User):
    with on(2027, 8, 2):
        close(june, dt.date(2027, 7, 31))
        act(june.round, "reopen_books", actor=chief, given={"reason": "更正"})
    june.round.refresh_from_db()
    assert june.round.closed_through == JUNE


def test_a_closing_stays_in_the_database(june: World):
    for statement in ("UPDATE grants_closing SET digest = 'x'", "DELETE FROM grants_closing"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_round_that_says_another_day_is_named(june: World):
    Round.objects.filter(pk=june.round.pk).update(closed_through="2027-05-31")
    assert [str(fault) for fault in faults()] == [f"round:{june.round.pk}: 结账日期与结账记录不符"]


def test_subjects_are_named_by_two_and_wrong_ones_refused(at: World):
    with pytest.raises(Refused) as refused:
        act(at.round, "set_subjects", actor=at.finance_officer, given={"subject_held": "其他应收款"})
    assert "subject_held" in refused.value.codes
    given = {"subject_held": "1218 其他应收款", "subject_undrawn": "1002 银行存款"}
    together(at.round, "set_subjects", by=at.finance_officer, endorsed_by=at.finance_approver, **given)
    assert str(Subject.objects.get(kind="held")) == "1218 其他应收款"
    assert str(Subject.objects.get(kind="spent")) == ""
