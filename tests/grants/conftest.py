"""Everybody, on the first day of a call in March 2026, and a project as far along the straight way as a test asks for.

Walking that way by the product's own commands takes a second, so the tests of a module that start from the same place
share it: `@starting(S.APPROVED)` on a test or, as `pytestmark`, on a module; a function of the cast leads elsewhere.
What a test writes is rolled back after it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from functools import partial
from itertools import groupby
from typing import Any

import pytest
from django.core.cache import cache

from grants.applications.models import Project
from grants.programmes.models import Round
from tests.cast import Cast, a_cast
from tests.factories import CALL, a_complete_draft, an_open_round
from tests.journey_steps import BEFORE_THE_CALL, PATH, go_on
from tests.snapshots import Stretch, at_the_end_of
from workflow import clock
from workflow.lifecycle import ProjectState, RoundState

STARTS = [BEFORE_THE_CALL, RoundState.OPEN.value, ProjectState.DRAFT.value, *(str(state) for state, _step in PATH)]
Start = str | Callable[[Cast], object]


@pytest.fixture(autouse=True)
def _nobody_has_tried_before() -> None:
    """What is rolled back leaves its tries in the cache: the same person of the next test would be asked to wait."""
    cache.clear()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "starting(state): where the test finds its round or its project")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test that knows our people starts where its mark says, or before any round."""
    if "reached" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("starting")
        start = mark.args[0] if mark else BEFORE_THE_CALL
        metafunc.parametrize("reached", [start], ids=[pytest.HIDDEN_PARAM], indirect=True, scope="module")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Within a module, tests that start from the same place follow one another."""
    items[:] = [
        item
        for _module, tests in groupby(items, key=lambda item: item.nodeid.partition("::")[0])
        for item in sorted(tests, key=_start_of)
    ]


def _start_of(item: pytest.Item) -> tuple[int, str]:
    spec = getattr(item, "callspec", None)  # only parametrized tests have one
    start: Start = spec.params.get("reached", BEFORE_THE_CALL) if spec else BEFORE_THE_CALL
    return (len(STARTS), start.__name__) if callable(start) else (STARTS.index(start), "")


@pytest.fixture(scope="module")
def reached(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    """Everybody, in the world as it stands at the start; for `cast` and `project` to copy from."""
    with django_db_blocker.unblock(), clock.held(CALL), at_the_end_of(list(_way(request.param))) as cast:
        yield cast


def _way(start: Start) -> Iterator[Stretch]:
    """From nothing to the start, by every state on the way there."""
    yield "cast", lambda _nothing: a_cast()
    if callable(start):
        yield start, partial(_led, start)
    elif start != BEFORE_THE_CALL:
        yield RoundState.OPEN.value, partial(_led, an_open_round)
        for state in STARTS[STARTS.index(ProjectState.DRAFT) : STARTS.index(start) + 1]:
            yield state, partial(_led, partial(_gone, state))


def _led(step: Callable[[Cast], object], cast: Cast) -> Cast:
    step(cast)
    return cast


def _gone(state: str, cast: Cast) -> None:
    if state == ProjectState.DRAFT:
        a_complete_draft(cast)
    else:
        go_on(cast, Project.objects.get(), state)


@pytest.fixture
def cast(reached: Cast, db: None) -> Iterator[Cast]:
    """One person for each role; the clock stands at nine in the morning of 2 March 2026."""
    with clock.held(CALL):
        yield copy.deepcopy(reached)


@pytest.fixture
def round_(cast: Cast) -> Round:
    """The round whose call is open, or wherever the test's project has come to in it."""
    return Round.objects.get()


@pytest.fixture
def project(cast: Cast) -> Project:
    """The team's project, in the state in which the test starts."""
    return Project.objects.get()


@pytest.fixture
def projects(cast: Cast) -> list[Project]:
    """The projects of the round in their order, where the test starts with several."""
    return list(Project.objects.order_by("number"))
