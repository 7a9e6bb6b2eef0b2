"""A team that missed the close through no fault of its own hands in late; nobody else does."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from grants.applications.models import Project
from grants.applications.queries import undecided
from grants.desk.commands import act
from grants.desk.queries.receipts import submission
from grants.desk.tables.receipts import Receipt
from tests.cast import Cast
from tests.factories import a_document, a_meeting, due, last_step, on, together
from tests.journey_steps import starting
from workflow import clock
from workflow.actions import blocked
from workflow.lifecycle import ProjectState as S
from workflow.refusals import Refused
from workflow.ticking import fire_due

CLOSED = (2026, 4, 1, 18)
DUE = dt.date(2026, 4, 8)
ALONE = {"not_endorsed"}
"""What every deed for two says before the other has endorsed it."""


@pytest.fixture
def lapsed(cast: Cast, project: Project) -> Project:
    """A draft that the close of the call took off the table."""
    with on(*CLOSED):
        fire_due()
    project.refresh_from_db()
    assert last_step(project).move == "lapse_draft"
    return project


def facts(cast: Cast, project: Project, **said: Any) -> dict[str, Any]:
    given = {
        "meeting": str(a_meeting(cast, project.round).pk),
        "fault": "disaster",
        "fault_text": "截止当晚街道停电，供电公司有通知。",
        "fault_proof": str(a_document(cast.officer, "停电通知").pk),
        "due_on": DUE.isoformat(),
    }
    return given | said


def admitted(cast: Cast, project: Project) -> Project:
    with on(2026, 4, 2):
        together(project, "admit_late", by=cast.officer, endorsed_by=cast.business_lead, **facts(cast, project))
    project.refresh_from_db()
    return project


@starting(S.DRAFT)
def test_leadership_lets_one_team_hand_in_late_and_the_receipt_says_until_when(cast: Cast, lapsed: Project):
    project = admitted(cast, lapsed)

    assert (project.state, due(project, "call_closed").date()) == (S.DRAFT, DUE)
    assert project in undecided(project.round)
    with on(2026, 4, 8, 16):
        found = submission(project, act(project, "submit", actor=cast.team_leader).seq)
        assert found
        closes = Receipt(*found).closes(project)
    assert closes
    assert closes.astimezone(clock.SHANGHAI).date() == DUE


@starting(S.DRAFT)
def test_the_late_day_ends_like_the_call_and_the_draft_lapses_again(cast: Cast, lapsed: Project):
    project = admitted(cast, lapsed)
    with on(2026, 4, 8, 17):
        assert {one.code for one in blocked(project, "submit", cast.team_leader)} == {"call_closed"}
    with on(2026, 4, 8, 18):
        fire_due()
    project.refresh_from_db()
    assert (project.state, last_step(project).move) == (S.WITHDRAWN, "lapse_draft")


@starting(S.DRAFT)
def test_a_draft_that_nobody_let_in_stays_closed_to_its_team(cast: Cast, lapsed: Project):
    with on(2026, 4, 2):
        assert {one.code for one in blocked(lapsed, "reopen_draft", cast.team_leader)} == {"round_closed"}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"fault": "forgot"}, "fault"),
        ({"fault_text": " "}, "fault_text"),
        ({"fault_proof": ""}, "fault_proof"),
        ({"meeting": ""}, "no_minutes"),
        ({"due_on": "2026-04-02"}, "due_on"),
        ({"due_on": "2026-05-20"}, "due_on"),
    ],
)
@starting(S.DRAFT)
def test_a_fault_is_documented_and_a_day_is_set(cast: Cast, lapsed: Project, said: dict[str, str], code: str):
    with on(2026, 4, 2):
        given = facts(cast, lapsed, **said)
        assert {one.code for one in blocked(lapsed, "admit_late", cast.officer, given)} - ALONE == {code}


@starting(S.DRAFT)
def test_one_person_alone_lets_nobody_in_late(cast: Cast, lapsed: Project):
    with on(2026, 4, 2), pytest.raises(Refused):
        act(lapsed, "admit_late", actor=cast.officer, given=facts(cast, lapsed))


@starting(S.DRAFT)
def test_whoever_withdrew_by_themselves_has_not_missed_the_close(cast: Cast, project: Project):
    act(project, "withdraw", actor=cast.team_leader, given={"reason": "骨干离队"})
    with on(*CLOSED):
        fire_due()
        project.round.refresh_from_db()
        codes = {one.code for one in blocked(project, "admit_late", cast.officer, facts(cast, project))}
    assert codes - ALONE == {"not_lapsed"}
