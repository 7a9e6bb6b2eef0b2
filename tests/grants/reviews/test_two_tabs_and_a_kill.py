"""Two reviewers, two tabs each, and a server that is killed meanwhile: no mark is lost, no score is there twice.

A real server; a module of its own, for a world that others share does not survive the flush.
"""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from grants.applications.models import Project
from grants.desk.commands import act
from grants.people.models import User
from grants.programmes.queries import rules_of
from grants.reviews.models import Score, ScoreSheet
from tests.cast import Cast, a_cast
from tests.factories import CALL
from tests.grants.applications.test_all_at_once import TOKEN, cookies_of
from tests.grants.desk.visiting import HIDDEN
from tests.journey_steps import COMMENT, a_project_in
from tests.serving import Process, served
from workflow import clock
from workflow.lifecycle import ProjectState as S

PATIENCE = 60
"""Seconds within which a killed server is up again."""


@pytest.fixture
def server(tmp_path: Path, transactional_db: None) -> Iterator[Process]:
    with served(tmp_path, workers=2, DATA_DIR=str(tmp_path)) as process:
        yield process


@pytest.fixture
def review(transactional_db: None) -> tuple[Cast, Project]:
    """A project with three seats; the first two reviewers have declared."""
    with clock.held(CALL):
        cast = a_cast()
        project = a_project_in(cast, S.UNDER_REVIEW)
    for person in cast.reviewers[:2]:
        act(project, "declare_no_conflict", actor=person)
    return cast, project


class Tab:
    """A window of a reviewer's: it fills in some of the marks and sends again whatever got no answer."""

    def __init__(self, server: Process, person: User, project: Project) -> None:
        self.server, self.path = server, reverse("scoring", args=[project.pk])
        self.headers = {"Cookie": cookies_of(person), "Content-Type": "application/x-www-form-urlencoded"}
        self.form: dict[str, Any] = {}
        self.kept: dict[str, int] = {}

    def asks(self, method: str, body: str = "", **headers: str) -> tuple[int, str]:
        for _ in range(PATIENCE * 10):
            try:
                with closing(http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)) as line:
                    line.request(method, self.path, body or None, self.headers | headers)
                    answer = line.getresponse()
                    return answer.status, answer.read().decode()
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
        raise AssertionError("the server did not come back")

    def opens(self) -> None:
        status, page = self.asks("GET")
        assert status == 200
        hidden = dict(HIDDEN.findall(page[page.index('id="sheet"') :]))
        self.form = {"marks": hidden["marks"].replace("&quot;", '"'), "key": hidden["key"], "comment": ""}

    def types(self, code: str, halves: int) -> None:
        """One mark more, saved by the page itself."""
        self.form[code] = f"{halves / 2:g}"
        status, answer = self.asks("POST", self._sent(), **{"HX-Request": "true"})
        assert status == 200, answer
        self.form["marks"] = dict(HIDDEN.findall(answer))["marks"].replace("&quot;", '"')
        self.kept[code] = halves

    def hands_in(self, whole: dict[str, str]) -> int:
        self.opens()
        self.form |= whole
        return self.asks("POST", self._sent())[0]

    def _sent(self) -> str:
        return urlencode(self.form | {"csrfmiddlewaretoken": TOKEN})


@pytest.mark.faults
def test_no_score_is_lost_and_none_is_there_twice(server: Process, review: tuple[Cast, Project], *, full: bool):
    cast, project = review
    codes = {item.code: item.weight * 2 for item in rules_of(project.round).rubric.criteria}
    tabs = [Tab(server, person, project) for person in cast.reviewers[:2] for _ in range(2)]
    for tab in tabs:
        tab.opens()
    over = threading.Event()

    def kills() -> None:
        dice = random.Random(7)
        for _ in range(10 if full else 2):
            over.wait(dice.uniform(0.3, 1.2))
            server.kill()
            server.start()

    def fills(n: int) -> None:
        for code in list(codes)[n % 2 :: 2]:
            tabs[n].types(code, codes[code] - n - 2)

    with ThreadPoolExecutor(5) as pool:
        killing = pool.submit(kills)
        for filling in [pool.submit(fills, n) for n in range(4)]:
            filling.result()
        sheets = {sheet.assignment.reviewer_id: sheet.halves for sheet in ScoreSheet.objects.all()}
        for place, person in enumerate(cast.reviewers[:2]):
            assert sheets[person.pk] == tabs[2 * place].kept | tabs[2 * place + 1].kept

        def presses(n: int) -> int:
            held = sheets[cast.reviewers[n // 2].pk]
            whole = {code: f"{halves / 2:g}" for code, halves in held.items()} | {"comment": COMMENT}
            return tabs[n].hands_in(whole)

        answers = list(pool.map(presses, range(4)))
        over.set()
        killing.result()
    assert set(answers) <= {302, 409, 422}
    assert sorted(score.assignment.reviewer_id for score in Score.objects.all()) == sorted(sheets)
    assert all(score.number == 1 for score in Score.objects.all())
    assert {score.assignment.reviewer_id: score.halves for score in Score.objects.all()} == sheets
