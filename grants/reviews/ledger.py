"""What the database itself refuses of a score: a gap between versions, a seat left or undeclared, a late hour."""

from __future__ import annotations

from grants.applications.models import Project
from grants.reviews.models import Assignment, Score
from workflow.guards_sql import Guard, guard
from workflow.lifecycle import ProjectState


def guard_scores() -> None:
    """Scores are added one after the other, by a declared seat that stands, while the project is under review."""
    scores, seats, projects = (model._meta.db_table for model in (Score, Assignment, Project))
    before = f"SELECT COUNT(*) FROM {scores} s WHERE s.assignment_id = NEW.assignment_id"  # noqa: S608 -- names of ours
    joined = f"{seats} a JOIN {projects} p ON p.id = a.project_id"
    stands = f"a.id = NEW.assignment_id AND a.left_at IS NULL AND a.declared_at IS NOT NULL AND p.state = '{OPEN}'"
    standing = f"SELECT 1 FROM {joined} WHERE {stands}"  # noqa: S608 -- names of ours
    guard(
        Guard(scores, "in_turn", "INSERT", f"NEW.number <> 1 + ({before})", "versions follow one another"),
        Guard(scores, "seated", "INSERT", f"NOT EXISTS ({standing})", "only a declared seat scores, under review"),
    )


OPEN = ProjectState.UNDER_REVIEW.value
