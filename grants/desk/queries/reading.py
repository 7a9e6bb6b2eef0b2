"""What one reads of an application: its budget lines, its documents, what the levels before said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from grants.applications.models import BudgetLine, Project
from grants.applications.queries import budget_lines, standing_recommendations
from grants.closeout.models import Acceptance
from grants.desk.domain import readable, withheld
from storage.models import Attachment
from storage.queries import attachments_of
from workflow.ports import domain


@dataclass(frozen=True)
class Reading:
    """The rows behind the text of an application."""

    lines: list[BudgetLine]
    documents: list[Attachment]
    recommendations: list[Any]
    past: list[Project]
    versions: int
    withheld: int = 0
    """Papers that hide names and were not covered for this reader yet."""


def reader_of(project: Project, actor: Any) -> Reading:
    """Everything the reader shows this person, in six questions."""
    said = standing_recommendations(project).select_related("organisation")
    papers, roles = list(attachments_of(project)), domain().roles(actor, project)
    return Reading(
        budget_lines(project),
        readable(papers, project, roles, actor),
        list(said),
        past_of(project),
        project.submissions.count(),
        withheld(papers, project, roles, actor),
    )


PAST = 5
"""Earlier projects of a team that are shown."""


def past_of(project: Project) -> list[Project]:
    """What the same team was granted in earlier rounds, the last first, with how each was accepted."""
    found = Project.objects.filter(team=project.team_id, round__year__lt=project.round.year, granted_fen__gt=0)
    judged = Prefetch("acceptances", Acceptance.objects.order_by("number"))
    found = found.select_related("round__configuration").prefetch_related(judged)
    return list(found.order_by("-round__year", "number")[:PAST])
