"""“我能申报吗”: asked for a team before there is an application."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grants.applications.queries import supposed
from grants.desk.queries.beginnings import leaders_of, own_teams
from grants.desk.queries.people import find_team
from grants.desk.queries.records import find
from grants.desk.tables.may_apply import UNMET, rows
from grants.desk.views.looking import looked_at
from grants.kernel.given import key_of
from grants.people.models import Team
from grants.programmes.queries import rules_of


@require_safe
@looked_at
def may_apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Each condition for one of the person's teams, or `?team=` one they look after; nothing is written by asking."""
    round_ = find("round", pk, request.user)
    if round_ is None or round_.configuration_id is None:
        raise Http404
    actor: Any = request.user
    teams = own_teams(actor)
    team = _asked(request, teams)
    context: dict[str, Any] = {"round": round_, "teams": teams, "team": team, "rules": rules_of(round_)}
    if team is not None:
        leaders = leaders_of(team)
        draft = supposed(round_, team, leaders[0] if leaders else actor)
        found = rows(draft, context["rules"], leaders, actor)
        context |= {
            "rows": found,
            "against": sum(row.standing == UNMET for row in found),
            "own": team in teams,
        }
    return render(request, "grants/desk/may_apply.html", context)


def _asked(request: HttpRequest, teams: list[Team]) -> Team | None:
    """The team that is asked about: the one named, if the person may see it, else their first. Raises Http404."""
    named = request.GET.get("team", "")
    if not named:
        return teams[0] if teams else None
    found = find_team(request.user, key_of(named))
    if found is None:
        raise Http404
    return found
