"""The books of a round as beancount text, so that anybody's bean-check can add them up again."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

from grants.funds.enums import AccountKind as K
from grants.funds.models import Account, Closing, Entry
from grants.programmes.models import Round

CURRENCY = "CNY"
KINDS = {
    K.SOURCE: "Equity:Source",
    K.AVAILABLE: "Assets:Available",
    K.COMMITTED: "Assets:Committed",
    K.UNDRAWN: "Assets:Undrawn",
    K.HELD: "Assets:Held",
    K.RETURNED: "Assets:Returned",
    K.SPENT: "Expenses:Spent",
    K.KEPT: "Expenses:Kept",
    K.WRITTEN_OFF: "Expenses:WrittenOff",
    K.INTEREST: "Income:Interest",
}
"""The beancount account of every kind; the owner follows: Assets:Held:P17."""


def books(round_: Round) -> str:
    """Every account, entry and closing balance of the round as a beancount file; the same rows give the same text."""
    found = Entry.objects.filter(postings__debit__round=round_.pk).distinct().select_related("document", "reverses")
    entries = list(found.prefetch_related("postings__debit", "postings__credit").order_by("date", "pk"))
    return "\n".join([*_head(round_), *_opened(round_, entries), *_entered(entries), *_closed(entries, round_), ""])


def beancount_name(account: Account) -> str:
    """The account's name as beancount allows it: Expenses:Spent:P17:VOL-MEAL."""
    owner = f":S{account.source_id}" if account.source_id else f":P{account.project_id}" if account.project_id else ""
    code = account.category.replace("_", "-")
    category = f":{code if code[0].isupper() else f'X-{code}'}" if code else ""
    return f"{KINDS[K(account.kind)]}{owner}{category}"


def _head(round_: Round) -> Iterator[str]:
    yield f"option {_quoted('title')} {_quoted(round_.title)}"
    yield f"option {_quoted('operating_currency')} {_quoted(CURRENCY)}"


def _opened(round_: Round, entries: list[Entry]) -> Iterator[str]:
    """Every account opens on the day of the first entry; without entries there are no accounts."""
    first = entries[0].date if entries else None
    for account in Account.objects.filter(round=round_.pk).select_related("project", "source").order_by("pk"):
        yield f"\n{first} open {beancount_name(account)} {CURRENCY}"
        yield f"  name: {_quoted(account.name)}"
        if owner := account.project or account.source:
            yield f"  of: {_quoted(str(owner))}"


def _entered(entries: list[Entry]) -> Iterator[str]:
    for entry in entries:
        yield f"\n{entry.date} * {_quoted(entry.memo)}"
        facts = {
            "key": entry.key,
            "step": entry.step_id,
            "sha256": entry.digest,
            "reference": entry.external_ref,
            "evidence": entry.document.sha256 if entry.document else None,
            "reverses": entry.reverses.key if entry.reverses else None,
        }
        yield from (f"  {name}: {_quoted(fact)}" for name, fact in facts.items() if fact)
        for posting in entry.postings.all():
            yield f"  {beancount_name(posting.debit)}  {_yuan(posting.amount_fen)} {CURRENCY}"
            yield f"  {beancount_name(posting.credit)}  {_yuan(-posting.amount_fen)} {CURRENCY}"


def _closed(entries: list[Entry], round_: Round) -> Iterator[str]:
    """The balance of every account after each month that is closed, and after the last entry: each may fail."""
    held = Closing.objects.filter(round=round_.pk, reopening__isnull=True).values_list("through", flat=True)
    days = sorted({*held, entries[-1].date}) if entries else []
    sums: dict[str, int] = defaultdict(int)
    rest = iter(entries)
    entry = next(rest, None)
    for day in days:
        while entry is not None and entry.date <= day:
            for posting in entry.postings.all():
                sums[beancount_name(posting.debit)] += posting.amount_fen
                sums[beancount_name(posting.credit)] -= posting.amount_fen
            entry = next(rest, None)
        after = day + dt.timedelta(days=1)
        yield ""
        yield from (f"{after} balance {name}  {_yuan(fen)} {CURRENCY}" for name, fen in sorted(sums.items()))


def _yuan(fen: int) -> str:
    """Yuan with two decimals, without separators: beancount's own figures."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan}.{rest:02d}"


def _quoted(text: str | None) -> str:
    escaped = (text or "").replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'
