"""The page on which a county, a prefecture or the province ranks what lies before it and puts it forward."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from grants.applications.doubts import told_about
from grants.desk.queries.reading import reader_of
from grants.desk.queries.recommending import Table, put_before_others, tables_of
from grants.desk.queries.records import find
from grants.desk.tables.recommending import bar_width, candidates, instead_of, with_asked
from grants.desk.tables.text import read_text
from grants.desk.views.looking import looked_at
from grants.desk.views.similar import may_compare
from grants.people.queries import grants_held
from grants.reviews.enums import Shown
from grants.reviews.opinions.queries import shown_on
from grants.reviews.sight import sees
from workflow.lifecycle import Role
from workflow.ports import domain


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def recommending(request: HttpRequest, pk: int) -> HttpResponse:
    """What waits for a recommendation, in the order the person has in mind, and the places that are left."""
    round_ = find("round", pk, request.user)
    tables = tables_of(round_, grants_held(request.user)) if round_ else []
    if not tables:
        raise Http404
    if request.method == "POST":
        return _moved(request, tables, pk)
    asked = put_before_others(tables)
    context = {
        "round": round_,
        "tables": [
            {
                "table": table,
                "rows": with_asked(candidates(table, _order(request, table)), asked),
                "instead": with_asked(instead_of(table), asked),
                "width": bar_width(table),
            }
            for table in tables
        ],
    }
    return render(request, "grants/desk/recommending.html", context)


def _name(table: Table) -> str:
    return f"order-{table.level}-{table.organisation.pk}"


def _order(request: HttpRequest, table: Table) -> list[int]:
    """The order the person has in mind, kept for as long as they stay signed in."""
    known: Any = request.session.get(_name(table), [])
    return [one for one in known if isinstance(one, int)]


def _moved(request: HttpRequest, tables: list[Table], pk: int) -> HttpResponse:
    """One project changes places with its neighbour."""
    step, wanted = (-1, request.POST["up"]) if "up" in request.POST else (1, request.POST.get("down", ""))
    for table in tables:
        order = [row.project.pk for row in candidates(table, _order(request, table))]
        at = next((place for place, one in enumerate(order) if str(one) == wanted), None)
        if at is not None and 0 <= at + step < len(order):
            order[at], order[at + step] = order[at + step], order[at]
            request.session[_name(table)] = order
    answer = redirect("recommending", pk)
    answer["Location"] += f"#{'up' if step < 0 else 'down'}-{wanted}" if wanted.isdecimal() else ""
    return answer


@require_safe
@looked_at
def project_reader(request: HttpRequest, pk: int) -> HttpResponse:
    """The text of an application with its documents, to read beside a form."""
    project = find("project", pk, request.user)
    if project is None:
        raise Http404
    roles = domain().roles(request.user, project)
    closed = roles <= {Role.REVIEWER, Role.REVIEW_CHAIR}
    told = {what.value: sees(what, project, roles) for what in (Shown.OPINIONS, Shown.RANKS)}
    context = {
        "project": project,
        "comparable": may_compare(roles),
        "doubts": told_about(project) if may_compare(roles) else [],
        "departments": shown_on(project, roles),
        **read_text(project, reader_of(project, request.user), request.user, closed=closed, **told),
    }
    whole = not request.headers.get("HX-Request")
    return render(request, "grants/desk/reader.html" if whole else "grants/desk/_reader.html", context)
