"""Every project of a round that is being checked, with all that its check looks at, in a few questions."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce

from grants.applications.lateness import kept_out
from grants.applications.models import BudgetLine, BudgetVersion, Project
from grants.applications.rules.team import DONE, OWED, on_the_list
from grants.desk.queries.records import VISIBLE
from grants.people.sanctions import sanctions_on
from grants.programmes.models import Round
from grants.reviews.findings import Known
from storage.queries import attachments_by_record
from workflow.lifecycle import ProjectState

TO_RECEIVE = ProjectState.CITY_RECOMMENDED
TO_CHECK = ProjectState.ELIGIBILITY_CHECK
AWAITED = ProjectState.SUPPLEMENT


def being_checked(round_: Round, actor: Any) -> list[Project]:
    """The projects to receive, to check, or whose supplement is awaited, as far as the person sees them."""
    found = VISIBLE["project"](actor).filter(round=round_, state__in=(TO_RECEIVE, TO_CHECK, AWAITED))
    return list(to_judge(found).prefetch_related("eligibility_checks").order_by("number"))


def to_judge(found: QuerySet[Project]) -> QuerySet[Project]:
    """The same projects with team, guide, leader and budgets read along."""
    versions = BudgetVersion.objects.order_by("-number").prefetch_related("lines")
    rows = found.select_related("round__configuration", "team__guided_by", "leader")
    return rows.prefetch_related(Prefetch("budgets", versions))


def known_of(projects: list[Project]) -> dict[int, Known]:
    """What is known of each project, by its id."""
    attachments = attachments_by_record(projects)
    late = kept_out(projects)
    owed, listed = _owed(projects), sanctions_on((one.team, one.leader) for one in projects)
    return {
        project.pk: Known(
            _lines(project),
            {one.slot for one in attachments[project]},
            owed.get(project.pk, ""),
            on_the_list(listed[project.team_id]) if project.team_id in listed else "",
            str(late.get(project.pk, "")),
        )
        for project in projects
    }


def _lines(project: Project) -> list[BudgetLine]:
    """The lines of the budget that counts: the open version, else the last locked one."""
    versions = list(project.budgets.all())
    counts = next((one for one in versions if one.locked_at is None), next(iter(versions), None))
    return sorted(counts.lines.all(), key=lambda line: line.pk) if counts else []


def _owed(projects: list[Project]) -> dict[int, str]:
    """A project of another round that is not closed yet, of the team, or overdue of the leader, by project."""
    if not projects:
        return {}
    teams, leaders = {one.team_id for one in projects}, {one.leader_id for one in projects}
    asked = Q(team__in=teams) | Q(team__same_as__in=teams) | Q(leader__in=leaders, state__in=OWED)
    others = Project.objects.filter(asked).exclude(state__in=DONE).exclude(round=projects[0].round_id)
    rows = list(
        others.annotate(stands_for=Coalesce("team__same_as", "team")).values_list(
            "stands_for", "leader", "state", "number"
        )
    )
    found: dict[int, str] = {}
    for project in projects:
        mine = [
            number
            for team, leader, state, number in rows
            if project.team_id == team or (project.leader_id == leader and state in OWED)
        ]
        if mine:
            found[project.pk] = mine[0]
    return found
