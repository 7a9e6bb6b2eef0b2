"""Nobody judges a team of their own, from the first return to the archive; somebody else has the turn by itself."""

from __future__ import annotations

import pytest
from django.urls import reverse

from grants.desk.commands import act, put_forward, stand_behind
from grants.desk.queries.records import MODELS
from grants.desk.tables.offers import record_url
from grants.implementation.models import Check
from grants.people.commands import grant_role
from grants.people.models import User
from grants.people.queries import OF_TEAMS
from tests.cast import HANGZHOU, holding
from tests.factories import a_meeting
from tests.grants.desk.visiting import Visitor
from tests.grants.implementation.test_running import PAGE
from tests.grants.running import World, refusals
from workflow.actions import Refused, blocked
from workflow.lifecycle import MACHINES, Role
from workflow.lifecycle import ProjectState as S
from workflow.ports import SYSTEM, domain

FOR_THE_TEAM = {
    "withdraw_by_letter",
    "withdraw_in_publicity",
    "give_up",
    "submit_closeout_for_team",
    "liquidate",
    "file",
    "rectified",
    "file_change",
    "drop_change",
}
"""What an officer does on the team's letter, or writes down for the team: nothing is judged."""
AS_DECIDED = {
    "publish_notice",
    "start",
    "rehome",
    "send_reminder",
    "put_in_batch",
    "take_from_batch",
    "send",
    "pay",
    "bank_refused",
    "bank_returned",
    "receipt",
    "match_refund",
    "refund_received",
    "recuse",
}
"""What others have decided, the bank has said or a day has brought, and standing back itself."""
OFFICERS = {role.value for role in Role} - OF_TEAMS - {Role.SYSTEM}


def test_every_judgement_in_the_table_names_the_rule():
    free = {
        deed.name
        for name in set(MODELS) - {"round"}
        for deed in MACHINES[name].deeds.values()
        if OFFICERS & set(deed.by) and "not_own_team" not in deed.rules
    }
    assert free == FOR_THE_TEAM | AS_DECIDED


def joins(world: World, person: User) -> None:
    grant_role(person, Role.APPLICANT, actor=SYSTEM, team=world.cast.team)


@pytest.fixture
def check(world: World) -> Check:
    """The team has filed its mid-term page, and the prefecture's officer belongs to the team."""
    world.does(world.team_leader, "start")
    found: Check = world.project.checks.get()
    act(found, "file", actor=world.team_leader, given=PAGE)
    joins(world, world.city_officer)
    return found


def test_an_officer_of_the_team_does_not_pass_its_check_and_learns_who_does(world: World, check: Check):
    for move in ("pass_check", "rectify"):
        reason = next(one for one in blocked(check, move, world.city_officer) if one.code == "own_team")
        assert "林雅琴" in str(reason.message)
    assert "own_team" not in refusals(check, "pass_check", world.officer)
    act(check, "pass_check", actor=world.officer, given={"opinion": "进度正常。"})


def test_it_is_the_turn_of_those_who_do_not_belong_to_the_team(world: World, check: Check):
    turn = [Role.CITY_OFFICER, Role.PROGRAMME_OFFICER]
    assert set(domain().holders(check, turn)) == {world.officer}
    assert record_url(check) not in Visitor(world.city_officer).open("home")
    assert record_url(check) in Visitor(world.officer).open("home")
    page = Visitor(world.officer).open("record", "check", check.pk)
    assert "徐丽华" not in page.split('id="now-h"')[1].split("</section>")[0]


def test_a_second_officer_of_the_prefecture_has_the_turn_before_anybody_above(world: World, check: Check):
    second = holding(Role.CITY_OFFICER, "许静", login="xujing", organisation=world.cast.places[HANGZHOU])
    assert second in set(domain().holders(check, [Role.CITY_OFFICER]))
    assert "own_team" not in refusals(check, "pass_check", second)


@pytest.mark.parametrize(
    ("role", "state", "move"),
    [
        ("county_officer", S.CLOSEOUT_SUBMITTED, "return_closeout"),
        ("officer", S.CLOSEOUT_SUBMITTED, "accept"),
        ("officer", S.CLOSEOUT_SUBMITTED, "fail_acceptance"),
        ("officer", S.CITY_RECOMMENDED, "province_return"),
        ("officer", S.ELIGIBILITY_CHECK, "pass_eligibility"),
        ("chair", S.UNDER_REVIEW, "finish_review"),
        ("officer", S.REVIEWED, "shortlist"),
        ("business_lead", S.IN_PROGRESS, "suspend"),
        ("finance_officer", S.FINAL_ACCOUNTS, "return_accounts"),
        ("finance_approver", S.FINAL_ACCOUNTS, "confirm_accounts"),
        ("officer", S.CLOSED, "archive"),
    ],
)
def test_at_every_stage_a_member_of_the_team_is_refused(world: World, role: str, state: S, move: str):
    person = getattr(world, role)
    project = world.is_in(state)
    assert "own_team" not in refusals(project, move, person)
    joins(world, person)
    assert "own_team" in refusals(project, move, person)
    assert "own_team" not in refusals(project, move, world.stranger)


def test_where_the_province_has_nobody_else_it_is_said_who_helps(world: World):
    joins(world, world.officer)
    reason = next(one for one in blocked(world.is_in(S.CLOSED), "archive", world.officer) if one.code == "own_team")
    assert "系统管理员" in str(reason.message)
    second = holding(Role.PROGRAMME_OFFICER, "杜若", login="duruo", organisation=world.cast.places["330000"])
    reason = next(one for one in blocked(world.project, "archive", world.officer) if one.code == "own_team")
    assert "杜若" in str(reason.message)
    assert "own_team" not in refusals(world.project, "archive", second)


def test_whoever_endorses_is_asked_the_same(world: World):
    world.is_in(S.IN_PROGRESS)
    given = {"meeting": str(a_meeting(world.cast, world.round).pk), "ground": "breach", "breach": "没有开展活动。"}
    proposal = put_forward(world.project, "terminate", actor=world.officer, given=given)
    joins(world, world.business_lead)
    page = Visitor(world.business_lead).open("proposal", proposal.pk)
    assert "您是这个团队的成员" in page
    assert reverse("proposal", args=[proposal.pk]) not in Visitor(world.business_lead).open("home")
    with pytest.raises(Refused) as refused:
        stand_behind(proposal, actor=world.business_lead)
    assert refused.value.codes == ("own_team",)


def test_whoever_signs_for_the_team_is_not_kept_from_it_by_an_office(world: World):
    project = world.is_in(S.APPROVED)
    grant_role(world.team_leader, Role.PROGRAMME_OFFICER, actor=SYSTEM, organisation=world.cast.places["330000"])
    assert "own_team" not in refusals(project, "sign_as_party", world.team_leader)
    assert "own_team" in refusals(project, "sign_agreement", world.team_leader)
