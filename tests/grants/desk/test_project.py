"""The page of one project."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from grants.applications.models import Project
from grants.desk.commands import act, put_forward
from grants.desk.tables.river import river
from grants.people.commands import grant_role
from grants.people.models import User
from tests.cast import Cast
from tests.factories import a_document, on
from tests.grants.desk.visiting import Visitor
from tests.journey_steps import county_recommends, round_on, starting
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role, RoundState
from workflow.ports import SYSTEM

pytestmark = starting(S.SUBMITTED)


def test_it_says_what_it_is_and_in_whose_hands(cast: Cast, project: Project):
    page = Visitor(cast.team_leader).open("project", project.pk)
    for words in ("救在身边进社区", "晨光应急救护队", project.number, "已提交（待县级审核）", "陈晓红", "审阅并推荐"):
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
        "从“已提交（待县级审核）”",
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
    visitor.open("project", project.pk)  # what is kept for the next page is kept
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
    assert f'href="/projects/{project.pk}/form/"' in page
    assert f'href="/projects/{project.pk}/form/"' not in Visitor(cast.county_officer).open("project", project.pk)


def test_it_says_how_many_working_days_are_left_and_only_then_the_date(cast: Cast, project: Project):
    with on(2026, 4, 14):
        page = Visitor(cast.county_officer).open("project", project.pk)
    assert "还剩2个工作日</span>，<time>2026年4月16日 17:00</time>前" in page
    assert "轮到您了" in page
    assert "轮到您了" not in Visitor(cast.team_leader).open("project", project.pk)


def test_the_six_steps_are_said_in_plain_words(cast: Cast, project: Project):
    page = Visitor(cast.team_leader).open("project", project.pk)
    assert "第1步，共6步。立项：团队填申报书，县、市红十字会审阅后推荐到省。" in page


def test_documents_stand_under_their_stage_and_what_is_missing_is_named(cast: Cast, project: Project):
    page = Visitor(cast.county_officer).open("project", project.pk)
    files = page[page.index('id="docs-h"') :]
    assert files.index(">立项</th>") < files.index("团队登记或批复证明")


def test_a_volunteer_sees_few_buttons_and_the_exceptions_are_folded_away(cast: Cast, project: Project):
    page = Visitor(cast.county_leader).open("project", project.pk)
    panel = page[page.index('id="do"') : page.index("</section>", page.index('id="do"'))]
    shown, folded = panel.split("<details", 1)
    assert 1 <= shown.count('class="btn') <= 3
    assert "县级不推荐" not in shown
    assert "县级不推荐" in folded
    assert "市级直报推荐" not in Visitor(cast.city_leader).open("project", project.pk)


def test_the_words_for_wechat_name_people_duty_time_and_way(cast: Cast, project: Project):
    page = Visitor(cast.team_leader).open("project", project.pk)
    words = page[page.index("data-message>") :].partition("</p>")[0]
    for part in (
        "陈晓红、张志强您好",
        "“救在身边进社区”",
        "审阅并推荐",
        "2026年4月16日 17:00前",
        f"/projects/{project.pk}/",
    ):
        assert part in words


@starting(S.DRAFT)
def test_a_county_that_stands_back_is_named_with_who_acts_instead(cast: Cast, project: Project):
    grant_role(cast.county_leader, Role.APPLICANT, actor=SYSTEM, team=cast.team)
    act(project, "submit", actor=cast.team_leader)
    page = Visitor(cast.city_leader).open("project", project.pk)
    assert "张志强回避，由杭州市红十字会办理。" in page
    assert "轮到您了" in page
    assert "审阅并推荐" in Visitor(cast.city_leader).open("home")
    assert "审阅并推荐" not in Visitor(cast.county_officer).open("home")


def _shown_to(person: User, project: Project) -> str:
    """What the page of the project offers at once."""
    page = Visitor(person).open("project", project.pk)
    return page[page.index('id="do"') : page.index("</section>", page.index('id="do"'))].partition("<details")[0]


@starting(S.AGREEMENT_SIGNED)
def test_what_has_a_page_of_its_own_is_offered_once(cast: Cast, project: Project):
    with on(2026, 8, 1):
        act(project, "start", actor=cast.team_leader)
        shown = _shown_to(cast.team_leader, project)
    assert f'href="/projects/{project.pk}/activities/"' in shown
    assert f'href="/projects/{project.pk}/vouchers/new/"' in shown
    assert "log_activity" not in shown
    assert "file_voucher" not in shown


def _led_to_the_table(cast: Cast, project: Project, page: str) -> None:
    way = f'href="/rounds/{project.round_id}/{page}/"'
    assert way in _shown_to(cast.officer, project)
    assert way not in _shown_to(cast.team_leader, project)


@starting(S.REVIEWED)
def test_a_reviewed_project_leads_to_the_table_of_the_decisions(cast: Cast, project: Project):
    with on(2026, 6, 1):
        round_on(cast, RoundState.DELIBERATING)
        _led_to_the_table(cast, project, "decisions")


@starting(S.SHORTLISTED)
def test_a_proposed_project_leads_to_the_public_notice(cast: Cast, project: Project):
    with on(2026, 6, 1):
        _led_to_the_table(cast, project, "publicity")
