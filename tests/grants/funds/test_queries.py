"""The books answer by sums, one query a question, and say what does not foot."""

from __future__ import annotations

import pytest

from grants.applications.models import Project
from grants.funds import commands as books
from grants.funds.models import Posting, Tranche
from grants.funds.queries import (
    MoneyStory,
    check_identities,
    payable,
    round_story,
    standing,
    standings,
)
from grants.programmes.models import Round
from tests.grants.funds.builders import (
    DAY,
    World,
    committed,
    disbursed,
    doing,
    pay_out,
    project,
    put,
    requested,
    signed,
)
from workflow.guards_sql import lifted
from workflow.lifecycle import ProjectState


def test_a_project_without_money_has_an_empty_story(at: World):
    assert standing(project(at)) == MoneyStory()


def test_the_story_is_told_by_one_query(at: World, django_assert_num_queries):
    made = disbursed(at)
    with django_assert_num_queries(1):
        story = standing(made)
    assert (story.granted, story.paid, story.undrawn, story.held) == (2_583_300, 1_000_000, 1_583_300, 1_000_000)


@pytest.mark.parametrize("count", [1, 3])
def test_many_stories_are_told_by_one_query(at: World, django_assert_num_queries, count: int):
    made = [disbursed(at, paid=100 * (number + 1)) for number in range(count)]
    with django_assert_num_queries(1):
        stories = standings(made)
    assert [stories[one.pk].paid for one in made] == [100 * (number + 1) for number in range(count)]


def test_stories_add_up_to_the_story_of_the_round(at: World, django_assert_num_queries):
    made = [disbursed(at, 1_000_000, paid=400_000), committed(at, 500_000), signed(at, 700_000)]
    with django_assert_num_queries(1):
        story = round_story(at.round)
    total = sum(standings(made).values(), MoneyStory())
    assert story.projects == total
    assert (story.envelope, story.available) == (10_000_000, 7_800_000)


def test_an_empty_round_has_an_empty_story(at: World):
    elsewhere = Round.objects.create(
        programme=at.round.programme, code="QNZJ-1999", title="x", year=1999, organiser=at.province
    )
    story = round_story(elsewhere)
    assert (story.envelope, story.available, story.projects) == (0, 0, MoneyStory())


def test_the_last_tranche_pays_no_more_than_is_due_and_never_less_than_nothing(at: World):
    made = signed(at)
    pay_out(at, made, 1_808_310)
    last = Tranche.objects.select_related("project").get(project=made, number=2)
    assert payable(last) == 0
    doing(made, lambda it, done: books.spend(it, "VENUE", 1_900_000, "场地", done=done), actor=at.finance_officer)
    assert payable(last) == 91_690
    doing(made, lambda it, done: books.spend(it, "TRAINING", 683_300, "培训", done=done), actor=at.finance_officer)
    assert payable(last) == last.open_fen == 774_990


def test_when_the_accounts_are_confirmed_every_tranche_pays_only_what_is_due(at: World):
    made = signed(at, 1_000_000, "B")
    pay_out(at, made, 500_000)
    doing(made, lambda it, done: books.spend(it, "VENUE", 600_000, "场地", done=done), actor=at.finance_officer)
    second = Tranche.objects.select_related("project").get(project=made, number=2)
    assert payable(second) == 400_000
    put(made, ProjectState.SETTLING)
    second.project.refresh_from_db()
    assert payable(second) == 100_000
    requested(at, made, 2)
    last = Tranche.objects.select_related("project").get(project=made, number=3)
    assert payable(last) == 0


def test_a_project_that_foots_has_nothing_to_say(at: World):
    for made in (project(at, 0), committed(at), signed(at), disbursed(at)):
        assert check_identities(made) == []


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("granted_fen", "项目的资助金额：25,833.01 元与 25,833.00 元不符"),
        ("paid_fen", "项目的已拨金额：10,000.01 元与 10,000.00 元不符"),
        ("released_fen", "项目的已释放金额：0.01 元与 0.00 元不符"),
    ],
)
def test_a_counter_that_differs_from_its_sum_is_named(at: World, field: str, sentence: str):
    made = disbursed(at)
    Project.objects.filter(pk=made.pk).update(**{field: getattr(made, field) + 1})
    assert check_identities(made) == [sentence]


def test_tranches_that_differ_from_the_books_are_named(at: World):
    made = disbursed(at)
    made.tranches.update(planned_fen=2_583_301, paid_fen=1_000_001)
    assert check_identities(made) == [
        "各期已拨合计：10,000.01 元与 10,000.00 元不符",
        "各期计划合计：25,833.01 元与 25,833.00 元不符",
    ]


def test_postings_that_lead_astray_break_the_identities(at: World):
    made = disbursed(at)
    entry = doing(made, lambda it, done: books.spend(it, "VENUE", 500, "场地", done=done), actor=at.finance_officer)
    astray = Posting.objects.get(entry=entry)
    undrawn = made.accounts.get(kind="undrawn")
    with lifted():
        Posting.objects.filter(pk=astray.pk).update(credit=undrawn)
    assert check_identities(made) == [
        "资助 = 已拨 + 未拨 + 已释放：25,833.00 元与 25,828.00 元不符",
        "已拨 + 利息 = 支出 + 退回 + 留用 + 持有：10,000.00 元与 10,005.00 元不符",
    ]


def test_a_closed_project_holds_and_awaits_nothing(at: World):
    made = put(disbursed(at), ProjectState.CLOSED)
    assert check_identities(made) == [
        "结项后收款单位持有：10,000.00 元与 0.00 元不符",
        "结项后未拨：15,833.00 元与 0.00 元不符",
    ]


def test_interest_makes_less_due(at: World):
    made = disbursed(at)
    doing(made, lambda it, done: books.add_interest(it, 700, on=DAY, done=done), actor=at.payee_officer)
    doing(made, lambda it, done: books.spend(it, "VENUE", 1_500_000, "场地", done=done), actor=at.finance_officer)
    assert standing(made).due == 1_500_000 - 700 - 1_000_000
