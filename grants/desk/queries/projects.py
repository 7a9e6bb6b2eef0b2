"""Lists of projects, and everything that one project page shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from grants.applications.models import Project
from grants.desk.queries.records import VISIBLE
from grants.desk.queries.work import turn_roles
from grants.funds.queries import payments_of, tranches_of
from grants.programmes.models import Round
from grants.settlement.models import Voucher
from grants.settlement.queries import vouchers_of
from storage.models import Attachment
from storage.queries import attachments_by_record
from workflow.lifecycle import PROJECT, Role
from workflow.machine import Stateful
from workflow.models import Item, Step, Work, place_of
from workflow.ports import domain
from workflow.trail import name_of, steps_of


def listed(actor: Any, wanted: Mapping[str, str]) -> QuerySet[Project]:
    """The projects a person may see that fit the filters: round, stage, state, and words of title, number or team."""
    found: QuerySet[Project] = VISIBLE["project"](actor).select_related("round", "team__guided_by")
    if state := wanted.get("state"):
        found = found.filter(state=state)
    if stage := wanted.get("stage"):
        found = found.filter(state__in=PROJECT.stages.get(stage, ()))
    if round_ := wanted.get("round"):
        found = found.filter(round=int(round_))
    for word in (wanted.get("q") or "").split():
        found = found.filter(
            Q(title__icontains=word)
            | Q(number__icontains=word)
            | Q(team__name__icontains=word)
            | Q(team__guided_by__name__icontains=word)
        )
    return found.order_by("-round__year", "-number")


def rounds_to_choose(actor: Any) -> list[Round]:
    """The rounds a person may filter by, newest first."""
    return list(VISIBLE["round"](actor))


def steps_under(record: Stateful) -> list[Step]:
    """The trail of a project with all that hangs on it, or of any other record alone; newest first, with the people."""
    found = Step.objects.select_related("actor").order_by("-at", "-content_type", "-seq")
    if isinstance(record, Project):
        return list(found.filter(subject=name_of(record)))
    return list(found.filter(**place_of(record)))


def steps_since(record: Stateful, version: int) -> list[Step]:
    """What has happened to a record after the version a person saw, oldest first."""
    return list(steps_of(record).filter(version__gt=version))


@dataclass(frozen=True)
class Turn:
    """Who has a record now: the roles it waits for, the people who hold them, and since when."""

    roles: tuple[str, ...]
    people: tuple[Any, ...]
    since: Any


def turn_of(record: Stateful) -> Turn:
    """In whose hands a record is."""
    items = Item.objects.filter(process__in=Work.objects.filter(**place_of(record)), finished__isnull=True)
    found = list(items.filter(kind="turn").values_list("since", "turns__role"))
    roles = turn_roles(record, (role for _since, role in found if role))
    people = tuple(domain().holders(record, roles)) if roles else ()
    since = found[0][0] if found else None
    return Turn(tuple(role for role in Role.values if role in roles), people, since)


@dataclass(frozen=True)
class Beside:
    """What goes on beside a project's own course."""

    tranches: list[Any]
    payments: list[Any]
    checks: list[Any]
    changes: list[Any]
    objections: list[Any]
    vouchers: list[Voucher]

    @property
    def records(self) -> list[Any]:
        """Those that have a life and documents of their own."""
        return [*self.payments, *self.checks, *self.changes, *self.objections]


def beside(project: Project, actor: Any) -> Beside:
    """Tranches, payments, checks, changes, objections and vouchers of a project the person may see, one query each.

    Who sees a project sees all of them but the objections. Before it is approved there is nothing but objections.
    """
    objections = list(VISIBLE["objection"](actor).filter(project=project.pk).order_by("pk"))
    if not project.granted_fen:
        return Beside([], [], [], [], objections, [])
    return Beside(
        tranches=tranches_of(project),
        payments=payments_of(project),
        checks=list(project.checks.order_by("pk")),
        changes=list(project.changes.order_by("pk")),
        objections=objections,
        vouchers=vouchers_of(project),
    )


def documents_of(*records: Any) -> list[Attachment]:
    """The current documents of records, in one query."""
    by_record = attachments_by_record(records)
    return [found for record in records for found in by_record.get(record, [])]
