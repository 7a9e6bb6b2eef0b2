"""Two processes at the same row: one wins, the other is told why in words, and nothing is left over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from grants.desk.commands import put_forward, stand_behind
from tests.toy import play
from tests.toy.jobs import Answer, Job
from tests.toy.models import Box
from tests.toy.process import Worker, together
from tests.workflow.wholeness import assert_whole
from workflow import outbox
from workflow.models import Deadline, Endorsement, Item, Key, Notice, Outbox, Step

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("db")]

Race = Callable[..., list[Answer]]


@pytest.fixture
def db(committed: str) -> None:
    """What a test writes stays for other processes to see, until the module is done."""


@pytest.fixture
def race(pair: list[Worker]) -> Race:
    """Let two jobs start at the same moment. -> the answer of each."""

    def run(*jobs: Job) -> list[Answer]:
        answers = together(pair, *jobs)
        assert [answer for answer in answers if answer.how == "error"] == []
        return answers

    return run


@pytest.fixture
def rounds(full: bool) -> range:
    return range(500 if full else 12)


def move(box: Box, name: str, actor: Any, **words: Any) -> Job:
    return Job("move", box.pk, actor.pk, {"move": name, **words})


def one_wins(answers: list[Answer], *losses: str) -> bool:
    """Whether one was done and the other refused, with a reason a person can read."""
    won = [answer for answer in answers if answer.how == "done"]
    lost = [answer for answer in answers if answer.how != "done"]
    assert (len(won), len(lost)) == (1, 1), answers
    assert lost[0].how in losses, lost
    assert all(len(words) > 6 and not words.isascii() for _code, words in lost[0].what), lost
    return answers[0].how == "done"


def test_the_same_move_by_two_people_is_made_once(race: Race, rounds: range) -> None:
    wang, li = play.person("team_leader"), play.person("team_leader", name="li")
    for _ in rounds:
        box = play.new_box()
        one_wins(race(move(box, "pack", wang, version=1), move(box, "pack", li)), "Refused", "Stale")
        assert Step.objects.filter(object_id=box.pk, move="pack").count() == 1
    assert_whole()


def test_of_two_opposite_moves_one_is_made(race: Race, rounds: range) -> None:
    officer, lead, county = (
        play.person("programme_officer"),
        play.person("business_lead"),
        play.person("county_officer", name="li"),
    )
    for _ in rounds:
        box = play.packed()
        stand_behind(put_forward(box, "seal", actor=officer), actor=lead)
        approved = one_wins(
            race(move(box, "seal", officer), move(box, "unpack", county, given={"reason": "重量不符"})), "Refused"
        )
        assert Box.objects.get(pk=box.pk).state == ("sealed" if approved else "open")
    assert_whole()


def test_of_two_changes_of_what_both_saw_one_is_made(race: Race, rounds: range) -> None:
    leader = play.person("team_leader")
    for number in rounds:
        box = play.new_box()
        other = (
            move(box, "reweigh", leader, version=1)
            if number % 2
            else Job("change", box.pk, leader.pk, {"version": 1, "weight": 9})
        )
        one_wins(race(move(box, "reweigh", leader, version=1), other), "Stale")
        assert Box.objects.get(pk=box.pk).version == 2
    assert_whole()


def test_the_same_request_twice_has_one_effect_and_one_answer(race: Race, rounds: range) -> None:
    leader = play.person("team_leader")
    for number in rounds:
        box = play.new_box()
        job = move(box, "reweigh", leader, key=f"same-{number}", version=1)
        first, second = race(job, job)
        assert (first.how, first) == ("done", second)
        assert Step.objects.filter(object_id=box.pk, move="reweigh").count() == 1
    assert Key.objects.filter(key__startswith="same-").count() == len(rounds)
    assert_whole()


def test_one_key_for_two_requests_serves_one(race: Race, rounds: range) -> None:
    wang, li = play.person("team_leader"), play.person("team_leader", name="li")
    for number in rounds:
        box, key = play.new_box(), f"one-{number}"
        one_wins(race(move(box, "reweigh", wang, key=key), move(box, "pack", li, key=key)), "KeyReused")
    assert Key.objects.filter(key__startswith="one-").count() == len(rounds)
    assert_whole()


def test_the_same_beginning_twice_is_one_record(race: Race, rounds: range) -> None:
    leader, before = play.person("team_leader"), Box.objects.count()
    for number in rounds:
        job = Job("begin", actor=leader.pk, words={"key": f"b-{number}"})
        first, second = race(job, job)
        assert (first.how, first) == ("done", second)
    assert Box.objects.count() == before + len(rounds)
    assert_whole()


def test_a_role_endorses_once(race: Race, rounds: range) -> None:
    leads = [play.person("business_lead", name=name) for name in ("wang", "li")]
    for _ in rounds:
        proposal = play.proposed(play.packed(), "seal")
        one_wins(race(*(Job("endorse", proposal.pk, lead.pk) for lead in leads)), "Refused")
        assert Endorsement.objects.filter(proposal=proposal).count() == 1
    assert_whole()


def test_two_roles_endorse_at_once_and_it_goes_back_to_its_maker_once(race: Race, rounds: range) -> None:
    two = [play.person("business_lead"), play.person("county_leader")]
    for _ in rounds:
        proposal = play.proposed(play.packed(), "scrap")
        answers = race(*(Job("endorse", proposal.pk, one.pk) for one in two))
        assert [answer.how for answer in answers] == ["done", "done"]
        assert Item.objects.filter(proposal=proposal, kind="endorsed", finished=None).count() == 1
        assert not Item.objects.filter(proposal=proposal, kind="endorse", finished=None).exists()
    assert_whole()


def test_nobody_endorses_what_changes_at_that_moment(race: Race, rounds: range) -> None:
    lead, leader, officer = play.person("business_lead"), play.person("team_leader"), play.person("programme_officer")
    for _ in rounds:
        box = play.packed()
        proposal = play.proposed(box, "seal")
        endorsed, changed = race(Job("endorse", proposal.pk, lead.pk), Job("change", box.pk, leader.pk, {"weight": 9}))
        assert (endorsed.how in {"done", "Stale"}, changed.how) == (True, "done")
        assert race(move(box, "seal", officer), move(box, "seal", officer))[0].what[0][0] == "not_endorsed"
    assert_whole()


def test_two_tickers_make_a_move_of_the_clock_once(race: Race, rounds: range) -> None:
    for _ in rounds:
        box = play.due_box()
        answers = race(Job("tick"), Job("tick"))
        assert sum(answer.what["refused"] + answer.what["failed"] for answer in answers) == 0
        assert Step.objects.filter(object_id=box.pk, move="lapse").count() == 1
    assert_whole()


def test_two_ticks_remind_a_person_of_a_deadline_once(race: Race, rounds: range, person: Callable[..., Any]) -> None:
    clerk = person("county_officer")
    get_user_model().objects.filter(pk=clerk.pk).update(email="clerk@example.org")
    for number in rounds:
        row = Deadline.objects.get(object_id=play.due_box().pk, settled_at=None)
        race(*[Job("remind", row.pk, clerk.pk)] * 2)
        assert Notice.objects.filter(deadline=row).count() == 1
        assert Outbox.objects.filter(topic="mail").count() == number + 1


def test_two_relays_deliver_a_message_once(race: Race, rounds: range) -> None:
    while outbox.relay(limit=100_000)["sent"]:
        pass  # what other tests left, and what that becomes in turn
    for _ in rounds:
        before = Outbox.objects.count()
        play.packed()  # two messages, and what they become in turn
        answers = race(Job("relay"), Job("relay"))
        assert sum(answer.what["sent"] for answer in answers) == Outbox.objects.count() - before >= 2
    assert not Outbox.objects.filter(sent_at=None).exists()
    assert set(Outbox.objects.values_list("attempts", flat=True)) == {0}
    assert_whole()
