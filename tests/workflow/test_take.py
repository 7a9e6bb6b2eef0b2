"""One door: what a move does, and everything that may stand against it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from grants.desk.commands import act
from tests.toy import play
from tests.toy.models import Box
from workflow import clock
from workflow.actions import KeyReused, Refused, Stale, blocked, moved, offers, take
from workflow.models import Item, Outbox, Step
from workflow.ports import SYSTEM
from workflow.trail import given_of, steps_of

pytestmark = pytest.mark.django_db

People = Callable[..., Any]


def test_a_move_changes_the_state_and_leaves_one_step(box: Box, person: People) -> None:
    step = act(box, "pack", actor=person("team_leader"))

    box.refresh_from_db()
    assert (box.state, box.version, box.steps, box.head) == ("packed", 2, 2, step.digest)
    assert [(row.move, row.source, row.target) for row in steps_of(box)] == [
        ("begin", "", "open"),
        ("pack", "open", "packed"),
    ]


def test_every_reason_is_told_at_once(box: Box, person: People) -> None:
    act(box, "pack", actor=person("team_leader"))

    with pytest.raises(Refused) as refused:
        act(box, "unpack", actor=person("programme_officer"))

    assert refused.value.codes == ("not_yours", "reason")


def test_blocked_says_exactly_what_take_raises(box: Box, person: People) -> None:
    actor = person("reviewer")

    with pytest.raises(Refused) as refused:
        act(box, "seal", actor=actor)

    assert tuple(refused.value.reasons) == tuple(blocked(box, "seal", actor))


def test_a_rule_nobody_registered_refuses(box: Box, person: People) -> None:
    with pytest.raises(Refused) as refused:
        act(box, "orphaned", actor=person("team_leader"))

    assert refused.value.codes == ("rule_missing",)


def test_a_refusal_writes_nothing(box: Box, person: People) -> None:
    with pytest.raises(Refused):
        act(box, "seal", actor=person("team_leader"), key="k-1")

    assert (Step.objects.count(), Outbox.objects.count()) == (1, 1)  # of its beginning


def test_a_version_seen_before_a_change_is_stale(box: Box, person: People) -> None:
    act(box, "reweigh", actor=person("team_leader"))

    with pytest.raises(Stale):
        act(box, "pack", actor=person("team_leader"), version=1)


def test_a_replay_of_the_key_has_one_effect_and_the_same_answer(box: Box, person: People) -> None:
    first = act(box, "pack", actor=person("team_leader"), version=1, key="k-1")
    second = act(box, "pack", actor=person("team_leader"), version=1, key="k-1")

    assert first.pk == second.pk
    assert Step.objects.count() == 2


def test_a_key_cannot_be_reused_for_something_else(box: Box, person: People) -> None:
    act(box, "reweigh", actor=person("team_leader"), key="k-1")

    with pytest.raises(KeyReused):
        act(box, "pack", actor=person("team_leader"), key="k-1")


def test_take_outside_a_command_is_a_mistake(box: Box, person: People) -> None:
    with pytest.raises(RuntimeError, match="inside a @command"):
        take(box, "pack", actor=person("team_leader"))


def test_a_record_goes_back_where_it_came_from(box: Box, person: People) -> None:
    lead = person("business_lead")
    act(box, "pack", actor=person("team_leader"))
    act(box, "hold", actor=lead)

    act(box, "go_on", actor=lead)

    assert box.state == "packed"


def test_an_act_is_witnessed_and_moves_nothing(box: Box, person: People) -> None:
    step = act(box, "look", actor=person("county_officer", name="li"))

    assert (box.state, box.looks, step.source, step.target) == ("open", 1, "open", "open")
    assert '"facts":[["look","1","' in step.payload


def test_one_person_does_not_take_two_roles_that_exclude_each_other(box: Box, person: People) -> None:
    both = person("team_leader", "county_officer")
    act(box, "reweigh", actor=both)

    with pytest.raises(Refused) as refused:
        act(box, "look", actor=both)

    assert refused.value.codes == ("incompatible",)


def test_offers_show_the_reasons_beside_the_greyed_moves(person: People, box: Box) -> None:
    Box.objects.filter(pk=box.pk).update(weight=0)
    box.refresh_from_db()

    found = {
        offer.deed.name: [reason.code for reason in offer.hindrances] for offer in offers(box, person("team_leader"))
    }

    assert found == {"pack": ["no_weight"], "reweigh": [], "orphaned": ["rule_missing"], "value": []}


def test_a_move_passes_the_turn_on(box: Box, person: People) -> None:
    act(box, "pack", actor=person("team_leader"))

    waiting = Item.objects.filter(finished__isnull=True)
    assert [(item.flow_task.name, [turn.role for turn in item.turns.all()]) for item in waiting] == [
        ("at_packed", ["programme_officer"])
    ]


def test_only_the_columns_that_changed_are_written(box: Box, person: People) -> None:
    Box.objects.filter(pk=box.pk).update(weight=750)

    act(box, "pack", actor=person("team_leader"))

    assert Box.objects.get(pk=box.pk).weight == 750


def test_the_record_in_hand_shows_what_was_written(box: Box, person: People) -> None:
    act(box, "look", actor=person("county_officer", name="li"))

    kept = Box.objects.get(pk=box.pk)
    assert (box.version, box.looks, box.steps, box.head) == (kept.version, kept.looks, kept.steps, kept.head)


def test_a_refused_move_leaves_the_record_in_hand_as_it_was(box: Box, person: People) -> None:
    with pytest.raises(Refused):
        act(box, "seal", actor=person("programme_officer"))

    assert (box.state, box.version, box.steps) == ("open", 1, 1)


def test_a_record_that_is_gone_is_refused_in_words(box: Box, person: People) -> None:
    stranger = Box(pk=box.pk + 1000)

    with pytest.raises(Refused) as refused:
        act(stranger, "pack", actor=person("team_leader"))

    assert refused.value.codes == ("gone",)


def test_the_step_says_who_did_what_in_which_role_and_when(box: Box, person: People) -> None:
    actor = person("county_officer+business_lead", name="li")

    with clock.held() as at:
        step = act(box, "hold", actor=actor, given={"reason": "台风"})

    assert (step.actor, step.role, step.at, step.version) == (actor, "business_lead", at, 2)
    assert (step.subject, given_of(step)) == (f"box:{box.pk}", {"reason": "台风"})


def test_a_follow_up_of_the_same_record_comes_after_its_step_and_in_the_same_transaction(person: People) -> None:
    box = play.sealed()

    act(box, "scan", actor=person("city_officer"))

    assert (box.state, [step.move for step in steps_of(box)][-2:]) == ("sent", ["scan", "deliver"])
    assert steps_of(box).latest("seq").actor is None


def test_the_move_is_announced_once_it_is_committed(
    box: Box, person: People, django_capture_on_commit_callbacks: Any
) -> None:
    heard = []

    def listen(step: Step, **_kwargs: Any) -> None:
        heard.append(step.move)

    moved.connect(listen, sender=Box)
    try:
        with django_capture_on_commit_callbacks() as callbacks:
            act(box, "pack", actor=person("team_leader"))
        before = list(heard)
        for callback in callbacks:
            callback()
    finally:
        moved.disconnect(listen, sender=Box)

    assert (before, heard) == ([], ["pack"])


def test_the_system_acts_only_where_the_table_names_it(box: Box) -> None:
    with pytest.raises(Refused) as refused:
        act(box, "pack", actor=SYSTEM)

    assert refused.value.codes == ("not_yours",)


def test_nobody_makes_a_move_of_the_clock(box: Box, person: People) -> None:
    with pytest.raises(Refused) as refused:
        act(box, "lapse", actor=person("programme_officer"))

    assert refused.value.codes == ("not_yours",)


def test_a_rule_that_asks_is_told_apart_from_a_real_hindrance(person: People) -> None:
    box = play.packed()

    found = {offer.deed.name: offer for offer in offers(box, person("team_leader"))}

    assert [(reason.code, reason.asked) for reason in found["unpack"].reasons] == [("reason", True)]
    assert found["unpack"].hindrances == ()


def test_a_role_over_the_child_is_weighed_against_the_roles_taken_on_its_root(box: Box, person: People) -> None:
    both = person("county_officer", "team_leader", name="li")
    act(box, "look", actor=both)

    tag = play.new_tag(box, actor=person("cashier"))
    step = act(tag, "cut", actor=both)

    assert (step.role, step.subject) == ("county_officer", f"box:{box.pk}")


def test_a_person_with_no_free_role_is_refused_on_the_child_too(box: Box, person: People) -> None:
    tag = play.new_tag(box, actor=person("cashier"))
    act(tag, "cut", actor=person("county_officer", name="li"))
    other = play.new_tag(box, actor=person("cashier"))
    get = person("county_officer", name="li")
    get.username = "team_leader.li"  # since promoted
    get.save()

    with pytest.raises(Refused) as refused:
        act(other, "cut", actor=get)

    assert refused.value.codes == ("incompatible",)


def test_the_beginning_of_a_child_is_weighed_as_well(box: Box, person: People) -> None:
    li = person("county_officer", name="li")
    act(box, "look", actor=li)
    li.username = "team_leader.li"
    li.save()

    with pytest.raises(Refused) as refused:
        play.new_tag(box, actor=li)

    assert refused.value.codes == ("incompatible",)


def test_offers_name_the_role_and_whether_a_paper_is_entered(person: People) -> None:
    box = play.sealed()

    found = [
        (offer.deed.name, offer.role, offer.by_paper) for offer in offers(box, person("county_officer", name="li"))
    ]

    assert found == [("ship", "county_officer", True), ("look", "county_officer", False)]
