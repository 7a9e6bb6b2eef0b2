"""Pages on which a team writes, saving as often as it likes: the application, its budget, its files, the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods
from django_stubs_ext import StrOrPromise

from grants.applications import commands
from grants.applications.budget_checks import budget_problems
from grants.applications.completeness import problems
from grants.applications.models import Project
from grants.applications.queries import LINE, budget_lines, own_slots
from grants.closeout.commands import save_report
from grants.desk.forms.application import (
    WRITTEN_SECTIONS,
    answers,
    budget_asks,
    form_asks,
    report_asks,
    reported,
    section_of,
    with_defaults,
)
from grants.desk.forms.asks import AskForm
from grants.desk.queries.records import find
from grants.desk.tables.documents import by_slot
from grants.desk.tables.writing import PAGES
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete
from grants.desk.views.looking import looked_at
from grants.desk.views.uploads import received
from grants.programmes.queries import rules_of
from storage.queries import attachments_of
from workflow import clock
from workflow.lifecycle import Role
from workflow.ports import domain
from workflow.rules import Ask

Save = Callable[[Project, dict[str, Any], int | None], Any]


def project_to_write(request: HttpRequest, pk: int, page: str) -> tuple[Any, frozenset[str]]:
    """The project and the person's roles on it, if the page is theirs. Raises Http404."""
    found = find("project", pk, request.user)
    if found is None:
        raise Http404
    roles = domain().roles(request.user, found)
    mine = next(roles_ for name, _label, _states, roles_ in PAGES if name == page)
    if not roles & mine:
        raise Http404
    return found, roles


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def project_form(request: HttpRequest, pk: int) -> HttpResponse:
    """The answers of the application, in sections, with what is still missing."""
    found, roles = project_to_write(request, pk, "project_form")
    asks = form_asks(found, leader=Role.TEAM_LEADER in roles)

    def save(project: Project, given: dict[str, Any], version: int | None) -> Any:
        every = {ask.name: given.get(ask.name) for ask in asks}
        return commands.save_form(project, actor=request.user, version=version, **every)

    page = Written(request, found, "project_form", _("填写申报书"), asks, answers(found), save)
    return page.answer({"sections": WRITTEN_SECTIONS, "lacking": problems(found)})


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def project_budget(request: HttpRequest, pk: int) -> HttpResponse:
    """The budget lines of the application, with what is wrong about them."""
    found, _roles = project_to_write(request, pk, "project_budget")
    lines = budget_lines(found)
    known = [{name: getattr(line, name) for name in LINE} for line in lines]

    def save(project: Project, given: dict[str, Any], version: int | None) -> Any:
        return commands.save_budget(project, with_defaults(given.get("lines", [])), actor=request.user, version=version)

    page = Written(request, found, "project_budget", _("填写预算"), budget_asks(found), {"lines": known}, save)
    wrong = budget_problems(lines, rules_of(found.round), hazardous=found.hazardous) if lines else []
    return page.answer({"wrong": wrong})


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def project_report(request: HttpRequest, pk: int) -> HttpResponse:
    """The completion report."""
    found, _roles = project_to_write(request, pk, "project_report")

    def save(project: Project, given: dict[str, Any], version: int | None) -> Any:
        return save_report(project, actor=request.user, version=version, **given)

    return Written(request, found, "project_report", _("写结题报告"), report_asks(found), reported(found), save).answer(
        {}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def project_files(request: HttpRequest, pk: int) -> HttpResponse:
    """The documents of the application by slot; one file at a time."""
    found, _roles = project_to_write(request, pk, "project_files")
    trouble = None
    if request.method == "POST":
        slot = request.POST.get("slot", "")
        documents, refused = received(request, ["file"])
        if "file" in documents:
            _done, trouble = attempt(lambda: commands.attach_file(found, slot, documents["file"], actor=request.user))
        else:
            trouble = incomplete()
        if trouble is None:
            messages.success(request, gettext("“%(name)s”已上传。") % {"name": documents["file"].name})
            return redirect("project_files", pk)
        trouble.headline = refused.get("file") or (trouble.headline if documents else gettext("请先选择文件。"))
    context = {
        "project": found,
        "trouble": trouble,
        "slots": own_slots(found),
        "documents": by_slot(attachments_of(found), found),
    }
    return render(request, "grants/desk/files.html", context, status=trouble.status if trouble else 200)


@dataclass
class Written:
    """One page to write on: what it asks, what is known, and the command that saves it."""

    request: HttpRequest
    project: Any
    name: str
    title: StrOrPromise
    asks: Sequence[Ask]
    known: Mapping[str, Any]
    save: Save

    def form(self, data: Any = None) -> AskForm:
        """The form, filled with what is known or what was typed."""
        return AskForm(self.asks, record=self.project, actor=self.request.user, data=data, initial=dict(self.known))

    def answer(self, context: dict[str, Any]) -> HttpResponse:
        """Show the page; on POST save and come back, or say what is in the way with everything typed still there."""
        if self.request.method != "POST":
            return self.shown(self.form(), None, context)
        form = self.form(self.request.POST)
        if "more" in self.request.POST:
            return self.shown(form, None, context)
        if not form.is_valid():
            return self.shown(form, incomplete(), context)
        seen = self.request.POST.get("version", "")
        version = int(seen) if seen.isdecimal() else None
        _saved, trouble = attempt(lambda: self.save(self.project, form.given(), version))
        if trouble:
            self.project = find("project", self.project.pk, self.request.user)
            return self.shown(form, at_fields(trouble, form), context)
        messages.success(
            self.request, gettext("已保存，%(time)s。") % {"time": date_format(localtime(clock.now()), "H:i")}
        )
        return redirect(self.name, self.project.pk)

    def shown(self, form: AskForm, trouble: Trouble | None, context: dict[str, Any]) -> HttpResponse:
        """The page, with its fields under their sections."""
        sections = context.pop("sections", (("", ""),))
        groups = [
            {"label": label, "fields": [field for field in form if not code or section_of(field.name) == code]}
            for code, label in sections
        ]
        context |= {"project": self.project, "title": self.title, "form": form, "groups": groups, "trouble": trouble}
        status = trouble.status if trouble else 200
        return render(self.request, "grants/desk/writing.html", context, status=status)
