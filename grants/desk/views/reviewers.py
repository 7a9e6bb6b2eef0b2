"""The record of reviewers over the rounds, for those who run reviews; whether scores foretold what came of projects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from grants.desk.forms.asks import AskForm
from grants.desk.queries.foretelling import foreseen
from grants.desk.queries.reviewers import everybody, may_read_records, records, rounds_of
from grants.desk.tables.reviewers import arranged, chips, chosen, criteria, round_lines, told
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete
from grants.desk.views.looking import looked_at
from grants.desk.views.paging import paged
from grants.kernel.given import whole
from grants.people.models import User
from grants.people.queries import holds
from grants.programmes.models import Round
from grants.reviews.assigning.enums import Rated
from grants.reviews.assigning.rating import RATED_IN, rate_reviewer
from workflow.lifecycle import Role
from workflow.rules import Ask


@require_safe
@looked_at
def reviewers(request: HttpRequest) -> HttpResponse:
    """Everybody who reviews or has reviewed, with their record; sorted and narrowed by the address."""
    if not may_read_records(request.user):
        raise Http404
    sort, only = chosen(request.GET.dict())
    rows = arranged(records(everybody()), sort, only)
    part = paged(request, rows)
    context = {"rows": [told(row) for row in part["page"]], "count": len(rows), **chips(sort, only), **part}
    return render(request, "grants/desk/reviewers/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def reviewer(request: HttpRequest, pk: int) -> HttpResponse:
    """One reviewer, round by round; on POST the officer rates their work in a round that is over."""
    if not may_read_records(request.user):
        raise Http404
    person = get_object_or_404(User.objects.filter(pk__in=[one.pk for one in everybody()]), pk=pk)
    (row,) = records([person])
    rounds = rounds_of([row])
    over = [rounds[one.round] for one in row.rounds if one.seats + one.left and rounds[one.round].state in RATED_IN]
    may = holds(request.user, Role.PROGRAMME_OFFICER) and person.pk != request.user.pk and bool(over)
    data = request.POST if may and request.method == "POST" else None
    form = AskForm(_asks(over), record=None, actor=request.user, data=data, initial={"round": _first(over)})
    trouble = _rated(request, person, form, {one.pk: one for one in over}) if data is not None else None
    if data is not None and trouble is None:
        messages.success(request, gettext("已记下评价。"))
        return redirect("reviewer", pk)
    context = {
        "person": person,
        "told": told(row),
        "lines": round_lines(row, rounds),
        "form": form if may else None,
        "trouble": trouble,
    }
    return render(request, "grants/desk/reviewers/one.html", context, status=trouble.status if trouble else 200)


def _first(rounds: list[Round]) -> str:
    return str(rounds[0].pk) if rounds else ""


def _asks(rounds: list[Round]) -> tuple[Ask, ...]:
    named = [(str(one.pk), str(one)) for one in rounds]
    points = [(str(value), f"{value} {label}") for value, label in Rated.choices]
    return (
        Ask("round", _("哪一轮"), "choice", choices=lambda _record, _actor: named),
        Ask("points", _("评价"), "choice", choices=lambda _record, _actor: points),
        Ask(
            "words", _("说明"), "text", help=_("例如：评语具体、按时；或者拖期、评语空泛。写下就不能删，可以再评一次。")
        ),
    )


def _rated(request: HttpRequest, person: User, form: AskForm, rounds: Mapping[int, Round]) -> Trouble | None:
    if not form.is_valid():
        return incomplete()
    given: Mapping[str, Any] = form.given()
    of = rounds[whole(given, "round") or 0]
    points = whole(given, "points")
    _made, trouble = attempt(lambda: rate_reviewer(of, person, points, given["words"], actor=request.user))
    return at_fields(trouble, form) if trouble else None


@require_safe
@looked_at
def foretelling(request: HttpRequest) -> HttpResponse:
    """Whether scores foretold what came of projects, criterion by criterion, and how sure that is."""
    if not may_read_records(request.user):
        raise Http404
    found = foreseen()
    rows = criteria(found)
    context = {"found": found, "rows": rows if any(one.drawn for row in rows for one in row.cells) else []}
    return render(request, "grants/desk/reviewers/foretelling.html", context)
