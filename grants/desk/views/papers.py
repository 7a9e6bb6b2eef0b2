"""What each stage asks for and what is there; one slot of it, where the team adds papers and puts better ones."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grants.applications.commands import add_paper
from grants.applications.models import Project
from grants.applications.queries import addable_slots
from grants.desk.queries.papers import kept_on
from grants.desk.queries.records import find
from grants.desk.tables.papers import asked_for, lists
from grants.desk.views.attempts import Trouble, attempt
from grants.desk.views.looking import looked_at
from grants.desk.views.uploads import Came, came
from grants.people.queries import OF_TEAMS
from grants.programmes.papers import no_room, room_of, spec_at
from grants.programmes.profile.basics import Slot
from storage.quotas import require_room, used_by
from storage.refusal import Refused
from workflow.ports import domain
from workflow.refusals import Refusal

MOST_AT_ONCE = 20


@require_safe
@looked_at
def project_papers(request: HttpRequest, pk: int) -> HttpResponse:
    """The checklist of every stage: what is asked, what is there, what is missing, who sees it, where to add."""
    actor: Any = request.user
    project = find("project", pk, actor)
    if project is None or project.round.configuration_id is None:
        raise Http404
    roles = domain().roles(actor, project)
    mine = not OF_TEAMS.isdisjoint(roles)
    papers = kept_on(project, actor, roles)
    context = {
        "project": project,
        "stages": lists(project, papers, roles, addable_slots(project) if mine else []),
        "use": room_of(project),
        "own": used_by(actor) if mine else None,
    }
    return render(request, "grants/desk/papers.html", context)


def slot_to_fill(request: HttpRequest, pk: int, slot: str) -> tuple[Project, Slot]:
    """The project and its slot, for its own people while they may add to it. Raises Http404."""
    project = find("project", pk, request.user)
    if project is None or OF_TEAMS.isdisjoint(domain().roles(request.user, project)):
        raise Http404
    place = next((one for one in addable_slots(project) if one.slot == slot), None)
    if place is None:
        raise Http404
    return project, place


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def project_slot(request: HttpRequest, pk: int, slot: str) -> HttpResponse:
    """One slot: what it asks for, what lies in it, adding papers, putting a better one in the place of another."""
    project, place = slot_to_fill(request, pk, slot)
    problems: list[str] = []
    if request.method == "POST":
        problems, n = (
            _exchanged(request, project, slot) if "instead" in request.POST else _added(request, project, slot)
        )
        if n and not problems:
            messages.success(request, ngettext("已收下%(n)s份。", "已收下%(n)s份。", n) % {"n": n})
            return redirect(request.path)
    actor: Any = request.user
    roles = domain().roles(actor, project)
    papers = kept_on(project, actor, roles, slot)
    context = {
        "project": project,
        "place": place,
        "list": asked_for(project, place, papers, roles, addable=True),
        "spec": spec_at(project, slot),
        "use": room_of(project),
        "own": used_by(actor),
        "instead": request.POST.get("instead", ""),
        "why": request.POST.get("why", ""),
        "problems": problems,
        "trouble": in_words(gettext("有文件没有收下"), problems) if problems else None,
        "room": reverse("slot_room", args=[pk, slot]),
    }
    return render(request, "grants/desk/slot.html", context, status=422 if problems else 200)


def in_words(headline: str, problems: list[str]) -> Trouble:
    """What stands against it, each in its sentence, in the summary at the top."""
    return Trouble(422, headline, [Refusal("file", words) for words in problems])


def _added(request: HttpRequest, project: Project, slot: str) -> tuple[list[str], int]:
    """Each file by itself: what is refused keeps nothing else out."""
    files = came(request, "files")
    if not files:
        return [gettext("请先拍照或选择一个文件。")], 0
    problems, n = [], 0
    for file in files[:MOST_AT_ONCE]:
        why = _laid(request, project, slot, file)
        n += not why
        if why:
            problems.append(gettext("“%(name)s”没有收下：%(why)s") % {"name": file.name, "why": why})
    if len(files) > MOST_AT_ONCE:
        problems.append(gettext("一次最多传%(n)s份，其余的请再传一次。") % {"n": MOST_AT_ONCE})
    return problems, n


def _exchanged(request: HttpRequest, project: Project, slot: str) -> tuple[list[str], int]:
    files, why = came(request, "file"), request.POST.get("why", "").strip()
    papers = kept_on(project, request.user, domain().roles(request.user, project), slot)
    there = next((one for one in papers.current if str(one.pk) == request.POST["instead"]), None)
    if there is None:
        return [gettext("这份材料已经换过或撤下了。")], 0
    if not why:
        return [gettext("请写明为什么更换。")], 0
    if not files:
        return [gettext("请先拍照或选择一个文件。")], 0
    refused = _laid(request, project, slot, files[-1], instead=there, why=why)
    return ([refused], 0) if refused else ([], 1)


def _laid(request: HttpRequest, project: Project, slot: str, file: Came, **how: Any) -> str:
    """Keep the file and lay it into the slot. -> why not, in words."""
    spec: Any = spec_at(project, slot)
    try:
        spec.check_announced(file.name, file.size)
        if refusal := no_room(project, file.size):
            return str(refusal.message)
        document = file.taken()
    except Refused as refusal_:
        return str(refusal_)
    _made, trouble = attempt(partial(add_paper, project, slot, document, actor=request.user, **how))
    if trouble is None:
        return ""
    return str(trouble.reasons[0].message) if trouble.reasons else trouble.headline


@require_POST
def slot_room(request: HttpRequest, pk: int, slot: str) -> HttpResponse:
    """Whether a file of that name and size would be taken, said before its first byte comes; nothing is kept."""
    project, _place = slot_to_fill(request, pk, slot)
    spec: Any = spec_at(project, slot)
    actor: Any = request.user
    try:
        size = int(request.POST.get("size", ""))
    except ValueError:
        raise Http404 from None
    why = ""
    try:
        spec.check_announced(request.POST.get("name", ""), size)
        require_room(actor, size)
        if refusal := no_room(project, size):
            why = str(refusal.message)
    except Refused as refusal_:
        why = str(refusal_)
    return render(request, "grants/desk/_room.html", {"why": why, "use": room_of(project)})
