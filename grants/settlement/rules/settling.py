"""Why the accounts are not settled: the statement, refunds, surplus, what is still to pay, the file."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Project
from grants.awards.queries import agreement_of
from grants.closeout.queries import ENOUGH_REMINDERS, reminders
from grants.funds.queries import COUNTED, booked, payments_waiting, standing, sums_of, tranches_of
from grants.funds.queries import unfooted as misfits
from grants.implementation.queries import open_changes
from grants.kernel.given import Given, words
from grants.kernel.money import format_fen, percent_of
from grants.programmes.asking import in_yuan, shown
from grants.programmes.queries import rules_of
from grants.settlement import archive
from grants.settlement.queries import (
    outstanding_fen,
    refund_lines,
    standing_vouchers,
    statement,
)
from grants.settlement.statement import unfooted
from workflow import trail
from workflow.lifecycle import PaymentState, ProjectState
from workflow.phrases import listed, one_after_another
from workflow.refusals import Refusal
from workflow.rules import Ask, rule

Choices = list[tuple[str, str]]


# The statement --------------------------------------------------------------------------------------------------


@rule
def statement_balanced(project: Project, actor: Any) -> Refusal | None:
    """The statement foots to the fen with vouchers, tranches and books, and both identities hold."""
    agreement = agreement_of(project)
    if agreement is None:
        return Refusal("no_agreement", gettext("项目没有协议，没有可以决算的资助。"))
    counted = {name: getattr(project, name) for name in COUNTED}
    faults = [
        *unfooted(statement(project), booked(project), agreement.amount_fen),
        *misfits(standing(project), counted, sums_of(tranches_of(project))),
    ]
    told = {"what": one_after_another(faults)}
    return Refusal("unbalanced", gettext("决算表不平：%(what)s。") % told) if faults else None


@rule
def no_open_change(project: Project, actor: Any) -> Refusal | None:
    """Every change request is decided or dropped."""
    count = open_changes(project).count()
    return Refusal("change_open", gettext("还有 %(n)s 份变更申请没有办结。") % {"n": count}) if count else None


@rule
def every_voucher_decided(project: Project, actor: Any) -> Refusal | None:
    """Finance has looked at every voucher."""
    count = sum(row.accepted_fen is None for row in standing_vouchers(project))
    return Refusal("undecided", gettext("还有 %(n)s 张凭证没有审核。") % {"n": count}) if count else None


@rule
def not_liquidation(project: Project, actor: Any) -> Refusal | None:
    """Accounts of a project that was accepted."""
    return Refusal("is_liquidation", gettext("这是终止后的清算，请用“清算退回”。")) if project.liquidation else None


@rule
def liquidation(project: Project, actor: Any) -> Refusal | None:
    """Accounts of a project that was terminated."""
    return None if project.liquidation else Refusal("no_liquidation", gettext("项目没有终止，请用“决算退回”。"))


# What is left over ----------------------------------------------------------------------------------------------


@rule
def owed_by_payee(project: Project, actor: Any) -> Refusal | None:
    """The payee holds money that the accounts do not need."""
    if standing(project).held > 0:
        return None
    return Refusal("nothing_held", gettext("收款单位没有结余，不用退款。"))


def _line_choices(project: Any, actor: Any) -> Choices:
    return [
        (row.reference, f"{shown(row.booked_on)} · {row.counterparty} · {in_yuan(row.amount_fen)} · {row.reference}")
        for row in refund_lines(project)
    ]


@rule(asks=(Ask("line", _("银行流水"), "choice", choices=_line_choices),))
def refund_line(project: Project, actor: Any, given: Given) -> Refusal | None:
    """The refund is on the bank's statement, unused, and no more than what is owed."""
    chosen = words(given, "line")
    if chosen and refund_lines(project).filter(reference=chosen).exists():
        return None
    facts = {"fen": format_fen(outstanding_fen(project))}
    message = gettext("请选择一条没有用过的退款流水，金额不超过应退的 %(fen)s 元。") % facts
    return Refusal("line", message, at="line")


@rule
def refund_matched(project: Project, actor: Any) -> Refusal | None:
    """Everything that was asked for has come back."""
    rest = outstanding_fen(project)
    return Refusal("refund_open", gettext("还差 %(fen)s 元没有退回。") % {"fen": format_fen(rest)}) if rest else None


@rule
def recovery_attempts(project: Project, actor: Any) -> Refusal | None:
    """Something is still owed, and the payee was reminded at least twice since it was asked for."""
    if not outstanding_fen(project):
        return Refusal("nothing_owed", gettext("款项已经退齐，不用核销。"))
    asked = trail.steps_of(project).filter(move="ask_refund").last()
    sent = reminders(project, ProjectState.REFUND_DUE, since=asked)
    if sent >= ENOUGH_REMINDERS:
        return None
    facts = {"n": ENOUGH_REMINDERS, "sent": sent}
    return Refusal("too_few_reminders", gettext("须先催办 %(n)s 次，通知退款以后催办过 %(sent)s 次。") % facts)


@rule
def surplus_may_stay(project: Project, actor: Any) -> Refusal | None:
    """A surplus within the round's limit, by percent of the grant or by amount, whichever is more."""
    held, unspent = standing(project).held, rules_of(project.round).disbursement.unspent
    limit = max(percent_of(project.granted_fen, unspent.keep_upto_pct), unspent.keep_upto_fen)
    if 0 < held <= limit:
        return None
    facts = {"held": format_fen(held), "limit": format_fen(limit)}
    return Refusal("surplus", gettext("结余 %(held)s 元；只有不超过 %(limit)s 元的结余可以留用。") % facts)


@rule
def something_undrawn(project: Project, actor: Any) -> Refusal | None:
    """Something of the grant is undrawn, is not due any more, and no payment waits for it."""
    story = standing(project)
    if story.undrawn <= 0:
        return Refusal("nothing_undrawn", gettext("没有未拨的资金。"))
    return _still_to_pay(project)


def _still_to_pay(project: Project) -> Refusal | None:
    if waiting := payments_waiting(project).first():
        facts = {"number": waiting.number, "state": waiting.label}
        return Refusal("payment_open", gettext("拨款 %(number)s（%(state)s）还没有办结，请先办结或作废。") % facts)
    if (due := standing(project).due) > 0:
        return Refusal("still_due", gettext("按决算还应拨付 %(fen)s 元。") % {"fen": format_fen(due)})
    return None


# Closing --------------------------------------------------------------------------------------------------------


@rule
def final_tranche_paid_or_not_due(project: Project, actor: Any) -> Refusal | None:
    """Nothing is owed to the payee, no payment is on its way, and none can come back from the bank any more."""
    if refusal := _still_to_pay(project):
        return refusal
    if paid := project.payments.filter(state=PaymentState.PAID).first():
        message = gettext("拨款 %(number)s 还没有收到收款单位的票据。") % {"number": paid.number}
        return Refusal("receipt_missing", message)
    return None


@rule
def nothing_owed_or_allowed_surplus_posted(project: Project, actor: Any) -> Refusal | None:
    """The payee holds nothing and has advanced nothing: returned, kept by rule or written off."""
    held = standing(project).held
    if held == 0:
        return None
    if held < 0:
        return Refusal("advanced", gettext("收款单位还垫付着 %(fen)s 元。") % {"fen": format_fen(-held)})
    return Refusal("held", gettext("收款单位还持有 %(fen)s 元结余。") % {"fen": format_fen(held)})


@rule
def undrawn_released(project: Project, actor: Any) -> Refusal | None:
    """Nothing of the grant is left undrawn."""
    undrawn = standing(project).undrawn
    if undrawn == 0:
        return None
    return Refusal("undrawn", gettext("还有 %(fen)s 元没有拨付，请先释放。") % {"fen": format_fen(undrawn)})


@rule(asks=archive.missing_papers)
def checklist_complete(project: Project, actor: Any, given: Given) -> Refusal | None:
    """Every paper that the round requires is in the file, and nothing beside the project is still open."""
    if open_matter := archive.open_matter(project):
        return Refusal("matter_open", open_matter)
    lacking = [str(ask.label) for ask in archive.missing_papers(project) if not words(given, ask.name)]
    if not lacking:
        return None
    facts = {"n": len(lacking), "names": listed(lacking)}
    return Refusal("papers_missing", gettext("归档还缺 %(n)s 份材料：%(names)s。") % facts)
