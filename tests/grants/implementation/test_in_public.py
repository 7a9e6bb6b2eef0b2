"""Until when the public has to hear of a project: while it runs long, and of what came of it."""

from __future__ import annotations

import datetime as dt

from grants.applications.models import Project
from grants.desk.commands import act
from grants.desk.words import deadline_name, due_in
from tests.factories import a_meeting, due, on, together
from tests.grants.running import World
from workflow.lifecycle import ProjectState as S
from workflow.ticking import fire_due

HELD = {"name": "社区救护课 1", "held_on": "2026-08-30", "place": "社区礼堂", "volunteers": 8}


def log(world: World) -> None:
    act(world.project, "log_activity", actor=world.team_leader, given=HELD | {"minutes_each": 180, "served": 40})


def test_a_project_that_runs_long_is_heard_of_every_90_days(world: World):
    world.does(world.team_leader, "start")
    assert due(world.project, "interim_public_update").date() == dt.date(2026, 11, 30)
    with on(2026, 10, 8):
        log(world)
        assert due(world.project, "interim_public_update").date() == dt.date(2027, 1, 6)
    assert due_in("project", S.IN_PROGRESS)[0] == "interim_public_update"
    assert deadline_name("interim_public_update") == "公开进展（记录活动）"


def test_a_project_that_is_over_soon_is_not(world: World):
    Project.objects.filter(pk=world.project.pk).update(end_date=dt.date(2027, 1, 31))
    world.project.refresh_from_db()
    world.does(world.team_leader, "start")
    log(world)
    assert due(world.project, "interim_public_update") is None


def test_what_came_of_it_is_public_90_days_after_the_last_day(world: World):
    world.does(world.team_leader, "start")
    with on(2027, 8, 1):
        fire_due()
        world.project.refresh_from_db()
        assert world.project.state == S.CLOSEOUT_DUE
        assert due(world.project, "interim_public_update") is None
        assert due(world.project, "public_result").date() == dt.date(2027, 11, 1)
    assert due_in("project", S.SETTLING) == ("public_result",)


def test_a_project_that_is_terminated_owes_the_public_its_result_too(world: World):
    world.does(world.team_leader, "start")
    meeting = a_meeting(world.cast, world.round)
    given = {"meeting": str(meeting.pk), "ground": "silent"}
    together(world.project, "terminate", by=world.officer, endorsed_by=world.business_lead, **given)
    assert due(world.project, "interim_public_update") is None
    assert due(world.project, "public_result").date() == dt.date(2026, 11, 30)


def test_a_pause_gives_its_time_back(world: World):
    world.does(world.team_leader, "start")
    world.does(world.business_lead, "suspend", reason="核查")
    with on(2026, 9, 11):
        world.does(world.leadership, "resume", reason="无问题")
    assert due(world.project, "interim_public_update").date() == dt.date(2026, 12, 10)
