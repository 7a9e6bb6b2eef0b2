"""The calendar of working days: a year drawn, and the State Council's notice pasted in, looked at, and loaded."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from grants.desk.forms.asks import AskForm
from grants.desk.queries.records import fetch_records
from grants.desk.tables.workdays import day_rows, moved_rows, slip_words, year_drawn
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete
from grants.desk.views.looking import looked_at
from grants.kernel.holidays import read_notice
from grants.kernel.workdays import Calendar
from grants.people.queries import holds
from grants.programmes.commands import load_calendar_year
from grants.programmes.queries import calendar, counted_again, editions_of, known_days
from grants.programmes.workdays_data import DayRow
from workflow import clock
from workflow.lifecycle import Role
from workflow.refusals import Refusal, Refused
from workflow.rules import Ask

FIRST, AHEAD = 2020, 2


@require_safe
@looked_at
def this_year(request: HttpRequest) -> HttpResponse:
    """The year it is."""
    return redirect("calendar_year", clock.today().year)


@require_safe
@looked_at
def year_(request: HttpRequest, year: int) -> HttpResponse:
    """One year: which days are off, which weekends are worked, by which notice, and who loaded it."""
    if year not in _years():
        raise Http404
    known = calendar().known_years
    context = {
        "year": year,
        "years": sorted({*known, clock.today().year, clock.today().year + 1}),
        "published": year in known,
        "months": year_drawn(year, known_days(year), clock.today()),
        "editions": editions_of(year),
        "may_load": _may(request.user),
    }
    return render(request, "grants/desk/calendar.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def load_year(request: HttpRequest) -> HttpResponse:
    """The notice is pasted in and read; whoever has looked at the days loads them. `?year=` is the year meant."""
    if not _may(request.user):
        raise Http404
    data = request.POST if request.method == "POST" else None
    wanted = request.GET.get("year", "") or str(max(calendar().known_years, default=clock.today().year) + 1)
    form = AskForm(_asks(), record=None, actor=request.user, data=data, initial={"year": wanted})
    trouble: Trouble | None = None
    shown: dict[str, Any] = {}
    if data is not None:
        if not form.is_valid():
            trouble = at_fields(incomplete(), form)
        else:
            read, trouble = attempt(lambda: _read(form.given()))
            if read is not None:
                year, source, rows = read
                if request.POST.get("do") == "load":
                    loaded, trouble = attempt(lambda: load_calendar_year(year, rows, source, actor=request.user))
                    if loaded is not None:
                        return _loaded(request, year)
                shown = _shown(year, rows)
            trouble = at_fields(trouble, form) if trouble else None
    context = {"form": form, "trouble": trouble, **shown}
    return render(request, "grants/desk/calendar_load.html", context, status=trouble.status if trouble else 200)


def _loaded(request: HttpRequest, year: int) -> HttpResponse:
    messages.success(request, gettext("%(year)s年的放假安排已保存，没到期的期限已经重新计算。") % {"year": year})
    return redirect("calendar_year", year)


def _may(actor: Any) -> bool:
    return holds(actor, Role.PROGRAMME_OFFICER, Role.SYSADMIN)


def _years() -> range:
    return range(FIRST, clock.today().year + AHEAD + 1)


def _asks() -> tuple[Ask, ...]:
    years = [(str(year), str(year)) for year in sorted(_years(), reverse=True)]
    return (
        Ask("year", _("年份"), "choice", choices=lambda _record, _actor: years),
        Ask(
            "source",
            _("依据"),
            help=_("通知的名称和文号，例如：国务院办公厅关于2027年部分节假日安排的通知（国办发明电〔2026〕7号）"),
        ),
        Ask(
            "notice",
            _("通知正文"),
            "longtext",
            help=_(
                "把国务院办公厅通知里“一、元旦：……”到“七、国庆节：……”几行原样粘贴进来。周几写错、天数不对，都会指出来。"
            ),
        ),
    )


def _read(given: Any) -> tuple[int, str, list[DayRow]]:
    """The year, the source and the days in what was pasted. Raises Refused with every slip at the text."""
    year = int(given["year"])
    found, slips = read_notice(given["notice"], year)
    reasons = [Refusal("notice", words, at="notice") for words in slip_words(slips)]
    if not found and not reasons:
        reasons = [
            Refusal(
                "notice",
                gettext(
                    "里面没有读到放假安排。每行以节日名称和冒号开头，例如“元旦：1月1日（周五）至3日（周日）放假。”"
                ),
                at="notice",
            )
        ]
    if reasons:
        raise Refused(reasons)
    return year, str(given["source"]), day_rows(found)


def _shown(year: int, rows: list[DayRow]) -> dict[str, Any]:
    """The year as it would be, and which deadlines would end later."""
    now = calendar()
    others = {day: working for day, working in now.exceptions.items() if day.year != year}
    days = Calendar({**others, **{row.date: row.working for row in rows}}, now.known_years | {year})
    again = list(counted_again(days))
    fetch_records([row for row, _due, _open in again])
    return {
        "year": year,
        "rows": rows,
        "months": year_drawn(year, rows, clock.today()),
        "moved": moved_rows(again),
        "counted": len(again),
    }
