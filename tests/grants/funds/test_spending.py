"""What becomes of money the payee holds, and that both identities hold after each step."""

from __future__ import annotations

import pytest

from grants.funds import commands as books
from grants.funds.queries import check_identities, standing
from tests.grants.funds.builders import DAY, World, bank_line, disbursed, document, doing, put, unsound
from workflow.lifecycle import ProjectState
from workflow.refusals import Refused


def spend(at: World, made, fen: int, category: str = "VENUE", **more):
    return doing(
        made, lambda it, done: books.spend(it, category, fen, "场地费", done=done, **more), actor=at.finance_officer
    )


def test_an_accepted_expense_leaves_what_the_payee_holds(at: World):
    made = disbursed(at)
    paper = document(at.payee_officer)
    entry = spend(at, made, 300_000, document=paper)
    assert entry.document == paper
    assert (standing(made).spent, standing(made).held) == (300_000, 700_000)
    assert check_identities(made) == []


def test_a_payee_may_advance_money(at: World):
    made = disbursed(at, 2_000_000, paid=1_000_000)
    spend(at, made, 1_200_000)
    assert standing(made).held == -200_000
    assert standing(made).due == 200_000
    assert check_identities(made) == []


def test_spending_beyond_grant_and_interest_is_not_topped_up(at: World):
    made = disbursed(at, 1_000_000, paid=900_000)
    doing(made, lambda it, done: books.add_interest(it, 50, on=DAY, done=done), actor=at.payee_officer)
    spend(at, made, 1_000_050)
    with pytest.raises(Refused) as refused:
        spend(at, made, 1)
    assert refused.value.codes == ("overspent",)
    assert "10,000.50" in str(refused.value)


def test_a_decision_on_an_expense_can_be_taken_back(at: World):
    made = disbursed(at)
    entry = spend(at, made, 300_000)
    doing(made, lambda _it, done: books.unspend(entry, done=done), actor=at.finance_officer)
    assert (standing(made).spent, standing(made).held) == (0, 1_000_000)
    assert check_identities(made) == []


def test_interest_is_income_of_the_project(at: World):
    made = disbursed(at)
    doing(
        made,
        lambda it, done: books.add_interest(it, 123, on=DAY, bank_ref="LX1", done=done),
        actor=at.payee_officer,
    )
    assert (standing(made).interest, standing(made).held) == (123, 1_000_123)
    assert check_identities(made) == []
    with pytest.raises(Refused):
        doing(
            made,
            lambda it, done: books.add_interest(it, 123, on=DAY, bank_ref="LX1", done=done),
            actor=at.payee_officer,
        )


def test_a_refund_is_entered_by_its_bank_line(at: World):
    made = disbursed(at)
    line = bank_line(at, "refund", 250_000)
    doing(made, lambda it, done: books.receive_refund(it, line, done=done), actor=at.cashier)
    line.refresh_from_db()
    assert line.matched == f"project:{made.pk}:{made.steps}"
    assert (standing(made).returned, standing(made).held) == (250_000, 750_000)
    with pytest.raises(Refused):
        doing(made, lambda it, done: books.receive_refund(it, line, done=done), actor=at.cashier)
    assert unsound() == []


def test_a_surplus_stays_by_rule_or_is_given_up(at: World):
    made = disbursed(at, 1_000_000, paid=1_000_000)
    spend(at, made, 990_000)
    doing(made, lambda it, done: books.keep(it, 9_000, memo="小额结余", done=done), actor=at.finance_officer)
    doing(made, lambda it, done: books.write_off(it, 1_000, memo="核销", done=done), actor=at.programme_officer)
    story = standing(made)
    assert (story.kept, story.written_off, story.held) == (10_000, 1_000, 0)
    put(made, ProjectState.CLOSED)
    assert check_identities(made) == []
    assert unsound() == []
