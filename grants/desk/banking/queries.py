"""The bank's side of a round: what fits by itself, what waits for a person, what was taken in and confirmed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from grants.desk.models import MatchItem, MatchRun, Outcome
from grants.funds.matching import Finding, Verdict
from grants.funds.models import BankLine, LineNote, Payment, Statement
from grants.funds.reconciling import aside_lines, findings
from grants.programmes.models import Round
from workflow import chain

MOVES = {"paid": "pay", "refused": "bank_refused"}
"""The move that a clean line stands for. What came back is never clean: a person looks why."""
AT_ONCE = 50
"""So many are done while the person waits; more are done in the background."""


@dataclass(frozen=True)
class Reconciling:
    """Every open line of the round with what is said of it."""

    found: list[tuple[BankLine, Finding]]

    @cached_property
    def clean(self) -> list[tuple[BankLine, Finding]]:
        """Lines that fit one payment."""
        return [one for one in self.found if one[1].verdict == Verdict.CLEAN and one[0].kind in MOVES]

    @cached_property
    def odd(self) -> list[tuple[BankLine, Finding]]:
        """Lines for a person."""
        clean = {line.pk for line, _finding in self.clean}
        return [one for one in self.found if one[0].pk not in clean]

    @cached_property
    def by_verdict(self) -> Counter[str]:
        """How many lines wait for a person, for which reason."""
        return Counter(finding.verdict for _line, finding in self.odd)

    @cached_property
    def clean_fen(self) -> int:
        """The sum of what fits, in fen."""
        return sum(line.amount_fen for line, _finding in self.clean)

    @cached_property
    def seen(self) -> str:
        """What tells these proposals from any others: nobody confirms what they did not see."""
        return chain.digest(chain.canonical([[line.pk, finding.due] for line, finding in self.clean]))


def reconciling(round_: Round) -> Reconciling:
    """What matching says of the open lines of the round now."""
    return Reconciling(findings(round_))


def payments_by_pk(found: Iterable[tuple[BankLine, Finding]]) -> dict[int, Payment]:
    """The payments that these findings name, with what a row tells of them."""
    pks = {candidate.due for _line, finding in found for candidate in finding.candidates}
    rows = Payment.objects.filter(pk__in=pks).select_related("project__team", "project__payee", "account", "batch")
    return {row.pk: row for row in rows}


def lines_by_pk(found: Iterable[tuple[BankLine, Finding]]) -> dict[int, BankLine]:
    """The lines that stand beside others."""
    pks = {pk for _line, finding in found for pk in finding.beside}
    return {row.pk: row for row in BankLine.objects.filter(pk__in=pks)}


def statements_of(round_: Round) -> QuerySet[Statement]:
    """The statements that were taken in here, the last one first."""
    return Statement.objects.filter(round=round_.pk).exclude(taken="").defer("lines").select_related("read_by")


def taken_before(sha256: str) -> Statement | None:
    """The same file, if it was taken in already."""
    return Statement.objects.filter(sha256=sha256).exclude(taken="").defer("lines").select_related("read_by").first()


def waiting_statement(round_: Round, actor: Any) -> Statement | None:
    """What the person has read of a file and not taken in yet."""
    return Statement.objects.filter(round=round_.pk, read_by=actor.pk, taken="").first()


def asides_of(round_: Round) -> QuerySet[BankLine]:
    """Lines set aside, the last one first, with what was said."""
    replaced = Exists(LineNote.objects.filter(line=OuterRef("pk"), replaced=True))
    return aside_lines(round_.pk).annotate(replaced=replaced).prefetch_related("notes__by").order_by("-pk")


def runs_of(round_: Round, actor: Any) -> list[MatchRun]:
    """The last presses of this person here, with how many were done and not."""
    done, not_done = Q(items__outcome=Outcome.DONE), Q(items__outcome=Outcome.REFUSED)
    found = MatchRun.objects.filter(round=round_.pk, person=actor.pk)
    counted = found.annotate(
        total=Count("items"), done=Count("items", filter=done), refused=Count("items", filter=not_done)
    )
    return list(counted.order_by("-pk")[:5])


def own_run(actor: Any, pk: int) -> MatchRun | None:
    """One press of the person's own."""
    return MatchRun.objects.select_related("round", "person").filter(pk=pk, person=actor.pk).first()


def items_of(run: MatchRun) -> QuerySet[MatchItem]:
    """Its lines: what waits first, then what was not done, then the rest."""
    return run.items.select_related("line", "payment__project__team").order_by("-outcome", "pk")


def outcomes(run: MatchRun) -> Counter[str]:
    """How many of its lines came to which outcome."""
    return Counter(run.items.order_by().values_list("outcome", flat=True))
