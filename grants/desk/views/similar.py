"""查重: which other applications say the same in the same words, for those who judge this one."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grants.desk.queries.records import find
from grants.desk.queries.similar import similar_to
from grants.desk.tables.writing import RANKERS
from grants.desk.views.looking import looked_at
from grants.people.queries import OF_TEAMS
from workflow.lifecycle import Role
from workflow.ports import domain

COMPARERS = RANKERS | {Role.BUSINESS_LEAD, Role.AUDITOR, Role.DISCIPLINE}


@require_safe
@looked_at
def project_similar(request: HttpRequest, pk: int) -> HttpResponse:
    """The applications of all rounds that are most alike, their common passages side by side; it decides nothing."""
    project: Any = find("project", pk, request.user)
    if project is None or not may_compare(domain().roles(request.user, project)):
        raise Http404
    found, compared = similar_to(project, request.user)
    context = {"project": project, "found": found, "compared": compared}
    return render(request, "grants/desk/similar.html", context)


def may_compare(roles: frozenset[str]) -> bool:
    """Who judges, and is not of the team."""
    return not COMPARERS.isdisjoint(roles) and OF_TEAMS.isdisjoint(roles)
