"""What the database guards on papers: documents never change, attachments only end, a locked budget stays."""

from __future__ import annotations

from grants.applications.models import BudgetLine, BudgetVersion
from storage.models import (
    Access,
    AccessHead,
    Attachment,
    Derivative,
    Destruction,
    Document,
    Hold,
    Infection,
    Keeping,
    Retake,
    Sheet,
    Upload,
)
from workflow.guards_sql import DAY_OF, Guard, guard, seal

EVENTS = ("UPDATE", "DELETE")
CLOSED = "'finished', 'refused', 'expired'"


def guard_documents() -> None:
    """From now on these guards belong to the expected set."""
    attachment, upload = Attachment._meta.db_table, Upload._meta.db_table
    sealed = "NEW.sha256 <> OLD.sha256 OR NEW.name <> OLD.name"
    heads = AccessHead._meta.db_table
    one_more = "NEW.document_id <> OLD.document_id OR NEW.count <> OLD.count + 1 OR NEW.digest = OLD.digest"
    changed = f"NEW.state <> OLD.state OR {sealed}"
    seal(Document, "scan", "scanned_at")
    seal(Derivative)
    seal(Sheet)
    seal(Infection)
    seal(Access)
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
        Guard(heads, "one_more", "UPDATE", one_more, "an access log grows by one row"),
        Guard(heads, "no_delete", "DELETE", "1 = 1", "access logs stay"),
    )
    guard_keeping()
    lines, versions = BudgetLine._meta.db_table, BudgetVersion._meta.db_table
    locked = f"SELECT 1 FROM {versions} v WHERE v.id = OLD.budget_id AND v.locked_at IS NOT NULL"  # noqa: S608 -- our names
    stays = "a locked budget stays"
    guard(*(Guard(lines, f"locked_{event.lower()}", event, f"EXISTS ({locked})", stays) for event in EVENTS))


def guard_keeping() -> None:
    """Terms are never shortened, holds only lifted; nothing goes that is held or still to be kept."""
    terms, holds, gone = Keeping._meta.db_table, Hold._meta.db_table, Destruction._meta.db_table
    papers = Hold.documents.through._meta.db_table
    seal(Keeping, "term", "until", "set_at", "locked_until")
    seal(Hold, "lifted_by", "lifted_at", "lifted_reason")
    seal(Destruction, "gone_at")
    of_document = f"SELECT 1 FROM {terms} k WHERE k.document_id = NEW.document_id"  # noqa: S608 -- our names
    early = f"NOT EXISTS ({of_document}) OR EXISTS ({of_document} AND k.until >= {DAY_OF.format('at')})"
    held = f"SELECT 1 FROM {holds} h JOIN {papers} p ON p.hold_id = h.id"  # noqa: S608 -- our names
    under_hold = f"EXISTS ({held} WHERE p.document_id = NEW.document_id AND h.lifted_at IS NULL)"
    guard(
        Guard(terms, "no_shorter", "UPDATE", "NEW.until < OLD.until", "a term is not shortened"),
        Guard(holds, "lifted_stays", "UPDATE", "OLD.lifted_at IS NOT NULL", "a lifted hold stays lifted"),
        Guard(papers, "no_update", "UPDATE", "1 = 1", "what a hold covers stays"),
        Guard(papers, "no_delete", "DELETE", "1 = 1", "what a hold covers stays"),
        Guard(gone, "too_early", "INSERT", early, "a document is still to be kept"),
        Guard(gone, "under_hold", "INSERT", under_hold, "a document is held"),
        Guard(gone, "gone_stays", "UPDATE", "OLD.gone_at IS NOT NULL", "what is gone stays gone"),
    )
