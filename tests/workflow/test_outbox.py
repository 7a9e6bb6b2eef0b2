"""What must leave is written with the move and delivered after it, at least once; the receiver dedupes by key."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from grants.desk.commands import act
from tests.toy import play
from tests.toy.models import Box
from workflow import clock, outbox
from workflow.actions import Refused
from workflow.models import Key, Outbox
from workflow.outbox import GIVE_UP_AFTER, delivers, relay

pytestmark = pytest.mark.django_db

People = Callable[..., Any]
got: list[tuple[str, dict[str, Any]]] = []
trouble: list[Exception] = []


@delivers("scanned")
def receive(key: str, payload: dict[str, Any]) -> None:
    """A receiver that notes what it gets, once a key, and then may fail."""
    Key.objects.get_or_create(key=f"got:{key}", defaults={"fingerprint": "", "at": clock.now()})
    got.append((key, payload))
    if trouble:
        raise trouble[0]


@pytest.fixture(autouse=True)
def _empty() -> Iterator[None]:
    yield
    got.clear()
    trouble.clear()


@pytest.fixture
def message(db: None) -> Outbox:
    """The message that a scan leaves, everything before it delivered."""
    box = play.sealed()
    act(box, "scan", actor=play.person("city_officer"))
    message = Outbox.objects.get(topic="scanned")
    Outbox.objects.exclude(pk=message.pk).update(sent_at=clock.now())
    return message


def test_a_move_leaves_one_message_of_its_step(box: Box, person: People) -> None:
    step = act(box, "pack", actor=person("team_leader"))

    row = Outbox.objects.last()
    assert row is not None
    assert (row.key, row.topic, json.loads(row.payload)) == (f"step:{step.ref}:0", "step", {"ref": step.ref})
    assert (row.created_at, row.not_before, row.attempts) == (step.at, step.at, 0)


def test_an_act_and_a_move_that_stays_leave_no_message_of_their_own(box: Box, person: People) -> None:
    act(box, "look", actor=person("county_officer", name="li"))
    act(box, "reweigh", actor=person("team_leader"))

    assert Outbox.objects.count() == 1  # of the beginning


def test_a_refused_move_leaves_no_message(box: Box, person: People) -> None:
    with pytest.raises(Refused):
        act(box, "seal", actor=person("programme_officer"))

    assert Outbox.objects.count() == 1


def test_what_a_reaction_sends_leaves_with_the_step(message: Outbox) -> None:
    assert message.key.startswith("scanned:box:")
    assert set(json.loads(message.payload)) == {"box"}


def test_a_message_is_delivered_once(message: Outbox) -> None:
    assert relay() == {"sent": 1, "failed": 0, "given_up": 0}
    assert relay() == {"sent": 0, "failed": 0, "given_up": 0}

    message.refresh_from_db()
    assert (got, message.sent_at is None) == ([(message.key, json.loads(message.payload))], False)


def test_a_failed_delivery_is_undone_and_tried_again_later_and_later(message: Outbox) -> None:
    trouble.append(ConnectionError("13800138000"))
    waits = []
    with clock.held():
        for _ in range(3):
            message.refresh_from_db()
            with clock.held(message.not_before):
                assert relay()["failed"] == 1
                assert relay() == {"sent": 0, "failed": 0, "given_up": 0}
                message.refresh_from_db()
                waits.append((message.not_before - clock.now()).total_seconds())

    assert waits == [10, 20, 40]
    assert (message.attempts, message.error) == (3, "ConnectionError")  # and nothing personal
    assert not Key.objects.filter(key__startswith="got:").exists()


def test_no_wait_is_longer_than_an_hour(message: Outbox) -> None:
    trouble.append(ConnectionError())
    Outbox.objects.filter(pk=message.pk).update(attempts=10)

    with clock.held() as at:
        relay()

    message.refresh_from_db()
    assert message.not_before == at + dt.timedelta(hours=1)


def test_a_poisoned_message_is_given_up_and_the_others_go_on(message: Outbox) -> None:
    Outbox.objects.filter(pk=message.pk).update(topic="nobody_delivers_this", attempts=GIVE_UP_AFTER - 1)
    Outbox.objects.create(
        key="other", topic="scanned", payload="{}", created_at=message.created_at, not_before=message.not_before
    )

    assert relay() == {"sent": 1, "failed": 0, "given_up": 1}
    message.refresh_from_db()
    assert (message.given_up_at is None, message.error) == (False, "KeyError")
    assert not outbox.waiting().exists()


def test_a_message_delivered_again_has_one_effect(message: Outbox) -> None:
    relay()
    Outbox.objects.filter(pk=message.pk).update(sent_at=None)  # the relay died before it could note the delivery
    relay()

    assert (len(got), Key.objects.filter(key__startswith="got:").count()) == (2, 1)


def test_a_relay_takes_so_many_at_a_time(message: Outbox) -> None:
    Outbox.objects.update(sent_at=None)

    assert relay(limit=2)["sent"] == 2


def test_a_message_that_another_relay_delivers_at_that_moment_is_not_counted(message: Outbox) -> None:
    @delivers("overtaking")
    def overtake(key: str, payload: dict[str, Any]) -> None:
        Outbox.objects.exclude(key=key).update(sent_at=clock.now())

    Outbox.objects.filter(pk=message.pk).update(topic="overtaking")
    Outbox.objects.create(
        key="other", topic="scanned", payload="{}", created_at=message.created_at, not_before=message.not_before
    )

    assert (relay(), got) == ({"sent": 1, "failed": 0, "given_up": 0}, [])


def test_a_message_another_relay_has_delivered_meanwhile_is_left_alone(message: Outbox) -> None:
    Outbox.objects.filter(pk=message.pk).update(sent_at=clock.now())

    assert outbox.deliver(message.pk) == ""
    assert outbox.postpone(message.pk, ConnectionError()) == ""
    message.refresh_from_db()
    assert (message.attempts, message.error) == (0, "")
