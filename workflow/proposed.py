"""What has been put before others on a record as it stands now, with those who stand behind it."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from workflow.machine import Stateful
from workflow.models import Endorsement, Proposal, place_of

SIGNED = Prefetch("endorsements", Endorsement.objects.select_related("person").order_by("pk"))
"""Endorsements in their order, with the people, in one query."""


def open_proposals(record: Stateful) -> QuerySet[Proposal]:
    """Proposals on the version that stands now, with their endorsements."""
    found = Proposal.objects.filter(**place_of(record), version=record.version)
    return found.select_related("maker").prefetch_related(SIGNED).order_by("pk")
