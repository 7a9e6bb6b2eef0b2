"""The page on which a county, a prefecture or the province ranks what lies before it and puts it forward."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from grants.applications.doubts import told_about
from grants.applications.ranking import orders_in_mind, put_at
from grants.desk.commands import act
from grants.desk.forms.asks import AskForm
from grants.desk.queries.eligibility import known_of
from grants.desk.queries.reading import reader_of
from grants.desk.queries.recommending import AT_MOST, Table, put_before_others, tables_of, to_compare
from grants.desk.queries.records import find
from grants.desk.tables.comparing import compared
from grants.desk.tables.recommending import bar_width, candidates, instead_of, place_wanted, with_asked
from grants.desk.tables.text import read_text
from grants.desk.views.attempts import Trouble, attempt, incomplete
from grants.desk.views.bundles import brought
from grants.desk.views.looking import looked_at
from grants.desk.views.similar import may_compare
from grants.kernel.given import key_of
from grants.people.queries import grants_held
from grants.programmes.papers import spec_at
from grants.reviews.enums import Shown
from grants.reviews.opinions.queries import shown_on
from grants.reviews.sight import sees
from workflow.command import new_key
from workflow.lifecycle import PROJECT, Role
from workflow.ports import domain
from workflow.rules import asks_of

MINUTED = PROJECT.deeds["file_minutes"]


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def recommending(request: HttpRequest, pk: int) -> HttpResponse:
    """What waits for a recommendation, in the order those who sit there have in mind, and the places that are left."""
    round_ = find("round", pk, request.user)
    tables = tables_of(round_, grants_held(request.user)) if round_ else []
    if round_ is None or not tables:
        raise Http404
    return Desk(request, round_, tables).answer()


@dataclass
class Desk:
    """One person at the tables at which they recommend."""

    request: HttpRequest
    round: Any
    tables: list[Table]
    trouble: Trouble | None = None

    def answer(self) -> HttpResponse:
        """Show the tables; on POST move one project, or lay the minutes of a meeting to those that are ticked."""
        if self.request.method != "POST":
            return self.shown()
        if "minutes" in self.request.POST:
            return self._minuted()
        return self._moved()

    @cached_property
    def orders(self) -> dict[tuple[str, int], Any]:
        """What was put in order before, by table."""
        return orders_in_mind(self.round, [_seat(table) for table in self.tables])

    def _order(self, table: Table) -> list[int]:
        kept = self.orders.get(_seat(table))
        return list(kept.order) if kept else []

    def _moved(self) -> HttpResponse:
        """One project goes up, down, or to the rank that was typed."""
        post = self.request.POST
        how, wanted = next(((name, post[name]) for name in ("up", "down", "put") if name in post), ("", ""))
        for table in self.tables:
            order = [row.project.pk for row in candidates(table, self._order(table))]
            at = next((place for place, one in enumerate(order) if str(one) == wanted), None)
            place = None if at is None else self._place(table, how, at, wanted)
            if at is None or place is None or not 0 <= place < len(order):
                continue
            project = next(one for one in table.waiting if one.pk == order[at])
            waiting = [one.pk for one in table.waiting]
            to = (self.round, _seat(table), project, place, waiting)
            done, self.trouble = attempt(partial(put_at, *to, actor=self.request.user))
            if done is None:
                return self.shown()
        answer = redirect("recommending", self.round.pk)
        answer["Location"] += f"#{'p' if how == 'put' else how}-{wanted}" if wanted.isdecimal() else ""
        return answer

    def _place(self, table: Table, how: str, at: int, wanted: str) -> int | None:
        if how in {"up", "down"}:
            return at + (-1 if how == "up" else 1)
        rank = key_of(self.request.POST.get(f"to-{wanted}", "").strip())
        return min(place_wanted(table, rank), len(table.waiting) - 1) if rank else None

    def _minuted(self) -> HttpResponse:
        """The minutes lie with each project that was ticked, one by one; what could not be done is said."""
        open_to = {str(one.pk): one for one in _to_minute(self.tables)}
        ticked = [open_to[pk] for pk in self.request.POST.getlist("project") if pk in open_to]
        if not open_to:
            raise Http404
        record = next(iter(ticked or open_to.values()))
        came = brought(self.request, asks_of(MINUTED, record), partial(spec_at, record))
        form = self.form(record, data=self.request.POST, **came.options)
        if came.looking:
            form.only_shown()
            return self.shown(form)
        if not form.is_valid() or not ticked:
            self.trouble = incomplete() if ticked else Trouble(422, gettext("还没有勾选项目"))
            return self.shown(form)
        given, key, actor = form.given(), self.request.POST.get("key") or new_key(), self.request.user
        done = 0
        for project in ticked:
            does = partial(act, project, "file_minutes", actor=actor, given=given, key=f"{key}-{project.pk}")
            made, trouble = attempt(does)
            if made is not None:
                done += 1
            elif trouble:
                said = str(trouble.reasons[0].message) if trouble.reasons else trouble.headline
                messages.error(self.request, f"{project}：{said}", extra_tags="bad")
        if done:
            words = ngettext("会议纪要已经放到%(n)s个项目。", "会议纪要已经放到%(n)s个项目。", done)
            messages.success(self.request, words % {"n": done})
        return redirect("recommending", self.round.pk)

    def form(self, record: Any, **options: Any) -> AskForm:
        """What is asked about a meeting."""
        return AskForm(asks_of(MINUTED, record), record=record, actor=self.request.user, **options)

    def shown(self, form: AskForm | None = None) -> HttpResponse:
        """The page as it stands."""
        asked, to_minute = put_before_others(self.tables), _to_minute(self.tables)
        context = {
            "round": self.round,
            "tables": [
                {
                    "table": table,
                    "rows": with_asked(candidates(table, self._order(table)), asked),
                    "instead": with_asked(instead_of(table), asked),
                    "width": bar_width(table),
                    "ordered": self.orders.get(_seat(table)),
                }
                for table in self.tables
            ],
            "to_minute": list(to_minute.items()),
            "form": form or (self.form(next(iter(to_minute))) if to_minute else None),
            "ticked": self.request.POST.getlist("project") if form else None,
            "trouble": self.trouble,
            "key": new_key(),
        }
        status = self.trouble.status if self.trouble else 200
        return render(self.request, "grants/desk/recommending.html", context, status=status)


def _seat(table: Table) -> tuple[str, int]:
    return str(table.level), table.organisation.pk


def _to_minute(tables: Sequence[Table]) -> dict[Any, bool]:
    """The projects to which minutes may be laid from here, but for own teams, and whether some lie there."""
    found: dict[Any, bool] = {}
    for table in tables:
        if not table.roles & set(MINUTED.by):
            continue
        waiting: list[tuple[Any, Any]] = [(one, one) for one in table.waiting]
        for project, row in [*waiting, *((row.project, row) for row in table.forward)]:
            if str(project.state) in MINUTED.sources and project.team_id not in table.own:
                found[project] = bool(vars(row).get("minuted"))
    return found


@require_safe
@looked_at
def recommending_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Some of what waits side by side: figures, budget, what the conditions say; nothing is decided here."""
    round_ = find("round", pk, request.user)
    tables = tables_of(round_, grants_held(request.user)) if round_ else []
    if round_ is None or not tables:
        raise Http404
    picked = [pk for one in request.GET.getlist("pick") if (pk := key_of(one))]
    projects = to_compare(round_, request.user, picked)
    context = {
        "round": round_,
        "projects": projects,
        "rows": compared(projects, known_of(projects), request.user) if projects else [],
        "left_out": max(0, len(set(picked)) - len(projects)),
        "most": AT_MOST,
    }
    return render(request, "grants/desk/recommending_compare.html", context)


@require_safe
@looked_at
def project_reader(request: HttpRequest, pk: int) -> HttpResponse:
    """The text of an application with its documents, to read beside a form."""
    project = find("project", pk, request.user)
    if project is None:
        raise Http404
    roles = domain().roles(request.user, project)
    closed = roles <= {Role.REVIEWER, Role.REVIEW_CHAIR}
    told = {what.value: sees(what, project, roles) for what in (Shown.OPINIONS, Shown.RANKS)}
    context = {
        "project": project,
        "comparable": may_compare(roles),
        "doubts": told_about(project) if may_compare(roles) else [],
        "departments": shown_on(project, roles),
        **read_text(project, reader_of(project, request.user), request.user, closed=closed, **told),
    }
    whole = not request.headers.get("HX-Request")
    return render(request, "grants/desk/reader.html" if whole else "grants/desk/_reader.html", context)
