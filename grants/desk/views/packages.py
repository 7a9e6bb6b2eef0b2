"""What is printed and packed of a project: the application at any time, the archive package once it is archived."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import translation
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from grants.applications.models import Project
from grants.desk.archive.commands import ask_for_package
from grants.desk.archive.prints import application
from grants.desk.models import PackageBuild
from grants.desk.queries.records import find
from grants.desk.views.looking import looked_at
from grants.reviews.queries import JUDGES
from storage.printing import typeset
from storage.views import send_noted
from workflow import clock
from workflow.lifecycle import Role
from workflow.ports import domain
from workflow.refusals import Refused

KEEPERS = frozenset({Role.PROGRAMME_OFFICER, Role.BUSINESS_LEAD, Role.AUDITOR})
"""Whoever may take a whole file home: it holds what reviewers said and what everybody signed."""


def may_keep(project: Project, actor: Any) -> bool:
    """Whether the person may ask for the package and take it."""
    return bool(domain().roles(actor, project) & KEEPERS)


def build_of(project: Project) -> PackageBuild | None:
    """The package as it stands, if it was asked for."""
    return PackageBuild.objects.filter(project=project.pk).select_related("document").first()


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def package(request: HttpRequest, pk: int) -> HttpResponseBase:
    """POST asks for the package; GET sends it once it is there. Whoever may not finds nothing."""
    project = find("project", pk, request.user)
    if project is None or not may_keep(project, request.user):
        raise Http404
    if request.method == "POST":
        try:
            ask_for_package(project, actor=request.user)
        except Refused as refusal:
            raise Http404 from refusal  # the page has no such button before
        return redirect("project_archive", pk)
    found = build_of(project)
    if found is None or found.document is None:
        raise Http404
    return send_noted(found.document, request, now=clock.now())


@require_safe
@looked_at
def application_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """申报书 as it stands now, on A4: for the team, and for whoever judges it with their name known to the team."""
    project = find("project", pk, request.user)
    if project is None or domain().roles(request.user, project) <= JUDGES:
        raise Http404
    now = clock.now()
    with translation.override("zh-hans"):
        content = typeset("application", application(project, actor=request.user, at=now, opinions=False), at=now)
    name = f"{project.number} {project.title} 申报书.pdf"
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
