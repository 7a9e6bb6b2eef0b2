"""Which mid-term checks are made on site, who is told why, and how one passes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from grants.applications.models import Project
from grants.awards.commands import receive_objection
from grants.desk.commands import act
from grants.implementation.models import Check
from grants.implementation.visits import sampled, to_visit, visit_of, visits
from grants.programmes.queries import rules_of
from tests.grants.desk.visiting import Visitor
from tests.grants.implementation.test_running import PAGE
from tests.grants.running import World, refusals
from workflow.lifecycle import CheckState

LARGE = "资助超过30,000.00 元"
PASSED = {"opinion": "进度正常。"}


@pytest.fixture
def running(world: World) -> World:
    """The project runs, its mid-term check is due; nothing but the sample could ask for a visit."""
    world.does(world.team_leader, "start")
    return world


def large(world: World) -> None:
    Project.objects.filter(pk=world.project.pk).update(granted_fen=3_000_001)
    world.project.refresh_from_db()


def filed(world: World) -> Check:
    check = world.project.checks.get(kind="midterm")
    act(check, "file", actor=world.team_leader, given=PAGE)
    return check


def test_a_large_grant_a_long_period_and_doubts_ask_for_a_visit(running: World):
    large(running)
    assert visit_of(running.project).why == (LARGE,)
    Project.objects.filter(pk=running.project.pk).update(end_date=dt.date(2027, 8, 1))
    running.does(running.finance_officer, "hold_payments", reason="账户待核")
    running.project.refresh_from_db()
    assert visit_of(running.project).why == (LARGE, "实施期超过12个月", "拨款已暂停")


def test_an_objection_is_a_doubt_and_an_overdue_check_another(running: World):
    given: dict[str, Any] = {"kind": "objection", "text": "反映的情况与公示不符。", "received_on": dt.date(2026, 9, 1)}
    receive_objection(running.project, actor=running.officer, holds=False, **given)
    assert visit_of(running.project).why == ("有疑点",)


def test_the_sample_is_fixed_by_the_configuration_and_anybody_can_redraw_it(running: World):
    project, digest = running.project, rules_of(running.round).digest()
    assert len(digest) == 64
    drawn = [sampled(Project(round=project.round, number=f"QNZJ-2026-{n:04d}"), 20) for n in range(1000)]
    assert 160 < sum(drawn) < 240
    again = [sampled(Project(round=project.round, number=f"QNZJ-2026-{n:04d}"), 20) for n in range(1000)]
    assert drawn == again
    assert sampled(project, 100)
    assert not sampled(project, 0)
    assert visits([]) == {}


def test_a_check_on_site_passes_with_the_day_of_the_visit(running: World):
    large(running)
    check = filed(running)
    assert refusals(check, "pass_check", running.city_officer, **PASSED) == {"not_visited"}
    assert refusals(check, "pass_check", running.city_officer, **PASSED, visited_on="2026-09-02") == {"visit_day"}
    act(check, "pass_check", actor=running.city_officer, given=PASSED | {"visited_on": "2026-08-31"})
    assert (check.state, check.conclusion["visited_on"]) == (CheckState.PASSED, "2026-08-31")
    assert "2026年8月31日" in Visitor(running.city_officer).open("record", "check", check.pk)


def test_a_check_on_site_that_passed_is_a_visit_too(running: World):
    large(running)
    running.does(running.city_officer, "call_check", due_on="2026-09-10")
    there = running.project.checks.get(kind="on_site")
    assert to_visit(there) == ()
    act(there, "file", actor=running.team_leader, given=PAGE)
    act(there, "pass_check", actor=running.city_officer, given=PASSED)
    assert refusals(filed(running), "pass_check", running.city_officer, **PASSED) == set()


def test_the_page_tells_the_checker_why_and_the_team_only_that_somebody_comes(running: World):
    large(running)
    check = filed(running)
    page = Visitor(running.city_officer).open("check_page", check.pk)
    for words in ("这次检查要到现场。", f"原因：{LARGE}", "哪一天到的现场"):
        assert words in page
    page = Visitor(running.team_leader).open("check_page", check.pk)
    assert "这次检查要到现场。" in page
    assert LARGE not in page


def test_the_list_of_the_round_names_who_is_to_be_visited(running: World):
    round_ = running.round
    large(running)
    officer = Visitor(running.officer)
    page = officer.open("round_checks", round_.pk)
    for words in ("1个项目要到现场", LARGE, running.project.number, rules_of(round_).digest()):
        assert words in page
    assert running.project.number in Visitor(running.city_officer).open("round_checks", round_.pk)
    for nobody in (running.team_leader, running.county_officer, running.stranger):
        Visitor(nobody).open("round_checks", round_.pk, status=404)
    running.does(running.city_officer, "call_check", due_on="2026-09-10")
    there = running.project.checks.get(kind="on_site")
    act(there, "file", actor=running.team_leader, given=PAGE)
    act(there, "pass_check", actor=running.city_officer, given=PASSED)
    assert "已到过现场" in officer.open("round_checks", round_.pk)
