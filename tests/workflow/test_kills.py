"""A process is killed at every statement of what it does: all of it is there or nothing, and a retry has one effect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from grants.desk.commands import put_forward, stand_behind
from tests.toy import play
from tests.toy.jobs import AFTER_COMMIT, BEFORE_COMMIT, Answer, Job
from tests.toy.models import Box
from tests.toy.process import Worker, together, workers
from tests.workflow.wholeness import assert_whole
from workflow import clock
from workflow.models import Endorsement, Item, Key, Outbox, Proposal
from workflow.trail import steps_of

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("db")]

MANY = 200
Kill = Callable[[Job, int | None], Answer]


@pytest.fixture
def db(committed: str) -> None:
    """What a test writes stays for other processes to see, until the module is done."""


@pytest.fixture(scope="module")
def victim(committed: str) -> Iterator[Worker]:
    """A process whose children are killed."""
    with workers(committed, 1) as found:
        yield found[0]


@pytest.fixture
def kill(victim: Worker) -> Kill:
    """Do a job in a child that dies before its n-th statement; without n, do it and live. -> how it went."""

    def run(job: Job, die_at: int | None) -> Answer:
        answer: Answer = together([victim], replace(job, die_at=die_at))[0]
        return answer

    return run


@pytest.fixture
def stride(full: bool) -> int:
    """In a normal run every third statement of the lesser deeds will do."""
    return 1 if full else 3


def killed_everywhere(
    kill: Kill, make: Callable[[int], Job], once: Callable[[Job], None], stride: int = 1
) -> list[str]:
    """Kill a fresh job before each of its statements and before its commit; a retry does it once. -> the statements."""
    told: list[str] = []
    for number in (BEFORE_COMMIT, *range(1, MANY, stride)):
        job = make(number)
        answer = kill(job, number)
        if answer.how == "survived":
            assert answer.what == "done", answer
            once(job)
            return told
        told.append(answer.what)
        assert kill(job, None).how == "done"
        once(job)
    raise AssertionError(told)


def killed_after_commit(kill: Kill, job: Job, once: Callable[[Job], None]) -> None:
    """Kill the job when its change is committed and nobody has been told; a retry changes nothing."""
    assert kill(job, AFTER_COMMIT) == Answer("killed", "COMMIT")
    once(job)
    assert kill(job, None).how == "done"
    once(job)


def passed(told: list[str], *marks: str) -> list[str]:
    """The marks that the statements show, one after another."""
    left = iter(told)
    return [mark for mark in marks if any(mark in sql for sql in left)]


def steps(pk: int) -> list[str]:
    return [step.move for step in steps_of(Box(pk=pk))]


def test_a_killed_move_is_made_wholly_or_not_at_all(kill: Kill) -> None:
    officer, lead = play.person("programme_officer"), play.person("business_lead")

    def endorsed(number: int) -> Job:
        box = play.packed()
        stand_behind(put_forward(box, "seal", actor=officer, given={"note": "甲"}), actor=lead)
        words = {"move": "seal", "key": f"seal-{number}", "version": box.version, "given": {"note": "甲"}}
        return Job("move", box.pk, officer.pk, words)

    def once(job: Job) -> None:
        assert (Box.objects.get(pk=job.pk).state, steps(job.pk)) == ("sealed", ["begin", "pack", "seal"])
        assert Outbox.objects.filter(key=f"step:box:{job.pk}:3:0").count() == 1
        assert Key.objects.get(key=job.words["key"]).answer == f"box:{job.pk}:3"

    told = killed_everywhere(kill, endorsed, once)
    killed_after_commit(kill, endorsed(AFTER_COMMIT), once)

    ways = ["INSERT INTO {key}", "FROM {box}", "FROM {endorsement}", "INSERT INTO {step}", "UPDATE {box}"]
    ways += ["INSERT INTO {outbox}", "UPDATE {item}", "INSERT INTO {item}", "UPDATE {key}"]
    names = {name: f'"workflow_{name}"' for name in ("key", "endorsement", "step", "outbox", "item")}
    marks = [way.format(box='"toy_box"', **names) for way in ways]
    assert passed(told, *marks) == marks
    assert_whole()


def test_a_killed_chain_of_two_moves_is_made_wholly_or_not_at_all(kill: Kill, stride: int) -> None:
    city = play.person("city_officer")

    def scan(number: int) -> Job:
        return Job("move", play.sealed().pk, city.pk, {"move": "scan", "key": f"scan-{number}"})

    def once(job: Job) -> None:
        assert (Box.objects.get(pk=job.pk).state, steps(job.pk)[-2:]) == ("sent", ["scan", "deliver"])
        assert Outbox.objects.filter(key__startswith=f"scanned:box:{job.pk}:").count() == 1

    told = killed_everywhere(kill, scan, once, stride)
    killed_after_commit(kill, scan(AFTER_COMMIT), once)

    assert len(told) > 30 / stride
    assert_whole()


def test_a_killed_beginning_leaves_one_record_after_a_retry(kill: Kill, stride: int) -> None:
    leader = play.person("team_leader")

    def begin(number: int) -> Job:
        return Job("begin", actor=leader.pk, words={"key": f"begin-{number}"})

    def once(job: Job) -> None:
        pk = int(Key.objects.get(key=job.words["key"]).answer)
        assert (Box.objects.get(pk=pk).state, steps(pk)) == ("open", ["begin"])

    before = Box.objects.count()
    told = killed_everywhere(kill, begin, once, stride)
    killed_after_commit(kill, begin(AFTER_COMMIT), once)

    assert Box.objects.count() == before + len(told) + 2  # one survived, one was killed after its commit
    assert_whole()


def test_a_killed_endorsement_stands_once_after_a_retry(kill: Kill, stride: int) -> None:
    lead = play.person("business_lead")

    def endorse(number: int) -> Job:
        return Job("endorse", play.proposed(play.packed()).pk, lead.pk)

    def once(job: Job) -> None:
        proposal = Proposal.objects.get(pk=job.pk)
        items: Any = Item.objects.filter(proposal=proposal, finished=None)
        assert Endorsement.objects.filter(proposal=proposal).count() == 1
        assert [item.kind for item in items] == ["endorsed"]

    assert killed_everywhere(kill, endorse, once, stride)
    assert_whole()


def test_a_killed_clock_makes_its_move_once_after_a_retry(kill: Kill, stride: int) -> None:
    def tick(number: int) -> Job:
        return Job("tick", play.due_box().pk)

    def once(job: Job) -> None:
        assert steps(job.pk) == ["begin", "lapse"]

    assert killed_everywhere(kill, tick, once, stride)
    assert_whole()


def test_a_killed_relay_delivers_at_least_once_and_tells_once(kill: Kill, stride: int) -> None:
    officer = play.person("programme_officer")
    Outbox.objects.update(sent_at=clock.now())

    def relay(number: int) -> Job:
        return Job("relay", play.packed().pk, words={"limit": 1000})

    def once(job: Job) -> None:
        assert not Outbox.objects.filter(sent_at=None).exists()
        notices: Any = officer.notices.filter(step__ref=f"box:{job.pk}:2")
        assert notices.count() == 1

    assert killed_everywhere(kill, relay, once, stride)
    assert_whole()
