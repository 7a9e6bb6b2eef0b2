"""Why a statement is not taken, or a line of it not set aside, joined or divided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.funds.banking.reading import unkept
from grants.funds.models import BankLine, Payment, Statement
from grants.funds.reconciling import differs, known_lines, set_aside
from grants.kernel.given import Given, whole, words
from grants.programmes.models import Round
from workflow.lifecycle import PaymentState
from workflow.phrases import listed
from workflow.refusals import Refusal
from workflow.rules import Ask, rule

MOST_NAMED = 5


def statement_in(round_: Round, given: Given) -> Statement | None:
    """The statement of the round that was read before."""
    chosen = whole(given, "statement")
    return Statement.objects.filter(round=round_.pk, pk=chosen).first() if chosen else None


def _waiting(round_: Any, actor: Any) -> list[tuple[str, str]]:
    found = Statement.objects.filter(round=round_.pk, taken="", read_by=actor.pk)
    return [(str(row.pk), f"{row.name} · {row.count}") for row in found]


@rule(asks=(Ask("statement", _("对账单"), "choice", choices=_waiting),))
def statement_new(round_: Round, _actor: Any, given: Given) -> Refusal | None:
    """The statement was read, its file was not taken before, and what is known of it is known the same."""
    statement = statement_in(round_, given)
    if statement is None or statement.taken:
        return Refusal("statement", gettext("请先读一份对账单。"), at="statement")
    if Statement.objects.filter(sha256=statement.sha256).exclude(taken="").exists():
        return Refusal("taken_before", gettext("这份文件已经导入过，没有再次导入。"), at="statement")
    lines = unkept(statement.lines)
    known = known_lines(lines)
    wrong = [one.reference for one in lines if one.reference in known and differs(one, known[one.reference])]
    if not wrong:
        return None
    said = gettext("这些流水号登记过，金额或日期却不同：%(names)s，共 %(n)s 条。请核对。")
    return Refusal("differs", said % {"names": listed(wrong[:MOST_NAMED]), "n": len(wrong)}, at="statement")


LINE = Ask("line", _("流水号"))


def open_line(round_: Round, reference: str) -> BankLine | None:
    """The line of that reference, if it is neither used nor set aside."""
    line = _unmatched(round_, reference)
    return None if line is None or set_aside(line) else line


def _unmatched(round_: Round, reference: str) -> BankLine | None:
    """The line of that reference that nothing was matched with; nobody asks for one without a reference."""
    found = BankLine.objects.filter(round=round_.pk, reference=reference, matched="")
    return found.first() if reference else None


@rule(asks=(LINE,))
def line_open(round_: Round, _actor: Any, given: Given) -> Refusal | None:
    """The line is neither used nor set aside."""
    if open_line(round_, words(given, "line")):
        return None
    return Refusal("line", gettext("没有这条待处理的流水，或者刚刚处理过。"), at="line")


@rule(asks=(LINE,))
def line_aside(round_: Round, _actor: Any, given: Given) -> Refusal | None:
    """The line is set aside, and not because other lines stand in its place."""
    line = _unmatched(round_, words(given, "line"))
    if line and line.notes.filter(replaced=True).exists():
        return Refusal("replaced", gettext("这条流水已经合并或拆分，由新的流水代替。"), at="line")
    if line and set_aside(line):
        return None
    return Refusal("line", gettext("没有这条另列的流水，或者刚刚处理过。"), at="line")


LINES = Ask("lines", _("要合并的流水号，一行一个"), "longtext")


def joining(round_: Round, given: Given) -> list[BankLine | None]:
    """The open lines that are to be one; None in the place of one that is not open."""
    return [open_line(round_, one) for one in dict.fromkeys(words(given, "lines").split())]


@rule(asks=(LINES,))
def lines_join(round_: Round, _actor: Any, given: Given) -> Refusal | None:
    """Two open lines or more of one kind, one payee and one account are one payment in pieces."""
    found = joining(round_, given)
    if len(found) < 2 or None in found:
        return Refusal("lines", gettext("请写至少两条待处理的流水号。"), at="lines")
    if len({(one.kind, one.counterparty, one.account_tail) for one in found if one}) != 1:
        return Refusal("lines", gettext("这些流水的类别、户名、账号后四位要一样，才能合并。"), at="lines")
    return None


PAYMENTS = Ask("payments", _("包含的拨款编号，一行一个"), "longtext")


def dividing(round_: Round, given: Given) -> Sequence[Payment]:
    """The sent payments of the round that are named."""
    named = list(dict.fromkeys(words(given, "payments").split()))
    sent = Payment.objects.filter(project__round=round_.pk, number__in=named, state=PaymentState.SENT)
    return list(sent.select_related("account").order_by("number")) if named else []


@rule(asks=(LINE, PAYMENTS))
def line_divides(round_: Round, _actor: Any, given: Given) -> Refusal | None:
    """An open line holds sent payments to its account; what they leave of it is a part of its own."""
    line, found = open_line(round_, words(given, "line")), dividing(round_, given)
    if line is None:
        return Refusal("line", gettext("没有这条待处理的流水，或者刚刚处理过。"), at="line")
    if not found or len(found) != len(set(words(given, "payments").split())):
        return Refusal("payments", gettext("请写已发送银行的拨款编号。"), at="payments")
    if {one.account.account_no[-4:] if one.account else "" for one in found} != {line.account_tail}:
        return Refusal("payments", gettext("这些拨款的账号后四位要和流水一样，才能拆分。"), at="payments")
    fen = sum(one.amount_fen for one in found)
    if fen > line.amount_fen or (fen == line.amount_fen and len(found) == 1):
        return Refusal("payments", gettext("这些拨款的金额合计超过流水，或者不用拆。"), at="payments")
    return None
