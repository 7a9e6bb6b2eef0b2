"""The report, its submission by the team or for a silent one, and the judgement."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from grants.closeout.commands import save_report
from grants.closeout.enums import Grade
from grants.closeout.models import Acceptance
from grants.closeout.queries import grade_of, visible_to
from grants.desk.archive.prints import closeout
from grants.implementation.queries import log_sums
from tests.factories import a_meeting, due, on, together
from tests.grants.desk.visiting import Visitor
from tests.grants.funds.builders import put
from tests.grants.running import World, paper, refusals
from workflow.actions import Refused, Stale
from workflow.deadlines import set_deadline
from workflow.lifecycle import ProjectState as S
from workflow.models import Step

GOALS = [
    {"indicator": "activities", "target": 12, "actual": 12},
    {"indicator": "trained", "target": 480, "actual": 491, "evidence": "签到表"},
    {"indicator": "hours", "target": 288, "actual": 300},
]
GOOD = {"goals": 37, "outcome": 18, "money": 27, "files": 9, "opinion": "目标完成，资料齐全。"}
POOR = {"goals": 18, "outcome": 8, "money": 15, "files": 5, "opinion": "完成不足一半。"}


@pytest.fixture
def closing(world: World) -> World:
    """The period has ended; the report is due on 1 October."""
    world.is_in(S.CLOSEOUT_DUE)
    set_deadline(world.project, "closeout_report", dt.datetime(2026, 10, 1, 9, tzinfo=dt.UTC))
    return world


def report(world: World, **changed: Any) -> None:
    said = {"summary": "按计划完成。", "goals": GOALS, "lessons": "早联系场地", "follow_up": "按月开展"} | changed
    save_report(world.project, actor=world.team_leader, **said)


def submit(world: World) -> None:
    report(world)
    if not world.project.no_vouchers:
        world.does(world.team_leader, "declare_no_vouchers", reason="全部由自筹支出")
    world.does(world.team_leader, "submit_closeout", evidence=paper(world.team_leader))


def test_a_report_is_saved_as_often_as_one_likes(closing: World):
    seen = closing.project.version
    save_report(closing.project, actor=closing.applicant, summary="初稿", version=seen)
    assert closing.project.version == seen + 1
    with pytest.raises(Stale):
        save_report(closing.project, actor=closing.applicant, summary="又一稿", version=seen)
    report(closing)
    assert closing.project.report.goals[1] == GOALS[1]
    assert list(visible_to(closing.county_officer)) == [closing.project.report]


def test_nobody_else_writes_the_report(closing: World):
    with pytest.raises(Refused) as refused:
        save_report(closing.project, actor=closing.cashier, summary="x")
    assert refused.value.codes == ("not_yours",)


def test_a_submitted_report_stays_as_it_is(closing: World):
    submit(closing)
    with pytest.raises(Refused) as refused:
        report(closing)
    assert refused.value.codes == ("not_now",)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"summary": " "}, "no_report"),
        ({"summary": "长" * 501}, "summary_long"),
        ({"goals": GOALS[:2]}, "goals_open"),
        ({"goals": [*GOALS, {"indicator": "beneficiary_times", "actual": 1}]}, "served_too_many"),
    ],
)
def test_a_report_with_gaps_is_not_submitted(closing: World, changed: dict[str, Any], code: str):
    report(closing, **changed)
    assert code in refusals(closing.project, "submit_closeout", closing.team_leader)


def test_nothing_is_submitted_without_report_evidence_and_vouchers(closing: World):
    assert refusals(closing.project, "submit_closeout", closing.team_leader) == {
        "no_report",
        "evidence",
        "no_vouchers",
    }


def test_a_report_claims_no_more_people_than_the_log_has(closing: World):
    activity = {
        "name": "演练",
        "held_on": "2026-08-30",
        "place": "礼堂",
        "volunteers": 4,
        "minutes_each": 90,
        "served": 40,
    }
    closing.does(closing.team_leader, "log_activity", **activity)
    assert (log_sums(closing.project).served, log_sums(closing.project).minutes) == (40, 360)
    report(closing, goals=[*GOALS, {"indicator": "beneficiary_times", "actual": 40}])
    assert "served_too_many" not in refusals(closing.project, "submit_closeout", closing.team_leader)


def test_a_submitted_closeout_is_proved_and_waits_for_judgement(closing: World):
    submit(closing)
    step = Step.objects.get(move="submit_closeout")
    assert '["report"' in step.payload
    assert due(closing.project, "closeout_report") is None
    assert due(closing.project, "acceptance")


# A silent team ----------------------------------------------------------------------------------------------------


def test_others_complete_for_a_team_that_stays_silent(closing: World):
    assert refusals(closing.project, "submit_closeout_for_team", closing.county_officer) == {
        "team_has_time",
        "too_few_reminders",
        "reason",
    }
    with on(2026, 10, 9):
        closing.does(closing.county_officer, "send_reminder")
        assert "too_few_reminders" in refusals(closing.project, "submit_closeout_for_team", closing.county_officer)
        closing.does(closing.officer, "send_reminder")
        closing.does(closing.county_officer, "submit_closeout_for_team", reason="多次联系不上")
    assert closing.project.state == S.CLOSEOUT_SUBMITTED


def test_the_payee_may_do_it_as_well(closing: World):
    with on(2026, 10, 9):
        for _ in range(2):
            closing.does(closing.officer, "send_reminder")
        assert "not_yours" not in refusals(closing.project, "submit_closeout_for_team", closing.payee_officer)


# Judgement --------------------------------------------------------------------------------------------------------


@pytest.fixture
def submitted(closing: World) -> World:
    submit(closing)
    return closing


def accept(world: World, **given: Any) -> None:
    together(world.project, "accept", by=world.officer, endorsed_by=world.business_lead, **(GOOD | given))


def test_an_accepted_project_owes_its_accounts(submitted: World):
    accept(submitted)
    judged = submitted.project.acceptances.get()
    assert (judged.total, judged.parts) == (91, {"goals": 37, "outcome": 18, "money": 27, "files": 9})
    assert due(submitted.project, "acceptance") is None
    assert due(submitted.project, "final_accounts").date() == dt.date(2026, 10, 8)


@pytest.mark.parametrize(("goals", "grade"), [(36, Grade.EXCELLENT), (35, Grade.PASSED), (6, Grade.PASSED)])
def test_the_two_lines_of_the_round_make_the_grade(submitted: World, goals: int, grade: Grade):
    accept(submitted, goals=goals)
    assert grade_of(submitted.project.acceptances.get()) == grade


def test_the_grade_stands_where_the_judgement_is_shown(submitted: World):
    page = Visitor(submitted.officer).open("project_acceptance", submitted.project.pk)
    assert "90分起为优秀，60分起为合格" in page
    accept(submitted)
    put(submitted.project, S.CLOSED)
    assert "91</span> / 100 · 优秀" in Visitor(submitted.officer).open("project_acceptance", submitted.project.pk)
    page = Visitor(submitted.team_leader).open("certificate", submitted.project.pk)
    assert "经验收合格（优秀）、决算确认" in page
    assert "91 分，优秀" in page
    assert "91 分，优秀" in str(closeout(submitted.project, actor=submitted.officer))


@pytest.mark.parametrize("wrong", [{"goals": 41}, {"files": -1}, {"money": None}, {"outcome": True}])
def test_points_stay_within_their_part(submitted: World, wrong: dict[str, Any]):
    assert refusals(submitted.project, "accept", submitted.officer, **(GOOD | wrong)) == {"parts", "not_endorsed"}


def test_a_judgement_says_why(submitted: World):
    assert "opinion" in refusals(submitted.project, "accept", submitted.officer, **(GOOD | {"opinion": ""}))


def test_below_the_pass_line_nothing_is_accepted(submitted: World):
    assert "below_pass" in refusals(submitted.project, "accept", submitted.officer, **POOR)
    assert "below_pass" not in refusals(submitted.project, "accept", submitted.officer, **(POOR | {"goals": 32}))


def test_a_failed_project_goes_into_liquidation(submitted: World):
    meeting = a_meeting(submitted.cast, submitted.round)
    together(
        submitted.project,
        "fail_acceptance",
        by=submitted.officer,
        endorsed_by=submitted.business_lead,
        meeting=str(meeting.pk),
        **POOR,
    )
    assert (submitted.project.state, submitted.project.liquidation) == (S.TERMINATED, True)
    assert Acceptance.objects.get().total == 46
    assert grade_of(Acceptance.objects.get()) == Grade.FAILED
    assert due(submitted.project, "final_accounts")


def test_a_returned_closeout_has_a_day_until_when(submitted: World):
    submitted.does(submitted.county_officer, "return_closeout", items="补充满意度调查", due_on="2026-09-20")
    assert due(submitted.project, "acceptance") is None
    assert due(submitted.project, "rectification").date() == dt.date(2026, 9, 20)
    assert "team_has_time" in refusals(submitted.project, "submit_closeout_for_team", submitted.county_officer)
    submitted.does(submitted.team_leader, "submit_closeout", evidence=paper(submitted.team_leader))
    assert due(submitted.project, "rectification") is None


def test_a_judgement_is_opened_again_while_the_accounts_are_open(submitted: World):
    accept(submitted)
    submitted.does(submitted.business_lead, "reopen_acceptance", reason="发现漏验一项")
    assert (submitted.project.state, due(submitted.project, "final_accounts")) == (S.CLOSEOUT_SUBMITTED, None)
    accept(submitted)
    assert list(submitted.project.acceptances.order_by("number").values_list("number", flat=True)) == [1, 2]


def test_vouchers_or_the_word_that_there_are_none(closing: World):
    report(closing)
    closing.does(closing.payee_officer, "declare_no_vouchers", reason="全部由自筹支出")
    assert closing.project.no_vouchers
    assert refusals(closing.project, "submit_closeout", closing.team_leader) == {"evidence"}
