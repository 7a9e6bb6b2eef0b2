"""The whole text of a project, to read: for those who check, review, accept or audit it."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grants.applications.doubts import told_about
from grants.applications.queries import budget_lines
from grants.closeout.queries import report_of
from grants.desk.queries.records import find
from grants.desk.tables.text import application_parts, budget_table, report_said, seats_shown
from grants.desk.views.looking import looked_at
from grants.desk.views.similar import may_compare
from grants.reviews.enums import Shown
from grants.reviews.models import Assignment, Score
from grants.reviews.queries import JUDGES
from grants.reviews.queries import visible_to as seats_visible_to
from grants.reviews.sight import sees
from workflow.lifecycle import ProjectState
from workflow.ports import domain


@require_safe
@looked_at
def project_text(request: HttpRequest, pk: int) -> HttpResponse:
    """Application, budget, the scores that the person may see, report; reviewers read no telephone number."""
    project = find("project", pk, request.user)
    if project is None:
        raise Http404
    roles = domain().roles(request.user, project)
    lines = budget_lines(project)
    closed = roles <= JUDGES
    context = {
        "project": project,
        "printable": not closed,
        "comparable": may_compare(roles) and project.state != ProjectState.DRAFT,
        "doubts": told_about(project) if may_compare(roles) else [],
        "versions": project.submissions.count(),
        "parts": application_parts(project, request.user, closed=closed),
        "budget": budget_table(project, lines, request.user) if lines else None,
        "total_fen": sum(line.amount_fen for line in lines),
        "seats": seats_shown(project, _seats(request.user, project.pk)),
        "ledger": sees(Shown.PEERS, project, roles),
        "report": report_said(project, request.user) if report_of(project) else [],
    }
    return render(request, "grants/desk/project_text.html", context)


def _seats(actor: Any, project: int) -> list[Assignment]:
    found = seats_visible_to(actor).filter(project=project, left_at__isnull=True)
    return list(found.prefetch_related(Prefetch("scores", Score.objects.order_by("number"))))
