"""Any life of a project, however people and the clock come at it: all that must hold holds after every step.

Down the main road once, station by station. From each station every way is gone to its end and undone again; then, from
somewhere on one of these ways, anybody tries anything. The last test names what was never reached.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.acceptance.life.chance import CHANCES, every_answer_spoilt, happens
from tests.acceptance.life.stage import CutShort, Life, on_stage
from tests.acceptance.life.ways import STATIONS, Station, Way
from tests.snapshots import rolled_back
from workflow import clock
from workflow.actions import blocked
from workflow.lifecycle import CHANGE, CHECK, OBJECTION, PAYMENT, PROJECT, ROUND

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("any_life")]  # one worker goes down the road, once

OURS = {machine.name: machine for machine in (PROJECT, PAYMENT, CHECK, OBJECTION, CHANGE, ROUND)}
LONGEST_WAY, LONGEST_SUFFIX = 16, 12
dice = st.integers(0, 719)
suffixes = st.lists(st.tuples(st.sampled_from(CHANCES), dice, dice, dice), max_size=LONGEST_SUFFIX)


class Road:
    """The main road, gone as far as somebody has asked; what was made and seen on it and on its ways."""

    def __init__(self) -> None:
        self.life = on_stage()
        self.ahead = list(STATIONS)
        self.here: Station | None = None
        self.gone: set[str] = set()

    def to(self, wanted: Station) -> Life:
        while wanted in self.ahead:
            self.here = self.ahead.pop(0)
            self.here.come(self.life)
        return self.life

    def goes(self, name: str, go: Way) -> None:
        self.gone.add(name)
        with self.life.tried_out():
            go(self.life)
            self.life.holding.end()


@pytest.fixture(scope="module")
def road(django_db_setup: None, django_db_blocker: Any) -> Iterator[Road]:
    with django_db_blocker.unblock(), rolled_back():
        yield Road()


@pytest.fixture(scope="module", params=STATIONS, ids=lambda at: at.name)
def at(road: Road, request: pytest.FixtureRequest) -> Station:
    road.to(request.param)
    found: Station = request.param
    return found


def test_every_way_from_here_holds(road: Road, at: Station) -> None:
    road.life.holding.end()
    for name, go in at.ways.items():
        road.goes(name, go)


def test_every_deed_of_the_table_is_answered_here_with_reasons(road: Road, at: Station) -> None:
    """Also what is far too early or far too late: a sentence, never an error."""
    project = road.life.fresh()

    with clock.held(road.life.at):
        told = {name: blocked(project, name, road.life.cast.officer) for name in PROJECT.deeds}

    out_of_place = {name for name, deed in PROJECT.deeds.items() if str(project.state) not in deed.sources}
    assert {name for name in told if "wrong_state" in {reason.code for reason in told[name]}} == out_of_place


def test_any_life_from_here_holds(road: Road, at: Station) -> None:
    ways = [None, *at.ways.values()]

    @settings(max_examples=max(2, settings().max_examples // 7))
    @given(go=st.sampled_from(ways), cut=st.integers(0, LONGEST_WAY), suffix=suffixes)
    def any_life(go: Way | None, cut: int, suffix: list[tuple[str, int, int, int]]) -> None:
        with road.life.tried_out() as life:
            some_way(life, go, cut)
            for chance, *numbers in suffix:
                happens(life, chance, *numbers)
            life.holding.end()

    any_life()


@pytest.mark.slow
def test_every_answer_spoilt_in_every_way_is_refused_or_taken_whole(road: Road, at: Station, full: bool) -> None:
    if connection.vendor == "postgresql" and STATIONS.index(at) % 4 and not full:
        pytest.skip("a quarter of the stations: with every one it takes a quarter of an hour here")
    for record in ("a", "round"):
        every_answer_spoilt(road.life, road.life.fresh(record))


def some_way(life: Life, go: Way | None, cut: int) -> None:
    """As far along the way as is wanted."""
    life.left = cut
    try:
        if go:
            go(life)
    except CutShort:
        pass
    life.left = None


def test_every_move_was_made_and_every_state_was_seen(road: Road) -> None:
    """Asked alone, the test goes down the road itself."""
    for station in STATIONS:
        road.to(station)
        for name, go in station.ways.items():
            if name not in road.gone and station is road.here:
                road.goes(name, go)
    reached = road.life.holding

    moves = {(name, deed) for name, machine in OURS.items() for deed in machine.deeds}
    states = {(name, state) for name, machine in OURS.items() for state in machine.states.values}
    never = sorted(".".join(one) for one in (moves - reached.made) | (states - reached.seen))
    assert never == []
