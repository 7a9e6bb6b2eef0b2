"""The application as a whole: its task list, and the page on which answers are checked and handed in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from grants.applications.commands import WRITABLE, hand_in
from grants.applications.completeness import COMMITMENT, standings
from grants.applications.copying import last_application
from grants.applications.doubts import EXPLAINED, doubts_of
from grants.applications.models import Collaboration, Project
from grants.applications.queries import activity_names, budget_lines, dictation_of, files_of
from grants.applications.together import helped_with, helpers_at, speaker, still_open, threads
from grants.desk.queries.records import find
from grants.desk.tables.application import checked, field_url, line_rows, sums, tasks
from grants.desk.tables.messages import task_message
from grants.desk.tables.turns import deadline_rows
from grants.desk.views.attempts import Trouble, attempt
from grants.desk.views.looking import looked_at
from grants.desk.views.since import Since
from grants.desk.views.writing import project_to_write, share_to
from grants.people.queries import TEAM_ROLES
from grants.programmes.queries import rules_of
from workflow.actions import blocked
from workflow.command import new_key
from workflow.deadlines import open_deadlines
from workflow.lifecycle import ProjectState, Role

HANDING_IN = {
    ProjectState.DRAFT: "submit",
    ProjectState.RETURNED: "resubmit",
    ProjectState.SUPPLEMENT: "supply",
}
"""The move that hands the application in, by the state it is in."""


@require_safe
@looked_at
def project_form(request: HttpRequest, pk: int) -> HttpResponse:
    """What is to be filled in: every page, how far it is and what is missing, and the one way to submit."""
    project, roles = project_to_write(request, pk, "project_form", "")
    share = share_to(project, request.user)
    if share is not None:
        return _for_invited(request, project, share)
    writable = project.state in WRITABLE
    found = standings(project) if writable else []
    who = speaker(project, request.user)
    listed = tasks(project, found, still_open(threads(project, who)) if who else {})
    done = sum(task.state in {"done", "closed"} for task in listed)
    context = {
        "project": project,
        "writable": writable,
        "tasks": listed,
        "done": done,
        "ready": done == len(listed),
        "left": [task for task in listed if task.state not in {"done", "closed"}],
        "lacking": [
            {"message": problem.message, "url": field_url(project, problem.at)}
            for one in found
            if one.state == "fix"
            for problem in one.lacking
        ],
        "leader": Role.TEAM_LEADER in roles,
        "deadlines": deadline_rows(list(open_deadlines(project))),
        "guide": project.team.guided_by,
        "last": last_application(project) if project.state == ProjectState.DRAFT else None,
        "helpers": list(helpers_at(project).filter(ended_at__isnull=True)) if roles & TEAM_ROLES else None,
        "talk": sum(task.talk for task in listed),
        **_dictated(request, project),
    }
    return render(request, "grants/desk/application/list.html", context)


def _for_invited(request: HttpRequest, project: Project, share: Collaboration) -> HttpResponse:
    """The same for who was invited: their pages, the others greyed, and no word of submitting."""
    who = speaker(project, request.user)
    found = standings(project) if project.state in WRITABLE else []
    listed = tasks(project, found, still_open(threads(project, who)) if who else {}, share)
    mine = [task for task in listed if task.url]
    context = {
        "project": project,
        "share": share,
        "writable": project.state in WRITABLE,
        "tasks": listed,
        "mine": len(mine),
        "done": sum(task.state in {"done", "closed"} for task in mine),
        "talk": sum(task.talk for task in listed),
        "deadlines": deadline_rows(list(open_deadlines(project))),
    }
    return render(request, "grants/desk/application/invited.html", context)


def _dictated(request: HttpRequest, project: Project) -> dict[str, Any]:
    """Who fills it in at the leader's word, if an officer does, and what to send the leader once it is ready."""
    found = dictation_of(project) if project.state in WRITABLE else None
    if found is None:
        return {}
    url = request.build_absolute_uri(reverse("project_check", args=[project.pk]))
    message = task_message(gettext("核对并提交申报书"), project, None, url)
    return {"dictation": found, "writes": found.writer_id == request.user.pk, "message": message}


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def project_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything once more, the promise, and the one button that hands it in."""
    project, roles = project_to_write(request, pk, "project_form")
    trouble: Trouble | None = None
    move = HANDING_IN.get(ProjectState(str(project.state)), "submit")
    since = Since(request, project, request.method == "POST", ())
    if request.method == "POST":
        step, trouble = attempt(
            lambda: hand_in(
                project,
                move,
                actor=request.user,
                version=since.version,
                key=request.POST.get("key") or None,
                committed="committed" in request.POST,
                explained=request.POST.get(EXPLAINED, ""),
            )
        )
        if step is not None:
            guide = project.team.guided_by
            messages.success(request, gettext("已提交，现在由%(guide)s审阅。") % {"guide": guide})
            return redirect("project_receipt", pk, step.seq)
        project = since.record = find("project", pk, request.user)
    lines, rules = budget_lines(project), rules_of(project.round)
    promised, who = project.committed_on is not None, speaker(project, request.user)
    reasons = (
        []
        if trouble
        else [one for one in blocked(project, move, request.user) if one.at not in {"committed", EXPLAINED}]
    )
    context = {
        "project": project,
        "move": project.machine().deeds[move],
        "open": project.state in WRITABLE or since.stale,
        "parts": checked(project, request.user, files_of(project)),
        "rows": line_rows(lines, rules, activity_names(project)),
        "sums": sums(lines, rules),
        "leader": Role.TEAM_LEADER in roles,
        **_dictated(request, project),
        "doubts": doubts_of(project),
        "explained": request.POST.get(EXPLAINED, ""),
        "talk": sum(still_open(threads(project, who)).values()) if who else 0,
        "helped": helped_with(project),
        "promised": promised,
        "ticked": promised or "committed" in request.POST,
        "commitment": COMMITMENT,
        "reasons": reasons,
        "since": since,
        "lost": since if since.stale and project.state not in WRITABLE else None,
        "trouble": trouble,
        "key": new_key(),
        "guide": project.team.guided_by,
    }
    return render(request, "grants/desk/application/check.html", context, status=trouble.status if trouble else 200)
