"""What else becomes true with a move: in order, once, inside its transaction."""

from __future__ import annotations

from typing import Any

import pytest

from grants.desk.commands import act
from tests.toy import play
from tests.toy.models import Box
from workflow.actions import Stale, take
from workflow.effects import Done, effects, reacting, reactions
from workflow.models import Step
from workflow.trail import steps_of


def first(record: Any, done: Done) -> None:
    """Nothing."""


def second(record: Any, done: Done) -> None:
    """Nothing."""


def test_reactions_come_in_order_and_each_once() -> None:
    for reaction in (first, second, first):
        effects("toy.jump", "toy.sit")(reaction)

    assert reactions("toy.jump") == [first, second]
    assert reactions("toy.run") == []
    assert {"toy.jump", "toy.sit"} <= reacting()
    assert "toy.run" not in reacting()
    _forget("toy.jump", "toy.sit")


def _forget(*deeds: str) -> None:
    for deed in deeds:
        reactions(deed).clear()


@pytest.mark.django_db
def test_a_reaction_sees_the_move_already_made(box: Box) -> None:
    seen: list[tuple[str, str, str, str, int]] = []

    def look(record: Box, done: Done) -> None:
        kept = Box.objects.get(pk=record.pk)
        seen.append((done.source, done.target, done.ref, str(kept.state), kept.version))

    effects("box.pack")(look)
    try:
        step = act(box, "pack", actor=play.person("team_leader"))
    finally:
        _forget("box.pack")

    assert seen == [("open", "packed", step.ref, "packed", 2)]


@pytest.mark.django_db
def test_a_failing_reaction_undoes_the_move(box: Box) -> None:
    def fail(record: Box, done: Done) -> None:
        raise ZeroDivisionError

    effects("box.pack")(fail)
    try:
        with pytest.raises(ZeroDivisionError):
            act(box, "pack", actor=play.person("team_leader"))
    finally:
        _forget("box.pack")

    box.refresh_from_db()
    assert (box.state, box.version, Step.objects.count()) == ("open", 1, 1)


@pytest.mark.django_db
def test_a_reaction_that_writes_the_record_behind_the_move_is_told_and_undone(box: Box) -> None:
    def meddle(record: Box, done: Done) -> None:
        play.change(Box.objects.get(pk=record.pk), weight=1)

    effects("box.pack")(meddle)
    try:
        with pytest.raises(Stale):
            act(box, "pack", actor=play.person("team_leader"))
    finally:
        _forget("box.pack")

    assert Box.objects.get(pk=box.pk).weight == 500


@pytest.mark.django_db
def test_a_beginning_may_be_followed_by_a_move(db: None) -> None:
    def pack(record: Box, done: Done) -> None:
        done.then(lambda: take(record, "pack", actor=done.actor))

    effects("box.begin")(pack)
    try:
        box = play.new_box()
    finally:
        _forget("box.begin")

    assert (box.state, [step.move for step in steps_of(box)]) == ("packed", ["begin", "pack"])


@pytest.mark.django_db
def test_a_move_that_sends_what_nobody_delivers_is_not_made(box: Box) -> None:
    def shout(record: Box, done: Done) -> None:
        done.send("shouted")

    effects("box.pack")(shout)
    try:
        with pytest.raises(LookupError, match="pack sends 'shouted', which nobody delivers"):
            act(box, "pack", actor=play.person("team_leader"))
    finally:
        _forget("box.pack")

    assert Box.objects.get(pk=box.pk).state == "open"


@pytest.mark.django_db
def test_a_reaction_knows_who_endorsed(db: None) -> None:
    told: list[tuple[int, ...]] = []

    def note(record: Box, done: Done) -> None:
        told.append(done.endorsers)

    effects("box.seal")(note)
    try:
        box = play.packed()
        lead = play.person("business_lead")
        play.together(box, "seal", play.person("programme_officer"), lead)
    finally:
        _forget("box.seal")

    assert told == [(lead.pk,)]
