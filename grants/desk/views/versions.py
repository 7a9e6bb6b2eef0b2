"""What a team changed before it handed its application in again, for everybody who reads it; every version stays."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grants.desk.queries.records import find
from grants.desk.queries.versions import HandedIn, Versions, versions_of
from grants.desk.tables.trail import receipt_of, trail
from grants.desk.tables.versions import what_changed, whole
from grants.desk.views.looking import looked_at
from grants.reviews.queries import JUDGES
from workflow.ports import domain


@require_safe
@looked_at
def project_versions(request: HttpRequest, pk: int) -> HttpResponse:
    """One version beside an earlier one, as `version` and `with` in the address say; the last two without them.

    The first version, and any for which `whole` stands in the address, is shown as it was handed in.
    """
    project: Any = find("project", pk, request.user)
    if project is None:
        raise Http404
    roles = domain().roles(request.user, project)
    found = versions_of(project, request.user, roles)
    new = found.find(_number(request, "version"))
    if found.handed_in and new is None:
        raise Http404
    old = _earlier(found, new, _number(request, "with")) if new and "whole" not in request.GET else None
    closed = roles <= JUDGES
    context = {
        "project": project,
        "versions": [(one, receipt_of(one.step, roles) if one.step else "") for one in found.handed_in],
        "new": new,
        "old": old,
        "earlier": [one for one in found.handed_in if new and one.row.number < new.row.number],
        "changes": what_changed(project, old, new, request.user, closed=closed) if old and new else [],
        "sent_back": trail(project, found.between(old, new), actor=request.user, roles=roles) if old and new else [],
        "parts": whole(project, new, request.user, closed=closed) if new and not old else [],
        "names": not closed,
    }
    return render(request, "grants/desk/project_versions.html", context)


def _earlier(found: Versions, new: HandedIn, number: int | None) -> HandedIn | None:
    """The version that it is compared with: the one that is named, else the one before; none for the first."""
    old = found.find(number if number is not None else new.row.number - 1)
    if number is not None and (old is None or old.row.number >= new.row.number):
        raise Http404
    return old


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None
