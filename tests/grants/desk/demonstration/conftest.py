"""The demonstration of a fixed day, for the tests that visit all of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType

from grants.desk.demo.story import tell
from tests.grants.desk.addresses import Address, addresses, no_pages
from tests.grants.desk.demonstration.visits import Visits
from tests.snapshots import rolled_back
from workflow import clock
from workflow.outbox import relay

DAY = dt.datetime(2026, 11, 20, 9, tzinfo=clock.SHANGHAI)
EVERYTHING = 10_000
TOLD = ExitStack()


def pytest_itemcollected(item: pytest.Item) -> None:
    """What visits every page as every person takes minutes: `make pages` runs it, `make test` leaves it out."""
    item.add_marker(pytest.mark.pages)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """After the last test of this folder the demonstration is gone: whatever comes next finds an empty database."""
    if nextitem is None or not nextitem.path.is_relative_to(Path(__file__).parent):
        TOLD.close()


@pytest.fixture(scope="session")
def story(django_db_setup: None, django_db_blocker: Any) -> list[Address]:
    """The demonstration, told once, its notices handed out.

    What a process learns once about kinds of records it knows already.
    """
    TOLD.enter_context(django_db_blocker.unblock())
    TOLD.enter_context(rolled_back())
    TOLD.enter_context(clock.held(DAY))
    tell(clock.today())
    relay(EVERYTHING)
    for model in apps.get_models():
        ContentType.objects.get_for_model(model)
    return list(addresses())


@pytest.fixture(scope="session")
def visits(story: list[Address], full: bool) -> Visits:
    """Who meets what; asked for inside `browsing`."""
    return Visits([*story, *no_pages()], full=full)


@pytest.fixture
def browsing(story: list[Address], db: None) -> Iterator[list[Address]]:
    """Every page of it, on its day."""
    with clock.held(DAY):
        yield story
