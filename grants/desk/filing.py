"""What the database guards on papers: documents never change, attachments only end, a locked budget stays."""

from __future__ import annotations

from grants.applications.models import BudgetLine, BudgetVersion
from storage.models import Attachment, Derivative, Document, Infection, Retake, Sheet, Upload
from workflow.guards_sql import Guard, guard, seal

EVENTS = ("UPDATE", "DELETE")
CLOSED = "'finished', 'refused', 'expired'"


def guard_documents() -> None:
    """From now on these guards belong to the expected set."""
    attachment, upload = Attachment._meta.db_table, Upload._meta.db_table
    sealed = "NEW.sha256 <> OLD.sha256 OR NEW.name <> OLD.name"
    changed = f"NEW.state <> OLD.state OR {sealed}"
    seal(Document, "scan", "scanned_at")
    seal(Derivative)
    seal(Sheet)
    seal(Infection)
    seal(Attachment, "ending", "ended_by", "ended_at", "ended_reason")
    seal(Retake, "ending", "ended_by", "ended_at", "answer")
    guard(
        Guard(
            Retake._meta.db_table,
            "ended_stays",
            "UPDATE",
            "OLD.ending <> ''",
            "a settled retake stays settled",
        ),
        Guard(attachment, "ended_stays", "UPDATE", "OLD.ending <> ''", "an ended attachment stays ended"),
        Guard(
            upload, "closed_stays", "UPDATE", f"OLD.state IN ({CLOSED}) AND ({changed})", "a closed upload stays closed"
        ),
        Guard(
            Document._meta.db_table,
            "infected_stays",
            "UPDATE",
            "OLD.scan = 'infected' AND NEW.scan <> 'infected'",
            "an infected document stays infected",
        ),
        Guard(
            upload,
            "waiting_arrives",
            "UPDATE",
            f"OLD.state = 'waiting' AND (NEW.state NOT IN ('waiting', 'finished') OR {sealed})",
            "a waiting upload only arrives",
        ),
        Guard(upload, "no_delete", "DELETE", "1 = 1", "uploads stay"),
    )
    lines, versions = BudgetLine._meta.db_table, BudgetVersion._meta.db_table
    locked = f"SELECT 1 FROM {versions} v WHERE v.id = OLD.budget_id AND v.locked_at IS NOT NULL"  # noqa: S608 -- our names
    stays = "a locked budget stays"
    guard(*(Guard(lines, f"locked_{event.lower()}", event, f"EXISTS ({locked})", stays) for event in EVENTS))
