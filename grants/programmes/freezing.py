"""What the database guards on a round: once its call is out, its rules stay as they were announced."""

from __future__ import annotations

from grants.programmes.models import Configuration, Round
from workflow.guards_sql import Guard, guard
from workflow.lifecycle import RoundState


def guard_rounds() -> None:
    """From now on these guards belong to the expected set."""
    rounds, versions = Round._meta.db_table, Configuration._meta.db_table
    planned = f"SELECT 1 FROM {rounds} r WHERE r.id = NEW.round_id AND r.state = '{RoundState.PLANNING}'"  # noqa: S608 -- our names
    own = f"SELECT 1 FROM {versions} c WHERE c.id = NEW.configuration_id AND c.round_id = NEW.id"  # noqa: S608 -- our names
    changes = "OLD.configuration_id IS DISTINCT FROM NEW.configuration_id"
    stays = "the rules of a published call stay"
    guard(
        Guard(versions, "frozen", "INSERT", f"NOT EXISTS ({planned})", stays),
        Guard(rounds, "frozen", "UPDATE", f"OLD.state <> '{RoundState.PLANNING}' AND {changes}", stays),
        Guard(rounds, "own_rules", "UPDATE", f"{changes} AND NOT EXISTS ({own})", "a round has rules of its own"),
    )
