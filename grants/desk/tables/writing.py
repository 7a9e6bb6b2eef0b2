"""Pages to write on, beside the moves: the application, its budget and files, the report, a change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from grants.applications.commands import WRITABLE as APPLICATION_OPEN
from grants.applications.models import Project
from grants.closeout.commands import WRITABLE as REPORT_OPEN
from grants.closeout.commands import WRITERS as REPORTERS
from grants.implementation.models import ChangeRequest
from grants.implementation.queries import RUNNING
from grants.people.queries import TEAM_ROLES
from workflow.lifecycle import CHANGE, OBJECTION, ChangeState


@dataclass(frozen=True)
class WritingPage:
    """A page to write on."""

    label: StrOrPromise
    url: str


PAGES: tuple[tuple[str, StrOrPromise, Any, frozenset[str]], ...] = (
    ("project_form", _("填写申报书"), APPLICATION_OPEN, TEAM_ROLES),
    ("project_budget", _("填写预算"), APPLICATION_OPEN, TEAM_ROLES),
    ("project_files", _("上传材料"), APPLICATION_OPEN, TEAM_ROLES),
    ("project_report", _("写结题报告"), REPORT_OPEN, REPORTERS),
    ("new_change", _("提出变更"), RUNNING, frozenset(CHANGE.begin.by)),
    ("new_objection", _("登记异议"), None, frozenset(OBJECTION.begin.by)),
)


def pages_to_write(record: Any, roles: frozenset[str]) -> list[WritingPage]:
    """The pages open to these roles while a project, or a change request, is where it is."""
    if isinstance(record, ChangeRequest):
        return _rewriting(record, roles)
    return _of_project(record, roles) if isinstance(record, Project) else []


def _rewriting(change: ChangeRequest, roles: frozenset[str]) -> list[WritingPage]:
    may = str(change.state) in {ChangeState.DRAFTED, ChangeState.RETURNED} and roles & set(CHANGE.begin.by)
    return [WritingPage(_("修改变更申请"), reverse("rewrite_change", args=[change.pk]))] if may else []


def _of_project(project: Project, roles: frozenset[str]) -> list[WritingPage]:
    state = str(project.state)
    return [
        WritingPage(label, reverse(name, args=[project.pk]))
        for name, label, states, mine in PAGES
        if roles & mine and (states is None or state in states)
    ]
