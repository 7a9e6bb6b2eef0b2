"""Conditions precedent of a tranche: what must be true before it is paid, and which of it two people may waive."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from functools import partial
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Project
from grants.awards.enums import Trigger
from grants.funds.models import Payment, Tranche, Waiver
from grants.programmes.asking import shown
from workflow import clock
from workflow.lifecycle import CHECK, PROJECT, CheckState, ProjectState
from workflow.looking import looking, once
from workflow.models import Step

WAIVABLE = {
    "check_passed": _("中期检查合格"),
    "accepted": _("验收通过"),
    "not_before": _("到约定的日子"),
    "no_overdue_check": _("没有逾期的检查"),
    "earlier_paid": _("前一期已经拨付"),
}
"""What two people may waive. Agreement and final accounts are the ground of the payment itself and stay."""

ACCEPTED = (ProjectState.ACCEPTED, ProjectState.FINAL_ACCOUNTS, ProjectState.SETTLING)
OPENS = {
    "project": {"accept": Trigger.ACCEPTED, "confirm_accounts": Trigger.SETTLING},
    "check": {"pass_check": Trigger.CHECK_PASSED, "waive": Trigger.CHECK_PASSED},
}
"""The step by which a trigger happens, by machine and move."""

Unmet = tuple[str, str]
"""(name of the condition, sentence that states it)."""


def unmet(tranche: Tranche) -> list[Unmet]:
    """Every condition of the tranche that is neither met nor waived, each with its sentence, in a fixed order."""
    known = {row.pk: row for row in once(_key(tranche.project_id), lambda: _known([tranche.project_id]))}
    now = known[tranche.pk]
    return [(name, sentence) for name, sentence in _unmet(now, known.values()) if not getattr(now, f"waived_{name}", 0)]


def foresee(projects: Collection[int]) -> None:
    """While somebody is looking: the conditions of all tranches of these projects are read by one query."""
    rows: dict[int, list[Any]] = {project: [] for project in projects}
    for row in _known(projects):
        rows[row.project_id].append(row)
    for project, mine in rows.items():
        once(_key(project), partial(list, mine))


def ripe() -> list[Tranche]:
    """The tranches that nobody has ever asked for and whose every condition is met, by two queries.

    One that was asked for and voided or reversed is left to people: they had their reasons.
    """
    earlier = Tranche.objects.filter(project=OuterRef("project"), number__lt=OuterRef("number"), paid_fen=0)
    checked = Q(project__checks__state=CheckState.PASSED) | Q(project__checks__state=CheckState.WAIVED)
    opened = (
        Q(trigger=Trigger.AGREEMENT_SIGNED)
        | Q(trigger=Trigger.CHECK_PASSED) & (checked | Q(waivers__condition="check_passed"))
        | Q(trigger=Trigger.ACCEPTED) & (Q(project__state__in=ACCEPTED) | Q(waivers__condition="accepted"))
        | Q(trigger=Trigger.SETTLING, project__state=ProjectState.SETTLING)
    )
    found = Tranche.objects.filter(
        ~Exists(Payment.objects.filter(tranche=OuterRef("pk"))),
        Q(waivers__condition="earlier_paid") | ~Exists(earlier.filter(planned_fen__gt=F("released_fen"))),
        opened,
        project__state__in=PROJECT.deeds["request_payment"].sources,
        planned_fen__gt=F("paid_fen") + F("released_fen"),
    )
    rows = list(found.distinct().order_by("project", "number"))
    with looking():
        foresee({row.project_id for row in rows})
        return [row for row in rows if not unmet(row)]


def _key(project: int) -> tuple[str, int]:
    return ("conditions", project)


def _known(projects: Collection[int]) -> list[Any]:
    """The tranches of projects in their order, each with all that its conditions ask about, by one query."""
    late, over = Q(project__checks__state=CheckState.OVERDUE), Q(project__checks__state__in=CHECK.final)
    waived = {
        f"waived_{name}": Exists(Waiver.objects.filter(tranche=OuterRef("pk"), condition=name)) for name in WAIVABLE
    }
    found = Tranche.objects.filter(project__in=projects).annotate(
        state=F("project__state"),
        effective_at=F("project__agreement__effective_at"),
        checks=Count("project__checks"),
        passed=Count("project__checks", filter=over),
        late=Count("project__checks", filter=late),
        **waived,
    )
    rows = list(found.order_by("project", "number"))
    later: list[Any] = [row for row in rows if row.after_d]
    days = _opened({row.project_id for row in later}) if later else {}
    for row in later:
        at = row.effective_at if row.trigger == Trigger.AGREEMENT_SIGNED else days.get((row.project_id, row.trigger))
        row.opens_on = at and at.astimezone(clock.SHANGHAI).date() + dt.timedelta(days=row.after_d)
    return rows


def _opened(projects: Collection[int]) -> dict[tuple[int, str], dt.datetime]:
    """When what tranches of these projects hang on last happened, by project and trigger, but for the agreement."""
    owner = dict(Project.objects.filter(pk__in=projects, checks__isnull=False).values_list("checks", "pk"))
    subjects = [*(f"project:{pk}" for pk in projects), *(f"check:{pk}" for pk in owner)]
    steps = Step.objects.filter(subject__in=subjects, move__in=[move for moves in OPENS.values() for move in moves])
    found: dict[tuple[int, str], dt.datetime] = {}
    for machine, pk, move, at in steps.order_by("at").values_list("machine", "object_id", "move", "at"):
        found[owner[pk] if machine == "check" else pk, OPENS[machine][move]] = at
    return found


def _unmet(tranche: Any, all_of_them: Iterable[Any]) -> Iterator[Unmet]:
    if tranche.effective_at is None or tranche.state == ProjectState.REVOKED:
        yield "agreement_effective", gettext("项目协议没有生效")
    if tranche.trigger == Trigger.SETTLING and tranche.state != ProjectState.SETTLING:
        yield "settling", gettext("决算还没有确认")
    if tranche.trigger == Trigger.CHECK_PASSED and not tranche.checks == tranche.passed > 0:
        yield "check_passed", gettext("中期检查还没有合格")
    if tranche.trigger == Trigger.ACCEPTED and tranche.state not in ACCEPTED:
        yield "accepted", gettext("项目还没有验收通过")
    if (day := getattr(tranche, "opens_on", None)) and clock.today() < day:
        yield "not_before", gettext("按协议，%(day)s起才拨付") % {"day": shown(day)}
    if tranche.late:
        yield "no_overdue_check", gettext("有 %(n)s 次检查逾期没有填报") % {"n": tranche.late}
    earlier = (one for one in all_of_them if one.number < tranche.number and not one.paid_fen)
    if before := next((one for one in earlier if one.planned_fen > one.released_fen), None):
        yield "earlier_paid", gettext("第 %(n)s 期还没有拨付") % {"n": before.number}
