"""The province's list of the eligibility check: findings project by project, ticked and passed together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from grants.applications.models import Project
from grants.desk.commands import act
from grants.desk.queries.eligibility import AWAITED, TO_CHECK, TO_RECEIVE, being_checked, known_of
from grants.desk.queries.records import find
from grants.desk.tables.offers import move_url
from grants.desk.views.attempts import attempt
from grants.desk.views.looking import looked_at
from grants.people.queries import holds
from grants.programmes.queries import rules_of
from grants.reviews.findings import Finding, findings, open_points
from workflow.command import new_key
from workflow.lifecycle import Role
from workflow.refusals import Refusal

BULK = {"receive": TO_RECEIVE, "pass_eligibility": TO_CHECK}
"""What can be done with many at once, and with those in which state."""


@dataclass(frozen=True)
class Checked:
    """One project on the list."""

    project: Project
    findings: list[Finding]
    against: list[Finding]
    ask: str
    fail: str


@dataclass(frozen=True)
class Result:
    """What became of one project."""

    project: Project
    reasons: list[Refusal]

    @property
    def done(self) -> bool:
        """Whether nothing stood against it."""
        return not self.reasons


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def eligibility(request: HttpRequest, pk: int) -> HttpResponse:
    """Every project of the round in the check; on POST those ticked are received or passed, each for itself."""
    round_ = find("round", pk, request.user)
    if round_ is None or not holds(request.user, Role.PROGRAMME_OFFICER):
        raise Http404
    projects = being_checked(round_, request.user) if round_.configuration_id else []
    results = _together(request, projects) if request.method == "POST" else []
    if results:
        projects = being_checked(round_, request.user)
    rows = _rows(projects)
    context = {
        "round": round_,
        "receive": [row for row in rows if row.project.state == TO_RECEIVE],
        "check": [row for row in rows if row.project.state == TO_CHECK],
        "awaited": [row for row in rows if row.project.state == AWAITED],
        "results": results,
        "failed": sum(not one.done for one in results),
        "nothing": request.method == "POST" and not results,
        "key": new_key(),
    }
    return render(request, "grants/desk/eligibility.html", context, status=422 if context["nothing"] else 200)


def _rows(projects: list[Project]) -> list[Checked]:
    known = known_of(projects)
    rows = []
    for project in projects:
        found = findings(project, rules_of(project.round), known[project.pk])
        ask, fail = (
            f"{move_url(project, name)}?back=eligibility" for name in ("request_supplement", "fail_eligibility")
        )
        rows.append(Checked(project, found, open_points(found), ask, fail))
    return rows


def _together(request: HttpRequest, projects: list[Project]) -> list[Result]:
    """The one move for every project that is ticked; each stands or falls by itself."""
    name, ticked = request.POST.get("move", ""), set(request.POST.getlist("project"))
    if name not in BULK:
        return []
    chosen = [one for one in projects if str(one.pk) in ticked and one.state == BULK[name]]
    return [_one(request, project, name) for project in chosen]


def _one(request: HttpRequest, project: Project, name: str) -> Result:
    given: dict[str, Any] = {}
    if name == "pass_eligibility":
        confirmed = request.POST.get("confirmed") == "on"
        keys = [one.key for one in rules_of(project.round).eligibility.conditions] if confirmed else []
        given = {"passed": keys, "budget_checked": confirmed}
    seen = request.POST.get(f"version-{project.pk}", "")
    version = int(seen) if seen.isdecimal() else None
    key = f"{request.POST.get('key', '')[:40]}-{project.pk}"
    _step, trouble = attempt(lambda: act(project, name, actor=request.user, version=version, key=key, given=given))
    return Result(project, [_at_tick(one) for one in trouble.reasons] if trouble else [])


def _at_tick(reason: Refusal) -> Refusal:
    """Conditions and budget are confirmed by the one tick on this page."""
    return replace(reason, at="confirmed") if reason.at in {"passed", "budget_checked"} else reason
