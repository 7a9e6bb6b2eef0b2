"""Organisations, people, teams and roles: who is where, holding what, by whose word; and finding anything."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grants.applications.dictating import may_write_for
from grants.applications.proving import paper_of, proof_of
from grants.desk.forms.people import PeopleFilter
from grants.desk.queries.beginnings import open_rounds
from grants.desk.queries.board import CALLERS
from grants.desk.queries.people import (
    MOST_FOUND,
    awards_of,
    everything,
    find_organisation,
    find_person,
    find_team,
    going_at,
    grants_at,
    grants_of,
    hats_of,
    kin,
    left_behind,
    lines_of,
    members_of,
    people_found,
    projects_in,
    stage_counts,
    teams_of,
    tree,
)
from grants.desk.queries.projects import listed
from grants.desk.queries.records import VISIBLE
from grants.desk.tables.hats import dressed
from grants.desk.tables.lending import slips
from grants.desk.tables.people import area_query, grant_rows, stage_rows
from grants.desk.tables.register import forms_held, written
from grants.desk.tables.roles import powers, role_choices
from grants.desk.views.looking import looked_at
from grants.desk.views.paging import paged
from grants.people.commands.sanctions import KEEPERS
from grants.people.doubts import told_of
from grants.people.enums import Level
from grants.people.handing import open_handovers
from grants.people.lending import slips_of
from grants.people.models import Organisation, RoleGrant
from grants.people.queries import grants_held, hats, holds, own_teams
from grants.people.registering import (
    UNDER,
    may_add_townships,
    may_dissolve,
    may_register_team,
    registers_organisations,
    registers_teams,
)
from grants.people.rules import may_grant, may_guide, may_move_team, roles_to_admit
from grants.people.sanctions import sanctions_on
from grants.people.seeding import lacking_townships
from workflow import clock
from workflow.lifecycle import Role


@require_safe
@looked_at
def organisations(request: HttpRequest) -> HttpResponse:
    """The tree of Red Crosses with universities, hospitals and units; `?q=` finds by name or code."""
    if not hats(request.user):
        raise Http404
    text = request.GET.get("q", "").strip()[:60]
    branches = tree(request.user, text)
    context = {
        "branches": branches,
        "text": text,
        "handovers": list(open_handovers(request.user)),
        "left_behind": left_behind(request.user),
        "may_enter_team": registers_teams(request.user),
        "may_enter": registers_organisations(request.user),
        "may_bar": holds(request.user, *KEEPERS, Role.AUDITOR),
    }
    return render(request, "grants/desk/organisations.html", context)


@require_safe
@looked_at
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """One organisation: who holds which role there, its teams and projects, what it was merged with."""
    found = find_organisation(request.user, pk)
    if found is None:
        raise Http404
    actor, standing = request.user, found.valid_to is None
    guides = standing and may_guide(found) is None
    near = kin(found)
    waiting = list(going_at(found).values_list("pk", flat=True)) if found.succeeded_by_id else []
    context = {
        "place": found,
        "doubts": told_of(found),
        "waiting": waiting,
        "moves_projects": holds(actor, Role.PROGRAMME_OFFICER),
        "may_enter_team": guides and may_register_team(actor, found) is None,
        "may_enter_below": standing and found.level in UNDER[Level.GRASSROOTS] and registers_organisations(actor),
        "may_add_townships": _lacks_townships(found, near["below"]) and may_add_townships(actor, found) is None,
        "may_rename": standing and registers_organisations(actor),
        "may_dissolve": may_dissolve(found) is None and registers_organisations(actor),
        "written": written(lines_of(found)),
        "grants": grant_rows(grants_at(found, request.user)),
        "stages": stage_rows(stage_counts(projects_in(found, request.user))),
        "query": area_query(found),
        "may_merge": holds(request.user, Role.SYSADMIN) and found.valid_to is None and found.level != Level.PROVINCE,
        **near,
        **paged(request, teams_of(found, request.user)),
    }
    return render(request, "grants/desk/organisation.html", context)


def _lacks_townships(place: Organisation, below: list[Organisation]) -> bool:
    """Whether any of the shipped list is not there by name; the page that adds them knows it exactly."""
    names = {name for one in below for name in (one.name, one.short_name)}
    return bool(lacking_townships(place, names, zones=True))


@require_safe
@looked_at
def people(request: HttpRequest) -> HttpResponse:
    """The people one may see, with the roles they hold today."""
    if not hats(request.user):
        raise Http404
    form = PeopleFilter(request.GET)
    wanted = form.wanted()
    part = paged(request, people_found(request.user, wanted))
    worn = hats_of(part["page"])
    context = {
        "form": form,
        "wanted": wanted,
        **part,
        "rows": [{"person": one, "hats": dressed(worn[one.pk])} for one in part["page"]],
        "numbers": holds(request.user, *CALLERS),
        "admits": bool(roles_to_admit(request.user)),
    }
    return render(request, "grants/desk/people.html", context)


@require_safe
@looked_at
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: the roles held now and before, since when, until when, by whose word."""
    found = find_person(request.user, pk)
    if found is None:
        raise Http404
    actor: Any = request.user
    held = grants_of(found, actor)
    may_end = [one.pk for one in held if _in_force(one) and not _against(actor, one)]
    context: dict[str, Any] = {
        "person": found,
        "grants": grant_rows(held, may_end=may_end),
        "endable": bool(may_end),
        "leaves": slips(slips_of(found)) if held else [],
        "may_grant": bool(roles_to_admit(actor)) and found.pk != actor.pk,
        "written": written(lines_of(found)) if roles_to_admit(actor) or holds(actor, Role.AUDITOR) else [],
        "numbers": found.pk == request.user.pk or holds(request.user, *CALLERS),
    }
    return render(request, "grants/desk/person.html", context)


def _in_force(grant: RoleGrant) -> bool:
    return grant.valid_to is None or (grant.valid_to >= clock.today() and not grant.never_held)


def _against(actor: Any, grant: RoleGrant) -> Any:
    return may_grant(actor, grant.person, grant.role, grant.organisation, grant.team)


@require_safe
@looked_at
def team(request: HttpRequest, pk: int) -> HttpResponse:
    """One team: its members with their roles, the Red Cross that guides it, its projects."""
    found = find_team(request.user, pk)
    if found is None:
        raise Http404
    projects = VISIBLE["project"](request.user).filter(team=found.pk).order_by("-number")
    lines, stands = lines_of(found), found.same_as_id is None
    awards = awards_of(found, request.user)
    context = {
        "team": found,
        "doubts": told_of(found),
        "proof": proof_of(found),
        "may_prove": stands
        and may_register_team(request.user, found.guided_by) is None
        and found.pk not in own_teams(request.user)
        and paper_of(found) is not None,
        "sanction": sanctions_on([(found, None)]).get(found.pk),
        "grants": grant_rows(members_of(found)),
        "may_move": stands and may_move_team(request.user, found.guided_by) is None,
        "may_write": stands and may_write_for(request.user, found) is None and bool(open_rounds(request.user)),
        "may_correct": stands and may_register_team(request.user, found.guided_by) is None,
        "written": written(lines),
        "forms": forms_held(found, lines),
        "awards": awards,
        "awarded_fen": sum(one.granted_fen for one in awards),
        "handovers": found.handovers.select_related("giving", "receiving", "asked_by"),
        **paged(request, projects),
    }
    return render(request, "grants/desk/team.html", context)


@require_safe
@looked_at
def roles(request: HttpRequest) -> HttpResponse:
    """What a role may do, straight from the table; one's own first."""
    mine = [grant.role for grant in grants_held(request.user)]
    asked = request.GET.get("role", "")
    known = {row["role"]: row for row in role_choices()}
    chosen = asked if asked in known else next(iter(mine), Role.TEAM_LEADER.value)
    context = {
        "choices": known.values(),
        "chosen": known[chosen],
        "mine": set(mine),
        "groups": powers(chosen),
    }
    return render(request, "grants/desk/roles.html", context)


@require_safe
@looked_at
def search(request: HttpRequest) -> HttpResponse:
    """Projects, teams, people and organisations with all the words in the address."""
    text = request.GET.get("q", "").strip()[:60]
    found = everything(request.user, text, listed(request.user, {"q": text, "sort": "title"}))
    context = {"text": text, "found": found, "most": MOST_FOUND}
    return render(request, "grants/desk/search.html", context)
