"""Bank lines in words: what fits, what does not and why, which payment each may be about, what a person may do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from grants.desk.banking.queries import MOVES
from grants.desk.tables.payments import account_words
from grants.funds.banking.reading import Line
from grants.funds.enums import LineKind
from grants.funds.matching import Candidate, Finding, Verdict
from grants.funds.models import BankLine, Payment
from grants.funds.reconciling import differs
from workflow.lifecycle import PAYMENT
from workflow.lifecycle import PaymentState as P
from workflow.phrases import listed

WHY = {
    Verdict.SPLIT: (_("一笔拨款分几条到账"), _("几条合起来是一笔拨款。核对后合并成一条，再确认。")),
    Verdict.MERGED: (_("几笔拨款合成一条"), _("这一条是几笔拨款之和。核对后拆开，再逐笔确认。")),
    Verdict.WRONG_NAME: (_("户名不符"), _("金额和尾号一致，户名不同。核对回单，是同一家的可以确认。")),
    Verdict.WRONG_TAIL: (
        _("尾号不符"),
        _("钱没有到核实过的账户，系统不会确认。请联系银行查询；退回来以后会有退汇流水。"),
    ),
    Verdict.WRONG_AMOUNT: (_("金额不符"), _("户名和账号一致，金额不同。请核对回单。")),
    Verdict.WRONG_DAY: (_("日期不在范围"), _("事实都一致，但离发送太远。请核对是不是另一笔。")),
    Verdict.DUPLICATE: (_("重复"), _("同一笔拨款有两条流水，或已经到账。请核对哪一条是真的，另一条另列。")),
    Verdict.ALIKE: (_("几笔一样，分不清"), _("收款单位和金额都一样的有几笔，流水里没有拨款编号。请选一笔。")),
    Verdict.REVERSED: (_("银行冲正"), _("银行撤销了它自己记的一笔。核对后办理冲销（要两个人），或者另列。")),
    Verdict.RETURNED: (_("退汇"), _("银行把钱退了回来。选好是哪一笔，确认退汇，再请收款单位更正账户。")),
    Verdict.INCOMING: (_("收到款项"), _("不是退汇。退回结余的，到那个项目的决算页登记；不是项目款的，另列。")),
    Verdict.UNKNOWN: (_("找不到对应的拨款"), _("手续费、利息等不是拨款的，写明原因另列。")),
}
FACTS = {
    "amount": (_("金额一致"), _("金额不符")),
    "name": (_("户名一致"), _("户名不符")),
    "tail": (_("尾号一致"), _("尾号不符")),
    "day": (_("日期合理"), _("日期不在范围")),
    "number": (_("拨款编号一致"), _("拨款编号不符")),
}
BACK = {LineKind.RETURNED.value: "bank_returned"}


@dataclass(frozen=True)
class Option:
    """A payment that a line may be about, in words; `move` where the person may make it now."""

    payment: Payment
    account: str
    said: str
    move: str = ""
    verb: str = ""


@dataclass(frozen=True)
class QueueRow:
    """One line that waits for a person."""

    line: BankLine
    verdict: str
    label: str
    todo: str
    options: tuple[Option, ...]
    beside: tuple[BankLine, ...]
    joins: str = ""
    divides: str = ""


def queue_rows(
    found: Iterable[tuple[BankLine, Finding]], payments: Mapping[int, Payment], lines: Mapping[int, BankLine]
) -> list[QueueRow]:
    """The lines in words."""
    return [_row(line, finding, payments, lines) for line, finding in found]


def _row(line: BankLine, finding: Finding, payments: Mapping[int, Payment], lines: Mapping[int, BankLine]) -> QueueRow:
    label, todo = WHY.get(finding.verdict, (_("对得上"), ""))
    options = tuple(_option(line, one, payments[one.due]) for one in finding.candidates if one.due in payments)
    beside = tuple(lines[pk] for pk in finding.beside if pk in lines)
    together = [line.reference, *(one.reference for one in beside)]
    return QueueRow(
        line=line,
        verdict=finding.verdict,
        label=str(label),
        todo=str(todo),
        options=options,
        beside=beside,
        joins="\n".join(together) if finding.verdict == Verdict.SPLIT else "",
        divides="\n".join(one.payment.number for one in options) if finding.verdict == Verdict.MERGED else "",
    )


def _option(line: BankLine, candidate: Candidate, payment: Payment) -> Option:
    move = _move(line, payment) if {"amount", "tail"} <= set(candidate.agrees) else ""
    verb = str(PAYMENT.deeds[move].label) if move else ""
    return Option(payment, account_words(payment.account), explained(candidate), move, verb)


def _move(line: BankLine, payment: Payment) -> str:
    """What the line would do to the payment by one person's word; nothing where it takes two, or makes no sense."""
    if line.undone:
        return ""
    if payment.state == P.SENT:
        return MOVES.get(line.kind, "")
    return BACK.get(line.kind, "") if payment.state == P.PAID else ""


def explained(candidate: Candidate) -> str:
    """金额一致、户名一致、尾号不符."""
    agrees = [str(FACTS[name][0]) for name in candidate.agrees]
    return listed([*agrees, *(str(FACTS[name][1]) for name in candidate.differs)])


def reasons(by_verdict: Mapping[str, int]) -> list[dict[str, Any]]:
    """How many lines wait for which reason, in the order of the reasons."""
    return [
        {"code": verdict.value, "label": label, "n": by_verdict[verdict]}
        for verdict, (label, _todo) in WHY.items()
        if by_verdict.get(verdict)
    ]


@dataclass(frozen=True)
class ReadRow:
    """One line of a file that was read and not taken in yet."""

    line: Line
    kind: str
    known: bool


def read_rows(lines: Iterable[Line], known: Mapping[str, BankLine]) -> list[ReadRow]:
    """The lines with what each is and whether it was entered before."""
    return [ReadRow(line, str(LineKind(line.kind).label), line.reference in known) for line in lines]


def conflicts(lines: Iterable[Line], known: Mapping[str, BankLine]) -> list[str]:
    """References that were entered with another amount or day."""
    return [line.reference for line in lines if line.reference in known and differs(line, known[line.reference])]


def read_told(lines: list[Line], known: int) -> list[str]:
    """What a file holds, in a few words: how many lines are new, known, of which kind."""
    fresh = len(lines) - known
    found = [ngettext("新流水%(n)s条", "新流水%(n)s条", fresh) % {"n": fresh}]
    if known:
        found.append(ngettext("%(n)s条登记过，不再导入", "%(n)s条登记过，不再导入", known) % {"n": known})
    counts = ((kind, sum(line.kind == kind for line in lines)) for kind in LineKind)
    return [*found, *(gettext("%(kind)s%(n)s条") % {"kind": kind.label, "n": n} for kind, n in counts if n)]
