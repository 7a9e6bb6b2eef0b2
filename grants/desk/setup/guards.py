"""What the database guards on rehearsals: what one came to stays, with the version it was played on."""

from __future__ import annotations

from grants.desk.models import Rehearsal
from workflow.guards_sql import Guard, guard


def guard_rehearsals() -> None:
    """From now on these guards belong to the expected set."""
    table = Rehearsal._meta.db_table
    other = "NEW.configuration_id <> OLD.configuration_id OR NEW.projects <> OLD.projects OR NEW.seed <> OLD.seed"
    guard(
        Guard(table, "finished_stays", "UPDATE", "OLD.finished_at IS NOT NULL", "what a rehearsal came to stays"),
        Guard(table, "same_version", "UPDATE", other, "a rehearsal is of one version"),
        Guard(table, "no_delete", "DELETE", "1 = 1", "rehearsals stay"),
    )
