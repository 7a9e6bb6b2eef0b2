"""Projects chosen for one deed: which they are, what can be done with them, what stands against each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from grants.applications.models import Project
from grants.desk.models import Bulk, BulkItem
from grants.desk.queries.projects import area_tree, listed
from workflow.actions import Standing, hindrances, judge, weigh
from workflow.ports import domain
from workflow.refusals import Refusal
from workflow.table import Deed

OF_ROUND = ("round__configuration", "round__programme")
"""Read once for all projects of a round."""
MOST = 500
"""So many can be asked for at once."""
AT_ONCE = 50
"""So many are looked at one by one before, and done while the person waits; more are done in the background."""


def chosen(actor: Any, wanted: Mapping[str, str], picked: Iterable[str], *, everything: bool) -> list[Project]:
    """The projects picked by their ids, or everything that the filters find, as far as the person sees them.

    Never more than one beyond what can be done at once: the rest would be read only to be refused.
    """
    found = listed(actor, wanted if everything else {}, area_tree()).select_related(None)
    found = found.select_related("team__guided_by", "leader", "payee").prefetch_related(*OF_ROUND)
    if not everything:
        found = found.filter(pk__in=[int(one) for one in picked if one.isdecimal()])
    return list(found[: MOST + 1])


def in_hand(projects: Sequence[Project], actor: Any, deeds: Mapping[str, Deed]) -> list[tuple[Deed, list[Project]]]:
    """The deeds that this person may do, each with the projects that are in a state for it, in the table's order."""
    known = [(one, str(one.state), domain().roles(actor, one)) for one in projects]
    found = []
    for deed in deeds.values():
        ready = [one for one, state, roles in known if state in deed.sources and not roles.isdisjoint(deed.by)]
        if ready:
            found.append((deed, ready))
    return found


@dataclass(frozen=True)
class Judged:
    """One project before the deed, with the reasons that filling in the form will not remove."""

    project: Any
    reasons: tuple[Refusal, ...]


def judged(projects: Sequence[Project], deed: Deed, actor: Any) -> list[Judged]:
    """What stands against the deed on each; roles already taken are read once for all."""
    standings = [Standing(project, actor) for project in projects]
    weigh(standings)
    found = []
    for known in standings:
        verdict = judge(known.record, deed.name, actor, {}, known)
        found.append(Judged(known.record, tuple(hindrances(verdict.reasons))))
    return found


def own_bulk(actor: Any, pk: int) -> Bulk | None:
    """A bulk deed of the person's own."""
    return Bulk.objects.filter(pk=pk, person=actor.pk).first()


def items_of(bulk: Bulk) -> QuerySet[BulkItem]:
    """Its projects: what still waits first, then what was not done, then the rest."""
    return bulk.items.select_related("project__team").order_by("-outcome", "pk")


def outcomes(bulk: Bulk) -> Counter[str]:
    """How many of its projects came to which outcome."""
    return Counter(bulk.items.order_by().values_list("outcome", flat=True))
