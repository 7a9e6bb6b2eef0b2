"""The bank's side of a round: a statement is read, looked at, taken in; what fits is confirmed, the rest is queued."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from grants.desk.banking.commands import carry_on, start_matching
from grants.desk.banking.queries import (
    AT_ONCE,
    asides_of,
    items_of,
    lines_by_pk,
    outcomes,
    own_run,
    payments_by_pk,
    reconciling,
    runs_of,
    statements_of,
    taken_before,
    waiting_statement,
)
from grants.desk.commands import act
from grants.desk.models import Outcome
from grants.desk.queries.records import find
from grants.desk.tables.banking import conflicts, queue_rows, read_rows, read_told, reasons
from grants.desk.views.attempts import Trouble, attempt
from grants.desk.views.looking import looked_at
from grants.desk.views.paging import paged
from grants.funds.banking.reading import MOST_COLUMNS, MOST_ROWS, Reading, read, unkept
from grants.funds.commands.bank import keep_reading
from grants.funds.enums import TemplateKind
from grants.funds.models import Payment, Statement
from grants.funds.reconciling import known_lines
from grants.funds.templates import STATEMENT, statement_shape, templates
from grants.people.queries import PROVINCE_ROLES, holds
from grants.programmes.models import Round
from storage.refusal import Refused as Unread
from storage.tables import read_message, read_table
from workflow import clock
from workflow.command import new_key
from workflow.lifecycle import PAYMENT, Role
from workflow.ports import domain
from workflow.refusals import Refusal

if TYPE_CHECKING:
    from grants.people.models import User

MOST_SHOWN = 50
ROUND_ACTS = {
    "set_line_aside": ("line", "reason"),
    "take_line_up": ("line", "reason"),
    "join_lines": ("lines", "reason"),
    "divide_line": ("line", "payments", "reason"),
}


def _round(request: HttpRequest, pk: int) -> Round:
    found = find("round", pk, request.user)
    if found is None or not holds(request.user, *PROVINCE_ROLES):
        raise Http404
    round_: Round = found
    return round_


def _may(request: HttpRequest, round_: Round) -> bool:
    return Role.CASHIER in domain().roles(request.user, round_)


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def round_bank(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a statement, take it in, confirm what fits."""
    round_ = _round(request, pk)
    trouble: Trouble | None = None
    more: dict[str, Any] = {}
    if request.method == "POST":
        if not _may(request, round_):
            raise Http404
        answer, trouble, more = _POSTS.get(request.POST.get("do", ""), _unknown)(request, round_)
        if answer is not None:
            return answer
    found = reconciling(round_)
    shown = found.clean[:MOST_SHOWN]
    context = {
        "round": round_,
        "may": _may(request, round_),
        "found": found,
        "odd": len(found.odd),
        "clean": len(found.clean),
        "rows": queue_rows(shown, payments_by_pk(shown), {}),
        "reasons": reasons(found.by_verdict),
        "statements": list(statements_of(round_)[:10]),
        "runs": runs_of(round_, request.user),
        "templates": templates(TemplateKind.STATEMENT),
        "chosen": request.POST.get("template", STATEMENT),
        "most": MOST_ROWS,
        "taken": {"accept": ".xlsx,.csv,.xml"},
        "key": new_key(),
        "trouble": trouble,
        **(_waiting(round_, request.user) if "faults" not in more else {}),
        **more,
    }
    return render(request, "grants/desk/round_bank.html", context, status=trouble.status if trouble else 200)


Answer = tuple[HttpResponse | None, Trouble | None, dict[str, Any]]


def _unknown(_request: HttpRequest, _round: Round) -> Answer:
    raise Http404


def _read(request: HttpRequest, round_: Round) -> Answer:
    """The file is read and looked at; what was read waits, and nothing is entered yet."""
    file, chosen = request.FILES.get("file"), statement_shape(request.POST.get("template", ""))
    if file is None or chosen is None:
        return (
            None,
            Trouble(422, gettext("还有几处要改"), [Refusal("file", gettext("请选择文件和模板。"), at="file")]),
            {},
        )
    known, shape = chosen
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if before := taken_before(sha256):
        words = {"name": before.name, "who": before.read_by, "n": before.entered}
        said = gettext("这份文件已经由%(who)s导入过（%(name)s，当时新增%(n)s条），这次什么也没有改变。") % words
        return None, _at_file(409, gettext("这份文件导入过"), said), {}
    try:
        cells = _cells(file)
    except Unread as refusal:
        return None, _at_file(422, gettext("这个文件读不了"), str(refusal)), {}
    reading = read(cells, shape, today=clock.today())
    if trouble := _against(reading):
        return None, trouble, {"faults": reading.faults[:200], "unread": reading.unread}
    name, actor = str(file.name), cast("User", request.user)
    made, trouble = attempt(
        lambda: keep_reading(round_, reading, name=name, sha256=sha256, template=known.label, actor=actor)
    )
    return None if made is None else redirect("round_bank", round_.pk), trouble, {}


def _at_file(status: int, headline: str, said: str) -> Trouble:
    return Trouble(status, headline, [Refusal("file", said, at="file")])


def _cells(file: Any) -> list[list[str]]:
    """The cells of a table, or of a message of ISO 20022, read where strangers' files are read. Raises Unread."""
    if str(file.name).lower().endswith(".xml"):
        return read_message(file, size=file.size, rows=MOST_ROWS)
    return read_table(file, name=file.name, size=file.size, rows=MOST_ROWS, columns=MOST_COLUMNS, typed=True)


def _against(reading: Reading) -> Trouble | None:
    """Cells at fault, or references that were entered with other facts: nothing is taken in."""
    n = len(reading.faults)
    if n:
        where = Refusal(
            "cells", gettext("一格一格列在下面。对账单请重新下载，不要手改；列名不同的，换模板。"), at="file"
        )
        return Trouble(422, ngettext("有%(n)s格读不了", "有%(n)s格读不了", n) % {"n": n}, [where])
    wrong = conflicts(reading.lines, known_lines(reading.lines))
    if wrong:
        words = {"names": "、".join(wrong[:5]), "n": len(wrong)}
        said = gettext("这些流水号登记过，金额或日期却不同：%(names)s，共 %(n)s 条。请核对。") % words
        return _at_file(422, gettext("和登记过的不一致"), said)
    return None


def _take(request: HttpRequest, round_: Round) -> Answer:
    """What was read is in the books' waiting line: one act of the round."""
    given, key = {"statement": request.POST.get("statement", "")}, (request.POST.get("key") or new_key())[:64]
    made, trouble = attempt(lambda: act(round_, "import_statement", actor=request.user, key=key, given=given))
    if made is None:
        return None, trouble, {}
    taken = Statement.objects.only("count", "entered").get(pk=int(given["statement"]))
    words = {"n": taken.entered, "known": taken.count - taken.entered}
    messages.success(request, gettext("导入了%(n)s条新流水，%(known)s条以前登记过。") % words)
    return redirect("round_bank", round_.pk), None, {}


def _confirm(request: HttpRequest, round_: Round) -> Answer:
    """Everything that fits, as it was seen: few at once, many in the background."""
    seen, key = request.POST.get("seen", ""), (request.POST.get("key") or new_key())[:40]
    made, trouble = attempt(lambda: start_matching(round_, seen=seen, actor=request.user, key=key))
    if made is None:
        return None, trouble, {}
    if made.items.count() <= AT_ONCE:
        carry_on(made, actor=request.user)
    else:
        messages.success(request, gettext("已交给后台办理，这一页会自己更新，您也可以先去做别的。"))
    return redirect("bank_run", made.pk), None, {}


_POSTS = {"read": _read, "take": _take, "confirm": _confirm}


def _waiting(round_: Round, actor: Any) -> dict[str, Any]:
    """What the person has read and not taken in."""
    waiting = waiting_statement(round_, actor)
    if waiting is None:
        return {}
    lines = unkept(waiting.lines)
    known = known_lines(lines)
    return {
        "waiting": waiting,
        "read": read_rows(lines[:MOST_SHOWN], known),
        "told": read_told(lines, len(known)),
        "fresh": len(lines) - len(known),
        "more": max(0, len(lines) - MOST_SHOWN),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def bank_queue(request: HttpRequest, pk: int) -> HttpResponse:
    """Lines that wait for a person: pick a payment, join, divide, or set aside with a reason."""
    round_ = _round(request, pk)
    trouble: Trouble | None = None
    if request.method == "POST":
        if not _may(request, round_):
            raise Http404
        trouble = _decided(request, round_)
        if trouble is None:
            return redirect(request.get_full_path())
    found = reconciling(round_)
    why = request.GET.get("why", "")
    rows = [one for one in found.odd if not why or one[1].verdict == why]
    paginator = Paginator(rows, 20)
    page = paginator.get_page(request.GET.get("page"))
    part = list(page.object_list)
    asides = asides_of(round_)
    context = {
        "round": round_,
        "may": _may(request, round_),
        "rows": queue_rows(part, payments_by_pk(part), lines_by_pk(part)),
        "page": page,
        "pages": list(paginator.get_elided_page_range(page.number)),
        "reasons": reasons(found.by_verdict),
        "why": why,
        "clean": len(found.clean),
        "asides": list(asides[:MOST_SHOWN]),
        "trouble": trouble,
        "typed": {name: request.POST.get(name, "") for name in ("act", "line", "reason")},
        "key": new_key(),
    }
    return render(request, "grants/desk/bank_queue.html", context, status=trouble.status if trouble else 200)


def _decided(request: HttpRequest, round_: Round) -> Trouble | None:
    """One line is decided: a move of a payment, or an act of the round."""
    name, key = request.POST.get("act", ""), (request.POST.get("key") or new_key())[:64]
    if name in ROUND_ACTS:
        given = {one: request.POST.get(one, "").strip() for one in ROUND_ACTS[name]}
        _made, trouble = attempt(lambda: act(round_, name, actor=request.user, key=key, given=given))
        return trouble
    if name not in {"pay", "bank_refused", "bank_returned"}:
        raise Http404
    number = request.POST.get("payment", "")
    payment = find("payment", int(number), request.user) if number.isdecimal() else None
    if not isinstance(payment, Payment):
        raise Http404
    given = {"line": request.POST.get("line", "")}
    made, trouble = attempt(lambda: act(payment, name, actor=request.user, key=key, given=given))
    if made:
        words = {"move": PAYMENT.deeds[name].label, "number": payment.number}
        messages.success(request, gettext("%(number)s：%(move)s，办好了。") % words)
    return trouble


@require_safe
@looked_at
def bank_run(request: HttpRequest, pk: int) -> HttpResponse:
    """What has become of each line, while it goes on and afterwards; for whoever pressed."""
    run = own_run(request.user, pk)
    if run is None:
        raise Http404
    counts = outcomes(run)
    context = {
        "run": run,
        "round": run.round,
        "done": counts[Outcome.DONE],
        "refused": counts[Outcome.REFUSED],
        "waiting": counts[Outcome.WAITING],
        "total": sum(counts.values()),
        "settled": counts[Outcome.DONE] + counts[Outcome.REFUSED],
        **paged(request, items_of(run)),
    }
    return render(request, "grants/desk/bank_run.html", context)
