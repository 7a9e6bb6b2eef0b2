"""The books as pages read them: accounts with their sums, the lines of one, an entry with what proves it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Case, F, OuterRef, Q, QuerySet, RowRange, Subquery, Sum, When, Window

from grants.applications.queries import visible_to as visible_projects
from grants.desk.queries.projects import rounds_to_choose
from grants.desk.queries.records import fetch_records
from grants.funds.ledger import digest_of
from grants.funds.models import Account, Entry, Posting
from grants.people.queries import holds
from grants.programmes.models import Round
from grants.settlement.models import Voucher
from storage.models import Attachment
from workflow import chain
from workflow.lifecycle import Role
from workflow.models import Step

BOOK_ROLES = (
    Role.FINANCE_OFFICER,
    Role.FINANCE_APPROVER,
    Role.CASHIER,
    Role.LEADERSHIP,
    Role.AUDITOR,
    Role.DISCIPLINE,
)
"""Who reads the books whole; others read the money of the projects they see."""
SIDES = tuple(f"{side}__{owner}" for side in ("debit", "credit") for owner in ("project", "source", "round"))
"""What a posting's two accounts are named by."""


def may_read_books(actor: Any) -> bool:
    """Whether the person reads the books."""
    return holds(actor, *BOOK_ROLES)


def rounds_with_books(actor: Any) -> list[Round]:
    """The rounds whose books the person reads, the newest first."""
    return list(rounds_to_choose(actor))


def accounts_seen(actor: Any) -> QuerySet[Account]:
    """Accounts of the rounds and projects that the person sees; none for whoever does not read the books."""
    if not may_read_books(actor):
        return Account.objects.none()
    seen = Q(project__isnull=True) | Q(project__in=visible_projects(actor))
    return Account.objects.filter(seen, round__in=[one.pk for one in rounds_with_books(actor)])


def summed(found: QuerySet[Account], through: dt.date | None) -> QuerySet[Account]:
    """The accounts, each with what came (`came`) and went (`went`) up to the day, in fen; None for nothing."""
    rows = (
        Posting.objects.order_by() if through is None else Posting.objects.filter(entry__date__lte=through).order_by()
    )
    came = rows.filter(debit=OuterRef("pk")).values("debit").annotate(fen=Sum("amount_fen")).values("fen")
    went = rows.filter(credit=OuterRef("pk")).values("credit").annotate(fen=Sum("amount_fen")).values("fen")
    return found.annotate(came=Subquery(came), went=Subquery(went))


def postings_of(account: Account, through: dt.date | None) -> QuerySet[Posting]:
    """Every posting of the account up to the day, the latest first.

    `signed` is what it adds to the balance, `later` what all that came after it add, in fen: summed while they are put
    in order, so that a far page of a long account is put in order once.
    """
    found = Posting.objects.filter(Q(debit=account.pk) | Q(credit=account.pk))
    if through is not None:
        found = found.filter(entry__date__lte=through)
    signed = Case(When(debit=account.pk, then=F("amount_fen")), default=-F("amount_fen"))
    latest_first = ("-entry__date", "-entry__pk", "-position")
    so_far = Window(Sum("signed"), order_by=latest_first, frame=RowRange(end=0))
    return found.annotate(signed=signed).annotate(later=so_far - F("signed")).order_by(*latest_first)


def lines_of(found: Iterable[Posting]) -> list[Posting]:
    """These postings, in their order, with everything that a line of an account names.

    Read by their keys in a second query: joined to all that before it was sorted, a long account would be slow.
    """
    pks = [row.pk for row in found]
    rows = Posting.objects.select_related("entry__reverses", *SIDES).in_bulk(pks)
    return [rows[pk] for pk in pks]


def reversals_of(rows: Iterable[Posting]) -> dict[int, Entry]:
    """What reverses the entries of these postings, by the entry reversed."""
    found = Entry.objects.filter(reverses__in=[row.entry_id for row in rows])
    return {one.reverses_id: one for one in found if one.reverses_id}


def sum_of(found: QuerySet[Posting]) -> int:
    """What these postings add to the balance, in fen."""
    return int(found.aggregate(fen=Sum("signed"))["fen"] or 0)


@dataclass(frozen=True)
class Proof:
    """What an entry is held against: its own digest, the fact in its step, the link of the step in its chain."""

    digest: bool
    step: bool
    chain: bool

    @property
    def holds(self) -> bool:
        """Whether all three hold."""
        return self.digest and self.step and self.chain


@dataclass(frozen=True)
class EntryFile:
    """An entry with its postings, its step, the paper and the voucher behind it, and the proof."""

    entry: Entry
    postings: list[Posting]
    step: Step
    paper: UUID | None
    voucher: Voucher | None
    proof: Proof
    other: Entry | None

    @property
    def project(self) -> Any | None:
        """The project whose accounts it touches; none for a fact of the round."""
        sides = (side for row in self.postings for side in (row.debit, row.credit))
        return next((side.project for side in sides if side.project_id), None)


def entry_seen_by(actor: Any, pk: int) -> EntryFile | None:
    """The entry, if the person sees an account of it."""
    if not may_read_books(actor):
        return None
    related = ("document", "reverses", "reversed_by", "step__actor", "step__behalf")
    entry = Entry.objects.select_related(*related).filter(pk=pk).first()
    if entry is None:
        return None
    rows = list(entry.postings.select_related(*SIDES).order_by("position"))
    if not accounts_seen(actor).filter(pk__in=[row.debit_id for row in rows]).exists():
        return None
    return _file(entry, rows)


def _file(entry: Entry, rows: list[Posting]) -> EntryFile:
    fetch_records([entry.step])
    papers = Attachment.objects.filter(document=entry.document_id).order_by("attached_at", "pk")
    other = entry.reverses or getattr(entry, "reversed_by", None)
    return EntryFile(
        entry,
        rows,
        entry.step,
        paper=papers.values_list("pk", flat=True).first() if entry.document_id else None,
        voucher=Voucher.objects.filter(Q(entry=entry) | Q(entry=other)).first() if entry.document_id else None,
        proof=proof_of(entry, rows),
        other=other,
    )


def proof_of(entry: Entry, rows: Iterable[Posting]) -> Proof:
    """Recomputed now, from the rows alone."""
    told = digest_of(entry, rows)
    step = entry.step
    facts = [tuple(fact) for fact in json.loads(step.payload)["facts"]]
    return Proof(
        digest=told == entry.digest,
        step=("entry", entry.key, told) in facts,
        chain=chain.link(step.previous, step.payload) == step.digest,
    )


def entries_of(found: Round, *, since: dt.date | None = None, through: dt.date | None = None) -> QuerySet[Entry]:
    """The entries of a round dated within these days, in the order they were made, with everything an export names."""
    rows = Entry.objects.filter(postings__debit__round=found.pk).distinct()
    if since is not None:
        rows = rows.filter(date__gte=since)
    if through is not None:
        rows = rows.filter(date__lte=through)
    sides = ("postings__debit__project", "postings__credit__project", "postings__debit__source")
    return (
        rows.select_related("document", "reverses").prefetch_related(*sides, "postings__credit__source").order_by("pk")
    )
