"""Proof of what went to the bank and came from it: files made again, statements held against their steps and lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext

from grants.funds.banking.reading import Line, unkept
from grants.funds.banking.writing import PayLine, read
from grants.funds.files import bytes_of
from grants.funds.models import BankLine, Batch, BatchFile, Statement
from grants.funds.reactions import line
from grants.programmes.models import Round
from workflow import chain
from workflow.models import Step
from workflow.refusals import Refused
from workflow.verify import Fault


def bank_faults(rounds: QuerySet[Round]) -> Iterator[Fault]:
    """Every file for the bank, statement and line of one that is not what its step proved."""
    yield from _files(rounds)
    yield from _batches(rounds)
    for statement in Statement.objects.filter(round__in=rounds).exclude(taken="").order_by("pk"):
        yield from _statement(statement)
    yield from _by_hand(rounds)


def _files(rounds: QuerySet[Round]) -> Iterator[Fault]:
    proven = _proven(Step.objects.filter(subject__in=_names(rounds), move="freeze_batch"), "file")
    rows = BatchFile.objects.filter(batch__round__in=rounds).select_related("batch__round").order_by("pk")
    for file in rows:
        row, name = f"funds.batchfile {file.pk}", f"{file.batch.round.code}/{file.batch.number}/{file.position}"
        if proven.pop(name, "") != file.sha256:
            yield Fault(row, gettext("与锁定批次的留痕不符"))
        if not _whole(file):
            yield Fault(row, gettext("再做一遍和锁定时的不一样"))
    for name in proven:
        yield Fault(f"funds.batchfile {name}", gettext("留痕证明过的银行文件不见了"))


def _whole(file: BatchFile) -> bool:
    """Whether lines, count, total and bytes are what they were."""
    try:
        lines = read(file.lines)
        bytes_of(file)
    except (Refused, ValueError, TypeError, KeyError):
        return False
    return (len(lines), sum(one.fen for one in lines)) == (file.count, file.total_fen)


def _batches(rounds: QuerySet[Round]) -> Iterator[Fault]:
    """Count, control total and digest of a frozen batch are those of the lines in its files, and so are its payments.

    A payment that was sent in it and failed or bounced is paid anew elsewhere; those still in it are what it says.
    """
    frozen = Batch.objects.filter(round__in=rounds, frozen_at__isnull=False, files__isnull=False).distinct()
    for batch in frozen.prefetch_related("files", "payments__account").order_by("pk"):
        try:
            told = sorted((one for file in batch.files.all() for one in read(file.lines)), key=lambda one: one.number)
        except (ValueError, TypeError):
            continue  # the file itself is named already
        lines = [list(sealed(one)) for one in told]
        row = f"funds.batch {batch.pk}"
        if (batch.count, batch.total_fen) != (len(lines), sum(one.fen for one in told)):
            yield Fault(row, gettext("批次的笔数或合计与银行文件里的不同"))
        if batch.digest != chain.digest(chain.canonical(lines)):
            yield Fault(row, gettext("批次的校验值与银行文件里的各笔不符"))
        for payment in batch.payments.all():
            if list(line(payment)) not in lines:
                yield Fault(f"payment:{payment.pk}", gettext("与锁定批次时的金额或账户不同"))


def sealed(one: PayLine) -> tuple[str, int, int, str, str, str, str]:
    """The line of a file as its batch sealed it, see `funds.reactions.line`."""
    return (one.number, one.attempt, one.fen, one.holder, one.bank, one.account_no, one.cnaps)


def _statement(statement: Statement) -> Iterator[Fault]:
    row = f"funds.statement {statement.pk}"
    proven = _proven(Step.objects.filter(pk=statement.taken), "statement")
    if proven.get(statement.sha256[:40]) != statement.digest:
        yield Fault(row, gettext("与导入的留痕不符"))
    try:
        lines = unkept(statement.lines)
    except (ValueError, TypeError):
        lines = []
    if chain.digest(statement.lines) != statement.digest or len(lines) != statement.count:
        yield Fault(row, gettext("读到的内容在导入之后被改动"))
    told = {one.reference: one for one in lines}
    for one in BankLine.objects.filter(statement=statement).order_by("pk"):
        known = told.get(one.reference)
        if known is not None and known != _as_read(one):
            yield Fault(f"funds.bankline {one.pk}", gettext("与对账单里的不一样"))


def _by_hand(rounds: QuerySet[Round]) -> Iterator[Fault]:
    """A line that somebody entered says what they filled in; words that were erased since tell nothing."""
    entered = Step.objects.filter(subject__in=_names(rounds), move="record_bank_line").values_list("given", flat=True)
    forms = [json.loads(given or "{}") for given in entered]
    told = {form["reference"]: form for form in forms if form.get("reference")}
    for one in BankLine.objects.filter(round__in=rounds, statement__isnull=True).order_by("pk"):
        form = told.get(one.reference)
        if form is not None and (one.summary or one.undone or _otherwise(form, one)):
            yield Fault(f"funds.bankline {one.pk}", gettext("与登记时填写的不一样"))


def _otherwise(form: dict[str, Any], one: BankLine) -> bool:
    """Whether a field of the form, where it is still known, says otherwise than the line."""
    said = {
        "kind": one.kind,
        "booked_on": one.booked_on.isoformat(),
        "amount_fen": str(one.amount_fen),
        "counterparty": one.counterparty,
        "account_tail": one.account_tail,
    }
    return any(str(form.get(name, now)).strip() != now for name, now in said.items())


def _as_read(one: BankLine) -> Line:
    return Line(
        reference=one.reference,
        kind=one.kind,
        booked_on=one.booked_on.isoformat(),
        fen=one.amount_fen,
        counterparty=one.counterparty,
        tail=one.account_tail,
        summary=one.summary,
        undone=one.undone,
    )


def _names(rounds: QuerySet[Round]) -> list[str]:
    return [f"round:{pk}" for pk in rounds.values_list("pk", flat=True)]


def _proven(steps: QuerySet[Step], kind: str) -> dict[str, str]:
    """Name → digest of everything of that kind which these steps prove."""
    found: dict[str, str] = {}
    for payload in steps.values_list("payload", flat=True):
        facts: list[list[Any]] = json.loads(payload)["facts"]
        found |= {name: digest for one, name, digest in facts if one == kind}
    return found
