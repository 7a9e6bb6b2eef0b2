"""After a move, the people whose turn it is are told, once each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from grants.desk.commands import act
from tests.toy import play
from tests.toy.models import Box
from workflow.inbox import hand_to
from workflow.models import Notice, Outbox
from workflow.outbox import relay

pytestmark = pytest.mark.django_db

People = Callable[..., Any]


def told(**about: Any) -> list[str]:
    return sorted(Notice.objects.filter(**about).values_list("person__username", flat=True))


def test_those_whose_turn_it_is_are_told_once(box: Box, person: People) -> None:
    for name in ("li", "zhao"):
        person("programme_officer", name=name)
    person("reviewer")
    step = act(box, "pack", actor=person("team_leader"))

    relay()
    Outbox.objects.update(sent_at=None)  # the relay died before it could note the delivery
    relay()

    assert told(step=step) == ["programme_officer.li", "programme_officer.zhao"]


def test_the_one_who_acted_is_not_told(person: People) -> None:
    play.new_box(actor=person("team_leader"))
    relay()

    assert told() == []


def test_those_waited_for_by_name_are_told_too(box: Box, person: People) -> None:
    step = act(box, "pack", actor=person("team_leader"))
    hand_to(box, "score", [person("reviewer", name="li")])

    relay()

    assert told(step=step) == ["reviewer.li"]


def test_an_end_is_told_to_nobody(person: People) -> None:
    box = play.scrapped()
    relay()

    assert told(step__ref=f"box:{box.pk}:{box.steps}") == []
