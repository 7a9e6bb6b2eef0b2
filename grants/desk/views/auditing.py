"""For audit: who did which step of every payment, samples that can be drawn again, evidence to take along."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_safe

from grants.desk.auditing.duties import attempts
from grants.desk.auditing.evidence import Bundle, gather, write
from grants.desk.auditing.sampling import METHODS, MONETARY, population, sample
from grants.desk.queries.records import VISIBLE
from grants.desk.tables.auditing import DUTY_HEADS, duty_rows, duty_sheet, methods
from grants.desk.tables.books import heads
from grants.desk.tables.sheets import as_csv, as_xlsx
from grants.desk.views.exports import KINDS
from grants.desk.views.looking import looked_at
from grants.desk.views.paging import PER_PAGE
from grants.funds.models import Payment
from grants.people.models import User
from grants.people.queries import holds
from storage.access import Unrecorded, note
from storage.enums import Way
from workflow import clock
from workflow.lifecycle import Role

AUDITORS = (Role.AUDITOR, Role.DISCIPLINE, Role.LEADERSHIP)
MOST = 200


def _for_audit(request: HttpRequest) -> Any:
    """The payments that the person sees. Raises Http404 for whoever does not audit."""
    if not holds(request.user, *AUDITORS):
        raise Http404
    return VISIBLE["payment"](request.user)


def _names(found: list[Any]) -> dict[int, str]:
    people = {pk for one in found for hand in one.hands.values() for pk in hand.people}
    people |= {pk for one in found for pk in one.endorsers}
    return dict(User.objects.filter(pk__in=people).values_list("pk", "name"))


@require_safe
@looked_at
def audit(request: HttpRequest) -> HttpResponse:
    """Segregation of duties, payment by payment, read from the trail alone; conflicts are counted over all."""
    pks = list(_for_audit(request).order_by("-pk").values_list("pk", flat=True))
    paginator = Paginator(pks, PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    shown = list(attempts(page.object_list))
    context = {
        "rows": sorted(duty_rows(shown, _names(shown)), key=lambda row: (-row.attempt.payment, row.attempt.attempt)),
        "conflicts": sum(bool(one.conflicts or one.unseen) for one in attempts()),
        "methods": methods(),
        "page": page,
        "pages": list(paginator.get_elided_page_range(page.number)),
    }
    return render(request, "grants/desk/audit.html", context)


@require_GET
@looked_at
def duties_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The whole report as a file."""
    seen = _for_audit(request)
    if kind not in KINDS:
        raise Http404
    found = list(attempts(seen.order_by("pk").values_list("pk", flat=True)))
    rows, title = duty_sheet(duty_rows(found, _names(found))), gettext("职责分离报告")
    names, widths = heads(DUTY_HEADS), (24, 8, 16, 14, 14, 14, 14, 14, 14, 30)
    content = as_csv(names, rows) if kind == "csv" else as_xlsx(title, names, rows, widths=widths)
    answer = HttpResponse(content, content_type=KINDS[kind])
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{title}.{kind}") or ""
    return answer


@require_safe
@looked_at
def sampled(request: HttpRequest) -> HttpResponse:
    """A sample of paid payments by a seed that is shown: the same seed, size and payments give the same sample."""
    drawn = _drawn(request)
    rows = Payment.objects.filter(pk__in=drawn.payments).select_related("project", "paid_entry").order_by("pk")
    total = sum(fen for _pk, fen in drawn.people)
    covered = sum(fen for pk, fen in drawn.people if pk in set(drawn.payments))
    context = {
        "rows": rows,
        "size": drawn.size,
        "seed": drawn.seed,
        "method": drawn.method,
        "methods": methods(),
        "n": len(drawn.people),
        "total": total,
        "covered": covered,
        "pct": covered * 100 // (total or 1),
        "query": urlencode({"size": drawn.size, "seed": drawn.seed, "method": drawn.method}),
    }
    return render(request, "grants/desk/audit_sample.html", context)


@dataclass(frozen=True)
class Drawn:
    """A sample and how it was drawn; `people` are all payments it was drawn from, with their amounts in fen."""

    people: list[tuple[int, int]]
    size: int
    seed: int
    method: str
    payments: list[int]

    @property
    def told(self) -> dict[str, Any]:
        """How it was drawn, so that anybody draws it again."""
        facts = {"size": self.size, "seed": self.seed, "method": self.method, "drawn": self.payments}
        return facts | {"population": [list(one) for one in self.people]}


def _drawn(request: HttpRequest) -> Drawn:
    """The sample that the address asks for, of the payments that the person sees."""
    seen, given = set(_for_audit(request).values_list("pk", flat=True)), request.GET
    size, seed = max(1, _number(given.get("size"), 10, most=MOST)), _number(given.get("seed"), 1, most=10**9)
    method = given["method"] if given.get("method") in METHODS else MONETARY
    people = [one for one in population() if one[0] in seen]
    return Drawn(people, size, seed, method, sample(people, size=size, seed=seed, method=method))


def _number(text: str | None, usual: int, *, most: int) -> int:
    return min(int(text), most) if text and text.isdecimal() and text.isascii() and len(text) < 10 else usual


@require_GET
@looked_at
def evidence(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Everything that proves one payment, its papers too, as a ZIP that can be checked without this system."""
    found = _for_audit(request).filter(pk=pk)
    payment = found.first()
    if payment is None:
        raise Http404
    return _sent(request, gather(found, request.user), f"{payment.number}.zip")


@require_GET
@looked_at
def sample_evidence(request: HttpRequest) -> HttpResponseBase:
    """The evidence of a whole sample, with how it was drawn."""
    drawn = _drawn(request)
    if not drawn.payments:
        raise Http404
    found = _for_audit(request).filter(pk__in=drawn.payments)
    return _sent(request, gather(found, request.user, drawn.told), f"{gettext('样本')}-{drawn.seed}.zip")


def _sent(request: HttpRequest, bundle: Bundle, name: str) -> HttpResponseBase:
    """The package, once every paper in it is noted as read by the person; nothing leaves that could not be noted."""
    reader: Any = request.user
    try:
        for document in bundle.documents:
            note(document, reader, Way.DOWNLOAD, now=clock.now())
    except Unrecorded:
        sentence = gettext("系统正忙，查阅登记没有写成，所以先不能打开。请过一会儿再试。")
        return HttpResponse(sentence, status=503, content_type="text/plain; charset=utf-8")
    out = tempfile.TemporaryFile()  # noqa: SIM115 -- the answer closes it
    write(bundle, out)
    out.seek(0)
    answer = FileResponse(out, content_type="application/zip", as_attachment=True, filename=name)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
