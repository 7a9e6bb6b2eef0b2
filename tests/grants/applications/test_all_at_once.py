"""Two hundred teams send in the deadline's last second: who was taken in by then is in time, and nobody else.

A real server behind a proxy; a module of its own, for a world that others share does not survive the flush.
"""

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

from grants.applications.commands import attach_file, begin_project, save_budget, save_form
from grants.applications.models import Project
from grants.people.commands import grant_role
from grants.people.models import User
from grants.programmes.models import Round
from tests.cast import Cast, a_cast, a_team
from tests.factories import CALL, a_document, an_open_round, answers, budget_lines
from tests.proxying import proxied
from tests.serving import Process, served
from workflow import clock
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role
from workflow.ports import SYSTEM
from workflow.trail import given_of, steps_of

SECOND = dt.timedelta(seconds=1)
TOKEN = "a" * 32


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
        return many_drafts(a_cast(), 200 if full else 8, clock.now() + dt.timedelta(days=300))


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


@pytest.mark.race
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


@pytest.mark.race
@pytest.mark.parametrize("server", [""], indirect=True)
def test_without_a_proxy_of_ours_nobody_gains_by_what_they_write(server: Process, drafts: list[Project]):
    _closes, answered = all_send(server.port, drafts[:6], late=0.6)

    assert {status for status, _at in answered.values()} == {422}
    assert not Project.objects.filter(state=S.SUBMITTED).exists()
