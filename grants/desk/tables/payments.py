"""The desks that a payment passes, and its line on each: payee, account, amount, what is still unmet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from grants.desk.queries.payments import Judged
from grants.desk.tables.offers import role_names
from grants.desk.words import pill_of
from grants.funds.models import BankLine, PayeeAccount, Payment
from grants.funds.queries import payee_account
from grants.funds.rules.accounts import payee_name
from grants.kernel.masking import mask_account
from grants.kernel.money import capitals
from workflow.endorsing import missing, own_hand
from workflow.lifecycle import PAYMENT, Role
from workflow.lifecycle import PaymentState as P
from workflow.models import Proposal
from workflow.refusals import Refusal
from workflow.trail import given_of

WHOLE_NUMBER = frozenset({Role.FINANCE_OFFICER, Role.CASHIER})
"""Who copies an account number for the bank, and so reads all of it on a batch; everybody else its last four digits."""


@dataclass(frozen=True)
class Desk:
    """One place where payments of one state wait for one role."""

    code: str
    role: Role
    state: P
    deed: str
    title: StrOrPromise
    verb: StrOrPromise
    after: StrOrPromise
    refuses: bool = True


DESKS = (
    Desk(
        "verify",
        Role.FINANCE_OFFICER,
        P.REQUESTED,
        "verify_request",
        _("待审核"),
        _("审核通过"),
        _("通过后转财务负责人审批。"),
    ),
    Desk(
        "decide",
        Role.FINANCE_APPROVER,
        P.VERIFIED,
        "approve_payment",
        _("会签已齐，待批准"),
        _("批准"),
        _("批准后回到财务经办编批。发送银行前都可以退回。"),
    ),
    Desk(
        "propose",
        Role.FINANCE_APPROVER,
        P.VERIFIED,
        "approve_payment",
        _("待送会签"),
        _("同意并送会签"),
        _("职能处室会签以后，回到您这里批准。"),
    ),
    Desk(
        "endorse",
        Role.BUSINESS_LEAD,
        P.VERIFIED,
        "approve_payment",
        _("待会签"),
        _("会签"),
        _("会签以后，由财务负责人批准。"),
    ),
    Desk(
        "batch",
        Role.FINANCE_OFFICER,
        P.APPROVED,
        "put_in_batch",
        _("待编批"),
        _("编入批次"),
        _("锁定以后金额和账户都不能再变，转出纳发送。"),
    ),
    Desk(
        "send",
        Role.CASHIER,
        P.BATCHED,
        "send",
        _("待发送银行"),
        _("发送银行"),
        _("发送以后等银行回单，再确认到账。"),
        refuses=False,
    ),
    Desk(
        "arrive",
        Role.CASHIER,
        P.SENT,
        "pay",
        _("待确认到账"),
        _("确认到账"),
        _("金额和账号后四位都对得上的银行流水，一次确认。"),
        refuses=False,
    ),
)
DEEDS = {str(desk.state): desk.deed for desk in DESKS}
"""The deed on which a payment of a state is judged."""


@dataclass
class PayRow:
    """One payment on a desk."""

    payment: Payment
    payee: str
    account: str
    reasons: list[Refusal]
    proposal: Proposal | None = None
    line: BankLine | None = None

    @property
    def capitals(self) -> str:
        """The amount as official forms write it."""
        return capitals(self.payment.amount_fen)


@dataclass
class Table:
    """A desk with what lies on it: rows that can be done now, and rows that cannot, with the reasons."""

    desk: Desk
    ready: list[PayRow] = field(default_factory=list)
    stuck: list[PayRow] = field(default_factory=list)

    @property
    def total_fen(self) -> int:
        """All that can be done now, in fen."""
        return sum(row.payment.amount_fen for row in self.ready)


def tables(found: Iterable[Judged], roles: Collection[str], lines: Mapping[int, BankLine], actor: Any) -> list[Table]:
    """The desks of a person's roles that have something on them, in the order in which a payment passes them."""
    made = {desk.code: Table(desk) for desk in DESKS if desk.role in roles}
    for one in found:
        for desk in DESKS:
            if desk.code in made and str(one.payment.state) == desk.state:
                _lay(made[desk.code], one, lines, actor)
    return [table for table in made.values() if table.ready or table.stuck]


def _lay(table: Table, one: Judged, lines: Mapping[int, BankLine], actor: Any) -> None:
    """The payment lies on the desk, if it is waited for there."""
    code, row = table.desk.code, row_of(one.payment, one.reasons)
    if table.desk.state == P.VERIFIED:
        row.proposal = _proposal(code, one, actor)
        mine = next((each for each in one.known.proposals if own_hand(each, one.known.people)), None)
        waits = {"decide": row.proposal, "propose": mine is None, "endorse": row.proposal}[code]
        if not waits:
            return
        if code == "endorse":
            row.reasons = []
    if code == "arrive":
        row.line = lines.get(one.payment.pk)
        if row.line is None:
            row.reasons = [
                Refusal("no_line", gettext("没有唯一对得上的银行流水（金额和账号后四位），请先登记流水或逐笔办理。"))
            ]
    (table.stuck if row.reasons else table.ready).append(row)


def _proposal(code: str, one: Judged, actor: Any) -> Proposal | None:
    """What lies before others: complete and one's own to decide on, or another's to endorse."""
    deed = PAYMENT.deeds["approve_payment"]
    for each in one.known.proposals:
        if each.move != deed.name:
            continue
        left = missing(deed, each)
        own = own_hand(each, one.known.people)
        if code == "decide" and own and not left:
            return each
        if code == "endorse" and not own and Role.BUSINESS_LEAD in left:
            return each
    return None


def row_of(payment: Payment, reasons: list[Refusal]) -> PayRow:
    """One payment in words; before it is verified, the account that it would go to."""
    account = payment.account or payee_account(payment.project)
    return PayRow(payment, payee_name(payment.project), account_words(account), reasons)


def account_words(account: PayeeAccount | None, roles: Collection[str] = ()) -> str:
    """Bank and number, the number as the roles may read it."""
    if account is None:
        return gettext("还没有填报收款账户")
    number = account.account_no if WHOLE_NUMBER & set(roles) else mask_account(account.account_no)
    return gettext("%(bank)s，账号%(number)s") % {"bank": account.bank, "number": number}


def elsewhere(payments: Iterable[Payment], shown: Collection[int]) -> list[dict[str, Any]]:
    """What is not on the person's own desks: by state, how many, how much (fen), and whose turn it is."""
    sums: dict[str, list[Payment]] = {}
    for payment in payments:
        if payment.pk not in shown:
            sums.setdefault(str(payment.state), []).append(payment)
    return [
        {
            "record": rows[0],
            "n": len(rows),
            "fen": sum(row.amount_fen for row in rows),
            "who": role_names(PAYMENT.waits.get(state, ())),
            "rows": rows,
        }
        for state in PAYMENT.states.values
        if (rows := sums.get(state))
    ]


def given_by(proposal: Proposal | None) -> dict[str, Any]:
    """What the maker of a proposal had filled in."""
    return dict(given_of(proposal)) if proposal else {}


def by_round(sums: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The sums of payments under way by state, each round once, with the words of its states."""
    found: dict[int, dict[str, Any]] = {}
    for row in sums:
        pk = row["project__round"]
        mine = found.setdefault(pk, {"pk": pk, "title": row["project__round__title"], "n": 0, "fen": 0, "states": []})
        mine["n"], mine["fen"] = mine["n"] + row["n"], mine["fen"] + row["fen"]
        label = str(PAYMENT.states(row["state"]).label)
        mine["states"].append({"count": row["n"], **pill_of("payment", row["state"], label)})
    return list(found.values())
