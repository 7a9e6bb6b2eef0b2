"""Rows one at a time: the activities and aims of a plan, the lines of a budget, each added, changed or taken out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from grants.applications import commands
from grants.applications.completeness import standings
from grants.applications.enums import Access
from grants.applications.form_definition import Screen
from grants.applications.form_kept import definition_of
from grants.applications.models import BudgetLine, Collaboration, Writing
from grants.applications.queries import activity_names, budget_lines, own_slots, sections_to_correct
from grants.applications.together import writers_of
from grants.desk.forms.application import with_defaults
from grants.desk.forms.merging import (
    Merged,
    Seen,
    mark_of,
    marks_after,
    marks_in,
    marks_of,
    merge,
    read_marks,
    written_out,
)
from grants.desk.forms.parts import PartForm, line_asks, line_templates, row_asks
from grants.desk.queries.records import find_to_fill_in
from grants.desk.tables.application import as_given, as_invited, line_rows, next_url, places, sums
from grants.desk.tables.conflicts import PREFIX, Conflict, conflict_of
from grants.desk.tables.given import said
from grants.desk.tables.writers import is_fresh, who_writes
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete, undecided
from grants.desk.views.commenting import Talking
from grants.desk.views.copying import copied, seen
from grants.desk.views.looking import looked_at
from grants.desk.views.uploads import brings, laid
from grants.desk.views.writing import project_to_write, share_to
from grants.programmes.papers import spec_at
from grants.programmes.queries import rules_of
from storage.queries import attachments_of
from workflow.rules import Ask

Row = dict[str, Any]
TRIES = 3


def _filled(row: Row) -> Row:
    return {name: value for name, value in row.items() if value not in (None, "", [])}


@dataclass
class RowsPage:
    """One person before a list of rows: what is saved, what one row asks, how the whole list is saved."""

    request: HttpRequest
    project: Any
    screen: Screen
    asks: Sequence[Ask]
    read: Callable[[Any], list[Row]]
    write: Callable[[Any, list[Row]], Any]
    trouble: Trouble | None = None
    there: Row | None = None
    merged: Merged = field(default_factory=Merged)

    @cached_property
    def share(self) -> Collaboration | None:
        """The invitation by which alone the person is here."""
        return share_to(self.project, self.request.user)

    @cached_property
    def talking(self) -> Talking:
        """What is said about the page."""
        return Talking(self.request, self.project, self.screen.code)

    @cached_property
    def writers(self) -> list[Writing]:
        """Who wrote on the page last."""
        return writers_of(self.project, self.screen.code)

    def spoken(self) -> HttpResponse | None:
        """What was pressed among the comments is done, and the page is there again; None where it was not."""
        if not self.talking.pressed:
            return None
        if self.talking.done():
            return redirect(self.request.path + self.talking.anchor)
        self.trouble = self.talking.trouble
        return None

    @property
    def rows(self) -> list[Row]:
        """The rows as they are saved."""
        return self.read(self.project)

    @property
    def editing(self) -> str:
        """The mark of the row that is open, empty for a new one."""
        return self.request.POST.get("was", "") or self.request.GET.get("row", "")

    def form(self, data: Any = None, begun: Mapping[str, Any] | None = None) -> PartForm:
        """The fields of one row: as typed, as saved, or begun from a template."""
        saved = next((row for row in self.rows if mark_of(row) == self.editing), begun or {})
        return PartForm(self.asks, record=self.project, actor=self.request.user, data=data, initial=dict(saved))

    def posted(self) -> PartForm | None:
        """Do what was asked. -> the form where something stands in the way, None where it is done."""
        if "remove" in self.request.POST:
            self._store(self._without)
            return self.form() if self.trouble else None
        form = self.form(self.request.POST)
        if not form.is_valid():
            self.trouble = incomplete()
            return form
        typed = form.typed()
        self._store(lambda rows: self._with(rows, typed))
        if self.trouble:
            self.trouble = at_fields(self.trouble, form)
            form.shows(self.merged.shown)
            return form
        return None

    def _without(self, rows: list[Row]) -> list[Row] | None:
        """The rows without the one that is to go; None where somebody has changed just this one."""
        marks, gone = [mark_of(one) for one in rows], self.request.POST["remove"]
        if gone not in marks and self._successor(rows) is not None:
            self.trouble = Trouble(409, gettext("有人刚改过这一行，没有删除；看过还要删，就再删一次"))
            return None
        return [row for row, mark in zip(rows, marks, strict=True) if mark != gone]

    def _with(self, rows: list[Row], typed: Row) -> list[Row] | None:
        """The rows with this one in its place; None where a person has to look first."""
        row, was = _filled(typed), self.request.POST.get("was", "")
        marks = [mark_of(one) for one in rows]
        if mark_of(row) in marks:
            return rows
        if not was:
            return [*rows, row]
        at = marks.index(was) if was in marks else self._successor(rows)
        if at is None:
            self.trouble = Trouble(409, gettext("您打开之后，有人删了这一行"))
            return None
        self.there = rows[at]
        self.merged = merge(self.there, typed, self._seen(self.there), self._chosen)
        if self.merged.clashes:
            self.trouble = undecided()
            return None
        return [_filled(self.merged.shown) if n == at else one for n, one in enumerate(rows)]

    def _seen(self, row: Row) -> Seen:
        """The marks of the row as it was opened."""
        return read_marks(self.request.POST.get("marks", "")) or marks_in(row)

    @property
    def _chosen(self) -> dict[str, str]:
        post = self.request.POST
        return {name.removeprefix(PREFIX): post[name] for name in post if name.startswith(PREFIX)}

    def _successor(self, rows: list[Row]) -> int | None:
        """Where the row that was open stands now: the one that has most of its cells, if half of them at least."""
        seen = read_marks(self.request.POST.get("marks", "")).items()
        alike = [sum(item in marks_in(row).items() for item in seen) for row in rows]
        best = max(alike, default=0)
        return alike.index(best) if best and best * 2 >= len(seen) else None

    @property
    def conflict(self) -> Conflict:
        """Where somebody else changed the same row."""
        other = next((one for one in self.writers if one.person_id != self.request.user.pk), None)
        saved: dict[str, Any] = {"who": other.person, "at": other.last_at} if other and is_fresh(other) else {}
        return conflict_of(self.merged, self.asks, self.project, self.request.user, self.request.POST, **saved)

    def _was(self) -> tuple[str, str]:
        """The row that the form is about, and the marks of what the person has seen of it; nothing for a new one."""
        if self.there is not None and self.trouble:
            seen = marks_after(self.merged, self.there, self._seen(self.there))
            return mark_of(self.there), written_out(seen)
        row = next((row for row in self.rows if mark_of(row) == self.editing), None)
        if row is None:
            return "", ""
        posted = self.request.method == "POST" and "remove" not in self.request.POST
        return self.editing, self.request.POST.get("marks", "") if posted else marks_of(row)

    def _store(self, change: Callable[[list[Row]], list[Row] | None]) -> None:
        """The changed list is saved; when somebody saved meanwhile, the change is made to what they saved."""
        for _try in range(TRIES):
            wanted = change(self.rows)
            if wanted is None:
                return
            _done, self.trouble = attempt(partial(self.write, self.project, wanted))
            if self.trouble is None or self.trouble.status != 409:
                return
            self.project = find_to_fill_in(self.project.pk, self.request.user)

    def shown(self, template: str, form: PartForm, context: dict[str, Any]) -> HttpResponse:
        """The page as it stands."""
        standing = next(one for one in standings(self.project) if one.screen.code == self.screen.code)
        was, marks = self._was()
        context |= {
            "project": self.project,
            "screen": self.screen,
            "form": form,
            "was": was,
            "marks": marks,
            "conflict": self.conflict,
            "as_new": bool(self.trouble and self.trouble.status == 409)
            and not was
            and "remove" not in self.request.POST,
            "trouble": self.trouble,
            "lacking": standing.lacking,
            "closed": _closed(self.project, self.screen, self.share),
            "next": next_url(self.project, self.screen, self.share),
            "copied": copied(self.project, self.screen) if self.share is None else [],
            "by_rows": True,
            "writing": who_writes(self.writers, self.request.user),
            **self.talking.onto(form),
        }
        return render(self.request, template, context, status=self.trouble.status if self.trouble else 200)


def _closed(project: Any, screen: Screen, share: Collaboration | None) -> str:
    """Why the rows cannot be changed now; empty when they can. `share` by which alone the person is here."""
    if share is not None and share.pages.get(screen.code) != Access.WRITE:
        words = gettext("您可以看这一部分、写评论，不能改。要改，请找项目负责人%(leader)s。")
        return words % {"leader": project.leader.name}
    if project.state not in commands.WRITABLE:
        return gettext("现在是“%(state)s”，申报书不能修改。") % {"state": project.label}
    marked = sections_to_correct(project)
    if marked is not None and screen.section not in marked:
        return gettext("这一部分没有退回，不用改，也不能改。")
    return ""


def plan_rows(request: HttpRequest, project: Any, screen: Screen) -> HttpResponse:
    """The rows of the table that the page is about."""
    name = screen.table

    def write(found: Any, rows: list[Row]) -> Any:
        return commands.save_form(found, actor=request.user, version=found.version, **{name: rows})

    asks = row_asks(project, name)
    page = RowsPage(request, project, screen, asks, lambda found: list(found.form.get(name) or []), write)
    form = page.form()
    if answer := page.spoken():
        return answer
    if request.method == "POST" and not page.talking.pressed:
        if brings(request):
            return _filed(page)
        refused = page.posted()
        if refused is None:
            messages.success(request, _words(request))
            return redirect(request.path)
        form = refused
    context = {
        "rows": [_told(page, row) for row in page.rows],
        "most": _most(project, name),
        "places": _places(page),
    }
    return page.shown("grants/desk/application/rows.html", form, context)


def _places(page: RowsPage) -> list[Any]:
    found = places(page.project, page.screen, own_slots(page.project), attachments_of(page.project))
    return found if page.share is None else as_invited(found, page.request.user)


def _most(project: Any, name: str) -> int:
    """How many rows the table takes; 0 where nothing is said of that."""
    if name == "activities":
        return rules_of(project.round).application_profile.size.max_activities
    table = definition_of(project).by_name[name]
    return table.most or (len(table.columns[0].choices) if name == "indicators" else 0)


def _told(page: RowsPage, row: Row) -> dict[str, Any]:
    """A row in words: what it is called, and the rest in one line."""
    cells = [
        (str(ask.label), said(ask, row[ask.name], page.project, page.request.user).text)
        for ask in page.asks
        if row.get(ask.name) not in (None, "")
    ]
    return {
        "mark": mark_of(row),
        "marks": marks_of(row),
        "name": cells[0][1] if cells else gettext("（空行）"),
        "cells": cells[1:],
    }


def _words(request: HttpRequest) -> str:
    return gettext("已删除。") if "remove" in request.POST else gettext("已保存。")


def _filed(page: RowsPage) -> HttpResponse:
    """A document that came with the rows lies in its place."""
    found = places(page.project, page.screen, own_slots(page.project), [])
    documents, refused = laid(page.request, found, partial(spec_at, page.project))
    problems = list(refused.values())
    for slot, document in documents:
        _done, trouble = attempt(partial(commands.attach_file, page.project, slot, document, actor=page.request.user))
        problems += [str(reason.message) for reason in trouble.reasons] if trouble else []
    for words in problems:
        messages.error(page.request, words, extra_tags="bad")
    if documents and not problems:
        messages.success(page.request, gettext("文件已收下。"))
    return redirect(page.request.path)


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def project_budget(request: HttpRequest, pk: int) -> HttpResponse:
    """The budget, line by line, with what it adds up to and how close it is to its caps."""
    project, _roles = project_to_write(request, pk, "project_form", "budget")
    screen = definition_of(project).by_code["budget"]
    if answer := seen(request, project, screen):
        return answer

    def write(found: Any, rows: list[Row]) -> Any:
        return commands.save_budget(found, with_defaults(rows), actor=request.user, version=found.version)

    page = RowsPage(request, project, screen, line_asks(project), _given_lines, write)
    begun = {"source": "grant", **_template(request, project)}
    form = page.form(begun=begun)
    if answer := page.spoken():
        return answer
    if request.method == "POST" and not page.talking.pressed:
        if "preview" in request.POST:
            return _preview(page)
        refused = page.posted()
        if refused is None:
            messages.success(request, _words(request))
            return redirect(request.path)
        form = refused
    lines, rules = budget_lines(page.project), rules_of(project.round)
    rows = line_rows(lines, rules, activity_names(page.project))
    context = {
        "rows": rows,
        "sums": sums(lines, rules),
        "templates": line_templates(project),
        "faults": next((row.problems for row in rows if row.mark == page.editing), []),
        "most": commands.MOST_LINES,
    }
    return page.shown("grants/desk/application/budget.html", form, context)


def _given_lines(project: Any) -> list[Row]:
    return [as_given(line) for line in budget_lines(project)]


def _template(request: HttpRequest, project: Any) -> Row:
    """The line that the person wants to begin with."""
    wanted = request.GET.get("from", "")
    found = next((one for one in line_templates(project) if one["category"] == wanted), None)
    if found is None:
        return {}
    return {name: found[name] for name in ("category", "item", "unit")} | {"unit_price_fen": found["price"]}


def _preview(page: RowsPage) -> HttpResponse:
    """What the budget would add up to with the line as it is typed; nothing is saved."""
    form = page.form(page.request.POST)
    rows, rules = page.rows, rules_of(page.project.round)
    line = form.given() if form.is_valid() else _half(form)
    amount = line.get("unit_price_fen", 0) * line.get("quantity", 0)
    if amount and line.get("category"):
        rest = [row for row in rows if mark_of(row) != page.request.POST.get("was")]
        rows = [*rest, {"item": "", "unit": "", "basis": "", "activity": "", "source": "grant", **line}]
    lines = [BudgetLine(**row, amount_fen=row["unit_price_fen"] * row["quantity"]) for row in rows]
    context = {"sums": sums(lines, rules, amount or None)}
    return render(page.request, "grants/desk/application/_sums.html", context)


def _half(form: PartForm) -> Row:
    """What of a half-typed line can be read."""
    return {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}
