"""The deadline's last second: in time is what the server took in by then, however long it queued."""

from __future__ import annotations

import datetime as dt
import http.client
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse
from pytest_django import Settings

from grants.applications.commands import attach_file, begin_project, save_budget, save_form
from grants.applications.models import Project
from grants.desk.commands import act
from grants.desk.views.receiving import taken_in
from grants.people.commands import grant_role
from grants.people.models import User
from grants.programmes.models import Round
from tests.cast import Cast, a_cast, a_team
from tests.factories import CALL, a_document, an_open_round, answers, budget_lines, due, last_step
from tests.journey_steps import starting
from tests.proxying import proxied
from tests.serving import Process, served
from workflow import clock
from workflow.actions import blocked
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role
from workflow.ports import SYSTEM
from workflow.refusals import Refused
from workflow.ticking import fire_due
from workflow.trail import given_of, steps_of

CLOSES = dt.datetime(2026, 4, 1, 17, tzinfo=clock.SHANGHAI)
SECOND = dt.timedelta(seconds=1)
TOKEN = "a" * 32


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


# Two hundred at once ----------------------------------------------------------------------------------------


def many_drafts(cast: Cast, n: int, closes: dt.datetime) -> list[Project]:
    """So many applications, each of a team of its own, all of one leader, whole and not handed in."""
    leader, made = cast.team_leader, []
    start = (closes + dt.timedelta(days=60)).date()
    told = answers(start_date=start, end_date=start + dt.timedelta(days=300))
    papers = {slot: a_document(leader, slot) for slot in ("commitment", "team_proof")}
    round_ = an_open_round(cast)
    for number in range(n):
        team = a_team(cast.places, name=f"晨光 {number} 队")
        grant_role(leader, Role.TEAM_LEADER, team=team, actor=SYSTEM, valid_from=dt.date(2026, 1, 1))
        project = begin_project(round_, team, leader, actor=leader)
        save_form(project, actor=leader, **told)
        save_budget(project, budget_lines(), actor=leader)
        for slot, paper in papers.items():
            attach_file(project, slot, paper, actor=leader)
        made.append(project)
    Round.objects.update(call_closes_at=closes)
    return made


def cookies_of(person: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = django_settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return f"{django_settings.SESSION_COOKIE_NAME}={session.session_key}; csrftoken={TOKEN}"


def sends(port: int, project: Project, path: str, cookies: str, at: float) -> tuple[int, float]:
    """The leader presses the button at that instant, with an earlier instant in a header of their own.

    -> the status of the answer, and when it came.
    """
    told = {"version": project.version, "key": f"last second {project.pk}", "csrfmiddlewaretoken": TOKEN}
    headers = {
        "Cookie": cookies,
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Request-Start": f"t={at - 30:.3f}",
    }
    time.sleep(max(0, at - time.time()))
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=600)) as line:
        line.request("POST", path, urlencode(told), headers)
        answer = line.getresponse()
        answer.read()
        return answer.status, time.time()


@pytest.fixture
def server(request: pytest.FixtureRequest, tmp_path: Path, transactional_db: None) -> Iterator[Process]:
    with served(tmp_path, workers=2, DATA_DIR=str(tmp_path), TRUST_REQUEST_START=request.param) as process:
        yield process


@pytest.fixture
def drafts(transactional_db: None, *, full: bool) -> list[Project]:
    """Whole drafts in a round that closes as soon as they have been made."""
    with clock.held(CALL):
        return many_drafts(a_cast(), 200 if full else 16, clock.now() + dt.timedelta(days=300))


def all_send(port: int, drafts: list[Project], *, late: float = 0) -> tuple[float, dict[int, tuple[int, float]]]:
    """All within half a second before and after the round's close, or so much later.

    -> when it closed; the answer that each of them got.
    """
    cookies = cookies_of(drafts[0].leader)
    paths = {project.pk: reverse("project_check", args=[project.pk]) for project in drafts}
    with ThreadPoolExecutor(len(drafts)) as crowd:
        closes = (clock.now() + 3 * SECOND).replace(microsecond=0)
        Round.objects.update(call_closes_at=closes)
        instants = [closes.timestamp() + late - 0.5 + n / len(drafts) for n in range(len(drafts))]
        sent = {
            project.pk: crowd.submit(sends, port, project, paths[project.pk], cookies, at)
            for project, at in zip(drafts, instants, strict=True)
        }
        return closes.timestamp(), {pk: answer.result() for pk, answer in sent.items()}


@pytest.mark.slow
@pytest.mark.parametrize("server", ["1"], indirect=True)
def test_all_who_send_at_the_last_second_are_judged_by_when_they_were_taken_in(server: Process, drafts: list[Project]):
    with proxied(server.port) as (port, taken_in):
        closes, answered = all_send(port, drafts)
    instants = {int(re.findall(r"\d+", path)[0]): instant for path, instant in taken_in.items()}
    queued_too_long = {pk for pk, (_status, at) in answered.items() if at - instants[pk] > 60}
    in_time = {pk for pk, instant in instants.items() if instant < closes}
    submitted = set(Project.objects.filter(state=S.SUBMITTED).values_list("pk", flat=True))

    assert 0 < len(in_time) < len(drafts) == len(instants)
    assert submitted <= in_time
    assert in_time - submitted <= queued_too_long
    assert {pk for pk, (status, _at) in answered.items() if status == 302} == submitted
    assert {status for status, _at in answered.values()} == {302, 422}
    for project in Project.objects.filter(pk__in=submitted):
        said = given_of(steps_of(project).get(move="submit"))["received_at"]
        assert round(dt.datetime.fromisoformat(said).timestamp(), 3) == instants[project.pk]


@pytest.mark.slow
@pytest.mark.parametrize("server", [""], indirect=True)
def test_without_a_proxy_of_ours_nobody_gains_by_what_they_write(server: Process, drafts: list[Project]):
    _closes, answered = all_send(server.port, drafts[:6], late=0.6)

    assert {status for status, _at in answered.values()} == {422}
    assert not Project.objects.filter(state=S.SUBMITTED).exists()
