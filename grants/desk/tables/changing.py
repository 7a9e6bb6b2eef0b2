"""A change request for those who judge it: the rows of a plan or a budget that came, went or say something else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from grants.applications.models import Project
from grants.desk.forms.application import budget_asks
from grants.desk.forms.beginnings import plan_asks
from grants.desk.tables.changes import Change, asked, change_of
from grants.implementation.changing import PLANS
from grants.implementation.enums import ChangeKind
from grants.implementation.models import ChangeRequest
from workflow.rules import Ask

TABLES = {**PLANS, ChangeKind.BUDGET: "lines"}


def differences(record: Any, actor: Any) -> list[Change]:
    """What a change request would change in a table, row by row; nothing for any other record or kind."""
    if not isinstance(record, ChangeRequest) or record.kind not in TABLES:
        return []
    name, project = TABLES[ChangeKind(record.kind)], record.project
    ask = lines_ask(project) if record.kind == ChangeKind.BUDGET else plan_asks(project, name)[0]
    sides = (asked(ask, side.get(name), project, actor) for side in (record.before, record.after))
    found = change_of(*sides)
    return [found] if found else []


def lines_ask(project: Project) -> Ask:
    """The table of a budget with what a line is for first: by that it is known."""
    (ask,) = budget_asks(project)
    return replace(ask, columns=tuple(sorted(ask.columns, key=lambda column: column.name != "item")))
