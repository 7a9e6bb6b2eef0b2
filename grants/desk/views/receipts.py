"""The receipt of a submission: a page, and the same on paper."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grants.applications.together import helped_with
from grants.desk.queries.receipts import submission
from grants.desk.queries.records import find
from grants.desk.tables.receipts import Receipt
from grants.desk.views.looking import looked_at
from grants.reviews.queries import JUDGES
from workflow.ports import domain


@require_safe
@looked_at
def project_receipt(request: HttpRequest, pk: int, seq: int) -> HttpResponse:
    """What was handed in at that step of the project; for whoever sees it and does not review it unnamed."""
    project = find("project", pk, request.user)
    if project is None or domain().roles(request.user, project) <= JUDGES:
        raise Http404
    found = submission(project, seq)
    if found is None:
        raise Http404
    receipt = Receipt(*found)
    context = {"project": project, "receipt": receipt, "closes": receipt.closes(project)}
    context["helped"] = helped_with(project, receipt.version.number)
    return render(request, "grants/desk/project_receipt.html", context)
