"""My work."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from grants.applications.models import Project
from grants.desk.commands import act, put_forward, stand_behind
from grants.desk.queries.records import VISIBLE
from grants.desk.words import DUTIES, PURPOSES, TONES
from grants.people.commands import grant_role
from grants.people.models import Team
from tests.cast import XIHU, YUECHENG, Cast, a_team, holding
from tests.factories import a_complete_draft, a_document, a_meeting, on
from tests.grants.desk.visiting import Visitor
from tests.journey_steps import county_recommends, money_in, round_on, starting
from workflow import clock
from workflow.lifecycle import MACHINES, Role, RoundState
from workflow.lifecycle import ProjectState as S
from workflow.models import Notice
from workflow.outbox import relay
from workflow.ports import SYSTEM

NUMBER = "1202020209001234567"


@starting(S.SUBMITTED)
def test_what_waits_for_me_is_there_with_its_project_and_the_way_to_it(cast: Cast, project: Project):
    page = Visitor(cast.county_officer).open("home")
    assert "1件事等您办" in page
    assert "审阅并推荐：救在身边进社区" in page
    assert f'href="/projects/{project.pk}/#do"' in page


@starting(S.SUBMITTED)
def test_a_submitted_project_waits_for_one_level_only(cast: Cast, project: Project):
    for person in (cast.city_officer, cast.officer, cast.team_leader):
        assert "审阅并推荐" not in Visitor(person).open("home")
    county_recommends(cast, project)
    assert "复核并推荐到省" in Visitor(cast.city_officer).open("home")
    assert "审阅并推荐" not in Visitor(cast.county_officer).open("home")


@starting(S.SUBMITTED)
def test_what_waits_for_others_now_does_not_wait_for_me(cast: Cast, project: Project):
    paper = str(a_document(cast.county_officer, "推荐意见表").pk)
    given = {"opinion": "同意推荐。", "rank": 1, "signed_opinion": paper, "signer": "张志强"}
    put_forward(project, "county_recommend", actor=cast.county_officer, given=given)
    page = Visitor(cast.county_officer).open("home")
    assert "审阅并推荐" not in page
    assert "我送出去、等别人答复的" in page
    assert "审阅并推荐" in Visitor(cast.county_leader).open("home")


@pytest.mark.parametrize(("role", "place"), [("auditor", "audit"), ("sysadmin", "people")])
def test_a_role_for_which_nothing_waits_is_led_to_what_it_looks_at(cast: Cast, role: str, place: str):
    visitor = Visitor(getattr(cast, role))
    assert f'<a class="btn btn-second" href="{reverse(place)}">' in visitor.open("home")
    visitor.open(place)


@pytest.mark.parametrize("role", ["auditor", "sysadmin"])
def test_a_role_for_which_nothing_waits_is_told_what_it_is_for(cast: Cast, role: str):
    page = Visitor(getattr(cast, role)).open("home")
    assert "轮到您时，事情会出现在这里" not in page
    assert page.count(str(PURPOSES[getattr(Role, role.upper())])) == 2


@starting(RoundState.OPEN)
def test_what_waits_in_another_county_is_not_mine(cast: Cast):
    team = a_team(cast.places, YUECHENG, "越城急救队")
    leader = holding(Role.TEAM_LEADER, "卢婷婷", login="lu", team=team)
    project = a_complete_draft(cast, team=team, leader=leader, title="鉴湖水上救援")
    act(project, "submit", actor=leader)
    assert "鉴湖水上救援" not in Visitor(cast.county_officer).open("home")


@starting(S.DRAFT)
def test_another_teams_draft_in_my_county_is_not_my_work(cast: Cast):
    team = a_team(cast.places, name="上城献血队")
    leader = holding(Role.TEAM_LEADER, "卢婷婷", login="lu", team=team)
    a_complete_draft(cast, team=team, leader=leader, title="献血知识进校园")
    page = Visitor(cast.team_leader).open("home")
    assert "救在身边进社区" in page
    assert "献血知识进校园" not in page


@starting(S.SUBMITTED)
def test_the_most_urgent_comes_first_with_the_working_days_left(cast: Cast):
    with clock.held(dt.datetime(2026, 4, 15, 9, tzinfo=clock.SHANGHAI)):
        assert "还剩1个工作日" in Visitor(cast.county_officer).open("home")
    with clock.held(dt.datetime(2026, 4, 16, 9, tzinfo=clock.SHANGHAI)):
        assert "今天17:00" in Visitor(cast.county_officer).open("home")
    with clock.held(dt.datetime(2026, 4, 17, 9, tzinfo=clock.SHANGHAI)):
        assert "已经过期" in Visitor(cast.county_officer).open("home")


@starting(S.SUBMITTED)
def test_what_i_am_to_endorse_waits_for_me_and_what_i_put_forward_is_shown_as_waiting(cast: Cast, project: Project):
    paper = str(a_document(cast.county_officer, "推荐意见表").pk)
    given = {"opinion": "同意推荐。", "rank": 1, "signed_opinion": paper, "signer": "张志强"}
    proposal = put_forward(project, "county_recommend", actor=cast.county_officer, given=given)
    assert f'href="/proposals/{proposal.pk}/"' in Visitor(cast.city_officer).open("home")
    maker = Visitor(cast.county_officer).open("home")
    assert "我送出去、等别人答复的" in maker
    assert "核对签字件" not in maker


@starting(S.SUBMITTED)
def test_a_proposal_that_everybody_endorsed_comes_back_to_its_maker(cast: Cast, project: Project):
    paper = str(a_document(cast.county_officer, "推荐意见表").pk)
    given = {"opinion": "同意推荐。", "rank": 1, "signed_opinion": paper, "signer": "张志强"}
    proposal = put_forward(project, "county_recommend", actor=cast.county_officer, given=given)
    Visitor(cast.city_officer).send("proposal", proposal.pk)
    assert "会签已齐，可以办理：县级推荐" in Visitor(cast.county_officer).open("home")


@starting(S.SUBMITTED)
def test_both_who_sign_and_who_asked_read_of_a_proposal_among_their_notices(cast: Cast, project: Project):
    paper = str(a_document(cast.county_officer, "推荐意见表").pk)
    given = {"opinion": "同意推荐。", "rank": 1, "signed_opinion": paper, "signer": "张志强"}
    proposal = put_forward(project, "county_recommend", actor=cast.county_officer, given=given)
    relay()
    page = Visitor(cast.city_officer).open("notices", query="?show=unread")
    assert "请会签：县级推荐" in page
    stand_behind(proposal, actor=cast.city_officer)
    relay()
    assert "会签已齐：县级推荐" in Visitor(cast.county_officer).open("notices", query="?show=unread")


@starting(S.DRAFT)
def test_who_helps_a_team_finds_its_application_at_home(cast: Cast, project: Project):
    page = Visitor(cast.applicant).open("home")
    assert "1件事等您办" in page
    assert f'href="/projects/{project.pk}/#do"' in page


@starting(S.APPROVED)
def test_an_account_to_verify_waits_for_finance_from_its_filing_on(cast: Cast, project: Project):
    finance = Visitor(cast.finance_officer)
    assert "核实收款账户" not in finance.open("home")
    given = {
        "holder": str(project.payee),
        "bank": "工商银行杭州西湖支行",
        "account_no": NUMBER,
        "account_again": NUMBER,
        "account_proof": str(a_document(cast.payee_officer, "开户证明").pk),
    }
    filed = act(project, "file_payee_account", actor=cast.payee_officer, given=given)
    relay()

    page = finance.open("home")

    assert "核实收款账户" in page
    assert f'href="{reverse("move", args=["project", project.pk, "verify_payee_account"])}"' in page
    assert Notice.objects.filter(person=cast.finance_officer, step=filed).count() == 1
    assert "核实收款账户" not in Visitor(cast.payee_officer).open("home")
    act(project, "verify_payee_account", actor=cast.finance_officer)
    assert "核实收款账户" not in finance.open("home")


@starting(S.SUBMITTED)
def test_with_several_roles_each_row_names_the_role_and_one_can_look_at_one_of_them(cast: Cast):
    grant_role(cast.county_officer, Role.TEAM_LEADER, actor=SYSTEM, team=a_team(cast.places, XIHU, "西湖救援队"))
    page = Visitor(cast.county_officer).open("home", query="?hat=team_leader")
    assert "审阅并推荐" not in page


@starting(S.SUBMITTED)
def test_what_i_did_last_says_where_it_is_now(cast: Cast):
    page = Visitor(cast.team_leader).open("home")
    passed = page[page.index("我交出去的，现在在谁手里") :]
    assert "已提交（待县级审核）" in passed
    assert "在陈晓红、张志强（县级红十字会经办、县级红十字会负责人）手里，3月2日起，还剩" in passed


@pytest.mark.parametrize("role", ["auditor", "sysadmin", "discipline", "cashier"])
def test_with_nothing_to_do_the_page_says_what_the_role_is_for(cast: Cast, role: str):
    page = Visitor(getattr(cast, role)).open("home")
    assert "现在没有等您办的事" in page
    assert str(PURPOSES[role]) in page


@starting(RoundState.OPEN)
def test_with_nothing_to_do_the_page_says_what_comes_next_and_when(cast: Cast):
    page = Visitor(cast.county_officer).open("home")
    assert "申报4月1日截止，县级推荐从4月2日开始，4月16日截止" in page


@starting(S.SUBMITTED)
def test_every_task_carries_words_for_wechat(cast: Cast, project: Project):
    with on(2026, 4, 15):
        page = Visitor(cast.county_officer).open("home")
    words = page[page.index("data-message>") :].partition("</p>")[0]
    assert "审阅并推荐“救在身边进社区”" in words
    assert "请在2026年4月16日 17:00前办理（还剩1个工作日）" in words
    assert f"http://testserver/projects/{project.pk}/" in words
    assert "最急的一件：还剩1个工作日。" in page


@starting(S.COUNTY_RECOMMENDED)
def test_the_province_is_not_shown_what_lies_with_a_prefecture(cast: Cast):
    assert "复核并推荐到省" not in Visitor(cast.officer).open("home")


def test_somebody_without_a_role_is_told_whom_to_ask(cast: Cast):
    assert "您还没有任何身份" in Visitor(cast.stranger).open("home")


def test_every_role_has_a_purpose_and_every_waiting_state_a_duty():
    assert set(PURPOSES) == set(Role.values) - {Role.SYSTEM}
    assert set(TONES) == set(DUTIES) == set(VISIBLE)
    for name in VISIBLE:
        assert set(TONES[name]) == set(MACHINES[name].states.values)
        assert set(DUTIES[name]) == set(MACHINES[name].waits)


def submissions(cast: Cast, count: int) -> None:
    """So many more submitted projects of the county."""
    for _ in range(count):
        number = Team.objects.count()
        team = a_team(cast.places, name=f"救护队{number}")
        leader = holding(Role.TEAM_LEADER, "队长", login=f"leader{number}", team=team)
        act(a_complete_draft(cast, team=team, leader=leader), "submit", actor=leader)


@starting(RoundState.OPEN)
def test_more_work_costs_no_more_queries(cast: Cast, django_assert_max_num_queries):
    visitor, counts = Visitor(cast.county_officer), []
    for more in (1, 2):
        submissions(cast, more)
        visitor.open("home")
        with django_assert_max_num_queries(15) as seen:
            visitor.open("home")
        counts.append(len(seen))
    assert counts[0] == counts[1]


@starting(RoundState.OPEN)
def test_an_open_call_is_answered_from_home(cast: Cast):
    for person in (cast.team_leader, cast.applicant):
        page = Visitor(person).open("home")
        assert "还没有申报的团队：晨光应急救护队" in page
        assert 'href="/projects/new/"' in page
    assert "还没有申报的团队" not in Visitor(cast.county_officer).open("home")


@starting(S.DRAFT)
def test_who_has_answered_the_call_is_not_asked_again(cast: Cast, project: Project):
    assert "还没有申报的团队" not in Visitor(cast.team_leader).open("home")
    act(project, "withdraw", actor=cast.team_leader, given={"reason": "人手不够。"})
    assert "还没有申报的团队" in Visitor(cast.team_leader).open("home")


@starting(S.UNDER_REVIEW)
def test_a_reviewer_reads_until_when_to_score(cast: Cast):
    with on(2026, 5, 21):
        page = Visitor(cast.reviewers[0]).open("home")
    assert "评分：救在身边进社区" in page
    assert "2026年6月10日，专家评审" in page


@starting(S.REVIEWED)
def test_what_a_meeting_decided_is_carried_out_on_the_page_of_the_meeting(cast: Cast, project: Project):
    with on(2026, 6, 1):
        round_on(cast, RoundState.DELIBERATING)
        money_in(cast)
        minutes = a_meeting(cast, project.round)
        given = {"meeting": str(minutes.pk), "amount_fen": project.requested_fen}
        stand_behind(put_forward(project, "shortlist", actor=cast.officer, given=given), actor=cast.business_lead)
        page = Visitor(cast.officer).open("home")
    assert "会签已齐，可以办理：拟立项" in page
    assert f'href="/rounds/{project.round_id}/decisions/{minutes.pk}/"' in page
