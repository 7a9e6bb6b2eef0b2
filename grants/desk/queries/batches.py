"""One batch of payments: its lines, what the trail says of who did what, and what has left it since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grants.desk.queries.payments import at_hand, of_round
from grants.desk.queries.records import VISIBLE
from grants.funds.models import Batch, Payment
from grants.people.queries import PROVINCE_ROLES, holds
from grants.programmes.models import Round
from workflow.lifecycle import PaymentState
from workflow.models import Endorsement, Step

HANDS = ("verify_request", "approve_payment", "send")
GONE = (PaymentState.FAILED, PaymentState.BOUNCED, PaymentState.REVERSED)


def batch_seen_by(actor: Any, pk: int) -> Batch | None:
    """The batch with its round, for whoever sees the money of rounds."""
    if not holds(actor, *PROVINCE_ROLES):
        return None
    found = Batch.objects.select_related("round__organiser", "round__programme", "opened_by")
    return found.filter(pk=pk, round__in=VISIBLE["round"](actor)).first()


@dataclass(frozen=True)
class Sheet:
    """What stands on the sheet of a batch."""

    batch: Batch
    lines: list[Payment]
    steps: list[Step]
    endorsed: list[Endorsement]

    @property
    def sum_fen(self) -> int:
        """The lines that are in it now."""
        return sum(line.amount_fen for line in self.lines)

    @property
    def moved_fen(self) -> int:
        """What was counted in it and has left it since, in fen."""
        return self.batch.total_fen - self.sum_fen

    @property
    def moved(self) -> int:
        """How many lines have left it."""
        return self.batch.count - len(self.lines)

    @property
    def unsent(self) -> bool:
        """Whether something of it may still go back."""
        return any(line.state == PaymentState.BATCHED for line in self.lines)


def sheet_of(batch: Batch, actor: Any) -> Sheet:
    """The batch with its lines in the order of their numbers, and the hands they passed through."""
    lines = at_hand(of_round(batch.round, actor).filter(batch=batch.pk), batch.round)
    pks = [line.pk for line in lines]
    steps = Step.objects.filter(machine="payment", object_id__in=pks, move__in=HANDS).select_related("actor", "behalf")
    signed = Endorsement.objects.filter(
        proposal__machine="payment", proposal__object_id__in=pks, proposal__move="approve_payment"
    )
    return Sheet(batch, lines, list(steps.order_by("at")), list(signed.select_related("person").order_by("at")))


def batches_of(round_: Round) -> list[Batch]:
    """Every batch of a round in its order."""
    return list(round_.batches.order_by("number"))
