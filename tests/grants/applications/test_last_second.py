"""The deadline's last second: in time is what the server took in by then, however long it queued."""

from __future__ import annotations

import datetime as dt

import pytest
from pytest_django import Settings

from grants.applications.models import Project
from grants.desk.commands import act
from grants.desk.views.receiving import taken_in
from grants.programmes.models import Round
from tests.cast import Cast
from tests.factories import due, last_step
from tests.journey_steps import starting
from workflow import clock
from workflow.actions import blocked
from workflow.lifecycle import ProjectState as S
from workflow.refusals import Refused
from workflow.ticking import fire_due
from workflow.trail import given_of

CLOSES = dt.datetime(2026, 4, 1, 17, tzinfo=clock.SHANGHAI)
SECOND = dt.timedelta(seconds=1)


# What a header may say --------------------------------------------------------------------------------------


def started(at: dt.datetime) -> str:
    return f"t={at.timestamp():.3f}"


@pytest.fixture
def proxy_of_ours(settings: Settings) -> None:
    settings.TRUST_REQUEST_START = True


@pytest.mark.usefixtures("proxy_of_ours")
@pytest.mark.parametrize("seconds", [0, 0.25, 59.999, 60])
def test_our_proxy_says_when_a_request_was_taken_in(seconds: float):
    with clock.held(CLOSES):
        earlier = clock.now() - dt.timedelta(seconds=seconds)
        assert taken_in(started(earlier)) == earlier


@pytest.mark.usefixtures("proxy_of_ours")
@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=",
        "t=abc",
        "1775034000.000",
        "t=1775034000",
        "t=1775034000.0000",
        "t=-1775034000.000",
        "t=1775034000.000, t=1775034000.000",
        "t=99999999999999999999.000",
        "t=١٧٧٥٠٣٤٠٠٠.000",
        started(CLOSES + 0.001 * SECOND),
        started(CLOSES - 60.001 * SECOND),
    ],
)
def test_a_header_that_cannot_be_right_counts_for_nothing(header: str):
    with clock.held(CLOSES):
        assert taken_in(header) == CLOSES


def test_without_a_proxy_of_ours_anybody_may_write_the_header_and_nobody_reads_it():
    with clock.held(CLOSES):
        assert taken_in(started(CLOSES - 5 * SECOND)) == CLOSES


def test_an_instant_counts_for_a_minute_and_never_from_the_future():
    with clock.held(CLOSES), clock.receiving(CLOSES):
        assert clock.received() == CLOSES
        with clock.held(CLOSES + 60 * SECOND):
            assert clock.received() == CLOSES
        with clock.held(CLOSES + 60.000001 * SECOND):
            assert clock.received() == clock.now()
        with clock.held(CLOSES - SECOND):
            assert clock.received() == clock.now()
    with pytest.raises(ValueError, match="aware"), clock.receiving(dt.datetime(2027, 3, 5)):  # noqa: DTZ001
        pass


# What it decides --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "codes"), [(0.001, 59, []), (0, 1, ["call_closed"]), (1, 60, ["call_closed"])]
)
@starting(S.DRAFT)
def test_a_submission_is_in_time_when_it_was_taken_in_by_then(
    cast: Cast, project: Project, before: float, after: float, codes: list[str]
):
    with clock.receiving(CLOSES - before * SECOND), clock.held(CLOSES + after * SECOND):
        assert [reason.code for reason in blocked(project, "submit", cast.team_leader)] == codes


@starting(S.DRAFT)
def test_the_step_says_when_a_submission_was_taken_in(cast: Cast, project: Project):
    with clock.receiving(CLOSES - SECOND), clock.held(CLOSES + 20 * SECOND):
        step = act(project, "submit", actor=cast.team_leader)

    assert dt.datetime.fromisoformat(given_of(step)["received_at"]) == CLOSES - SECOND
    assert step.at == CLOSES + 20 * SECOND


@starting(S.DRAFT)
def test_the_clock_waits_a_minute_for_what_is_on_its_way(cast: Cast, project: Project, round_: Round):
    with clock.held(CLOSES + 59.9 * SECOND):
        assert fire_due()["moved"] == 0
    with clock.held(CLOSES + 59.9 * SECOND), clock.receiving(CLOSES - 0.1 * SECOND):
        act(project, "submit", actor=cast.team_leader)
    with clock.held(CLOSES + 60 * SECOND):
        assert fire_due()["moved"] == 1

    round_.refresh_from_db()
    assert (last_step(project).move, round_.state, due(project, "call_closed")) == ("submit", "recommending", None)


@starting(S.DRAFT)
def test_a_draft_still_lapses_when_nothing_came(cast: Cast, project: Project):
    with clock.held(CLOSES + 60 * SECOND):
        assert fire_due()["moved"] == 2

    assert last_step(project).move == "lapse_draft"
    with clock.receiving(CLOSES - SECOND), clock.held(CLOSES + 61 * SECOND), pytest.raises(Refused):
        act(project, "submit", actor=cast.team_leader)
