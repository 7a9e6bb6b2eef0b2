"""Proof of payments against their trail: who did what, what was verified, what the bank told, what a batch holds."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from grants.funds.enums import AccountKind as K
from grants.funds.enums import LineKind
from grants.funds.ledger import source_account
from grants.funds.models import Account, BankLine, Batch, Entry, FundingSource, Payment, Posting
from grants.funds.reactions import verified
from grants.funds.restricting import said_of
from grants.programmes.models import Round
from workflow import chain
from workflow.models import Step
from workflow.verify import Fault

CHUNK = 500
HANDS = {"verify_request": "maker", "approve_payment": "checker", "send": "cashier"}
RELATED = ("account", "paid_entry", "tranche", "batch", "project")
ANEW = ("request_again", "reissue")
TOLD_BY = {
    (K.HELD, K.UNDRAWN): (LineKind.PAID,),
    (K.UNDRAWN, K.HELD): (LineKind.RETURNED, LineKind.REFUND),
    (K.RETURNED, K.HELD): (LineKind.REFUND,),
}
"""The kinds of bank line that may stand behind a posting, by (debit, credit)."""


def faults_of_payments(rounds: QuerySet[Round]) -> Iterator[Fault]:
    """What payments, lines, batches and sources say otherwise than the steps and entries that they came from."""
    found = Payment.objects.filter(project__round__in=rounds).select_related(*RELATED)
    rows = found.order_by("pk").iterator(CHUNK)
    while some := list(islice(rows, CHUNK)):
        steps = _steps(some)
        for payment in some:
            yield from _payment(payment, steps[payment.pk])
    yield from _lines(rounds)
    yield from _frozen(rounds)
    yield from _owners(rounds)
    yield from _sources(rounds)


def _steps(payments: list[Payment]) -> dict[int, list[Step]]:
    kind = ContentType.objects.get_for_model(Payment)
    found: dict[int, list[Step]] = defaultdict(list)
    pks = [payment.pk for payment in payments]
    for step in Step.objects.filter(content_type=kind, object_id__in=pks).order_by("object_id", "seq"):
        found[step.object_id].append(step)
    return found


def _payment(payment: Payment, steps: list[Step]) -> Iterator[Fault]:
    """The hands of the last attempt, how many attempts there were, what was verified."""
    yield from _place(payment, steps)
    row, hands = f"payment:{payment.pk}", nobody()
    proven = ""
    for step in steps:
        if step.move in ANEW:
            hands, proven = nobody(), ""
        if step.move in HANDS:
            hands[HANDS[step.move]] = (step.actor_id, step.behalf_id)
        if step.move == "verify_request":
            proven = next((digest for kind, _name, digest in _facts(step) if kind == "payment"), "")
    columns = {who: (getattr(payment, f"{who}_id"), getattr(payment, f"{who}_behalf_id")) for who in hands}
    if columns != hands or (steps and _requester(payment) != (steps[0].actor_id, steps[0].behalf_id)):
        yield Fault(row, gettext("登记的经办人与留痕不同"))
    if payment.attempt != 1 + sum(step.move == "reissue" for step in steps):
        yield Fault(row, gettext("第几次与留痕不同"))
    if proven and verified(payment) != proven:
        yield Fault(row, gettext("金额或账户不是审核时的"))
    entry = payment.paid_entry
    if entry and (payment.paid_on, entry.memo) != (entry.value_on or entry.date, f"拨款：{payment.number}"):
        yield Fault(row, gettext("到账日期或编号与分录不符"))


def nobody() -> dict[str, tuple[int | None, int | None]]:
    """No hand yet."""
    return dict.fromkeys(HANDS.values(), (None, None))


def _place(payment: Payment, steps: list[Step]) -> Iterator[Fault]:
    """Payment, tranche, account and trail are of one project, the batch of its round."""
    owners = {payment.project_id, payment.tranche.project_id}
    owners |= {payment.account.project_id} if payment.account else set()
    subjects = {step.subject for step in steps} | {f"project:{payment.project_id}"}
    elsewhere = payment.batch is not None and payment.batch.round_id != payment.project.round_id
    if len(owners) > 1 or len(subjects) > 1 or elsewhere:
        yield Fault(f"payment:{payment.pk}", gettext("项目、期次、账户、批次和留痕不是同一个项目的"))


def _requester(payment: Payment) -> tuple[int | None, int | None]:
    return payment.requester_id, payment.requester_behalf_id


def _facts(step: Step) -> list[list[str]]:
    found: list[list[str]] = json.loads(step.payload)["facts"]
    return found


def _lines(rounds: QuerySet[Round]) -> Iterator[Fault]:
    """A used line tells, of the day and in the round of its entry, what the entry says happened."""
    lines = BankLine.objects.filter(Q(round__in=rounds)).exclude(matched="")
    by_reference = {one.reference: one for one in lines.exclude(kind=LineKind.REFUSED)}
    entered = Posting.objects.filter(entry__external_ref__isnull=False, debit__round__in=rounds).select_related(
        "entry__step", "debit", "credit"
    )
    for posting in entered.order_by("pk").iterator(CHUNK):
        entry, way = posting.entry, (posting.debit.kind, posting.credit.kind)
        if way not in TOLD_BY:
            continue
        found = by_reference.get(entry.external_ref or "")
        if found is None:
            yield Fault(f"funds.entry {entry.pk}", gettext("没有它的银行流水"))
        elif (found.booked_on, found.matched, found.round_id) != (
            entry.value_on or entry.date,
            entry.step_id,
            posting.debit.round_id,
        ) or found.kind not in _kinds(way, entry.step.move):
            yield Fault(f"funds.bankline {found.pk}", gettext("流水的日期、类别或用途与分录不符"))


def _kinds(way: tuple[str, str], move: str) -> tuple[str, ...]:
    """The kinds of line that may stand behind it; what the bank has returned is told by nothing else."""
    return (LineKind.RETURNED,) if move == "bank_returned" else TOLD_BY[K(way[0]), K(way[1])]


def _frozen(rounds: QuerySet[Round]) -> Iterator[Fault]:
    """A frozen batch has the digest that its step proved, and holds no more than it counted, a live one no less."""
    again = set(Payment.objects.filter(attempt__gt=1).values_list("project__round", flat=True))
    for batch in Batch.objects.filter(round__in=rounds, frozen_at__isnull=False).select_related("round").order_by("pk"):
        fact = chain.canonical(["batch", f"{batch.round.code}/{batch.number}", batch.digest])
        if not Step.objects.filter(subject=f"round:{batch.round_id}", payload__contains=fact).exists():
            yield Fault(f"funds.batch {batch.pk}", gettext("批次与锁定时的证明不符"))
        amounts = list(batch.payments.values_list("amount_fen", flat=True))
        there, told = (len(amounts), sum(amounts)), (batch.count, batch.total_fen)
        whole = batch.returned_at is None and batch.round_id not in again
        if there > told or (whole and there != told):
            yield Fault(f"funds.batch {batch.pk}", gettext("批次的笔数或合计与锁定时不同"))


def _owners(rounds: QuerySet[Round]) -> Iterator[Fault]:
    """An account stands in the round of its project or source."""
    found = Account.objects.filter(round__in=rounds).select_related("project", "source").order_by("pk")
    for account in found.iterator(CHUNK):
        owner: Any = account.project or account.source
        if owner is not None and owner.round_id != account.round_id:
            yield Fault(f"funds.account {account.pk}", gettext("账户不在所属的轮次"))


def _sources(rounds: QuerySet[Round]) -> Iterator[Fault]:
    """A source is called what its entry says, and is what was filled in when it was entered, as its step proved."""
    given = Posting.objects.filter(credit__source__round__in=rounds, credit__kind=K.SOURCE, entry__reverses=None)
    entries: dict[int, Entry] = {
        row.credit.source_id or 0: row.entry for row in given.select_related("credit", "entry__step").order_by("-pk")
    }
    for source in FundingSource.objects.filter(round__in=rounds).order_by("pk"):
        entry = entries.get(source.pk)
        memo = f"{'上年结转' if source.origin_id else '资金到位'}：{source.name}"
        if entry is None or entry.memo != memo or entry.document_id != source.document_id:
            yield Fault(f"funds.source {source.pk}", gettext("来源的名称或依据与入账时不同"))
        elif not _as_given(source, entry.step):
            yield Fault(f"funds.source {source.pk}", gettext("来源的性质或要求与登记时不同"))


def _as_given(source: FundingSource, step: Step) -> bool:
    """Whether it is what the step proved; of steps that proved none, kind and intent, unless they were erased."""
    name = source_account(source)
    if proven := [digest for kind, of, digest in _facts(step) if (kind, of) == ("source", name)]:
        return proven == [said_of(source)]
    told = json.loads(step.given or "{}")
    if step.move != "add_source" or "kind" not in told:
        return True
    return bool(told["kind"] == source.kind and (told.get("intent") or "") == source.intent)
