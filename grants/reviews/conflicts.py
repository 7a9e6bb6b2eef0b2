"""May these people review this project? Every reason against, in words, from data alone. Source: DOMAIN 2.2."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext

from grants.applications.models import Project
from grants.people.enums import Level
from grants.people.models import RoleGrant, User
from grants.people.queries import AREA_ROLES, grants_in_force
from workflow import trail
from workflow.lifecycle import Role
from workflow.models import Step
from workflow.ports import domain, hands


def conflicts(project: Project, people: Iterable[User]) -> dict[int, list[str]]:
    """What keeps each of these people from reviewing the project, by id; who is missing has nothing known against them.

    A role in the team, also a past one · a role in the recommending chain · a home in the same county · a deed done
    on this project in a role that does not go with reviewing. Four queries, whatever their number.
    """
    asked = {person.pk for person in people}
    guide = project.team.guided_by
    found = {
        gettext("曾在或正在申报团队任职"): _in_team(project, asked),
        gettext("在推荐本项目的红十字会任职"): _in_chain(project, asked),
        gettext("与申报团队同属%(place)s") % {"place": guide.short_name}: _same_place(project, asked),
        gettext("已经以其他身份办理过本项目"): _have_acted(project, asked),
    }
    reasons = {pk: [reason for reason, those in found.items() if pk in those] for pk in asked}
    return {pk: against for pk, against in reasons.items() if against}


def _in_team(project: Project, asked: set[int]) -> set[int]:
    members = RoleGrant.objects.filter(person__in=asked, team=project.team_id).values_list("person", flat=True)
    return {*members, project.leader_id} & asked


def _in_chain(project: Project, asked: set[int]) -> set[int]:
    homes = grants_in_force().filter(person__in=asked, role__in=AREA_ROLES, organisation__isnull=False)
    held = homes.values_list("person", "organisation__path")
    return {person for person, path in held if project.scope.startswith(path)}


def _same_place(project: Project, asked: set[int]) -> set[int]:
    """Those who belong to the organisation that guides the team, or to one below it; the province is nobody's home."""
    if project.team.guided_by.level == Level.PROVINCE:
        return set()
    near = grants_in_force().filter(person__in=asked, organisation__path__startswith=project.scope)
    return set(near.values_list("person", flat=True))


def _have_acted(project: Project, asked: set[int]) -> set[int]:
    pairs = [pair for pair in domain().incompatible() if Role.REVIEWER in pair]
    foes = {role for pair in pairs for role in pair} - {Role.REVIEWER}
    deeds = Step.objects.filter(Q(actor__in=asked) | Q(behalf__in=asked), subject=trail.name_of(project), role__in=foes)
    return {pk for pair in deeds.values_list("actor", "behalf") for pk in hands(*pair)} & asked
