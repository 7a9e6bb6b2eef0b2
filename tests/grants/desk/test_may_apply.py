"""“我能申报吗”: asked before there is an application, answered by the rules that will decide."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.urls import reverse

from grants.applications.models import Project
from grants.applications.queries import supposed
from grants.applications.rules.team import OF_TEAM
from grants.desk.tables.may_apply import ASKED, UNKNOWN, UNMET, WAYS, rows
from grants.people.commands import end_role, grant_role
from grants.people.models import Organisation, RoleGrant, Team
from grants.programmes.models import Round
from grants.programmes.queries import rules_of
from tests.cast import YUECHENG, Cast, a_team
from tests.factories import CALL, a_complete_draft, a_draft, an_open_round, on, reasons
from tests.grants.desk.visiting import Visitor, asked
from tests.journey_steps import starting
from workflow import clock
from workflow.lifecycle import PROJECT, Role, RoundState
from workflow.ports import SYSTEM

pytestmark = starting(RoundState.OPEN)


def unmet(cast: Cast, round_: Round, *, leaders: tuple[Any, ...] = (True,)) -> dict[str, str]:
    """What stands against the team, by condition."""
    team = Team.objects.select_related("guided_by").get(pk=cast.team.pk)
    draft = supposed(round_, team, cast.team_leader)
    found = rows(draft, rules_of(round_), leaders, cast.team_leader)
    return {row.code: row.said for row in found if row.standing == UNMET}


def test_a_team_that_may_apply_is_told_so_and_led_to_the_beginning(cast: Cast, round_: Round):
    page = Visitor(cast.team_leader).open("may_apply", round_.pk)

    assert "“晨光应急救护队”可以申报" in page
    assert f"{reverse('new_project')}?round={round_.pk}&amp;team={cast.team.pk}" in page
    assert "不符合" not in page
    assert page.count("现在还不知道") >= 3


@pytest.mark.parametrize(
    ("code", "changed", "said"),
    [
        ("members", {"members": 9, "core_members": 3}, "成员 9 人，不足 10 人"),
        ("core", {"core_members": 2}, "核心成员 2 人，不足 3 人"),
        ("age", {"founded_on": dt.date(2025, 3, 3)}, "2025年3月3日成立，到申报开始不满 12 个月"),
        ("ban", {"banned_until": dt.date(2026, 3, 2)}, "停止申报至2026年3月2日"),
        ("registered_platform", {"platform_no": ""}, "没有平台编号"),
    ],
)
def test_each_condition_on_the_team_is_told_by_itself(
    cast: Cast, round_: Round, code: str, changed: dict[str, Any], said: str
):
    Team.objects.filter(pk=cast.team.pk).update(**changed)

    assert unmet(cast, round_) == {code: said}
    page = Visitor(cast.team_leader).open("may_apply", round_.pk)
    assert "现在还不能申报：1条不符合" in page
    assert said in page
    assert f"{reverse('new_project')}?" not in page
    assert str(WAYS[code]) % {"guide": cast.team.guided_by} in page


def test_a_guide_that_was_merged_stands_against_it(cast: Cast, round_: Round):
    Organisation.objects.filter(pk=cast.team.guided_by_id).update(valid_to=dt.date(2026, 3, 1))

    assert set(unmet(cast, round_)) == {"guide"}


def test_what_is_owed_from_an_earlier_round_is_named(cast: Cast):
    with clock.held(CALL - dt.timedelta(days=40)):
        an_open_round(cast, year=2024)
        owed = a_draft(cast)
    round_ = an_open_round(cast, year=2027)

    assert unmet(cast, round_) == {"debts": f"往轮项目 {owed.number} 还没有结项"}


def test_a_second_application_and_a_closed_call_are_told(cast: Cast, round_: Round):
    project = a_draft(cast)

    assert unmet(cast, round_) == {"one_application_per_team": f"团队在本轮已有申报 {project.number}。"}
    with on(2026, 4, 2):
        assert set(unmet(cast, round_)) == {"one_application_per_team", "round_open"}


def test_a_team_without_a_leader_is_told_whom_to_ask(cast: Cast, round_: Round):
    end_role(RoleGrant.objects.get(role=Role.TEAM_LEADER), actor=cast.sysadmin, reason="退出团队")
    page = Visitor(cast.applicant).open("may_apply", round_.pk)

    assert "现在没有项目负责人" in page
    assert f"请{cast.team.guided_by}给团队设一位项目负责人" in page


def test_the_page_and_the_submission_never_disagree_about_a_team(cast: Cast, round_: Round):
    project = a_complete_draft(cast)
    changes: list[dict[str, Any]] = [{}, {"members": 9, "core_members": 3}, {"core_members": 0}]
    changes += [{"founded_on": dt.date(2025, 9, 1)}, {"banned_until": dt.date(2027, 1, 1)}]
    for changed in changes:
        Team.objects.filter(pk=cast.team.pk).update(**{"members": 24, "core_members": 8} | changed)
        told = set(unmet(cast, round_)) & {one.code for one in OF_TEAM}
        fresh = Project.objects.get(pk=project.pk)
        assert bool(told) == ("team" in reasons(fresh, "submit", cast.team_leader)), changed


def test_every_rule_of_beginning_and_handing_in_is_on_the_page():
    of_the_clerk = {"begun_at_request"}  # says nothing of the team
    assert {*PROJECT.begin.rules, *PROJECT.deeds["submit"].rules} - of_the_clerk == ASKED


def test_what_nobody_can_know_yet_is_not_called_met(cast: Cast, round_: Round):
    draft = supposed(round_, cast.team, cast.team_leader)
    found = rows(draft, rules_of(round_), [cast.team_leader], cast.team_leader)

    later = {row.code for row in found if row.standing == UNKNOWN}
    assert later == {
        *("form_complete", "budget_valid", "commitment_given", "doubts_told", "not_funded_twice"),
        *("not_sanctioned", "no_double_funding", "liability_insurance"),
    }


def test_asking_writes_nothing(cast: Cast, round_: Round):
    numbered = round_.numbered
    leader = Visitor(cast.team_leader)
    with asked() as queries:
        leader.open("may_apply", round_.pk)

    round_.refresh_from_db()
    assert (Project.objects.count(), round_.numbered) == (0, numbered)
    assert not [one for one in queries if "grants_" in one and not one.startswith("SELECT")]


def test_a_county_asks_for_a_team_it_guides_and_for_no_other(cast: Cast, round_: Round):
    officer, other = Visitor(cast.county_officer), a_team(cast.places, YUECHENG, "越城志愿队")

    page = officer.open("may_apply", round_.pk, query=f"?team={cast.team.pk}")
    assert "“晨光应急救护队”可以申报" in page
    assert f"{reverse('new_project')}?" not in page
    for wrong in (str(other.pk), "x", "99999999999"):
        officer.open("may_apply", round_.pk, query=f"?team={wrong}", status=404)


def test_whoever_has_no_team_is_told_what_to_do(cast: Cast, round_: Round):
    assert "您还没有团队" in Visitor(cast.officer).open("may_apply", round_.pk)


def test_it_is_linked_from_where_one_begins(cast: Cast, round_: Round):
    leader, link = Visitor(cast.team_leader), reverse("may_apply", args=[round_.pk])

    for page in (leader.open("home"), leader.open("new_project"), leader.open("public_call", round_.pk)):
        assert link in page


def test_whoever_has_asked_begins_with_the_same_team(cast: Cast, round_: Round):
    second = a_team(cast.places, name="晨光第二队")
    grant_role(cast.team_leader, Role.TEAM_LEADER, team=second, actor=SYSTEM, valid_from=dt.date(2026, 1, 1))
    leader = Visitor(cast.team_leader)

    page = leader.open("may_apply", round_.pk, query=f"?team={second.pk}")
    assert "“晨光第二队”可以申报" in page
    for query, team in ((f"?round={round_.pk}&team={second.pk}", second), ("?team=nonsense", cast.team)):
        chosen = re.findall(
            r'<(?:input|option)[^>]*value="(\d+)"[^>]*(?:checked|selected)', leader.open("new_project", query=query)
        )
        assert str(team.pk) == chosen[-1]
