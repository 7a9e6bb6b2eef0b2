"""The ledger's pen: an entry with its postings, proven by the step it belongs to, and its mirror image."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext

from grants.funds.counting import refused
from grants.funds.days import open_day
from grants.funds.enums import AccountKind as K
from grants.funds.ledger import FLOWS, described, digest_of
from grants.funds.models import Account, Entry, Posting
from storage.models import Document
from workflow import clock
from workflow.effects import Done

Posted = tuple[str, str, int]
"""(account that receives, account that gives, fen)."""


def post(
    *,
    date: dt.date,
    memo: str,
    postings: Sequence[Posted],
    done: Done,
    document: Document | None = None,
    external_ref: str | None = None,
    reverses: Entry | None = None,
) -> Entry:
    """Enter one fact of money; (debit, credit, fen) by account name, accounts are opened on demand.

    The entry's key is the step's name and its position in it; its digest is in the step. Raises Refused for a bank
    reference that was used before, ValueError for an amount, account or flow that the books do not know. A day of a
    closed period is kept as value date, and the entry is dated the first open day.
    """
    if external_ref and Entry.objects.filter(external_ref=external_ref).exists():
        words = {"reference": external_ref}
        raise refused("reference_used", gettext("银行流水号 %(reference)s 已经入过账。") % words)
    accounts = _accounts({name for debit, credit, _fen in postings for name in (debit, credit)})
    date, value_on = open_day(date, accounts[postings[0][0]]) if postings else (date, None)
    number = sum(kind == "entry" for kind, _name, _digest in done.facts) + 1
    entry = Entry(
        key=f"{done.ref}/{number}",
        date=date,
        value_on=value_on,
        memo=memo[:200],
        document=document,
        external_ref=external_ref or None,
        reverses=reverses,
        step_id=done.ref,
    )
    rows = [
        Posting(entry=entry, position=position, debit=accounts[debit], credit=accounts[credit], amount_fen=fen)
        for position, (debit, credit, fen) in enumerate(postings, start=1)
    ]
    _check(rows, backwards=reverses is not None)
    entry.digest = digest_of(entry, rows)
    entry.save(force_insert=True)
    Posting.objects.bulk_create(rows)
    done.prove("entry", entry.key, entry.digest)
    return entry


def _accounts(names: set[str]) -> dict[str, Account]:
    found = {account.name: account for account in Account.objects.filter(name__in=names)}
    for name in sorted(names - set(found)):
        new = described(name)
        parts = {"kind": new.kind, "round_id": new.round_id, "category": new.category}
        owner = {"project_id": new.project_id, "source_id": new.source_id}
        found[name], _made = Account.objects.get_or_create(name=name, defaults={**parts, **owner})
    return found


def _check(rows: Sequence[Posting], *, backwards: bool) -> None:
    """Only known flows, of one round and at most one project, in whole fen above zero."""
    for row in rows:
        flow = (K(row.credit.kind), K(row.debit.kind)) if backwards else (K(row.debit.kind), K(row.credit.kind))
        projects = {row.debit.project_id, row.credit.project_id} - {None}
        if flow not in FLOWS or len(projects) > 1 or row.debit.round_id != row.credit.round_id:
            message = f"The books know no way from {row.credit} to {row.debit}."
            raise ValueError(message)
        if type(row.amount_fen) is not int or row.amount_fen <= 0:
            message = f"{row.amount_fen!r} is no amount in fen."
            raise ValueError(message)
    if not rows:
        raise ValueError("An entry needs a posting.")


def reverse(
    entry: Entry,
    *,
    done: Done,
    memo: str = "",
    date: dt.date | None = None,
    document: Document | None = None,
    external_ref: str | None = None,
) -> Entry:
    """Undo an entry by its mirror image, once. Raises Refused when it has been reversed, ValueError for a reversal."""
    if entry.reverses_id:
        message = f"{entry} is a reversal itself."
        raise ValueError(message)
    if Entry.objects.filter(reverses=entry).exists():
        raise refused("reversed_before", gettext("这笔账已经冲销过。"))
    rows = entry.postings.select_related("debit", "credit").order_by("position")
    return post(
        date=date or clock.today(),
        memo=memo or f"冲销：{entry.memo}",
        postings=[(row.credit.name, row.debit.name, row.amount_fen) for row in rows],
        done=done,
        document=document,
        external_ref=external_ref,
        reverses=entry,
    )
