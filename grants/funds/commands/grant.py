"""The grant of a project: promised in tranches at the agreement, released when it will not be paid."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F, Sum
from django.utils.translation import gettext

from grants.applications.models import Project
from grants.funds.carrying import relieve_all
from grants.funds.commands.posting import post
from grants.funds.counting import broken, one_row, refused, reread, room_in
from grants.funds.enums import AccountKind as K
from grants.funds.ledger import available, project_account
from grants.funds.models import Entry, Tranche
from grants.funds.queries import WAITING
from grants.kernel.money import format_fen, split_grant
from grants.programmes.profile.money import TranchePlan
from storage.models import Document
from workflow import clock
from workflow.effects import Done
from workflow.refusals import Refusal, Refused


def oblige(project: Project, plans: Sequence[TranchePlan], *, done: Done) -> Entry:
    """At the agreement the grant becomes an obligation: undrawn ← committed, and tranches that add up to it."""
    fen = project.granted_fen - project.released_fen
    parts = split_grant(fen, [plan.share for plan in plans])
    if sum(parts) != fen or project.tranches.exists():
        raise Refused([broken()])
    Tranche.objects.bulk_create(
        Tranche(
            project=project,
            number=number,
            planned_fen=part,
            trigger=plan.trigger,
            after_d=plan.after_d,
            due_wd=plan.due_wd,
        )
        for number, (plan, part) in enumerate(zip(plans, parts, strict=True), start=1)
    )
    flow = (project_account(project, K.UNDRAWN), project_account(project, K.COMMITTED), fen)
    return post(date=clock.today(), memo=f"协议生效：{project.number}", postings=[flow], done=done)


def release(project: Project, fen: int, *, memo: str, done: Done, document: Document | None = None) -> Entry:
    """That much of the grant goes back to the envelope: counters, tranches from the last on, sources, ledger.

    What a payment under way is waiting for cannot be released. Raises Refused.
    """
    one_row(
        Project.objects.filter(pk=project.pk, granted_fen__gte=F("paid_fen") + F("released_fen") + fen),
        Refusal("nothing_to_release", gettext("未拨的资金不足 %(fen)s 元。") % {"fen": format_fen(fen)}),
        released_fen=F("released_fen") + fen,
    )
    reread(project, "paid_fen", "released_fen")
    signed = project.tranches.exists()
    if signed:
        _close_tranches(project, fen)
    relieve_all(project, fen)
    origin = project_account(project, K.UNDRAWN if signed else K.COMMITTED)
    flow = (available(project.round), origin, fen)
    return post(date=clock.today(), memo=memo, postings=[flow], done=done, document=document)


def _close_tranches(project: Project, fen: int) -> None:
    sums = project.payments.filter(state__in=WAITING).order_by().values("tranche").annotate(fen=Sum("amount_fen"))
    waiting = {row["tranche"]: row["fen"] for row in sums}
    left = fen
    for tranche in list(project.tranches.order_by("-number")):
        part = min(left, tranche.open_fen - waiting.get(tranche.pk, 0))
        if part > 0:
            one_row(room_in(tranche, part), broken(), released_fen=F("released_fen") + part)
            left -= part
    if left:
        words = {"fen": format_fen(left)}
        raise refused("payment_waiting", gettext("有 %(fen)s 元正在拨付途中，请先办结或作废那笔拨款。") % words)
