"""Scores to and from Excel or Word: taken away, handed over, looked at cell by cell, then kept or handed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from grants.desk.commands import act
from grants.desk.forms.asks import AskForm
from grants.desk.queries.reviewing import Seated, round_reviewed, seats_of
from grants.desk.tables.reviewing import given_of, rows
from grants.desk.tables.score_changes import RowChanged, held_of, row_changes
from grants.desk.tables.score_file import score_book
from grants.desk.tables.score_word import score_word
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete
from grants.desk.views.exports import KINDS
from grants.desk.views.looking import looked_at
from grants.desk.views.reviews import Result
from grants.desk.views.sheets import at_cells, forms_open, laid_open
from grants.kernel.cells import pasted
from grants.people.queries import holds
from grants.programmes.models import Round
from grants.programmes.profile.scoring import Rubric
from grants.programmes.queries import calendar, rules_of
from grants.reviews.commands import save_sheet
from grants.reviews.score_sheet import MOST_ROWS, ScoreTable, columns_of, from_forms, read_scores
from storage.kinds import DOCX
from workflow import chain
from workflow.lifecycle import Role
from workflow.rules import Ask

ASKS = (
    Ask(
        "table",
        _("评分表"),
        "longtext",
        help=_("在 Excel 或 WPS 里选中几行（连同标题行）复制，粘贴到这里；也可以在上面选文件，内容会放到这里。"),
    ),
)


def _seated(request: HttpRequest, pk: int) -> tuple[Round, list[Seated]]:
    round_ = round_reviewed(request.user, pk) if holds(request.user, Role.REVIEWER) else None
    if round_ is None:
        raise Http404
    return round_, seats_of(request.user, round_.pk)


@require_safe
@looked_at
def score_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The reviewer's projects of a round with what is saved of each, as a workbook to fill in."""
    round_, seated = _seated(request, pk)
    content = score_book(rows(seated, calendar(), "number"), {one.seat.project.number: held_of(one) for one in seated})
    answer = HttpResponse(content, content_type=KINDS["xlsx"])
    name = f"{gettext('评分表')}-{round_.code}.xlsx"
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return answer


@require_safe
@looked_at
def score_word_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as a Word file with fields to fill in."""
    round_, seated = _seated(request, pk)
    content = score_word(rows(seated, calendar(), "number"), {one.seat.project.number: held_of(one) for one in seated})
    answer = HttpResponse(content, content_type=DOCX)
    name = f"{gettext('评分表')}-{round_.code}.docx"
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return answer


@dataclass
class Handed:
    """A table that was handed over, beside what stands: read, and kept as it was looked at."""

    request: HttpRequest
    data: Any
    round_: Round
    seated: list[Seated]
    table: ScoreTable

    @property
    def seen(self) -> str:
        """What tells these cells, and what stood beside them, from any others."""
        stand = [
            [one.seat.pk, one.sheet.version if one.sheet else 0, len(one.scores)]
            for one in self.seated
            if self.table.changes.get(one.seat.project.number)
        ]
        return chain.digest(chain.canonical([pasted(self.data.get("table", "")), stand]))

    @property
    def rows(self) -> list[RowChanged]:
        """The projects that would change, each cell old and new."""
        return row_changes(self.table, self.seated, rules_of(self.round_).rubric)

    def kept(self) -> list[Result]:
        """Every project's draft holds what the table says; if so chosen it is handed in, each by itself."""
        changed = [one for one in self.seated if self.table.changes.get(one.seat.project.number)]
        return [self._one(one) for one in changed]

    def _one(self, one: Seated) -> Result:
        project, now = one.seat.project, held_of(one)
        new = {change.name: change.new for change in self.table.changes[project.number]}
        comment, reason = new.pop("comment", now.comment), new.pop("change_reason", now.reason)
        marks = {**now.halves, **new}
        version, actor = one.sheet.version if one.sheet else 0, self.request.user
        sheet, trouble = attempt(
            lambda: save_sheet(project, marks, comment, actor=actor, reason=reason, version=version)
        )
        if sheet and self.data.get("do") == "hand_in":
            one = Seated(one.seat, sheet, one.scores, one.due, one.rescoring)
            _step, trouble = attempt(lambda: act(project, "score", actor=actor, given=given_of(one)))
        return Result(project, trouble.reasons if trouble else [])


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def score_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """A sheet is handed over and read; whoever has looked at what changes keeps it as drafts or hands it in."""
    round_, seated = _seated(request, pk)
    data = request.POST.copy() if request.method == "POST" else None
    form = AskForm(ASKS, record=round_, actor=request.user, data=data)
    context: dict[str, Any] = {"round": round_, "taken": {"accept": ".xlsx,.docx,.csv"}, "most": MOST_ROWS}
    trouble = _read(request, data, form, (round_, seated), context) if data is not None else None
    return render(
        request,
        "grants/desk/score_sheet.html",
        context | {"form": form, "trouble": trouble},
        status=trouble.status if trouble else 200,
    )


def _laid_open(file: Any, data: Any, rubric: Rubric) -> Trouble | None:
    """The cells of the workbook, or the forms of the Word file as one table, stand in the field; or why they cannot."""
    columns = columns_of(rubric)
    if not (file.name or "").lower().endswith(".docx"):
        return laid_open(file, data, rows=MOST_ROWS, columns=len(columns) + 3, typed=True)
    most = MOST_ROWS * len(columns)
    return forms_open(file, data, rows=most, read=lambda found: from_forms(found, rubric))


def _read(request: HttpRequest, data: Any, form: AskForm, of: tuple[Round, list[Seated]], shown: Any) -> Trouble | None:
    """What stands against the table, if anything; otherwise what it would change, or what became of it, is shown."""
    round_, seated = of
    rubric = rules_of(round_).rubric
    if (file := request.FILES.get("file")) and (trouble := _laid_open(file, data, rubric)):
        return trouble
    if not form.is_valid():
        return at_fields(incomplete(), form)
    held = {one.seat.project.number: held_of(one) for one in seated}
    handed = Handed(request, data, round_, seated, read_scores(pasted(data["table"]), rubric, held))
    if handed.table.faults:
        shown["faults"] = handed.table.faults
        return at_cells(handed.table.faults)
    if data.get("do") in {"keep", "hand_in"} and not request.FILES:
        if data.get("seen") == handed.seen:
            shown["results"] = handed.kept()
            shown["failed"] = sum(bool(one.reasons) for one in shown["results"])
            shown["handing_in"] = data["do"] == "hand_in"
            return None
        shown |= {"rows": handed.rows, "seen": handed.seen}
        return Trouble(409, gettext("看过以后又有了变化，请再看一遍，再保存"))
    shown |= {"rows": handed.rows, "seen": handed.seen, "read": True}
    return None
