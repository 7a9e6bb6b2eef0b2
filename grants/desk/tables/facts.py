"""What a payment, check, objection or change request is, as label and value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext

from grants.awards.models import Objection
from grants.desk.tables.changing import TABLES
from grants.desk.tables.given import day_in_words, words_of
from grants.funds.models import PayeeAccount, Payment
from grants.funds.queries import bank_lines_of, payee_account
from grants.implementation.models import ChangeRequest, Check
from grants.implementation.rules import PAGE
from grants.kernel.given import day
from grants.kernel.masking import mask_account
from grants.people.models import Organisation, User
from grants.programmes.asking import in_yuan
from workflow.phrases import in_the_name_of, listed, one_after_another

Fact = tuple[str, str]


def facts(record: Any) -> list[Fact]:
    """Labels and values, empty ones left out."""
    found: Callable[[Any], Iterator[Fact]] = FACTS[record.machine().name]
    return [(label, value) for label, value in found(record) if value]


def _day(value: Any) -> str:
    return date_format(value, "DATE_FORMAT") if value else ""


def _payment(payment: Payment) -> Iterator[Fact]:
    account = payment.account
    yield gettext("拨款编号"), payment.number
    yield gettext("期次"), gettext("第%(n)s期") % {"n": payment.tranche.number}
    yield gettext("金额"), in_yuan(payment.amount_fen)
    if account:
        yield gettext("收款账户"), _account(account)
    elif filed := payee_account(payment.project):
        label = gettext("将付到") if filed.verified_at else gettext("将付到（账户还没有核实）")
        yield label, _account(filed)
    yield gettext("申请"), in_the_name_of(payment.requester or gettext("系统"), payment.requester_behalf)
    yield gettext("审核"), in_the_name_of(payment.maker or "", payment.maker_behalf)
    yield pgettext("who", "审批"), in_the_name_of(payment.checker or "", payment.checker_behalf)
    yield gettext("出纳"), in_the_name_of(payment.cashier or "", payment.cashier_behalf)
    if payment.batch:
        yield gettext("批次"), gettext("第%(n)s批") % {"n": payment.batch.number}
    yield gettext("到账日期"), _day(payment.paid_on)
    lines = bank_lines_of(payment) if account or payment.attempt > 1 else ()  # none before an account is settled on
    for line in lines:
        told = [line.reference, line.get_kind_display(), _day(line.booked_on), in_yuan(line.amount_fen)]
        yield gettext("银行流水"), listed(told)


def _account(account: PayeeAccount) -> str:
    return listed([account.holder, account.bank, mask_account(account.account_no)])


def _check(check: Check) -> Iterator[Fact]:
    yield gettext("类别"), check.get_kind_display()
    for ask in PAGE:
        if (value := check.page.get(ask.name)) not in (None, ""):
            yield str(ask.label), words_of(ask, value)
    yield gettext("到现场的日期"), _day(day(check.conclusion, "visited_on"))
    yield gettext("检查意见"), str(check.conclusion.get("opinion", ""))


def _objection(objection: Objection) -> Iterator[Fact]:
    yield gettext("类别"), objection.get_kind_display()
    yield gettext("收到日期"), _day(objection.received_on)
    yield gettext("查询号"), objection.receipt
    yield gettext("反映人"), objection.objector or gettext("未署名")
    yield gettext("联系方式"), objection.contact
    yield gettext("反映内容"), objection.text
    yield gettext("核查期间"), gettext("暂停立项和拨款") if objection.holds else gettext("不影响办理")
    yield gettext("核查结论"), objection.finding


def _change(change: ChangeRequest) -> Iterator[Fact]:
    yield gettext("类别"), change.get_kind_display()
    yield gettext("提出人"), str(change.drafted_by)
    yield gettext("理由"), change.reason
    if change.kind not in TABLES:  # of a table its rows are shown, one by one
        yield gettext("变更前"), side(change.before)
        yield gettext("变更后"), side(change.after)
    yield gettext("生效"), _day(change.applied_at)


def side(facts_: Mapping[str, Any]) -> str:
    """One side of a change in words: what was, or what is asked."""
    return one_after_another(words for name, value in facts_.items() if value and (words := _part(name, value)))


def _part(name: str, value: Any) -> str:
    if name in PARTS:
        return PARTS[name](value)
    if name.endswith("_fen"):
        return in_yuan(int(value))
    return ""


def _named(model: type[User | Organisation]) -> Callable[[Any], str]:
    return lambda pk: str(model._base_manager.filter(pk=pk).first() or "")


PARTS: dict[str, Callable[[Any], str]] = {
    "end_date": day_in_words,
    "leader": _named(User),
    "payee": _named(Organisation),
    "guided_by": _named(Organisation),
    "undrawn_fen": lambda fen: gettext("未拨%(amount)s") % {"amount": in_yuan(int(fen))},
    "reduce_by_fen": lambda fen: gettext("核减%(amount)s") % {"amount": in_yuan(int(fen))},
}
FACTS: dict[str, Callable[[Any], Iterator[Fact]]] = {
    "payment": _payment,
    "check": _check,
    "objection": _objection,
    "change_request": _change,
}
