"""Money that leaves for the payee, and money that comes back, each by its bank line."""

from __future__ import annotations

import datetime as dt

from django.db.models import F
from django.utils.translation import gettext

from grants.applications.models import Project
from grants.funds.commands.posting import post, reverse
from grants.funds.counting import broken, one_row, reread, room_in
from grants.funds.enums import AccountKind as K
from grants.funds.ledger import project_account
from grants.funds.models import BankLine, Entry, Payment, Tranche
from grants.kernel.money import format_fen
from workflow.effects import Done
from workflow.refusals import Refusal, Refused


def disburse(
    project: Project, tranche: Tranche, fen: int, *, date: dt.date, memo: str, reference: str, done: Done
) -> Entry:
    """Money has left for the payee: held ← undrawn, grant and tranche drawn by it and no further. Raises Refused."""
    words = {"fen": format_fen(fen)}
    one_row(
        Project.objects.filter(pk=project.pk, granted_fen__gte=F("paid_fen") + F("released_fen") + fen),
        Refusal("grant_exhausted", gettext("未拨的资助金额不足 %(fen)s 元。") % words),
        paid_fen=F("paid_fen") + fen,
    )
    refusal = Refusal("tranche_exhausted", gettext("本期未拨的金额不足 %(fen)s 元。") % words)
    one_row(room_in(tranche, fen), refusal, paid_fen=F("paid_fen") + fen)
    reread(project, "paid_fen")
    reread(tranche, "paid_fen")
    flow = (project_account(project, K.HELD), project_account(project, K.UNDRAWN), fen)
    return post(date=date, memo=memo, postings=[flow], done=done, external_ref=reference)


def pay(payment: Payment, line: BankLine, *, done: Done) -> Entry:
    """The bank line is used, the payment's amount disbursed on the day the bank booked it. Raises Refused."""
    use_line(line, done=done)
    return disburse(
        payment.project,
        payment.tranche,
        payment.amount_fen,
        date=line.booked_on,
        memo=f"拨款：{payment.number}",
        reference=line.reference,
        done=done,
    )


def take_back(payment: Payment, line: BankLine, *, memo: str, done: Done) -> Entry:
    """A payment came back: the line is used, its entry reversed, grant and tranche are open again. Raises Refused."""
    if payment.paid_entry is None:
        raise Refused([broken()])
    use_line(line, done=done)
    fen, project, tranche = payment.amount_fen, payment.project, payment.tranche
    one_row(Project.objects.filter(pk=project.pk, paid_fen__gte=fen), broken(), paid_fen=F("paid_fen") - fen)
    one_row(Tranche.objects.filter(pk=tranche.pk, paid_fen__gte=fen), broken(), paid_fen=F("paid_fen") - fen)
    reread(project, "paid_fen")
    reread(tranche, "paid_fen")
    return reverse(payment.paid_entry, done=done, memo=memo, date=line.booked_on, external_ref=line.reference)


def use_line(line: BankLine, *, done: Done) -> None:
    """The bank line is spoken for by this step; never by two. Raises Refused."""
    unused = BankLine.objects.filter(pk=line.pk, matched="")
    one_row(unused, Refusal("line_used", gettext("这条银行流水已经用过。"), at="line"), matched=done.ref)
    line.matched = done.ref
