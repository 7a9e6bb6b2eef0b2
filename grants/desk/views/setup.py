"""A round set up on pages: the list of what there is to settle, a page for each section, versions, the preview."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from grants.applications.form_definition import asked
from grants.desk.forms.fields import RowsField
from grants.desk.forms.parts import AnswersForm, screen_asks
from grants.desk.forms.setup import CodedRows, SetupForm
from grants.desk.queries.proposals import step_of_key
from grants.desk.queries.records import find
from grants.desk.setup import queries
from grants.desk.setup.differences import differences
from grants.desk.setup.rewriting import known, read, rewritten
from grants.desk.setup.sections import BY_CODE, Section
from grants.desk.tables.given import said
from grants.desk.tables.setup import steps_left, tasks
from grants.desk.views.deeds import Doing
from grants.desk.views.looking import looked_at
from grants.people.queries import PROVINCE_ROLES, holds
from grants.programmes.models import Round
from grants.programmes.queries import parsed, rules_of, spec_of, text_of
from workflow.actions import Standing
from workflow.lifecycle import RoundState, Stage
from workflow.refusals import Refusal, Refused

MORE = 4
"""How many empty rows a table has once more are asked for."""


def round_to_set_up(request: HttpRequest, pk: int) -> Round:
    """The round, for whoever works for the province; nothing for anybody else, nor without configuration."""
    found: Round | None = find("round", pk, request.user)
    if found is None or found.configuration is None or not holds(request.user, *PROVINCE_ROLES):
        raise Http404
    return found


@require_safe
@looked_at
def round_setup(request: HttpRequest, pk: int) -> HttpResponse:
    """What there is to settle before the call goes out, how far it is, and what comes next."""
    found = round_to_set_up(request, pk)
    first = queries.texts(found, 1)
    changes = differences(first[1], text_of(found)) if first else []
    standing = Standing(found, request.user)
    run = queries.rehearsal_of(found.configuration)
    planned = found.state == RoundState.PLANNING
    context = {
        "round": found,
        "record": found,
        "tasks": tasks(found, changes),
        "steps": steps_left(found, standing, run, queries.calls(found)),
        "open": planned,
        "published": None if planned else queries.published(found),
        "touched": queries.projects_touched(found),
    }
    return render(request, "grants/desk/setup/list.html", context)


class Settling(Doing):
    """A person before one section of a round's configuration."""

    form_class = SetupForm

    def __init__(self, request: HttpRequest, round_: Round, section: Section) -> None:
        self.section, self.text = section, text_of(round_)
        data = read(self.text)
        own = tuple(part.ask(data) for part in section.written)
        super().__init__(
            request,
            round_,
            "configure",
            initial=known(self.text, section),
            shape=lambda asks: (*own, *(ask for ask in asks if ask.name == "reason")),
        )

    def answer(self, then: Callable[[], str], **options: Any) -> HttpResponse | None:
        """As any deed; where somebody only asks for more rows, the form comes back with them and everything typed."""
        wanted = self.request.POST.get("more", "")
        if not (self.sent and self.mine and wanted):
            return super().answer(then, **options)
        known: dict[str, Any] = {"record": self.record, "actor": self.request.user}
        sent = SetupForm(self.asks, data=self.request.POST, **known)
        self._form = SetupForm(self.asks, initial={bound.name: bound.value() for bound in sent}, **known)
        if isinstance(field := self._form.fields.get(wanted), CodedRows) and not field.fixed:
            field.spare = MORE
        return None

    def _unsent(self) -> dict[str, Any]:
        """Tables that the page did not send at all stay as they are: they were not emptied."""
        post = self.request.POST
        tables = [ask.name for ask in self.asks if ask.kind == "rows" and f"{ask.name}-rows" not in post]
        return {name: self.initial[name] for name in tables}

    def complete(self, given: dict[str, Any]) -> None:
        """What was typed becomes the whole text. Raises Refused with every fault, or where nothing is different."""
        text = rewritten(self.text, self.section, self._unsent() | given)
        same = parsed(text) == parsed(self.text)
        if same and not step_of_key(self._key or "", self.request.user, self.record, "configure"):
            raise Refused([Refusal("unchanged", gettext("没有改动，不用保存。"))])
        reason = given.get("reason", "")
        given.clear()
        given.update(text=text, reason=reason)


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def setup_part(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """One section: its form for the officer while the round is planned, to read for everybody else and afterwards."""
    found, section = round_to_set_up(request, pk), BY_CODE.get(part)
    if section is None:
        raise Http404
    doing = Settling(request, found, section)
    if answer := doing.answer(lambda: reverse("round_setup", args=[pk]), complete=doing.complete):
        return answer
    trouble = doing.trouble
    context = {
        "round": found,
        "record": found,
        "section": section,
        "doing": doing,
        "form": doing.form,
        "said": [] if doing.mine else _said(found, section, request.user),
        "trouble": trouble,
        "published": None if doing.mine else queries.published(found),
        "touched": queries.projects_touched(found),
    }
    return render(request, "grants/desk/setup/part.html", context, status=trouble.status if trouble else 200)


def _said(round_: Round, section: Section, actor: Any) -> list[Any]:
    """The section in words."""
    data = read(text_of(round_))
    found = []
    for part in section.parts:
        ask, value = part.ask(data), part.read(data)
        if ask.kind == "rows":
            columns = tuple(one for one in ask.columns if one.name != "code")
            ask = type(ask)(ask.name, ask.label, ask.kind, columns=columns)
        if value not in (None, "", []):
            found.append(said(ask, value, round_, actor))
    return found


@require_safe
@looked_at
def round_versions(request: HttpRequest, pk: int) -> HttpResponse:
    """Every version of the configuration: who, when, why; of one of them, `?version=`, what it changed."""
    found = round_to_set_up(request, pk)
    rows = list(queries.versions(found))
    wanted = request.GET.get("version", "")
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 6 else rows[0].number
    texts = queries.texts(found, number)
    if number not in texts:
        raise Http404
    before = texts.get(number - 1)
    context = {
        "round": found,
        "record": found,
        "rows": rows,
        "number": number,
        "first": before is None,
        "changes": differences(before, texts[number]) if before is not None else [],
        "touched": queries.projects_touched(found),
    }
    return render(request, "grants/desk/setup/versions.html", context)


@require_safe
@looked_at
def round_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The application as a team would find it under this configuration; nothing can be typed, nothing is kept."""
    found = round_to_set_up(request, pk)
    rules = rules_of(found)
    slots = {slot.slot: spec_of(slot) for slot in rules.checklist.of(Stage.APPLICATION)}
    form_ = asked(rules)
    placed = {slot for screen in form_.screens for slot in screen.slots}
    pages = []
    for screen in form_.screens:
        asks = screen_asks(rules, screen)
        form = AnswersForm(asks, record=_Draft(found), actor=request.user)
        for field in form.fields.values():
            field.disabled = True
        rows = [(field.label, [str(one.label) for one in field.columns.values()]) for field in _tables(form)]
        here = [*screen.slots, *(slot for slot in slots if screen.code == "files" and slot not in placed)]
        told = [str(form_.by_name[name].label) for name in screen.fields if form_.by_name[name].kind == "earlier"]
        papers = [slots[slot] for slot in here if slot in slots]
        pages.append(
            {
                "screen": screen,
                "form": form,
                "told": told,
                "papers": papers,
                "rows": rows,
                "budget": screen.code == "budget",
            }
        )
    context = {"round": found, "record": found, "pages": pages, "rules": rules}
    return render(request, "grants/desk/setup/preview.html", context)


def _tables(form: AnswersForm) -> list[RowsField]:
    """The tables of a form, which leave it: they are told by their columns."""
    found = {name: field for name, field in form.fields.items() if isinstance(field, RowsField)}
    for name in found:
        del form.fields[name]
    return list(found.values())


class _Draft:
    """What a form asks of a project that nobody has begun: its round, anywhere in the province, by no form yet."""

    scope, asked_id = "/", None

    def __init__(self, round_: Round) -> None:
        self.round = round_


def told_and_back(request: HttpRequest, words: str, name: str, pk: int) -> HttpResponse:
    """The page of that name, with what was done."""
    messages.success(request, words)
    return redirect(name, pk)
