"""Money: a tranche is requested, checked, approved, batched, sent, matched to the bank's line, and receipted."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from hashlib import sha256
from typing import Any

from grants.awards.models import Meeting
from grants.desk.rehearsal.awarding import account
from grants.desk.rehearsal.opening import meeting
from grants.desk.rehearsal.world import Case, World
from grants.funds.banking.reading import Line, Reading
from grants.funds.commands.bank import keep_reading
from grants.funds.commands.requesting import ask_for_ripe
from grants.funds.models import BankLine, Batch, Payment, Tranche
from workflow.lifecycle import PaymentState

P = PaymentState


def pay_first(world: World, cases: list[Case]) -> None:
    """The first tranche of every project, in one batch, with the mishaps of the lots."""
    wanted = [request(world, case, 1) for case in cases]
    ready = [payment for payment, case in zip(wanted, cases, strict=True) if _approved(world, payment, case)]
    batch(world, ready)
    by_project = {case.project.pk: case for case in cases}
    for payment in ready:
        arrive(world, payment, by_project[payment.project_id])


def pay(world: World, case: Case, number: int) -> Payment:
    """One tranche of one project, straight through."""
    payment = request(world, case, number)
    approve(world, payment)
    batch(world, [payment])
    arrive(world, payment, case)
    return payment


def request(world: World, case: Case, number: int) -> Payment:
    """The officer asks for a first tranche; a later one the clock asks for, once everything it hangs on is true."""
    asked = 0
    if number > 1:
        with world.play.moment():
            asked = ask_for_ripe([case.project.pk])
    if not asked:
        world.do(case, "request_payment", world.officer, tranche=str(number))
    return Payment.objects.filter(project=case.project.pk, tranche__number=number).latest("pk")


def _approved(world: World, payment: Payment, case: Case) -> bool:
    """Through checking and approval; -> whether it goes into the batch."""
    if "payment_refused" in case.late:
        world.play.do(payment, "refuse", world.cast.finance_officer, reason="协议附件缺页")
        world.play.do(payment, "request_again", world.officer, corrected="已补齐协议附件")
    if "payment_voided" in case.late:
        world.play.together(payment, "void", world.officer, world.cast.finance_officer, reason="重复申请")
        payment = request(world, case, 1)
        approve(world, payment)
        batch(world, [payment])
        arrive(world, payment, case)
        return False
    approve(world, payment)
    return True


def approve(world: World, payment: Payment) -> None:
    """Finance checks, the head of finance approves with the business lead behind; a large one rests on a meeting."""
    world.play.do(payment, "verify_request", world.cast.finance_officer)
    given: dict[str, Any] = {}
    if world.rules.disbursement.limit_for(payment.amount_fen).minutes:
        given["meeting"] = Meeting.objects.order_by("-pk").values_list("pk", flat=True).first() or meeting(
            world, "拨款会议纪要"
        )
    world.play.together(payment, "approve_payment", world.cast.finance_approver, world.cast.business_lead, **given)


def _filled(world: World, payments: list[Payment]) -> str:
    """The number of a new batch with these payments."""
    play, finance = world.play, world.cast.finance_officer
    play.do(world.round, "open_batch", finance)
    number = str(Batch.objects.filter(round=world.round).latest("pk").number)
    for payment in payments:
        play.do(payment, "put_in_batch", finance, batch=number)
    return number


def batch(world: World, payments: list[Payment]) -> None:
    """One batch, sent. A large one has a payment taken out and put back, is frozen, returned whole, and made anew."""
    if not payments:
        return
    play, finance = world.play, world.cast.finance_officer
    number = _filled(world, payments)
    if len(payments) > 2:
        play.do(payments[0], "take_from_batch", finance, reason="金额再核一次")
        play.do(payments[0], "put_in_batch", finance, batch=number)
        play.do(world.round, "freeze_batch", finance, batch=number)
        play.do(world.round, "return_batch", finance, batch=number, reason="发送前又收到一件异议，核清后重新编批")
        number = _filled(world, payments)
    play.do(world.round, "freeze_batch", finance, batch=number)
    for payment in payments:
        play.do(payment, "send", world.cast.cashier, reauthenticated_at=play.now.isoformat())
    play.wait(1)


def close_month(world: World) -> None:
    """The books are closed at the end of last month, by two people."""
    last = world.play.today.replace(day=1) - dt.timedelta(days=1)
    given, cast = {"through": last.isoformat()}, world.cast
    world.play.together(world.round, "close_books", cast.finance_officer, cast.finance_approver, **given)


def close_and_correct(world: World) -> None:
    """Subjects are named for the accounting system; the month is closed, opened again for a correction, and closed."""
    subjects = {"subject_undrawn": "1002 银行存款", "subject_held": "1218 其他应收款"}
    subjects |= {"subject_spent": "5001 业务活动费用", "subject_kept": "5001 业务活动费用"}
    subjects |= {"subject_interest": "4604 利息收入", "subject_returned": "1002 银行存款"}
    cast = world.cast
    world.play.together(world.round, "set_subjects", cast.finance_officer, cast.finance_approver, **subjects)
    close_month(world)
    world.play.do(world.round, "reopen_books", cast.leadership, reason="审计要求更正一笔摘要")
    close_month(world)


def line(world: World, kind: str, payment: Payment, fen: int | None = None) -> str:
    """The bank's line about a payment is entered by the cashier; -> its reference."""
    world.bank_lines += 1
    reference = f"BOC{world.play.today:%Y%m%d}{world.bank_lines:05d}"
    account_row = payment.account
    if account_row is None:
        message = f"{payment} has no account."
        raise RuntimeError(message)
    world.play.do(
        world.round,
        "record_bank_line",
        world.cast.cashier,
        reference=reference,
        kind=kind,
        booked_on=world.play.today.isoformat(),
        amount_fen=fen or payment.amount_fen,
        counterparty=account_row.holder,
        account_tail=account_row.account_no[-4:],
    )
    return BankLine.objects.get(reference=reference).reference


def arrive(world: World, payment: Payment, case: Case) -> None:
    """The bank pays, or refuses first; the payee sends its receipt; a reversed payment is made again."""
    play, cashier = world.play, world.cast.cashier
    if case.late & {"bank_refuses", "mistyped"} and payment.attempt == 1:
        play.do(payment, "bank_refused", cashier, line=line(world, "refused", payment))
        account(world, case)
        payment = again(world, payment)
    told = line(world, "paid", payment) if world.statements else by_statement(world, payment)
    play.do(payment, "pay", cashier, line=told)
    if "payment_reversed" in case.late and payment.tranche.number == 1:
        back = line(world, "returned", payment)
        play.together(
            payment, "reverse", world.cast.finance_officer, world.cast.finance_approver, reason="付错项目", line=back
        )
        pay_after_reversal(world, case)
        return
    play.wait(1)
    if "bank_returns" in case.late and payment.attempt == 1 and payment.tranche.number == 1:
        return  # the money comes back before the receipt is written
    payee = world.payee(case)
    play.do(payment, "receipt", payee, receipt=play.document("收据", payee))


def pay_after_reversal(world: World, case: Case) -> None:
    """The tranche is open again and is paid anew."""
    case.late.discard("payment_reversed")
    pay(world, case, 1)


def again(world: World, payment: Payment) -> Payment:
    """A refused or returned payment is issued anew to the account that was verified since."""
    world.play.do(payment, "reissue", world.officer)
    approve(world, payment)
    batch(world, [payment])
    return payment


def open_tranches(case: Case) -> list[Tranche]:
    """Tranches of a project that still have something to pay."""
    return [tranche for tranche in case.project.tranches.order_by("number") if tranche.open_fen > 0]


FEE = 1_250
"""What the bank keeps of a transfer, in fen."""


def by_statement(world: World, payment: Payment) -> str:
    """The bank's statement tells of a payment in two pieces with its fee in one of them; -> the line that is left.

    The pieces are joined, the fee divided from them and set aside, looked at again, and set aside for good.
    """
    first = payment.amount_fen // 2
    statement(world, [_told(world, payment, first), _told(world, payment, payment.amount_fen - first + FEE)])
    pieces = " ".join(f"DZ{world.statements:03d}{n}" for n in (1, 2))
    whole = pieces.replace(" ", "+")
    on_round(world, "join_lines", lines=pieces, reason="核对回单，同一笔分两次到账")
    on_round(world, "divide_line", line=whole, payments=payment.number, reason="里面含手续费")
    on_round(world, "set_line_aside", line=f"{whole}#2", reason="手续费")
    on_round(world, "take_line_up", line=f"{whole}#2", reason="再核对一次收费标准")
    on_round(world, "set_line_aside", line=f"{whole}#2", reason="手续费，与收费标准一致")
    return f"{whole}#1"


def on_round(world: World, act: str, **given: Any) -> None:
    """The cashier does one of the round's acts."""
    world.play.do(world.round, act, world.cast.cashier, **given)


def _told(world: World, payment: Payment, fen: int) -> Line:
    """What the bank tells of a payment today, the reference still to come."""
    holder, number = (payment.account.holder, payment.account.account_no) if payment.account else ("", "")
    day = world.play.today.isoformat()
    return Line("", "paid", day, fen, holder, number[-4:], "项目资助款", undone=False)


def statement(world: World, lines: list[Line], name: str = "账户明细") -> None:
    """The cashier reads a statement of these lines and takes it in; their references are DZ, its number, theirs."""
    world.statements += 1
    named = [replace(one, reference=f"DZ{world.statements:03d}{n}") for n, one in enumerate(lines, start=1)]
    reading = Reading(lines=named)
    file = f"{name}{world.play.today:%Y%m%d}.csv"
    with world.play.moment():
        digest = sha256(f"{file} {reading.kept()}".encode()).hexdigest()
        read = keep_reading(
            world.round, reading, name=file, sha256=digest, template="statement@0", actor=world.cast.cashier
        )
    on_round(world, "import_statement", statement=str(read.pk))
