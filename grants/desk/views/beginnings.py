"""Pages on which something comes into being: an application, a round, an objection, a change request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods
from django_stubs_ext import StrOrPromise

from grants.applications.commands import begin_project
from grants.awards.commands import receive_objection
from grants.desk.forms.asks import AskForm
from grants.desk.forms.beginnings import OBJECTION, SHIPPED, SHIPPED_FULL, change_asks, project_asks, round_asks
from grants.desk.forms.parts import PartForm
from grants.desk.queries.beginnings import (
    choices_for_change,
    leaders_of,
    open_rounds,
    own_teams,
    present_rows,
    programmes,
    rounds_to_copy,
)
from grants.desk.queries.records import find
from grants.desk.setup.questions import taken
from grants.desk.tables.conflicts import Conflict
from grants.desk.tables.offers import record_url
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete
from grants.desk.views.looking import looked_at
from grants.desk.views.together import Together, first_marks
from grants.desk.views.writing import project_to_write, saved_words
from grants.implementation.changing import PLANS
from grants.implementation.commands import draft_change, rewrite_change
from grants.implementation.enums import ChangeKind
from grants.kernel.given import day, whole
from grants.kernel.numbering import round_no
from grants.people.queries import holds
from grants.programmes.commands import create_round
from grants.programmes.profile import profile_text
from grants.programmes.queries import rules_of, text_of
from workflow import clock
from workflow.command import new_key
from workflow.lifecycle import CHANGE, Role
from workflow.ports import domain
from workflow.rules import Ask

Make = Callable[[dict[str, Any], str | None], Any]


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def new_project(request: HttpRequest) -> HttpResponse:
    """A draft for one of the person's teams in an open round."""
    rounds, teams = open_rounds(request.user), own_teams(request.user)
    if not rounds or not teams:
        return render(request, "grants/desk/cannot_begin.html", {"rounds": rounds, "teams": teams})

    def make(given: dict[str, Any], key: str | None) -> Any:
        round_ = next(one for one in rounds if str(one.pk) == given["round"])
        team = next(one for one in teams if str(one.pk) == given["team"])
        actor: Any = request.user
        leaders = leaders_of(team)
        leader = next((one for one in leaders if one.pk == actor.pk), leaders[0] if leaders else actor)
        return begin_project(round_, team, leader, actor=actor, key=key)

    initial = {"round": _named(request, "round", rounds), "team": _named(request, "team", teams)}
    asked = f"{reverse('may_apply', args=[initial['round']])}?team={initial['team']}"
    before = {"url": asked, "label": _("先看看能不能申报")}
    asks = project_asks(rounds, teams)
    return _begun(request, _("新建申报"), asks, initial, make, then="project_form", before=before)


def _named(request: HttpRequest, name: str, found: Sequence[Any]) -> str:
    """The one that the address names, if it is among them, else the first."""
    known = [str(one.pk) for one in found]
    return request.GET[name] if request.GET.get(name) in known else known[0]


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def new_round(request: HttpRequest) -> HttpResponse:
    """A round in planning, with the configuration of an earlier one or the one that comes with the product."""
    known = programmes()
    if not known or not holds(request.user, Role.PROGRAMME_OFFICER):
        raise Http404
    earlier = rounds_to_copy(known[0], request.user)

    def make(given: dict[str, Any], key: str | None) -> Any:
        code, title = given.get("code") or round_no(known[0].code, given["year"]), given.get("title", "")
        old = next((one for one in earlier if str(one.pk) == given["source"]), None)
        shipped = profile_text("qingnuan")
        text = text_of(old) if old else taken(shipped, "full") if given["source"] == SHIPPED_FULL else shipped
        return create_round(known[0], code, given["year"], text, actor=request.user, key=key, title=title)

    year = max([clock.today().year, *(one.year + 1 for one in earlier)])
    initial = {"year": year, "source": str(earlier[0].pk) if earlier else SHIPPED}
    return _begun(request, _("建立轮次"), round_asks(earlier), initial, make, then="round_setup")


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def new_objection(request: HttpRequest, pk: int) -> HttpResponse:
    """An objection to a project, as it came in by letter or telephone."""
    project, _roles = project_to_write(request, pk, "new_objection")

    def make(given: dict[str, Any], key: str | None) -> Any:
        facts = {name: given.get(name, "") for name in ("kind", "text", "objector", "contact")}
        received = day(given, "received_on") or clock.today()
        held = given.get("holds") is True
        return receive_objection(project, actor=request.user, key=key, received_on=received, holds=held, **facts)

    initial = {"received_on": clock.today(), "holds": True}
    return _begun(request, _("登记异议"), OBJECTION, initial, make, project=project)


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def new_change(request: HttpRequest, pk: int) -> HttpResponse:
    """A change request of one kind; without a kind, the kinds to choose from."""
    project, _roles = project_to_write(request, pk, "new_change")
    kind = request.GET.get("kind", "")
    if kind not in ChangeKind.values:
        free = rules_of(project.round).budget.adjust.free_pct
        context = {"project": project, "kinds": ChangeKind.choices, "free": free}
        return render(request, "grants/desk/change_kinds.html", context)

    def make(given: dict[str, Any], key: str | None) -> Any:
        reason, after = given.pop("reason"), _numbers(_whole_rows(given, asks))
        return draft_change(project, actor=request.user, kind=kind, after=after, reason=reason, key=key)

    asks = change_asks(project, kind, choices_for_change(project))
    title = gettext("提出变更：%(kind)s") % {"kind": ChangeKind(kind).label}
    return _begun(request, title, asks, present_rows(project, kind), make, form=PartForm, project=project)


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def rewrite(request: HttpRequest, pk: int) -> HttpResponse:
    """A drafted or returned change request says something else."""
    change = find("change_request", pk, request.user)
    if change is None or not domain().roles(request.user, change) & set(CHANGE.begin.by):
        raise Http404
    return Rewriting(request, change).answer()


@dataclass
class Rewriting:
    """One person before a change request that is still being written."""

    request: HttpRequest
    change: Any
    trouble: Trouble | None = None

    def answer(self) -> HttpResponse:
        """Show the form; on POST save what was changed, or say what is in the way."""
        project = self.change.project
        self.asks = change_asks(project, self.change.kind, choices_for_change(project))
        if self.request.method != "POST":
            known = self._known(again=False)
            return self._shown(self._form(initial=known), marks=first_marks(known, self.asks))
        form = self._form(data=self.request.POST)
        together = Together(self.request.POST, self._known, self._write)
        typed = form.typed()
        if "more" not in self.request.POST:
            if form.errors:
                together.compare(typed)
                self.trouble = incomplete()
            else:
                self.trouble = together.save(typed)
            if self.trouble is None:
                messages.success(self.request, saved_words(self._conflict(together)))
                return redirect(record_url(self.change))
            at_fields(self.trouble, form)
            form.shows(together.merged.shown)
        return self._shown(form, marks=together.marks, conflict=self._conflict(together))

    def _form(self, **options: Any) -> AskForm:
        return PartForm(self.asks, record=self.change.project, actor=self.request.user, **options)

    def _known(self, *, again: bool) -> dict[str, Any]:
        if again:
            self.change = find("change_request", self.change.pk, self.request.user)
        return {**self.change.after, "reason": self.change.reason}

    def _write(self, given: dict[str, Any]) -> Any:
        answers = {name: value for name, value in (self._known(again=False) | given).items() if value is not None}
        reason, version = answers.pop("reason", ""), self.change.version
        after = {ask.name: answers[ask.name] for ask in self.asks if ask.name in answers}
        after = _numbers(_whole_rows(after, self.asks))
        return rewrite_change(self.change, actor=self.request.user, after=after, reason=reason, version=version)

    def _conflict(self, together: Together) -> Conflict:
        return together.conflict(self.asks, self.change.project, self.request.user)

    def _shown(self, form: AskForm, **context: Any) -> HttpResponse:
        context |= {"project": self.change.project, "title": _("修改变更申请"), "form": form, "trouble": self.trouble}
        status = self.trouble.status if self.trouble else 200
        return render(self.request, "grants/desk/begin.html", context | {"key": new_key()}, status=status)


def _numbers(given: Mapping[str, Any]) -> dict[str, Any]:
    """What was chosen from a list is a number of a row."""
    chosen = {"leader", "payee", "guided_by", "leaving"}
    return {name: whole(given, name) if name in chosen else value for name, value in given.items()}


def _whole_rows(given: Mapping[str, Any], asks: Sequence[Ask]) -> dict[str, Any]:
    """Every cell that the page asked, those left empty as empty: they are not simply unsaid."""
    tables = {ask.name: [column.name for column in ask.columns] for ask in asks if ask.kind == "rows"}
    return {
        name: [{**dict.fromkeys(tables[name], ""), **row} for row in value] if name in PLANS.values() else value
        for name, value in given.items()
    }


def _begun(
    request: HttpRequest,
    title: StrOrPromise,
    asks: Sequence[Ask],
    initial: Mapping[str, Any],
    make: Make,
    *,
    then: str = "",
    form: type[AskForm] = AskForm,
    **context: Any,
) -> HttpResponse:
    """Show the form; on POST make the thing and go to it, or say what is in the way."""
    posted = request.method == "POST"
    subject: Any = context.get("project")
    data = request.POST if posted else None
    page = form(asks, record=subject, actor=request.user, initial=initial, data=data)
    trouble: Trouble | None = None
    if posted and "more" not in request.POST:
        if page.is_valid():
            made, trouble = attempt(lambda: make(page.given(), request.POST.get("key") or None))
            if made is not None:
                messages.success(request, gettext("“%(title)s”已保存。") % {"title": title})
                return redirect(then, made.pk) if then else redirect(record_url(made))
        trouble = at_fields(trouble or incomplete(), page)
    context |= {"title": title, "form": page, "trouble": trouble, "key": new_key()}
    return render(request, "grants/desk/begin.html", context, status=trouble.status if trouble else 200)
