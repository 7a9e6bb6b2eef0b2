"""A reviewer's page: declaring first, then seven marks and a comment beside the application, saved as one types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from grants.desk.commands import act
from grants.desk.forms.asks import AskForm
from grants.desk.queries.records import find
from grants.desk.queries.reviewing import again_until
from grants.desk.tables.conflicts import Conflict, labels_joined
from grants.desk.tables.offers import move_url
from grants.desk.tables.scoring import criteria, kept_marks, next_to_score, peer_rows, progress, sees_marks
from grants.desk.tables.turns import deadline_rows
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete
from grants.desk.views.looking import looked_at
from grants.desk.views.together import Together, first_marks
from grants.reviews.commands import LONGEST, save_sheet
from grants.reviews.models import Assignment, Score, ScoreSheet
from grants.reviews.queries import last_rescoring, own_seats, rubric_of, seat_of, seats, sheet_of
from grants.reviews.sampling.queries import owed
from workflow import clock
from workflow.command import new_key
from workflow.deadlines import open_deadlines
from workflow.lifecycle import ProjectState
from workflow.rules import asks_of

TICK = "comment_meant"
"""A tick of the moment, which no sheet keeps."""


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def scoring(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the sheet; on POST declare, keep the draft, or hand the score in and go on to the next project."""
    project = find("project", pk, request.user)
    person: Any = request.user
    seat = seat_of(project, person) if project else None
    if project is None or seat is None:
        raise Http404
    if request.method != "POST":
        return _shown(request, project, seat, _form(request, project, seat), None)
    if "declare" in request.POST:
        return _declared(request, project, seat)
    return Sheet(request, project, seat).answer()


@dataclass
class Sheet:
    """What a reviewer sent of one sheet, beside what the sheet holds: it may lie open on two devices at once."""

    request: HttpRequest
    project: Any
    seat: Assignment
    version: int = 0

    @cached_property
    def form(self) -> AskForm:
        """The sheet as typed."""
        return _form(self.request, self.project, self.seat, self.request.POST)

    @cached_property
    def together(self) -> Together:
        """What was typed beside what is saved."""
        return Together(self.request.POST, self._read, self._write)

    @property
    def conflict(self) -> Conflict:
        """Where another window wrote at the same time."""
        return self.together.conflict(self.form.asks, self.project, self.request.user)

    def _read(self, *, again: bool) -> dict[str, Any]:
        sheet = sheet_of(self.seat)
        self.version = sheet.version if sheet else 0
        return _known(self.seat, sheet)

    def _write(self, given: dict[str, Any]) -> Any:
        whole = {**self.together.now, **given}
        marks = {name: mark for name, mark in whole.items() if isinstance(mark, int)}
        comment, reason = (str(whole.get(name) or "") for name in ("comment", "change_reason"))
        return save_sheet(self.project, marks, comment, actor=self.request.user, reason=reason, version=self.version)

    def answer(self) -> HttpResponse:
        """Keep the draft, by itself or by the button, or hand the score in."""
        by_itself = bool(self.request.headers.get("HX-Request"))
        trouble = self.together.save(self._keepable(), choosing=not by_itself)
        if by_itself:
            return self._autosaved(trouble)
        if "draft" in self.request.POST and trouble is None:
            words = gettext("草稿已保存，还没有提交。") + labels_joined(self.conflict)
            messages.success(self.request, words)
            return redirect("scoring", self.project.pk)
        return self.shown(trouble) if trouble else self._handed_in()

    def _keepable(self) -> dict[str, Any]:
        """What the sheet will hold of what was typed: no mark out of bounds, no endless comment."""
        most = {one.code: 2 * one.weight for one in rubric_of(self.project).scored}
        typed = self.form.typed()
        for name in ("comment", "change_reason"):
            if isinstance(said := typed.get(name), str):
                typed[name] = said[:LONGEST]
        typed.pop(TICK, None)
        return {
            name: value for name, value in typed.items() if not isinstance(value, int) or value <= most.get(name, 0)
        }

    def _handed_in(self) -> HttpResponse:
        if self.form.errors:
            return self.shown(incomplete())
        if self.conflict.joined:
            return self.shown(Trouble(409, gettext("另一个窗口同时改过评分，请看过再提交")))
        shown = self.together.merged.shown
        given = {name: value for name, value in (self.form.given() | shown).items() if value not in (None, "", False)}
        request, key = self.request, self.request.POST.get("key") or None
        _step, trouble = attempt(lambda: act(self.project, "score", actor=request.user, key=key, given=given))
        if trouble:
            return self.shown(at_fields(trouble, self.form))
        messages.success(request, gettext("“%(project)s”的评分已提交。") % {"project": self.project})
        person: Any = request.user
        following = next_to_score(own_seats(person, self.project.round_id), self.project.pk)
        return redirect("scoring", following.project_id) if following else redirect("reviews")

    def _autosaved(self, trouble: Trouble | None) -> HttpResponse:
        """The line that says what was kept and when."""
        form, conflict = self.form, self.conflict
        wrong = [name for name in form.errors if form[name].value()]
        faults = [f"{form.fields[name].label}：{form.errors[name][0]}" for name in wrong]
        faults += [str(reason.message) for reason in trouble.reasons] if trouble else []
        context = {
            "at": localtime(clock.now()),
            "faults": faults,
            "clashes": [side.label for side in conflict.sides],
            "joined": labels_joined(conflict),
            "marks": self.together.marks_beside,
            "kept": (kept := kept_marks(rubric_of(self.project), sheet_of(self.seat))),
            "open": sum(one.halves is None for one in kept),
        }
        status = 409 if conflict.sides else 422 if faults else 200
        return render(self.request, "grants/desk/scoring_saved.html", context, status=status)

    def shown(self, trouble: Trouble) -> HttpResponse:
        """The sheet again, with everything typed and what another window wrote."""
        self.form.shows(self.together.merged.shown)
        more = {"marks": self.together.marks, "conflict": self.conflict}
        return _shown(self.request, self.project, self.seat, self.form, trouble, **more)


def _declared(request: HttpRequest, project: Any, seat: Assignment) -> HttpResponse:
    _step, trouble = attempt(lambda: act(project, "declare_no_conflict", actor=request.user))
    if trouble:
        return _shown(request, project, seat, _form(request, project, seat), trouble)
    return redirect("scoring", project.pk)


def _known(seat: Assignment, sheet: ScoreSheet | None) -> dict[str, Any]:
    """What the sheet holds: as kept, or as handed in before; a reason is that of this change."""
    known = sheet or seat.scores.order_by("number").last()
    return {**known.halves, "comment": known.comment, "change_reason": sheet.reason if sheet else ""} if known else {}


def _form(request: HttpRequest, project: Any, seat: Assignment, data: Any = None) -> AskForm:
    """The sheet: as typed, as kept, or as handed in before."""
    asks = asks_of(project.machine().deeds["score"], project)
    initial = _known(seat, sheet_of(seat)) if data is None else {}
    return AskForm(asks, record=project, actor=request.user, data=data, initial=initial)


def _readable(form: AskForm) -> dict[str, int]:
    """The marks on the page that can be read."""
    form.is_valid()
    return {name: mark for name, mark in form.cleaned_data.items() if isinstance(mark, int)}


def _again(project: Any, seat: Assignment, mine: Sequence[Score]) -> dict[str, Any]:
    """Until when, what is said to a reviewer who has handed in before, what of the others' marks may be seen."""
    found = last_rescoring(project)
    until = again_until(found, mine)
    running = until is not None and bool(mine)
    others = [one for one in seats(project) if one.pk != seat.pk] if running and sees_marks(project) else []
    deadlines = deadline_rows([until] if until else list(open_deadlines(project)))
    return {"rescoring": found if running else None, "peers": peer_rows(project, others), "deadlines": deadlines}


def _shown(
    request: HttpRequest, project: Any, seat: Assignment, form: AskForm, trouble: Trouble | None, **more: Any
) -> HttpResponse:
    person: Any = request.user
    rubric = rubric_of(project)
    halves = _readable(form) if form.is_bound else {k: v for k, v in form.initial.items() if isinstance(v, int)}
    own = own_seats(person, project.round_id)
    here = next((one for one in own if one.pk == seat.pk), None)
    sheet, mine = getattr(here, "sheet", None), list(here.scores.all()) if here else []
    context = {
        "project": project,
        "seat": seat,
        "form": form,
        "crits": criteria(rubric, form, halves),
        "total": sum(halves.values()) * 50,
        "given": len(halves),
        "open": len(rubric.scored) - len(halves),
        "sheet": sheet,
        "scored": bool(mine),
        "handed": mine[-1] if mine else None,
        "kept": kept_marks(rubric, sheet),
        **_again(project, seat, mine),
        "sample_first": owed(project.round, person),
        "running": project.state == ProjectState.UNDER_REVIEW,
        "progress": progress(own, project.pk),
        "recuse": move_url(project, "recuse"),
        "concern": move_url(project, "report_concern"),
        "tick": form[TICK] if form.is_bound and form.errors else None,
        "trouble": trouble,
        "key": new_key(),
        "marks": first_marks(form.initial, [ask for ask in form.asks if ask.name != TICK]),
        **more,
    }
    return render(request, "grants/desk/scoring.html", context, status=trouble.status if trouble else 200)
