"""The province's list of the eligibility check: findings with their facts, many passed at once, each for itself."""

from __future__ import annotations

import pytest

from grants.applications.models import BudgetLine, Project
from grants.programmes.queries import rules_of
from grants.reviews.findings import Finding, Known, findings
from tests.cast import Cast
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import projects_in, starting
from workflow.lifecycle import ProjectState as S


def found(
    project: Project, *, lines: list[BudgetLine] | None = None, slots: set[str] | None = None, owed: str = ""
) -> dict[str, Finding]:
    known = Known(lines or [], slots or set(), owed)
    return {one.key: one for one in findings(project, rules_of(project.round), known)}


@pytest.fixture
def checked(cast: Cast) -> list[Project]:
    return projects_in(cast, S.ELIGIBILITY_CHECK, 2)


@starting(S.ELIGIBILITY_CHECK)
def test_each_finding_shows_its_fact(cast: Cast, project: Project):
    page = Visitor(cast.officer).open("eligibility", project.round_id)
    for words in (
        "成员24人，要求10人",
        "系统查过，没有不符",
        "团队填写：无",
        "平台编号ZY",
        "合计、上限、单价都在范围内",
    ):
        assert words in page


@starting(S.ELIGIBILITY_CHECK)
def test_what_the_data_denies_is_denied_and_what_it_cannot_know_is_left_to_a_person(cast: Cast, project: Project):
    project.team.members = 3
    project.team.platform_no = ""
    project.hazardous = True
    seen = found(project, owed="QNZJ-2024-0007")
    assert [seen[key].ok for key in ("min_members", "registered_platform", "no_open_obligations", "budget")] == [
        False
    ] * 4
    assert seen["liability_insurance"].ok is False
    assert seen["no_double_funding"].ok is None
    assert seen["commitment"].ok is False
    assert "QNZJ-2024-0007" in seen["no_open_obligations"].fact


def test_many_are_passed_at_once_and_each_says_what_became_of_it(cast: Cast, checked: list[Project]):
    first, second = checked
    visitor, round_ = Visitor(cast.officer), first.round_id
    typed = visitor.hidden("eligibility", round_)
    typed |= {"move": "pass_eligibility", "project": [str(first.pk), str(second.pk)]}
    refused = text(visitor.post("eligibility", round_, status=200, **typed))
    assert "办了2个，其中2个没有办成" in refused
    assert "还没有确认" in refused

    stale = typed | {f"version-{second.pk}": "1", "confirmed": "on"}
    answer = text(visitor.post("eligibility", round_, status=200, **stale))
    assert "其中1个没有办成" in answer
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (S.UNDER_REVIEW, S.ELIGIBILITY_CHECK)


def test_nothing_ticked_is_said(cast: Cast, checked: list[Project]):
    answer = Visitor(cast.officer).post("eligibility", checked[0].round_id, move="pass_eligibility", status=422)
    assert "还没有勾选项目" in text(answer)


@starting(S.ELIGIBILITY_CHECK)
def test_supplements_are_asked_for_and_failures_recorded_from_the_list(cast: Cast, project: Project):
    page = Visitor(cast.officer).open("eligibility", project.round_id)
    assert f"/project/{project.pk}/request_supplement/?back=eligibility" in page
    assert f"/project/{project.pk}/fail_eligibility/?back=eligibility" in page


@starting(S.ELIGIBILITY_CHECK)
def test_the_list_is_the_programme_officers(cast: Cast, project: Project):
    for person in (cast.county_officer, cast.team_leader, cast.reviewers[0]):
        Visitor(person).open("eligibility", project.round_id, status=404)


def test_more_projects_ask_no_more_questions(cast: Cast, checked: list[Project], django_assert_max_num_queries):
    visitor = Visitor(cast.officer)
    visitor.open("eligibility", checked[0].round_id)
    with django_assert_max_num_queries(15):
        visitor.open("eligibility", checked[0].round_id)
