"""Scores on paper: printed with a code, signed, brought back, compared with what was entered by somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from grants.desk.forms.asks import AskForm
from grants.desk.queries.records import find
from grants.desk.queries.reviewing import round_reviewed
from grants.desk.tables.signing import sheets_of
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete
from grants.desk.views.looking import looked_at
from grants.desk.views.uploads import received
from grants.kernel.scoring import format_points
from grants.people.queries import holds
from grants.programmes.models import Round
from grants.programmes.queries import rules_of
from grants.reviews.models import Score
from grants.reviews.queries import OVERSEERS
from grants.reviews.signing.commands import bring_signed, check_signed, take_back_signed
from grants.reviews.signing.models import SignedSheet
from grants.reviews.signing.queries import CHECKERS, Signing, Stand, paperwork, signing_of
from grants.reviews.signing.reading import read_pages
from storage.slots import SlotSpec
from workflow.lifecycle import Role
from workflow.refusals import Refusal
from workflow.rules import Ask

FILE = "file"


def _mine(request: HttpRequest, pk: int) -> tuple[Round, Signing]:
    round_ = round_reviewed(request.user, pk) if holds(request.user, Role.REVIEWER) else None
    if round_ is None:
        raise Http404
    return round_, signing_of(round_, request.user)


@require_safe
@looked_at
def signed_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The reviewer's scores of the round on paper: marks, comments, the code, room for the signature."""
    round_, found = _mine(request, pk)
    if not found.scores:
        raise Http404
    link = request.build_absolute_uri(reverse("signed_scores", args=[pk]))
    sheets = sheets_of(found.scores, rules_of(round_).rubric.scored, pk, found.digest, link)
    context = {"round": round_, "found": found, "sheets": sheets}
    return render(request, "grants/desk/signed_print.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def signed_scores(request: HttpRequest, pk: int) -> HttpResponse:
    """How to sign, what has come back, and what differs; on POST the scan or photo is handed in."""
    round_, found = _mine(request, pk)
    spec = SlotSpec(FILE, gettext("签字评分表"), takes=("photo", "pdf"))
    trouble = None
    if request.method == "POST":
        words, trouble = (
            _taken_back(request, found) if request.POST.get("do") == "back" else _brought(request, round_, spec)
        )
        if trouble is None:
            messages.success(request, words)
            return redirect("signed_scores", pk)
    context = {"round": round_, "found": found, "spec": spec, "trouble": trouble, "gaps": _gaps(found, round_)}
    context["typed"] = request.POST if trouble else {}
    return render(request, "grants/desk/signed_scores.html", context, status=trouble.status if trouble else 200)


def _brought(request: HttpRequest, round_: Round, spec: SlotSpec) -> tuple[str, Trouble | None]:
    """The paper is read and kept; what to say then, or why not."""
    documents, problems = received(request, [FILE], {FILE: spec})
    if FILE not in documents:
        why = problems.get(FILE) or gettext("请先选签好字的评分表。")
        return "", Trouble(422, gettext("还不能办理"), [Refusal("file", why, at=FILE)])
    document = documents[FILE]
    pages = read_pages(document)
    sheet, trouble = attempt(lambda: bring_signed(round_, document, actor=request.user, pages=pages))
    if sheet is None:
        return "", trouble
    if sheet.recognised:
        return gettext("收到了，每一页都认出是您的评分表；工作人员核对的结果写在这一页。"), None
    return gettext("收到了，会有工作人员核对；核对的结果写在这一页。"), None


def _taken_back(request: HttpRequest, found: Signing) -> tuple[str, Trouble | None]:
    sheet, reason = found.sheet, request.POST.get("reason", "")
    if sheet is None:
        return "", Trouble(422, gettext("还不能办理"), [Refusal("gone", gettext("现在没有交来的签字评分表。"))])
    _done, trouble = attempt(lambda: take_back_signed(sheet, reason, actor=request.user))
    return gettext("已撤回，可以重新交一份。"), trouble


@dataclass(frozen=True)
class Gap:
    """One criterion of one project that stands otherwise on the paper."""

    score: Score
    label: str
    entered: str
    paper: str


def _gaps(found: Signing, round_: Round) -> list[Gap]:
    check = getattr(found.sheet, "check_made", None)
    return _told(found, check.differs if check and found.stand == Stand.DIFFERS else {}, round_)


def _told(found: Signing, differs: Any, round_: Round) -> list[Gap]:
    labels = {one.code: one.label for one in rules_of(round_).rubric.scored}
    return [
        Gap(score, labels[code], format_points(score.halves.get(code, 0)), format_points(mark))
        for score in found.scores
        for code, mark in differs.get(str(score.pk), {}).items()
    ]


def _overseen(request: HttpRequest, pk: int) -> Round:
    """The round, for whoever runs its review and has no seat in it: who has one is blind to the others."""
    round_ = find("round", pk, request.user)
    if not isinstance(round_, Round) or not round_.configuration_id or not holds(request.user, *OVERSEERS):
        raise Http404
    if round_reviewed(request.user, pk) is not None:
        raise Http404
    return round_


@require_safe
@looked_at
def round_signed(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody who has handed in scores in the round, and how far their paper has come."""
    round_ = _overseen(request, pk)
    found = paperwork(round_)
    context = {
        "round": round_,
        "record": round_,
        "rows": found,
        "done": sum(one.stand == Stand.AGREES for one in found),
        "waiting": sum(one.stand == Stand.WAITING for one in found),
        "may": holds(request.user, *CHECKERS),
    }
    return render(request, "grants/desk/round_signed.html", context)


CHECK = (
    Ask("code", _("纸上的核对码"), required=False, help=_("印在纸的下边，八位。看不清就留空。")),
    Ask("signed", _("纸上有本人签字"), "yes", required=False),
    Ask("note", _("说明"), "longtext", required=False, help=_("没有签字、核对码不对或者分数不一致的，必须写。")),
)


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def signed_check(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper beside what was entered: marks that are others are typed, looked at, then kept."""
    sheet = (
        SignedSheet.objects.select_related("round__configuration", "reviewer", "paper__document").filter(pk=pk).first()
    )
    round_ = find("round", sheet.round_id, request.user) if sheet else None
    if sheet is None or round_ is None or not holds(request.user, *OVERSEERS):
        raise Http404
    found = signing_of(sheet.round, sheet.reviewer)
    current = found.sheet is not None and found.sheet.pk == sheet.pk and found.stand != Stand.OUTDATED
    check = getattr(sheet, "check_made", None)
    may = current and check is None and holds(request.user, *CHECKERS) and sheet.reviewer_id != request.user.pk
    if request.method == "POST" and not may:
        raise Http404
    data = request.POST if request.method == "POST" else None
    rest = CHECK[1:] if sheet.recognised else CHECK
    form = AskForm((*_asks(found), *rest), record=sheet.round, actor=request.user, data=data, initial=_entered(found))
    context: dict[str, Any] = {
        "round": round_,
        "record": round_,
        "sheet": sheet,
        "found": found,
        "form": form,
        "may": may,
        "check": check,
        "current": current,
        "gaps": _told(found, check.differs, sheet.round) if check else [],
    }
    if data is not None and (answer := _compared(request, sheet, found, form, context)) is not None:
        return answer
    trouble = context.get("trouble")
    context["papers"] = (
        [(one, [form[name] for name in _names(one, sheet.round)]) for one in found.scores] if may else []
    )
    context["rest"] = [form[ask.name] for ask in rest]
    return render(request, "grants/desk/signed_check.html", context, status=trouble.status if trouble else 200)


def _compared(
    request: HttpRequest, sheet: SignedSheet, found: Signing, form: AskForm, context: dict[str, Any]
) -> HttpResponse | None:
    """What differs is shown first; the second press keeps the comparison."""
    if not form.is_valid():
        context["trouble"] = at_fields(incomplete(), form)
        return None
    given = form.given()
    paper = {
        score.pk: {
            one.code: given[f"s{score.pk}-{one.code}"]
            for one in rules_of(sheet.round).rubric.scored
            if isinstance(given.get(f"s{score.pk}-{one.code}"), int)
        }
        for score in found.scores
    }
    if request.POST.get("do") != "keep":
        differs = {
            str(score.pk): {code: mark for code, mark in paper[score.pk].items() if score.halves.get(code) != mark}
            for score in found.scores
        }
        context |= {"looked": True, "gaps": _told(found, differs, sheet.round)}
        return None
    words: dict[str, Any] = {name: given.get(name) or "" for name in ("code", "note")}
    made, trouble = attempt(
        lambda: check_signed(sheet, actor=request.user, paper=paper, signed=bool(given.get("signed")), **words)
    )
    if made is None:
        context["trouble"] = at_fields(trouble or incomplete(), form)
        return None
    said = gettext("核对一致，已登记。") if made.agrees else gettext("已登记不一致，专家会看到要改哪里。")
    messages.success(request, said)
    return redirect("round_signed", sheet.round_id)


def _names(score: Score, round_: Round) -> list[str]:
    return [f"s{score.pk}-{one.code}" for one in rules_of(round_).rubric.scored]


def _asks(found: Signing) -> tuple[Ask, ...]:
    """One field for each mark on the paper."""
    return tuple(
        Ask(f"s{score.pk}-{one.code}", one.label, "half", required=False)
        for score in found.scores
        for one in rules_of(score.assignment.project.round).rubric.scored
    )


def _entered(found: Signing) -> dict[str, Any]:
    return {f"s{score.pk}-{code}": mark for score in found.scores for code, mark in score.halves.items()}
