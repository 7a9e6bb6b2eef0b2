"""What can be written in a record without a step on its trail: by it a page tells what changed behind somebody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from grants.applications.commands import WRITABLE as APPLICATION_OPEN
from grants.applications.form_kept import answer_to, definition_of
from grants.applications.models import Project
from grants.applications.queries import LINE, budget_lines, files_of
from grants.closeout.commands import WRITABLE as REPORT_OPEN
from grants.closeout.queries import report_of
from grants.desk.forms.merging import mark_of
from grants.implementation.models import ChangeRequest
from workflow.lifecycle import ChangeState, ProjectState


@dataclass(frozen=True)
class Content:
    """One thing that is written in a record: its label, the mark of what it says; who wrote it last, if known."""

    name: str
    label: StrOrPromise
    mark: str
    who: Any = None
    at: Any = None


def contents(record: Any) -> list[Content]:
    """Everything that people write in a record while it is where it is; nothing where only steps change it."""
    if isinstance(record, ChangeRequest) and str(record.state) in {ChangeState.DRAFTED, ChangeState.RETURNED}:
        after, reason = mark_of(record.after), mark_of(record.reason)
        return [Content("after", _("变更内容"), after), Content("reason", _("变更理由"), reason)]
    if not isinstance(record, Project):
        return []
    if record.state in APPLICATION_OPEN:
        return [*_answers(record), _budget(record), _files(record)]
    if record.state == ProjectState.APPROVED:
        return [_budget(record)]
    return [_report(record)] if record.state in REPORT_OPEN else []


def _answers(project: Project) -> list[Content]:
    return [Content(one.name, one.label, mark_of(answer_to(project, one))) for one in definition_of(project).written]


def _budget(project: Project) -> Content:
    lines = [{name: getattr(line, name) for name in LINE} for line in budget_lines(project)]
    return Content("budget", _("预算"), mark_of(lines))


def _files(project: Project) -> Content:
    found = sorted(files_of(project), key=lambda one: one.attached_at)
    last = found[-1] if found else None
    mark = mark_of([str(one.pk) for one in found])
    return Content("files", _("材料"), mark, last and last.attached_by, last and last.attached_at)


def _report(project: Project) -> Content:
    report = report_of(project)
    if report is None:
        return Content("report", _("结题报告"), "-")
    said = [report.summary, report.goals, report.lessons, report.follow_up]
    return Content("report", _("结题报告"), mark_of(said), report.written_by, report.at)
