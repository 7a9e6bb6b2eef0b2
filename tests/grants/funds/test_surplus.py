"""A surplus goes back where its sources say; what is overdue stands first before finance."""

from __future__ import annotations

import datetime as dt

from grants.desk.commands import act
from grants.desk.queries.accounts import surplus_by_source
from grants.desk.queries.finance import open_demands
from grants.funds.models import FundingSource
from tests.grants.desk.visiting import Visitor
from tests.grants.funds.builders import World, disbursed, put, source
from workflow import clock
from workflow.deadlines import set_deadline
from workflow.lifecycle import ProjectState as S


def split_of(at: World) -> tuple[FundingSource, FundingSource]:
    """A round whose fiscal money is short of a grant, so that a donor carries the rest."""
    first = FundingSource.objects.get()
    return first, source(at, 10_000_000)


def test_a_surplus_is_split_as_the_sources_carry_the_project(at: World):
    first, second = split_of(at)
    made = disbursed(at, 15_000_000, paid=3_000_000)
    parts = surplus_by_source(made, 100)
    assert [(one.source, one.fen) for one in parts] == [(first, 66), (second, 34)]
    assert surplus_by_source(made, 0) == []


def test_the_accounts_say_where_a_surplus_goes(at: World):
    FundingSource.objects.update(kind="donation", intent="用于山区老人")
    made = put(disbursed(at, paid=1_000_000), S.SETTLING)
    page = Visitor(at.finance_officer).open("project_accounts", made.pk)
    assert "结余归到哪里" in page
    assert "用于山区老人" in page
    assert "用于相近的目的" in page


def test_an_overdue_surplus_is_named_with_its_day(at: World):
    made = put(disbursed(at, paid=1_000_000), S.SETTLING)
    act(made, "ask_refund", actor=at.finance_officer)
    (owed,) = open_demands(at.finance_officer)
    assert (owed.fen, owed.late) == (1_000_000, False)
    set_deadline(made, "refund", clock.now() - dt.timedelta(days=1))
    (owed,) = open_demands(at.finance_officer)
    assert owed.late
    assert "已过期" in Visitor(at.finance_officer).open("finance")
