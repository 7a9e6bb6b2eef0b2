"""The page of anything that goes on beside a project: a payment, a check, an objection, a change."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from grants.applications.models import Project
from grants.desk.domain import readable
from grants.desk.queries.projects import documents_of, steps_under, turn_of
from grants.desk.queries.records import find, project_of
from grants.desk.queries.work import run_out
from grants.desk.retaking.queries import askable
from grants.desk.tables.changing import differences
from grants.desk.tables.documents import by_slot
from grants.desk.tables.facts import facts
from grants.desk.tables.hats import dressed
from grants.desk.tables.messages import turn_message
from grants.desk.tables.offers import offered, pending, record_url
from grants.desk.tables.trail import trail
from grants.desk.tables.turns import hands
from grants.desk.tables.writing import pages_to_write
from grants.desk.views.looking import looked_at
from grants.people.queries import grants_held
from grants.programmes.models import Round
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
        "changes": differences(found, request.user),
        "project": project_of(found),
    }
    return render(request, "grants/desk/record.html", context)


def parts_of(request: HttpRequest, found: Any, worn: list[Any], others: Any = ()) -> dict[str, Any]:
    """What every record's page has: state, turn, deadlines, buttons, proposals, trail, documents."""
    roles = domain().roles(request.user, found)
    documents = readable(documents_of(found, *others), found, roles, request.user)
    steps = steps_under(found)
    running = list(open_deadlines(found))
    turn = hands(found, turn_of(found), running, request.user)
    known = Standing(found, request.user)
    pages = pages_to_write(found, roles | _lists_for(found, worn))
    return {
        "record": found,
        "hats": dressed(worn),
        "roles": roles,
        "steps": steps,
        "turn": turn,
        "message": turn_message(found, turn, request.build_absolute_uri(record_url(found))) if turn.duty else "",
        "offered": offered(found, offers(found, request.user, known), pages, steps, run_out(found, running)),
        "pending": pending(found, known.proposals, request.user, roles),
        "trail": trail(found, steps, actor=request.user, roles=roles, others=others, documents=documents),
        "documents": _listed(documents, found, roles),
    }


def _listed(documents: list[Any], found: Any, roles: frozenset[str]) -> list[dict[str, Any]]:
    """The papers of a record, with those asked for again; a project's are asked for again on its checklist."""
    asked = {one.pk: {"pk": one.asked_again} for one in documents if one.asked_again}
    ways = () if isinstance(found, Project) else askable(documents, project_of(found), roles)
    return by_slot(documents, found, asked, ways)


def _lists_for(found: Any, worn: list[Any]) -> frozenset[str]:
    """The roles in which a person sits at the lists of a round, also those that reach over a part of it only."""
    here = isinstance(found, Round)
    return frozenset(hat.role for hat in worn if hat.round_id in {None, found.pk}) if here else frozenset()
