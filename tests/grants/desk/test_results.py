"""The results of a review: the official ranking stays what it is; beside it, how sure it is, for those who may know."""

from __future__ import annotations

import pytest

from grants.applications.models import Project
from grants.desk.commands import act
from grants.desk.queries.results import results
from grants.desk.tables.results import percent, runs
from grants.people.models import RoleGrant
from grants.programmes.commands import create_round
from grants.programmes.profile import profile_text
from grants.reviews.models import Assignment
from grants.reviews.queries import ranking
from tests.cast import Cast, holding
from tests.factories import a_document, on
from tests.grants.desk.visiting import Visitor, asked
from tests.journey_steps import marks, money_in, projects_in, round_on, starting
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role, RoundState

GIVEN = ((84, 86, 80), (80, 83, 77), (80, 83, 77), (74, 77, 72), (70, 71, 66))
"""Percent by project and reviewer: the third is strict, the second and third project come out alike."""


def five_reviewed(cast: Cast) -> list[Project]:
    """Five projects that three reviewers have scored, in a round with money for two and a half."""
    found = projects_in(cast, S.UNDER_REVIEW, 5)
    with on(2026, 5, 25):
        for project, given in zip(found, GIVEN, strict=True):
            for person, mark in zip(cast.reviewers[:3], given, strict=True):
                act(project, "declare_no_conflict", actor=person)
                act(project, "score", actor=person, given=marks(cast, mark))
    with on(2026, 5, 26):
        round_on(cast, RoundState.REVIEWING)
        money_in(cast, 6_500_000)
    return found


reviewed = starting(five_reviewed)


@reviewed
def test_the_ranking_is_the_official_one_and_the_line_is_where_the_money_ends(cast: Cast, projects: list[Project]):
    found = results(projects[0].round)
    official = ranking(projects[0].round)
    assert [line.place for line in found.lines] == [
        type(found.lines[0].place)(one.project.number, one.place, one.decided_by, one.lot) for one in official
    ]
    assert [line.ties for line in found.lines] == [one.ties for one in official]
    assert [line.score for line in found.lines] == [one.project.score_hundredths for one in official]
    assert found.places == 2


@reviewed
def test_the_calibrated_score_stands_beside_the_official_one_and_the_strict_reviewer_is_told(
    cast: Cast, projects: list[Project]
):
    page = Visitor(cast.officer).open("round_results", projects[0].round_id)
    assert "校准分（参考）" in page
    assert "这一轮没有校准分" not in page
    assert page.index(cast.reviewers[2].name) < page.index(cast.reviewers[0].name) < page.index(cast.reviewers[1].name)
    assert "同分，抽签定先后" in page
    assert "立项线：以上2个，合计50,000.00 元" in page
    assert "组内相关系数" in page


@reviewed
def test_without_enough_overlap_there_is_no_calibrated_score_and_the_page_says_why(cast: Cast, projects: list[Project]):
    for project in projects[:3]:
        project.refresh_from_db()
        letter = str(a_document(cast.officer, "撤回函").pk)
        act(project, "withdraw_by_letter", actor=cast.officer, given={"letter": letter})
    page = Visitor(cast.officer).open("round_results", projects[0].round_id)
    assert "这一轮没有校准分" in page
    assert "每位评审人平均只评了2.0个项目，不到4个" in page
    assert "校准分（参考）" not in page
    assert "评审人的宽严" not in page


@reviewed
@pytest.mark.parametrize("role", [Role.BUSINESS_LEAD, Role.LEADERSHIP, Role.AUDITOR, Role.REVIEW_CHAIR])
def test_it_is_for_those_who_decide_and_those_who_watch(cast: Cast, projects: list[Project], role: Role):
    assert "评审结果" in Visitor(cast.roles[role]).open("round_results", projects[0].round_id)


@reviewed
@pytest.mark.parametrize("role", ["team_leader", "county_leader", "city_officer", "finance_officer", "stranger"])
def test_to_everybody_else_it_is_not_there(cast: Cast, projects: list[Project], role: str):
    Visitor(getattr(cast, role)).open("round_results", projects[0].round_id, status=404)


@reviewed
def test_a_reviewer_never_sees_it_and_who_also_oversees_only_after_the_end(cast: Cast, projects: list[Project]):
    round_, both = (
        projects[0].round,
        holding(Role.REVIEW_CHAIR, "组长兼评委", login="both", organisation=cast.places["330000"]),
    )
    Visitor(cast.reviewers[0]).open("round_results", round_.pk, status=404)
    Assignment.objects.filter(reviewer=cast.reviewers[0]).update(reviewer=both)
    Visitor(both).open("round_results", round_.pk, status=404)
    with on(2026, 6, 1):
        round_on(cast, RoundState.DELIBERATING)
    Visitor(both).open("round_results", round_.pk)
    Visitor(cast.reviewers[1]).open("round_results", round_.pk, status=404)


@reviewed
def test_the_chair_of_another_round_does_not_see_this_one(cast: Cast, projects: list[Project]):
    round_ = projects[0].round
    other = create_round(round_.programme, "QNZJ-2027", 2027, profile_text("qingnuan"), actor=cast.officer)
    RoleGrant.objects.filter(person=cast.chair).update(round=other)
    Visitor(cast.chair).open("round_results", round_.pk, status=404)


@reviewed
def test_it_asks_the_database_fifteen_times_at_most(cast: Cast, projects: list[Project]):
    visitor = Visitor(cast.officer)
    visitor.open("round_results", projects[0].round_id)
    with asked() as queries:
        visitor.open("round_results", projects[0].round_id)
    assert len(queries) <= 15


def test_places_are_written_together_and_chances_never_certain():
    assert runs([11, 12, 13, 17, 19, 20]) == ["11–13", "17", "19–20"]
    assert [percent(chance) for chance in (0, 0.004, 0.5, 0.995, 1)] == ["<1%", "<1%", "50%", ">99%", ">99%"]
