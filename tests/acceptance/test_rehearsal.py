"""A whole round, from the call to the archive, with everything that goes wrong in real life."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.world import World
from workflow.lifecycle import MACHINES

pytestmark = pytest.mark.xdist_group("rehearsed")  # one worker plays the round, once

Rehearsed = tuple[World, dict[str, Any]]


def test_every_ending_of_every_machine_is_reached(rehearsed: Rehearsed) -> None:
    _world, report = rehearsed

    reached = {name: {state for state, count in counts.items() if count} for name, counts in report["endings"].items()}

    assert reached == {name: set(machine.final) for name, machine in MACHINES.items() if name in reached}


def test_every_move_and_act_of_the_table_is_made(rehearsed: Rehearsed) -> None:
    _world, report = rehearsed

    assert report["never_made"] == [], "Tell it in a scene of grants/desk/rehearsal/, one world.do(…) is enough."


def test_both_money_identities_hold_to_the_fen(rehearsed: Rehearsed) -> None:
    _world, report = rehearsed
    money = {name.removesuffix("_fen"): fen for name, fen in report.items() if name.endswith("_fen")}

    assert money["granted"] == money["paid"] + money["undrawn"] + money["released"]
    assert money["paid"] + money["interest"] == money["spent"] + money["returned"] + money["kept"] + money["held"]


def test_nothing_is_held_and_nothing_undrawn_at_the_end(rehearsed: Rehearsed) -> None:
    _world, report = rehearsed

    assert (report["held_fen"], report["undrawn_fen"], report["verify"]) == (0, 0, "ok")


def test_the_books_of_a_finished_round_verify_in_another_process(rehearsed: Rehearsed) -> None:
    world, report = rehearsed

    code, verdict = world.verdict()
    assert (code, verdict["verify"], verdict["faults"]) == (0, "ok", [])
    assert verdict["head"] == report["heads"]


def test_a_rehearsal_refuses_a_database_that_holds_projects(rehearsed: Rehearsed) -> None:
    world, _report = rehearsed

    done = world.manage("rehearse", "--projects", "48", "--database", world.url, "--documents", str(world.documents))

    assert done.returncode != 0
    assert "已经有项目" in done.stderr
