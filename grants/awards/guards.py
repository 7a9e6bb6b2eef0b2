"""What the database guards: a letter to a team goes out once its refusal is public, and stays as it went."""

from __future__ import annotations

from grants.applications.models import Project
from grants.awards.letters import SENT_IN
from grants.awards.models import RefusalLetter
from grants.programmes.models import Round
from workflow.guards_sql import Guard, guard
from workflow.lifecycle import ProjectState


def guard_letters() -> None:
    """From now on these guards belong to the expected set."""
    letters, projects, rounds = (one._meta.db_table for one in (RefusalLetter, Project, Round))
    states = ", ".join(f"'{state.value}'" for state in SENT_IN)
    public = (
        f"SELECT 1 FROM {projects} p JOIN {rounds} r ON r.id = p.round_id WHERE p.id = NEW.project_id"  # noqa: S608 -- ours
        f" AND p.state = '{ProjectState.DECLINED.value}' AND r.state IN ({states})"
    )
    early = f"NEW.sent_at IS NOT NULL AND NOT EXISTS ({public})"
    guard(
        Guard(letters, "sent_stays", "UPDATE", "OLD.sent_at IS NOT NULL", "a letter that was sent stays"),
        Guard(letters, "sent_early", "UPDATE", early, "a letter goes out once the refusal is public"),
        Guard(letters, "sent_at_once", "INSERT", "NEW.sent_at IS NOT NULL", "a letter is written before it is sent"),
        Guard(letters, "no_delete", "DELETE", "OLD.sent_at IS NOT NULL", "a letter that was sent stays"),
    )
