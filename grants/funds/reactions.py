"""What becomes true with the moves of rounds, projects and payments: promises, tranches, batches, and the books."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import TypeVar

from django.db.models import F
from django.utils.translation import gettext

from grants.applications.models import Project
from grants.awards.enums import Trigger
from grants.awards.queries import agreement_of, plans_of
from grants.funds import commands as books
from grants.funds.enums import LineKind
from grants.funds.models import BankLine, Batch, FundingSource, PayeeAccount, Payment, PaymentHold, Waiver
from grants.funds.queries import payable, payee_account, replaced_account
from grants.funds.rules import batch_in, carrying_meeting, limits_in, line_of, round_into, source_in, tranche_of
from grants.funds.rules.statements import dividing, joining, open_line, statement_in
from grants.kernel.given import day, whole, words
from grants.kernel.identifiers import account_digits
from grants.kernel.numbering import payment_no
from grants.programmes.asking import document_of
from grants.programmes.commands import keep_term, run_deadline
from grants.programmes.models import Round
from grants.programmes.profile.money import TranchePlan
from grants.programmes.queries import calendar, counted, rules_of
from workflow import chain
from workflow.actions import begin, take
from workflow.deadlines import settle
from workflow.effects import Done, effects
from workflow.lifecycle import PaymentState, Role
from workflow.phrases import listed
from workflow.ports import SYSTEM, domain
from workflow.refusals import Refusal, Refused

T = TypeVar("T")


def _there(found: T | None) -> T:
    """What the rules have found a moment ago. Raises Refused when it is gone all the same."""
    if found is None:
        raise Refused([Refusal("gone", gettext("您选择的内容已经不在了，请刷新后再办理。"))])
    return found


# The round -----------------------------------------------------------------------------------------------------


@effects("round.add_source")
def add_source(round_: Round, done: Done) -> None:
    """The source exists and the envelope holds that much more."""
    books.add_source(
        round_,
        kind=words(done.given, "kind"),
        name=words(done.given, "name"),
        amount_fen=_there(whole(done.given, "amount_fen")),
        intent=words(done.given, "intent"),
        document=document_of(done.given, "source_document"),
        most_pct=whole(done.given, "most_pct"),
        limits=limits_in(round_, done.given),
        done=done,
    )


@effects("round.carry_over")
def carry_over(round_: Round, done: Done) -> None:
    """What no project was promised of the source is a source of the later round, with the same terms."""
    source, into = _there(source_in(round_, done.given)), _there(round_into(round_, done.given))
    books.carry_over(
        source,
        round_,
        into,
        _there(whole(done.given, "amount_fen")),
        name=_carried_name(source, round_, into),
        document=_there(carrying_meeting(round_, done.given)).document,
        done=done,
    )


def _carried_name(source: FundingSource, round_: Round, into: Round) -> str:
    """A name that the later round has not: the source's own with the year, and a number for a second time."""
    there = set(FundingSource.objects.filter(round=into.pk).values_list("name", flat=True))
    names = (f"{source.name[:60]}（{round_.year}年结转{n if n > 1 else ''}）" for n in count(1))
    return next(name for name in names if name not in there)


@effects("round.withdraw_source")
def withdraw_source(round_: Round, done: Done) -> None:
    """The source leaves the envelope."""
    books.withdraw_source(_there(source_in(round_, done.given)), round_, done=done)


@effects("round.close_books")
def close_books(round_: Round, done: Done) -> None:
    """The books of the round stand up to the day."""
    books.close(round_, _there(day(done.given, "through")), done=done)


@effects("round.reopen_books")
def reopen_books(round_: Round, done: Done) -> None:
    """The latest closing no longer holds."""
    books.reopen(round_, done=done)


@effects("round.set_subjects")
def set_subjects(round_: Round, done: Done) -> None:
    """The subjects of the accounting system are those that were given."""
    books.name_subjects(round_, done=done)


@effects("round.open_batch")
def open_batch(round_: Round, done: Done) -> None:
    """An empty batch with the round's next number."""
    number = Batch.objects.filter(round=round_.pk).count() + 1
    Batch.objects.create(round=round_, number=number, opened_by=done.actor, opened_at=done.at)


@effects("round.freeze_batch")
def freeze_batch(round_: Round, done: Done) -> None:
    """Lines, count, total and digest of the batch stand; the step proves them; nothing joins or leaves any more."""
    batch = Batch.objects.select_for_update(no_key=True).get(pk=_there(batch_in(round_, done.given)).pk)
    lines = [line(payment) for payment in batch.payments.select_related("account").order_by("number")]
    digest = chain.digest(chain.canonical(lines))
    open_and_counted = Batch.objects.filter(
        pk=batch.pk, frozen_at__isnull=True, count=len(lines), total_fen=sum(fen for _no, _n, fen, *_to in lines)
    )
    if open_and_counted.update(frozen_at=done.at, digest=digest) != 1:
        raise Refused([Refusal("batch_changed", gettext("这个批次已经锁定或刚刚有变动，请刷新后再办理。"))])
    done.prove("batch", f"{round_.code}/{batch.number}", digest)
    books.make_files(batch, round_, lines, template=words(done.given, "template"), done=done)


@effects("round.return_batch")
def return_batch(round_: Round, done: Done) -> None:
    """What the frozen batch has not sent is approved as before and may go into another; the step proves what it was.

    What was sent stays in it. The batch never opens again, so no payment stands in two files for the bank.
    """
    batch = _there(batch_in(round_, done.given))
    Batch.objects.filter(pk=batch.pk).update(returned_at=done.at)
    done.prove("batch", f"{round_.code}/{batch.number}", batch.digest)
    for payment in batch.payments.filter(state=PaymentState.BATCHED).order_by("pk"):
        take(payment, "take_from_batch", actor=done.actor, given={"reason": words(done.given, "reason")})


def line(payment: Payment) -> tuple[str, int, int, str, str, str, str]:
    """One line of a batch as it is counted and sealed: number, attempt, fen, holder, bank, account, bank code."""
    to = payment.account
    whom = (to.holder, to.bank, to.account_no, to.cnaps) if to else ("", "", "", "")
    return (payment.number, payment.attempt, payment.amount_fen, *whom)


def verified(payment: Payment) -> str:
    """The digest of what the maker verified: the line as the bank will have it, and the tranche that it pays."""
    return chain.digest(chain.canonical([*line(payment), payment.tranche.number]))


@effects("round.record_bank_line")
def record_bank_line(round_: Round, done: Done) -> None:
    """The bank line waits to be matched."""
    BankLine.objects.create(
        round=round_,
        reference=words(done.given, "reference"),
        kind=words(done.given, "kind"),
        booked_on=_there(day(done.given, "booked_on")),
        amount_fen=_there(whole(done.given, "amount_fen")),
        counterparty=words(done.given, "counterparty"),
        account_tail=words(done.given, "account_tail"),
        recorded_by=done.actor,
        at=done.at,
    )


@effects("round.import_statement")
def import_statement(round_: Round, done: Done) -> None:
    """The lines that nobody entered before wait to be matched; the step proves the file and what was read of it."""
    books.enter_statement(_there(statement_in(round_, done.given)), done=done)


@effects("round.set_line_aside", "round.take_line_up")
def note_line(round_: Round, done: Done) -> None:
    """Somebody's word about the line, with the reason."""
    line = BankLine.objects.get(round=round_.pk, reference=words(done.given, "line"))
    aside = done.deed == "set_line_aside"
    books.note_line(line, words(done.given, "reason"), aside=aside, done=done)


@effects("round.join_lines")
def join_lines(round_: Round, done: Done) -> None:
    """The pieces stay aside; a line of their sum waits in their place."""
    books.join_lines([_there(line) for line in joining(round_, done.given)], done=done)


@effects("round.divide_line")
def divide_line(round_: Round, done: Done) -> None:
    """The line stays aside; for every payment in it a line of that amount waits in its place."""
    line = _there(open_line(round_, words(done.given, "line")))
    books.divide_line(line, dividing(round_, done.given), done=done)


# The project ---------------------------------------------------------------------------------------------------


@effects("project.approve")
def commit_grant(project: Project, done: Done) -> None:
    """Envelope and sources carry the grant, or the approval does not happen."""
    books.commit(project, done=done)


@effects("project.sign_agreement")
def oblige_grant(project: Project, done: Done) -> None:
    """The grant is an obligation in the tranches that were agreed; the first one is due, if it waits for no more."""
    plans = agreed_plans(project)
    books.oblige(project, plans, done=done)
    if Trigger(plans[0].trigger) is Trigger.AGREEMENT_SIGNED:
        opens = done.at + dt.timedelta(days=plans[0].after_d)
        due = counted(opens, plans[0].due_wd, "wd", calendar(), rules_of(project.round).deadlines.closing)
        keep_term(project, "first_payment", due, actor=done.actor)


def agreed_plans(project: Project) -> tuple[TranchePlan, ...]:
    """The tranches of the agreement. Raises Refused where it names a scheme that the round does not have."""
    agreement = agreement_of(project)
    if agreement and (plans := plans_of(agreement, project.round)):
        return plans
    code = agreement.scheme if agreement else ""
    raise Refused([Refusal("scheme", gettext("协议里的拨款方案“%(code)s”在本轮配置中没有。") % {"code": code})])


@effects("project.revoke", "project.give_up", "project.forfeit")
def release_grant(project: Project, done: Done) -> None:
    """Everything that was promised goes back to the envelope."""
    settle(project, "first_payment")
    if project.undrawn_fen:
        books.release(project, project.undrawn_fen, memo=f"撤销立项：{project.number}", done=done)


@effects("project.release_undrawn")
def release_undrawn(project: Project, done: Done) -> None:
    """What will not be paid any more goes back to the envelope."""
    settle(project, "first_payment")
    if project.undrawn_fen:
        books.release(project, project.undrawn_fen, memo=f"释放未拨资金：{project.number}", done=done)


@effects("project.file_payee_account")
def file_payee_account(project: Project, done: Done) -> None:
    """The account supersedes what was filed before and waits to be verified.

    Where it replaces a verified one, whoever filed that one is told.
    """
    before = replaced_account(project)
    PayeeAccount.objects.create(
        project=project,
        number=PayeeAccount.objects.filter(project=project.pk).count() + 1,
        holder=words(done.given, "holder"),
        bank=words(done.given, "bank"),
        account_no=account_digits(words(done.given, "account_no")),
        cnaps=words(done.given, "cnaps"),
        proof=document_of(done.given, "account_proof"),
        filed_by=done.actor,
        filed_behalf=done.behalf,
        filed_at=done.at,
    )
    verifiers = domain().holders(project, [Role.FINANCE_OFFICER])
    done.send("handed", ref=done.ref, people=[person.pk for person in verifiers])
    if before:
        done.send("account_replaced", ref=done.ref, people=[before.filed_by_id])


@effects("project.verify_payee_account")
def verify_payee_account(project: Project, done: Done) -> None:
    """The account that was filed last is verified."""
    account = _there(payee_account(project))
    account.verified_by, account.verified_behalf, account.verified_at = done.actor, done.behalf, done.at
    account.save(update_fields=["verified_by", "verified_behalf", "verified_at"])


@effects("project.request_payment")
def request_payment(project: Project, done: Done) -> None:
    """A payment of the tranche begins, with the amount that may be paid now."""
    tranche = _there(tranche_of(project, done.given))
    payment = Payment(
        project=project,
        tranche=tranche,
        number=payment_no(project.number, Payment.objects.filter(project=project.pk).count() + 1),
        amount_fen=payable(tranche),
        requester=None if done.actor is SYSTEM else done.actor,
        requester_behalf=done.behalf,
    )
    begin(payment, actor=done.actor)


@effects("project.waive_condition")
def waive_condition(project: Project, done: Done) -> None:
    """Two people have waived the condition for this tranche, with the reason."""
    Waiver.objects.create(
        tranche=_there(tranche_of(project, done.given)),
        condition=words(done.given, "condition"),
        reason=words(done.given, "reason"),
        waived_by=done.actor,
        waived_behalf=done.behalf,
        endorsed_by_id=done.endorsers[0],
        endorsed_behalf_id=done.endorsed_behalf[0],
        at=done.at,
    )


@effects("project.hold_payments")
def hold_payments(project: Project, done: Done) -> None:
    """Nothing is paid for the project until somebody else lifts it; those it waits for are told."""
    PaymentHold.objects.create(
        project=project,
        reason=words(done.given, "reason"),
        held_by=done.actor,
        held_behalf=done.behalf,
        held_at=done.at,
    )
    done.send("step", ref=done.ref)


@effects("project.lift_payment_hold")
def lift_payment_hold(project: Project, done: Done) -> None:
    """Payments go on; the hold keeps who lifted it and why."""
    held = PaymentHold.objects.select_for_update(no_key=True).get(project=project.pk, lifted_at__isnull=True)
    held.lifted_by, held.lifted_behalf, held.lifted_at = done.actor, done.behalf, done.at
    held.lifted_reason = words(done.given, "reason")
    held.save(update_fields=["lifted_by", "lifted_behalf", "lifted_at", "lifted_reason"])
    done.send("step", ref=done.ref)


# The payment ---------------------------------------------------------------------------------------------------


@effects("payment.verify_request")
def remember_maker(payment: Payment, done: Done) -> None:
    """The payment goes to the account verified last, and who verified it is its maker; the step proves both."""
    payment.maker, payment.maker_behalf = done.actor, done.behalf
    payment.account = payee_account(payment.project)
    done.prove("payment", payment.number, verified(payment))


@effects("payment.approve_payment")
def remember_checker(payment: Payment, done: Done) -> None:
    """Who approved it is its checker."""
    payment.checker, payment.checker_behalf = done.actor, done.behalf


@effects("payment.request_again")
def ask_again(payment: Payment, done: Done) -> None:
    """The amount is what may be paid now; verifying and approving begin anew."""
    payment.amount_fen = payable(payment.tranche)
    _forget_hands(payment)


@effects("payment.reissue")
def reissue(payment: Payment, done: Done) -> None:
    """A further attempt: out of the old batch, to be verified, approved and sent anew."""
    payment.attempt += 1
    payment.batch = payment.paid_entry = payment.paid_on = None
    _forget_hands(payment)


def _forget_hands(payment: Payment) -> None:
    payment.maker = payment.checker = payment.cashier = payment.account = None
    payment.maker_behalf = payment.checker_behalf = payment.cashier_behalf = None


@effects("payment.put_in_batch")
def put_in_batch(payment: Payment, done: Done) -> None:
    """The payment is in the open batch and counted there."""
    batch = _there(batch_in(payment.project.round, done.given))
    _count(batch, payment, 1)
    payment.batch = batch


@effects("payment.take_from_batch")
def take_from_batch(payment: Payment, done: Done) -> None:
    """The payment is out of the batch; a returned one keeps what it counted when it was frozen."""
    batch = _there(payment.batch)
    if batch.returned_at is None:
        _count(batch, payment, -1)
    payment.batch = None


def _count(batch: Batch, payment: Payment, sign: int) -> None:
    """Only an open batch changes: this conditional update and the freezing one exclude each other."""
    still_open = Batch.objects.filter(pk=batch.pk, frozen_at__isnull=True)
    if still_open.update(count=F("count") + sign, total_fen=F("total_fen") + sign * payment.amount_fen) != 1:
        raise Refused([Refusal("batch_frozen", gettext("这个批次已经锁定。"))])


@effects("payment.send")
def remember_cashier(payment: Payment, done: Done) -> None:
    """Who sent it is its cashier."""
    payment.cashier, payment.cashier_behalf = done.actor, done.behalf


@effects("payment.pay")
def enter_payment(payment: Payment, done: Done) -> None:
    """The books have it on the day the bank booked it; the payee's receipt is due."""
    told = _line(payment, done, LineKind.PAID)
    payment.paid_entry, payment.paid_on = books.pay(payment, told, done=done), told.booked_on
    settle(payment.project, "first_payment")
    run_deadline(payment, "receipt", actor=done.actor, period="receipt_after_payment", start=done.at)


@effects("payment.bank_refused")
def note_refusal(payment: Payment, done: Done) -> None:
    """The bank line is used; no money has moved."""
    books.use_line(_line(payment, done, LineKind.REFUSED), done=done)


@effects("payment.bank_returned")
def enter_return(payment: Payment, done: Done) -> None:
    """The payment's entry is reversed; grant and tranche are open again; no receipt is due."""
    books.take_back(payment, _line(payment, done, LineKind.RETURNED), memo=f"退汇：{payment.number}", done=done)
    settle(payment, "receipt")


@effects("payment.reverse")
def enter_reversal(payment: Payment, done: Done) -> None:
    """The money has come back: the payment's entry is reversed; grant and tranche are open again."""
    told = _line(payment, done, LineKind.RETURNED, LineKind.REFUND)
    books.take_back(payment, told, memo=f"冲销：{payment.number}", done=done)


def _line(payment: Payment, done: Done, *kinds: LineKind) -> BankLine:
    """The bank line given, if it tells of this move and not of another one from the same state. Raises Refused."""
    found = line_of(payment.project.round, done.given)
    if found is None or found.kind not in kinds:
        names = listed(kind.label for kind in kinds)
        raise Refused([Refusal("line", gettext("请选择类别为“%(kinds)s”的银行流水。") % {"kinds": names}, at="line")])
    return found
