"""Where modules start from: on SQLite a worker goes each stretch of a way once and keeps the database as it was there.

Elsewhere every module goes its way anew, in a transaction that is rolled back.
"""

from __future__ import annotations

import copy
import sqlite3
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

Stretch = tuple[Hashable, Callable[[Any], Any]]
"""What a place is called, and how one comes there with what is in hand at the place before; -> what is in hand then."""


class Place(NamedTuple):
    """The database as it was, and what was in hand."""

    tables: sqlite3.Connection
    hand: Any


NOWHERE = ("nowhere",)
WAL, NO_WAL = slice(18, 20), b"\x01\x01"
"""Where the header of a database file says how it is written and read, and what it says of one without a log."""
_places: dict[Hashable, Place] = {}


@contextmanager
def rolled_back() -> Iterator[None]:
    """Whatever is written inside is gone afterwards; commands take it for a test's own transaction."""
    atomic: Any = transaction.atomic()
    vars(atomic)["_from_testcase"] = True
    with atomic:
        yield
        transaction.set_rollback(True)


@contextmanager
def at_the_end_of(way: Sequence[Stretch]) -> Iterator[Any]:
    """Inside, the database is as the way leaves it, and what is in hand there is given; afterwards it is as before."""
    if connection.vendor != "sqlite":
        with rolled_back():
            hand = None
            for _name, go in way:
                hand = go(hand)
            yield hand
        return
    if NOWHERE not in _places:
        _keep(NOWHERE, None)
    try:
        yield _arrive(way)
    finally:
        _put_back(NOWHERE)


def _arrive(way: Sequence[Stretch]) -> Any:
    """Go on from the last place of the way where this worker has been."""
    names = [name for name, _go in way]
    known = next((n for n in range(len(way), 0, -1) if names[n - 1] in _places), 0)
    hand = _put_back(names[known - 1] if known else NOWHERE)
    for name, go in way[known:]:
        with rolled_back():  # so that nothing is sent off, as in a test
            _keep(name, go(hand))
        hand = _put_back(name)
    return hand


def _keep(name: Hashable, hand: Any) -> None:
    """Read by the connection itself, which alone sees what it has not committed."""
    file = bytearray(_own().serialize())
    file[WAL] = NO_WAL  # a database in memory cannot be opened with a log beside it
    tables = sqlite3.connect(":memory:", check_same_thread=False)
    tables.deserialize(bytes(file))
    _places[name] = Place(tables, copy.deepcopy(hand))


def _put_back(name: Hashable) -> Any:
    place = _places[name]
    place.tables.backup(_own())
    ContentType.objects.clear_cache()  # after a flush they had other numbers
    return copy.deepcopy(place.hand)


def _own() -> Any:
    connection.ensure_connection()
    return connection.connection
