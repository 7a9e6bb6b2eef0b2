"""A team that is in the register twice becomes one: nothing of its past is lost, nobody applies in the struck name."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from grants.applications.commands import begin_project
from grants.applications.rules.team import open_elsewhere
from grants.people.commands import create_team, grant_role
from grants.people.commands.merging import merge_team
from grants.people.duplicates import bare, pairs
from grants.people.enums import Line
from grants.people.models import RegisterLine, Team, User
from grants.people.queries import live_grants
from tests.cast import SHANGCHENG, XIHU, Cast
from tests.factories import a_draft, an_open_round
from tests.grants.desk.visiting import Visitor, text
from workflow.lifecycle import Role
from workflow.ports import SYSTEM
from workflow.refusals import Refused

WHY = "2025 年改名后又登记了一次。"


def a_double(cast: Cast, name: str = "晨光 应急救护志愿服务队") -> Team:
    """The cast's team entered once more."""
    return entered(cast, name, SHANGCHENG)


def entered(cast: Cast, name: str, county: str) -> Team:
    day, place = dt.date(2019, 5, 1), cast.places[county]
    return create_team(actor=SYSTEM, name=name, guided_by=place, founded_on=day, members=20, core_members=6)


def why_not(old: Team, into: Team, actor: User, reason: str = WHY) -> set[str]:
    with pytest.raises(Refused) as refused:
        merge_team(old, into, actor=actor, reason=reason)
    return {one.code for one in refused.value.reasons}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("晨光应急救护队", "晨光 应急救护志愿服务队", True),
        ("晨光应急救护队", "晨光“应急救护”志愿队", True),
        ("晨光应急救护队", "曙光应急救护队", False),
        ("志愿服务队", "救援队", False),
    ],
)
def test_names_are_alike_but_for_signs_and_what_every_team_is_called(one: str, other: str, same: bool):
    assert (bare(one) == bare(other)) is same


def test_those_that_look_alike_are_shown_with_what_they_have_in_common(cast: Cast):
    double = a_double(cast)
    grant_role(cast.team_leader, Role.TEAM_LEADER, actor=SYSTEM, team=double)
    entered(cast, "另一支队", SHANGCHENG)

    (pair,) = pairs(cast.county_officer)
    assert ({pair.first.pk, pair.second.pk}, set(pair.alike)) == ({cast.team.pk, double.pk}, {"name", "leader"})
    page = Visitor(cast.county_officer).open("teams_alike")
    assert "名称相近、负责人相同" in page
    Visitor(cast.team_leader).open("teams_alike", status=404)


def test_roles_bans_and_the_past_go_over_and_the_register_says_why(cast: Cast):
    double = a_double(cast)
    Team.objects.filter(pk=cast.team.pk).update(banned_until=dt.date(2026, 12, 31))
    merge_team(cast.team, double, actor=cast.county_officer, reason=WHY)

    double.refresh_from_db()
    assert double.banned_until == dt.date(2026, 12, 31)
    assert {grant.team_id for grant in live_grants(cast.team_leader)} == {double.pk}
    assert {grant.team_id for grant in live_grants(cast.applicant)} == {double.pk}
    told = RegisterLine.objects.filter(what=Line.MERGED)
    assert {line.team_id for line in told} == {cast.team.pk, double.pk}
    assert all(WHY in line.reason and line.by == cast.county_officer for line in told)
    page = Visitor(cast.county_officer).open("team", cast.team.pk)
    assert reverse("team", args=[double.pk]) in page
    assert "已并入另一条登记" in page


def test_nobody_applies_or_is_let_in_under_the_struck_name(cast: Cast):
    double, round_ = a_double(cast), an_open_round(cast)
    merge_team(double, cast.team, actor=cast.county_officer, reason=WHY)
    double.refresh_from_db()

    with pytest.raises(Refused):
        begin_project(round_, double, cast.team_leader, actor=cast.officer)
    with pytest.raises(Refused):
        grant_role(cast.stranger, Role.APPLICANT, actor=cast.sysadmin, team=double)
    assert double.name not in Visitor(cast.county_officer).open("organisation", cast.team.guided_by_id)


def test_what_the_struck_one_still_owes_counts_against_the_other(cast: Cast):
    an_open_round(cast, year=2025)
    old = a_draft(cast)
    double = a_double(cast)
    Team.objects.filter(pk=cast.team.pk).update(same_as=double)
    an_open_round(cast)
    new = a_draft(cast, team=double, leader=_leading(cast, double))

    assert open_elsewhere(new) == old


def _leading(cast: Cast, team: Team) -> User:
    grant_role(cast.stranger, Role.TEAM_LEADER, actor=SYSTEM, team=team, valid_from=dt.date(2026, 1, 1))
    return cast.stranger


def test_one_with_a_project_under_way_stays(cast: Cast):
    double = a_double(cast)
    a_draft(cast)

    assert why_not(cast.team, double, cast.county_officer) == {"running"}
    assert merge_team(double, cast.team, actor=cast.county_officer, reason=WHY) == cast.team


def test_it_takes_a_reason_the_right_red_cross_and_two_that_stand(cast: Cast):
    double = a_double(cast)
    elsewhere = entered(cast, "晨光应急救护队", XIHU)
    assert why_not(double, cast.team, cast.county_officer, " ") == {"reason"}
    assert "not_yours" in why_not(double, cast.team, cast.team_leader)
    assert "pair" in why_not(cast.team, elsewhere, cast.city_officer)
    merge_team(double, cast.team, actor=cast.county_officer, reason=WHY)
    assert "pair" in why_not(double, cast.team, cast.county_officer)


def test_the_database_knows_no_team_that_is_its_own_double(cast: Cast):
    with pytest.raises(IntegrityError), transaction.atomic():
        Team.objects.filter(pk=cast.team.pk).update(same_as=cast.team.pk)


def test_the_page_merges_and_tells_what_is_in_the_way(cast: Cast):
    double, clerk = a_double(cast), Visitor(cast.county_officer)
    args = (cast.team.pk, double.pk)
    assert "原因" in text(clerk.send("merge_teams", *args, stays=cast.team.pk, status=422))
    answer = clerk.send("merge_teams", *args, stays=cast.team.pk, reason=WHY)
    assert answer.headers["Location"] == reverse("team", args=[cast.team.pk])
    double.refresh_from_db()
    assert double.same_as == cast.team
    Visitor(cast.team_leader).open("merge_teams", *args, status=404)
