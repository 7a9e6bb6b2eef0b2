"""保管期限: which papers are kept until when, which are due to go, which are held; on a page and as a file."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from grants.desk.queries.terms import KEEPERS, Line, kept, lines
from grants.desk.tables.sheets import Value, as_csv
from grants.desk.views.looking import looked_at
from grants.desk.views.paging import paged
from grants.people.queries import grants_held
from workflow import clock
from workflow.lifecycle import Role

DESTROYERS = frozenset({Role.PROGRAMME_OFFICER})


@require_safe
@looked_at
def terms(request: HttpRequest) -> HttpResponse:
    """What is due, or everything; whoever may propose it finds where."""
    roles = _roles(request)
    due = "all" not in request.GET
    part = paged(request, kept(request.user, due=due))
    rows = lines(part["page"])
    context = {"rows": rows, "due": due, "may": bool(roles & DESTROYERS), **part}
    return render(request, "grants/desk/terms.html", context)


@require_safe
@looked_at
def terms_sheet(request: HttpRequest) -> HttpResponse:
    """The same as a table for Excel, all of it."""
    _roles(request)
    heads = [gettext("项目编号"), gettext("项目名称"), gettext("团队"), gettext("保管类别")]
    heads += [gettext("份数"), gettext("保管到"), gettext("情况")]
    found = lines(kept(request.user, due="all" not in request.GET))
    table: list[list[Value]] = [
        [
            one.project.number,
            one.project.title,
            one.project.team.name,
            str(one.term.label),
            one.papers,
            one.until,
            state_of(one),
        ]
        for one in found
    ]
    answer = HttpResponse(as_csv(heads, table), content_type="text/csv; charset=utf-8")
    name = f"{gettext('到期材料')}-{clock.today():%Y%m%d}.csv"
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    answer["Cache-Control"] = "private, no-store"
    return answer


def state_of(line: Line) -> str:
    """In words: held, due, or not yet."""
    if line.hold:
        return gettext("已冻结")
    return gettext("已到期") if line.due else gettext("保管中")


def _roles(request: HttpRequest) -> frozenset[str]:
    """The roles of the person; raises Http404 for whoever has no part in it."""
    roles = frozenset(grant.role for grant in grants_held(request.user))
    if not roles & KEEPERS:
        raise Http404
    return roles
