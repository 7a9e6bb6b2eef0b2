"""The list of projects, and the page of one."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from grants.awards.letters import is_public
from grants.desk.forms.filters import ProjectFilter
from grants.desk.queries.board import BOARD_ROLES
from grants.desk.queries.letters import READERS
from grants.desk.queries.projects import area_tree, beside, listed, recusal_of, rounds_to_choose
from grants.desk.queries.records import find
from grants.desk.queries.terms import KEEPERS
from grants.desk.tables.documents import by_stage
from grants.desk.tables.money import six_lines
from grants.desk.tables.offers import record_url
from grants.desk.tables.paying import alongside, ways
from grants.desk.tables.projects import heads, rows
from grants.desk.tables.river import river
from grants.desk.tables.sharing import shared_rows
from grants.desk.tables.turns import Hands, recusal_words
from grants.desk.views.looking import looked_at
from grants.desk.views.paging import paged
from grants.desk.views.records import parts_of
from grants.funds.queries import standing
from grants.people.queries import TEAM_ROLES, grants_held, holds
from grants.programmes.queries import calendar
from grants.reviews.queries import OVERSEERS
from workflow.diagrams import columns_svg
from workflow.lifecycle import PROJECT, Role


@require_safe
@looked_at
def projects(request: HttpRequest) -> HttpResponse:
    """The projects the person may see, filtered by what stands in the address."""
    tree = area_tree()
    form = ProjectFilter(request.GET, rounds_to_choose(request.user), tree)
    wanted = form.wanted()
    part = paged(request, listed(request.user, wanted, tree))
    context = {
        "form": form,
        "wanted": {name: value for name, value in wanted.items() if name != "sort"},
        **part,
        "heads": heads(wanted),
        "rows": rows(part["page"], calendar()),
        "query": urlencode(wanted),
        "shared": shared_rows(request.user) if part["page"].number == 1 else [],
        "may_bulk": holds(request.user, *BOARD_ROLES),
        "may_keep": holds(request.user, *KEEPERS),
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
        "ways": ways(found, near.tranches, near.payments, parts["steps"]),
        "alongside": alongside(near.payments),
        "recusal": recusal_words(recusal_of(found)),
        "files": by_stage(parts["documents"], found, parts["steps"]),
        "map": SafeString(columns_svg(PROJECT, str(found.state))),  # drawn by us, its labels escaped there
        "river": river(str(found.state), parts["steps"], final=found.is_final, until=_until(parts["turn"])),
        "letter": is_public(found) and bool(parts["roles"] & READERS),
        "score": found.score_hundredths if parts["roles"] & set(OVERSEERS) else None,
    }
    return render(request, "grants/desk/project.html", context)


def _until(turn: Hands) -> Any:
    """When the present turn ends, if it has a deadline."""
    return turn.due.due.due_at if turn.due else None


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
