"""What a person may begin, and what there is to choose from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from grants.applications.models import Project
from grants.implementation.queries import present
from grants.people.enums import UNGUIDING
from grants.people.models import Organisation, Team, User
from grants.people.queries import TEAM_ROLES, grants_held, grants_in_force
from grants.programmes.models import Programme, Round
from grants.programmes.queries import visible_to as rounds_visible_to
from workflow.lifecycle import ProjectState, Role, RoundState


def open_rounds(actor: Any) -> list[Round]:
    """Rounds whose call is open."""
    return list(rounds_visible_to(actor).filter(state=RoundState.OPEN))


def own_teams(actor: Any) -> list[Team]:
    """The teams for which a person may begin an application."""
    held = [grant for grant in grants_held(actor) if grant.role in TEAM_ROLES]
    return list({grant.team_id: grant.team for grant in held if grant.team}.values())


@dataclass(frozen=True)
class Call:
    """A round whose call is open, with the person's teams that have not applied in it."""

    round: Round
    teams: list[Team]


def calls_unanswered(actor: Any) -> list[Call]:
    """Every open call that one of the person's teams has not answered; an application withdrawn is none."""
    teams = own_teams(actor)
    rounds = open_rounds(actor) if teams else []
    own = Project.objects.filter(round__in=rounds, team__in=teams, exclusive=True).exclude(state=ProjectState.WITHDRAWN)
    taken = set(own.values_list("round", "team")) if rounds else set()
    found = [Call(one, [team for team in teams if (one.pk, team.pk) not in taken]) for one in rounds]
    return [call for call in found if call.teams]


def leaders_of(team: Team) -> list[User]:
    """The people who lead a team today, the longest first."""
    held = grants_in_force().filter(team=team, role=Role.TEAM_LEADER)
    return [grant.person for grant in held.select_related("person").order_by("valid_from", "pk")]


def programmes() -> list[Programme]:
    """Every programme."""
    return list(Programme.objects.order_by("pk"))


def choices_for_change(project: Project) -> dict[str, Iterable[Any]]:
    """Whom and what a change may name."""
    guides = Organisation.objects.filter(valid_to__isnull=True).exclude(level__in=UNGUIDING)
    return {
        "leaders": leaders_of(project.team),
        "guides": guides.order_by("path"),
        "sources": [row.source for row in project.allocations.select_related("source")],
    }


def present_rows(project: Project, kind: str) -> dict[str, Any]:
    """The tables that a change of this kind writes anew, as they stand."""
    return {name: value for name, value in present(project, kind).items() if isinstance(value, list)}


def rounds_to_copy(programme: Programme, actor: Any) -> list[Round]:
    """The programme's rounds whose configuration a new one may start from, the latest first."""
    found = rounds_visible_to(actor).filter(programme=programme, configuration__isnull=False)
    return list(found.exclude(state=RoundState.CANCELLED)[:12])
