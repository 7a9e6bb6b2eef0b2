"""From the first day to the last: starting, logging, pausing, ending early."""

from __future__ import annotations

import datetime as dt

import pytest

from grants.desk.commands import act
from grants.implementation.models import Activity
from tests.factories import a_meeting, due, on, together
from tests.grants.running import World, paper, refusals
from workflow.actions import Refused
from workflow.deadlines import set_deadline
from workflow.lifecycle import CheckState
from workflow.lifecycle import ProjectState as S
from workflow.models import Notice
from workflow.outbox import relay
from workflow.ports import SYSTEM
from workflow.ticking import fire_due


def activity(**changed):
    said = {"name": "社区救护课 1", "held_on": "2026-08-30", "place": "社区礼堂", "volunteers": 8}
    return said | {"minutes_each": 180, "served": 40} | changed


def test_a_project_does_not_start_before_its_first_day(world: World):
    with on(2026, 7, 31):
        assert "too_early" in refusals(world.project, "start", world.team_leader)
    assert "too_early" not in refusals(world.project, "start", world.team_leader)


def test_a_project_without_a_period_does_not_start(world: World):
    world.project.start_date = None
    assert "no_period" in refusals(world.project, "start", world.team_leader)


def test_starting_sets_the_last_day_and_the_mid_term_check(world: World):
    world.does(world.team_leader, "start")
    check = world.project.checks.get()
    assert str(due(world.project, "end_date")) == "2027-07-31 17:00:00+08:00"
    assert check.state == CheckState.DUE
    assert due(check, "check_due").date() == dt.date(2027, 2, 19)  # 20 days after 30 January, the middle


def test_the_clock_starts_and_ends_the_period(world: World):
    set_deadline(world.project, "start_date", dt.datetime(2026, 8, 1, tzinfo=dt.UTC))
    fire_due()
    world.project.refresh_from_db()
    assert world.project.state == S.IN_PROGRESS
    with on(2027, 8, 1):
        fire_due()
        world.project.refresh_from_db()
        assert world.project.state == S.CLOSEOUT_DUE
        assert due(world.project, "end_date") is None
        assert due(world.project, "closeout_report").date() == dt.date(2027, 8, 31)


def test_an_activity_is_logged_with_people_and_hours(world: World):
    world.is_in(S.IN_PROGRESS)
    world.does(world.applicant, "log_activity", **activity())
    logged = world.project.activities.get()
    assert (logged.number, logged.volunteers, logged.minutes_each, logged.served) == (1, 8, 180, 40)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"name": " "}, "activity_name"),
        ({"held_on": "2026-09-02"}, "activity_day"),
        ({"held_on": "2026-07-31"}, "activity_day"),
        ({"held_on": ""}, "activity_day"),
        ({"place": ""}, "activity_place"),
        ({"volunteers": 0}, "activity_volunteers"),
        ({"minutes_each": 961}, "activity_minutes"),
        ({"served": None}, "activity_served"),
    ],
)
def test_an_activity_that_cannot_be_is_not_logged(world: World, wrong, code):
    world.is_in(S.IN_PROGRESS)
    assert refusals(world.project, "log_activity", world.team_leader, **activity(**wrong)) == {code}


def test_a_cancelled_activity_needs_only_its_name(world: World):
    world.is_in(S.IN_PROGRESS)
    world.does(world.team_leader, "log_activity", name="社区救护课 2", cancelled=True)
    assert (world.project.activities.get().cancelled, world.project.activities.get().held_on) == (True, None)


def test_a_project_ends_early_only_when_every_activity_is_done_or_cancelled(world: World):
    world.is_in(S.IN_PROGRESS)
    for name in ("社区救护课 2", "社区救护课 3"):
        world.does(world.team_leader, "log_activity", name=name, cancelled=True)
    for _ in range(3):
        world.does(world.team_leader, "log_activity", **activity())
    assert refusals(world.project, "finish_early", world.team_leader) == {"activities_open"}
    world.does(world.team_leader, "log_activity", **activity())
    world.does(world.team_leader, "finish_early")
    assert world.project.state == S.CLOSEOUT_DUE
    assert due(world.project, "closeout_report").date() == dt.date(2026, 10, 8)  # 1 October + 7 days of holiday


def test_a_project_that_cancelled_everything_has_not_ended(world: World):
    world.is_in(S.IN_PROGRESS)
    for n in (1, 2, 3):
        world.does(world.team_leader, "log_activity", name=f"社区救护课 {n}", cancelled=True)
    assert refusals(world.project, "finish_early", world.team_leader) == {"no_activity"}


def test_a_paused_project_goes_back_to_where_it_was(world: World):
    world.is_in(S.CLOSEOUT_DUE)
    world.does(world.business_lead, "suspend", reason="接到投诉，先行核查")
    assert (world.project.state, world.project.suspended_from) == (S.SUSPENDED, S.CLOSEOUT_DUE)
    assert "own_suspension" in refusals(world.project, "resume", world.business_lead, reason="核查无问题")
    world.does(world.leadership, "resume", reason="核查无问题")
    assert world.project.state == S.CLOSEOUT_DUE


def test_a_pause_gives_back_the_time_it_took(world: World):
    world.does(world.team_leader, "start")
    with on(2027, 8, 2):
        fire_due()
        world.project.refresh_from_db()
        before = due(world.project, "closeout_report")
        world.does(world.business_lead, "suspend", reason="核查")
    with on(2027, 8, 12):
        world.does(world.leadership, "resume", reason="核查无问题")
    assert due(world.project, "closeout_report") - before == dt.timedelta(days=10)


def test_a_project_that_forgot_where_it_was_is_not_resumed(world: World):
    world.is_in(S.SUSPENDED)
    world.project.suspended_from = ""
    assert "origin_unknown" in refusals(world.project, "resume", world.business_lead, reason="x")


def test_a_reminder_reaches_whoever_is_waited_for(world: World):
    world.does(world.officer, "start")
    world.does(world.city_officer, "send_reminder")
    relay()
    told = Notice.objects.filter(step__move="send_reminder").values_list("person", flat=True)
    assert set(told) == {world.team_leader.pk, world.applicant.pk}


# Termination ------------------------------------------------------------------------------------------------------


def terminate(world: World, ground: str):
    meeting = a_meeting(world.cast, world.round)
    return together(
        world.project,
        "terminate",
        by=world.officer,
        endorsed_by=world.business_lead,
        meeting=str(meeting.pk),
        ground=ground,
    )


def test_a_termination_half_way_leads_to_liquidation(world: World):
    world.does(world.team_leader, "start")
    terminate(world, "unable")
    assert (world.project.state, world.project.liquidation) == (S.TERMINATED, True)
    assert due(world.project, "end_date") is None
    assert due(world.project, "final_accounts")
    assert world.project.team.banned_until is None


def test_a_team_that_broke_the_agreement_may_not_apply_for_three_years(world: World):
    world.is_in(S.IN_PROGRESS)
    terminate(world, "breach")
    world.project.team.refresh_from_db()
    assert world.project.team.banned_until == dt.date(2029, 9, 1)


@pytest.mark.parametrize(
    ("ground", "code"),
    [("", "no_ground"), ("agreed", "not_agreed"), ("objection_upheld", "not_upheld"), ("mood", "no_ground")],
)
def test_a_termination_rests_on_a_ground_that_can_be_shown(world: World, ground, code):
    world.is_in(S.IN_PROGRESS)
    meeting = a_meeting(world.cast, world.round)
    given = {"meeting": str(meeting.pk), "ground": ground}
    assert code in refusals(world.project, "terminate", world.officer, **given)


# Checks -----------------------------------------------------------------------------------------------------------

PAGE = {"progress": "按计划推进。", "activities_done": 2, "spent_fen": 500_000}


def test_a_check_is_filed_put_right_and_passed(world: World):
    world.does(world.team_leader, "start")
    check = world.project.checks.get()
    act(check, "file", actor=world.team_leader, given=PAGE)
    assert due(check, "check_due") is None
    act(check, "rectify", actor=world.city_officer, given={"items": "补齐签到表", "due_on": "2026-09-20"})
    assert due(check, "check_due").date() == dt.date(2026, 9, 20)
    assert "evidence" in refusals(check, "rectified", world.team_leader)
    act(check, "rectified", actor=world.team_leader, given={"evidence": paper(world.team_leader)})
    assert "opinion" in refusals(check, "pass_check", world.city_officer)
    act(check, "pass_check", actor=world.city_officer, given={"opinion": "进度正常。"})
    assert (check.state, check.page["spent_fen"], check.conclusion["result"]) == ("passed", 500_000, "passed")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"progress": ""}, "page_progress"),
        ({"activities_done": -1}, "page_activities"),
        ({"spent_fen": None}, "page_spent"),
    ],
)
def test_an_empty_page_is_no_check(world: World, wrong, code):
    world.does(world.team_leader, "start")
    assert refusals(world.project.checks.get(), "file", world.team_leader, **(PAGE | wrong)) == {code}


def test_a_check_that_nobody_files_is_overdue_and_may_still_be_filed_or_waived(world: World):
    world.does(world.team_leader, "start")
    check = world.project.checks.get()
    with on(2027, 3, 1):
        fire_due()
        check.refresh_from_db()
        assert check.state == CheckState.OVERDUE
        together(check, "waive", by=world.officer, endorsed_by=world.business_lead, reason="金额小，资料已足")
        assert (check.state, check.conclusion["opinion"]) == (CheckState.WAIVED, "金额小，资料已足")


def test_an_officer_calls_for_a_check_on_site(world: World):
    world.is_in(S.IN_PROGRESS)
    world.does(world.city_officer, "call_check", due_on="2026-09-15")
    check = world.project.checks.get()
    assert (check.kind, due(check, "check_due").date()) == ("on_site", dt.date(2026, 9, 15))


def test_nobody_but_the_clock_lets_a_check_lapse(world: World):
    world.does(world.team_leader, "start")
    check = world.project.checks.get()
    with pytest.raises(Refused):
        act(check, "lapse_check", actor=SYSTEM)
    assert Activity.objects.count() == 0
