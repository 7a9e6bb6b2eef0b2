"""Every project of a round that is being checked, with all that its check looks at, in a few questions."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Prefetch, Q
from django.db.models.functions import Coalesce

from grants.applications.models import BudgetLine, BudgetVersion, Project
from grants.desk.queries.records import VISIBLE
from grants.programmes.models import Round
from grants.reviews.findings import Known
from storage.queries import attachments_by_record
from workflow.lifecycle import PROJECT_FINAL, ProjectState

TO_RECEIVE = ProjectState.CITY_RECOMMENDED
TO_CHECK = ProjectState.ELIGIBILITY_CHECK
AWAITED = ProjectState.SUPPLEMENT


def being_checked(round_: Round, actor: Any) -> list[Project]:
    """The projects to receive, to check, or whose supplement is awaited, as far as the person sees them."""
    found = VISIBLE["project"](actor).filter(round=round_, state__in=(TO_RECEIVE, TO_CHECK, AWAITED))
    versions = BudgetVersion.objects.order_by("-number").prefetch_related("lines")
    rows = found.select_related("round__configuration", "team__guided_by", "leader").prefetch_related(
        Prefetch("budgets", versions), "eligibility_checks"
    )
    return list(rows.order_by("number"))


def known_of(projects: list[Project]) -> dict[int, Known]:
    """What is known of each project, by its id."""
    attachments = attachments_by_record(projects)
    owed = _owed(projects)
    return {
        project.pk: Known(_lines(project), {one.slot for one in attachments[project]}, owed.get(project.team_id, ""))
        for project in projects
    }


def _lines(project: Project) -> list[BudgetLine]:
    """The lines of the budget that counts: the open version, else the last locked one."""
    versions = list(project.budgets.all())
    counts = next((one for one in versions if one.locked_at is None), next(iter(versions), None))
    return sorted(counts.lines.all(), key=lambda line: line.pk) if counts else []


def _owed(projects: list[Project]) -> dict[int, str]:
    """A project of an earlier round that is not closed yet, by team."""
    found: dict[int, str] = defaultdict(str)
    if projects:
        done = (*PROJECT_FINAL, ProjectState.CLOSED)
        asked = {one.team_id for one in projects}
        others = Project.objects.filter(Q(team__in=asked) | Q(team__same_as__in=asked)).exclude(state__in=done)
        rows = others.exclude(round=projects[0].round_id).annotate(stands_for=Coalesce("team__same_as", "team"))
        for team, number in rows.values_list("stands_for", "number"):
            found[team] = found[team] or number
    return found
