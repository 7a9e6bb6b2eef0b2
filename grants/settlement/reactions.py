"""What else becomes true in the accounts: vouchers with their claims, entries, statements, refunds, the sealed file."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import F
from django.utils.translation import gettext

from grants.applications.models import Project
from grants.funds.commands import add_interest, keep, receive_refund, spend, unspend, write_off
from grants.funds.models import BankLine
from grants.funds.queries import standing
from grants.implementation.models import Activity
from grants.kernel.given import Given, ticked, whole, words
from grants.programmes.asking import document_of
from grants.programmes.commands import run_deadline
from grants.settlement.archive import manifest
from grants.settlement.filing import key_of, used_elsewhere
from grants.settlement.keeping import agreed_on, documents_kept, set_terms
from grants.settlement.models import ArchivePackage, FinalAccounts, Invoice, RefundDemand, Voucher
from grants.settlement.queries import open_demand, outstanding_fen, statement, voucher_of
from storage.retention import destroy, hold, lift
from workflow import chain
from workflow.deadlines import settle
from workflow.effects import Done, effects
from workflow.ports import SYSTEM
from workflow.refusals import Refusal, Refused

# Vouchers -----------------------------------------------------------------------------------------------------


@effects("project.file_voucher")
def file_voucher(project: Project, done: Done) -> None:
    """The paper carries the claim, which no race can push beyond its sum, and the voucher is on record."""
    invoice = _claim(project, done.given)
    project.no_vouchers = False
    voucher = Voucher.objects.create(
        project=project,
        number=project.vouchers.count() + 1,
        kind=words(done.given, "kind"),
        invoice=invoice,
        shared=ticked(done.given, "shared"),
        seller=words(done.given, "seller"),
        content=words(done.given, "content"),
        issued_on=words(done.given, "issued_on"),
        claimed_fen=whole(done.given, "claimed_fen") or 0,
        category=words(done.given, "category"),
        activity=Activity.objects.filter(project=project, number=whole(done.given, "activity") or 0).first(),
        document=document_of(done.given, "photo"),
        lost=ticked(done.given, "lost"),
        filed_by=done.actor,
        filed_behalf=done.behalf,
        filed_at=done.at,
    )
    done.prove("voucher", str(voucher.number), _digest(voucher))


def _claim(project: Project, given: Given) -> Invoice:
    """Take hold of the paper's row, look again, and take the claim from what is free of it."""
    gross, claimed = whole(given, "gross_fen") or 0, whole(given, "claimed_fen") or 0
    invoice, _made = Invoice.objects.get_or_create(key=key_of(project, given), defaults={"gross_fen": gross})
    Invoice.objects.filter(pk=invoice.pk, claimed_fen=0).update(gross_fen=gross)
    Invoice.objects.select_for_update(no_key=True).get(pk=invoice.pk)
    if clash := used_elsewhere(project, given):
        raise Refused([clash])
    free = Invoice.objects.filter(pk=invoice.pk, gross_fen=gross, claimed_fen__lte=F("gross_fen") - claimed)
    if free.update(claimed_fen=F("claimed_fen") + claimed) != 1:
        raise Refused([Refusal("beyond_gross", gettext("这张票据的余额不够。"), at="claimed_fen")])
    return invoice


def _digest(voucher: Voucher) -> str:
    facts = {
        "accepted_fen": voucher.accepted_fen,
        "category": voucher.category,
        "claimed_fen": voucher.claimed_fen,
        "document": voucher.document.sha256 if voucher.document else None,
        "key": voucher.invoice.key,
        "number": voucher.number,
    }
    return chain.digest(chain.canonical(facts))


@effects("project.withdraw_voucher")
def withdraw_voucher(project: Project, done: Done) -> None:
    """The voucher no longer counts and its paper is free again."""
    voucher = _chosen(project, done)
    Invoice.objects.filter(pk=voucher.invoice_id).update(claimed_fen=F("claimed_fen") - voucher.claimed_fen)
    Voucher.objects.filter(pk=voucher.pk).update(withdrawn_at=done.at)


def _chosen(project: Project, done: Done) -> Voucher:
    found = voucher_of(project, whole(done.given, "voucher"))
    if found is None:
        raise Refused([Refusal("no_voucher", gettext("请选择一张凭证。"), at="voucher")])
    return found


@effects("project.decide_voucher")
def decide_voucher(project: Project, done: Done) -> None:
    """What finance accepts is entered as spending of its category; what was entered of it before is reversed first."""
    voucher, accepted = _chosen(project, done), whole(done.given, "accepted_fen") or 0
    if voucher.entry:
        unspend(voucher.entry, done=done)
    moved = words(done.given, "category") or voucher.category
    voucher.entry, cut = None, accepted < voucher.claimed_fen or moved != voucher.category
    voucher.category = moved
    if accepted:
        memo = f"凭证 {voucher.number}：{voucher.content}"
        voucher.entry = spend(project, voucher.category, accepted, memo, done=done, document=voucher.document)
    voucher.accepted_fen, voucher.decided_at = accepted, done.at
    voucher.decided_by, voucher.decided_behalf = done.actor, done.behalf
    voucher.decision_reason = words(done.given, "cut_reason") if cut else ""
    decided = ["entry", "category", "accepted_fen", "decided_by", "decided_behalf", "decided_at", "decision_reason"]
    voucher.save(update_fields=decided)
    done.prove("voucher", str(voucher.number), _digest(voucher))


@effects("project.record_interest")
def record_interest(project: Project, done: Done) -> None:
    """The payee holds that much more, and it counts as income of the project."""
    fen, on = whole(done.given, "amount_fen") or 0, dt.date.fromisoformat(done.given["on"])
    add_interest(project, fen, on=on, done=done, bank_ref=words(done.given, "bank_ref"))


# The statement --------------------------------------------------------------------------------------------------


@effects("project.submit_final_accounts", "project.liquidate")
def file_accounts(project: Project, done: Done) -> None:
    """The statement is on record as the payee filed it."""
    settle(project, "final_accounts")
    _keep_statement(project, done, confirmed=False)


@effects("project.confirm_accounts")
def confirm_accounts(project: Project, done: Done) -> None:
    """The statement is on record as finance confirmed it."""
    _keep_statement(project, done, confirmed=True)


def _keep_statement(project: Project, done: Done, *, confirmed: bool) -> None:
    drawn = statement(project)
    row = FinalAccounts.objects.create(
        project=project,
        number=project.final_accounts.count() + 1,
        confirmed=confirmed,
        rows=drawn.as_rows(),
        totals=drawn.as_totals(),
        by=done.actor,
        at=done.at,
    )
    facts: dict[str, Any] = {"rows": row.rows, "totals": row.totals, "confirmed": confirmed}
    done.prove("final_accounts", str(row.number), chain.digest(chain.canonical(facts)))


@effects("project.return_accounts", "project.return_liquidation")
def expect_accounts_again(project: Project, done: Done) -> None:
    """The payee has the time that the round allows once more."""
    run_deadline(project, "final_accounts", actor=SYSTEM)


# What is left over ----------------------------------------------------------------------------------------------


@effects("project.ask_refund")
def demand_refund(project: Project, done: Done) -> None:
    """Everything that the payee holds is asked back, within the time the round allows."""
    RefundDemand.objects.create(project=project, amount_fen=standing(project).held, asked_at=done.at)
    run_deadline(project, "refund", actor=SYSTEM)


@effects("project.match_refund")
def match_refund(project: Project, done: Done) -> None:
    """The bank line is used, the money entered as returned, and so much less is owed."""
    line = BankLine.objects.get(round=project.round_id, reference=words(done.given, "line"))
    receive_refund(project, line, done=done)
    within = RefundDemand.objects.filter(
        project=project.pk,
        settled_at__isnull=True,
        amount_fen__gte=F("received_fen") + F("written_off_fen") + line.amount_fen,
    )
    if within.update(received_fen=F("received_fen") + line.amount_fen) != 1:
        raise Refused([Refusal("line", gettext("这笔退款超过了应退的金额。"), at="line")])


@effects("project.refund_received")
def refund_settled(project: Project, done: Done) -> None:
    """The demand is settled."""
    _settle_demand(project, done)


@effects("project.write_off")
def give_up(project: Project, done: Done) -> None:
    """What has not come back is written off, and the demand is settled."""
    rest = outstanding_fen(project)
    write_off(project, rest, memo=f"核销：{project.number}", done=done)
    RefundDemand.objects.filter(project=project.pk, settled_at__isnull=True).update(
        written_off_fen=F("written_off_fen") + rest
    )
    _settle_demand(project, done)


def _settle_demand(project: Project, done: Done) -> None:
    settle(project, "refund")
    if demand := open_demand(project):
        RefundDemand.objects.filter(pk=demand.pk).update(settled_at=done.at)


@effects("project.keep_surplus")
def keep_surplus(project: Project, done: Done) -> None:
    """The small surplus stays with the payee by the round's rule."""
    keep(project, standing(project).held, memo=f"小额结余留用：{project.number}", done=done)


# The file -------------------------------------------------------------------------------------------------------


@effects("project.close")
def show_result(project: Project, done: Done) -> None:
    """What came of the project is on its public page from now on."""
    settle(project, "public_result")


@effects("project.archive")
def seal(project: Project, done: Done) -> None:
    """The papers given last are in the file, the file is listed, and the step proves the list."""
    text = manifest(project)
    package = ArchivePackage.objects.create(
        project=project, manifest=text, digest=chain.digest(text), sealed_by=done.actor, at=done.at
    )
    done.prove("archive", project.number, package.digest)
    set_terms(project, ended=done.at)


# What is kept ---------------------------------------------------------------------------------------------------


@effects("project.hold_file")
def hold_file(project: Project, done: Done) -> None:
    """No paper of the project can be destroyed until somebody else lifts the hold."""
    hold(project, documents_kept(project), actor=done.actor, now=done.at, reason=words(done.given, "reason"))


@effects("project.lift_hold")
def lift_hold(project: Project, done: Done) -> None:
    """The hold is over; who set it, who lifted it and why stays on record."""
    lift(project, actor=done.actor, now=done.at, reason=words(done.given, "reason"))


@effects("project.destroy_papers")
def destroy_papers(project: Project, done: Done) -> None:
    """Papers that were due when two people agreed are destroyed, and the step proves which; their rows stay."""
    found = list(agreed_on(project, done.endorsers[0]))
    if not found:
        raise Refused([Refusal("nothing_due", gettext("没有保管到期的材料。"))])
    destroy(
        found,
        proposed_by=done.actor.pk,
        confirmed_by=done.endorsers[0],
        now=done.at,
        reason=words(done.given, "reason"),
    )
    for document in found:
        done.prove("destroyed", str(document.pk), document.sha256)
