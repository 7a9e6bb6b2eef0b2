"""From approval to an agreement in force, and every way out: giving up, forfeiting, revoking."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from grants.applications.models import Project
from grants.awards.commands import receive_objection, save_final_budget
from grants.awards.enums import Outcome, Party
from grants.awards.models import Agreement, Decision, Signature
from grants.awards.queries import agreement_of, decisions_visible_to, objections_visible_to
from grants.desk.commands import act
from grants.people.commands import grant_role
from grants.people.enums import LegalForm
from grants.people.models import Team
from grants.programmes.models import Round
from storage.queries import attachments_of
from tests.cast import Cast
from tests.factories import a_document, a_meeting, budget_lines, on, reasons, together
from tests.journey_steps import (
    PLAN,
    a_project_in,
    approved,
    before_the_public,
    decided,
    money_in,
    plan_agreed,
    round_on,
    signs,
    starting,
)
from workflow import clock
from workflow.actions import KeyReused, Refused
from workflow.deadlines import deadline
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role, RoundState
from workflow.ports import SYSTEM


def agreement(project: Project) -> Agreement:
    found = agreement_of(project)
    assert found
    return found


# Approval ---------------------------------------------------------------------------------------------------


@starting(S.APPROVED)
def test_an_approved_project_has_its_grant_and_an_agreement_to_sign_in_time(cast: Cast, project: Project):
    waiting, due = agreement(project), deadline(project, "sign_due")
    assert (project.granted_fen, waiting.amount_fen) == (2_500_000, 2_500_000)
    assert (waiting.number, waiting.scheme) == (f"{project.number}-XY", "C")
    assert Decision.objects.filter(project=project).latest("pk").outcome == Outcome.APPROVE
    assert Round.objects.get().committed_fen == 2_500_000
    assert due
    assert due.due_at == dt.datetime(2026, 7, 17, 17, tzinfo=clock.SHANGHAI)


def test_a_registered_team_paid_itself_gets_its_money_in_two_parts(cast: Cast):
    Team.objects.filter(pk=cast.team.pk).update(legal_form=LegalForm.REGISTERED, uscc="52330000MJ0000001A")
    cast.team.refresh_from_db()
    project = a_project_in(cast, S.APPROVED, paid_to="registered_team")

    assert (project.payee, agreement(project).scheme) == (None, "A")


# Plan and budget --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        ("2026-08-01", "2027-01-31", None),
        ("2026-08-01", "2028-01-31", None),
        ("2026-08-01", "2027-01-30", "end_date"),
        ("2026-08-01", "2028-02-01", "end_date"),
        ("2026-08-01", "", "end_date"),
        ("2026-06-23", "2027-06-30", "start_date"),
        ("soon", "2027-06-30", "start_date"),
    ],
)
@starting(S.APPROVED)
def test_the_period_agreed_to_is_six_to_eighteen_months_from_today_on(
    cast: Cast, project: Project, start: str, end: str, code: str | None
):
    with on(2026, 6, 24):
        found = reasons(project, "agree_final_plan", cast.team_leader, start_date=start, end_date=end)

    assert set(found) == ({code} if code else set())


def granted_less(cast: Cast) -> Project:
    """A project that asked for 25,000 and was granted 20,000."""
    project = a_project_in(cast, S.REVIEWED)
    with on(2026, 6, 1):
        round_on(cast, RoundState.DELIBERATING)
        money_in(cast)
        decided(cast, project, "shortlist", amount_fen=2_000_000)
    before_the_public(cast, project)
    approved(cast, project)
    return project


def test_the_final_budget_comes_to_the_grant_before_the_plan_is_agreed_to(cast: Cast):
    project = granted_less(cast)
    with on(2026, 6, 24):
        found = reasons(project, "agree_final_plan", cast.team_leader, **PLAN)
        assert found == {"budget_sum": "预算由资助支出 25,000.00 元，须等于资助金额 20,000.00 元，请先修改预算。"}

        save_final_budget(project, budget_lines(2_000_000), actor=cast.applicant, version=project.version)
        assert reasons(project, "agree_final_plan", cast.team_leader, **PLAN) == {}

    project.refresh_from_db()
    assert (project.requested_fen, project.granted_fen) == (2_500_000, 2_000_000)


def test_a_final_budget_keeps_the_rounds_rules(cast: Cast):
    project = granted_less(cast)
    with on(2026, 6, 24):
        lines = budget_lines(2_000_000)
        lines[0] |= {"category": "MANAGEMENT", "item": "管理费"}
        save_final_budget(project, lines, actor=cast.team_leader)

        found = reasons(project, "agree_final_plan", cast.team_leader, **PLAN)
        assert set(found) == {"budget"}
        assert "管理费" in found["budget"]


@starting(S.APPROVED)
def test_the_province_confirms_what_the_team_agreed_to_and_the_budget_is_locked(cast: Cast, project: Project):
    with on(2026, 6, 24):
        assert set(reasons(project, "confirm_plan", cast.officer)) == {"plan_not_agreed"}
        act(project, "agree_final_plan", actor=cast.team_leader, given=PLAN)
        act(project, "confirm_plan", actor=cast.officer)
        assert set(reasons(project, "confirm_plan", cast.officer)) == {"plan_confirmed"}

    confirmed = agreement(project)
    assert (project.start_date, project.end_date) == (dt.date(2026, 8, 1), dt.date(2027, 7, 31))
    assert confirmed.plan_confirmed_at
    assert confirmed.budget
    assert confirmed.budget.locked_at


@starting(S.APPROVED)
def test_another_budget_undoes_the_agreement_to_the_plan_until_somebody_signs(cast: Cast, project: Project):
    with on(2026, 6, 24):
        plan_agreed(cast, project)
        save_final_budget(project, budget_lines(), actor=cast.team_leader)
        assert (agreement(project).plan_agreed_at, agreement(project).budget) == (None, None)
        assert "plan_open" in reasons(project, "sign_agreement", cast.officer)
        assert "budget_open" in reasons(project, "sign_agreement", cast.officer)

        act(project, "agree_final_plan", actor=cast.team_leader, given=PLAN)
        act(project, "confirm_plan", actor=cast.officer)
        signs(project, cast.team_leader)

        with pytest.raises(Refused, match="已有一方签署"):
            save_final_budget(project, budget_lines(), actor=cast.team_leader)
        assert set(reasons(project, "agree_final_plan", cast.team_leader, **PLAN)) == {"signed"}


@starting(S.IN_PUBLICITY)
def test_only_the_team_writes_the_final_budget_and_only_of_an_approved_project(cast: Cast, project: Project):
    with pytest.raises(Refused) as by_officer:
        save_final_budget(project, budget_lines(), actor=cast.officer)
    with pytest.raises(Refused) as too_early:
        save_final_budget(project, budget_lines(), actor=cast.team_leader)

    assert (by_officer.value.codes, too_early.value.codes) == (("not_yours",), ("wrong_state",))


# Signing ----------------------------------------------------------------------------------------------------


@starting(S.APPROVED)
def test_nobody_signs_before_the_plan_is_confirmed_or_without_the_page(cast: Cast, project: Project):
    assert set(reasons(project, "sign_as_party", cast.payee_officer)) == {"plan_open", "signed_page"}


@starting(S.APPROVED)
def test_the_agreement_waits_for_all_three_parties(cast: Cast, project: Project):
    with on(2026, 6, 24):
        plan_agreed(cast, project)
        signs(project, cast.team_leader)
        found = reasons(project, "sign_agreement", cast.officer)
        assert found == {"not_all_signed": "省红十字会、收款单位还没有签署协议。"}
        assert "party_signed" in reasons(project, "sign_as_party", cast.team_leader)

        signs(project, cast.payee_officer)
        signs(project, cast.officer)
        assert reasons(project, "sign_agreement", cast.officer) == {}


@starting(S.APPROVED)
def test_one_person_does_not_sign_for_two_parties(cast: Cast, project: Project):
    with on(2026, 6, 24):
        plan_agreed(cast, project)
        signs(project, cast.payee_officer)
        grant_role(cast.payee_officer, Role.TEAM_LEADER, actor=SYSTEM, team=cast.team)

        assert "person_signed" in reasons(project, "sign_as_party", cast.payee_officer)


@starting(S.AGREEMENT_SIGNED)
def test_an_agreement_in_force_has_its_pages_and_starts_on_its_first_day(cast: Cast, project: Project):
    signed, starts = agreement(project), deadline(project, "start_date")
    assert signed.effective_at == dt.datetime(2026, 6, 24, 9, tzinfo=clock.SHANGHAI)
    assert set(Signature.objects.values_list("party", flat=True)) == set(Party)
    pages = Signature.objects.values_list("document", flat=True)
    papers = attachments_of(project).filter(document__in=pages).values_list("document", "slot")
    assert sorted(papers) == sorted((page, "signed_page") for page in pages)
    assert deadline(project, "sign_due") is None
    assert starts
    assert starts.due_at == dt.datetime(2026, 8, 1, tzinfo=clock.SHANGHAI)


# Without an agreement ---------------------------------------------------------------------------------------


@starting(S.APPROVED)
def test_a_team_gives_up_by_letter(cast: Cast, project: Project):
    assert set(reasons(project, "give_up", cast.officer)) == {"letter"}
    letter = str(a_document(cast.officer, "放弃函").pk)
    together(project, "give_up", by=cast.officer, endorsed_by=cast.business_lead, letter=letter)

    assert (project.state, deadline(project, "sign_due")) == (S.REVOKED, None)


@starting(S.APPROVED)
def test_a_grant_is_forfeited_only_after_the_time_for_signing(cast: Cast, project: Project):
    with on(2026, 7, 17, 16):
        meeting = str(a_meeting(cast, project.round).pk)
        found = reasons(project, "forfeit", cast.officer, meeting=meeting)
        assert found == {"sign_open": "签订协议的期限是2026年7月17日，还没有过。"}
    with on(2026, 7, 17, 17):
        decided(cast, project, "forfeit")

    assert project.state == S.REVOKED
    assert Decision.objects.filter(project=project).latest("pk").outcome == Outcome.REVOKE


@pytest.mark.parametrize("state", [S.APPROVED, S.AGREEMENT_SIGNED])
def test_a_grant_is_revoked_for_a_breach_in_words(cast: Cast, state: str):
    project = a_project_in(cast, state)
    with on(2026, 6, 25):
        meeting = str(a_meeting(cast, project.round).pk)
        assert set(reasons(project, "revoke", cast.officer, meeting=meeting)) == {"no_ground"}
        decided(cast, project, "revoke", breach="团队解散，无法实施")

    assert project.state == S.REVOKED
    assert Decision.objects.filter(project=project).latest("pk").reason == "团队解散，无法实施"


@starting(S.AGREEMENT_SIGNED)
def test_a_grant_is_revoked_because_an_objection_was_upheld(cast: Cast, project: Project):
    with on(2026, 6, 25):
        facts: dict[str, Any] = {"kind": "objection", "text": "材料造假", "received_on": dt.date(2026, 6, 25)}
        objection = receive_objection(project, actor=cast.discipline, **facts)
        act(objection, "take_up", actor=cast.discipline)
        report = str(a_document(cast.discipline, "核查报告").pk)
        given = {"finding": "属实", "finding_document": report}
        together(objection, "uphold", by=cast.discipline, endorsed_by=cast.business_lead, **given)

        decided(cast, project, "revoke")

    assert project.state == S.REVOKED


def test_one_key_receives_one_objection_and_no_other(cast: Cast):
    project = a_project_in(cast, S.SHORTLISTED)
    facts: dict[str, Any] = {"kind": "objection", "text": "反映", "received_on": dt.date(2026, 3, 2), "key": "k"}
    first = receive_objection(project, actor=cast.discipline, contact="12345", **facts)

    assert receive_objection(project, actor=cast.discipline, contact="12345", **facts) == first
    with pytest.raises(KeyReused):
        receive_objection(project, actor=cast.discipline, contact="67890", **facts)


# Who sees what ----------------------------------------------------------------------------------------------


@starting(S.SHORTLISTED)
def test_those_objected_to_do_not_see_who_objects_and_decisions_are_the_provinces(cast: Cast, project: Project):
    facts: dict[str, Any] = {"kind": "objection", "text": "反映", "received_on": dt.date(2026, 3, 2)}
    receive_objection(project, actor=SYSTEM, **facts)
    handlers = (cast.discipline, cast.officer, cast.business_lead, cast.auditor)
    others = (cast.team_leader, cast.county_leader, cast.payee_officer, cast.reviewers[0], cast.stranger)

    assert [objections_visible_to(person).count() for person in handlers] == [1, 1, 1, 1]
    assert [objections_visible_to(person).count() for person in others] == [0, 0, 0, 0, 0]
    assert [decisions_visible_to(person).count() for person in (cast.officer, cast.finance_officer)] == [1, 1]
    assert [decisions_visible_to(person).count() for person in others] == [0, 0, 0, 0, 0]
