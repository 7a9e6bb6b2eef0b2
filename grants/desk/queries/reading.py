"""What one reads of an application: its budget lines, its documents, what the levels before said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grants.applications.models import BudgetLine, Project
from grants.applications.queries import budget_lines, standing_recommendations
from grants.desk.domain import readable
from storage.models import Attachment
from storage.queries import attachments_of
from workflow.ports import domain


@dataclass(frozen=True)
class Reading:
    """The rows behind the text of an application."""

    lines: list[BudgetLine]
    documents: list[Attachment]
    recommendations: list[Any]


def reader_of(project: Project, actor: Any) -> Reading:
    """Everything the reader shows this person, in three questions."""
    said = standing_recommendations(project).select_related("organisation")
    return Reading(
        budget_lines(project),
        readable(attachments_of(project), project, domain().roles(actor, project), actor),
        list(said),
    )
