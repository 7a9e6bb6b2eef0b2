"""Who reviews what in a round: solved, looked at, changed by hand with a reason, applied in one press."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from grants.desk.forms.asks import AskForm
from grants.desk.queries.assigning import READERS, open_seats, runs_of, waivers_of
from grants.desk.queries.records import find
from grants.desk.tables.assigning import Shown, comparison_words, shown
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete
from grants.desk.views.looking import looked_at
from grants.desk.views.paging import paged
from grants.people.models import Organisation
from grants.people.queries import holds
from grants.programmes.models import Round
from grants.programmes.queries import rules_of
from grants.reviews.assigning.building import Asked, target_seats
from grants.reviews.assigning.commands import APPLY_AT_ONCE, ask_for_run, change_run, order_run
from grants.reviews.assigning.models import AssignmentRun
from grants.reviews.assigning.preview import new_seats
from grants.reviews.assigning.running import carry_out, small, solve_now
from grants.reviews.assigning.solver import available
from grants.reviews.assigning.waiving import agree_to_waiver, ask_for_waiver, waivable
from workflow.command import new_key
from workflow.lifecycle import Role
from workflow.rules import Ask

NAMES = {
    "builtin": _("总分最高（内置算法）"),
    "flow": _("总分最高（大轮次用，结果同样最优）"),
    "exact-fair": _("先照顾最差的项目（较慢）"),
}
ASKS = (
    Ask("seats", _("每个项目几位专家"), "number", help=_("包括已经在席位上的。")),
    Ask("least", _("每位专家最少评几个"), "number", required=False, help=_("不限就留空。")),
    Ask("most", _("每位专家最多评几个"), "number", required=False, help=_("留空就按各人在专家库里和答复里说的数。")),
    Ask("solver", _("算法"), "choice", choices=lambda _record, _actor: [(one, str(NAMES[one])) for one in available()]),
)
CHANGE = (
    Ask("leaving", _("换下谁"), "choice", required=False),
    Ask("coming", _("换上谁"), "choice", required=False),
    Ask("reason", _("调整的理由"), "text"),
)


def round_for(request: HttpRequest, pk: int) -> Round:
    """The round, for whoever may see how it was assigned."""
    found = find("round", pk, request.user)
    if found is None or not found.configuration_id or not holds(request.user, *READERS):
        raise Http404
    return found  # type: ignore[no-any-return]


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def round_assigning(request: HttpRequest, pk: int) -> HttpResponse:
    """The newest run of the round or an earlier one; on POST solve anew, apply, or agree to a waiver."""
    round_ = round_for(request, pk)
    if request.method == "POST":
        return _posted(request, round_)
    return _shown(request, round_, _form(request, round_), None)


def _form(request: HttpRequest, round_: Round, *, sent: bool = False) -> AskForm:
    data = request.POST if sent else None
    initial = {"seats": target_seats(round_), "solver": available()[0]}
    return AskForm(ASKS, record=round_, actor=request.user, data=data, initial=initial)


def _posted(request: HttpRequest, round_: Round) -> HttpResponse:
    doing = {"solve": _solve, "order": _order, "agree": _agree}.get(request.POST.get("do", ""))
    if doing is None:
        raise Http404
    return doing(request, round_)


def _solve(request: HttpRequest, round_: Round) -> HttpResponse:
    form = _form(request, round_, sent=True)
    if not form.is_valid():
        return _shown(request, round_, form, incomplete())
    given = form.given()
    asked = Asked(given["seats"], given.get("least") or 0, given.get("most") or 0)
    key = request.POST.get("key") or new_key()
    run, trouble = attempt(lambda: ask_for_run(round_, given["solver"], asked, actor=request.user, key=key))
    if run is None:
        return _shown(request, round_, form, at_fields(trouble, form) if trouble else None)
    if small(run):
        solve_now(run)
    return redirect("round_assigning", round_.pk)


def _order(request: HttpRequest, round_: Round) -> HttpResponse:
    run = get_object_or_404(AssignmentRun, round=round_.pk, pk=_number(request.POST.get("run")))
    order, trouble = attempt(lambda: order_run(run, actor=request.user))
    if order is None:
        return _shown(request, round_, _form(request, round_), trouble)
    if order.finished_at is None and sum(bool(people) for people in new_seats(run).values()) <= APPLY_AT_ONCE:
        carry_out(order)
    elif order.finished_at is None:
        messages.success(request, gettext("已交给后台办理，这一页会自己更新，您也可以先去做别的。"))
    return redirect("round_assigning", round_.pk)


def _agree(request: HttpRequest, round_: Round) -> HttpResponse:
    pk = _number(request.POST.get("waiver"))
    made, trouble = attempt(lambda: agree_to_waiver(round_, pk, actor=request.user))
    if made is None:
        return _shown(request, round_, _form(request, round_), trouble)
    messages.success(request, gettext("已同意，重新计算时这位专家就可以分配。"))
    return redirect("round_assigning", round_.pk)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0


def _shown(request: HttpRequest, round_: Round, form: AskForm, trouble: Trouble | None) -> HttpResponse:
    runs = list(runs_of(round_)[:10])
    wanted = _number(request.GET.get("run"))
    newest = next((one for one in runs if one.rescoring_id is None), runs[0] if runs else None)
    run = next((one for one in runs if one.pk == wanted), newest)
    may = holds(request.user, Role.PROGRAMME_OFFICER)
    told = shown(run) if run and run.answer else None
    context = {
        "round": round_,
        "record": round_,
        "form": form,
        "trouble": trouble,
        "run": run,
        "runs": runs,
        "newest": run is not None and run is newest and run.rescoring_id is None,
        "may": may,
        "open": open_seats(round_, told.asked.seats if told else target_seats(round_)),
        "waivers": waivers_of(round_),
        "agrees": holds(request.user, Role.BUSINESS_LEAD),
        "key": new_key(),
        **(_told(request, round_, told) if told else {}),
    }
    return render(request, "grants/desk/assigning/round.html", context, status=trouble.status if trouble else 200)


def _told(request: HttpRequest, round_: Round, told: Shown) -> dict[str, Any]:
    """What the run came to, one page of projects at a time."""
    part: dict[str, Any] = paged(request, list(told.projects))
    rows = told.rows(part["page"].object_list)
    labels = fields_of(round_)
    gains = told.gains()
    cities = Organisation.objects.in_bulk({one.city for one in gains if one.city})
    return {
        **part,
        "told": told,
        "solver_name": NAMES.get(told.run.solver, told.run.solver),
        "rows": rows,
        "gains": [(labels.get(one.field, one.field), cities.get(one.city), one.points, one.seats) for one in gains],
        "checks": comparison_words(told.comparable),
        "settled": len(told.outcomes),
        "to_settle": sum(bool(people) for people in told.seats.values()),
        "refused": sum(one.outcome == "refused" for one in told.outcomes.values()),
        "fields": labels,
    }


def fields_of(round_: Round) -> dict[str, str]:
    """The fields of service of the round, in words."""
    return {one.code: one.label for one in rules_of(round_).fields_of_service}


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def assigning_project(request: HttpRequest, pk: int, run: int, project: int) -> HttpResponse:
    """Why these reviewers and nobody else on one project; on POST change it by hand, or ask to waive a soft reason."""
    round_ = round_for(request, pk)
    found = get_object_or_404(runs_of(round_), pk=run)
    told = shown(found) if found.answer else None
    if told is None or project not in told.projects:
        raise Http404
    record = told.projects[project]
    row = told.rows([project])[0]
    others = told.changes.others(project) if told.changes else []
    away = {seat.person.pk for seat in row.seats}
    near = [
        (told.people[one.reviewer], told.parts(project, one.reviewer), one)
        for one in others
        if one.reviewer not in away and one.reviewer in told.people
    ]
    could = waivable(record, [person for person, _words in told.left_out(project)])
    forms = _change_form(request, told, row, near), _waiver_form(request, could)
    trouble = None
    if request.method == "POST":
        answer, trouble = _changed(request, round_, told, record, forms)
        if answer is not None:
            return answer
    context = {
        "round": round_,
        "record": round_,
        "run": found,
        "told": told,
        "row": row,
        "near": near,
        "left_out": told.left_out(project),
        "form": forms[0],
        "waiver": forms[1],
        "could": could,
        "may": holds(request.user, Role.PROGRAMME_OFFICER),
        "open": not hasattr(found, "order") and found.rescoring_id is None,
        "trouble": trouble,
        "field": fields_of(round_).get(record.field, record.field),
    }
    return render(request, "grants/desk/assigning/project.html", context, status=trouble.status if trouble else 200)


def _change_form(request: HttpRequest, told: Shown, row: Any, near: list[Any]) -> AskForm:
    new = [(str(seat.person.pk), seat.person.name) for seat in row.seats if not seat.kept]
    free = [(str(person.pk), f"{person.name} · {parts.total}") for person, parts, _one in near]
    asks = (
        Ask("leaving", CHANGE[0].label, "choice", required=False, choices=lambda _record, _actor: new),
        Ask("coming", CHANGE[1].label, "choice", required=False, choices=lambda _record, _actor: free),
        CHANGE[2],
    )
    data = request.POST if request.POST.get("do") == "change" else None
    return AskForm(asks, record=None, actor=request.user, data=data)


def _waiver_form(request: HttpRequest, could: list[Any]) -> AskForm:
    choices = [(str(person.pk), f"{person.name}：{words}") for person, words in could]
    asks = (
        Ask("reviewer", _("哪位专家"), "choice", choices=lambda _record, _actor: choices),
        Ask("waiver_reason", _("为什么可以免于回避"), "text", help=_("须由另一位（省级职能处室负责人）同意后才算数。")),
    )
    data = request.POST if request.POST.get("do") == "waive" else None
    return AskForm(asks, record=None, actor=request.user, data=data)


def _changed(
    request: HttpRequest, round_: Round, told: Shown, record: Any, forms: tuple[AskForm, AskForm]
) -> tuple[HttpResponse | None, Trouble | None]:
    form = forms[1] if request.POST.get("do") == "waive" else forms[0]
    if not form.is_valid():
        return None, incomplete()
    given = form.given()
    if form is forms[1]:
        who, why = int(given["reviewer"]), given["waiver_reason"]
        made, trouble = attempt(lambda: ask_for_waiver(record, who, why, actor=request.user) is not None)
    else:
        pair = _number(given.get("leaving")) or None, _number(given.get("coming")) or None
        made, trouble = attempt(
            lambda: change_run(told.run, record.pk, *pair, given["reason"], actor=request.user) is not None
        )
    if made is None:
        return None, at_fields(trouble, form) if trouble else None
    messages.success(request, gettext("已保存。"))
    return redirect("assigning_project", round_.pk, told.run.pk, record.pk), None
