"""Any life of a box, however people and the clock come at it: what was told beforehand happens, and all stays whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from grants.desk.commands import act, put_forward, stand_behind
from tests.toy import play
from tests.toy.models import BOX, Box
from tests.workflow.wholeness import assert_replays, assert_whole
from workflow import clock
from workflow.actions import KeyReused, Refused, Stale, blocked
from workflow.deadlines import deadline, set_deadline
from workflow.endorsing import complete
from workflow.lifecycle import Role
from workflow.models import Item, Outbox, Proposal, Step
from workflow.proposed import open_proposals
from workflow.table import Deed
from workflow.ticking import fire_due
from workflow.trail import steps_of

pytestmark = pytest.mark.django_db

BEGINNING = dt.datetime(2027, 3, 1, 1, 0, tzinfo=dt.UTC)
HANDS = ("team_leader", "county_officer", "programme_officer", "business_lead", "county_leader", "city_officer")
MIXED = ("team_leader+county_officer", "programme_officer+business_lead", "reviewer", "finance_officer")
PATHS = (
    ("reweigh", "value", "look", "pack", "unpack", "hold", "go_on"),
    ("pack", "look", "seal", "ship"),
    ("pack", "seal", "look", "scan"),
    ("pack", "hold", "go_on", "scrap", "revive", "pack"),
    ("hold", "go_on", "pack", "seal", "scrap", "revive"),
)
GIVEN: list[dict[str, Any]] = [{}, {"reason": "重量不符"}, {"slip": "a" * 64, "signer": "陈"}]

hands = st.sampled_from([(role, name) for role in (*HANDS, *MIXED) for name in ("wang", "li")])
deeds = st.sampled_from([deed for deed in BOX.deeds.values() if deed.name != "orphaned"])
given = st.sampled_from(GIVEN)


def refusal(verb: Callable[..., Any], *args: Any, **words: Any) -> Refused | None:
    """The refusal that the verb meets, or nothing when it goes through."""
    try:
        verb(*args, **words)
    except Refused as refused:
        return refused
    return None


class Life(RuleBasedStateMachine):
    """One box: some way along a path on which everything is done properly, and then whatever comes."""

    path: tuple[str, ...] = ()
    made: ClassVar[set[str]] = set()
    seen: ClassVar[set[str]] = set()

    @initialize(way=st.integers(0, 7))
    def begin(self, way: int) -> None:
        self.at = BEGINNING
        self.last: tuple[dict[str, Any], Step] | None = None
        with clock.held(self.at):
            self.box = play.new_box()
            for name in self.path[:way]:
                assert self.properly(self.fresh(), BOX.deeds[name], "zhao")

    def fresh(self) -> Box:
        return Box.objects.get(pk=self.box.pk)

    def person(self, hand: tuple[str, str]) -> Any:
        return play.person(*hand[0].split("+"), name=hand[1])

    def attempt(self, deed: Deed, actor: Any, facts: dict[str, Any]) -> bool:
        """Do it; what was foretold is what happens. -> whether it was done."""
        box = self.fresh()
        foretold = blocked(box, deed.name, actor, facts)
        words = {"actor": actor, "given": facts, "version": box.version, "key": f"{box.pk}:{box.version}"}
        refused = refusal(act, box, deed.name, **words)
        assert list(refused.reasons if refused else ()) == foretold
        if refused:
            assert self.fresh().version == words["version"]
            return False
        self.last = ({"name": deed.name, **words}, steps_of(box).filter(move=deed.name).latest("seq"))
        self.made.add(deed.name)
        return True

    @rule(deed=deeds, hand=hands, facts=given)
    def anybody_tries_anything(self, deed: Deed, hand: tuple[str, str], facts: dict[str, Any]) -> None:
        with clock.held(self.at):
            self.attempt(deed, self.person(hand), facts)

    @rule(choice=st.integers(0, 5), name=st.sampled_from(["wang", "li"]))
    def something_is_done_properly(self, choice: int, name: str) -> None:
        box = self.fresh()
        offered = [deed for deed in BOX.by_state[box.state] if deed.by != (Role.SYSTEM,) and deed.name != "orphaned"]
        if offered:
            with clock.held(self.at):
                self.properly(box, offered[choice % len(offered)], name)

    def properly(self, box: Box, deed: Deed, name: str) -> bool:
        """With everybody who must stand behind it, if they may. -> whether it was done."""
        maker = play.person(deed.paper.by[0] if deed.paper else deed.by[0], name=f"{name}-{deed.name}")
        facts = GIVEN[2] if deed.paper else GIVEN[1]
        others = deed.paper.confirm[:1] if deed.paper else deed.also
        if others and not refusal(put_forward, box, deed.name, actor=maker, given=facts):
            proposal = open_proposals(box).get(move=deed.name, maker=maker)
            for role in others:
                refusal(stand_behind, proposal, actor=play.person(role, name=f"{name}-{deed.name}"))
        return self.attempt(deed, maker, facts)

    @rule(deed=deeds, hand=hands, facts=given)
    def anybody_puts_anything_forward(self, deed: Deed, hand: tuple[str, str], facts: dict[str, Any]) -> None:
        with clock.held(self.at):
            refused = refusal(put_forward, self.fresh(), deed.name, actor=self.person(hand), given=facts)
        assert refused is None or refused.codes

    @rule(hand=hands, newest=st.booleans())
    def anybody_endorses(self, hand: tuple[str, str], newest: bool) -> None:
        found = Proposal.objects.filter(object_id=self.box.pk).order_by("-pk" if newest else "pk").first()
        if found is None:
            return
        before, lapsed = found.endorsements.count(), found.version != self.fresh().version
        with clock.held(self.at):
            refused = refusal(stand_behind, found, actor=self.person(hand))
        if refused:
            reasons = {"proposal_lapsed"} if lapsed else {"own_proposal", "not_endorser", "incompatible"}
            assert set(refused.codes) <= reasons
            assert found.endorsements.count() == before

    @rule(weight=st.integers(0, 20))
    def it_is_amended(self, weight: int) -> None:
        version = self.fresh().version
        play.change(self.box, weight=weight)
        assert self.fresh().version == version + 1

    @precondition(lambda self: self.last)
    @rule()
    def the_last_request_comes_again(self) -> None:
        request, step = self.last or ({}, None)
        assert act(self.fresh(), **request) == step

    @precondition(lambda self: self.last)
    @rule()
    def its_key_comes_with_another_request(self) -> None:
        request, _step = self.last or ({}, None)
        with pytest.raises(KeyReused):
            act(self.fresh(), **request | {"given": {"reason": "另一个"}})

    @rule(name=st.sampled_from(["pack", "reweigh", "hold"]))
    def somebody_comes_with_an_old_page(self, name: str) -> None:
        with pytest.raises(Stale):
            act(self.fresh(), name, actor=play.person("team_leader"), version=self.fresh().version - 1)

    @rule(hours=st.integers(1, 60))
    def it_falls_due(self, hours: int) -> None:
        if not self.fresh().is_final:
            with clock.held(self.at):
                set_deadline(self.fresh(), "box_due", self.at + dt.timedelta(hours=hours))

    @rule(hours=st.integers(1, 60))
    def time_passes(self, hours: int) -> None:
        self.at += dt.timedelta(hours=hours)
        box = self.fresh()
        row = deadline(box, "box_due")
        due = row is not None and row.due_at <= self.at and box.state in {"open", "packed"} and box.weight != 13
        with clock.held(self.at):
            fire_due()
        assert (self.fresh().state == "lapsed") is (due or box.state == "lapsed")
        self.made.update(["lapse"] if due else [])

    @invariant()
    def the_trail_tells_the_whole_life(self) -> None:
        box = self.fresh()
        assert_replays(box)
        self.seen.add(str(box.state))
        moved = {step.ref for step in steps_of(box) if step.source != step.target}
        keys = Outbox.objects.filter(key__startswith=f"step:box:{box.pk}:").values_list("key", flat=True)
        assert sorted(keys) == sorted(f"step:{ref}:0" for ref in moved)

    @invariant()
    def it_is_the_turn_of_its_state(self) -> None:
        box = self.fresh()
        items = Item.objects.filter(process__machine="box", process__object_id=box.pk, finished=None)
        assert [item.flow_task.name for item in items.filter(kind="turn")] == (
            [] if box.is_final else [f"at_{box.state}"]
        )
        sides = {(item.proposal_id, item.kind) for item in items.exclude(kind="turn")}
        assert sides == {
            (row.pk, "endorsed" if complete(BOX.deeds[row.move], row) else "endorse") for row in open_proposals(box)
        }


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[-1])
def test_any_life_of_a_box_is_whole(path: tuple[str, ...]) -> None:
    examples = max(4, settings().max_examples // 15)
    size = settings(max_examples=examples, stateful_step_count=25)

    run_state_machine_as_test(type("Life", (Life,), {"path": path}), settings=size)

    assert_whole()


def test_the_paths_lead_through_every_move_and_to_every_state() -> None:
    """After them only the clock's own move and the one that follows a scan are left."""
    assert {name for path in PATHS for name in path} == set(BOX.deeds) - {"lapse", "deliver", "orphaned"}
    for path in PATHS:
        life = type("Life", (Life,), {"path": path})()
        life.begin(len(path))
        life.it_falls_due(1)
        life.time_passes(2)
        life.the_trail_tells_the_whole_life()

    assert Life.made == set(BOX.deeds) - {"deliver", "orphaned"}
    assert Life.seen <= set(BOX.states.values)
    assert {"sent", "lapsed"} <= Life.seen
