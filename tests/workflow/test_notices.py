"""The people whose turn it is after a move, or to whom an act hands an item, are told, once each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from grants.desk.commands import act, stand_behind
from tests.toy import play
from tests.toy.models import Box
from workflow import clock
from workflow.inbox import hand_to
from workflow.models import Notice, Outbox
from workflow.outbox import relay

pytestmark = pytest.mark.django_db

People = Callable[..., Any]


def told(**about: Any) -> list[str]:
    return sorted(Notice.objects.filter(**about).values_list("person__username", flat=True))


def test_those_whose_turn_it_is_are_told_once(box: Box, person: People) -> None:
    for name in ("li", "zhao"):
        person("programme_officer", name=name)
    person("reviewer")
    step = act(box, "pack", actor=person("team_leader"))

    relay()
    Outbox.objects.update(sent_at=None)  # the relay died before it could note the delivery
    relay()

    assert told(step=step) == ["programme_officer.li", "programme_officer.zhao"]


def test_the_one_who_acted_is_not_told(person: People) -> None:
    play.new_box(actor=person("team_leader"))
    relay()

    assert told() == []


def test_those_waited_for_by_name_are_told_too(box: Box, person: People) -> None:
    with clock.held():
        step = act(box, "pack", actor=person("team_leader"))
        hand_to(box, "score", [person("reviewer", name="li")])

    relay()

    assert told(step=step) == ["reviewer.li"]


def test_a_late_message_tells_nobody_of_what_came_after_its_step(box: Box, person: People) -> None:
    earlier = act(box, "pack", actor=person("team_leader"))
    person("programme_officer", name="li")
    later = act(box, "hold", actor=person("business_lead"))
    person("business_lead", name="zhao")

    relay()

    assert (told(step=earlier), told(step=later)) == ([], ["business_lead.zhao"])


def test_those_to_whom_an_act_hands_something_are_told_once_each(box: Box, person: People) -> None:
    clerk, li, zhao = person("county_officer"), person("reviewer", name="li"), person("reviewer", name="zhao")
    first = act(box, "look", actor=clerk, given={"weighers": [li.pk, clerk.pk]})
    relay()
    second = act(box, "look", actor=clerk, given={"weighers": [li.pk, zhao.pk]})
    relay()
    Outbox.objects.update(sent_at=None)
    relay()

    assert (told(step=first), told(step=second)) == (["reviewer.li"], ["reviewer.zhao"])


def test_an_act_that_hands_nothing_is_told_to_nobody(box: Box, person: People) -> None:
    step = act(box, "look", actor=person("county_officer"))
    relay()

    assert told(step=step) == []


def test_an_end_is_told_to_nobody(person: People) -> None:
    box = play.scrapped()
    relay()

    assert told(step__ref=f"box:{box.pk}:{box.steps}") == []


def test_whoever_may_sign_is_told_and_its_maker_when_all_have_signed(box: Box, person: People) -> None:
    act(box, "pack", actor=person("team_leader"))
    lead = person("business_lead", name="li")
    proposal = play.proposed(box)
    relay()
    assert (told(kind="proposal"), proposal.maker.username) == ([lead.username], "programme_officer.wang")

    stand_behind(proposal, actor=lead)
    relay()
    Outbox.objects.update(sent_at=None)
    relay()

    assert told(kind="proposal") == sorted([lead.username, proposal.maker.username])


def test_of_a_proposal_that_lapsed_before_the_message_went_nobody_is_told(box: Box, person: People) -> None:
    act(box, "pack", actor=person("team_leader"))
    person("business_lead", name="li")
    play.proposed(box)
    play.change(box, weight=400)
    relay()

    assert told(kind="proposal") == []
