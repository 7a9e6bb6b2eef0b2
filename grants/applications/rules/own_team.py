"""Nobody judges the project of a team of their own, at any stage: another of the role does, or the level above."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from grants.applications.models import Project
from grants.applications.queries import level_in_turn, recommender_of
from grants.people.queries import AREA_ROLES, OF_TEAMS, own_teams
from workflow.lifecycle import Role
from workflow.looking import once
from workflow.phrases import listed
from workflow.ports import Actor, Given, domain
from workflow.refusals import Refusal
from workflow.rules import rule
from workflow.table import Deed

NAMED = 3


@rule(of_each=True)
def not_own_team(record: Any, actor: Actor, _given: Given, deed: Deed) -> Refusal | None:
    """Nobody judges the project of a team he or she belongs to: another person of the role does, or the level above.

    Who makes a deed in a role of the team or of the payee speaks for the team, and may; whose deed it is not at all
    is told so elsewhere.
    """
    project = domain().root(record)
    if not isinstance(project, Project) or project.team_id not in own_teams(actor):
        return None
    mine = domain().roles(actor, record) & set(deed.roles)
    if not mine - OF_TEAMS or mine & set(deed.by) & OF_TEAMS:
        return None
    wanted = deed.by if mine & set(deed.by) else deed.roles
    return Refusal("own_team", _instead(others(project, wanted), mine & set(wanted)))


def others(project: Project, roles: tuple[str, ...]) -> list[str]:
    """Who may do it instead: the level that has the turn where one stands back, else those who hold one of the roles.

    Nobody who belongs to the team.
    """
    if project.stood_back:
        return [str(recommender_of(project, level_in_turn(project)))]
    key = ("instead", project.pk, roles)
    return once(key, lambda: [str(person) for person in domain().holders(project, set(roles) - OF_TEAMS)])


def _instead(names: list[str], mine: frozenset[str] | set[str]) -> str:
    if names:
        more = gettext("等") if len(names) > NAMED else ""
        return gettext("您是这个团队的成员，须回避。由%(names)s办理。") % {"names": listed(names[:NAMED]) + more}
    if mine & AREA_ROLES:
        return gettext("您是这个团队的成员，须回避。由上一级红十字会办理。")
    if Role.REVIEWER in mine:
        return gettext("您是这个团队的成员，请回避，由省级更换评审专家。")
    told = {"role": listed(Role(role).label for role in Role.values if role in mine)}
    return gettext("您是这个团队的成员，须回避。现在没有别的“%(role)s”，请系统管理员授予另一位。") % told
