"""A reviewer's list of projects: what to do next, and handing in everything that is ready, each by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from grants.desk.commands import act
from grants.desk.queries.reviewing import Seated, seats_of
from grants.desk.tables.reviewing import SORTS, Row, given_of, rows, whole
from grants.desk.views.attempts import attempt
from grants.desk.views.looking import looked_at
from grants.people.queries import holds
from grants.programmes.queries import calendar
from grants.reviews.panel.queries import running_seats
from grants.reviews.sampling.queries import owed, wanted
from workflow.command import new_key
from workflow.lifecycle import Role
from workflow.refusals import Refusal


@dataclass(frozen=True)
class Result:
    """What became of one draft."""

    project: Any
    reasons: list[Refusal] = field(default_factory=list)


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def reviews(request: HttpRequest) -> HttpResponse:
    """The list; on POST the drafts that are ticked are handed in, and what became of each is said."""
    if not holds(request.user, Role.REVIEWER):
        raise Http404
    results = _handed_in(request) if request.method == "POST" else None
    person: Any = request.user
    seated = seats_of(person)
    sort = request.GET.get("sort", "")
    found = rows(seated, calendar(), sort)
    context = {
        "rows": found,
        "whole": whole(found, seated),
        "ready": [row for row in found if row.ready],
        "sort": sort if sort in SORTS else SORTS[0],
        "sorts": SORTS,
        "rounds": (rounds := _rounds(found)),
        "samples": [one for one in rounds if wanted(one)],
        "owed": [one for one in rounds if owed(one, person)],
        "results": results,
        "nothing": results == [],
        "failed": sum(bool(one.reasons) for one in results or []),
        "panels": running_seats(request.user),
        "key": new_key(),
    }
    return render(request, "grants/desk/reviews.html", context, status=422 if results == [] else 200)


def _rounds(found: list[Row]) -> list[Any]:
    """The rounds in which something is still to be scored: each has its sheet for Excel."""
    return list({row.project.round_id: row.project.round for row in found}.values())


def _handed_in(request: HttpRequest) -> list[Result]:
    picked = dict(one.partition(":")[::2] for one in request.POST.getlist("pick"))
    key = request.POST.get("key", "")
    return [_one(request, one, picked, key) for one in seats_of(request.user) if str(one.seat.project_id) in picked]


def _one(request: HttpRequest, one: Seated, picked: Mapping[str, str], key: str) -> Result:
    """One draft is handed in as it was looked at, or the reasons against it are said."""
    project = one.seat.project
    if one.sheet is None and one.scores:
        return Result(project)  # the same press came twice
    if one.sheet is None or str(one.sheet.version) != picked[str(project.pk)]:
        return Result(project, [Refusal("sheet_stale", gettext("看过以后草稿又改了，请再看一看。"))])
    token = f"{key}-{project.pk}" if key else None
    _step, trouble = attempt(lambda: act(project, "score", actor=request.user, key=token, given=given_of(one)))
    return Result(project, trouble.reasons if trouble else [])
