"""The outermost command owns the transaction, stops the clock, and tries again where that may help."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from tests.toy import play
from tests.toy.models import Box
from workflow import clock
from workflow.actions import Busy, command
from workflow.command import TRIES, inside
from workflow.models import Step


class Deadlock(Exception):
    sqlstate = "40P01"


def passing() -> OperationalError:
    error = OperationalError("deadlock detected")
    error.__cause__ = Deadlock()
    return error


@pytest.mark.django_db
def test_a_command_inside_a_command_joins_it() -> None:
    @command
    def outer(*, actor: Any = None) -> Box:
        play.new_box()
        raise IntegrityError

    with pytest.raises(IntegrityError):
        outer()

    assert not Box.objects.exists()


@pytest.mark.django_db
def test_the_clock_stands_still_in_a_command() -> None:
    @command
    def look(*, actor: Any = None) -> bool:
        return clock.now() == clock.now()

    assert look()


@pytest.mark.django_db
def test_whether_a_command_is_running_can_be_asked() -> None:
    told = command(inside)()

    assert (told, inside()) == (True, False)


@pytest.mark.django_db
def test_a_failed_command_is_over() -> None:
    with pytest.raises(ZeroDivisionError):
        command(lambda: 1 // 0)()

    assert not inside()


@pytest.mark.django_db(transaction=True)
def test_a_command_owns_its_transaction() -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        command(inside)()


@pytest.mark.django_db
@pytest.mark.parametrize("error", [passing(), OperationalError("database is locked")], ids=["deadlock", "locked"])
def test_a_passing_hindrance_is_tried_again_and_leaves_one_effect(error: OperationalError) -> None:
    hindrances = iter([error, error])

    @command
    def make(*, actor: Any = None) -> Box:
        box = play.new_box()
        for hindrance in hindrances:
            raise hindrance
        return box

    make()

    assert (Box.objects.count(), Step.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_a_lasting_hindrance_is_told_in_words_and_leaves_nothing() -> None:
    tries = []

    @command
    def make(*, actor: Any = None) -> None:
        tries.append(play.new_box())
        raise passing()

    with pytest.raises(Busy, match="请稍后再试"):
        make()

    assert (len(tries), Box.objects.count()) == (TRIES, 0)


@pytest.mark.django_db
def test_an_error_that_stays_is_not_tried_again() -> None:
    tries = []

    @command
    def make(*, actor: Any = None) -> None:
        tries.append(1)
        raise OperationalError("no such table")

    with pytest.raises(OperationalError):
        make()

    assert len(tries) == 1


@pytest.mark.django_db
def test_a_command_waits_three_seconds_for_a_lock_on_postgresql() -> None:
    @command
    def told(*, actor: Any = None) -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            return str(cursor.fetchone()[0])

    if connection.vendor == "postgresql":
        assert told() == "3s"
