"""County, city and province give their word: whose turn, with what opinion and rank, within which places."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from grants.applications.enums import RecommendLevel
from grants.applications.models import Project, Recommendation
from grants.desk.commands import act
from grants.people.commands import grant_role
from grants.people.models import Organisation, User
from grants.programmes.models import Quota
from grants.programmes.queries import quota_of
from tests.cast import HANGZHOU, SHANGCHENG, XIHU, Cast, a_team, holding
from tests.factories import a_complete_draft, a_meeting, a_notice, by_paper, due, on, together
from tests.journey_steps import a_project_in, a_submitted_project, city_recommends, county_recommends, starting, submit
from workflow.actions import blocked
from workflow.clock import SHANGHAI
from workflow.deadlines import deadline
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role, RoundState
from workflow.ports import SYSTEM
from workflow.refusals import Refused
from workflow.ticking import fire_due

OPINION = {"opinion": "同意推荐。", "rank": 1}
REASON = {"reason": "材料尚需完善。"}


def against(project: Project, name: str, actor: User, **given: Any) -> set[str]:
    return {reason.code for reason in blocked(project, name, actor, given)}


def used(cast: Cast, code: str = HANGZHOU) -> int:
    assert cast.round
    quota = quota_of(cast.round, cast.places[code].path)
    assert quota
    return quota.used


def of_team(cast: Cast, guide: Organisation, number: int = 1) -> Project:
    """A submitted project of another team under this guide."""
    team = a_team({"x": guide}, "x", f"第{number}救护队")
    leader = holding(Role.TEAM_LEADER, f"队长{number}", login=f"leader-{guide.pk}-{number}", team=team)
    project = a_complete_draft(cast, team=team, leader=leader)
    submit(cast, project)
    return project


# The county -------------------------------------------------------------------------------------------------


@starting(S.SUBMITTED)
def test_the_countys_word_stands_with_opinion_and_rank(cast: Cast, project: Project):
    act(project, "county_recommend", actor=cast.county_leader, given=OPINION)
    row = Recommendation.objects.get()

    assert (row.level, row.organisation, row.opinion, row.rank) == (
        RecommendLevel.COUNTY,
        cast.places[SHANGCHENG],
        "同意推荐。",
        1,
    )
    assert (row.entered_by, row.in_place, row.withdrawn_at) == (cast.county_leader, False, None)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"opinion": "", "rank": 1}, "opinion"),
        ({"opinion": "同意", "rank": 0}, "rank"),
        ({"opinion": "同意", "rank": -3}, "rank"),
        ({"opinion": "同意", "rank": 10**6}, "rank"),
        ({"opinion": "同意"}, "rank"),
    ],
)
@starting(S.SUBMITTED)
def test_a_recommendation_has_an_opinion_and_a_rank(cast: Cast, project: Project, given: dict[str, Any], code: str):
    assert against(project, "county_recommend", cast.county_leader, **given) == {code}


def test_a_rank_is_given_once(cast: Cast):
    county_recommends(cast, a_submitted_project(cast), rank=1)
    second = of_team(cast, cast.places[SHANGCHENG])

    assert against(second, "county_recommend", cast.county_leader, **OPINION) == {"rank"}
    assert against(second, "county_recommend", cast.county_leader, opinion="同意", rank=2) == set()


@starting(S.SUBMITTED)
def test_two_counties_rank_by_themselves(cast: Cast, project: Project):
    county_recommends(cast, project, rank=1)
    other = of_team(cast, cast.places[XIHU])
    leader = holding(Role.COUNTY_LEADER, "西湖会长", login="xihu", organisation=cast.places[XIHU])

    assert against(other, "county_recommend", leader, **OPINION) == set()


@starting(S.SUBMITTED)
def test_nobody_recommends_a_team_of_their_own(cast: Cast, project: Project):
    grant_role(cast.county_leader, Role.APPLICANT, actor=SYSTEM, team=cast.team)

    assert against(project, "county_recommend", cast.county_leader, **OPINION) == {"own_team"}


@pytest.mark.parametrize("role", ["county_officer", "city_leader", "officer", "team_leader", "stranger"])
@starting(S.SUBMITTED)
def test_only_the_countys_leader_recommends_without_paper(cast: Cast, project: Project, role: str):
    found = against(project, "county_recommend", getattr(cast, role), **OPINION)

    assert found & {"not_yours", "paper_missing"}


@starting(S.SUBMITTED)
def test_a_leader_who_does_not_sign_in_recommends_by_paper(cast: Cast, project: Project):
    by_paper(project, "county_recommend", by=cast.county_officer, confirmed_by=cast.city_officer, **OPINION)

    assert project.state == S.COUNTY_RECOMMENDED


@starting(S.SUBMITTED)
def test_a_county_puts_forward_no_more_than_its_area_has_places(cast: Cast, project: Project):
    Quota.objects.filter(organisation=cast.places[HANGZHOU]).update(places=1)
    second = of_team(cast, cast.places[SHANGCHENG])
    county_recommends(cast, project)

    assert against(second, "county_recommend", cast.county_leader, opinion="同意", rank=2) == {"no_place"}


@starting(S.SUBMITTED)
def test_a_county_declines_with_a_reason_and_the_project_ends(cast: Cast, project: Project):
    assert against(project, "county_decline", cast.county_leader) == {"reason"}

    act(project, "county_decline", actor=cast.county_leader, given=REASON)
    assert project.state == S.NOT_RECOMMENDED
    assert deadline(project, "county_recommend") is None


@starting(S.SUBMITTED)
def test_a_city_acts_for_a_county_only_when_it_is_late_or_stands_back(cast: Cast, project: Project):
    given = OPINION | REASON
    assert against(project, "county_recommend_in_place", cast.city_leader, **given) == {"not_overdue"}
    assert against(project, "county_recommend_in_place", cast.city_leader, **given, recusal_note="亲属") == set()

    with on(2026, 4, 16, 17):
        act(project, "county_recommend_in_place", actor=cast.city_leader, given=given)
    row = Recommendation.objects.get()
    assert (row.organisation, row.in_place) == (cast.places[SHANGCHENG], True)


@starting(S.SUBMITTED)
def test_a_city_returns_and_declines_for_a_county_only_when_it_is_late(cast: Cast, project: Project):
    back = REASON | {"sections": ["budget"], "due_on": "2026-04-24"}
    assert against(project, "return_in_place", cast.city_officer, **back) == {"not_overdue"}
    assert against(project, "decline_in_place", cast.city_leader, **REASON) == {"not_overdue"}
    assert "other_turn" in against(project, "return_in_place", cast.officer, **back)

    with on(2026, 4, 16, 17):
        act(project, "return_in_place", actor=cast.city_officer, given=back)
        act(project, "undo_return", actor=cast.city_officer)
        act(project, "decline_in_place", actor=cast.city_leader, given=REASON)
    assert project.state == S.NOT_RECOMMENDED


@starting(S.COUNTY_RECOMMENDED)
def test_the_province_returns_for_a_city_that_is_late_and_the_countys_word_is_asked_again(cast: Cast, project: Project):
    back = REASON | {"sections": ["budget"], "due_on": "2026-05-11"}
    assert against(project, "return_in_place", cast.officer, **back) == {"not_overdue"}

    with on(2026, 5, 6):
        act(project, "return_in_place", actor=cast.officer, given=back)
    assert project.state == S.RETURNED
    assert Recommendation.objects.get().withdrawn_at is not None


# The city ---------------------------------------------------------------------------------------------------


@starting(S.COUNTY_RECOMMENDED)
def test_the_city_has_its_time_after_that_of_all_counties(cast: Cast, project: Project):
    assert deadline(project, "county_recommend") is None
    assert due(project, "city_recommend") == dt.datetime(2026, 4, 30, 17, tzinfo=SHANGHAI)


def test_the_citys_word_uses_a_place(cast: Cast):
    a_project_in(cast, S.CITY_RECOMMENDED)

    assert used(cast) == 1
    assert Recommendation.objects.get(level=RecommendLevel.CITY).organisation == cast.places[HANGZHOU]


@starting(S.COUNTY_RECOMMENDED)
def test_a_city_without_places_left_recommends_nothing(cast: Cast, project: Project):
    Quota.objects.filter(organisation=cast.places[HANGZHOU]).update(used=3)

    assert against(project, "city_recommend", cast.city_leader, **OPINION) == {"no_place"}
    assert "no_place" in against(project, "city_recommend_in_place", cast.officer, **REASON, recusal_note="回避")


@starting(S.COUNTY_RECOMMENDED)
def test_the_province_acts_for_a_city_that_is_late(cast: Cast, project: Project):
    assert "not_overdue" in against(project, "city_recommend_in_place", cast.officer, **REASON)

    with on(2026, 5, 6):
        together(project, "city_recommend_in_place", by=cast.officer, endorsed_by=cast.business_lead, **REASON)
    row = Recommendation.objects.get(level=RecommendLevel.CITY)
    assert (project.state, row.opinion, row.in_place, used(cast)) == (S.CITY_RECOMMENDED, REASON["reason"], True, 1)


@starting(S.COUNTY_RECOMMENDED)
def test_a_city_declines_with_a_reason(cast: Cast, project: Project):
    act(project, "city_decline", actor=cast.city_leader, given=REASON)

    assert (project.state, used(cast)) == (S.NOT_RECOMMENDED, 0)


# Direct ways ------------------------------------------------------------------------------------------------


def test_a_team_of_a_city_goes_straight_to_the_city(cast: Cast):
    cast.round = a_complete_draft(cast).round
    project = of_team(cast, cast.places[HANGZHOU])
    assert against(project, "county_recommend_in_place", cast.city_leader, **OPINION, **REASON, recusal_note="x") == {
        "route"
    }
    assert "route" in against(project, "decline_in_place", cast.officer, **REASON)
    act(project, "city_recommend_direct", actor=cast.city_leader, given=OPINION)

    assert (project.state, used(cast)) == (S.CITY_RECOMMENDED, 1)


@starting(S.SUBMITTED)
def test_a_team_of_a_county_does_not_go_straight_to_city_or_province(cast: Cast, project: Project):
    assert against(project, "city_recommend_direct", cast.city_leader, **OPINION) == {"route"}
    assert against(project, "province_admit_direct", cast.officer, **OPINION) == {"route"}
    assert "route" in against(project, "direct_return", cast.officer)
    assert "other_turn" in against(project, "decline_in_place", cast.officer, **REASON)


def test_a_university_draws_on_the_common_pool(cast: Cast):
    cast.round = a_complete_draft(cast).round
    project = of_team(cast, Organisation.objects.get(name="浙江大学"))
    act(project, "province_admit_direct", actor=cast.officer, given=OPINION)
    pool = Quota.objects.get(organisation=None)

    assert (project.state, pool.used) == (S.CITY_RECOMMENDED, 1)
    assert Recommendation.objects.get(project=project).level == RecommendLevel.PROVINCE
    assert deadline(project, "city_recommend") is None


def test_a_pool_without_places_admits_nothing(cast: Cast):
    cast.round = a_complete_draft(cast).round
    project = of_team(cast, Organisation.objects.get(name="浙江大学"))
    Quota.objects.filter(organisation=None).update(used=5)

    assert against(project, "province_admit_direct", cast.officer, **OPINION) == {"no_place"}
    Quota.objects.filter(organisation=None).delete()
    assert against(project, "province_admit_direct", cast.officer, **OPINION) == {"no_place"}


# Opening a file ---------------------------------------------------------------------------------------------


@starting(S.SUBMITTED)
def test_the_level_whose_turn_it_is_opens_the_file(cast: Cast, project: Project):
    assert against(project, "open_file", cast.city_officer) == {"other_turn"}
    assert against(project, "open_file", cast.officer) == {"other_turn"}

    act(project, "open_file", actor=cast.county_officer)
    assert project.opened_by_next


@starting(S.SUBMITTED)
def test_every_level_finds_the_file_closed(cast: Cast, project: Project):
    act(project, "open_file", actor=cast.county_officer)
    county_recommends(cast, project)
    assert not project.opened_by_next

    act(project, "open_file", actor=cast.city_officer)
    city_recommends(cast, project)
    assert not project.opened_by_next
    assert against(project, "open_file", cast.officer) == set()
    assert against(project, "open_file", cast.city_leader) == {"other_turn"}


# Taking back ------------------------------------------------------------------------------------------------


@starting(S.COUNTY_RECOMMENDED)
def test_a_county_takes_its_word_back_until_the_city_opened_the_file(cast: Cast, project: Project):
    act(project, "county_take_back", actor=cast.county_officer, given=REASON)

    assert project.state == S.SUBMITTED
    assert Recommendation.objects.get().withdrawn_at
    assert deadline(project, "county_recommend")
    assert deadline(project, "city_recommend") is None

    county_recommends(cast, project)
    act(project, "open_file", actor=cast.city_officer)
    assert against(project, "county_take_back", cast.county_leader, **REASON) == {"opened"}


@starting(S.CITY_RECOMMENDED)
def test_a_city_takes_its_word_back_and_its_place_is_free(cast: Cast, project: Project):
    act(project, "city_take_back", actor=cast.city_leader, given=REASON)

    assert (project.state, used(cast)) == (S.COUNTY_RECOMMENDED, 0)
    assert deadline(project, "city_recommend")
    city_recommends(cast, project)
    assert used(cast) == 1


def close_call(cast: Cast) -> None:
    with on(2026, 4, 1, 18):
        fire_due()
    assert cast.round
    cast.round.refresh_from_db()


def close_recommending(cast: Cast) -> None:
    close_call(cast)
    assert cast.round
    with on(2026, 5, 6):
        act(cast.round, "close_recommending", actor=cast.officer)


@starting(S.CITY_RECOMMENDED)
def test_nothing_is_taken_back_once_recommending_is_closed(cast: Cast, project: Project):
    assert against(project, "receive", cast.officer) == {"still_open"}
    close_recommending(cast)

    fresh = Project.objects.get()
    assert against(fresh, "city_take_back", cast.city_leader, **REASON) == {"received"}
    assert "too_late" in against(fresh, "province_return", cast.officer)
    assert "still_open" not in against(fresh, "receive", cast.officer)


@starting(S.CITY_RECOMMENDED)
def test_a_city_with_more_projects_than_places_leaves_one_behind(cast: Cast, project: Project):
    assert against(project, "not_forwarded", cast.city_leader, **REASON) == {"within_quota"}

    Quota.objects.filter(organisation=cast.places[HANGZHOU]).update(places=1)
    of_team(cast, cast.places[HANGZHOU])
    act(project, "not_forwarded", actor=cast.city_leader, given=REASON)
    assert (project.state, used(cast)) == (S.NOT_RECOMMENDED, 0)


# Coming back ------------------------------------------------------------------------------------------------


def declined(cast: Cast) -> Project:
    project = a_project_in(cast, S.COUNTY_RECOMMENDED)
    act(project, "city_decline", actor=cast.city_leader, given=REASON)
    return project


def test_a_project_left_out_comes_back_after_a_mistake_of_that_level(cast: Cast):
    project = declined(cast)
    assert against(project, "reopen_recommendation", cast.city_leader, **REASON) == {"final"}

    act(project, "reopen_recommendation", actor=cast.city_leader, given=REASON | {"own_error": True})
    assert project.state == S.SUBMITTED
    assert deadline(project, "county_recommend")
    assert not Recommendation.objects.filter(withdrawn_at=None).exists()
    county_recommends(cast, project)


def raise_places(cast: Cast, code: str) -> None:
    facts = {"organisation": str(cast.places[code].pk), "places": 1} | REASON
    assert cast.round
    together(cast.round, "raise_quota", by=cast.officer, endorsed_by=cast.business_lead, **facts)


def test_a_project_left_out_comes_back_when_its_city_gets_more_places(cast: Cast):
    project = declined(cast)
    raise_places(cast, "330600")
    assert against(project, "reopen_recommendation", cast.county_leader, **REASON) == {"final"}

    raise_places(cast, HANGZHOU)
    assert against(project, "reopen_recommendation", cast.county_leader, **REASON) == set()

    Quota.objects.filter(organisation=cast.places[HANGZHOU]).update(used=4)
    assert against(project, "reopen_recommendation", cast.county_leader, **REASON) == {"final"}


def test_nothing_comes_back_after_the_eligibility_check(cast: Cast):
    project = declined(cast)
    Project.objects.get(pk=project.pk)
    project.round.__dict__["state"] = RoundState.REVIEWING

    assert "too_late" in {reason.code for reason in blocked(project, "reopen_recommendation", cast.city_leader, REASON)}


# Closing ----------------------------------------------------------------------------------------------------


@starting(S.SUBMITTED)
def test_recommending_is_not_closed_while_a_level_has_time(cast: Cast, project: Project):
    close_call(cast)
    round_ = cast.round
    assert round_

    with on(2026, 4, 16, 16):
        assert [str(r.message) for r in blocked(round_, "close_recommending", cast.officer)] == [
            f"还有 1 个项目在办理期限内：{project.number}。"
        ]
    with on(2026, 4, 16, 17):
        assert blocked(round_, "close_recommending", cast.officer) == []


def test_the_province_decides_on_its_direct_projects_before_closing(cast: Cast):
    cast.round = a_complete_draft(cast).round
    of_team(cast, Organisation.objects.get(name="浙江大学"))
    close_call(cast)

    with on(2026, 7, 1), pytest.raises(Refused) as refused:
        act(cast.round, "close_recommending", actor=cast.officer)
    assert refused.value.codes == ("undecided",)


@starting(S.DRAFT)
def test_extending_the_call_gives_every_draft_the_new_day(cast: Cast, project: Project):
    facts: dict[str, Any] = {"meeting": str(a_meeting(cast, project.round).pk)}
    facts |= {"notice": str(a_notice(cast, project.round, "extension").pk), "call_closes_on": "2026-04-10"}
    together(project.round, "extend_call", by=cast.officer, endorsed_by=cast.business_lead, **facts)

    assert due(project, "call_closed") == dt.datetime(2026, 4, 10, 17, tzinfo=SHANGHAI)
    with on(2026, 4, 2):
        assert fire_due()["moved"] == 0


@starting(S.SUBMITTED)
def test_one_person_never_speaks_at_both_levels(cast: Cast, project: Project):
    place = project.team.guided_by
    grant_role(cast.county_leader, Role.CITY_LEADER, organisation=place.parent, actor=SYSTEM)
    act(project, "county_recommend", actor=cast.county_leader, given=OPINION)
    assert "both_levels" in against(project, "city_recommend", cast.county_leader, **OPINION)
    said = Recommendation.objects.get(project=project)
    same = {"project": project, "round": project.round, "organisation": place.parent, "opinion": "同意", "at": said.at}
    with pytest.raises(IntegrityError), transaction.atomic():
        Recommendation.objects.create(**same, level=RecommendLevel.CITY, entered_by=cast.county_leader)
    assert against(project, "city_recommend", cast.city_leader, **OPINION) == set()
