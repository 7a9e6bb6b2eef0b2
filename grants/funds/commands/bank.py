"""What goes to the bank and what comes from it: files of a frozen batch, statements, lines set aside or made anew."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext

from grants.funds.banking.reading import Reading, unkept
from grants.funds.banking.shapes import PaymentShape, parse
from grants.funds.banking.writing import About, PayLine, Written, kept, written
from grants.funds.counting import broken, one_row
from grants.funds.enums import TemplateKind
from grants.funds.models import BankLine, BankTemplate, Batch, BatchFile, LineNote, Payment, Statement
from grants.funds.reconciling import known_lines, rounds_of
from grants.funds.templates import Known, last_used, payment_shape
from grants.people.models import User
from grants.people.queries import holds
from grants.programmes.models import Round
from grants.programmes.profile.reader import ProfileError
from workflow import chain, clock
from workflow.command import command
from workflow.effects import Done
from workflow.lifecycle import Role
from workflow.refusals import Refusal, Refused

BatchLine = tuple[str, int, int, str, str, str, str]
MOST_REFERENCE, CHUNK = 80, 1_000

# Files for the bank ----------------------------------------------------------------------------------------------


def make_files(batch: Batch, round_: Round, lines: Sequence[BatchLine], *, template: str, done: Done) -> None:
    """The files of a batch that is being frozen stand for ever; the step proves each. Raises Refused.

    `template` is a code; without one that of the round's last batch. Letters that its encoding has not refuse it all.
    """
    found = payment_shape(template or last_used(round_.pk)) or payment_shape("")
    if found is None:
        raise Refused([broken()])
    known, shape = found
    about = _about(batch, round_, done.at)
    for position, file in enumerate(written(shape, [_pay_line(line, round_) for line in lines], about), start=1):
        _row(batch, position, file, known, about).save(force_insert=True)
        done.prove("file", f"{round_.code}/{batch.number}/{position}", file.sha256)


def _about(batch: Batch, round_: Round, at: Any) -> About:
    """What the files of a batch say of themselves."""
    return About(f"{round_.code}/{batch.number}", at.astimezone(clock.SHANGHAI).date(), round_.organiser.name)


def _pay_line(line: BatchLine, round_: Round) -> PayLine:
    number, attempt, fen, holder, bank, account_no, cnaps = line
    return PayLine(number, attempt, fen, holder, bank, account_no, cnaps, f"{round_.programme.name}项目资助款 {number}")


def _row(batch: Batch, position: int, file: Written, known: Known, about: About) -> BatchFile:
    """The file with all that it was made of: the template's text, which of its files, what it says of itself."""
    made_of = [known.text, file.part.name, about.batch, about.day.isoformat(), about.payer]
    return BatchFile(
        batch=batch,
        position=position,
        name=f"{about.batch.replace('/', '-B')}-{file.part.name}.{file.part.suffix}",
        template=known.label,
        shape=json.dumps(made_of, ensure_ascii=False),
        lines=kept(file.lines),
        count=len(file.lines),
        total_fen=file.total_fen,
        size=len(file.content),
        sha256=file.sha256,
    )


@command
def save_template(text: str, reason: str, *, actor: User) -> BankTemplate:
    """A further version of a template of our own, checked line by line. Raises Refused with every fault in it."""
    if not holds(actor, Role.FINANCE_OFFICER):
        raise Refused(
            [Refusal("not_yours", gettext("这一步由%(roles)s办理。") % {"roles": Role.FINANCE_OFFICER.label})]
        )
    if not reason.strip() or len(reason.strip()) > 200:
        raise Refused([Refusal("reason", gettext("请写改动原因，不超过 200 个字。"), at="reason")])
    plain = text.replace("\r\n", "\n").strip() + "\n"
    try:
        shape = parse(plain)
    except ProfileError as error:
        raise Refused([Refusal("template", str(fault), at="text") for fault in error.faults]) from None
    kind = TemplateKind.PAYMENT if isinstance(shape, PaymentShape) else TemplateKind.STATEMENT
    before = BankTemplate.objects.filter(code=shape.code).order_by("-number").first()
    if before and before.kind != kind:
        raise Refused([Refusal("kind", gettext("这个代号已经用于另一种模板，请换一个代号。"), at="text")])
    if before and before.text == plain:
        return before
    return BankTemplate.objects.create(
        code=shape.code,
        number=before.number + 1 if before else 1,
        kind=kind,
        name=shape.name[:80],
        text=plain,
        digest=chain.digest(plain),
        reason=reason.strip(),
        made_by=actor,
        at=clock.now(),
    )


# Statements ------------------------------------------------------------------------------------------------------


@command
def keep_reading(round_: Round, reading: Reading, *, name: str, sha256: str, template: str, actor: User) -> Statement:
    """What was read of a file waits for whoever read it to take it; what they read before and did not take is gone."""
    Statement.objects.filter(round=round_.pk, read_by=actor.pk, taken="").delete()
    return Statement.objects.create(
        round=round_,
        name=name[:200],
        sha256=sha256,
        template=template,
        lines=reading.kept(),
        digest=reading.digest,
        count=len(reading.lines),
        read_by=actor,
        read_at=clock.now(),
    )


def enter_statement(statement: Statement, *, done: Done) -> int:
    """The lines whose references nobody entered before are there, each in its round. -> how many. Raises Refused."""
    lines = unkept(statement.lines)
    known = known_lines(lines)
    fresh = [line for line in lines if line.reference not in known]
    homes = rounds_of(fresh, statement.round)
    rows = [
        BankLine(
            round_id=home,
            statement=statement,
            reference=line.reference,
            kind=line.kind,
            booked_on=line.booked_on,
            amount_fen=line.fen,
            counterparty=line.counterparty,
            account_tail=line.tail,
            summary=line.summary,
            undone=line.undone,
            recorded_by=done.actor,
            at=done.at,
        )
        for line, home in zip(fresh, homes, strict=True)
    ]
    BankLine.objects.bulk_create(rows, batch_size=CHUNK)
    waiting = Statement.objects.filter(pk=statement.pk, taken="")
    gone = Refusal("taken_before", gettext("这份文件已经导入过，没有再次导入。"), at="statement")
    one_row(waiting, gone, taken=done.ref, taken_at=done.at, entered=len(rows))
    done.prove("statement", statement.sha256[:40], statement.digest)
    return len(rows)


def note_line(line: BankLine, reason: str, *, aside: bool, done: Done, replaced: bool = False) -> None:
    """The line is set aside, or taken up again, with somebody's reason; what is `replaced` stays aside for good."""
    LineNote.objects.create(
        line=line, aside=aside, replaced=replaced, reason=reason[:200], by=done.actor, at=done.at, step=done.ref
    )


def join_lines(lines: Sequence[BankLine], *, done: Done) -> BankLine:
    """One line of their sum takes the place of the pieces, which stay aside."""
    reference = "+".join(sorted(line.reference for line in lines))
    if len(reference) > MOST_REFERENCE:
        reference = f"{reference[:40]}…{chain.digest(reference)[:30]}"
    for line in lines:
        note_line(line, gettext("并入 %(line)s") % {"line": reference}, aside=True, done=done, replaced=True)
    last = max(lines, key=lambda line: line.booked_on)
    return _made_of(last, reference, sum(line.amount_fen for line in lines), done)


def divide_line(line: BankLine, payments: Sequence[Payment], *, done: Done) -> list[BankLine]:
    """For every payment in the line, and for what they leave of it, a line takes its place; the line stays aside."""
    parts = [(payment.amount_fen, payment.number) for payment in payments]
    if rest := line.amount_fen - sum(fen for fen, _number in parts):
        parts.append((rest, ""))
    made = [
        _made_of(line, f"{line.reference[:70]}#{position}", fen, done, number or gettext("余下"))
        for position, (fen, number) in enumerate(parts, start=1)
    ]
    names = gettext("、").join(payment.number for payment in payments)
    note_line(line, gettext("拆成 %(names)s") % {"names": names}, aside=True, done=done, replaced=True)
    return made


def _made_of(line: BankLine, reference: str, fen: int, done: Done, summary: str = "") -> BankLine:
    return BankLine.objects.create(
        round=line.round,
        statement=line.statement,
        reference=reference,
        kind=line.kind,
        booked_on=line.booked_on,
        amount_fen=fen,
        counterparty=line.counterparty,
        account_tail=line.account_tail,
        summary=summary or line.summary,
        recorded_by=done.actor,
        at=done.at,
    )
