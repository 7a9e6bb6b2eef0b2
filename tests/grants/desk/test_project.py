"""The page of one project."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from grants.applications.models import Project
from grants.desk.commands import act, put_forward
from grants.desk.tables.river import river
from tests.cast import Cast
from tests.factories import a_document
from tests.grants.desk.visiting import Visitor
from tests.journey_steps import county_recommends, starting
from workflow.lifecycle import ProjectState as S

pytestmark = starting(S.SUBMITTED)


def test_it_says_what_it_is_and_in_whose_hands(cast: Cast, project: Project):
    page = Visitor(cast.team_leader).open("project", project.pk)
    for words in ("救在身边进社区", "晨光应急救护队", project.number, "已提交(待县级审核)", "陈晓红", "审阅并推荐"):
        assert words in page
    assert "徐丽华" not in page[page.index("轮到") : page.index("从何时起")]


def test_the_trail_says_who_did_what_when_and_why(cast: Cast, project: Project):
    given: dict[str, Any] = {"reason": "请写清两场活动的时间。", "sections": ["design"], "due_on": "2026-03-10"}
    act(project, "county_return", actor=cast.county_officer, given=given)
    page = Visitor(cast.team_leader).open("project", project.pk)
    for words in (
        "县级退回",
        "陈晓红",
        "县级红十字会经办",
        "2026年3月2日 09:00",
        given["reason"],
        "从“已提交(待县级审核)”",
    ):
        assert words in page


def test_documents_stand_under_the_name_of_their_slot_with_a_download(cast: Cast, project: Project):
    page = Visitor(cast.county_officer).open("project", project.pk)
    assert "团队登记或批复证明" in page
    assert "/documents/" in page


def test_what_can_be_done_is_a_link_and_what_cannot_says_why(cast: Cast, project: Project):
    act(project, "open_file", actor=cast.county_officer)
    page = Visitor(cast.team_leader).open("project", project.pk)
    assert f'href="/project/{project.pk}/withdraw/"' in page
    assert f'href="/project/{project.pk}/recall/"' not in page
    assert 'aria-describedby="why-recall"' in page


def test_one_button_is_red(cast: Cast, project: Project):
    for person in (cast.county_officer, cast.county_leader, cast.team_leader, cast.officer):
        assert Visitor(person).open("project", project.pk).count("btn-primary") <= 1


def test_pending_proposals_are_shown_with_who_is_missing(cast: Cast, project: Project):
    paper = str(a_document(cast.county_officer, "推荐意见表").pk)
    given = {"opinion": "同意推荐。", "rank": 1, "signed_opinion": paper, "signer": "张志强"}
    put_forward(project, "county_recommend", actor=cast.county_officer, given=given)
    page = Visitor(cast.county_leader).open("project", project.pk)
    assert "正在会签" in page
    assert "还差" in page


@pytest.mark.parametrize("role", ["auditor", "officer", "team_leader"])
def test_a_proposal_is_no_link_for_those_without_a_part_in_it(cast: Cast, project: Project, role: str):
    paper = str(a_document(cast.county_officer, "推荐意见表").pk)
    given = {"opinion": "同意推荐。", "rank": 1, "signed_opinion": paper, "signer": "张志强"}
    proposal = put_forward(project, "county_recommend", actor=cast.county_officer, given=given)
    page = Visitor(getattr(cast, role)).open("project", project.pk)
    assert "正在会签" in page
    assert f"/proposals/{proposal.pk}/" not in page


def test_the_team_reads_which_sections_to_change(cast: Cast, project: Project):
    given: dict[str, Any] = {"reason": "请写清楚。", "sections": ["design", "budget"], "due_on": "2026-03-10"}
    act(project, "county_return", actor=cast.county_officer, given=given)
    assert "哪些部分要修改：需求与方案、预算" in Visitor(cast.team_leader).open("project", project.pk)


def test_going_back_is_never_the_main_step(cast: Cast, project: Project):
    county_recommends(cast, project)
    page = Visitor(cast.county_leader).open("project", project.pk)
    assert "县级收回推荐" in page
    assert "btn-primary" not in page


def test_a_foreign_project_looks_exactly_like_a_missing_one(cast: Cast, project: Project):
    client = Visitor(cast.stranger).client
    for name, args in (("project", ()), ("record", ("payment",)), ("move", ("project", "submit"))):
        pair = []
        for pk in (project.pk, 987_654):
            parts = (args[0], pk, *args[1:]) if args else (pk,)
            answer = client.get(reverse(name, args=parts))
            pair.append((answer.status_code, answer.content, dict(answer.headers)))
        assert pair[0][0] == 404
        assert pair[0] == pair[1]


def test_an_auditor_reads_and_is_offered_nothing(cast: Cast, project: Project):
    page = Visitor(cast.auditor).open("project", project.pk)
    assert "您可以查看，不能办理" in page or "没有需要您办的事" in page
    assert "btn-primary" not in page


@pytest.mark.parametrize("role", ["team_leader", "county_officer", "officer", "auditor"])
def test_the_page_keeps_within_its_queries(cast: Cast, project: Project, role: str, django_assert_max_num_queries):
    visitor = Visitor(getattr(cast, role))
    visitor.open("project", project.pk)
    with django_assert_max_num_queries(25):
        visitor.open("project", project.pk)


def test_a_longer_trail_costs_no_more_queries(cast: Cast, project: Project, django_assert_max_num_queries):
    visitor, counts = Visitor(cast.auditor), []
    for _ in range(2):
        with django_assert_max_num_queries(25) as seen:
            visitor.open("project", project.pk)
        counts.append(len(seen))
        act(project, "open_file", actor=cast.county_officer)
        county_recommends(cast, project)
        act(project, "county_take_back", actor=cast.county_leader, given={"reason": "排序填错。"})
    assert counts[0] == counts[1]


def test_the_river_shows_what_has_flowed():
    found = river(S.UNDER_REVIEW, [], final=False)
    assert [place.look for place in found.places] == ["done", "now", "", "", "", ""]
    assert found.flowed == "M0 20C35 7,65 7,100 20"
    assert found.ahead.startswith("M100 20C135 33")


def test_an_archived_project_has_flowed_to_the_end():
    found = river(S.ARCHIVED, [], final=True)
    assert {place.look for place in found.places} == {"done"}
    assert found.ahead == ""


def test_a_returned_project_offers_its_team_the_form(cast: Cast, project: Project):
    given: dict[str, Any] = {"reason": "请改预算。", "sections": ["budget"], "due_on": "2026-03-10"}
    act(project, "county_return", actor=cast.county_officer, given=given)
    page = Visitor(cast.team_leader).open("project", project.pk)
    assert f'href="/projects/{project.pk}/budget/"' in page
    assert f'href="/projects/{project.pk}/budget/"' not in Visitor(cast.county_officer).open("project", project.pk)
