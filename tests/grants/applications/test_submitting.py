"""What stands against submitting an application, and what submitting brings."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from grants.applications.commands import save_budget, save_form
from grants.applications.completeness import problems
from grants.applications.models import Project
from grants.desk.commands import act
from grants.people.commands import grant_role
from grants.people.enums import LegalForm
from grants.people.models import Organisation, Team
from storage.queries import attachments_of
from tests.cast import Cast, a_team, holding
from tests.factories import CALL, a_complete_draft, a_draft, an_open_round, answers, last_step, on
from tests.grants.funds.builders import put
from tests.journey_steps import starting
from workflow import clock
from workflow.actions import blocked
from workflow.chain import canonical, digest
from workflow.deadlines import deadline
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role
from workflow.ports import SYSTEM
from workflow.refusals import Refused


def against(project: Project, cast: Cast, name: str = "submit") -> dict[str, str]:
    """Everything that stands against the leader's move: code and sentence."""
    return {reason.code: str(reason.message) for reason in blocked(project, name, cast.team_leader)}


def said(project: Project) -> list[str]:
    return [problem.message for problem in problems(project)]


@starting(S.DRAFT)
def test_a_complete_draft_can_be_submitted(cast: Cast, project: Project):
    assert against(project, cast) == {}
    assert problems(project) == []


def test_an_empty_draft_is_told_everything_that_is_missing(cast: Cast):
    project = a_draft(cast)

    assert set(against(project, cast)) == {"form_incomplete", "no_commitment", "budget"}
    assert len(problems(project)) == 18
    assert "申报书还有 18 处没有完成：“项目名称”没有填；" in against(project, cast)["form_incomplete"]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"title": "救护"}, "“项目名称”至少写 4 个字"),
        ({"title": "“救在身边”进社区"}, "“项目名称”不要用引号和书名号"),
        ({"title": "长" * 31}, "“项目名称”最多 30 个字"),
        ({"field": "INTERNATIONAL"}, "“服务领域”不在本轮范围内"),
        ({"summary": "请联系 13800000001 报名"}, "“项目简介”会公开，请去掉电话、证件和账号"),
        ({"start_date": "2026-04-01"}, "“实施开始”须在申报截止日2026年4月1日之后"),
        ({"end_date": "2026-12-30"}, "实施周期须为 6 至 18 个月"),
        ({"end_date": "2028-02-01"}, "实施周期须为 6 至 18 个月"),
        ({"minors": True}, "“未成年人保护与监护安排”没有填"),
        ({"hazardous": True}, "“安全预案与保险安排”没有填"),
        ({"need": ""}, "“为什么要做（依据和数据来源）”没有填"),
        ({"need": "长" * 501}, "“为什么要做（依据和数据来源）”最多 500 个字"),
        ({"contact_mobile": "0571-8701"}, "“联系人手机”请填 11 位手机号"),
        ({"activities": [{"name": "只有名称"}]}, "“活动计划”的每一项都要写：活动名称、月份、场次、每场志愿者"),
        ({"activities": answers()["activities"] * 5}, "活动最多 12 项"),
        ({"indicators": answers()["indicators"][:2]}, "成效指标至少 3 个，都要有目标值"),
        ({"paid_to": "registered_team"}, "团队没有依法登记，资助款须付给指导红十字会"),
    ],
)
def test_what_cannot_be_right_is_told(cast: Cast, changed: dict[str, Any], problem: str):
    project = a_complete_draft(cast, **changed)

    assert problem in said(project)
    assert "form_incomplete" in against(project, cast)


def test_exactly_six_and_eighteen_months_are_fine(cast: Cast):
    project = a_complete_draft(cast, end_date="2027-01-31")
    assert said(project) == []

    save_form(project, actor=cast.team_leader, end_date="2028-01-31")
    assert said(project) == []


def test_a_registered_team_may_be_paid_itself(cast: Cast):
    Team.objects.update(legal_form=LegalForm.REGISTERED, uscc="52330102MJ8700000E")
    cast.team.refresh_from_db()

    assert said(a_complete_draft(cast, paid_to="registered_team")) == []


def test_the_signed_pages_are_asked_for(cast: Cast):
    project = a_draft(cast)
    save_form(project, actor=cast.team_leader, **answers())

    assert said(project) == ["“团队登记或批复证明”没有上传"]
    assert "请上传签字盖章的承诺书。" in against(project, cast)["no_commitment"]


def test_the_leader_must_have_committed(cast: Cast):
    project = a_complete_draft(cast, committed=False)

    assert against(project, cast) == {"no_commitment": "请项目负责人阅读承诺书并勾选承诺。"}


@starting(S.DRAFT)
def test_a_budget_that_breaks_the_rules_stops_submitting(cast: Cast, project: Project):
    line = {"category": "PUBLICITY", "item": "画册", "unit": "册", "unit_price_fen": 2_000_000, "quantity": 1}
    save_budget(project, [line], actor=cast.team_leader)

    assert against(project, cast) == {
        "budget": "预算有 1 处须修改：宣传制作 20,000.00 元，超过资助的 15%（3,000.00 元）。"
    }


@pytest.mark.parametrize(
    ("changed", "part"),
    [
        ({"members": 9}, "成员 9 人，不足 10 人"),
        ({"core_members": 2}, "核心成员 2 人，不足 3 人"),
        ({"founded_on": dt.date(2025, 3, 3)}, "2025年3月3日成立，到申报开始不满 12 个月"),
        ({"banned_until": dt.date(2026, 3, 2)}, "停止申报至2026年3月2日"),
    ],
)
@starting(S.DRAFT)
def test_a_team_that_does_not_meet_the_conditions_is_told_why(cast: Cast, changed: dict[str, Any], part: str):
    Team.objects.filter(pk=cast.team.pk).update(**changed)

    assert against(Project.objects.get(), cast) == {"team": f"团队还不符合申报条件：{part}。"}


@starting(S.DRAFT)
def test_a_team_of_exactly_twelve_months_may_apply(cast: Cast, project: Project):
    Team.objects.filter(pk=cast.team.pk).update(founded_on=dt.date(2025, 3, 2), banned_until=dt.date(2026, 3, 1))

    assert against(Project.objects.get(pk=project.pk), cast) == {}


@starting(S.DRAFT)
def test_a_team_whose_guide_was_merged_waits_for_its_successor(cast: Cast, project: Project):
    Organisation.objects.filter(pk=cast.team.guided_by_id).update(valid_to=dt.date(2026, 3, 1))

    assert "已撤并" in against(Project.objects.get(pk=project.pk), cast)["team"]


def test_a_team_that_owes_an_earlier_round_its_accounts_does_not_apply(cast: Cast):
    with clock.held(CALL - dt.timedelta(days=40)):
        an_open_round(cast, year=2025)
        a_draft(cast)
    an_open_round(cast)
    project = a_complete_draft(cast)

    assert "往轮项目 QNZJ-2025-0001 还没有结项" in against(project, cast)["team"]


@starting(S.SUBMITTED)
def test_a_leader_who_owes_an_earlier_round_with_another_team_does_not_apply(cast: Cast, project: Project):
    put(project, S.CLOSEOUT_DUE)
    other = a_team(cast.places, name="朝霞应急队")
    grant_role(cast.team_leader, Role.TEAM_LEADER, team=other, actor=SYSTEM)
    an_open_round(cast, year=2028)
    mine = a_draft(cast, team=other, leader=cast.team_leader)

    words = against(mine, cast)["team"]
    assert f"负责人{cast.team_leader.name}的往轮项目 {project.number} 已到期，还没有结项" in words


@starting(S.SUBMITTED)
def test_a_leader_whose_other_project_goes_on_owes_nothing(cast: Cast, project: Project):
    put(project, S.IN_PROGRESS)
    other = a_team(cast.places, name="朝霞应急队")
    grant_role(cast.team_leader, Role.TEAM_LEADER, team=other, actor=SYSTEM)
    an_open_round(cast, year=2027)
    assert project.number not in against(a_draft(cast, team=other, leader=cast.team_leader), cast).get("team", "")


@starting(S.APPROVED)
def test_the_same_work_is_not_funded_twice_at_the_same_time(cast: Cast, project: Project):
    other = a_team(cast.places, name="朝霞应急队")
    leader = holding(Role.TEAM_LEADER, "陈朝霞", login="leader-b", team=other)
    an_open_round(cast, year=2027)
    mine = a_draft(cast, team=other, leader=leader)
    assert project.start_date
    assert project.end_date
    day, rows = dt.timedelta(days=1), Project.objects.filter(pk=mine.pk)

    def told() -> str:
        mine.refresh_from_db()
        return next((str(one.message) for one in blocked(mine, "submit", leader) if one.code == "funded_twice"), "")

    rows.update(title=project.title, start_date=project.end_date, end_date=project.end_date + 300 * day)
    assert f"同名的项目 {project.number} 已经得到资助" in told()
    rows.update(start_date=project.end_date + day)
    assert told() == ""
    rows.update(title="另一件事", start_date=project.start_date, end_date=project.end_date)
    assert told() == ""


@starting(S.DRAFT)
def test_nothing_is_submitted_after_the_deadline(cast: Cast, project: Project):
    with on(2026, 4, 1, 16):
        assert against(project, cast) == {}
    with on(2026, 4, 1, 17):
        assert against(project, cast) == {"call_closed": "申报已于2026年4月1日 17:00截止。"}


@pytest.mark.parametrize("role", ["applicant", "county_officer", "officer"])
@starting(S.DRAFT)
def test_only_the_leader_submits(cast: Cast, project: Project, role: str):
    with pytest.raises(Refused) as refused:
        act(project, "submit", actor=getattr(cast, role))

    assert refused.value.codes == ("not_yours",)


@starting(S.SUBMITTED)
def test_submitting_gives_the_county_ten_working_days_from_the_close_of_the_call(cast: Cast, project: Project):
    found = deadline(project, "county_recommend")

    assert found
    assert found.due_at == dt.datetime(2026, 4, 16, 17, tzinfo=clock.SHANGHAI)
    assert (found.amount, found.unit) == (10, "wd")
    assert deadline(project, "call_closed") is None


@starting(S.SUBMITTED)
def test_the_step_proves_form_and_budget(cast: Cast, project: Project):
    payload = last_step(project).payload

    assert project.submissions.get().digest in payload
    assert f'"budget","v{project.budgets.get().number}"' in payload


@starting(S.SUBMITTED)
def test_the_step_proves_every_file(cast: Cast, project: Project):
    files = sorted([one.slot, one.document.sha256] for one in attachments_of(project))
    whole, fewer = (digest(canonical(found)) for found in (files, files[1:]))

    assert len(files) == 2
    assert f'"files","v1","{whole}"' in last_step(project).payload
    assert fewer not in last_step(project).payload


@starting(S.SUBMITTED)
def test_a_leader_takes_the_application_back_until_the_county_opened_it(cast: Cast, project: Project):
    assert against(project, cast, "recall") == {}

    act(project, "open_file", actor=cast.county_officer)
    assert set(against(project, cast, "recall")) == {"opened"}


@starting(S.SUBMITTED)
def test_a_recalled_application_is_a_draft_with_its_deadline_again(cast: Cast, project: Project):
    act(project, "recall", actor=cast.team_leader)

    assert project.state == S.DRAFT
    assert deadline(project, "call_closed")
    assert deadline(project, "county_recommend") is None


@starting(S.SUBMITTED)
def test_nothing_is_recalled_after_the_deadline(cast: Cast, project: Project):
    with on(2026, 4, 2):
        assert set(against(project, cast, "recall")) == {"call_closed"}


@starting(S.DRAFT)
def test_nothing_is_submitted_before_a_call(cast: Cast, project: Project):
    project.round.call_closes_at = None

    assert against(project, cast) == {"call_closed": "本轮还没有开始申报。"}
