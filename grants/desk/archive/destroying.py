"""A package holds copies of papers: it goes with them."""

from __future__ import annotations

import datetime as dt

from grants.applications.models import Project
from grants.desk.models import PackageBuild
from grants.settlement.keeping import documents_kept
from storage.enums import Term
from storage.models import Destruction, Document, Keeping
from storage.retention import destroy, keep_until


def destroy_package(project: Project, *, by: tuple[int, int], at: dt.datetime, reason: str) -> Document | None:
    """The package goes with the papers destroyed at that moment, by the same two people, and is built anew without.

    Inside the move that destroys them. -> the package that goes; None where there is none yet. One that is being built
    meanwhile starts over, see `_write`.
    """
    row = PackageBuild.objects.select_for_update(no_key=True).filter(project=project.pk).first()
    gone = Destruction.objects.filter(document__in=documents_kept(project), at=at)
    if row is None or row.document is None or not gone.exists():
        return None
    package = row.document
    terms = Keeping.objects.filter(document__in=gone.values("document")).order_by("until")
    last = terms.last()
    if last is not None:
        keep_until(project, [(package, Term(last.term), last.until)], now=at)
    proposed_by, confirmed_by = by
    destroy([package], proposed_by=proposed_by, confirmed_by=confirmed_by, now=at, reason=reason)
    empty = {"document": None, "manifest": "", "finished_at": None, "claimed_until": None, "done": 0, "total": 0}
    PackageBuild.objects.filter(pk=row.pk).update(**empty)
    return package
