"""The pages on which roles are granted and ended, teams handed over and organisations merged."""

from __future__ import annotations

from typing import Any

import pytest

from grants.applications.models import Project
from grants.people.models import Handover, Organisation, RoleGrant, Team
from tests.cast import HANGZHOU, SHANGCHENG, XIHU, Cast, holding
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import starting
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role


def test_a_role_is_granted_and_ended_with_a_reason(cast: Cast):
    visitor, person = Visitor(cast.officer), cast.stranger
    place = cast.places[SHANGCHENG].pk
    visitor.send("grant_role", person.pk, role=Role.COUNTY_OFFICER.value, organisation=place)
    grant = RoleGrant.objects.get(person=person)
    assert (grant.role, grant.organisation_id, grant.granted_by) == (Role.COUNTY_OFFICER, place, cast.officer)
    page = visitor.open("person", person.pk)
    assert f"/grants/{grant.pk}/end/" in page
    assert "林雅琴" in page
    visitor.send("end_role", grant.pk, reason="调离")
    page = visitor.open("person", person.pk)
    assert "已结束" in page
    assert "调离" in page


def test_roles_that_exclude_each_other_are_explained_at_the_field(cast: Cast):
    typed: dict[str, Any] = {"role": Role.CASHIER.value, "organisation": cast.places["330000"].pk}
    answer = Visitor(cast.sysadmin).send("grant_role", cast.auditor.pk, status=422, **typed)
    page = text(answer)
    assert "苏文杰已是“审计/监事（只读）”，不能同时担任“出纳”。" in page
    assert 'id="f-role_error"' in page


@pytest.mark.parametrize(("role", "at"), [(Role.TEAM_LEADER, "team"), (Role.CITY_OFFICER, "organisation")])
def test_a_role_at_the_wrong_place_is_explained_there(cast: Cast, role: Role, at: str):
    typed: dict[str, Any] = {"role": role.value, "organisation": cast.places[SHANGCHENG].pk}
    page = text(Visitor(cast.officer).send("grant_role", cast.stranger.pk, status=422, **typed))
    assert f'id="f-{at}_error"' in page


@pytest.mark.parametrize("role", ["team_leader", "auditor", "cashier", "chair"])
def test_who_lets_nobody_in_has_no_such_page(cast: Cast, role: str):
    visitor = Visitor(getattr(cast, role))
    visitor.open("grant_role", cast.applicant.pk, status=404)
    visitor.open("end_role", cast.applicant.grants.get().pk, status=404)


def test_a_county_offers_its_own_teams_only(cast: Cast):
    page = Visitor(cast.county_officer).open("grant_role", cast.applicant.pk)
    assert "项目负责人" in page
    assert "出纳" not in page


def test_a_team_is_handed_over_by_two_people(cast: Cast):
    receiver = holding(Role.COUNTY_LEADER, "西湖会长", login="xihu", organisation=cast.places[XIHU])
    asking, taking = Visitor(cast.county_officer), Visitor(receiver)
    asking.send("handover", cast.team.pk, receiving=cast.places[XIHU].pk, reason="团队活动都在西湖区。")
    found = Handover.objects.get()
    assert "等答复的团队移交" in taking.open("organisations")
    assert "取消移交" in asking.open("handover_answer", found.pk)
    taking.send("handover_answer", found.pk, answer="refused", status=422)
    taking.send("handover_answer", found.pk, answer="taken")
    assert Team.objects.get(pk=cast.team.pk).guided_by == cast.places[XIHU]
    assert "已接收" in taking.open("handover_answer", found.pk)


@starting(S.SUBMITTED)
def test_a_team_with_a_project_going_stays(cast: Cast, project: Project):
    typed: dict[str, Any] = {"receiving": cast.places[XIHU].pk, "reason": "团队活动都在西湖区。"}
    answer = Visitor(cast.county_officer).send("handover", cast.team.pk, status=422, **typed)
    assert "还在办" in text(answer)
    assert not Handover.objects.exists()


@pytest.mark.parametrize("role", ["officer", "city_officer", "sysadmin", "team_leader"])
def test_others_have_no_part_in_a_handover(cast: Cast, role: str):
    Visitor(getattr(cast, role)).open("handover", cast.team.pk, status=404)


def test_the_administrator_merges_organisations(cast: Cast):
    visitor, old, new = Visitor(cast.sysadmin), cast.places[SHANGCHENG], cast.places[XIHU]
    page = visitor.open("merge_organisation", old.pk)
    assert "1支团队、3个身份" in page
    typed: dict[str, Any] = {"into": new.pk, "on": "2026-03-02", "paper": "杭政函〔2026〕3号"}
    visitor.send("merge_organisation", old.pk, status=422, **typed)
    visitor.send("merge_organisation", old.pk, **typed, sure="on")
    assert Organisation.objects.get(pk=old.pk).succeeded_by == new


def test_an_organisation_with_others_below_is_not_merged(cast: Cast):
    typed: dict[str, Any] = {
        "into": cast.places["330600"].pk,
        "on": "2026-03-02",
        "paper": "杭政函〔2026〕3号",
        "sure": "on",
    }
    page = text(Visitor(cast.sysadmin).send("merge_organisation", cast.places[HANGZHOU].pk, status=422, **typed))
    assert "还有下级红十字会" in page


@pytest.mark.parametrize("role", ["officer", "county_leader", "auditor"])
def test_only_the_administrator_merges(cast: Cast, role: str):
    Visitor(getattr(cast, role)).open("merge_organisation", cast.places[SHANGCHENG].pk, status=404)
