"""The filtered list of projects as a file for Excel, and who has taken which."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_safe

from grants.desk.commands import note_export
from grants.desk.forms.filters import ProjectFilter
from grants.desk.models import Export, Sheet
from grants.desk.queries.board import BOARD_ROLES, CALLERS, places
from grants.desk.queries.projects import area_tree, listed, rounds_to_choose
from grants.desk.tables.exports import columns, export_rows, rows
from grants.desk.tables.sheets import as_csv, as_xlsx
from grants.desk.views.looking import looked_at
from grants.desk.views.paging import paged
from grants.people.queries import grants_held, people_visible_to
from grants.reviews.queries import OVERSEERS
from workflow import clock
from workflow.lifecycle import Role

KINDS = {
    Sheet.XLSX.value: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Sheet.CSV.value: "text/csv; charset=utf-8",
}
OVERSIGHT = frozenset({Role.AUDITOR, Role.DISCIPLINE})
"""Who reads what everybody took away; others read what they took themselves."""


@require_GET
@looked_at
def projects_export(request: HttpRequest, kind: str) -> HttpResponse:
    """Exactly the projects of the list at the same address, in its order; on record before they leave."""
    roles = {grant.role for grant in grants_held(request.user)}
    if kind not in KINDS or not roles & BOARD_ROLES:
        raise Http404
    tree = area_tree()
    wanted = ProjectFilter(request.GET, rounds_to_choose(request.user), tree).wanted()
    projects = list(listed(request.user, wanted, tree))
    leaders = {one.leader_id for one in projects}
    seen = people_visible_to(request.user).filter(pk__in=leaders).order_by() if roles & CALLERS else None
    numbers = set(seen.values_list("pk", flat=True)) if seen is not None else set()
    found = columns(places(), numbers=numbers, scores=bool(roles & set(OVERSEERS)))
    heads, table = [str(column.head) for column in found], list(rows(projects, found))
    title = gettext("项目清单")
    widths = [column.width for column in found]
    content = as_csv(heads, table) if kind == "csv" else as_xlsx(title, heads, table, widths=widths)
    actor: Any = request.user
    note_export(kind, urlencode(wanted), len(projects), actor=actor)
    answer = HttpResponse(content, content_type=KINDS[kind])
    name = f"{title}-{clock.today():%Y%m%d}.{kind}"
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return answer


@require_safe
@looked_at
def exports(request: HttpRequest) -> HttpResponse:
    """Which lists were taken away: for oversight everybody's, for the others who may take them their own."""
    roles = {grant.role for grant in grants_held(request.user)}
    if not roles & BOARD_ROLES:
        raise Http404
    everybody = bool(roles & OVERSIGHT)
    found = Export.objects.select_related("person")
    part = paged(request, found if everybody else found.filter(person=request.user.pk))
    told = export_rows(part["page"], rounds_to_choose(request.user), area_tree())
    context = {"everybody": everybody, "rows": told, **part}
    return render(request, "grants/desk/exports.html", context)
