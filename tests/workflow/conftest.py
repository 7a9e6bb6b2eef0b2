"""People and boxes of the toy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from tests.toy import play
from tests.toy.domain import playing
from tests.toy.models import Box
from tests.toy.process import Worker, workers
from workflow import guards_sql


@pytest.fixture(autouse=True)
def _toy() -> Iterator[None]:
    with playing():
        yield


@pytest.fixture
def person(db: None) -> Callable[..., Any]:
    """A person with the roles named: person('team_leader', name='wang')."""
    return play.person


@pytest.fixture
def box(db: None) -> Box:
    """An open box of 500 g, made by a team leader."""
    return play.new_box()


@pytest.fixture(scope="module")
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of a database in which what is written is there for other processes; emptied after the module."""
    with django_db_blocker.unblock():
        yield str(connection.settings_dict["NAME"])
        guards_sql.remove()
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture(scope="module")
def pair(committed: str) -> Iterator[list[Worker]]:
    """Two processes of their own on the test's database."""
    with workers(committed, 2) as found:
        yield found
