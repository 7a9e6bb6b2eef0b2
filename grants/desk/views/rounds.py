"""The list of rounds, the page of one, and its money."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grants.desk.queries.beginnings import programmes
from grants.desk.queries.board import BOARD_ROLES
from grants.desk.queries.letters import WRITING, announced
from grants.desk.queries.projects import rounds_to_choose
from grants.desk.queries.records import find
from grants.desk.queries.results import may_see_results
from grants.desk.queries.rounds import round_books, round_file, used_for
from grants.desk.tables.rounds import in_public, line_rows, stage_rows
from grants.desk.views.looking import looked_at
from grants.desk.views.paging import paged
from grants.desk.views.records import parts_of
from grants.funds.queries import round_story
from grants.people.queries import PROVINCE_ROLES, grants_held, holds
from grants.reviews.panel.queries import oversees, plan_of
from workflow.lifecycle import Role, RoundState

SCORED = frozenset(set(RoundState) - {RoundState.PLANNING, RoundState.OPEN, RoundState.RECOMMENDING})
"""When projects may have scores, so that there are results."""


@require_safe
@looked_at
def rounds(request: HttpRequest) -> HttpResponse:
    """Every round the person may see, newest first."""
    may_begin = holds(request.user, Role.PROGRAMME_OFFICER) and bool(programmes())
    return render(
        request, "grants/desk/rounds.html", {"rounds": rounds_to_choose(request.user), "may_begin": may_begin}
    )


@require_safe
@looked_at
def round_(request: HttpRequest, pk: int) -> HttpResponse:
    """One round: where it is, what may be done, its projects by stage, its places, money and papers."""
    found = find("round", pk, request.user)
    if found is None:
        raise Http404
    worn = grants_held(request.user)
    inside = any(hat.role in PROVINCE_ROLES for hat in worn)
    file = round_file(found, request.user, inside=inside)
    parts = parts_of(request, found, worn)
    if not inside:
        parts["trail"] = in_public(parts["trail"])
    context = {
        **parts,
        "round": found,
        "file": file,
        "stages": stage_rows(file.counts),
        "inside": inside,
        "board": any(hat.role in BOARD_ROLES for hat in worn),
        "letters": announced(found) and any(hat.role in WRITING for hat in worn),
        "panels": plan_of(found).enabled and (holds(request.user, Role.DISCIPLINE) or oversees(request.user, pk)),
        "results": found.state in SCORED and may_see_results(request.user, found),
    }
    return render(request, "grants/desk/round.html", context)


@require_safe
@looked_at
def round_money(request: HttpRequest, pk: int) -> HttpResponse:
    """The money of one round, for the province: what the books say, sources, batches, the bank's lines."""
    found = find("round", pk, request.user)
    if found is None or not holds(request.user, *PROVINCE_ROLES):
        raise Http404
    books = round_books(found)
    part = paged(request, books.lines)
    lines = line_rows(part["page"], used_for(part["page"]))
    context = {"round": found, "books": books, "money": round_story(found), "lines": lines, **part}
    return render(request, "grants/desk/round_money.html", context)
