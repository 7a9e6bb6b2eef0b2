"""What others do in the place of a team that is silent, and what is late with money."""

from __future__ import annotations

import datetime as dt

from grants.desk.commands import act
from tests.factories import on
from tests.grants.desk.test_overdue import urgent
from tests.grants.desk.visiting import Visitor
from tests.grants.running import World, made, world
from workflow import clock
from workflow.deadlines import set_deadline
from workflow.lifecycle import ProjectState as S

__all__ = ["made", "world"]
DUE = dt.datetime(2026, 8, 30, 17, tzinfo=clock.SHANGHAI)


def test_a_silent_team_is_reminded_and_then_completed_for(world: World):
    project, county = world.is_in(S.CLOSEOUT_DUE), Visitor(world.county_officer)
    set_deadline(project, "closeout_report", DUE)
    with on(2026, 8, 20):
        assert "代为结题" not in county.open("home")
    assert f"代为结题：{project}" in county.open("home")
    page = county.open("project", project.pk)
    assert urgent(page) == ""
    assert page.index('/send_reminder/"') < page.index("更多（")
    for _ in range(2):
        act(project, "send_reminder", actor=world.county_officer)
    assert urgent(county.open("project", project.pk)) == "代为结题"


def test_a_first_payment_that_is_late_comes_before_everything_else(world: World):
    project, officer = world.is_in(S.AGREEMENT_SIGNED), Visitor(world.officer)
    assert urgent(officer.open("project", project.pk)) == "开始实施"
    set_deadline(project, "first_payment", DUE)
    assert urgent(officer.open("project", project.pk)) == "申请拨款"
