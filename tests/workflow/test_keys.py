"""A key has one effect: a replay gives the first answer, another request under the same key is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import DatabaseError

from grants.desk.commands import act
from tests.toy import play
from tests.toy.models import Box
from workflow.actions import KeyReused, Refused, command
from workflow.command import fingerprint, once
from workflow.models import Key, Step

pytestmark = pytest.mark.django_db

People = Callable[..., Any]


def test_an_answer_is_made_once() -> None:
    made = iter("ab")

    assert once("k", "asked", lambda: next(made)) == ("a", True)
    assert once("k", "asked", lambda: next(made)) == ("a", False)


def test_another_request_under_the_same_key_is_refused() -> None:
    once("k", "asked", lambda: "a")

    with pytest.raises(KeyReused):
        once("k", "asked otherwise", lambda: "b")


def test_a_refusal_gives_the_key_back(box: Box, person: People) -> None:
    leader = person("team_leader")
    play.change(box, weight=0)
    with pytest.raises(Refused):
        act(box, "pack", actor=leader, key="k")

    play.change(box, weight=5)
    act(box, "pack", actor=leader, key="k")

    assert (Key.objects.count(), box.state) == (1, "packed")


@pytest.mark.parametrize(
    "second",
    [{"name": "reweigh"}, {"actor": "li"}, {"given": {"a": 2}}, {"version": 1}],
    ids=lambda change: next(iter(change)),
)
def test_a_key_is_bound_to_the_move_the_person_the_version_and_what_was_filled_in(
    box: Box, person: People, second: dict[str, Any]
) -> None:
    first = {"name": "pack", "actor": "wang", "given": {"a": 1}, "version": None}

    def make(**words: Any) -> Step:
        return act(box, words.pop("name"), actor=person("team_leader", name=words.pop("actor")), key="k", **words)

    make(**first)
    with pytest.raises(KeyReused):
        make(**first | second)


def test_fingerprints_differ_where_requests_differ() -> None:
    requests = [
        ("box:1", "pack"),
        ("box:1", "unpack"),
        ("box:1pack",),
        ("box:1", "pack", {"a": 1}),
        ("box:1", "pack", {"a": "1"}),
    ]

    assert len({fingerprint(*request) for request in requests}) == len(requests)


def test_a_key_is_never_taken_back(box: Box, person: People) -> None:
    act(box, "reweigh", actor=person("team_leader"), key="k")

    for write in (
        lambda: Key.objects.update(answer="box:1:9"),
        lambda: Key.objects.update(answer=""),
        lambda: Key.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            write()


def test_two_moves_of_one_command_have_their_own_keys(box: Box, person: People) -> None:
    @command
    def both(*, actor: Any) -> None:
        act(box, "reweigh", actor=actor, key="k:1")
        act(box, "pack", actor=actor, key="k:2")

    both(actor=person("team_leader"))
    both(actor=person("team_leader"))

    assert (Key.objects.count(), Step.objects.count()) == (2, 3)
