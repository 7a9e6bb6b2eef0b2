"""The board of a round: where everything stands, what is late, whom to call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grants.applications.models import Project
from grants.desk.queries.board import BOARD_ROLES, callers_of, counted, places, projects_of, running
from grants.desk.queries.overdue import overdue_for
from grants.desk.queries.records import find
from grants.desk.tables.board import (
    LATE_SHOWN,
    MEASURES,
    calls,
    coming,
    finding,
    heat,
    late_rows,
    parted,
    stage_bars,
    stage_sums,
    without,
)
from grants.desk.tables.charts import DESK, PHONE, bars
from grants.desk.views.looking import looked_at
from grants.people.enums import Level
from grants.people.models import Organisation
from grants.people.queries import PROVINCE_ROLES, grants_held
from grants.programmes.queries import calendar
from workflow import clock
from workflow.lifecycle import Stage

COMING_SHOWN = 8


@require_safe
@looked_at
def round_board(request: HttpRequest, pk: int) -> HttpResponse:
    """Counts and money by stage and place, what is late and who has it; `?city=` goes down to counties."""
    worn = grants_held(request.user)
    round_, roles = find("round", pk, request.user), {grant.role for grant in worn}
    if round_ is None or not roles & BOARD_ROLES:
        raise Http404
    projects, tree = counted(round_, request.user), places()
    late, ahead = parted(running(round_, projects, request.user), clock.now())
    over = {one.project for one in late if one.project}
    shown = late[:LATE_SHOWN]
    behind, days = projects_of(shown), calendar()
    instead = overdue_for(worn, Project.objects.filter(pk__in=behind))
    callers = callers_of(shown, behind, request.user, roles)
    city, measure = _city(request.GET.get("city", ""), tree), _measure(request.GET.get("show", ""))
    sums = stage_sums(projects, over)
    context: dict[str, Any] = {
        "round": round_,
        "finding": finding(sums),
        "any": bool(projects),
        "chart": bars(stage_bars(sums), finding(sums), DESK),
        "small_chart": bars(stage_bars(sums, short=True), finding(sums), PHONE),
        "late": late_rows(shown, behind, callers, days, request.build_absolute_uri, instead=instead),
        "late_total": len(late),
        "calls": calls(shown, behind, callers, request.user, request.build_absolute_uri),
        "coming": coming(ahead, days)[:COMING_SHOWN],
        "heat": heat(projects, over, tree, city=city, measure=measure),
        "without": without(projects, tree, city) if roles & PROVINCE_ROLES else "",
        "stages": [stage.label for stage in Stage],
        "city": city,
        "measure": measure,
        "measures": _chips(city, measure),
    }
    return render(request, "grants/desk/round_board.html", context)


def _city(text: str, tree: Mapping[int, Organisation]) -> Organisation | None:
    found = tree.get(int(text)) if text.isdecimal() else None
    return found if found and found.level == Level.PREFECTURE else None


def _measure(text: str) -> str:
    return text if text in MEASURES else "count"


def _chips(city: Organisation | None, chosen: str) -> list[dict[str, Any]]:
    """What the table can show, each at an address of its own."""
    held = {"city": city.pk} if city else {}
    return [
        {"label": label, "query": urlencode({**held, "show": name}), "now": name == chosen}
        for name, (label, _worth) in MEASURES.items()
    ]
