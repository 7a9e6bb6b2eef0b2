"""What was handed in at one step of a project."""

from __future__ import annotations

from django.db.models import Sum

from grants.applications.enums import MoneySource
from grants.applications.models import Application, BudgetLine, Project
from grants.applications.queries import HANDING_IN
from workflow.models import Step
from workflow.trail import steps_of


def submission(project: Project, seq: int) -> tuple[Step, Application, int] | None:
    """The step, the version of the answers and the fen asked for then; None where that step handed nothing in."""
    step = steps_of(project).filter(seq=seq, move__in=HANDING_IN).first()
    version = project.submissions.select_related("written_by").filter(at=step.at).first() if step else None
    if step is None or version is None:
        return None
    budget = project.budgets.filter(locked_at__lte=step.at).order_by("-number").first()
    lines = BudgetLine.objects.filter(budget=budget, source=MoneySource.GRANT)
    return step, version, lines.aggregate(fen=Sum("amount_fen"))["fen"] or 0
