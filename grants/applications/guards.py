"""What the database guards on people who fill in an application together, what they say of it, who recommends it."""

from __future__ import annotations

from grants.applications.models import Collaboration, CollaborationChange, Comment, CommentSettled, Recommendation
from workflow.guards_sql import Guard, guard


def guard_together() -> None:
    """From now on these guards belong to the expected set."""
    shared, changed, comments, settled = (
        one._meta.db_table for one in (Collaboration, CollaborationChange, Comment, CommentSettled)
    )
    last = f"SELECT c.pages FROM {changed} c WHERE c.share_id = NEW.id ORDER BY c.id DESC LIMIT 1"  # noqa: S608 -- our own names, as all below
    unsaid = (
        f"OLD.pages IS DISTINCT FROM NEW.pages AND (OLD.ended_at IS NOT NULL OR NEW.pages IS DISTINCT FROM ({last}))"
    )
    stood = f"SELECT 1 FROM {shared} c WHERE c.id = NEW.share_id AND c.ended_at IS NULL AND c.pages = NEW.before"  # noqa: S608
    taken = "OLD.person_id IS NOT NULL AND OLD.person_id IS DISTINCT FROM NEW.person_id"
    over = "OLD.ended_at IS NOT NULL AND OLD.ended_at IS DISTINCT FROM NEW.ended_at"
    same = "c.project_id = NEW.project_id AND c.page = NEW.page AND c.field = NEW.field AND c.thread_id IS NULL"
    begun = f"SELECT 1 FROM {comments} c WHERE c.id = NEW.thread_id AND {same}"  # noqa: S608
    closed = f"SELECT 1 FROM {settled} s WHERE s.comment_id = NEW.thread_id"  # noqa: S608
    answer = f"SELECT 1 FROM {comments} c WHERE c.id = NEW.comment_id AND c.thread_id IS NOT NULL"  # noqa: S608
    stray = f"NEW.thread_id IS NOT NULL AND (NOT EXISTS ({begun}) OR EXISTS ({closed}))"
    guard(
        Guard(shared, "stays", "UPDATE", f"({taken}) OR ({over})", "who was invited, and its end, stay"),
        Guard(shared, "pages", "UPDATE", unsaid, "what was given changes only as a row of the changes says"),
        Guard(changed, "stood", "INSERT", f"NOT EXISTS ({stood})", "a change begins with what was given"),
        Guard(shared, "no_delete", "DELETE", "1 = 1", "an invitation stays on record"),
        Guard(comments, "answers", "INSERT", stray, "an answer belongs to an open comment of the same place"),
        Guard(settled, "whole", "INSERT", f"EXISTS ({answer})", "what began it is settled, not an answer"),
    )


def guard_recommending() -> None:
    """From now on the database refuses the word of a prefecture by whoever gave that of the county."""
    words = Recommendation._meta.db_table
    same = "r.project_id = NEW.project_id AND r.level = 'county' AND r.withdrawn_at IS NULL AND NOT r.in_place"
    found = f"SELECT 1 FROM {words} r WHERE {same} AND r.entered_by_id = NEW.entered_by_id"  # noqa: S608
    both = f"NEW.level = 'city' AND EXISTS ({found})"
    guard(Guard(words, "both_levels", "INSERT", both, "one person does not speak at both levels of one project"))
