"""The money of one project: where it is, budget against spending, every voucher with its picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grants.applications.models import Project
from grants.desk.queries.accounts import interest_of, shown_vouchers
from grants.desk.queries.records import find
from grants.desk.retaking.queries import askable, open_retakes
from grants.desk.tables.accounts import bars, category_names, neighbours, totals
from grants.desk.tables.money import six_lines
from grants.desk.tables.paying import within
from grants.desk.views.deeds import Doing
from grants.desk.views.looking import looked_at
from grants.funds.queries import payments_of, standing, tranches_of
from grants.kernel.errors import Malformed
from grants.kernel.money import parse_yuan
from grants.settlement.enums import VoucherKind
from grants.settlement.filing import MALFORMED, used_elsewhere
from grants.settlement.queries import statement
from workflow import clock
from workflow.actions import Standing
from workflow.ports import domain
from workflow.rules import Ask

FIRST = ("photo", "claimed_fen", "category", "issued_on", "seller", "content", "kind", "voucher_no")
"""What a person with the paper in hand fills in, in this order; the rest is asked below."""
NUMBER_HELP = _("数电票填 20 位号码；旧式发票填代码和号码。收据、签领表可以自己编号。")
OF_MONEY = ("file_voucher", "record_interest", "declare_no_vouchers", "withdraw_voucher")


def granted(request: HttpRequest, pk: int) -> Project:
    """The project, if the person may see it and it was granted money. Raises Http404."""
    found: Project | None = find("project", pk, request.user)
    if found is None or not found.granted_fen:
        raise Http404
    return found


@require_safe
@looked_at
def project_money(request: HttpRequest, pk: int) -> HttpResponse:
    """Six lines, tranches, budget against spending as bars, interest, vouchers with what finance said of them."""
    project = granted(request, pk)
    known, drawn, vouchers = Standing(project, request.user), statement(project), shown_vouchers(project)
    doings = [Doing(request, project, name, known=known) for name in OF_MONEY]
    arrived: dict[int, list[Any]] = {}
    for payment in payments_of(project):
        arrived.setdefault(payment.tranche_id, []).append(payment)
    context = {
        "project": project,
        "money": six_lines(standing(project)),
        "tranches": [
            {"tranche": row, "when": within(row), "payments": arrived.get(row.pk, [])} for row in tranches_of(project)
        ],
        "bars": bars(project, drawn),
        "sums": {name: drawn.sum_of(name) for name in ("total_fen", "claimed_fen", "spent_fen")},
        "vouchers": vouchers,
        "names": category_names(project),
        "totals": totals(vouchers),
        "interest": interest_of(project),
        "doings": [doing for doing in doings if doing.mine],
    }
    return render(request, "grants/desk/project_money.html", context)


def by_hand(asks: tuple[Ask, ...]) -> Sequence[Ask]:
    """The fields of a voucher as they come to hand: the picture first; the sum of the paper only where it differs."""
    named = {ask.name: ask for ask in asks}
    named["gross_fen"] = replace(
        named["gross_fen"], required=False, label=_("票面金额"), help=_("与列支金额相同的不用填。")
    )
    named["voucher_no"] = replace(named["voucher_no"], help=NUMBER_HELP)
    return [*(named.pop(name) for name in FIRST), *named.values()]


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def new_voucher(request: HttpRequest, pk: int) -> HttpResponse:
    """A voucher with a phone in the hand: picture, amount, category, day; saved, the next one is asked for."""
    project = granted(request, pk)
    initial = {"kind": VoucherKind.DIGITAL.value, "issued_on": clock.today().isoformat()}
    doing = Doing(request, project, "file_voucher", initial=initial, shape=by_hand)
    if not doing.mine:
        raise Http404

    def complete(given: dict[str, Any]) -> None:
        given.setdefault("gross_fen", given.get("claimed_fen"))

    again = "again" in request.POST
    then = "new_voucher" if again else "project_money"
    if answer := doing.answer(lambda: reverse(then, args=[pk]), complete=complete):
        return answer
    form: Any = doing.form
    form.fields["photo"].widget.attrs["accept"] = "image/*,application/pdf,.ofd,.xml"
    context = {
        "project": project,
        "doing": doing,
        "main": [form[name] for name in FIRST if name in form.fields],
        "rest": [form[name] for name in form.fields if name not in FIRST],
        "filed": len([row for row in shown_vouchers(project) if row.voucher.withdrawn_at is None]),
        "trouble": doing.trouble,
    }
    status = doing.trouble.status if doing.trouble else 200
    return render(request, "grants/desk/new_voucher.html", context, status=status)


@require_POST
def voucher_known(request: HttpRequest, pk: int) -> HttpResponse:
    """Whether the number that is being typed was used before, said at once; nothing is kept."""
    project = granted(request, pk)
    given: dict[str, Any] = {name: request.POST.get(name, "").strip() for name in ("kind", "voucher_no", "seller")}
    given |= {name: _fen(request.POST.get(name, "")) for name in ("gross_fen", "claimed_fen")}
    given["gross_fen"] = given["gross_fen"] or given["claimed_fen"]
    given["shared"] = bool(request.POST.get("shared"))
    reason: Any = ""
    if given["voucher_no"] and given["kind"] in VoucherKind.values:
        try:
            found = used_elsewhere(project, given)
            reason = found.message if found else ""
        except Malformed as error:
            reason = MALFORMED[error.code]
    typed = bool(given["voucher_no"])
    return render(request, "grants/desk/_voucher_known.html", {"reason": reason, "typed": typed})


def _fen(text: str) -> int:
    try:
        return parse_yuan(text)
    except Malformed:
        return 0


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def voucher(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One voucher: the picture beside the figures, what finance decides, and the way to the next."""
    project = granted(request, pk)
    around = neighbours(shown_vouchers(project), number)
    if not around:
        raise Http404
    row, fixed = around["shown"].voucher, {"voucher": str(number)}
    known = Standing(project, request.user)
    accepted = row.claimed_fen if row.accepted_fen is None else row.accepted_fen
    initial = {"accepted_fen": accepted, "category": row.category, "cut_reason": row.decision_reason}
    decide = Doing(request, project, "decide_voucher", known=known, initial=initial, fixed=fixed)
    withdraw = Doing(request, project, "withdraw_voucher", known=known, fixed=fixed)
    onward = around["next_open"]
    then = reverse("voucher", args=[pk, onward]) if onward else reverse("project_money", args=[pk])
    for doing, place in ((decide, then), (withdraw, reverse("project_money", args=[pk]))):
        if answer := doing.answer(partial(str, place)):
            return answer
    trouble = decide.trouble or withdraw.trouble
    context = {
        "project": project,
        **around,
        "voucher": row,
        "category": category_names(project).get(row.category, row.category),
        **_retaking(project, around["shown"].paper, row, request.user),
        "decide": decide,
        "withdraw": withdraw,
        "trouble": trouble,
        "lost": decide.lost or withdraw.lost,
        "sides": [*decide.sides, *withdraw.sides],
    }
    return render(request, "grants/desk/voucher.html", context, status=trouble.status if trouble else 200)


def _retaking(project: Project, paper: Any, row: Any, actor: Any) -> dict[str, Any]:
    """Whether a better picture of the voucher is asked for, or may be asked for now."""
    if paper is None or row.accepted_fen is not None:
        return {}
    may = askable([paper], project, domain().roles(actor, project))
    return {"row": {"retake": open_retakes([paper]).get(paper.pk), "askable": paper.pk in may, "attachment": paper}}
