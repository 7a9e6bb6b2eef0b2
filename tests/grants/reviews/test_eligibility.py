"""From the province's desk to the review, and every way out of the check."""

from __future__ import annotations

import datetime as dt

import pytest

from grants.applications.commands import attach_file, save_budget
from grants.applications.models import Project
from grants.awards.commands import receive_objection
from grants.desk.commands import act
from grants.programmes.queries import rules_of
from grants.reviews.models import EligibilityCheck
from tests.cast import Cast
from tests.factories import a_document, budget_lines, on, reasons, together
from tests.journey_steps import passes_eligibility, round_on, starting
from workflow import clock
from workflow.deadlines import deadline
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import RoundState
from workflow.refusals import Refused
from workflow.ticking import fire_due


def ask_supplement(cast: Cast, project, due_on: str = "2026-05-26", sections: tuple[str, ...] = ("files",)) -> None:
    given = {"reason": "缺登记证明", "items": "团队登记证明", "sections": [*sections], "due_on": due_on}
    act(project, "request_supplement", actor=cast.officer, given=given)


@starting(S.ELIGIBILITY_CHECK)
def test_a_received_project_has_ten_working_days_for_its_check(cast: Cast, project: Project):
    due = deadline(project, "eligibility")
    assert due
    assert due.due_at == dt.datetime(2026, 6, 1, 17, tzinfo=clock.SHANGHAI)


@starting(S.ELIGIBILITY_CHECK)
def test_an_eligible_project_goes_to_review_with_its_check_on_record(cast: Cast, project: Project):
    with on(2026, 5, 19):
        passes_eligibility(cast, project)

    check = EligibilityCheck.objects.get(project=project)
    keys = [condition.key for condition in rules_of(project.round).eligibility.conditions]
    assert (project.state, project.reviewed_once) == (S.UNDER_REVIEW, True)
    assert check.answers == {key: {"ok": True, "note": ""} for key in keys}
    assert (check.budget_checked, check.checked_by) == (True, cast.officer)
    assert deadline(project, "eligibility") is None
    assert deadline(project, "review") is not None


@starting(S.ELIGIBILITY_CHECK)
def test_a_condition_left_open_and_an_unread_budget_are_both_named(cast: Cast, project: Project):
    found = reasons(project, "pass_eligibility", cast.officer, passed=["redcross_team"])

    assert set(found) == {"conditions_open", "budget_not_checked"}
    assert "以往各轮项目均已结项" in found["conditions_open"]
    assert "受县级以上红十字会指导" not in found["conditions_open"]


@starting(S.ELIGIBILITY_CHECK)
def test_an_ineligible_project_ends_with_the_reason_on_record(cast: Cast, project: Project):
    together(project, "fail_eligibility", by=cast.officer, endorsed_by=cast.business_lead, reason="成立不满一年")

    assert project.state == S.INELIGIBLE
    assert project.eligibility_checks.get().answers == {"conclusion": {"ok": False, "note": "成立不满一年"}}


@starting(S.ELIGIBILITY_CHECK)
def test_a_team_supplies_what_was_missing_in_time(cast: Cast, project: Project):
    with on(2026, 5, 19):
        ask_supplement(cast, project)
        assert project.state == S.SUPPLEMENT
    with on(2026, 5, 26, 16):
        act(project, "supply", actor=cast.team_leader)

    assert (project.state, project.not_supplied) == (S.ELIGIBILITY_CHECK, False)
    assert deadline(project, "supplement_due") is None


@starting(S.ELIGIBILITY_CHECK)
def test_a_supplement_that_changes_amounts_keeps_the_rules_of_budgets(cast: Cast, project: Project):
    with on(2026, 5, 19):
        ask_supplement(cast, project, sections=("budget",))
        save_budget(project, budget_lines(9_999_999), actor=cast.applicant)
        assert set(reasons(project, "supply", cast.team_leader)) == {"budget"}
        with pytest.raises(Refused, match="这次只退回修改“预算”，“材料”不能改动"):
            attach_file(project, "qualification", a_document(cast.applicant), actor=cast.applicant)


@starting(S.ELIGIBILITY_CHECK)
def test_what_was_not_supplied_in_time_does_not_count(cast: Cast, project: Project):
    before = project.requested_fen
    with on(2026, 5, 19):
        ask_supplement(cast, project, sections=("budget",))
        save_budget(project, budget_lines(9_999_999), actor=cast.applicant)
    with on(2026, 5, 26, 18):
        assert fire_due()["moved"] == 1

    project.refresh_from_db()
    assert (project.state, project.requested_fen) == (S.ELIGIBILITY_CHECK, before)


@starting(S.ELIGIBILITY_CHECK)
def test_a_supplement_after_closing_time_is_late(cast: Cast, project: Project):
    with on(2026, 5, 19):
        ask_supplement(cast, project)

    with on(2026, 5, 26, 17):
        assert reasons(project, "supply", cast.team_leader) == {
            "supplement_late": "补正期限是2026年5月26日，已经过了。"
        }


@starting(S.ELIGIBILITY_CHECK)
def test_the_clock_goes_on_without_a_team_that_supplies_nothing(cast: Cast, project: Project):
    with on(2026, 5, 19):
        ask_supplement(cast, project)
        assert "supplement_open" in reasons(project, "lapse_supplement", cast.officer)

    with on(2026, 5, 26, 18):
        assert fire_due()["moved"] == 1

    project.refresh_from_db()
    assert (project.state, project.not_supplied) == (S.ELIGIBILITY_CHECK, True)


@starting(S.ELIGIBILITY_CHECK)
def test_a_second_supplement_starts_with_a_clean_slate(cast: Cast, project: Project):
    with on(2026, 5, 19):
        ask_supplement(cast, project)
    with on(2026, 5, 27):
        fire_due()
        ask_supplement(cast, project, "2026-06-02")

    assert (project.state, project.not_supplied) == (S.SUPPLEMENT, False)


@starting(S.UNDER_REVIEW)
def test_a_project_sent_back_from_review_is_checked_again(cast: Cast, project: Project):
    with on(2026, 5, 21):
        act(project, "recheck_eligibility", actor=cast.officer, given={"reason": "收到举报，再核一次"})
        assert (project.state, deadline(project, "review")) == (S.ELIGIBILITY_CHECK, None)
        passes_eligibility(cast, project)

    assert project.state == S.UNDER_REVIEW
    assert [check.number for check in project.eligibility_checks.order_by("number")] == [1, 2]


def uphold_appeal(cast: Cast, project) -> None:
    appeal = receive_objection(
        project,
        actor=cast.officer,
        kind="appeal",
        text="成立时间应以批复为准。",
        received_on=clock.today(),
        holds=False,
    )
    act(appeal, "take_up", actor=cast.discipline)
    report = str(a_document(cast.discipline, "核查报告").pk)
    given = {"finding": "经核查，申诉属实。", "finding_document": report}
    together(appeal, "uphold", by=cast.discipline, endorsed_by=cast.business_lead, **given)


def refuse(cast: Cast, project) -> None:
    together(project, "fail_eligibility", by=cast.officer, endorsed_by=cast.business_lead, reason="成立不满一年")


@starting(S.ELIGIBILITY_CHECK)
def test_a_refused_project_comes_back_when_its_appeal_is_upheld(cast: Cast, project: Project):
    with on(2026, 5, 19):
        refuse(cast, project)
        assert set(reasons(project, "readmit", cast.officer)) == {"no_appeal"}
    with on(2026, 5, 21):
        uphold_appeal(cast, project)
        together(project, "readmit", by=cast.officer, endorsed_by=cast.business_lead)

    assert project.state == S.ELIGIBILITY_CHECK


@starting(S.ELIGIBILITY_CHECK)
def test_an_appeal_once_upheld_does_not_undo_a_second_refusal(cast: Cast, project: Project):
    with on(2026, 5, 19):
        refuse(cast, project)
        uphold_appeal(cast, project)
        together(project, "readmit", by=cast.officer, endorsed_by=cast.business_lead)
    with on(2026, 5, 22):
        refuse(cast, project)

        assert set(reasons(project, "readmit", cast.officer)) == {"no_appeal"}


@starting(S.ELIGIBILITY_CHECK)
def test_nobody_comes_back_into_a_review_that_is_over(cast: Cast, project: Project):
    with on(2026, 5, 19):
        refuse(cast, project)
        round_on(cast, RoundState.DELIBERATING)

        assert "review_closed" in reasons(project, "readmit", cast.officer)


@starting(S.ELIGIBILITY_CHECK)
def test_the_round_waits_for_every_eligibility_check(cast: Cast, project: Project):
    round_ = round_on(cast, RoundState.ELIGIBILITY)

    assert reasons(round_, "start_review", cast.officer) == {"eligibility_open": "还有1个项目没有完成资格审查。"}
    passes_eligibility(cast, project)
    assert reasons(round_, "start_review", cast.officer) == {}


@starting(S.ELIGIBILITY_CHECK)
def test_a_team_takes_its_project_back_by_letter(cast: Cast, project: Project):
    assert set(reasons(project, "withdraw_by_letter", cast.officer)) == {"letter"}
    letter = str(a_document(cast.officer, "撤回函").pk)
    act(project, "withdraw_by_letter", actor=cast.officer, given={"letter": letter})

    assert project.state == S.WITHDRAWN
