"""Payments that ask for themselves: the clock asks for a tranche as soon as everything it hangs on is true."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, F, OuterRef, Q

from grants.applications.models import Project
from grants.awards.enums import Trigger
from grants.funds.conditions import ACCEPTED, foresee, unmet
from grants.funds.models import Payment, Tranche
from workflow.actions import command, take
from workflow.lifecycle import PROJECT, CheckState, ProjectState
from workflow.looking import looking
from workflow.ports import SYSTEM
from workflow.refusals import Refused


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


def ask_for_ripe(among: Iterable[int] | None = None) -> int:
    """Every ripe tranche, of these projects or of all, has a request that waits for finance. -> how many were made.

    What stands in the way of one, a hold or accounts that owe nothing, keeps no other back.
    """
    wanted = None if among is None else set(among)
    made = 0
    for tranche in ripe():
        if wanted is None or tranche.project_id in wanted:
            made += _asked(tranche)
    return made


def _asked(tranche: Tranche) -> bool:
    try:
        request_ripe(tranche, actor=SYSTEM)
    except Refused:
        return False
    return True


@command
def request_ripe(tranche: Tranche, *, actor: object) -> None:
    """A payment of the tranche is asked for through the one door. Raises Refused."""
    project = Project.objects.get(pk=tranche.project_id)
    take(project, "request_payment", actor=actor, given={"tranche": str(tranche.number)})
