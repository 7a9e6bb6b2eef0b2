"""业务意见: departments are asked about projects, and answer on a page that shows the application."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from grants.applications.models import Project
from grants.applications.queries import budget_lines
from grants.desk.forms.asks import AskForm
from grants.desk.forms.opinions import ANSWER, opinion_asks
from grants.desk.queries.records import find, visible
from grants.desk.tables.text import application_parts, budget_table
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete
from grants.desk.views.looking import looked_at
from grants.desk.views.paging import paged
from grants.kernel.given import day, whole
from grants.people.models import Organisation
from grants.people.queries import holds
from grants.programmes.models import Round
from grants.reviews.enums import Shown
from grants.reviews.opinions.commands import ask_opinion, give_opinion
from grants.reviews.opinions.models import OpinionRequest
from grants.reviews.opinions.queries import ANSWERABLE, ASKABLE, asked_of, by_project, departments, departments_of
from grants.reviews.opinions.queries import visible_to as opinions_visible_to
from grants.reviews.sight import sees
from workflow.lifecycle import Role
from workflow.ports import domain
from workflow.refusals import Refusal

READERS = (Role.PROGRAMME_OFFICER, Role.BUSINESS_LEAD, Role.LEADERSHIP, Role.AUDITOR)


@dataclass(frozen=True)
class Asked:
    """What became of asking about one project."""

    project: Project
    reasons: list[Refusal]


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def round_opinions(request: HttpRequest, pk: int) -> HttpResponse:
    """Every project of the round that departments may be asked about, with what they said; on POST those ticked."""
    round_ = find("round", pk, request.user)
    if round_ is None or not round_.configuration_id or not holds(request.user, *READERS):
        raise Http404
    may = holds(request.user, Role.PROGRAMME_OFFICER)
    data = request.POST if may and request.method == "POST" else None
    places = list(departments())
    form = AskForm(opinion_asks(places), record=None, actor=request.user, data=data)
    results, trouble = _together(request, round_, form) if data is not None else ([], None)
    known = _said_of(round_)
    found = visible("project", request.user).filter(round=round_.pk).filter(pk__in=[*known, *_open(request, round_)])
    part = paged(request, found.defer("form").order_by("number"))
    context = {
        "round": round_,
        "form": form,
        "trouble": trouble,
        "results": results,
        "failed": sum(bool(one.reasons) for one in results),
        "rows": [(one, known.get(one.pk, []), one.state in ASKABLE) for one in part["page"]],
        "picked": set(request.POST.getlist("project")),
        "may": may and bool(places),
        "nowhere": may and not places,
        **part,
    }
    return render(request, "grants/desk/opinions/round.html", context, status=trouble.status if trouble else 200)


def _said_of(round_: Round) -> dict[int, list[OpinionRequest]]:
    return by_project(round_.pk)


def _open(request: HttpRequest, round_: Round) -> list[int]:
    """The projects about which a department may be asked now."""
    found = visible("project", request.user).filter(round=round_.pk, state__in=ASKABLE)
    return list(found.order_by().values_list("pk", flat=True))


def _together(request: HttpRequest, round_: Round, form: AskForm) -> tuple[list[Asked], Trouble | None]:
    """The department is asked about each that is ticked; each stands or falls by itself."""
    ticked = [int(one) for one in request.POST.getlist("project") if one.isdecimal()]
    if not form.is_valid():
        return [], incomplete()
    given = form.given()
    place = get_object_or_404(Organisation, pk=whole(given, "department") or 0)
    projects = visible("project", request.user).filter(round=round_.pk, pk__in=ticked).order_by("number")
    results = [_one(one, place, given, request.user) for one in projects]
    if not results:
        message = gettext("先勾选要征求意见的项目，再按按钮。")
        return [], Trouble(422, gettext("还没有勾选项目"), [Refusal("nothing", message)])
    if all(one.reasons for one in results):
        reasons = {one.code: one for row in results for one in row.reasons}
        return results, at_fields(Trouble(422, gettext("还不能办理"), list(reasons.values())), form)
    return results, None


def _one(project: Project, place: Organisation, given: Mapping[str, Any], actor: Any) -> Asked:
    words = str(given.get("question") or "")
    _made, trouble = attempt(lambda: ask_opinion(project, place, day(given, "until"), words, actor=actor))
    return Asked(project, trouble.reasons if trouble else [])


@require_safe
@looked_at
def opinions(request: HttpRequest) -> HttpResponse:
    """What one's department was asked, and what it said."""
    if not holds(request.user, Role.DEPARTMENT_OFFICER):
        raise Http404
    return render(request, "grants/desk/opinions/own.html", paged(request, asked_of(request.user)))


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def opinion(request: HttpRequest, pk: int) -> HttpResponse:
    """The application without what is about persons, and the department's opinion of it: to give, or as given."""
    found = get_object_or_404(opinions_visible_to(request.user), pk=pk)
    project = found.project
    mine = found.department_id in departments_of(request.user)
    if not mine and not sees(Shown.DEPARTMENT, project, domain().roles(request.user, project)):
        raise Http404
    data = request.POST if request.method == "POST" else None
    form, trouble = AskForm(ANSWER, record=None, actor=request.user, data=data), None
    if data is not None:
        trouble = _answered(request, found, form)
        if trouble is None:
            return redirect(reverse("opinion", args=[pk]) + "#said")
    lines = budget_lines(project)
    context = {
        "asked": found,
        "project": project,
        "mine": mine,
        "open": mine and found.said is None and project.state in ANSWERABLE,
        "form": form,
        "trouble": trouble,
        "parts": application_parts(project, request.user, closed=True),
        "budget": budget_table(project, lines, request.user) if lines else None,
        "total_fen": sum(line.amount_fen for line in lines),
    }
    return render(request, "grants/desk/opinions/one.html", context, status=trouble.status if trouble else 200)


def _answered(request: HttpRequest, found: OpinionRequest, form: AskForm) -> Trouble | None:
    if not form.is_valid():
        return incomplete()
    given = form.given()
    _made, trouble = attempt(lambda: give_opinion(found, given["stance"], given["text"], actor=request.user))
    return at_fields(trouble, form) if trouble else None
