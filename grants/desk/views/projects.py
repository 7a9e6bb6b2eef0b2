"""The list of projects, and the page of one."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from grants.desk.forms.filters import ProjectFilter
from grants.desk.queries.projects import beside, listed, rounds_to_choose
from grants.desk.queries.records import find
from grants.desk.tables.money import six_lines
from grants.desk.tables.offers import record_url
from grants.desk.tables.river import river
from grants.desk.views.looking import looked_at
from grants.desk.views.paging import paged
from grants.desk.views.records import parts_of
from grants.funds.queries import standing
from grants.people.queries import TEAM_ROLES, grants_held, holds
from grants.reviews.queries import OVERSEERS
from workflow.diagrams import columns_svg
from workflow.lifecycle import PROJECT, Role


@require_safe
@looked_at
def projects(request: HttpRequest) -> HttpResponse:
    """The projects the person may see, filtered by what stands in the address."""
    form = ProjectFilter(request.GET, rounds_to_choose(request.user))
    wanted = form.wanted()
    context = {
        "form": form,
        "wanted": wanted,
        **paged(request, listed(request.user, wanted)),
        "may_begin": holds(request.user, *TEAM_ROLES),
        "sees_none": holds(request.user, Role.SYSADMIN),
    }
    return render(request, "grants/desk/projects.html", context)


@require_safe
@looked_at
def project(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one project: where it is, in whose hands, what happened, its papers and its money."""
    found = find("project", pk, request.user)
    if found is None:
        raise Http404
    worn = grants_held(request.user)
    near = beside(found, request.user)
    parts = parts_of(request, found, worn, near.records)
    context: dict[str, Any] = {
        **parts,
        "project": found,
        "beside": near,
        "beside_rows": _beside_rows(near),
        "money": six_lines(standing(found)) if found.granted_fen else None,
        "map": SafeString(columns_svg(PROJECT, str(found.state))),  # drawn by us, its labels escaped there
        "river": river(str(found.state), parts["steps"], final=found.is_final),
        "score": found.score_hundredths if parts["roles"] & set(OVERSEERS) else None,
    }
    return render(request, "grants/desk/project.html", context)


def _beside_rows(near: Any) -> list[dict[str, Any]]:
    """Payments, checks, changes and objections under their headings, each with its page."""
    groups = (
        ("payment", near.payments),
        ("check", near.checks),
        ("change", near.changes),
        ("objection", near.objections),
    )
    return [
        {"kind": kind, "rows": [{"record": record, "url": record_url(record)} for record in records]}
        for kind, records in groups
        if records
    ]
