"""Change requests as they are written, a better photo of an activity: all else goes through the one door."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from grants.applications.models import Project
from grants.implementation.changing import completed
from grants.implementation.enums import ChangeKind
from grants.implementation.models import ChangeRequest
from grants.implementation.queries import RUNNING, present
from storage.models import Document
from workflow.actions import amend, begin, command, lock
from workflow.lifecycle import ChangeState
from workflow.ports import domain
from workflow.refusals import Refusal, Refused


@command
def draft_change(
    project: Project, *, actor: Any, kind: str, after: dict[str, Any], reason: str, key: str | None = None
) -> ChangeRequest:
    """A change request lies drafted, with how things stand now beside what is asked. Nothing is changed yet.

    `after` by kind: budget {lines: rows {category, item, unit, unit_price_fen, quantity, source, basis}} ·
    period {end_date} · leader {leader} · handover {guided_by, payee} · payee {payee} ·
    activities {activities: rows {name, times …}} · goals {indicators: rows {indicator or name, target …}} ·
    grant_reduction {reduce_by_fen} · re_source {leaving: source} · termination {}.
    Cells of a plan that are left unsaid stay as they are, those that are given empty are emptied.
    Raises Refused outside the running of a project, for a kind nobody knows, for the wrong person.
    """
    locked = lock(project)
    if str(locked.state) not in RUNNING:
        message = gettext("项目现在是“%(state)s”，不能申请变更。") % {"state": locked.label}
        raise Refused([Refusal("not_running", message)])
    if kind not in ChangeKind.values:
        raise Refused([Refusal("unknown_kind", gettext("请选择变更的类别。"), at="kind")])
    asked = completed(locked, kind, after)
    change = ChangeRequest(
        project=locked, kind=kind, before=present(locked, kind), after=asked, reason=reason, drafted_by=actor
    )
    return begin(change, actor=actor, key=key, given={"kind": kind, "reason": reason})


@command
def rewrite_change(
    change: ChangeRequest, *, actor: Any, after: dict[str, Any], reason: str, version: int | None = None
) -> ChangeRequest:
    """A drafted or returned request says something else. Raises Refused once it is filed or for a stranger, Stale."""
    locked = lock(change, version)
    if str(locked.state) not in {ChangeState.DRAFTED, ChangeState.RETURNED}:
        message = gettext("变更申请现在是“%(state)s”，不能再改。") % {"state": locked.label}
        raise Refused([Refusal("filed_already", message)])
    if not domain().roles(actor, locked) & set(change.machine().begin.by):
        raise Refused([Refusal("not_yours", gettext("您不能修改这份变更申请。"))])
    before, asked = present(locked.project, locked.kind), completed(locked.project, locked.kind, after)
    return amend(change, version=locked.version, after=asked, reason=reason, before=before)


@command
def show_better_photo(project: Project, old: Document, new: Document, *, actor: Any) -> int:
    """Every activity of the project that shows the old photo shows the new one in its place. -> how many."""
    found = list(project.activities.filter(photos=old.pk))
    for activity in found:
        activity.photos.remove(old)
        activity.photos.add(new)
    return len(found)
