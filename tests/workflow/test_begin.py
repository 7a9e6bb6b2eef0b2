"""How a record comes into being: with the first step of its trail and its first turn, once a key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.toy import play
from tests.toy.models import Box
from workflow.actions import KeyReused, Refused, begin
from workflow.models import Item, Outbox, Step
from workflow.trail import steps_of

pytestmark = pytest.mark.django_db

People = Callable[..., Any]


def test_a_beginning_is_the_first_step(person: People) -> None:
    box = play.new_box(given={"reason": "重阳"})

    step = steps_of(box).get()
    assert (step.seq, step.move, step.source, step.target, step.previous) == (1, "begin", "", "open", "")
    assert (box.steps, box.head, box.version) == (1, step.digest, 1)
    assert Outbox.objects.get().key == f"step:box:{box.pk}:1:0"


def test_a_beginning_opens_the_first_turn(box: Box) -> None:
    item = Item.objects.get(finished__isnull=True)

    assert (item.flow_task.name, item.process.object_id, item.process.scope) == ("at_open", box.pk, "/1/")


def test_only_those_whom_the_table_names_begin(person: People) -> None:
    with pytest.raises(Refused) as refused:
        play.new_box(actor=person("reviewer"))

    assert refused.value.codes == ("not_yours",)
    assert not Box.objects.exists()


def test_the_same_key_begins_once_and_gives_the_first_record(person: People) -> None:
    first = play.new_box(key="b-1")
    second = play.new_box(key="b-1")

    assert (first.pk, Box.objects.count(), Step.objects.count()) == (second.pk, 1, 1)


def test_a_key_of_a_beginning_is_not_for_another_record(person: People) -> None:
    play.new_box(key="b-1", weight=500)

    with pytest.raises(KeyReused, match="已经提交过别的内容"):
        play.new_box(key="b-1", weight=501)
    assert Box.objects.get().weight == 500


def test_what_a_beginning_finds_as_things_stand_is_no_part_of_what_was_asked(person: People) -> None:
    first = play.new_box(key="b-1", looks=0)

    assert play.new_box(key="b-1", looks=3).pk == first.pk


def test_a_key_of_a_beginning_is_not_for_another_person(person: People) -> None:
    play.new_box(key="b-1")

    with pytest.raises(KeyReused):
        play.new_box(actor=person("team_leader", name="li"), key="b-1")


def test_a_beginning_outside_a_command_is_a_mistake(person: People) -> None:
    with pytest.raises(RuntimeError, match="inside a @command"):
        begin(Box(weight=1), actor=person("team_leader"))
