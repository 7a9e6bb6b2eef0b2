"""The trial balance: what every account took and gave up to a day, by the postings alone. Amounts are fen."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count, QuerySet, Sum

from grants.funds.enums import AccountKind as K
from grants.funds.models import Account, Closing, Entry, Posting
from grants.programmes.models import Round
from workflow import chain


@dataclass(frozen=True, slots=True)
class Turnover:
    """What came to an account or to all accounts of a kind, and what went."""

    debit: int = 0
    credit: int = 0

    @property
    def balance(self) -> int:
        """Debits less credits; negative where money came from."""
        return self.debit - self.credit

    def __add__(self, other: Turnover) -> Turnover:
        """Both together."""
        return Turnover(self.debit + other.debit, self.credit + other.credit)


@dataclass(frozen=True)
class Trial:
    """The turnover of every kind of account, by round; debits and credits are read apart and must agree."""

    kinds: dict[tuple[int, str], Turnover] = field(default_factory=dict)

    @property
    def total(self) -> Turnover:
        """All of it; balanced when debits and credits are equal."""
        return sum(self.kinds.values(), Turnover())

    @property
    def balanced(self) -> bool:
        """Whether every debit has its credit."""
        return not self.total.balance

    def of_kind(self, kind: str) -> Turnover:
        """The turnover of a kind of account over all rounds."""
        return sum((found for (_round, name), found in self.kinds.items() if name == kind), Turnover())

    def of_round(self, round_: int) -> dict[str, Turnover]:
        """The turnover of a round by kind of account, in the order of the kinds."""
        return {kind: self.kinds[round_, kind] for kind in K.values if (round_, kind) in self.kinds}


def postings(*, through: dt.date | None = None, round_: Round | None = None) -> QuerySet[Posting]:
    """Postings of entries dated up to a day, of one round or of all."""
    found = Posting.objects.order_by()
    if through is not None:
        found = found.filter(entry__date__lte=through)
    return found if round_ is None else found.filter(debit__round=round_.pk)


def trial(*, through: dt.date | None = None, round_: Round | None = None) -> Trial:
    """The trial balance by kind of account, by two queries: one over debits, one over credits.

    All rounds are always added up: the index is read once through, which is faster than account by account.
    """
    found = postings(through=through)
    wanted = None if round_ is None else round_.pk
    sides = [
        {(of, kind): fen for of, kind, fen in _by_kind(found, side) if wanted in {None, of}}
        for side in ("debit", "credit")
    ]
    keys = sorted(set(sides[0]) | set(sides[1]))
    return Trial({key: Turnover(sides[0].get(key, 0), sides[1].get(key, 0)) for key in keys})


def _by_kind(found: QuerySet[Posting], side: str) -> QuerySet[Posting, tuple[int, str, int]]:
    return found.values_list(f"{side}__round", f"{side}__kind").annotate(fen=Sum("amount_fen"))


def accounts_summed(round_: Round, through: dt.date | None) -> list[tuple[str, int, int]]:
    """Every account of the round by name with its debits and credits: what the digest of a closing covers."""
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    found = postings(through=through, round_=round_)
    for side, column in enumerate(("debit", "credit")):
        for pk, fen in found.values_list(column).annotate(fen=Sum("amount_fen")):
            sums[pk][side] += fen
    names = Account.objects.filter(round=round_.pk).values_list("name", "pk")
    return sorted((name, sums[pk][0], sums[pk][1]) for name, pk in names if pk in sums)


def digest_of(rows: list[tuple[str, int, int]]) -> str:
    """SHA-256 over the canonical JSON of a trial balance by account."""
    return chain.digest(chain.canonical([list(row) for row in rows]))


def entries_in(round_: Round, through: dt.date) -> int:
    """How many entries of the round are dated up to the day."""
    found = Entry.objects.filter(date__lte=through, postings__debit__round=round_.pk)
    count: int = found.aggregate(n=Count("pk", distinct=True))["n"]
    return count


def closings_of(round_: Round) -> QuerySet[Closing]:
    """Every closing of the round, the latest first, with its steps and what opened it again."""
    related = ("step__actor", "step__behalf", "reopening__step__actor", "reopening__step__behalf")
    return Closing.objects.filter(round=round_.pk).select_related(*related).order_by("-pk")


def closed_by(round_: Round) -> Closing | None:
    """The closing in force that reaches furthest."""
    return Closing.objects.filter(round=round_.pk, reopening__isnull=True).order_by("-through", "-pk").first()
