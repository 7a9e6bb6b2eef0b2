"""How long the papers of a project are kept, by the slot they lie in and by what became of the project."""

from __future__ import annotations

import datetime as dt
from typing import Final

from grants.programmes.profile.basics import Retention
from storage.enums import Term
from workflow import clock

ACCOUNTING: Final = frozenset(
    {
        "audit_report",
        "bank_receipt",
        "final_accounts",
        "payee_account_proof",
        "payee_ledger",
        "payment_minutes",
        "payment_request",
        "photo",
        "receipt",
        "refund_receipt",
    }
)
"""Slots whose papers the books rest on."""


def term_of(slot: str, *, funded: bool) -> Term:
    """The class of a paper: what the books rest on, the file of a funded project, an application that was not."""
    if slot in ACCOUNTING:
        return Term.VOUCHER
    return Term.ARCHIVE if funded else Term.NOT_FUNDED


def last_day(term: Term, retention: Retention, *, ended: dt.datetime) -> dt.date:
    """The last day on which it must be there: years are counted from the end of the year in which the file closed."""
    years = {
        Term.VOUCHER: retention.accounting_vouchers_years,
        Term.ARCHIVE: retention.project_archive_years,
        Term.NOT_FUNDED: retention.application_not_funded_years,
    }[term]
    return dt.date(ended.astimezone(clock.SHANGHAI).year + years, 12, 31)
