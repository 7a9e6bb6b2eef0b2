"""Whose turn it is: items follow moves and never cause them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Q

from grants.desk.commands import act, put_forward, stand_behind
from tests.toy import play
from tests.toy.models import Box
from workflow import clock, inbox
from workflow.flows import FLOWS
from workflow.inbox import done_by, hand_to, items_for, roles_waiting
from workflow.lifecycle import MACHINES
from workflow.models import Item, Work

pytestmark = pytest.mark.django_db

People = Callable[..., Any]


def waiting(record: Any) -> list[tuple[str, str, list[str], str]]:
    """(kind, node, roles, owner) of every open item of the record."""
    items = Item.objects.filter(process__object_id=record.pk, process__machine=record.machine().name, finished=None)
    return [
        (
            item.kind,
            item.flow_task.name,
            sorted(turn.role for turn in item.turns.all()),
            item.owner.username if item.owner else "",
        )
        for item in items.order_by("pk")
    ]


def turn(node: str, *roles: str) -> tuple[str, str, list[str], str]:
    return ("turn", node, list(roles), "")


def test_the_turn_passes_with_every_move(box: Box, person: People) -> None:
    assert waiting(box) == [turn("at_open", "team_leader")]

    act(box, "pack", actor=person("team_leader"))

    assert waiting(box) == [turn("at_packed", "programme_officer")]


def test_a_move_that_stays_and_an_act_leave_the_turn(box: Box, person: People) -> None:
    before = Item.objects.get(finished=None)

    act(box, "reweigh", actor=person("team_leader"))
    act(box, "look", actor=person("county_officer", name="li"))

    assert Item.objects.get(finished=None) == before


def test_a_record_that_goes_back_waits_where_it_came_from(person: People) -> None:
    box = play.packed()
    lead = person("business_lead")
    act(box, "hold", actor=lead)
    assert waiting(box) == [turn("at_held", "business_lead")]

    act(box, "go_on", actor=lead)

    assert waiting(box) == [turn("at_packed", "programme_officer")]


def test_an_end_ends_the_work(person: People) -> None:
    box = play.scrapped()

    work = Work.objects.get(object_id=box.pk)
    assert (waiting(box), work.status, work.finished is None) == ([], "DONE", False)


def test_a_record_that_goes_on_after_its_end_has_a_turn_again(person: People) -> None:
    box = play.scrapped()

    play.together(box, "revive", person("programme_officer"), person("business_lead"))

    work = Work.objects.get(object_id=box.pk)
    assert (waiting(box), work.status, work.finished) == ([turn("at_open", "team_leader")], "NEW", None)
    act(box, "pack", actor=person("team_leader"))
    play.together(box, "scrap", person("programme_officer"), person("business_lead"), person("county_leader"))
    assert (waiting(box), Work.objects.get().status) == ([], "DONE")


def test_a_proposal_on_an_ended_record_waits_too(person: People) -> None:
    box = play.scrapped()

    play.proposed(box, "revive")

    assert waiting(box) == [("endorse", "side", ["business_lead"], "")]
    assert roles_waiting(box) == {"business_lead"}


def test_a_proposal_waits_for_its_endorsers_beside_the_turn(person: People) -> None:
    box = play.packed()

    play.proposed(box, "scrap")

    assert waiting(box) == [
        turn("at_packed", "programme_officer"),
        ("endorse", "side", ["business_lead", "county_leader"], ""),
    ]


def test_who_has_endorsed_is_no_longer_waited_for_and_the_last_hands_it_back(person: People) -> None:
    box = play.packed()
    proposal = play.proposed(box, "scrap")

    stand_behind(proposal, actor=person("business_lead"))
    assert waiting(box)[1:] == [("endorse", "side", ["county_leader"], "")]
    stand_behind(proposal, actor=person("county_leader"))
    assert waiting(box)[1:] == [("endorsed", "side", [], "programme_officer.wang")]

    act(box, "scrap", actor=person("programme_officer"))
    assert waiting(box) == []


def test_a_paper_waits_for_any_who_may_confirm_it(person: People) -> None:
    box = play.sealed()
    proposal = put_forward(box, "ship", actor=person("county_officer", name="li"), given={"slip": "a", "signer": "陈"})

    assert waiting(box)[1:] == [("endorse", "side", ["city_officer"], "")]
    stand_behind(proposal, actor=person("city_officer"))
    assert waiting(box)[1:] == [("endorsed", "side", [], "county_officer.li")]


def test_a_proposal_that_lapsed_is_no_longer_waited_for(person: People) -> None:
    box = play.packed()
    play.proposed(box, "seal")

    play.change(box, weight=7)

    assert waiting(box) == [turn("at_packed", "programme_officer")]


def test_each_of_several_people_has_an_item_of_their_own_once(box: Box, person: People) -> None:
    li, zhao = person("reviewer", name="li"), person("reviewer", name="zhao")

    hand_to(box, "score", [li])
    hand_to(box, "score", [li, zhao])
    assert waiting(box)[1:] == [("score", "side", [], "reviewer.li"), ("score", "side", [], "reviewer.zhao")]

    done_by(box, "score", li)
    assert waiting(box)[1:] == [("score", "side", [], "reviewer.zhao")]


@pytest.mark.parametrize("kind", ["turn", "score", "endorse"])
def test_the_database_keeps_a_second_open_item_of_the_same_out(person: People, kind: str) -> None:
    box = play.packed()
    hand_to(box, "score", [person("reviewer")])
    play.proposed(box, "seal")
    item = Item.objects.get(kind=kind, finished=None)

    item.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        item.save(force_insert=True)


def test_items_of_single_people_outlive_an_act_and_end_with_a_move(box: Box, person: People) -> None:
    hand_to(box, "score", [person("reviewer")])

    act(box, "look", actor=person("county_officer", name="li"))
    assert len(waiting(box)) == 2
    act(box, "pack", actor=person("team_leader"))
    assert waiting(box) == [turn("at_packed", "programme_officer")]


def test_people_find_what_waits_for_a_role_of_theirs_in_their_area(person: People) -> None:
    boxes = [play.new_box() for _ in range(3)]
    for box, area in zip(boxes, ("/1/4/", "/1/4/37/", "/1/40/"), strict=True):
        play.change(box, area=area)

    def found(*hats: tuple[str, str]) -> list[int]:
        return [item.process.object_id for item in items_for(person("auditor"), [(*hat, Q()) for hat in hats])]

    assert found(("team_leader", "/1/4/")) == [boxes[0].pk, boxes[1].pk]
    assert found(("team_leader", "/")) == [box.pk for box in boxes]
    assert found(("team_leader", "/"), ("team_leader", "/1/"), ("reviewer", "/")) == [box.pk for box in boxes]
    assert found(("county_officer", "/")) == found() == []


def test_what_waits_for_one_person_by_name_waits_for_nobody_else(box: Box, person: People) -> None:
    li = person("reviewer", name="li")
    hand_to(box, "score", [li])

    assert [item.kind for item in items_for(li, [])] == ["score"]
    assert list(items_for(person("reviewer", name="zhao"), [("reviewer", "/", Q())])) == []


def test_the_domain_may_narrow_what_is_seen_and_the_oldest_comes_first(box: Box, person: People) -> None:
    with clock.held(clock.now() - dt.timedelta(days=1)):
        older = play.new_box()

    def found(records: Q) -> list[int]:
        return [item.process.object_id for item in items_for(person("auditor"), [("team_leader", "/", records)])]

    assert found(Q()) == [older.pk, box.pk]
    assert found(Q(process__object_id=box.pk)) == [box.pk]


def test_an_item_says_since_when_it_waits(person: People) -> None:
    with clock.held() as at:
        play.new_box()

    assert Item.objects.get(finished=None).since == at


def test_those_waited_for_are_known_by_role_and_by_name(box: Box, person: People) -> None:
    li = person("reviewer", name="li")
    hand_to(box, "score", [li])

    assert (roles_waiting(box), inbox.people_waiting(box)) == ({"team_leader"}, {li.pk})


def test_a_child_has_a_turn_of_its_own_in_the_area_of_its_root(box: Box, person: People) -> None:
    tag = play.new_tag(box, actor=person("cashier"))

    assert waiting(tag) == [turn("at_tied", "cashier")]
    assert Work.objects.get(machine="tag").scope == box.area


def drawn(node: Any) -> set[str]:
    """The nodes that viewflow draws an edge to."""
    return {edge.dst.name for edge in node._outgoing()}  # noqa: SLF001  viewflow's own name


@pytest.mark.parametrize("name", sorted(MACHINES))
def test_the_flow_of_a_machine_is_generated_from_the_table(name: str) -> None:
    machine, flow = MACHINES[name], FLOWS[name].instance
    nodes = {node.name: node for node in flow.nodes()}
    live = [state for state in machine.states.values if state not in machine.final]

    assert set(nodes) == {"start", "end", "side", *(f"at_{state}" for state in live)}
    for state in live:
        assert set(nodes[f"at_{state}"].roles) == set(machine.waits[state])
        targets = {f"at_{to}" if to in live else "end" for source, to in machine.edges() if source == state}
        assert drawn(nodes[f"at_{state}"]) == targets
    assert drawn(nodes["start"]) == {f"at_{machine.initial}"}


def test_flows_and_nodes_keep_the_names_that_rows_hold() -> None:
    assert {flow.__name__ for flow in FLOWS.values()} == {
        "ProjectWork",
        "PaymentWork",
        "CheckWork",
        "ObjectionWork",
        "ChangeRequestWork",
        "RoundWork",
        "BoxWork",
        "TagWork",
    }
    assert {flow.__module__ for flow in FLOWS.values()} == {"workflow.flows"}
