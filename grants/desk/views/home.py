"""My work: what waits for me, what I have put before others, what I did last."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from grants.desk.queries.beginnings import calls_unanswered
from grants.desk.queries.coming import rounds_going_on
from grants.desk.queries.pooling import open_invitations
from grants.desk.queries.work import asked_already, desk_of
from grants.desk.retaking.queries import to_retake
from grants.desk.tables.coming import coming
from grants.desk.tables.hats import dressed
from grants.desk.tables.lending import away_lines
from grants.desk.tables.sharing import shared_rows
from grants.desk.tables.work import done_rows, groups, open_rows, proposal_rows, sent_rows
from grants.desk.views.looking import looked_at
from grants.people.queries import grants_held
from grants.programmes.queries import calendar
from grants.reviews.opinions.queries import waiting_for
from workflow import clock
from workflow.lifecycle import Role

WATCHED: dict[str, tuple[str, Any]] = {
    Role.AUDITOR: ("audit", _("审计")),
    Role.LEADERSHIP: ("finance", _("财务看板")),
    Role.SYSADMIN: ("people", _("人员")),
}
"""Roles that watch, and for which hardly anything waits: what they look at, its address and its name."""


@require_safe
@looked_at
def home(request: HttpRequest) -> HttpResponse:
    """Everything that waits for the person, by urgency; `?hat=` narrows to one role."""
    worn = grants_held(request.user)
    desk = desk_of(request.user, worn)
    waiting = [one for one in desk.waiting if not asked_already(one, desk.proposals)]
    chosen = request.GET.get("hat", "")
    shown = [one for one in waiting if _worn(one, chosen)]
    beside = [one for one in desk.beside if _worn(one, chosen)]
    days, now = calendar(), clock.now()
    made = groups(shown, days, now, request.build_absolute_uri, beside)
    retakes = to_retake(request.user, worn)
    everything = [*waiting, *desk.beside]
    asked = waiting_for(request.user)
    total = len(everything) + len(retakes) + len(asked)
    context: dict[str, Any] = {
        "today": clock.today(),
        "hats": dressed(worn),
        "idle": bool(worn) and all(hat.role in WATCHED for hat in worn),
        "watched": [WATCHED[role] for role in dict.fromkeys(hat.role for hat in worn) if role in WATCHED],
        "total": total,
        "chips": _chips(everything),
        "chosen": chosen,
        "calls": calls_unanswered(request.user),
        "groups": made,
        "retakes": retakes,
        "invited": open_invitations(request.user) if any(hat.role == Role.REVIEWER for hat in worn) else [],
        "asked": asked,
        "first": made[0]["rows"][0] if made else None,
        "coming": coming(rounds_going_on(request.user)) if not total else [],
        "proposals": [*proposal_rows(desk.proposals), *sent_rows(desk.teams_sent)],
        "done": done_rows(desk.done, days, now),
        "away": away_lines(worn),
        "reviewing": any(hat.role == Role.REVIEWER for hat in worn),
        "shared": shared_rows(request.user),
        "lent": open_rows(desk.lent) if desk.lent else [],
    }
    return render(request, "grants/desk/home.html", context)


def _worn(one: Any, chosen: str) -> bool:
    """Whether the thing waits for the role that was chosen, if one was."""
    return not chosen or chosen in {hat.role for hat in one.hats}


def _chips(waiting: list[Any]) -> list[dict[str, Any]]:
    """How many things wait for each role, when there is more than one."""
    counts: dict[str, list[Any]] = {}
    for one in waiting:
        for hat in {hat.role: hat for hat in one.hats}.values():
            counts.setdefault(hat.role, []).append(hat)
    found = [{"role": role, "label": hats[0].get_role_display(), "n": len(hats)} for role, hats in counts.items()]
    return found if len(found) > 1 else []
