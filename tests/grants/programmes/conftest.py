"""Everybody, on the first day of a call in March 2026."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cast import Cast, a_cast
from tests.factories import CALL
from workflow import clock


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    """One person for each role; the clock stands at nine in the morning of 2 March 2026."""
    with clock.held(CALL):
        yield a_cast()
