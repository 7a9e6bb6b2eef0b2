"""What rows call themselves, and what carries the work beside requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from grants.desk.commands import act, stand_behind
from tests.toy import play
from workflow import clock, tasks
from workflow.command import new_key
from workflow.deadlines import set_deadline
from workflow.lifecycle import MACHINES
from workflow.models import Edge, Incompatible, Item, Key, Notice, Outbox, Work
from workflow.outbox import relay
from workflow.ports import SYSTEM
from workflow.refusals import Refusal

pytestmark = pytest.mark.django_db

People = Callable[..., Any]


def test_every_row_says_briefly_what_it_is(person: People) -> None:
    person("programme_officer", name="li")
    box = play.new_box(key="k")
    step = act(box, "pack", actor=person("team_leader"))
    proposal = play.proposed(box)
    endorsement = stand_behind(proposal, actor=person("business_lead"))
    with clock.held() as at:
        due = set_deadline(box, "box_due", at)
    relay()

    assert str(step) == f"box:{box.pk}:2 pack"
    assert (str(proposal), str(endorsement)) == (f"box:{box.pk} seal v2", f"{proposal.pk} business_lead")
    assert str(due) == f"box_due {at:%Y-%m-%d}"
    assert (str(Key.objects.get()), str(Work.objects.get())) == ("k", f"box:{box.pk}")
    moved = {f"step:box:{box.pk}:{number}:0" for number in (1, 2)}
    assert {str(row) for row in Outbox.objects.all()} == moved | {f"asked:{proposal.pk}", f"answered:{proposal.pk}"}
    assert str(Notice.objects.filter(step=step).first()).startswith(f"box:{box.pk}:2:")
    assert str(Item.objects.get(kind="turn", finished=None).turns.get()) == "programme_officer"
    assert "box: open → packed" in {str(row) for row in Edge.objects.all()}
    assert str(Incompatible(left="a", right="b")) == "a × b"
    assert (str(SYSTEM), str(Refusal("a", "甲").message)) == ("system", "甲")
    assert all(str(machine.label) for machine in MACHINES.values())


def test_fresh_keys_differ() -> None:
    assert len({new_key() for _ in range(100)}) == 100


def test_celery_only_carries(person: People) -> None:
    play.due_box()

    assert tasks.tick() == {"moved": 1, "refused": 0, "failed": 0}
    assert tasks.relay_outbox() == {"sent": 2, "failed": 0, "given_up": 0}
