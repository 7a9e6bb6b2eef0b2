"""A slip is taken back by whoever made it, until whoever is next has opened the file; opening is an act of its own."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from grants.applications.commands import save_form
from grants.applications.models import Project, Recommendation
from grants.desk.commands import act
from grants.people.commands import grant_role
from grants.people.models import Organisation
from grants.programmes.models import Quota
from tests.cast import HANGZHOU, Cast, a_team, holding
from tests.factories import a_complete_draft, due, on
from tests.journey_steps import city_recommends, county_recommends, starting, submit
from workflow.actions import blocked
from workflow.clock import SHANGHAI
from workflow.deadlines import deadline
from workflow.lifecycle import PROJECT, Role
from workflow.lifecycle import ProjectState as S
from workflow.ports import SYSTEM

BACK = {"reason": "预算依据不足。", "sections": ["budget", "design"], "due_on": "2026-03-10"}
REASON = {"reason": "点错了。"}


def against(project: Project, name: str, actor: Any, **given: Any) -> set[str]:
    project.refresh_from_db()
    return {reason.code for reason in blocked(project, name, actor, given)}


def places_used(cast: Cast) -> int:
    return Quota.objects.get(organisation=cast.places[HANGZHOU]).used


# A return ---------------------------------------------------------------------------------------------------


@starting(S.SUBMITTED)
def test_a_return_is_taken_back_and_the_countys_time_runs_on_as_before(cast: Cast, project: Project):
    before = due(project, "county_recommend")
    act(project, "county_return", actor=cast.county_officer, given=BACK)
    act(project, "undo_return", actor=cast.county_officer)
    assert project.state == S.SUBMITTED
    assert due(project, "county_recommend") == before
    assert deadline(project, "return_due") is None
    assert "opened" in against(project, "recall", cast.team_leader)


@starting(S.COUNTY_RECOMMENDED)
def test_what_the_city_returned_by_mistake_lies_before_it_again_with_the_countys_word(cast: Cast, project: Project):
    before = due(project, "city_recommend")
    act(project, "city_return", actor=cast.city_officer, given=BACK)
    assert not Recommendation.objects.filter(withdrawn_at=None).exists()
    act(project, "undo_return", actor=cast.city_officer)
    assert project.state == S.COUNTY_RECOMMENDED
    assert Recommendation.objects.get().withdrawn_at is None
    assert due(project, "city_recommend") == before


@starting(S.CITY_RECOMMENDED)
def test_the_province_takes_its_return_back_and_the_place_is_used_again(cast: Cast, project: Project):
    act(project, "province_return", actor=cast.officer, given=BACK)
    assert places_used(cast) == 0
    act(project, "undo_return", actor=cast.officer)
    assert (project.state, places_used(cast)) == (S.CITY_RECOMMENDED, 1)
    assert Recommendation.objects.filter(withdrawn_at=None).count() == 2


@starting(S.CITY_RECOMMENDED)
def test_a_return_stays_once_its_place_has_gone_to_another(cast: Cast, project: Project):
    act(project, "province_return", actor=cast.officer, given=BACK)
    Quota.objects.filter(organisation=cast.places[HANGZHOU]).update(places=0)
    assert against(project, "undo_return", cast.officer) == {"no_place"}


@starting(S.SUBMITTED)
def test_only_the_level_that_returned_takes_it_back(cast: Cast, project: Project):
    act(project, "county_return", actor=cast.county_officer, given=BACK)
    assert against(project, "undo_return", cast.city_officer) == {"other_turn"}
    assert against(project, "undo_return", cast.officer) == {"other_turn"}
    assert "not_yours" in against(project, "undo_return", cast.team_leader)


@starting(S.SUBMITTED)
def test_a_return_stays_once_the_team_says_that_it_has_begun(cast: Cast, project: Project):
    act(project, "county_return", actor=cast.county_officer, given=BACK)
    act(project, "begin_correction", actor=cast.applicant)
    assert against(project, "undo_return", cast.county_officer) == {"opened"}
    assert against(project, "begin_correction", cast.team_leader) == {"opened_already"}


@starting(S.SUBMITTED)
def test_a_return_stays_once_the_team_has_written_something(cast: Cast, project: Project):
    act(project, "county_return", actor=cast.county_officer, given=BACK)
    act(project, "send_reminder", actor=cast.county_officer)
    assert against(project, "undo_return", cast.county_officer) == set()
    save_form(project, actor=cast.team_leader, version=project.version, need="补充了依据。")
    assert against(project, "undo_return", cast.county_officer) == {"opened"}


# A correction -----------------------------------------------------------------------------------------------


@starting(S.SUBMITTED)
def test_a_correction_is_recalled_until_the_county_opens_it_and_within_its_time(cast: Cast, project: Project):
    act(project, "county_return", actor=cast.county_officer, given=BACK)
    act(project, "resubmit", actor=cast.team_leader)
    act(project, "recall_correction", actor=cast.team_leader)
    assert project.state == S.RETURNED
    assert due(project, "return_due") == dt.datetime(2026, 3, 10, 17, tzinfo=SHANGHAI)
    assert against(project, "undo_return", cast.county_officer) == {"opened"}

    act(project, "resubmit", actor=cast.team_leader)
    with on(2026, 3, 10, 18):
        assert against(project, "recall_correction", cast.team_leader) == {"too_late"}
    act(project, "open_file", actor=cast.county_officer)
    assert against(project, "recall_correction", cast.team_leader) == {"opened"}


@starting(S.SUBMITTED)
def test_a_first_submission_is_no_correction(cast: Cast, project: Project):
    assert against(project, "recall_correction", cast.team_leader) == {"nothing_to_undo"}


# A recommendation -------------------------------------------------------------------------------------------


@starting(S.CITY_RECOMMENDED)
def test_a_citys_word_stays_once_the_province_has_opened_the_file(cast: Cast, project: Project):
    assert against(project, "take_back_direct", cast.city_officer, **REASON) == {"route"}
    act(project, "open_file", actor=cast.officer)
    assert against(project, "city_take_back", cast.city_officer, **REASON) == {"opened"}


def test_a_word_on_a_direct_application_is_taken_back_by_the_level_that_gave_it(cast: Cast):
    cast.round = a_complete_draft(cast).round
    team = a_team({"x": Organisation.objects.get(name="浙江大学")}, "x", "浙大救护队")
    leader = holding(Role.TEAM_LEADER, "浙大队长", login="zju", team=team)
    project = a_complete_draft(cast, team=team, leader=leader)
    submit(cast, project)
    act(project, "province_admit_direct", actor=cast.officer, given={"opinion": "材料齐全。"})
    assert Quota.objects.get(organisation=None).used == 1

    act(project, "take_back_direct", actor=cast.officer, given=REASON)
    assert (project.state, Quota.objects.get(organisation=None).used) == (S.SUBMITTED, 0)


@starting(S.SUBMITTED)
def test_a_file_is_opened_once_by_each_level(cast: Cast, project: Project):
    act(project, "open_file", actor=cast.county_officer)
    assert against(project, "open_file", cast.county_leader) == {"opened_already"}
    county_recommends(cast, project)
    assert against(project, "open_file", cast.city_officer) == set()


def test_every_undo_of_the_table_leads_back_where_its_move_began():
    for deed in PROJECT.moves:
        if deed.undo:
            back = PROJECT.deeds[deed.undo]
            assert set(deed.targets) <= set(back.sources), deed.name
            assert set(deed.sources) & set(back.targets), deed.name


# Recusal ----------------------------------------------------------------------------------------------------


def joins(cast: Cast, person: Any) -> None:
    """The person belongs to the team as well."""
    grant_role(person, Role.APPLICANT, actor=SYSTEM, team=cast.team)


@starting(S.DRAFT)
def test_a_county_whose_leader_is_of_the_team_stands_back_and_the_city_has_the_turn(cast: Cast, project: Project):
    joins(cast, cast.county_leader)
    submit(cast, project)
    assert project.stood_back == "county"
    assert against(project, "county_recommend", cast.county_leader, opinion="好", rank=1) == {"own_team"}
    assert "other_turn" in against(project, "county_return", cast.county_officer, **BACK)
    assert against(project, "open_file", cast.city_officer) == set()
    given = {"opinion": "同意推荐。", "rank": 1, "reason": "县级回避。"}
    act(project, "county_recommend_in_place", actor=cast.city_leader, given=given)
    assert (project.state, project.stood_back) == (S.COUNTY_RECOMMENDED, "")
    city_recommends(cast, project)


@starting(S.DRAFT)
def test_a_county_with_somebody_left_does_not_stand_back(cast: Cast, project: Project):
    joins(cast, cast.county_officer)
    submit(cast, project)
    assert project.stood_back == ""
    assert "own_team" in against(project, "county_return", cast.county_officer, **BACK)
    county_recommends(cast, project)


@starting(S.SUBMITTED)
def test_a_city_that_stands_back_leaves_its_word_to_the_province(cast: Cast, project: Project):
    joins(cast, cast.city_leader)
    county_recommends(cast, project)
    assert project.stood_back == "city"
    assert "other_turn" in against(project, "city_decline", cast.city_officer, **REASON)
    assert against(project, "city_recommend_in_place", cast.officer, **REASON) == {"not_endorsed"}


@starting(S.SUBMITTED)
def test_the_database_knows_no_other_level_that_could_stand_back(cast: Cast, project: Project):
    with pytest.raises(IntegrityError), transaction.atomic():
        Project.objects.filter(pk=project.pk).update(stood_back="province")
