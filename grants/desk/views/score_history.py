"""Every version of every score of a project: what changed, why, in which phase, and what the reviewer could see."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grants.desk.queries.assigning import READERS
from grants.desk.queries.records import find
from grants.desk.tables.score_history import histories, rescoring_rows
from grants.desk.views.looking import looked_at
from grants.people.queries import holds
from grants.reviews.enums import Shown
from grants.reviews.queries import open_concern, seats_ever, settlements
from grants.reviews.sight import sees
from workflow.ports import domain


@require_safe
@looked_at
def score_history(request: HttpRequest, pk: int) -> HttpResponse:
    """The ledger of a project's scores, for those who run the review and those who audit it."""
    project = find("project", pk, request.user)
    roles = domain().roles(request.user, project) if project else frozenset()
    if project is None or not all(sees(what, project, roles) for what in (Shown.PEERS, Shown.SCORES, Shown.COMMENTS)):
        raise Http404
    rescorings, moderations = settlements(project)
    ever = seats_ever(project)
    context = {
        "project": project,
        "seats": histories(project, ever),
        "rescorings": rescoring_rows(rescorings, ever),
        "why": holds(request.user, *READERS),
        "moderations": moderations,
        "concern": open_concern(project),
    }
    return render(request, "grants/desk/score_history.html", context)
