"""Which papers two people are to destroy: each by its name and place, with until when it had to be kept."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from grants.applications.models import Project
from grants.desk.papers import look
from grants.desk.tables.documents import slot_names
from grants.settlement.keeping import papers, papers_due
from storage.models import Document, Keeping

DEED = "destroy_papers"


@dataclass(frozen=True)
class Going:
    """One paper that goes."""

    document: Document
    slot: str
    url: str
    until: dt.date


def going(record: Any, deed: str, at: dt.datetime | None = None) -> list[Going]:
    """The papers that this deed destroys, or would have at that moment, each once; nothing of any other deed."""
    if deed != DEED or not isinstance(record, Project):
        return []
    rows = papers(record).filter(document__in=papers_due(record, at)).order_by("slot", "ordinal", "version")
    found = {row.document_id: row for row in reversed(rows)}
    kept = Keeping.objects.filter(document__in=list(found)).values("document").annotate(last=Max("until"))
    until: dict[Any, dt.date] = dict(kept.values_list("document", "last"))
    names = slot_names(record)
    return [Going(row.document, names.get(row.slot, ""), look(row), until[pk]) for pk, row in reversed(found.items())]
