"""Teams that are in the register twice: those that look alike, and two of them made one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from grants.desk.forms.registering import merge_team_asks
from grants.desk.queries.people import find_team
from grants.desk.views.asking import asking
from grants.desk.views.looking import looked_at
from grants.desk.views.paging import paged
from grants.people.commands.merging import merge_team
from grants.people.duplicates import LED, NAMED, NUMBERED, Pair, pairs
from grants.people.models import Team
from grants.people.registering import may_register_team, registers_teams

ALIKE = {NAMED: _("名称相近"), NUMBERED: _("平台编号相同"), LED: _("负责人相同")}


@require_safe
@looked_at
def teams_alike(request: HttpRequest) -> HttpResponse:
    """Every two teams of the person's area that may be one, side by side, with what they have in common."""
    actor: Any = request.user
    if not registers_teams(actor):
        raise Http404
    part = paged(request, pairs(actor))
    rows = [{"pair": pair, "alike": [ALIKE[kind] for kind in pair.alike]} for pair in part["page"]]
    counts = _projects(row["pair"] for row in rows)
    for row in rows:
        row["sides"] = [(team, counts[team.pk]) for team in (row["pair"].first, row["pair"].second)]
    return render(request, "grants/desk/teams_alike.html", {**part, "rows": rows})


def _projects(found: Iterable[Pair]) -> Counter[int]:
    ids = {team.pk for pair in found for team in (pair.first, pair.second)}
    counted = Team.objects.filter(pk__in=ids).annotate(n=Count("projects")).values_list("pk", "n")
    return Counter(dict(counted))


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def merge_teams(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Which of the two stays, and why they are one; on POST the other is struck."""
    actor: Any = request.user
    both = [find_team(actor, one) for one in (pk, other)]
    if None in both or pk == other or any(may_register_team(actor, team.guided_by) for team in both if team):
        raise Http404
    known = {str(team.pk): team for team in both if team}

    def do(given: Mapping[str, Any]) -> HttpResponse:
        stays = known[given["stays"]]
        gone = next(team for team in known.values() if team != stays)
        merge_team(gone, stays, actor=actor, reason=given.get("reason", ""))
        words = {"gone": gone, "stays": stays}
        messages.success(request, gettext("“%(gone)s”已并入“%(stays)s”。") % words)
        return redirect("team", stays.pk)

    return asking(
        request,
        gettext("合并重复登记的团队"),
        merge_team_asks(known.values()),
        do,
        back=reverse("teams_alike"),
        under=gettext("可能重复的团队"),
        button=gettext("合并"),
        said="",
        look="warn",
        lead=gettext("合并以后不能撤销：另一条登记不再使用，成员的身份转到留下的一条，以前的项目和获得的资助一起算。"),
    )
