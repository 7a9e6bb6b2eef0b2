"""A table that cannot be obeyed is an error before the first request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.test.utils import isolate_apps

from tests.toy.models import BOX, TAG, Box
from workflow import checks, ports
from workflow.machine import StateField, Stateful
from workflow.ports import Unplugged, domain
from workflow.table import Act, Deed, Machine, Move


def problems(machine: Machine) -> list[tuple[str, str]]:
    return [(str(problem.id)[-4:], str(problem.msg)) for problem in checks.problems_of(machine)]


def broken(**parts: Any) -> list[tuple[str, str]]:
    """What is said of the tag's machine with other parts."""
    return problems(replace(TAG, **parts))


def cut(**parts: Any) -> Deed:
    return replace(TAG.moves[0], **parts)


def test_a_sound_machine_has_no_problem() -> None:
    assert problems(TAG) == []


def test_two_moves_of_one_name_are_named() -> None:
    again = Act("cut", ("tied",), by=("cashier",), label="再剪")

    assert broken(acts=(again,)) == [("E001", "tag: two moves are called cut")]


def test_a_move_called_begin_is_a_second_beginning() -> None:
    assert broken(moves=(*TAG.moves, cut(name="begin"))) == [("E001", "tag: two moves are called begin")]


@pytest.mark.parametrize("name", ["save", "check", "delete", "clean"])
def test_a_move_with_the_name_of_a_model_attribute_is_named(name: str) -> None:
    assert broken(moves=(cut(name=name),)) == [("E002", f"tag.{name} is the name of a Model attribute")]


@pytest.mark.parametrize("place", ["by", "also"])
def test_an_unknown_role_is_named(place: str) -> None:
    assert broken(moves=(cut(**{place: ("postman",)}),)) == [("E003", "tag.cut: unknown role postman")]


def test_an_unknown_role_of_the_beginning_is_named() -> None:
    assert broken(begin=replace(TAG.begin, by=("postman",))) == [("E003", "tag.begin: unknown role postman")]


def test_an_unknown_role_that_is_waited_for_is_named() -> None:
    assert broken(waits={"tied": ("postman",)}) == [("E003", "tag: waits for an unknown role postman")]


def test_a_rule_nobody_registered_is_named() -> None:
    assert problems(BOX) == [("E004", "box.orphaned: nobody registered the rule box_rule_nobody_wrote")]


@pytest.mark.parametrize("parts", [{"sources": ("teid",)}, {"target": "teid"}])
def test_an_unknown_state_is_named(parts: dict[str, Any]) -> None:
    again = cut(name="again", **parts)

    assert ("E012", "tag.again: unknown state teid") in broken(moves=(*TAG.moves, again))


@pytest.mark.parametrize(
    ("row", "meant"),
    [
        ({"by": ("cahsier",)}, "cashier"),
        ({"target": "ctu"}, "cut"),
        ({"rules": ("box_has_wieght",)}, "box_has_weight"),
    ],
)
def test_a_mistyped_word_is_told_with_the_one_that_may_have_been_meant(row: dict[str, Any], meant: str) -> None:
    table = replace(TAG, moves=(*TAG.moves, cut(name="again", **row)))

    assert [problem.hint for problem in checks.problems_of(table) if problem.hint] == [f"Did you mean {meant}?"]


def test_where_a_missing_rule_is_written_is_told() -> None:
    (problem,) = checks.problems_of(replace(TAG, moves=(cut(rules=("zzz",)),)))

    assert str(problem.hint).startswith("Write `@rule def zzz` in a stage's rules.py")


def test_a_rule_that_guards_nothing_is_named() -> None:
    assert [problem.msg for problem in checks.idle(["box_has_weight", "reason", "forgotten"])] == [
        "The rule forgotten guards no move"
    ]


def test_a_state_that_no_move_leads_to_is_named() -> None:
    assert ("E005", "tag: no move leads to cut") in broken(moves=())


def test_a_state_that_can_never_end_is_named() -> None:
    assert broken(moves=()) == [("E005", "tag: no move leads to cut"), ("E006", "tag: tied can never end")]


def test_a_state_in_which_nobody_is_waited_for_is_named() -> None:
    assert broken(waits={}) == [("E011", "tag: nobody is waited for in tied")]


def test_a_round_trip_without_an_end_is_named() -> None:
    back = Move("tie", ("cut",), "tied", by=("cashier",), label="再系")

    found = broken(moves=(*TAG.moves, back), final=(), waits={"tied": ("cashier",), "cut": ("cashier",)})
    assert sorted(found) == [("E006", "tag: cut can never end"), ("E006", "tag: tied can never end")]


def test_every_machine_of_the_table_is_looked_at() -> None:
    assert "workflow.E004" in {problem.id for problem in checks.table_can_be_obeyed()}


def test_a_reaction_to_a_move_that_no_table_has_is_named() -> None:
    found = list(checks.strangers(["box.pack", "box.begin", "box.teleport"]))

    assert [(problem.id, problem.msg) for problem in found] == [
        ("workflow.E007", "A reaction waits for box.teleport, which no table has")
    ]
    assert checks.reactions_name_real_deeds() == []


@pytest.fixture
def unplugged() -> Iterator[None]:
    before = domain()
    ports.plug(None)
    yield
    ports.plug(before)


def test_a_missing_domain_is_an_error(unplugged: None) -> None:
    assert [problem.id for problem in checks.domain_is_plugged()] == ["workflow.E008"]
    with pytest.raises(Unplugged):
        domain()


def test_a_plugged_domain_is_none() -> None:
    assert checks.domain_is_plugged() == []


@isolate_apps("tests.toy")
def test_a_model_with_a_move_that_its_machine_does_not_have_is_named() -> None:
    class Odd(Stateful):
        state = StateField(TAG)

        class Meta:
            app_label = "toy"

        def fsm_teleport(self) -> None:
            """A move that the table does not have."""

    assert (checks.agrees(Odd), checks.agrees(Box), checks.models_agree()) == (False, True, [])


@isolate_apps("tests.toy")
def test_two_models_of_one_machine_agree_with_it() -> None:
    class Other(Stateful):
        state = StateField(TAG)

        class Meta:
            app_label = "toy"

    assert checks.agrees(Other)
