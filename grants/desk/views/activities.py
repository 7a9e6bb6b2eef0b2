"""The activity log of a project: one screen to add to it from a phone, totals against what was promised."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from grants.desk.commands import act
from grants.desk.forms.running import ActivityForm
from grants.desk.queries.records import find
from grants.desk.queries.running import Logbook, logbook, promises
from grants.desk.tables.running import bars, entries, hours_of
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete
from grants.desk.views.looking import looked_at
from grants.desk.views.uploads import received
from grants.implementation.rules import PHOTOS
from workflow import clock
from workflow.command import new_key
from workflow.lifecycle import PROJECT, ProjectState
from workflow.ports import domain
from workflow.refusals import Refusal

ACT = PROJECT.deeds["log_activity"]
BEFORE = frozenset(
    state for state in ProjectState.values if PROJECT.stage_of(state) in {"application", "review", "award"}
)
FIELDS = {"minutes_each": "hours"}


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def activities(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the log and the form that adds to it; on POST add an activity, or the correction of one."""
    project = find("project", pk, request.user)
    roles = domain().roles(request.user, project) if project else frozenset()
    if project is None or not roles or str(project.state) in BEFORE:
        raise Http404
    writes = bool(roles & set(ACT.by)) and str(project.state) in ACT.sources
    book = logbook(project)
    if request.method != "POST":
        return _shown(request, project, book, _begun(request, book) if writes else None)
    if not writes:
        raise Http404
    return _posted(request, project, book)


def _begun(request: HttpRequest, book: Logbook) -> ActivityForm:
    """What was typed last time, on today's day; the entry itself where one is corrected."""
    asked = request.GET.get("corrects", "")
    entry = next((one for one in book.entries if str(one.number) == asked), None)
    last = entry or book.last
    known: dict[str, Any] = {"held_on": clock.today()}
    if last is not None:
        known |= {name: getattr(last, name) for name in ("name", "place", "volunteers", "served")}
        known["hours"] = hours_of(last.minutes_each) if last.minutes_each else ""
    if entry is not None:
        known |= {"held_on": entry.held_on, "text": entry.text}
    return ActivityForm(initial=known)


def _posted(request: HttpRequest, project: Any, book: Logbook) -> HttpResponse:
    form = ActivityForm(request.POST)
    _spread(request)
    documents, problems = received(request, PHOTOS)
    photos = {name: str(found.pk) for name, found in documents.items()}
    valid = form.is_valid()
    if not valid or problems:
        trouble = incomplete()
        trouble.reasons = [Refusal("photo", words) for words in problems.values()]
        return _shown(request, project, book, form, trouble, **documents)
    given = form.given() | photos
    if corrects := request.POST.get("corrects", ""):
        given["corrects"] = corrects
    key = request.POST.get("key") or None
    _step, refused = attempt(lambda: act(project, ACT.name, actor=request.user, key=key, given=given))
    if refused:
        return _shown(request, project, book, form, _placed(refused, form), **documents)
    messages.success(request, gettext("已记下。再记一次，地点和人数都替您留着。"))
    return redirect("activities", project.pk)


def _spread(request: HttpRequest) -> None:
    """Several photos of one input go to the names under which the act takes them."""
    several = request.FILES.getlist("photos")
    kept = [name for name in PHOTOS if request.POST.get(f"{name}-kept")]
    free = [name for name in PHOTOS if name not in kept] if kept else list(PHOTOS)
    for name, file in zip(free, several, strict=False):
        request.FILES.setlist(name, [file])
    _lay(request, free[len(several) :])


def _lay(request: HttpRequest, free: list[str]) -> None:
    """So do photos that came ahead of the form."""
    typed = request.POST.copy()
    for name, ident in zip(free, request.POST.getlist("photos-kept"), strict=False):
        typed[f"{name}-kept"] = ident
    request.POST = cast("Any", typed)


def _placed(trouble: Trouble, form: ActivityForm) -> Trouble:
    """Reasons stand at the field that asked, under the name it has on this page."""
    trouble.reasons = [
        Refusal(one.code, one.message, at=FIELDS.get(one.at, one.at), asked=one.asked) for one in trouble.reasons
    ]
    return at_fields(trouble, form)


def _shown(
    request: HttpRequest,
    project: Any,
    book: Logbook,
    form: ActivityForm | None,
    trouble: Trouble | None = None,
    **kept: Any,
) -> HttpResponse:
    drawn, others = bars(promises(project, book.sums))
    corrects = request.POST.get("corrects") or request.GET.get("corrects", "")
    context = {
        "project": project,
        "form": form,
        "trouble": trouble,
        "kept": kept,
        "bars": drawn,
        "others": others,
        "sums": book.sums,
        "hours": hours_of(book.sums.minutes),
        "entries": entries(book),
        "plan": book.plan,
        "corrects": next((one for one in book.entries if str(one.number) == corrects), None) if form else None,
        "key": new_key(),
    }
    return render(request, "grants/desk/activities.html", context, status=trouble.status if trouble else 200)
