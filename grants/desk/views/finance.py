"""The morning of finance: what waits, the cash plan, what is late; and every source with what became of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_safe

from grants.desk.queries.books import may_read_books, rounds_with_books
from grants.desk.queries.finance import (
    FINANCE_ROLES,
    Share,
    SourceShare,
    accounts_to_verify,
    batches_at_work,
    by_city,
    by_round,
    by_source,
    by_week,
    coming_money,
    funded_projects,
    open_demands,
    troubles,
    unmatched_lines,
    waiting_by_state,
)
from grants.desk.tables.books import heads
from grants.desk.tables.charts import DESK, PHONE, Room
from grants.desk.tables.finance import (
    DUTIES,
    PLAN_HEADS,
    PLAN_WIDTHS,
    against,
    finding_of,
    plan_rows,
    waiting_rows,
    week_rows,
)
from grants.desk.tables.sheets import as_csv, as_xlsx
from grants.desk.views.auditing import AUDITORS
from grants.desk.views.exports import KINDS
from grants.desk.views.looking import looked_at
from grants.funds.enums import SourceKind
from grants.people.queries import grants_held, holds
from grants.programmes.queries import calendar
from workflow import clock
from workflow.lifecycle import Role

SHOWN = 20
SUMMED = ("planned", "committed", "obligated", "paid", "carried")
WIDE = replace(DESK, left=300, reach=360)
"""Names of rounds and sources are longer than those of stages."""


def _roles(request: HttpRequest) -> set[str]:
    if not holds(request.user, *FINANCE_ROLES):
        raise Http404
    return {grant.role for grant in grants_held(request.user)}


@require_safe
@looked_at
def finance(request: HttpRequest) -> HttpResponse:
    """One page for whoever handles or watches the money; every number leads to where it is dealt with."""
    roles = _roles(request)
    rounds = [one.pk for one in rounds_with_books(request.user)]
    plan, projects = coming_money(request.user, calendar()), funded_projects(request.user)
    sources = by_source(rounds, terms=False)
    broken, late = troubles(request.user)
    context: dict[str, Any] = {
        "waiting": waiting_rows(waiting_by_state(request.user, roles)),
        "to_verify": accounts_to_verify(request.user) if Role.FINANCE_OFFICER in roles else 0,
        "weeks": week_rows(by_week(plan, clock.today())),
        "plan_fen": sum(one.fen for one in plan),
        "late": late[:SHOWN],
        "late_total": len(late),
        "demands": open_demands(request.user),
        "batches": batches_at_work(rounds),
        "exceptions": broken[:SHOWN],
        "more_exceptions": len(broken) > SHOWN,
        "unmatched": unmatched_lines(rounds),
        "short": [one for one in sources if one.short],
        "charts": [
            _chart(gettext("各轮次"), list(by_round(projects).values())),
            _chart(gettext("各项来源"), [_of_year(one) for one in sources if not one.source.withdrawn_at]),
            _chart(gettext("各设区市"), by_city(projects)),
        ],
        "reads_books": may_read_books(request.user),
        "audits": holds(request.user, *AUDITORS),
    }
    return render(request, "grants/desk/finance.html", context)


def _chart(title: str, shares: list[Share]) -> dict[str, Any]:
    some = [one for one in shares if one.planned][:SHOWN]
    told = finding_of(some)
    return {
        "title": title,
        "finding": told,
        "wide": _drawn(some, told, WIDE),
        "small": _drawn(some, told, PHONE),
        "any": some,
    }


def _of_year(one: SourceShare) -> Share:
    """Sources of several rounds have the same name: the chart tells them apart by the year, which is never cut off."""
    return replace(one.share, name=f"{one.source.round.year} {one.share.name}")


def _drawn(some: list[Share], told: str, room: Room) -> str:
    return against(some, told, room) if some else ""


@require_GET
@looked_at
def cash_plan(request: HttpRequest, kind: str) -> HttpResponse:
    """Every tranche that is still open with its planned day, as a file."""
    _roles(request)
    if kind not in KINDS:
        raise Http404
    rows, title = plan_rows(coming_money(request.user, calendar())), gettext("用款计划")
    names = heads(PLAN_HEADS)
    content = as_csv(names, rows) if kind == "csv" else as_xlsx(title, names, rows, widths=PLAN_WIDTHS)
    answer = HttpResponse(content, content_type=KINDS[kind])
    name = f"{title}-{clock.today():%Y%m%d}.{kind}"
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return answer


@require_safe
@looked_at
def sources(request: HttpRequest) -> HttpResponse:
    """Every source by round: planned, committed, under agreement, paid, available; what its kind demands."""
    _roles(request)
    rounds = rounds_with_books(request.user)
    found = by_source([one.pk for one in rounds])
    groups = [(one, [row for row in found if row.source.round_id == one.pk]) for one in rounds]
    kinds = {row.source.kind for row in found}
    context = {
        "groups": [(one, rows, _total(rows)) for one, rows in groups if rows],
        "duties": [(kind.label, DUTIES[kind]) for kind in SourceKind if kind in kinds],
    }
    return render(request, "grants/desk/sources.html", context)


def _total(rows: list[Any]) -> Share:
    live = [row.share for row in rows if not row.source.withdrawn_at]
    sums = {name: sum(getattr(one, name) for one in live) for name in SUMMED}
    return Share(gettext("合计"), **sums)
