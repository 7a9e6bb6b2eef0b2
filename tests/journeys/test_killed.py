"""The browser dies in the middle of a sentence and the server with it: what was typed three seconds before is there."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Browser, Error, Page

from grants.applications.models import Project
from tests.cast import a_cast
from tests.factories import CALL, a_draft
from tests.journeys.conftest import CHROMIUM, FLAGS
from tests.journeys.site import Site
from tests.serving import Process, served
from workflow import clock

SENTENCE = "我们走访了十二个老旧社区，老人多，会急救的人少。"
SIGNS_A_SECOND = 8
WRITING = 12
MISSING = 5
"""Seconds: three are promised, two more are for a machine that runs browser, server and database on two cores."""


@pytest.fixture
def server(site: Site, tmp_path: Path) -> Iterator[Process]:
    """A process of its own beside the site, on its database, which is killed and started again."""
    with served(tmp_path, workers=2, DATA_DIR=str(tmp_path)) as process:
        yield process


def another(browser: Browser) -> Browser:
    """A chromium beside that of the run, which may die."""
    return browser.browser_type.launch(executable_path=str(CHROMIUM), args=list(FLAGS))


def session_of(project: Project) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(project.leader_id)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = project.leader.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def shows_need(browser: Browser, server: Process, project: Project, key: str) -> Page:
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": server.url}])
    page = context.new_page()
    page.goto(f"{server.url}/projects/{project.pk}/form/need/")
    return page


def test_nothing_typed_more_than_three_seconds_before_is_missing(browser: Browser, server: Process):
    with clock.held(CALL):
        project = a_draft(a_cast())
    key = session_of(project)
    typed: list[tuple[float, str]] = []
    doomed = another(browser)
    page = shows_need(doomed, server, project, key)
    began = time.monotonic()
    while time.monotonic() - began < WRITING:  # without a pause, as people do who know what they want to say
        sign = SENTENCE[len(typed) % len(SENTENCE)]
        page.locator("#f-need").press_sequentially(sign)
        typed.append((time.monotonic(), sign))
        time.sleep(1 / SIGNS_A_SECOND)
    killed = time.monotonic()
    server.kill()
    with contextlib.suppress(Error):
        doomed.new_browser_cdp_session().send("Browser.crash")

    server.start()
    later = another(browser)
    there = shows_need(later, server, project, key).locator("#f-need").input_value()
    later.close()
    whole = "".join(sign for _at, sign in typed)
    must = "".join(sign for at, sign in typed if at < killed - MISSING)

    assert len(must) > 20
    assert whole.startswith(there)
    assert there.startswith(must)
