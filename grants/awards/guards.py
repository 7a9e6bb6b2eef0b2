"""What the database itself refuses of a meeting: a decision paper of another round."""

from __future__ import annotations

from grants.awards.models import DecisionPaper, Meeting
from workflow.guards_sql import Guard, guard


def guard_meetings() -> None:
    """Minutes rest on a paper of their own round."""
    meetings, papers = Meeting._meta.db_table, DecisionPaper._meta.db_table
    here = f"SELECT 1 FROM {papers} p WHERE p.id = NEW.paper_id AND p.round_id = NEW.round_id"  # noqa: S608 -- ours
    elsewhere = f"NEW.paper_id IS NOT NULL AND NOT EXISTS ({here})"
    guard(Guard(meetings, "paper_of_its_round", "INSERT", elsewhere, "minutes rest on a paper of their round"))
