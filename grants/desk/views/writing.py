"""A page on which people write, saving as often as they like: form, saving, and everything typed kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django_stubs_ext import StrOrPromise

from grants.applications.form_kept import definition_of
from grants.applications.models import Collaboration
from grants.applications.queries import may_write
from grants.applications.together import may_look_at, share_of
from grants.desk.forms.asks import AskForm
from grants.desk.queries.records import find, find_to_fill_in
from grants.desk.tables.conflicts import Conflict, labels_joined
from grants.desk.tables.writing import PAGES
from grants.desk.views.attempts import Trouble, at_fields, incomplete
from grants.desk.views.together import Together, first_marks
from workflow import clock
from workflow.ports import domain
from workflow.rules import Ask

Known = Callable[[Any], Mapping[str, Any]]
Save = Callable[[Any, dict[str, Any]], Any]
Saved = Callable[[Any], dict[str, Any]]


def project_to_write(request: HttpRequest, pk: int, page: str, part: str | None = None) -> tuple[Any, frozenset[str]]:
    """The project and the person's roles on it, if the page is theirs. Raises Http404.

    `part` is the page of the application, "" for its task list: without it nothing is open to who was invited.
    """
    found = find("project", pk, request.user) if part is None else find_to_fill_in(pk, request.user)
    if found is None:
        raise Http404
    roles = domain().roles(request.user, found)
    mine = next(roles_ for name, _label, _states, roles_ in PAGES if name == page)
    if roles & mine or (page == "project_form" and may_write(found, request.user)):
        return found, roles
    share = share_of(found, request.user) if part is not None else None
    if share is None or (part and not may_look_at(share, definition_of(found), part)):
        raise Http404
    return found, roles


def share_to(project: Any, actor: Any) -> Collaboration | None:
    """The invitation by which alone the person works on the application; None for the team and who types for it."""
    return None if may_write(project, actor) else share_of(project, actor)


@dataclass
class Written:
    """One page to write on: what it asks, what is known of the project, the command that saves the whole of it.

    `save` is given every answer, as it is known with what this person changed, and writes on the version at hand.
    `saved` tells who saved last and at what time, where that is known; `begun` whether more is known than was saved.
    """

    request: HttpRequest
    project: Any
    name: str
    title: StrOrPromise
    asks: Sequence[Ask]
    known: Known
    save: Save
    template: str = "grants/desk/writing.html"
    saved: Saved = lambda _project: {}
    begun: Callable[[Any], bool] = lambda _project: False
    saver: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def together(self) -> Together:
        """What was typed beside what is saved."""
        return Together(self.request.POST, self._read, self._write, lambda: self.begun(self.project))

    def _read(self, *, again: bool) -> Mapping[str, Any]:
        if again:
            self.project = find("project", self.project.pk, self.request.user)
        self.saver = self.saved(self.project)
        return self.known(self.project)

    def _write(self, given: dict[str, Any]) -> Any:
        answers = {name: value for name, value in (dict(self.together.now) | given).items() if value is not None}
        return self.save(self.project, {ask.name: answers[ask.name] for ask in self.asks if ask.name in answers})

    @property
    def conflict(self) -> Conflict:
        """Where somebody else wrote at the same time."""
        return self.together.conflict(self.asks, self.project, self.request.user, **self.saver)

    def form(self, data: Any = None) -> AskForm:
        """The form, filled with what is known or what was typed."""
        known = dict(self.known(self.project)) if data is None else {}
        return AskForm(self.asks, record=self.project, actor=self.request.user, data=data, initial=known)

    def answer(self, context: dict[str, Any]) -> HttpResponse:
        """Show the page; on POST save and come back, or say what is in the way with everything typed still there."""
        if self.request.method != "POST":
            return self.shown(self.form(), None, context)
        form = self.form(self.request.POST)
        if "more" in self.request.POST:
            return self.shown(form, None, context)
        typed = form.typed()
        if form.errors:
            self.together.compare(typed)
            trouble: Trouble | None = incomplete()
        else:
            trouble = self.together.save(typed)
        if trouble:
            form.shows(self.together.merged.shown)
            return self.shown(form, at_fields(trouble, form), context)
        messages.success(self.request, saved_words(self.conflict))
        return redirect(self.name, self.project.pk)

    def shown(self, form: AskForm, trouble: Trouble | None, context: dict[str, Any]) -> HttpResponse:
        """The page as it stands."""
        context |= {
            "project": self.project,
            "title": self.title,
            "form": form,
            "trouble": trouble,
            "marks": self.together.marks if form.is_bound else first_marks(form.initial, self.asks),
            "conflict": self.conflict if form.is_bound else None,
        }
        status = trouble.status if trouble else 200
        return render(self.request, self.template, context, status=status)


def saved_words(conflict: Conflict) -> str:
    """That something is saved, and when, and what somebody else wrote meanwhile."""
    words = gettext("已保存，%(time)s。") % {"time": date_format(localtime(clock.now()), "H:i")}
    return words + labels_joined(conflict)
