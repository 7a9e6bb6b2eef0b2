"""The world in which money moves."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from tests.grants.funds.builders import World, source, world
from tests.snapshots import at_the_end_of


@pytest.fixture(scope="module")
def funded(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The world of a module."""
    with django_db_blocker.unblock(), at_the_end_of([("funded", with_a_source)]) as made:
        yield made


def with_a_source(_nothing: None) -> World:
    made = world()
    source(made)
    return made


@pytest.fixture
def at(funded: World, db: None) -> World:
    """An open round with one fiscal source of 100,000 yuan."""
    return copy.deepcopy(funded)
