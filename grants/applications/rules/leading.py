"""Who may lead an application."""

from __future__ import annotations

from django.utils.translation import gettext

from grants.people.models import Team, User
from grants.people.queries import live_grants
from workflow.lifecycle import Role
from workflow.refusals import Refusal


def not_leader(team: Team, leader: User) -> Refusal | None:
    """Why this person cannot lead an application of the team."""
    if live_grants(leader).filter(team=team, role=Role.TEAM_LEADER).exists():
        return None
    told = {"person": str(leader), "team": str(team)}
    return Refusal("leader", gettext("%(person)s不是“%(team)s”的项目负责人。") % told, at="leader")
