"""Proposals and the documents they rest on, and whether a request was answered before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from grants.people.queries import as_people
from storage.models import Document
from workflow.endorsing import own_hand
from workflow.machine import Stateful
from workflow.models import Key, Proposal, Step, place_of
from workflow.proposed import SIGNED


def proposal_by_id(pk: int) -> Proposal | None:
    """The proposal with who made it and who stands behind it."""
    rows = Proposal.objects.select_related("maker", "behalf").prefetch_related(SIGNED)
    return rows.filter(pk=pk).first()


def own_proposal(actor: Any, record: Stateful, move: str, pk: int) -> Proposal | None:
    """The person's own proposal of this deed on this record, or that of who lent them the role, lapsed or not."""
    found = Proposal.objects.filter(**place_of(record), pk=pk, move=move).first()
    return found if found and own_hand(found, as_people(actor)) else None


def documents_by_id(ids: Iterable[str]) -> dict[str, Document]:
    """Documents by their id as text, as forms and proposals name them; ids that are no document's are left out."""
    wanted = list(ids)
    return {str(one.pk): one for one in Document.objects.filter(pk__in=wanted)} if wanted else {}


def step_of_key(key: str, actor: Any, record: Stateful, move: str) -> Step | None:
    """The step that this person made of this record by an earlier request with the same key, if it was this deed."""
    answer = Key.objects.filter(key=key).values_list("answer", flat=True).first()
    return Step.objects.filter(**place_of(record), pk=answer or "", actor=actor.pk, move=move).first()
