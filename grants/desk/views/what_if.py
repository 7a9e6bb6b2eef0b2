"""What if: other money, another number, floors for cities and fields; saved for a meeting, deciding nothing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, override
from django.views.decorators.http import require_http_methods, require_safe

from grants.awards.commands import save_decision_paper
from grants.awards.models import DecisionPaper
from grants.desk.forms.what_if import WhatIfForm
from grants.desk.queries.board import places
from grants.desk.queries.records import find
from grants.desk.queries.results import Results, may_see_results, results
from grants.desk.queries.what_if import Wishes, paper_text, papers_of, worked_out
from grants.desk.tables.results import finding
from grants.desk.tables.what_if import cities_of, floors_of_their_own, paper_facts, said
from grants.desk.views.attempts import attempt
from grants.desk.views.looking import looked_at
from grants.programmes.models import Round
from workflow.lifecycle import Role
from workflow.ports import domain


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def what_if(request: HttpRequest, pk: int) -> HttpResponse:
    """Try limits from the address; on POST save what they give as a paper for a meeting."""
    round_ = _round(request, pk)
    found = results(round_)
    usual = {"budget": round_.envelope_fen, "most": found.places, "city": 0, "field": 0}
    own = floors_of_their_own(found, places())
    form = WhatIfForm(request.POST if request.method == "POST" else request.GET, usual, own)
    writes = Role.PROGRAMME_OFFICER in domain().roles(request.user, round_)
    if request.method == "POST" and not writes:
        raise Http404
    text = text_of(found, form.wishes()) if form.is_valid() and found.lines else ""
    context: dict[str, Any] = {"round": round_, "form": form, "writes": writes, "trouble": None}
    if request.method == "POST" and text:
        paper, trouble = attempt(lambda: save_decision_paper(round_, text, actor=request.user))
        if paper:
            messages.success(request, gettext("已存为第%(n)s份审定参考。") % {"n": paper.number})
            return redirect("decision_paper", round_.pk, paper.number)
        context["trouble"] = trouble
    told = {"finding": finding(found), "said": said(text) if text else [], "papers": papers_of(round_)}
    status = context["trouble"].status if context["trouble"] else 200 if form.is_valid() else 422
    return render(request, "grants/desk/what_if.html", context | told, status=status)


def _round(request: HttpRequest, pk: int) -> Round:
    """The round, for those who may see its results."""
    round_: Round | None = find("round", pk, request.user)
    if round_ is None or round_.configuration is None or not may_see_results(request.user, round_):
        raise Http404
    return round_


def text_of(found: Results, wishes: Wishes) -> str:
    """The outcome as it is kept: in Chinese, whoever looks at it."""
    with override("zh-hans"):
        cities = cities_of(found, places())
        return paper_text(found, worked_out(found, cities, wishes), cities)


@require_safe
@looked_at
def decision_paper(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A saved paper on one A4 in large type, with the way back to the details."""
    round_ = _round(request, pk)
    paper = DecisionPaper.objects.filter(round=round_.pk, number=number).select_related("made_by").first()
    if paper is None:
        raise Http404
    detail = request.build_absolute_uri(reverse("round_results", args=[round_.pk]))
    context = {"round": round_, "paper": paper, "detail": detail, **paper_facts(paper.text)}
    return render(request, "grants/desk/decision_paper.html", context)
