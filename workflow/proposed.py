"""What has been put before others on a record as it stands now, with those who stand behind it."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Prefetch, QuerySet

from workflow.machine import Stateful
from workflow.models import Endorsement, Proposal, place_of

SIGNED = Prefetch("endorsements", Endorsement.objects.select_related("person", "behalf").order_by("pk"))
"""Endorsements in their order, with the people, in one query."""


def open_among(records: Sequence[Stateful]) -> dict[Stateful, list[Proposal]]:
    """The same of many records of one machine, by one query and one more for those who signed."""
    found: dict[Stateful, list[Proposal]] = {record: [] for record in records}
    by_pk = {record.pk: record for record in records}
    if not by_pk:
        return found
    kind = place_of(records[0])["content_type"]
    rows = Proposal.objects.filter(content_type=kind, object_id__in=by_pk)
    for row in rows.select_related("maker", "behalf").prefetch_related(SIGNED).order_by("pk"):
        if row.version == by_pk[row.object_id].version:
            found[by_pk[row.object_id]].append(row)
    return found


def open_proposals(record: Stateful) -> QuerySet[Proposal]:
    """Proposals on the version that stands now, with their endorsements."""
    found = Proposal.objects.filter(**place_of(record), version=record.version)
    return found.select_related("maker", "behalf").prefetch_related(SIGNED).order_by("pk")
