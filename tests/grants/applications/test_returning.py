"""Applications come back for correction, lapse, are withdrawn, and come under another Red Cross."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from grants.applications.commands import attach_file, save_budget, save_form
from grants.applications.models import BudgetVersion, Project, Recommendation
from grants.applications.queries import current_budget
from grants.desk.commands import act
from grants.people.commands import merge_organisation
from grants.people.models import Organisation
from grants.programmes.models import Quota
from tests.cast import HANGZHOU, XIHU, Cast, a_team, holding
from tests.factories import a_complete_draft, a_document, a_draft, budget_lines, due, on
from tests.journey_steps import a_project_in, a_submitted_project, starting, submit
from workflow.actions import blocked
from workflow.clock import SHANGHAI
from workflow.deadlines import deadline
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role
from workflow.models import Work
from workflow.ports import SYSTEM
from workflow.refusals import Refused
from workflow.ticking import fire_due

BACK = {"reason": "预算依据不足。", "sections": ["budget", "design"], "due_on": "2026-03-10"}


def against(project: Project, name: str, actor: Any, **given: Any) -> set[str]:
    return {reason.code for reason in blocked(project, name, actor, given)}


def returned(cast: Cast) -> Project:
    project = a_submitted_project(cast)
    act(project, "county_return", actor=cast.county_officer, given=BACK)
    return project


# Returned ---------------------------------------------------------------------------------------------------


def test_a_county_returns_with_reason_sections_and_day(cast: Cast):
    project = returned(cast)

    assert project.state == S.RETURNED
    assert due(project, "return_due") == dt.datetime(2026, 3, 10, 17, tzinfo=SHANGHAI)
    assert deadline(project, "county_recommend") is None


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"reason": ""}, "reason"),
        ({"sections": []}, "sections"),
        ({"sections": ["secrets"]}, "sections"),
        ({"due_on": "2026-03-02"}, "due_on"),
    ],
)
@starting(S.SUBMITTED)
def test_a_return_says_why_what_and_until_when(cast: Cast, project: Project, changed: dict[str, Any], code: str):
    given = BACK | changed

    assert against(project, "county_return", cast.county_officer, **given) == {code}


@starting(S.COUNTY_RECOMMENDED)
def test_a_city_and_the_province_return_what_lies_before_them(cast: Cast, project: Project):
    act(project, "city_return", actor=cast.city_officer, given=BACK)

    assert project.state == S.RETURNED
    assert not Recommendation.objects.filter(withdrawn_at=None).exists()


@starting(S.CITY_RECOMMENDED)
def test_a_place_is_free_when_the_province_returns(cast: Cast, project: Project):
    act(project, "province_return", actor=cast.officer, given=BACK)

    assert Quota.objects.get(organisation=cast.places[HANGZHOU]).used == 0
    assert not Recommendation.objects.filter(withdrawn_at=None).exists()


def test_a_direct_application_is_returned_by_the_level_it_went_to(cast: Cast):
    cast.round = a_complete_draft(cast).round
    guide = Organisation.objects.get(name="浙江大学")
    team = a_team({"x": guide}, "x", "浙大救护队")
    leader = holding(Role.TEAM_LEADER, "浙大队长", login="zju", team=team)
    project = a_complete_draft(cast, team=team, leader=leader)
    submit(cast, project)

    assert "route" in against(project, "county_return", cast.county_officer)
    act(project, "direct_return", actor=cast.officer, given=BACK)
    assert project.state == S.RETURNED


def test_a_corrected_application_is_submitted_again(cast: Cast):
    project = returned(cast)
    save_form(project, actor=cast.applicant, version=project.version, need="补充了卫健局 2025 年的数据。")
    act(project, "resubmit", actor=cast.team_leader)

    assert (project.state, project.not_corrected, project.submissions.count()) == (S.SUBMITTED, False, 2)
    assert deadline(project, "return_due") is None
    assert deadline(project, "county_recommend")


def test_only_the_sections_that_were_sent_back_are_changed(cast: Cast):
    project = returned(cast)
    same: dict[str, Any] = {"title": project.title, "start_date": project.start_date, "hazardous": project.hazardous}
    save_form(project, actor=cast.applicant, need="补充了卫健局 2025 年的数据。", **same)

    with pytest.raises(Refused) as refused:
        save_form(project, actor=cast.applicant, need="又改了。", title="另一个项目", contact_name="王五")
    assert str(refused.value) == "这次只退回修改“需求与方案、预算”，“项目概况、团队与收款”不能改动。"
    assert refused.value.reasons[0].at == "title"
    with pytest.raises(Refused, match="“材料”不能改动"):
        attach_file(project, "qualification", a_document(cast.applicant), actor=cast.applicant)
    assert Project.objects.get().form["need"] == "补充了卫健局 2025 年的数据。"


def test_a_budget_that_was_not_sent_back_stays(cast: Cast):
    project = a_submitted_project(cast)
    act(project, "county_return", actor=cast.county_officer, given=BACK | {"sections": ["design"]})

    with pytest.raises(Refused, match="“预算”不能改动"):
        save_budget(project, budget_lines(2_000_000), actor=cast.applicant)


def test_amounts_that_were_changed_keep_the_rules_of_budgets(cast: Cast):
    project = returned(cast)
    save_budget(project, budget_lines(9_999_999), actor=cast.applicant)

    assert against(project, "resubmit", cast.team_leader) == {"budget"}


def test_what_was_not_submitted_again_does_not_count(cast: Cast):
    project = returned(cast)
    before = Project.objects.values("requested_fen", "form", "title", "start_date", "payee").get()
    save_form(project, actor=cast.applicant, need="", sustain="只写了一半")
    save_budget(project, budget_lines(9_999_999), actor=cast.applicant)
    with on(2026, 3, 10, 18):
        assert fire_due()["moved"] == 1

    assert Project.objects.values("requested_fen", "form", "title", "start_date", "payee").get() == before
    assert current_budget(project) == BudgetVersion.objects.get()


def test_nothing_is_resubmitted_after_its_day(cast: Cast):
    project = returned(cast)
    with on(2026, 3, 10, 16):
        assert against(project, "resubmit", cast.team_leader) == set()
    with on(2026, 3, 10, 17):
        assert against(project, "resubmit", cast.team_leader) == {"too_late"}


def test_an_application_that_was_not_corrected_goes_on_marked(cast: Cast):
    project = returned(cast)
    assert "not_due" in against(project, "lapse_return", SYSTEM)

    with on(2026, 3, 10, 18):
        assert fire_due()["moved"] == 1
    project.refresh_from_db()
    assert (project.state, project.not_corrected) == (S.SUBMITTED, True)
    assert deadline(project, "county_recommend")


# Lapsed and withdrawn ---------------------------------------------------------------------------------------


def test_a_draft_lapses_when_the_call_closes(cast: Cast):
    project = a_draft(cast)
    with on(2026, 4, 1, 18):
        assert fire_due()["moved"] == 2
    project.refresh_from_db()

    assert project.state == S.WITHDRAWN


@pytest.mark.parametrize("state", [S.DRAFT, S.SUBMITTED, S.COUNTY_RECOMMENDED, S.CITY_RECOMMENDED])
def test_a_leader_withdraws_with_a_reason_and_every_word_and_place_is_free(cast: Cast, state: str):
    project = a_project_in(cast, state)
    assert against(project, "withdraw", cast.team_leader) == {"reason"}

    act(project, "withdraw", actor=cast.team_leader, given={"reason": "骨干离队"})
    assert project.state == S.WITHDRAWN
    assert not Recommendation.objects.filter(withdrawn_at=None).exists()
    assert Quota.objects.get(organisation=cast.places[HANGZHOU]).used == 0


def withdrawn(cast: Cast) -> Project:
    project = a_submitted_project(cast)
    act(project, "withdraw", actor=cast.team_leader, given={"reason": "骨干离队"})
    return project


def test_a_withdrawn_application_is_taken_up_again_while_the_call_is_open(cast: Cast):
    project = withdrawn(cast)
    act(project, "reopen_draft", actor=cast.team_leader)

    assert project.state == S.DRAFT
    assert deadline(project, "call_closed")
    act(project, "submit", actor=cast.team_leader)


def test_a_withdrawn_application_stays_so_after_the_call(cast: Cast):
    project = withdrawn(cast)
    with on(2026, 4, 1, 17):
        assert against(project, "reopen_draft", cast.team_leader) == {"round_closed"}


def test_a_withdrawn_application_stays_so_beside_a_new_one(cast: Cast):
    project = withdrawn(cast)
    a_draft(cast)

    assert against(project, "reopen_draft", cast.team_leader) == {"second_application"}


def test_what_experts_have_seen_is_not_opened_again(cast: Cast):
    project = withdrawn(cast)
    Project.objects.filter(pk=project.pk).update(reviewed_once=True)

    assert against(Project.objects.get(), "reopen_draft", cast.team_leader) == {"reviewed"}


# Another Red Cross ------------------------------------------------------------------------------------------


@starting(S.COUNTY_RECOMMENDED)
def test_a_project_follows_its_county_into_another(cast: Cast, project: Project):
    old, new = cast.team.guided_by, cast.places[XIHU]
    with pytest.raises(Refused):
        act(project, "rehome", actor=cast.officer)
    merge_organisation(old, new, dt.date(2026, 3, 2), actor=SYSTEM)
    act(project, "rehome", actor=cast.officer)

    assert (project.scope, project.payee) == (new.path, new)
    assert Work.objects.get(object_id=project.pk, machine="project").scope == new.path
    assert Recommendation.objects.get().withdrawn_at is None
    assert against(project, "rehome", cast.officer) == {"not_merged"}


@starting(S.SUBMITTED)
def test_a_project_follows_two_mergers_at_once(cast: Cast, project: Project):
    last = cast.places["330602"]
    merge_organisation(cast.team.guided_by, cast.places[XIHU], dt.date(2026, 3, 2), actor=SYSTEM)
    merge_organisation(cast.places[XIHU], last, dt.date(2026, 3, 2), actor=SYSTEM)
    act(project, "rehome", actor=cast.officer)

    assert project.scope == last.path


def test_another_payee_than_the_merged_red_cross_stays(cast: Cast):
    project, city = a_submitted_project(cast), cast.places[HANGZHOU]
    Project.objects.filter(pk=project.pk).update(payee=city)
    merge_organisation(cast.team.guided_by, cast.places[XIHU], dt.date(2026, 3, 2), actor=SYSTEM)
    act(project, "rehome", actor=cast.officer)

    assert (project.scope, project.payee) == (cast.places[XIHU].path, city)
