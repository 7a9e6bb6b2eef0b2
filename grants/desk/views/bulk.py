"""One deed on many projects: choose, see who can and who cannot, do it, read what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from grants.applications.models import Project
from grants.desk.commands import carry_on, start_bulk
from grants.desk.forms.asks import AskForm
from grants.desk.forms.filters import ProjectFilter
from grants.desk.models import Outcome
from grants.desk.queries.board import BOARD_ROLES
from grants.desk.queries.bulk import AT_ONCE, chosen, in_hand, items_of, judged, outcomes, own_bulk
from grants.desk.queries.projects import area_tree, rounds_to_choose
from grants.desk.rules import bulk_deeds, cannot_start, same_choices
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete
from grants.desk.views.looking import looked_at
from grants.desk.views.paging import paged
from grants.people.queries import holds
from workflow.command import new_key
from workflow.refusals import Refusal
from workflow.rules import asks_of
from workflow.table import Deed


@dataclass
class Choice:
    """What the person has before them: the projects, the deed if one is chosen, and its form."""

    request: HttpRequest
    projects: list[Project]
    deed: Deed | None = None
    ready: list[Project] = field(default_factory=list)
    form: AskForm | None = None
    trouble: Trouble | None = None

    @property
    def refused(self) -> Refusal | None:
        """Why nothing can be done with what was chosen, before any project is looked at."""
        return cannot_start(next(iter(bulk_deeds())), len(self.projects))

    @property
    def query(self) -> str:
        """The address of the same choice without a deed."""
        kept = [(name, value) for name, values in self.request.GET.lists() for value in values if name != "move"]
        return urlencode(kept)


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def bulk(request: HttpRequest) -> HttpResponse:
    """Choose what to do with many projects; on POST it is asked for, and done at once where they are few."""
    if not holds(request.user, *BOARD_ROLES):
        raise Http404
    return _posted(request) if request.method == "POST" else _choosing(request)


def _choosing(request: HttpRequest) -> HttpResponse:
    form = ProjectFilter(request.GET, rounds_to_choose(request.user), area_tree())
    everything = "all" in request.GET
    found = chosen(request.user, form.wanted(), request.GET.getlist("pick"), everything=everything)
    choice = Choice(request, found)
    return _with_deed(choice, request.GET.get("move", ""))


def _with_deed(choice: Choice, move: str) -> HttpResponse:
    actor = choice.request.user
    offered = [] if choice.refused else in_hand(choice.projects, actor, bulk_deeds())
    for deed, ready in offered:
        if deed.name == move and same_choices(deed, ready, actor):
            choice.deed, choice.ready = deed, ready
            choice.form = choice.form or AskForm(asks_of(deed, ready[0]), record=ready[0], actor=actor)
    return _shown(choice, offered)


def _shown(choice: Choice, offered: Sequence[tuple[Deed, list[Project]]]) -> HttpResponse:
    actor = choice.request.user
    looked = judged(choice.ready[:AT_ONCE], choice.deed, actor) if choice.deed else []
    ready = {one.pk for one in choice.ready}
    context: dict[str, Any] = {
        "choice": choice,
        "deed": choice.deed,
        "form": choice.form,
        "trouble": choice.trouble,
        "key": new_key(),
        "reason": choice.refused,
        "moves": [{"deed": deed, "n": len(found)} for deed, found in offered if same_choices(deed, found, actor)],
        "can": [one for one in looked if not one.reasons],
        "cannot": [one for one in looked if one.reasons],
        "unseen": choice.ready[AT_ONCE:],
        "elsewhere": [one for one in choice.projects if one.pk not in ready] if choice.deed else [],
        "total": len(looked) + len(choice.ready[AT_ONCE:]),
    }
    status = choice.trouble.status if choice.trouble else 200
    return render(choice.request, "grants/desk/bulk.html", context, status=status)


def _posted(request: HttpRequest) -> HttpResponse:
    """The deed is asked for on what is ticked; few are done while the person waits."""
    actor: Any = request.user
    versions = _versions(request.POST.getlist("pick"))
    projects = chosen(actor, {}, map(str, versions), everything=False)
    deed, move = bulk_deeds().get(request.POST.get("move", "")), request.POST.get("move", "")
    choice = Choice(request, projects)
    if deed and projects:
        asks = asks_of(deed, projects[0])
        choice.form = AskForm(asks, record=projects[0], actor=actor, data=request.POST)
        if not choice.form.is_valid():
            choice.trouble = incomplete()
            return _with_deed(choice, move)
    given, key = choice.form.given() if choice.form else {}, request.POST.get("key") or new_key()
    seen = {one.pk: versions[one.pk] for one in projects}
    made, trouble = attempt(lambda: start_bulk(move, seen, actor=actor, key=key, given=given))
    if made is None:
        choice.trouble = at_fields(trouble, choice.form) if trouble else None
        return _with_deed(choice, move)
    if len(seen) <= AT_ONCE:
        carry_on(made, actor=actor)
    else:
        messages.success(request, gettext("已交给后台办理，这一页会自己更新，您也可以先去做别的。"))
    return redirect("bulk_run", made.pk)


def _versions(picked: Sequence[str]) -> dict[int, int]:
    """Ids and the versions seen, as the form carries them: `12:3`."""
    parts = [one.partition(":") for one in picked]
    return {int(pk): int(version) for pk, _colon, version in parts if pk.isdecimal() and version.isdecimal()}


@require_safe
@looked_at
def bulk_run(request: HttpRequest, pk: int) -> HttpResponse:
    """What has become of each project, while it goes on and afterwards; for whoever asked for it."""
    found = own_bulk(request.user, pk)
    if found is None:
        raise Http404
    counts = outcomes(found)
    context = {
        "bulk": found,
        "deed": bulk_deeds().get(found.move),
        "done": counts[Outcome.DONE],
        "refused": counts[Outcome.REFUSED],
        "waiting": counts[Outcome.WAITING],
        "total": sum(counts.values()),
        "settled": counts[Outcome.DONE] + counts[Outcome.REFUSED],
        **paged(request, items_of(found)),
    }
    return render(request, "grants/desk/bulk_run.html", context)
