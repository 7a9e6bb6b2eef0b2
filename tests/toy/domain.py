"""The domain of the toy: a person's roles are in the user name, 'team_leader+county_officer.wang'."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q

from tests.toy.models import Box, Tag
from workflow import effects, inbox, ports, rules
from workflow.actions import take
from workflow.effects import Done
from workflow.outbox import delivers
from workflow.refusals import Refusal


class ToyDomain:
    def __init__(self, *pairs: tuple[str, str]) -> None:
        self.pairs = pairs or (("team_leader", "county_officer"),)

    def roles(self, actor: Any, record: Any) -> frozenset[str]:
        return frozenset(actor.username.partition(".")[0].split("+"))

    def rights(self, actor: Any, record: Any) -> tuple[ports.Right, ...]:
        return tuple(ports.Right(role) for role in sorted(self.roles(actor, record)))

    def evidence(self, record: Any, deed: Any, given: Any) -> list[tuple[str, str]]:
        return [("slip", given["slip"])] if given.get("slip") else []

    def scope(self, record: Any) -> str:
        return str(self.root(record).area)

    def root(self, record: Any) -> Any:
        return record.box if isinstance(record, Tag) else record

    def holders(self, record: Any, roles: Iterable[str]) -> Any:
        wanted = [Q(username__contains=role) for role in roles] or [Q(pk=0)]
        found = wanted[0]
        for one in wanted[1:]:
            found |= one
        return get_user_model().objects.filter(found)

    def turn(self, record: Any, roles: Iterable[str]) -> set[str]:
        return set(roles)

    def incompatible(self) -> Iterable[tuple[str, str]]:
        return self.pairs


def register() -> None:
    """Rules and reactions of the toy; registering again changes nothing."""
    effects.reactions("box.ship").clear()  # a slip is a mere digest, not a document of the store
    rules.rule(name="box_has_weight")(box_has_weight)
    rules.rule(name="box_reason", asks=(rules.Ask("reason", "理由"),))(box_reason)
    rules.rule(name="box_not_thirteen")(box_not_thirteen)
    effects.effects("box.look")(count)
    effects.effects("box.lapse")(curse)
    effects.effects("box.scan")(deliver)


def box_has_weight(box: Any, actor: Any) -> Refusal | None:
    """A box must weigh something."""
    return None if box.weight else Refusal("no_weight", "箱子是空的", at="weight")


def box_reason(box: Any, actor: Any, given: Any) -> Refusal | None:
    """Say why."""
    return None if given.get("reason") else Refusal("reason", "请填写理由", at="reason")


def box_not_thirteen(box: Any, actor: Any) -> Refusal | None:
    """A box of thirteen grams does not lapse."""
    return Refusal("thirteen", "十三克的箱子不会过期") if box.weight == 13 else None


def curse(box: Box, done: Done) -> None:
    """A box of 666 grams breaks whoever touches it: a mistake in a reaction."""
    if box.weight == 666:
        raise ZeroDivisionError


def count(box: Box, done: Done) -> None:
    """A look is counted, and its digest proven; some people may be asked to weigh the box."""
    box.looks += 1
    done.prove("look", str(box.looks), "0" * 64)
    inbox.hand_to(box, "weigh", get_user_model().objects.filter(pk__in=done.given.get("weighers", [])), done=done)


def deliver(box: Box, done: Done) -> None:
    """A scan tells the sender and delivers the box, once the scan itself is written."""
    done.send("scanned", box=box.pk)
    done.then(lambda: take(box, "deliver", actor=ports.SYSTEM))


@delivers("scanned")
def hear(key: str, payload: dict[str, Any]) -> None:
    """The sender is told."""


@contextmanager
def playing(*pairs: tuple[str, str]) -> Iterator[None]:
    """The engine asks the toy's domain inside the block; pairs of roles exclude each other."""
    register()
    before = ports.domain()
    ports.plug(ToyDomain(*pairs))
    try:
        yield
    finally:
        ports.plug(before)
