"""Confirming what fits, at one press: every line a move of its own through the one door, wherever it stopped."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from grants.desk import pressed
from grants.desk.banking.queries import MOVES, reconciling
from grants.desk.models import MatchItem, MatchRun, Outcome
from grants.people.proof import demand
from grants.people.queries import holds
from grants.programmes.models import Round
from workflow import clock
from workflow.actions import take
from workflow.command import command, fingerprint, once
from workflow.lifecycle import PAYMENT, Role
from workflow.ports import SYSTEM
from workflow.refusals import Refusal, Refused, Stale

CHUNK = 1_000


@command
def start_matching(round_: Round, *, seen: str, actor: Any, key: str) -> MatchRun:
    """Everything that fits, as the person saw it, waits to be confirmed; nothing has moved yet.

    A replay of the key returns the first. Raises Refused, Stale when other lines fit by now, Unproven, KeyReused.
    """
    if not holds(actor, Role.CASHIER):
        said = gettext("这一步由%(roles)s办理。") % {"roles": Role.CASHIER.label}
        raise Refused([Refusal("not_yours", said)])
    for move in MOVES.values():
        demand(actor, PAYMENT.deeds[move])
    asked = fingerprint("matching", round_.pk, actor.pk, seen)
    pk, _fresh = once(f"matching:{key}", asked, lambda: _start(round_, seen, actor))
    return MatchRun.objects.get(pk=pk)


def _start(round_: Round, seen: str, actor: Any) -> str:
    found = reconciling(round_)
    if found.seen != seen:
        raise Stale([Refusal("stale", gettext("对得上的流水刚刚有变化，请再看一遍。"))])
    if not found.clean:
        raise Refused([Refusal("none", gettext("现在没有对得上的流水。"))])
    run = MatchRun.objects.create(round=round_, person=actor, started_at=clock.now())
    rows = [
        MatchItem(run=run, line=line, payment_id=finding.due or 0, move=MOVES[line.kind])
        for line, finding in found.clean
    ]
    MatchItem.objects.bulk_create(rows, batch_size=CHUNK)
    return str(run.pk)


def carry_on(run: MatchRun, *, actor: Any) -> MatchRun:
    """Every line that still waits is tried, each once. `actor` is whoever pressed."""
    pressed.go_through(run, run.items.select_related("payment", "line", "run"), make_item, actor=actor)
    return run


@command
def make_item(item: MatchItem, *, actor: Any) -> None:
    """The move is made under a key of its own, and the row says so. Raises what take() raises."""
    given, key = {"line": item.line.reference}, f"match:{item.run_id}:{item.line_id}"
    take(item.payment, item.move, actor=actor, key=key, given=given)
    pressed.settle(item, Outcome.DONE)


def carry_on_all(*, actor: Any = SYSTEM) -> int:
    """Every press that is not finished goes on, the oldest first, each as whoever pressed. -> how many."""
    return pressed.every_open(MatchRun.objects.all(), lambda run: carry_on(run, actor=run.person))
