"""The file of a project: what it still lacks, and the sealed list of everything in it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from grants.applications.models import Project
from grants.awards.models import Decision
from grants.awards.queries import OPEN_OBJECTIONS
from grants.funds.models import Entry
from grants.implementation.queries import open_changes
from grants.programmes.profile.basics import Slot
from grants.programmes.queries import checklist, rules_of
from storage.models import Document
from storage.queries import attachments_by_record, attachments_of
from workflow import chain, trail
from workflow.lifecycle import CHECK, Stage
from workflow.models import Step
from workflow.rules import Ask


def missing_papers(project: Any) -> tuple[Ask, ...]:
    """Papers that the round requires and the file lacks, each as a field of the archive's form."""
    there = set(attachments_of(project).values_list("slot", flat=True))
    return tuple(Ask(slot.slot, slot.label, "document") for slot in _required(project) if slot.slot not in there)


def _required(project: Project) -> list[Slot]:
    """A project that was terminated never left the closeout, whose papers it therefore does not owe."""
    passed = [stage for stage in Stage if not (project.liquidation and stage == Stage.CLOSEOUT)]
    return [slot for stage in passed for slot in checklist(project.round, stage) if slot.required]


def open_matter(project: Project) -> str:
    """A sentence about what beside the project is not finished; empty when nothing is."""
    if changes := open_changes(project).count():
        return gettext("还有 %(n)s 份变更申请没有办结。") % {"n": changes}
    if objections := project.objections.filter(state__in=OPEN_OBJECTIONS).count():
        return gettext("还有 %(n)s 件异议没有核查完。") % {"n": objections}
    checks = project.checks.exclude(state__in=CHECK.final).count()
    if checks and not project.liquidation:
        return gettext("还有 %(n)s 次检查没有结论，请先办结或免检。") % {"n": checks}
    return ""


def manifest(project: Project) -> str:
    """Canonical JSON of all that is in the file: facts, steps, documents, entries, accounts; digests in hex."""
    return chain.canonical(
        {
            "accounts": list(project.final_accounts.order_by("number").values("number", "confirmed", "rows", "totals")),
            "documents": _documents(project),
            "entries": [[row.key, row.digest] for row in entries_of(project)],
            "number": project.number,
            "payee": project.payee.name if project.payee else project.team.name,
            "retention_years": rules_of(project.round).retention.project_archive_years,
            "steps": [[step.ref, step.move, step.digest] for step in _steps(project)],
            "team": project.team.name,
            "title": project.title,
        }
    )


def _steps(project: Project) -> list[Step]:
    """Every step of the project and of the records beside it."""
    return list(Step.objects.filter(subject=trail.name_of(project)).order_by("machine", "object_id", "seq"))


def entries_of(project: Project) -> list[Entry]:
    """Every entry of the books that touches the project, oldest first, with its document and postings."""
    mine = Entry.objects.filter(postings__debit__project=project.pk) | Entry.objects.filter(
        postings__credit__project=project.pk
    )
    found = mine.distinct().select_related("document__uploaded_by", "reverses").order_by("pk")
    return list(found.prefetch_related("postings__debit", "postings__credit"))


def _documents(project: Project) -> list[list[str | int]]:
    """Papers of the project and of the records beside it, each with record, slot, name, size and digest."""
    beside = (project.payments, project.checks, project.changes, project.objections)
    records: list[Any] = [project, *(record for kind in beside for record in kind.order_by("pk"))]
    rows = [
        _line(f"{record._meta.model_name}:{record.pk}", paper.slot, paper.document)
        for record, papers in attachments_by_record(records).items()
        for paper in papers
    ]
    minutes = Decision.objects.filter(project=project.pk).select_related("meeting__document")
    return sorted([*rows, *(_line("meeting", row.meeting.number, row.meeting.document) for row in minutes)])


def _line(record: str, slot: str, document: Document) -> list[str | int]:
    return [record, slot, document.name, document.size, document.sha256]
