"""The world in which money moves."""

from __future__ import annotations

import pytest

from tests.grants.funds.builders import World, source, world


@pytest.fixture
def at(db: None) -> World:
    """An open round with one fiscal source of 100,000 yuan."""
    made = world()
    source(made)
    return made
