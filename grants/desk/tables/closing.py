"""What the product knows of a project's end before anybody writes: the log in sums, goals, and what is missing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from grants.applications.form_definition import INDICATORS
from grants.applications.models import Project
from grants.closeout.queries import achieved, goal_of, report_of, unreported_goals
from grants.desk.forms.application import promised_rows
from grants.implementation.queries import LogSums, unaccounted_activities
from grants.kernel.given import whole
from workflow.phrases import listed

MINUTES = 60


def figures_of(log: LogSums) -> dict[str, int]:
    """What the activity log can tell of an indicator, by its code."""
    return {
        "activities": log.held,
        "volunteer_times": log.volunteers,
        "hours": log.minutes // MINUTES,
        "beneficiary_times": log.served,
    }


def what_is_known(log: LogSums) -> list[tuple[str, int]]:
    """The log in sums, each with the name of its indicator."""
    names = dict(INDICATORS)
    return [(str(names[code]), figure) for code, figure in figures_of(log).items()]


def known_goals(project: Project, known: dict[str, Any], log: LogSums) -> dict[str, Any]:
    """The report as far as it is written; where a goal tells no figure yet, that of the log."""
    found = figures_of(log)
    rows = [{**row} for row in known.get("goals") or []]
    rows = rows or [{"indicator": goal_of(row), "target": row.get("target", "")} for row in promised_rows(project)]
    for row in rows:
        figure = found.get(str(row.get("indicator")))
        if row.get("actual") in (None, "") and figure:
            row["actual"] = figure
            row["evidence"] = row.get("evidence") or gettext("活动记录合计")
    return {**known, "goals": rows}


@dataclass(frozen=True)
class Task:
    """One thing that the closeout needs: done or not, and where it is done."""

    label: str
    done: bool
    note: str = ""
    url: str = ""


def tasks(project: Project, roles: Collection[str]) -> list[Task]:
    """What must be there before the report is handed in, in the order in which people do it."""
    report = report_of(project)
    open_goals = unreported_goals(project, report) if report else [gettext("全部目标")]
    rest = unaccounted_activities(project)
    vouchers = project.no_vouchers or project.vouchers.filter(withdrawn_at__isnull=True).exists()
    pk = [project.pk]
    return [
        Task(
            gettext("活动都记了，没办的注明取消"),
            not rest,
            gettext("还差：%(names)s") % {"names": listed(rest[:3])} if rest else "",
            reverse("move", args=["project", project.pk, "log_activity"]),
        ),
        Task(gettext("写好总结"), bool(report and report.summary.strip()), "", "#f-summary"),
        Task(
            gettext("每项目标都有完成数"),
            not open_goals,
            gettext("还差：%(names)s") % {"names": listed(open_goals[:3])} if open_goals else "",
            "#f-goals",
        ),
        Task(gettext("登记了支出凭证，或声明没有票据"), bool(vouchers), "", reverse("project_money", args=pk)),
    ]


@dataclass(frozen=True)
class Goal:
    """One indicator: promised, reported, and what the log adds up to."""

    name: str
    target: int | None
    actual: int | None
    logged: int | None

    @property
    def percent(self) -> int:
        """Reported against promised, at most 100."""
        return min(100, (self.actual or 0) * 100 // self.target) if self.target else 0

    @property
    def short(self) -> bool:
        """Whether less was reached than was promised."""
        return self.target is not None and (self.actual or 0) < self.target


def goals_shown(project: Project, log: LogSums) -> list[Goal]:
    """Every promised indicator with what the report and the log say."""
    report = report_of(project)
    told, names, logged = (achieved(report) if report else {}), dict(INDICATORS), figures_of(log)
    return [
        Goal(str(names.get(code, code)), whole(row, "target"), told.get(code), logged.get(code))
        for row in promised_rows(project)
        if (code := goal_of(row))
    ]
