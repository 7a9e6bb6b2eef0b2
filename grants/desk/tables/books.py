"""The books in words: kinds of accounts, the lines of one with its balance, columns of exports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from grants.desk.tables.sheets import Value, Yuan
from grants.funds.enums import AccountKind as K
from grants.funds.models import Account, Entry, Posting
from grants.funds.trial import Trial, Turnover

TRIAL_HEADS = (_("账户类别"), _("借方发生额（元）"), _("贷方发生额（元）"), _("余额（元）"))
JOURNAL_HEADS = (
    _("分录号"),
    _("日期"),
    _("发生日期"),
    _("摘要"),
    _("借方账户"),
    _("贷方账户"),
    _("金额（元）"),
    _("项目"),
    _("银行流水号"),
    _("冲销"),
    _("依据"),
    _("留痕"),
    _("摘要值"),
)


@dataclass(frozen=True)
class KindRow:
    """One kind of account: its name, its turnover."""

    kind: str
    label: str
    turnover: Turnover


@dataclass(frozen=True)
class AccountLine:
    """One posting as an account sees it: the entry, the account on the other side, the balance after it (fen)."""

    posting: Posting
    entry: Entry
    other: Account
    came: bool
    balance: int
    reversal: Entry | None
    reversed_by: Entry | None

    @property
    def other_title(self) -> str:
        """The account on the other side in words."""
        return title_of(self.other)


def kind_rows(found: Trial, round_: int | None) -> list[KindRow]:
    """The trial balance by kind of account, of one round or of all; kinds without a posting are left out."""
    sums = found.of_round(round_) if round_ else {kind: found.of_kind(kind) for kind in K.values}
    return [KindRow(kind, str(K(kind).label), one) for kind, one in sums.items() if one.debit or one.credit]


def account_lines(
    account: Account, rows: Iterable[Posting], balance: int, undone: Mapping[int, Entry]
) -> Iterator[AccountLine]:
    """The lines of an account, the latest first; `balance` is what stands after the first of them (fen).

    `undone` names what reverses an entry.
    """
    for row in rows:
        came, signed = row.debit_id == account.pk, row.amount_fen if row.debit_id == account.pk else -row.amount_fen
        entry = row.entry
        yield AccountLine(
            row,
            entry,
            row.credit if came else row.debit,
            came,
            balance,
            entry.reverses,
            undone.get(entry.pk),
        )
        balance -= signed


def title_of(account: Account) -> str:
    """The account in words: 收款单位持有 · 书香进社区."""
    owner = account.project or account.source or account.round
    label = str(K(account.kind).label)
    category = f" {account.category}" if account.category else ""
    return f"{label}{category} · {owner}"


def trial_rows(found: Sequence[KindRow], total: Turnover) -> list[list[Value]]:
    """The trial balance as rows of a file, the sum last."""
    rows: list[list[Value]] = [
        [row.label, Yuan(row.turnover.debit), Yuan(row.turnover.credit), Yuan(row.turnover.balance)] for row in found
    ]
    return [*rows, [gettext("合计"), Yuan(total.debit), Yuan(total.credit), Yuan(total.balance)]]


def journal_rows(entries: Iterable[Entry]) -> Iterator[list[Value]]:
    """One row a posting: the whole journal, from which anybody can add the books up again."""
    for entry in entries:
        for row in sorted(entry.postings.all(), key=lambda one: one.position):
            project = row.debit.project or row.credit.project
            yield [
                f"{entry.pk}-{row.position}",
                entry.date,
                entry.value_on,
                entry.memo,
                row.debit.name,
                row.credit.name,
                Yuan(row.amount_fen),
                project.number if project else "",
                entry.external_ref or "",
                str(entry.reverses_id or ""),
                entry.document.sha256 if entry.document else "",
                entry.step_id,
                entry.digest,
            ]


# Vouchers for the accounting system ------------------------------------------------------------------------------

VOUCHER_HEADS = (
    _("日期"),
    _("凭证字"),
    _("凭证号"),
    _("摘要"),
    _("科目编码"),
    _("科目名称"),
    _("借方金额"),
    _("贷方金额"),
    _("辅助核算项目"),
    _("附件数"),
    _("分录号"),
)
DEFAULT_SUBJECTS: Mapping[str, tuple[str, StrOrPromise]] = {
    K.UNDRAWN: ("1002", _("银行存款")),
    K.HELD: ("1218", _("其他应收款")),
    K.SPENT: ("5001", _("业务活动费用")),
    K.KEPT: ("5001", _("业务活动费用")),
    K.INTEREST: ("4604", _("利息收入")),
    K.RETURNED: ("1002", _("银行存款")),
    K.WRITTEN_OFF: ("5901", _("其他费用")),
}
"""Until a round names its own: the system of accounts for government bodies (政府会计制度). Others stay outside."""

Subjects = Mapping[str, tuple[str, StrOrPromise]]


def voucher_rows(entries: Iterable[Entry], subjects: Subjects) -> Iterator[list[Value]]:
    """Two rows a posting whose accounts both have a subject, and not the same; numbered from 1 within each month.

    In the order the entries were made: what comes later never renumbers what was there. Promises of money
    (立项、签约) are none of the accounting system's facts: their accounts have no subject.
    """
    numbers: dict[tuple[int, int], int] = {}
    for entry in entries:
        rows = [row for row in entry.postings.all() if _kept(row, subjects)]
        if not rows:
            continue
        month = (entry.date.year, entry.date.month)
        numbers[month] = numbers.get(month, 0) + 1
        for row in sorted(rows, key=lambda one: one.position):
            yield _leg(entry, row, row.debit, subjects, numbers[month], debit=True)
            yield _leg(entry, row, row.credit, subjects, numbers[month], debit=False)


def _kept(row: Posting, subjects: Subjects) -> bool:
    codes = [subjects.get(side.kind, ("", ""))[0] for side in (row.debit, row.credit)]
    return all(codes) and codes[0] != codes[1]


def _leg(entry: Entry, row: Posting, account: Account, subjects: Subjects, number: int, *, debit: bool) -> list[Value]:
    code, name = subjects[account.kind]
    project = row.debit.project or row.credit.project
    amount = Yuan(row.amount_fen)
    return [
        entry.date,
        gettext("记"),
        number,
        entry.memo,
        code,
        str(name),
        amount if debit else None,
        None if debit else amount,
        project.number if project else "",
        1 if entry.document_id else 0,
        str(entry.pk),
    ]


def subject_rows(subjects: Subjects) -> list[tuple[str, str, str]]:
    """Every kind of account with its subject in words, empty for one that stays outside the accounts."""
    return [(kind.value, str(kind.label), " ".join(map(str, subjects.get(kind.value, ("",)))).strip()) for kind in K]


def months_to_choose(today: dt.date, n: int = 24) -> list[str]:
    """The last months as 2026-07, the latest first."""
    found, year, month = [], today.year, today.month
    for _each in range(n):
        found.append(f"{year}-{month:02d}")
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return found


def heads(found: Iterable[Any]) -> list[str]:
    """Headings in the reader's language."""
    return [str(one) for one in found]
