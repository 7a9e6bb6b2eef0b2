"""The grammar of the books: the names of accounts, which may pay into which, and the digest of an entry."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from grants.applications.models import Project
from grants.funds.enums import OF_PROJECT
from grants.funds.enums import AccountKind as K
from grants.funds.models import Account, Entry, FundingSource, Posting
from grants.programmes.models import Round
from workflow import chain

FLOWS = frozenset(
    {
        (K.AVAILABLE, K.SOURCE),
        (K.SOURCE, K.AVAILABLE),
        (K.COMMITTED, K.AVAILABLE),
        (K.UNDRAWN, K.COMMITTED),
        (K.HELD, K.UNDRAWN),
        (K.AVAILABLE, K.COMMITTED),
        (K.AVAILABLE, K.UNDRAWN),
        (K.HELD, K.INTEREST),
        (K.SPENT, K.HELD),
        (K.RETURNED, K.HELD),
        (K.KEPT, K.HELD),
        (K.WRITTEN_OFF, K.HELD),
    }
)
"""Every (debit, credit) there is; the other way round only as the reversal of an entry. Source: MONEY.md."""


def source_account(source: FundingSource) -> str:
    """source:3, what a source has given. Its balance is negative: the money came from there."""
    return f"source:{source.pk}"


def available(round_: Round) -> str:
    """round:QNZJ-2027:available, what no project has been promised."""
    return f"round:{round_.code}:{K.AVAILABLE}"


def project_account(project: Project | int, kind: K, category: str = "") -> str:
    """project:17:held, or project:17:spent:VENUE for a category."""
    pk = project if isinstance(project, int) else project.pk
    return f"project:{pk}:{kind}{f':{category}' if category else ''}"


def described(name: str) -> Account:
    """The account that a name describes, unsaved. Raises ValueError for a name outside the grammar."""
    match name.split(":"):
        case ["source", pk]:
            source = FundingSource.objects.get(pk=int(pk))
            return Account(name=name, kind=K.SOURCE, round_id=source.round_id, source=source)
        case ["round", code, K.AVAILABLE]:
            return Account(name=name, kind=K.AVAILABLE, round=Round.objects.get(code=code))
        case ["project", pk, K.SPENT, category] if category:
            return _of_project(name, int(pk), K.SPENT, category)
        case ["project", pk, kind] if kind in OF_PROJECT and kind != K.SPENT:
            return _of_project(name, int(pk), K(kind))
    message = f"No account is called {name}."
    raise ValueError(message)


def _of_project(name: str, pk: int, kind: K, category: str = "") -> Account:
    round_id = Project.objects.values_list("round_id", flat=True).get(pk=pk)
    return Account(name=name, kind=kind, round_id=round_id, project_id=pk, category=category)


def name_of(account: Account) -> str:
    """The name that an account must have by its other columns; of an available one the round must be loaded."""
    if account.kind == K.SOURCE:
        return f"source:{account.source_id}"
    if account.kind == K.AVAILABLE:
        return available(account.round)
    return project_account(account.project_id or 0, K(account.kind), account.category)


def facts_of(entry: Entry, postings: Iterable[Posting]) -> dict[str, Any]:
    """Every fact of an entry and its postings: what its digest covers; documents and accounts by content.

    A value date is among them only where there is one.
    """
    late = {"value": entry.value_on.isoformat()} if entry.value_on else {}
    return late | {
        "date": entry.date.isoformat(),
        "document": entry.document.sha256 if entry.document else None,
        "external_ref": entry.external_ref,
        "key": entry.key,
        "memo": entry.memo,
        "postings": [[row.position, row.debit.name, row.credit.name, row.amount_fen] for row in postings],
        "reverses": entry.reverses.key if entry.reverses else None,
        "step": entry.step_id,
    }


def digest_of(entry: Entry, postings: Iterable[Posting]) -> str:
    """SHA-256 over the canonical JSON of the facts."""
    return chain.digest(chain.canonical(facts_of(entry, postings)))
