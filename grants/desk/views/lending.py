"""Lending one's roles during a leave: what was handed over, a new slip, one slip on paper, ending it early."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from grants.desk.forms.asks import AskForm
from grants.desk.forms.lending import lending_asks
from grants.desk.queries.people import hats_of
from grants.desk.queries.work import done_for, work_of
from grants.desk.tables.hats import dressed
from grants.desk.tables.lending import slips
from grants.desk.tables.work import open_rows, step_rows
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete
from grants.desk.views.looking import looked_at
from grants.kernel.given import key_of
from grants.people.commands.lending import lend, take_back
from grants.people.lending import candidates, find_slip, goes_with, lendable, slip_of, slips_of
from grants.people.models import Lending, User
from workflow import clock
from workflow.phrases import listed


@require_safe
@looked_at
def lendings(request: HttpRequest) -> HttpResponse:
    """What the person has lent and was lent: now, soon and before."""
    found = slips(slips_of(request.user))
    context = {
        "given": [one for one in found if one.lending.holder_id == request.user.pk],
        "taken": [one for one in found if one.lending.stand_in_id == request.user.pk],
        "may": bool(lendable(request.user)),
    }
    return render(request, "grants/desk/lendings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def new_lending(request: HttpRequest) -> HttpResponse:
    """One form: which roles, to whom, from when until when, what to know; on POST they are lent."""
    actor: Any = request.user
    mine = lendable(actor)
    if not mine:
        raise Http404
    near = list(candidates(mine, actor))
    worn = hats_of(near)
    able = [one for one in near if any(goes_with(grant.role, worn[one.pk]) for grant in mine)]
    known = [(one, listed(hat.role_label for hat in dressed(worn[one.pk]))) for one in able]
    posted = request.POST if request.method == "POST" else None
    initial = {"grants": [str(one.pk) for one in mine], "first_day": clock.today()}
    form = AskForm(lending_asks(mine, known), record=None, actor=actor, data=posted, initial=initial)
    trouble: Trouble | None = None
    if posted is not None:
        made, trouble = _lent(form, actor) if form.is_valid() else (None, incomplete())
        if made:
            words = {"person": made[0].stand_in}
            messages.success(request, gettext("已交接给%(person)s，系统会通知对方。") % words)
            return redirect("lending_paper", made[0].pk)
        trouble = at_fields(trouble or incomplete(), form)
    context = {"form": form, "trouble": trouble, "alone": not able}
    return render(request, "grants/desk/new_lending.html", context, status=trouble.status if trouble else 200)


def _lent(form: AskForm, actor: Any) -> tuple[list[Lending] | None, Trouble | None]:
    given = form.given()
    wanted = [one for one in lendable(actor) if str(one.pk) in given["grants"]]
    person = User.objects.get(pk=key_of(given["stand_in"]))
    first, last = (dt.date.fromisoformat(given[name]) for name in ("first_day", "last_day"))
    return attempt(lambda: lend(wanted, person, first, last, given["note"], actor=actor))


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def lending(request: HttpRequest, pk: int) -> HttpResponse:
    """One slip as it is printed, with what lies open; on POST either of the two ends it."""
    actor: Any = request.user
    found = find_slip(actor, pk)
    if found is None:
        raise Http404
    trouble: Trouble | None = None
    if request.method == "POST":
        _ended, trouble = attempt(lambda: take_back(found, actor=actor))
        if trouble is None:
            messages.success(request, gettext("交接已结束，事情回到%(person)s手里。") % {"person": found.holder})
            return redirect("lending_paper", pk)
    slip = slips(slip_of(found))[0]
    context = {
        "slip": slip,
        "own": actor.pk == found.holder_id,
        "may_end": slip.open and actor.pk in {found.holder_id, found.stand_in_id},
        "work": open_rows(work_of([row.grant for row in slip.rows])) if slip.open else [],
        "done": step_rows(done_for(found)),
        "trouble": trouble,
        "today": clock.today(),
    }
    return render(request, "grants/desk/lending.html", context, status=trouble.status if trouble else 200)
