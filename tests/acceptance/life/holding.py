"""What holds after every step, computed from the rows alone, and what was reached on the way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection

from grants.applications.models import Project
from grants.desk.verify import faults
from grants.funds.enums import AccountKind as K
from grants.funds.models import FundingSource, Payment, Posting, Tranche
from grants.funds.queries import OVER, PROMISED
from grants.programmes.models import Round
from grants.settlement.models import Voucher
from workflow import chain
from workflow.lifecycle import MACHINES
from workflow.machine import Stateful
from workflow.models import Item, Step
from workflow.table import Machine

Key = tuple[str, int]
STATEFUL: list[Any] = [
    model for model in apps.get_models() if issubclass(model, Stateful) and model._meta.app_label == "grants"
]
NOT_BELOW_ZERO = (K.COMMITTED, K.UNDRAWN, K.SPENT, K.RETURNED, K.KEPT, K.WRITTEN_OFF)


def rows_and_heads() -> list[tuple[Any, ...]]:
    """How many rows every table of ours has, and where every record stands: what a refusal must leave alone."""
    labels = ("grants", "workflow", "storage")
    tables = [model._meta.db_table for model in apps.get_models() if model._meta.app_label in labels]
    return _asked(f"SELECT '{table}', COUNT(*), 0, 0, '', '' FROM {table}" for table in tables) + _heads()


def _heads() -> list[tuple[Any, ...]]:
    """(machine, pk, steps, version, state, head) of every record."""
    found = ((model.machine().name, model._meta.db_table) for model in STATEFUL)
    return _asked(f"SELECT '{name}', id, steps, version, state, head FROM {table}" for name, table in found)


def _asked(parts: Iterable[str]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({' UNION ALL '.join(parts)}) AS rows_and_heads ORDER BY 1, 2")
        return list(cursor.fetchall())


@dataclass
class Holding:
    """Checks the whole world after every step, reading only what is new of the trail."""

    known: dict[Key, tuple[int, str, str, int]] = field(default_factory=dict)
    made: set[tuple[str, str]] = field(default_factory=set)
    seen: set[tuple[str, str]] = field(default_factory=set)

    def check(self) -> None:
        """Trail, turns and money hold."""
        states: dict[Key, str] = {}
        for name, pk, steps, version, state, head in _heads():
            states[name, pk] = state
            self._follows(MACHINES[name], pk, (steps, head, state, version))
        _turns(states)
        _money()

    def _follows(self, machine: Machine, pk: int, now: tuple[int, str, str, int]) -> None:
        """Each new step is chained to the one before and is a row of the table; state and head are the last one's."""
        steps, head, state, version = self.known.get((machine.name, pk), (0, "", "", 0))
        if now != (steps, head, state, version):
            new = Step.objects.filter(machine=machine.name, object_id=pk, seq__gt=steps).order_by("seq")
            for step in new:
                assert (step.seq, step.previous, step.source) == (steps + 1, head, state)
                assert step.digest == chain.link(head, step.payload)
                deed = machine.deeds.get(step.move, machine.begin)
                assert step.move == deed.name
                assert step.source in (deed.sources or ("",))
                assert step.target in (deed.targets or (step.source or machine.initial,))
                steps, head, state = step.seq, step.digest, step.target
                self.made.add((machine.name, step.move))
                self.seen.add((machine.name, state))
            assert now[:3] == (steps, head, state)
            assert now[3] >= version
            self.known[machine.name, pk] = now

    def end(self) -> None:
        """Everything recomputed: trail, triggers, documents, books."""
        assert [str(fault) for fault in faults()] == []


def _turns(states: dict[Key, str]) -> None:
    """Every live record waits for exactly the roles that the table names, an ended one for nobody."""
    found = Item.objects.filter(kind="turn", finished__isnull=True).select_related("process").prefetch_related("turns")
    waiting: dict[Key, list[tuple[str, set[str]]]] = defaultdict(list)
    for item in found:
        key = (item.process.machine, item.process.object_id)
        waiting[key].append((item.flow_task.name, {turn.role for turn in item.turns.all()}))
    for (name, pk), state in states.items():
        machine = MACHINES[name]
        live = [] if state in machine.final else [(f"at_{state}", set(machine.waits.get(state, ())))]
        assert waiting.pop((name, pk), []) == live, f"{name}:{pk} in {state}"
    assert not waiting


# Money ------------------------------------------------------------------------------------------------------------


def _money() -> None:
    flows: dict[int | None, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    postings = Posting.objects.values_list(
        "debit__kind", "debit__project", "credit__kind", "credit__project", "amount_fen"
    )
    for debit, of_debit, credit, of_credit, fen in postings:
        assert fen > 0
        flows[of_debit or of_credit][debit, credit] += fen
    tranches, vouchers = _by_project(Tranche), _by_project(Voucher)
    promised = sum(
        _of_project(project, flows[project.pk], tranches[project.pk], vouchers[project.pk])
        for project in Project.objects.all()
    )
    _of_rounds(promised, flows)
    for payment in Payment.objects.all():
        hands = [hand for hand in (payment.maker_id, payment.checker_id, payment.cashier_id) if hand]
        assert len(set(hands)) == len(hands)


def _by_project(model: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in model.objects.all():
        found[row.project_id].append(row)
    return found


def _balance(flows: dict[tuple[str, str], int], kind: str) -> int:
    return sum(fen * ((debit == kind) - (credit == kind)) for (debit, credit), fen in flows.items())


def _net(flows: dict[tuple[str, str], int], debit: str, credit: str) -> int:
    return flows.get((debit, credit), 0) - flows.get((credit, debit), 0)


def _of_project(
    project: Project, flows: dict[tuple[str, str], int], tranches: list[Tranche], vouchers: list[Voucher]
) -> int:
    """The identities of one project by its postings, and its counters; -> what it takes of the envelope."""
    have = {kind: _balance(flows, kind) for kind in K.values}
    granted = flows.get((K.COMMITTED, K.AVAILABLE), 0)
    released = flows.get((K.AVAILABLE, K.COMMITTED), 0) + flows.get((K.AVAILABLE, K.UNDRAWN), 0)
    obliged, paid = _net(flows, K.UNDRAWN, K.COMMITTED), _net(flows, K.HELD, K.UNDRAWN)

    assert granted == paid + have[K.COMMITTED] + have[K.UNDRAWN] + released
    out = have[K.SPENT] + have[K.RETURNED] + have[K.KEPT] + have[K.WRITTEN_OFF] + have[K.HELD]
    assert paid - have[K.INTEREST] == out
    assert 0 <= paid <= obliged <= granted
    assert min(have[kind] for kind in NOT_BELOW_ZERO) >= 0 >= have[K.INTEREST]
    assert (project.paid_fen, project.released_fen) == (paid, released)
    assert project.state not in PROMISED or project.granted_fen == granted
    assert project.state not in OVER or have[K.HELD] == have[K.UNDRAWN] == have[K.COMMITTED] == 0
    assert have[K.SPENT] == sum(one.accepted_fen or 0 for one in vouchers if not one.withdrawn_at)
    assert sum(one.planned_fen for one in tranches) == obliged
    assert sum(one.paid_fen for one in tranches) == paid
    assert all(0 <= one.paid_fen <= one.planned_fen - one.released_fen for one in tranches)
    return granted - released


def _of_rounds(promised: int, flows: dict[int | None, dict[tuple[str, str], int]]) -> None:
    """committed ≤ envelope round by round, and together both are what the books say."""
    rounds = list(Round.objects.all())
    for round_ in rounds:
        live = FundingSource.objects.filter(round=round_, withdrawn_at__isnull=True)
        assert round_.envelope_fen == sum(one.amount_fen - one.carried_fen for one in live)
        assert 0 <= round_.committed_fen <= round_.envelope_fen
    assert sum(one.envelope_fen for one in rounds) == _net(flows[None], K.AVAILABLE, K.SOURCE)
    assert sum(one.committed_fen for one in rounds) == promised
