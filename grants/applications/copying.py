"""What the team answered last time, and which of it fits where nothing is written yet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from grants.applications.form_definition import ANSWERED, Input, Screen
from grants.applications.form_kept import answer_to, definition_of
from grants.applications.form_reading import readable
from grants.applications.models import Application, BudgetLine, Project
from grants.applications.queries import LINE, budget_lines
from grants.people.duplicates import family
from grants.programmes.queries import rules_of

BUDGET = "budget"
OF_ONE_ROUND = frozenset({"start_date", "end_date", "committed", *ANSWERED})
"""What is said anew every time: when, the promise, and what has an answer from the beginning."""
NOTHING: tuple[Any, ...] = (None, "", [])


def last_application(project: Project) -> Application | None:
    """What the team of the project handed in last, in another project."""
    found = Application.objects.filter(project__team__in=family(project.team_id)).exclude(project=project.pk)
    return found.select_related("project__round").order_by("-at", "-pk").first()


@dataclass(frozen=True)
class Offer:
    """One page of the application: what could be copied there, and what stays because something is written already."""

    screen: Screen
    answers: Mapping[str, Any]
    lines: int = 0
    kept: int = 0

    @property
    def size(self) -> int:
        """How many answers and lines would come."""
        return len(self.answers) + self.lines


@dataclass(frozen=True)
class Copying:
    """A draft beside what its team handed in last."""

    project: Project
    last: Application

    @cached_property
    def told(self) -> dict[str, Any]:
        """The answers of last time that answer what is asked now."""
        found: dict[str, Any] = json.loads(self.last.answers)
        return {name: found[name] for name, one in self._fields.items() if _answers(one, found.get(name))}

    @cached_property
    def _fields(self) -> dict[str, Input]:
        return {one.name: one for one in definition_of(self.project).written}

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        """The budget of last time in categories that this round knows; none where the draft has lines already."""
        if budget_lines(self.project):
            return []
        known = {one.code for one in rules_of(self.project.round).budget.categories}
        version = self.last.project.budgets.filter(locked_at__lte=self.last.at).order_by("-number").first()
        found = BudgetLine.objects.filter(budget=version, category__in=known).order_by("pk")
        return [{name: getattr(line, name) for name in LINE} for line in found]

    def offers(self) -> list[Offer]:
        """Page by page, in the order of the application."""
        pages = definition_of(self.project).screens
        return [self._offer(screen) for screen in pages if screen.fields or screen.code == BUDGET]

    def _offer(self, screen: Screen) -> Offer:
        told = {name: self.told[name] for name in screen.fields if name in self.told and name not in OF_ONE_ROUND}
        free = {name: value for name, value in told.items() if answer_to(self.project, self._fields[name]) in NOTHING}
        lines = len(self.lines) if screen.code == BUDGET else 0
        return Offer(screen, free, lines, len(told) - len(free))


def _answers(field: Input, value: Any) -> bool:
    """Whether an answer of last time is one to this question: there, and of its kind as it is asked now."""
    return value not in NOTHING and readable(field, value)


def marked(project: Project, screen: Screen) -> list[str]:
    """What on the page was copied and not looked at since."""
    names: Iterable[str] = (BUDGET,) if screen.code == BUDGET else screen.fields
    return [name for name in names if name in project.copied]
