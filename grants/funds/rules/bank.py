"""Why the bank's word is not taken: incomplete, used before, not this payment's."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.funds.enums import LineKind
from grants.funds.models import BankLine, Payment
from grants.funds.reconciling import open_lines, set_aside
from grants.kernel.given import Given, day, whole, words
from grants.programmes.asking import no_document, shown
from grants.programmes.models import Round
from workflow import clock
from workflow.lifecycle import PaymentState
from workflow.refusals import Refusal
from workflow.rules import Ask, rule
from workflow.table import Deed

LINES = {
    PaymentState.SENT: (LineKind.PAID, LineKind.REFUSED),
    PaymentState.PAID: (LineKind.RETURNED, LineKind.REFUND),
}
"""What the bank may tell of a payment in this state."""
TOLD = {
    "pay": (LineKind.PAID,),
    "bank_refused": (LineKind.REFUSED,),
    "bank_returned": (LineKind.RETURNED,),
    "reverse": (LineKind.RETURNED, LineKind.REFUND),
}
"""What the bank must tell for each move."""


def _lines(payment: Any, _actor: Any) -> list[tuple[str, str]]:
    found = open_lines(payment.project.round_id).filter(kind__in=LINES.get(payment.state, ()))
    found = found.filter(amount_fen=payment.amount_fen).order_by("booked_on", "pk")
    return [
        (row.reference, f"{shown(row.booked_on)} · {row.get_kind_display()} · {row.counterparty} · {row.reference}")
        for row in found
    ]


def line_of(round_: Round, given: Given) -> BankLine | None:
    """The bank line of the round that was chosen by its reference."""
    chosen = words(given, "line")
    return BankLine.objects.filter(round=round_.pk, reference=chosen).first() if chosen else None


@rule(asks=(Ask("line", _("银行流水"), "choice", choices=_lines),))
def bank_line_matched(payment: Payment, _actor: Any, given: Given, deed: Deed | None = None) -> Refusal | None:
    """An unused bank line of the right kind has the payment's amount and account."""
    line = line_of(payment.project.round, given)
    if line is None:
        return Refusal("line", gettext("请选择对应的银行流水。"), at="line")
    tail = payment.account.account_no[-4:] if payment.account else ""
    wrong = [
        told
        for ok, told in (
            (not line.matched, gettext("已经用过")),
            (not set_aside(line), gettext("已经另列")),
            (line.kind in _kinds_for(payment, deed), gettext("类别不符")),
            (line.amount_fen == payment.amount_fen, gettext("金额不符")),
            (line.account_tail == tail, gettext("账号后四位不符")),
        )
        if not ok
    ]
    if not wrong:
        return None
    return Refusal("line", gettext("这条银行流水%(wrong)s。") % {"wrong": "、".join(wrong)}, at="line")


def _kinds_for(payment: Payment, deed: Deed | None) -> tuple[LineKind, ...]:
    return TOLD[deed.name] if deed else LINES.get(PaymentState(payment.state), ())


def _line_kinds(_round: Any, _actor: Any) -> list[tuple[str, str]]:
    return [(kind.value, str(kind.label)) for kind in LineKind]


LINE = (
    Ask("reference", _("流水号")),
    Ask("kind", _("类别"), "choice", choices=_line_kinds),
    Ask("booked_on", _("记账日期"), "date"),
    Ask("amount_fen", _("金额"), "money"),
    Ask("counterparty", _("对方户名")),
    Ask("account_tail", _("对方账号后四位")),
)


@rule(asks=LINE)
def bank_line_complete(_round: Round, _actor: Any, given: Given) -> Refusal | None:
    """A bank line has a reference of its own, a kind, a day that has come, an amount and whom it concerns."""
    if not 0 < len(words(given, "reference")) <= 80:
        return Refusal("reference", gettext("请填写流水号，不超过 80 个字。"), at="reference")
    if BankLine.objects.filter(reference=words(given, "reference")).exists():
        return Refusal("reference", gettext("这个流水号已经登记过。"), at="reference")
    if words(given, "kind") not in LineKind.values:
        return Refusal("kind", gettext("请选择流水的类别。"), at="kind")
    return _line_figures(given)


def _line_figures(given: Given) -> Refusal | None:
    booked = day(given, "booked_on")
    if booked is None or booked > clock.today():
        return Refusal("booked_on", gettext("请填写今天或以前的记账日期。"), at="booked_on")
    if (whole(given, "amount_fen") or 0) <= 0:
        return Refusal("amount_fen", gettext("请填写大于零的金额。"), at="amount_fen")
    if not 0 < len(words(given, "counterparty")) <= 80:
        return Refusal("counterparty", gettext("请填写对方户名，不超过 80 个字。"), at="counterparty")
    if not re.fullmatch(r"[0-9]{4}", words(given, "account_tail")):
        return Refusal("account_tail", gettext("请填写对方账号的后四位数字。"), at="account_tail")
    return None


RECEIPT = Ask("receipt", _("收款单位开具的票据"), "document")


@rule(asks=(RECEIPT,))
def receipt_document(_payment: Payment, _actor: Any, given: Given) -> Refusal | None:
    """The payee's receipt is there."""
    return no_document(given, RECEIPT)
