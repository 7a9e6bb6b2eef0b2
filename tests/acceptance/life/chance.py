"""What anybody may do next: the moves that `offers` holds out, tries that must fail, replays, and the clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from grants.applications.commands import save_form
from grants.awards.commands import receive_objection
from grants.closeout.commands import save_report
from grants.desk.commands import act
from grants.implementation.commands import draft_change
from grants.implementation.enums import ChangeKind
from tests.acceptance.life.filling import BAD, fill, spoil
from tests.acceptance.life.holding import rows_and_heads
from tests.acceptance.life.stage import Life
from tests.factories import a_document, budget_lines
from workflow import clock
from workflow.actions import KeyReused, Offer, Stale, offers
from workflow.deadlines import clock_names
from workflow.models import Deadline, Key

LIKELY = 3
"""Of four records that something happens to, so many are the project that the road is about, or beside it."""


def happens(life: Life, chance: str, *numbers: int) -> None:
    """One thing happens, whatever the numbers say."""
    _CHANCES[chance](life, *numbers)


def _record(life: Life, which: int) -> Any:
    main = life.fresh()
    beside = [*main.payments.all(), *main.checks.all(), *main.changes.all(), *main.objections.all()]
    beside = [record for record in beside if not record.is_final]
    near = [main, *beside, main, life.fresh("round")]
    if which % 4 < LIKELY:
        return life.fresh(near[which // 4 % len(near)])
    records = life.records()
    return life.fresh(records[which // 4 % len(records)])


def _open(life: Life, record: Any) -> list[tuple[Any, Offer]]:
    """(person, offer) of everything that somebody may do with the record, if the form is filled in and others agree."""
    roles = {role for deed in record.machine().by_state[str(record.state)] for role in deed.by}
    roles |= {role for deed in record.machine().by_state[str(record.state)] if deed.paper for role in deed.paper.by}
    found = []
    for person in life.holders(record, tuple(sorted(roles))):
        with clock.held(life.at):
            found += [(person, offer) for offer in offers(record, person) if not offer.hindrances]
    return found


def _choice(life: Life, which: int, deed: int) -> tuple[Any, Any, Offer] | None:
    record = _record(life, which)
    found = _open(life, record)
    return (record, *found[deed % len(found)]) if found else None


def something_open(life: Life, which: int, deed: int, how: int) -> None:
    """Somebody does something that is open to them, as it should be done."""
    if chosen := _choice(life, which, deed):
        record, person, offer = chosen
        facts = fill(life, record, offer.deed, person, paper=offer.by_paper)
        record = life.fresh(record)
        life.stand_behind(record, offer.deed, person, facts, paper=offer.by_paper)
        life.attempt(record, offer.deed.name, person, facts)


def something_spoilt(life: Life, which: int, deed: int, how: int) -> None:
    """Somebody does something that is open to them, with one answer that is not as it should be."""
    if chosen := _choice(life, which, deed):
        _spoilt(life, *chosen, how)


def every_answer_spoilt(life: Life, record: Any) -> None:
    """Everything that is open with the record is tried with every answer spoilt in every way."""
    for person, offer in _open(life, record):
        with life.tried_out():
            fields = len(fill(life, record, offer.deed, person, paper=offer.by_paper)) or 1
        for how in range(len(BAD) * fields):
            with life.tried_out():
                _spoilt(life, life.fresh(record), person, offer, how)


def _spoilt(life: Life, record: Any, person: Any, offer: Offer, how: int) -> None:
    with clock.held(life.at):
        foreign = str(a_document(life.cast.auditor).pk)
    facts = fill(life, record, offer.deed, person, paper=offer.by_paper)
    facts = spoil(facts, BAD[how % len(BAD)], how // len(BAD), foreign)
    record = life.fresh(record)
    life.stand_behind(record, offer.deed, person, facts, paper=offer.by_paper)
    life.attempt(record, offer.deed.name, person, facts)


def somebody_else(life: Life, which: int, deed: int, how: int) -> None:
    """Anybody tries any deed of the machine, in whatever state."""
    record = _record(life, which)
    deeds = list(record.machine().deeds.values())
    person = life.people[how % len(life.people)]
    chosen = deeds[deed % len(deeds)]
    life.attempt(record, chosen.name, person, {"reason": "试一试"})


def an_old_page(life: Life, which: int, deed: int, how: int) -> None:
    """Somebody acts on what they saw before the record changed."""
    if chosen := _choice(life, which, deed):
        record, person, offer = chosen
        with clock.held(life.at):
            before = rows_and_heads()
            with pytest.raises(Stale):
                act(record, offer.deed.name, actor=person, version=record.version - 1)
            assert rows_and_heads() == before


def the_same_again(life: Life, which: int, deed: int, how: int) -> None:
    """The last request comes again, or its key with another request: one effect."""
    if life.last is None:
        return
    record, words = life.last
    (step,) = Key.objects.filter(key=words["key"]).values_list("answer", flat=True)
    before = rows_and_heads()
    with clock.held(life.at):
        if how % 2:
            assert act(life.fresh(record), **words).pk == step
        else:
            with pytest.raises(KeyReused):
                act(life.fresh(record), **words | {"given": {**words["given"], "reason": "另一个"}})
    assert rows_and_heads() == before


def time_passes(life: Life, which: int, deed: int, how: int) -> None:
    """Some hours or days go by, or the next deadline of the clock comes."""
    with clock.held(life.at):
        rows = Deadline.objects.filter(settled_at__isnull=True, name__in=clock_names(), due_at__gt=life.at)
        nearest = rows.order_by("due_at").first()
    if nearest and which % 2:
        life.goes_to(nearest.due_at.astimezone(clock.SHANGHAI).date() + dt.timedelta(days=deed % 2), hour=20)
    else:
        life.waits(deed % 40)


def a_word_beside(life: Life, which: int, deed: int, how: int) -> None:
    """An objection, a change request, a report, a form: what is no move, with words that may be refused."""
    kinds = sorted(ChangeKind.values)
    after = AFTER[deed % len(AFTER)](life)
    leader, officer = life.cast.team_leader, life.cast.officer
    project = life.fresh("abcde"[which % 5] if which % 3 == 0 else "a")
    given = {"kind": ("appeal", "objection", "nonsense")[deed % 3], "text": "反映情况。", "received_on": life.today}
    (
        lambda: life.verb(receive_objection, project, actor=officer, holds=deed % 2 == 0, **given),
        lambda: life.verb(
            draft_change, project, actor=leader, kind=kinds[which % len(kinds)], after=after, reason="需要调整"
        ),
        lambda: life.verb(save_report, project, actor=leader, summary="按计划完成。", goals=[{"indicator": "hours"}]),
        lambda: life.verb(save_form, project, actor=leader, summary="改写的摘要。"),
    )[how % 4]()


AFTER: tuple[Callable[[Life], dict[str, Any]], ...] = (
    lambda life: {},
    lambda life: {"reduce_by_fen": 1},
    lambda life: {"reduce_by_fen": life.fresh().undrawn_fen + 1},
    lambda life: {"end_date": life.in_days(400)},
    lambda life: {"lines": budget_lines(2_400_000)},
    lambda life: {"indicators": [{"indicator": "hours", "target": 1}], "activities": [{"name": "新活动"}]},
    lambda life: {"leaving": 1, "payee": 1, "guided_by": 2, "leader": life.people[-1].pk},
    lambda life: {"lines": "不是表格", "reduce_by_fen": "一", "leader": -1, "payee": None},
)


_CHANCES: dict[str, Callable[..., None]] = {
    found.__name__: found
    for found in (
        something_open,
        something_spoilt,
        somebody_else,
        an_old_page,
        the_same_again,
        time_passes,
        a_word_beside,
    )
}
CHANCES = ("something_open",) * 6 + tuple(_CHANCES)
