"""A team begins a project and fills it in; nobody else writes there, and nothing else can be written."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from grants.applications.commands import attach_file, begin_project, save_budget, save_form
from grants.applications.enums import Route
from grants.applications.form_kept import answer_to, definition_of
from grants.applications.models import BudgetVersion, Project
from grants.applications.queries import begins_with, current_budget
from grants.desk.commands import act
from grants.people.enums import LegalForm
from grants.people.models import Team, User
from grants.programmes.models import Round
from grants.programmes.profile import profile_text
from storage.queries import attachments_of
from tests.cast import YUECHENG, Cast, a_team, holding
from tests.factories import (
    a_complete_draft,
    a_document,
    a_draft,
    a_planned_round,
    an_open_round,
    answers,
    budget_lines,
    due,
    on,
)
from tests.journey_steps import BEFORE_THE_CALL, starting
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role, RoundState
from workflow.refusals import Refused, Stale

pytestmark = starting(RoundState.OPEN)


def codes(function: Any, *args: Any, **kwargs: Any) -> tuple[str, ...]:
    with pytest.raises(Refused) as refused:
        function(*args, **kwargs)
    return refused.value.codes


def another_team(cast: Cast) -> tuple[Any, User]:
    team = a_team(cast.places, YUECHENG, "越城救护队")
    return team, holding(Role.TEAM_LEADER, "吴永康", login="second-leader", team=team)


# Beginning --------------------------------------------------------------------------------------------------


@starting(BEFORE_THE_CALL)
@pytest.mark.parametrize(("form", "itself"), [(LegalForm.REGISTERED, True), (LegalForm.TEAM, False)])
def test_a_round_may_usually_pay_teams_that_have_an_account(cast: Cast, form: LegalForm, *, itself: bool):
    usual = "payee: {default: recommending_red_cross,"
    an_open_round(cast, text=profile_text("qingnuan").replace(usual, "payee: {default: registered_team,"))
    Team.objects.filter(pk=cast.team.pk).update(legal_form=form, uscc="91350100M000100Y43")
    cast.team.refresh_from_db()

    assert (a_draft(cast).payee is None) is itself


def test_a_draft_has_a_number_an_area_a_payee_and_a_deadline(cast: Cast):
    project = a_draft(cast)

    assert (project.number, project.state, project.route) == ("QNZJ-2026-0001", S.DRAFT, Route.OPEN)
    assert (project.scope, project.payee) == (cast.team.guided_by.path, cast.team.guided_by)
    assert due(project, "call_closed") == project.round.call_closes_at


def test_numbers_follow_one_another_without_gaps(cast: Cast):
    a_draft(cast)
    team, leader = another_team(cast)
    codes(begin_project, cast.round, cast.team, cast.team_leader, actor=cast.team_leader)

    assert cast.round
    assert begin_project(cast.round, team, leader, actor=leader).number == "QNZJ-2026-0002"


def test_the_same_key_begins_one_project(cast: Cast, round_: Round):
    twice = [begin_project(round_, cast.team, cast.team_leader, actor=cast.applicant, key="b").pk for _time in "ab"]

    assert len(set(twice)) == 1
    assert Round.objects.get().numbered == 1


def test_a_team_applies_once_in_a_round(cast: Cast):
    a_draft(cast)

    assert codes(begin_project, cast.round, cast.team, cast.team_leader, actor=cast.team_leader) == (
        "second_application",
    )


def test_a_team_may_apply_again_after_withdrawing(cast: Cast):
    act(a_draft(cast), "withdraw", actor=cast.team_leader, given={"reason": "换个题目"})

    assert a_draft(cast).number == "QNZJ-2026-0002"


@starting(BEFORE_THE_CALL)
def test_a_round_that_allows_several_takes_several(cast: Cast):
    one, several = "one_application_per_team: true", "one_application_per_team: false"
    an_open_round(cast, text=profile_text("qingnuan").replace(one, several))
    a_draft(cast)

    assert a_draft(cast).number == "QNZJ-2026-0002"


@starting(BEFORE_THE_CALL)
def test_nobody_applies_before_the_call_or_after_it_closed(cast: Cast):
    planned = a_planned_round(cast)
    assert codes(begin_project, planned, cast.team, cast.team_leader, actor=cast.team_leader) == ("round_closed",)


def test_nobody_applies_after_the_call_closed(cast: Cast, round_: Round):
    with on(2026, 4, 1, 17):
        assert codes(begin_project, round_, cast.team, cast.team_leader, actor=cast.team_leader) == ("round_closed",)


def test_a_project_is_led_by_a_leader_of_the_team(cast: Cast, round_: Round):
    assert codes(begin_project, round_, cast.team, cast.applicant, actor=cast.applicant) == ("leader",)


@pytest.mark.parametrize(
    ("role", "why"),
    [
        ("county_officer", "not_asked"),
        ("city_officer", "not_asked"),
        ("city_leader", "not_yours"),
        ("stranger", "not_yours"),
        ("auditor", "not_yours"),
    ],
)
def test_only_the_team_or_the_programme_officer_begins(cast: Cast, round_: Round, role: str, why: str):
    assert codes(begin_project, round_, cast.team, cast.team_leader, actor=getattr(cast, role)) == (why,)


def test_an_invited_project_is_begun_by_the_province(cast: Cast, round_: Round):
    leader = cast.team_leader

    assert codes(begin_project, round_, cast.team, leader, actor=leader, route=Route.INVITED) == ("route",)
    assert begin_project(round_, cast.team, leader, actor=cast.officer, route=Route.INVITED).route == Route.INVITED


# The form ---------------------------------------------------------------------------------------------------


def test_answers_are_kept_one_by_one(cast: Cast):
    project = a_draft(cast)
    save_form(project, actor=cast.applicant, version=project.version, title="救在身边", need="老人多")
    save_form(project, actor=cast.applicant, version=project.version, feature="救护师带教", need="")

    known = begins_with(cast.team_leader)
    assert (project.title, project.form) == ("救在身边", known | {"feature": "救护师带教"})


def test_a_whole_form_is_read_back_as_it_was_written(cast: Cast):
    project, whole = a_complete_draft(cast), answers()
    project.refresh_from_db()

    assert {name: answer_to(project, definition_of(project).by_name[name]) for name in whole} == whole | {
        "beneficiaries": sorted(whole["beneficiaries"])
    }


def test_saving_raises_the_version_and_leaves_no_step(cast: Cast):
    project = a_draft(cast)
    before = project.version, project.steps
    save_form(project, actor=cast.applicant, version=project.version, title="救在身边")

    assert (project.version, project.steps) == (before[0] + 1, before[1])


def test_who_saved_on_an_older_page_is_told(cast: Cast):
    project = a_draft(cast)
    seen = project.version
    save_form(project, actor=cast.team_leader, version=seen, title="救在身边")
    with pytest.raises(Stale):
        save_form(project, actor=cast.applicant, version=seen, title="另一个题目")


@pytest.mark.parametrize("role", ["county_officer", "officer", "sysadmin", "stranger", "payee_officer"])
def test_only_the_team_writes_its_application(cast: Cast, role: str):
    project, actor = a_draft(cast), getattr(cast, role)

    assert codes(save_form, project, actor=actor, title="别人的") == ("not_yours",)
    assert codes(save_budget, project, [], actor=actor) == ("not_yours",)
    assert codes(attach_file, project, "commitment", a_document(actor), actor=actor) == ("not_yours",)


@starting(S.SUBMITTED)
def test_a_submitted_application_is_not_changed(cast: Cast, project: Project):
    assert codes(save_form, project, actor=cast.team_leader, title="改一改") == ("wrong_state",)
    assert codes(save_budget, project, budget_lines(), actor=cast.team_leader) == ("wrong_state",)


def test_only_the_leader_commits(cast: Cast):
    project = a_draft(cast)

    assert codes(save_form, project, actor=cast.applicant, committed=True) == ("not_yours",)
    assert save_form(project, actor=cast.team_leader, committed=True).committed_on == dt.date(2026, 3, 2)
    assert save_form(project, actor=cast.team_leader, committed=False).committed_on is None


def test_the_money_goes_to_the_red_cross_or_the_team(cast: Cast):
    project = a_draft(cast)

    assert save_form(project, actor=cast.applicant, paid_to="registered_team").payee is None
    assert save_form(project, actor=cast.applicant, paid_to="recommending_red_cross").payee == cast.team.guided_by


def test_a_project_ends_after_it_started(cast: Cast):
    project = a_draft(cast)
    save_form(project, actor=cast.applicant, start_date="2026-08-01", hazardous=None, field=None)

    assert codes(save_form, project, actor=cast.applicant, end_date="2026-08-01") == ("period",)


# The budget -------------------------------------------------------------------------------------------------


def test_amounts_are_computed_and_the_request_is_what_the_grant_pays(cast: Cast):
    project = a_draft(cast)
    lines = [*budget_lines(2_000_000), budget_lines()[0] | {"source": "own"}]
    budget = save_budget(project, lines, actor=cast.applicant, version=project.version)

    assert project.requested_fen == 2_000_000
    assert sum(line.amount_fen for line in budget.lines.all()) == 2_250_000


def test_lines_are_replaced_and_the_open_version_stays_one(cast: Cast):
    project = a_draft(cast)
    for total in (2_000_000, 3_000_000):
        save_budget(project, budget_lines(total), actor=cast.applicant)

    assert BudgetVersion.objects.get(project=project).number == 1
    assert project.requested_fen == 3_000_000


@pytest.mark.parametrize(
    "changed",
    [
        {"category": "HOLIDAY"},
        {"item": " "},
        {"unit": "很长很长很长的单位名称"},
        {"unit_price_fen": 0},
        {"unit_price_fen": 10.5},
        {"quantity": -1},
        {"quantity": True},
        {"quantity": 10**7},
        {"source": "friends"},
        {"amount_fen": 1},
        {"basis": None},
    ],
)
def test_a_bad_line_is_named_and_nothing_is_saved(cast: Cast, changed: dict[str, Any]):
    project, good = a_draft(cast), budget_lines()
    with pytest.raises(Refused) as refused:
        save_budget(project, [good[0], good[1] | changed], actor=cast.applicant)

    assert [reason.at for reason in refused.value.reasons] == ["budget.2"]
    assert current_budget(project) is None


def test_a_budget_has_sixty_lines_at_most(cast: Cast):
    assert codes(save_budget, a_draft(cast), budget_lines() * 16, actor=cast.applicant) == ("budget",)


@starting(S.SUBMITTED)
def test_submitting_locks_the_budget_and_correcting_opens_the_next(cast: Cast, project: Project):
    assert project.budgets.latest("number").locked_at

    act(project, "recall", actor=cast.team_leader)
    save_budget(project, budget_lines(2_000_000), actor=cast.team_leader, reason="压缩")
    versions = BudgetVersion.objects.filter(project=project).order_by("number")

    assert [(row.number, row.locked_at is None) for row in versions] == [(1, False), (2, True)]


@starting(S.SUBMITTED)
def test_every_submission_stays_on_record(cast: Cast, project: Project):
    act(project, "recall", actor=cast.team_leader)
    save_form(project, actor=cast.team_leader, title="救在你身边")
    act(project, "submit", actor=cast.team_leader)
    first, second = project.submissions.all()

    assert json.loads(first.answers)["title"] == "救在身边进社区"
    assert json.loads(second.answers)["title"] == "救在你身边"
    assert json.loads(second.answers)["start_date"] == "2026-08-01"


# Files ------------------------------------------------------------------------------------------------------


def test_a_single_page_is_replaced_and_others_are_added(cast: Cast):
    project = a_draft(cast)
    for slot in ("team_proof", "team_proof", "qualification", "qualification"):
        attach_file(project, slot, a_document(cast.applicant), actor=cast.applicant, version=project.version)

    assert [row.version for row in attachments_of(project, "team_proof")] == [2]
    assert attachments_of(project, "qualification").count() == 2


@pytest.mark.parametrize("slot", ["signed_opinion", "letter", "no_such_slot", "supplement", "call_notice", "minutes"])
def test_a_team_puts_files_only_where_it_is_asked_for_them(cast: Cast, slot: str):
    assert codes(attach_file, a_draft(cast), slot, a_document(cast.applicant), actor=cast.applicant) == ("slot",)


def test_somebody_elses_document_is_not_attached(cast: Cast):
    theirs = a_document(cast.stranger)

    assert codes(attach_file, a_draft(cast), "commitment", theirs, actor=cast.applicant) == ("document",)


@starting(S.CITY_RECOMMENDED)
def test_a_recommended_project_is_no_longer_the_teams_to_write(cast: Cast, project: Project):
    assert codes(attach_file, project, "commitment", a_document(cast.applicant), actor=cast.applicant) == (
        "wrong_state",
    )
