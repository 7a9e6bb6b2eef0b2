"""The page of anything that goes on beside a project: a payment, a check, an objection, a change."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from grants.desk.queries.projects import documents_of, steps_under, turn_of
from grants.desk.queries.records import find, project_of
from grants.desk.tables.documents import by_slot
from grants.desk.tables.facts import facts
from grants.desk.tables.hats import dressed
from grants.desk.tables.offers import buttons, pending
from grants.desk.tables.trail import trail
from grants.desk.tables.turns import deadline_rows, hands
from grants.desk.tables.writing import pages_to_write
from grants.desk.views.looking import looked_at
from grants.people.queries import grants_held
from workflow.actions import Standing, offers
from workflow.deadlines import open_deadlines
from workflow.ports import domain


@require_safe
@looked_at
def record(request: HttpRequest, machine: str, pk: int) -> HttpResponse:
    """One record: what it is, in whose hands, what may be done, what happened."""
    if machine in {"project", "round"}:
        return redirect(machine, pk)
    found = find(machine, pk, request.user)
    if found is None:
        raise Http404
    worn = grants_held(request.user)
    context = {
        **parts_of(request, found, worn),
        "facts": facts(found),
        "project": project_of(found),
    }
    return render(request, "grants/desk/record.html", context)


def parts_of(request: HttpRequest, found: Any, worn: list[Any], others: Any = ()) -> dict[str, Any]:
    """What every record's page has: state, turn, deadlines, buttons, proposals, trail, documents."""
    roles = domain().roles(request.user, found)
    documents = documents_of(found, *others)
    steps = steps_under(found)
    known = Standing(found, request.user)
    return {
        "record": found,
        "hats": dressed(worn),
        "roles": roles,
        "writing": pages_to_write(found, roles),
        "steps": steps,
        "turn": hands(found, turn_of(found)),
        "deadlines": deadline_rows(open_deadlines(found)),
        "buttons": buttons(found, offers(found, request.user, known)),
        "pending": pending(found, known.proposals, request.user, roles),
        "trail": trail(found, steps, actor=request.user, roles=roles, others=others, documents=documents),
        "documents": by_slot(documents, found),
    }
