"""What a running project shows: its plan and log, its budgets by category, its checks and changes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, F, QuerySet, Sum

from grants.applications.enums import MoneySource
from grants.applications.models import BudgetLine, BudgetVersion, Project
from grants.applications.queries import LINE
from grants.applications.queries import visible_to as visible_projects
from grants.implementation.enums import ChangeKind
from grants.implementation.models import Activity, ChangeRequest, Check
from grants.kernel.given import rows, whole, words
from grants.kernel.periods import period_end
from grants.people.models import User
from grants.programmes.queries import rules_of
from workflow.lifecycle import ChangeState, ProjectState
from workflow.looking import read_once
from workflow.models import Step

RUNNING = (
    ProjectState.AGREEMENT_SIGNED,
    ProjectState.IN_PROGRESS,
    ProjectState.SUSPENDED,
    ProjectState.CLOSEOUT_DUE,
    ProjectState.CLOSEOUT_SUBMITTED,
    ProjectState.CLOSEOUT_RETURNED,
    ProjectState.ACCEPTED,
)
"""States in which something agreed may still be changed."""
OPEN_CHANGES = (ChangeState.DRAFTED, ChangeState.FILED, ChangeState.RETURNED)


def runs_longer(project: Project, months: int) -> bool:
    """Whether the agreed period is longer than so many months."""
    if project.start_date is None or project.end_date is None:
        return False
    return project.end_date > period_end(project.start_date, months)


def public_meanwhile(project: Project) -> bool:
    """Whether the public reads how the project gets on before it is over: it runs longer than the round says."""
    return runs_longer(project, rules_of(project.round).deadlines.interim_public_update_above_months)


def planned_activities(project: Project) -> dict[str, int]:
    """How often each activity is planned, by name, as the application or an approved change has it."""
    plan = {words(row, "name"): max(1, whole(row, "times") or 1) for row in rows(project.form, "activities")}
    return {name: times for name, times in plan.items() if name}


def log_of(project: Project) -> QuerySet[Activity]:
    """The log as it stands: what was corrected stays on record and counts no more."""
    return Activity.objects.filter(project=project.pk, corrected_by__isnull=True).order_by("number")


@dataclass(frozen=True)
class LogSums:
    """The log in sums: activities held, person-times of volunteers, minutes served by all of them, people served."""

    held: int
    volunteers: int
    minutes: int
    served: int


def log_sums(project: Project) -> LogSums:
    """What the activity log adds up to; cancelled activities count nothing, travel is not in it."""
    held = log_of(project).filter(cancelled=False).order_by()
    sums = held.aggregate(
        n=Count("pk"), v=Sum("volunteers"), m=Sum(F("volunteers") * F("minutes_each")), s=Sum("served")
    )
    return LogSums(sums["n"], sums["v"] or 0, sums["m"] or 0, sums["s"] or 0)


def unaccounted_activities(project: Project) -> list[str]:
    """Planned activities held less often than planned and not cancelled in the log, in the order of the plan."""
    logged = list(log_of(project).values_list("name", "cancelled"))
    called_off = {name for name, cancelled in logged if cancelled}
    held = Counter(name for name, cancelled in logged if not cancelled)
    return [
        name for name, times in planned_activities(project).items() if name not in called_off and held[name] < times
    ]


@read_once
def budget_now(project: Project) -> BudgetVersion | None:
    """The latest locked budget."""
    return BudgetVersion.objects.filter(project=project.pk, locked_at__isnull=False).order_by("-number").first()


def budget_agreed(project: Project) -> BudgetVersion | None:
    """The latest budget that somebody agreed to: that of the agreement, or what was approved since.

    What the team adjusted by itself is measured against this one, all of it together.
    """
    budgets = BudgetVersion.objects.filter(project=project.pk, locked_at__isnull=False).order_by("-number")
    changes = list(approved_changes(project, ChangeKind.BUDGET).order_by("applied_at", "pk"))
    kind = ContentType.objects.get_for_model(ChangeRequest)
    steps = Step.objects.filter(content_type=kind, object_id__in=[one.pk for one in changes], move="adjust_freely")
    free = set(steps.values_list("object_id", flat=True))
    since = list(takewhile(lambda one: one.pk in free, reversed(changes)))
    return budgets.filter(made_at__lt=since[-1].applied_at).first() if since else budgets.first()


def as_line(row: Mapping[str, Any]) -> BudgetLine:
    """A line as a change request writes it, as a line of a budget that is not saved yet."""
    return BudgetLine(
        category=row["category"],
        item=row["item"],
        unit=row["unit"],
        unit_price_fen=row["unit_price_fen"],
        quantity=row["quantity"],
        amount_fen=row["unit_price_fen"] * row["quantity"],
        source=row["source"],
        basis=row.get("basis", ""),
        activity=row.get("activity", ""),
    )


def lines_of(budget: BudgetVersion | None) -> list[dict[str, Any]]:
    """The lines of a budget as a change request writes them."""
    return list(BudgetLine.objects.filter(budget=budget.pk).values(*LINE)) if budget else []


def by_category(lines: Iterable[dict[str, Any]]) -> dict[str, int]:
    """What the grant pays in each category, in fen."""
    sums: dict[str, int] = defaultdict(int)
    for line in lines:
        if line["source"] == MoneySource.GRANT:
            sums[line["category"]] += line["unit_price_fen"] * line["quantity"]
    return dict(sums)


def shifted_percent(before: dict[str, int], after: dict[str, int]) -> int:
    """How far the most altered category moves, in percent of what it had, rounded up.

    A category that had nothing is measured against the whole budget. Source: DOMAIN 2.6, MONEY.md, Budget life.
    """
    whole = sum(before.values())
    shares = [(abs(after.get(name, 0) - before.get(name, 0)), before.get(name, 0) or whole) for name in before | after]
    return max((-(-moved * 100 // base) for moved, base in shares if moved and base), default=0)


def present(project: Project, kind: str) -> dict[str, Any]:
    """How what a change of this kind concerns stands now: the 'before' of a change request."""
    allocations = {str(row.source_id): row.amount_fen for row in project.allocations.all()}
    facts: dict[str, dict[str, Any]] = {
        ChangeKind.BUDGET: {"lines": lines_of(budget_now(project))},
        ChangeKind.PERIOD: {"end_date": str(project.end_date or "")},
        ChangeKind.LEADER: {"leader": project.leader_id},
        ChangeKind.HANDOVER: {"guided_by": project.team.guided_by_id, "payee": project.payee_id},
        ChangeKind.PAYEE: {"payee": project.payee_id},
        ChangeKind.ACTIVITIES: {"activities": project.form.get("activities", [])},
        ChangeKind.GOALS: {"indicators": project.form.get("indicators", [])},
        ChangeKind.GRANT_REDUCTION: {"undrawn_fen": project.undrawn_fen},
        ChangeKind.RE_SOURCE: {"allocations": allocations},
        ChangeKind.TERMINATION: {"end_date": str(project.end_date or "")},
    }
    return facts[kind]


def open_changes(project: Project) -> QuerySet[ChangeRequest]:
    """Change requests that nobody has decided yet."""
    return ChangeRequest.objects.filter(project=project.pk, state__in=OPEN_CHANGES).order_by("pk")


def approved_changes(project: Project, kind: str) -> QuerySet[ChangeRequest]:
    """Approved change requests of a kind."""
    return ChangeRequest.objects.filter(project=project.pk, kind=kind, state=ChangeState.APPROVED).order_by("pk")


def checks_visible_to(actor: User) -> QuerySet[Check]:
    """Checks of the projects that a person may see."""
    return Check.objects.filter(project__in=visible_projects(actor)).select_related("project").order_by("pk")


def changes_visible_to(actor: User) -> QuerySet[ChangeRequest]:
    """Change requests of the projects that a person may see."""
    return ChangeRequest.objects.filter(project__in=visible_projects(actor)).select_related("project").order_by("pk")
