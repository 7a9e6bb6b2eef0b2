"""What the database guards: papers of one's own scores only, compared by somebody else."""

from __future__ import annotations

from grants.reviews.models import Assignment, Score
from grants.reviews.signing.models import SheetCheck, SignedScore, SignedSheet
from workflow.guards_sql import Guard, guard


def guard_signing() -> None:
    """From now on these guards belong to the expected set."""
    sheets, seats, scores = (model._meta.db_table for model in (SignedSheet, Assignment, Score))
    joined = f"{sheets} p JOIN {seats} a ON a.reviewer_id = p.reviewer_id JOIN {scores} s ON s.assignment_id = a.id"
    own = f"SELECT 1 FROM {joined} WHERE p.id = NEW.sheet_id AND s.id = NEW.score_id"  # noqa: S608 -- names of ours
    self_ = f"SELECT 1 FROM {sheets} p WHERE p.id = NEW.sheet_id AND p.reviewer_id = NEW.by_id"  # noqa: S608 -- ours
    guard(
        Guard(
            SignedScore._meta.db_table,
            "own",
            "INSERT",
            f"NOT EXISTS ({own})",
            "no paper for the scores of another",
        ),
        Guard(SheetCheck._meta.db_table, "other", "INSERT", f"EXISTS ({self_})", "nobody compares their own paper"),
    )
