"""A seed replays exactly, on any day and on either database; and every seed tries everything."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.acceptance.world import World, empty

FIGURES = {
    *("projects", "seed", "states", "stages", "granted_fen", "paid_fen", "undrawn_fen", "released_fen", "spent_fen"),
    *("interest_fen", "returned_fen", "kept_fen", "held_fen", "steps", "seconds", "verify"),
}


POSTGRESQL = os.environ.get("DATABASE_URL", "").startswith("postgres")


@pytest.mark.slow
@pytest.mark.skipif(not POSTGRESQL, reason="played on both databases when PostgreSQL is under test")
@pytest.mark.parametrize("options", [(), ("--bad-days",)], ids=["plain", "bad-days"])
def test_a_seed_gives_the_same_round_on_both_databases_to_the_last_chain_head(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    """The first round is played on PostgreSQL, the second on SQLite."""
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    with empty(first) as here:
        one = here.rehearse("--projects", "120", "--seed", "7", *options)
    another = World(f"sqlite:///{second / 'world.sqlite3'}", second / "documents").rehearse(
        "--projects", "120", "--seed", "7", *options
    )

    assert one | {"seconds": 0} == another | {"seconds": 0}
    assert one.keys() >= FIGURES
    assert (one["granted"], one["held_fen"], one["undrawn_fen"], one["verify"]) == (24, 0, 0, "ok")
    assert one["granted_fen"] == one["paid_fen"] + one["released_fen"]
    assert all(count for counts in one["endings"].values() for count in counts.values())
    assert not options or one["never_made"] == []


@pytest.mark.slow
@pytest.mark.skipif(POSTGRESQL, reason="what befalls whom is the same on both databases")
@pytest.mark.parametrize("seed", [1, 2, 11])
def test_the_smallest_round_makes_every_move_at_any_seed(tmp_path: Path, seed: int) -> None:
    """Fates are dealt, not drawn: the seed decides whom they befall, never whether they befall somebody."""
    with empty(tmp_path) as world:
        report = world.rehearse("--projects", "48", "--seed", str(seed), "--bad-days")

    assert (report["never_made"], report["held_fen"], report["verify"]) == ([], 0, "ok")
