"""The results of a review: the official ranking, and beside it, never instead, how sure it is."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grants.desk.queries.board import places
from grants.desk.queries.records import find
from grants.desk.queries.results import may_see_results, results
from grants.desk.queries.reviewers import may_read_records
from grants.desk.tables.rank_charts import pictures
from grants.desk.tables.results import (
    ENDS,
    finding,
    hands,
    measures,
    not_calibrated,
    rows_of,
    spread_of,
    sums,
    tie_order,
    trust,
)
from grants.desk.views.looking import looked_at
from grants.people.models import User

PER_PAGE = 50


@require_safe
@looked_at
def round_results(request: HttpRequest, pk: int) -> HttpResponse:
    """The ranking with its line and band, reviewers' severity, and how far the scores agree."""
    round_ = find("round", pk, request.user)
    if round_ is None or round_.configuration is None or not may_see_results(request.user, round_):
        raise Http404
    found = results(round_)
    paginator = Paginator(range(len(found.lines)), PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    start = max(0, page.start_index() - 1)
    people = [request.user.pk or 0, *found.severity]  # never empty: as many queries with anybody to name as with nobody
    names = dict(User.objects.filter(pk__in=people).values_list("pk", "name"))
    context: dict[str, Any] = {
        "round": round_,
        "found": found,
        "records": may_read_records(request.user),
        "finding": finding(found),
        "rows": rows_of(found, places(), slice(start, page.end_index())),
        "pictures": pictures(found),
        "spread": spread_of(found),
        "why_not": not_calibrated(found),
        "ties": tie_order(found),
        "draws": found.rules.rubric.method.draw,
        "trust": trust(found),
        "measures": measures(found),
        "hands": hands(found.severity, names),
        "hidden": max(0, len(found.severity) - 2 * ENDS),
        "line_page": 1 + max(found.places - 1, 0) // PER_PAGE,
        "page": page,
        "pages": list(paginator.get_elided_page_range(page.number)),
        **sums(found),
    }
    return render(request, "grants/desk/results.html", context)
