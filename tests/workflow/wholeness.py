"""What must hold over every box, however it came about."""

from __future__ import annotations

from collections import Counter

from tests.toy.models import Box
from workflow.models import Endorsement, Item, Key, Outbox, Step, Work
from workflow.trail import steps_of
from workflow.verify import faults


def assert_whole() -> None:
    """Chains verify; no step, item, message, work or key without its record; one turn a live box, none an ended one."""
    assert [str(fault) for fault in faults()] == []
    boxes = {box.pk: box for box in Box.objects.all()}
    assert Counter(Step.objects.filter(machine="box").values_list("object_id", flat=True)) == {
        pk: box.steps for pk, box in boxes.items()
    }
    assert set(Work.objects.filter(machine="box").values_list("object_id", flat=True)) == set(boxes)
    assert _turns() == {pk: 1 for pk, box in boxes.items() if not box.is_final}
    assert _messages() == {step.ref for step in Step.objects.all() if step.source != step.target}
    assert not Key.objects.filter(answer="").exists()
    for box in boxes.values():
        assert_replays(box)
    for row in Endorsement.objects.select_related("proposal"):
        assert row.person_id != row.proposal.maker_id


def _turns() -> Counter[int]:
    found = Item.objects.filter(kind="turn", finished=None, process__machine="box")
    return Counter(found.values_list("process__object_id", flat=True))


def _messages() -> set[str]:
    return {
        key.split(":", 1)[1].rsplit(":", 1)[0]
        for key in Outbox.objects.filter(topic="step").values_list("key", flat=True)
    }


def assert_replays(box: Box) -> None:
    """Taking the steps one after another gives the state, the version and the head that the box has."""
    state, head, version = "", "", 0
    for number, step in enumerate(steps_of(box), start=1):
        assert (step.seq, step.source, step.previous) == (number, state, head)
        assert step.version > version
        state, head, version = step.target, step.digest, step.version
    assert (box.state, box.head) == (state, head)
    assert box.version >= version
