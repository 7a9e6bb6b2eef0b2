"""What the database guards: papers of one's own scores only, compared by somebody else."""

from __future__ import annotations

from grants.reviews.models import Assignment, Score
from grants.reviews.signing.models import SheetCheck, SignedScore, SignedSheet
from storage.models import Attachment
from workflow.guards_sql import Guard, guard


def guard_signing() -> None:
    """From now on these guards belong to the expected set."""
    sheets, seats, scores = (model._meta.db_table for model in (SignedSheet, Assignment, Score))
    joined = f"{sheets} p JOIN {seats} a ON a.reviewer_id = p.reviewer_id JOIN {scores} s ON s.assignment_id = a.id"
    own = f"SELECT 1 FROM {joined} WHERE p.id = NEW.sheet_id AND s.id = NEW.score_id"  # noqa: S608 -- names of ours
    self_ = f"SELECT 1 FROM {sheets} p WHERE p.id = NEW.sheet_id AND p.reviewer_id = NEW.by_id"  # noqa: S608 -- ours
    papers = Attachment._meta.db_table
    ended = f"{sheets} p JOIN {papers} f ON f.id = p.paper_id"
    taken_back = f"SELECT 1 FROM {ended} WHERE p.id = NEW.sheet_id AND f.ended_at IS NOT NULL"  # noqa: S608 -- ours
    joined = f"{sheets} p JOIN {SheetCheck._meta.db_table} c ON c.sheet_id = p.id"
    compared = f"SELECT 1 FROM {joined} WHERE p.paper_id = NEW.id"  # noqa: S608 -- names of ours
    guard(
        Guard(
            SignedScore._meta.db_table,
            "own",
            "INSERT",
            f"NOT EXISTS ({own})",
            "no paper for the scores of another",
        ),
        Guard(SheetCheck._meta.db_table, "other", "INSERT", f"EXISTS ({self_})", "nobody compares their own paper"),
        Guard(SheetCheck._meta.db_table, "there", "INSERT", f"EXISTS ({taken_back})", "the paper was taken back"),
        Guard(
            papers,
            "signed_kept",
            "UPDATE",
            f"NEW.ended_at IS NOT NULL AND OLD.ended_at IS NULL AND EXISTS ({compared})",
            "a signed sheet that was compared stays",
        ),
    )
