"""The page of a batch, and what is printed of it: the sheet for approval, the letter to each payee."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from grants.desk.commands import act
from grants.desk.queries.batches import Sheet, batch_seen_by, sheet_of
from grants.desk.queries.records import find
from grants.desk.tables.batches import code_of, in_capitals, lines_of, outcome, state_of, three_hands
from grants.desk.tables.payments import WHOLE_NUMBER, account_words
from grants.desk.views.attempts import Trouble, attempt
from grants.desk.views.looking import looked_at
from grants.funds.enums import TemplateKind
from grants.funds.files import bytes_of
from grants.funds.models import Batch
from grants.funds.rules.accounts import payee_name
from grants.funds.templates import last_used, templates
from workflow.command import new_key
from workflow.lifecycle import Role
from workflow.phrases import one_after_another
from workflow.ports import domain

ACTS = ("freeze_batch", "return_batch")


def _seen(request: HttpRequest, pk: int) -> tuple[Batch, Sheet, frozenset[str]]:
    found = batch_seen_by(request.user, pk)
    if found is None:
        raise Http404
    return found, sheet_of(found, request.user), domain().roles(request.user, found.round)


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """Lines, control total, three people; finance locks an open batch or takes a locked one back whole."""
    trouble = None
    if request.method == "POST":
        trouble = _done(request, pk)
        if trouble is None:
            return redirect("batch", pk)
    found, sheet, roles = _seen(request, pk)
    mine = Role.FINANCE_OFFICER in roles
    context = {
        **_printed(found, sheet, roles),
        "state": state_of(found, sheet),
        "outcome": outcome(sheet.lines),
        "may_freeze": (may_freeze := mine and not found.frozen_at and found.count),
        "templates": templates(TemplateKind.PAYMENT) if may_freeze else [],
        "template": request.POST.get("template") or (last_used(found.round_id) if may_freeze else ""),
        "may_return": mine and found.frozen_at and not found.returned_at and sheet.unsent,
        "may_send": Role.CASHIER in roles and found.frozen_at and not found.returned_at and sheet.unsent,
        "reason": request.POST.get("reason", ""),
        "trouble": trouble,
        "key": new_key(),
    }
    return render(request, "grants/desk/batch.html", context, status=trouble.status if trouble else 200)


def _printed(found: Batch, sheet: Sheet, roles: frozenset[str]) -> dict[str, Any]:
    return {
        "batch": found,
        "round": found.round,
        "sheet": sheet,
        "lines": lines_of(sheet, roles),
        "hands": three_hands(sheet),
        "code": code_of(found),
        "capitals": in_capitals(found.total_fen),
        "files": list(found.files.defer("lines", "shape")),
        "takes_files": bool(WHOLE_NUMBER & roles),
    }


def _done(request: HttpRequest, pk: int) -> Trouble | None:
    """Lock the batch, or take it back with a reason: acts of the round's."""
    found = batch_seen_by(request.user, pk)
    name = request.POST.get("act", "")
    if found is None or name not in ACTS:
        raise Http404
    given = {"batch": str(found.number)}
    if name == "return_batch":
        given["reason"] = request.POST.get("reason", "").strip()
    elif request.POST.get("template"):
        given["template"] = request.POST["template"]
    key = (request.POST.get("key") or new_key())[:64]
    made, trouble = attempt(lambda: act(found.round, name, actor=request.user, key=key, given=given))
    if made:
        said = (
            gettext("批次已锁定，转出纳发送。")
            if name == "freeze_batch"
            else gettext("批次已退回，没有发送的拨款回到待编批。")
        )
        messages.success(request, said)
    return trouble


@require_safe
@looked_at
def batch_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet for approval, on A4."""
    found, sheet, roles = _seen(request, pk)
    return render(request, "grants/desk/batch_sheet.html", _printed(found, sheet, roles))


@require_safe
def batch_file(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    """One file for the bank, the same bytes as when the batch was locked; for whoever copies account numbers."""
    found = batch_seen_by(request.user, pk)
    file = found.files.filter(position=position).first() if found else None
    if found is None or file is None or not WHOLE_NUMBER & domain().roles(request.user, found.round):
        raise Http404
    content, trouble = attempt(lambda: bytes_of(file))
    if content is None:
        messages.error(request, one_after_another(reason.message for reason in trouble.reasons) if trouble else "")
        return redirect("batch", pk)
    answer = HttpResponse(content, content_type="application/octet-stream")
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=file.name) or ""
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
@looked_at
def batch_letters(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter to every payee of the batch, each on a page of its own."""
    found, sheet, _roles = _seen(request, pk)
    context = {
        "letters": [_letter(line) for line in sheet.lines],
        "back": found,
        "round": found.round,
    }
    return render(request, "grants/desk/letters.html", context)


@require_safe
@looked_at
def payment_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter to the payee of one payment."""
    found = find("payment", pk, request.user)
    if found is None:
        raise Http404
    context = {"letters": [_letter(found)], "record": found, "project": found.project}
    return render(request, "grants/desk/letters.html", context)


def _letter(payment: Any) -> dict[str, Any]:
    return {
        "payment": payment,
        "payee": payee_name(payment.project),
        "account": account_words(payment.account),
        "capitals": in_capitals(payment.amount_fen),
    }
