"""Why papers are not held, let go or destroyed."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from grants.applications.models import Project
from grants.programmes.asking import shown
from grants.settlement import keeping
from storage.retention import hold_of
from workflow.refusals import Refusal
from workflow.rules import rule


@rule
def file_not_held(project: Project, actor: Any) -> Refusal | None:
    """Nobody holds the papers of the project."""
    found = hold_of(project)
    if found is None:
        return None
    told = {"who": found.held_by, "day": shown(found.held_at.date()), "why": found.reason}
    return Refusal("file_held", gettext("材料由%(who)s在%(day)s冻结：%(why)s") % told)


@rule
def held_by_another(project: Project, actor: Any) -> Refusal | None:
    """The papers are held, and not by who would let them go."""
    found = hold_of(project)
    if found is None:
        return Refusal("not_held", gettext("材料没有冻结。"))
    if found.held_by_id == getattr(actor, "pk", None):
        return Refusal("same_person", gettext("冻结是您自己办的，须由另一个人解除。"))
    return None


@rule
def papers_due(project: Project, actor: Any) -> Refusal | None:
    """The time of at least one paper is over; while they are held that alone is said."""
    if keeping.papers_due(project).exists() or hold_of(project):
        return None
    return Refusal("nothing_due", gettext("没有保管到期的材料。"))
