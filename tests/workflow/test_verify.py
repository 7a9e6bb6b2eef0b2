"""Whatever an administrator changes past the engine, the trail itself tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from grants.desk.commands import act
from tests.toy import play
from tests.toy.models import Box
from workflow import chain
from workflow.guards_sql import lifted
from workflow.inbox import hand_to
from workflow.models import Item, Step
from workflow.verify import faults

pytestmark = pytest.mark.django_db

People = Callable[..., Any]
FIELDS = {
    "machine": "bag",
    "subject": "box:999",
    "version": 77,
    "move": "unpack",
    "source": "sealed",
    "target": "sent",
    "role": "reviewer",
    "at": "2020-01-01 00:00:00+00:00",
    "given": '{"reason":"乙"}',
    "salt": "00",
    "payload": "{}",
    "previous": "0" * 64,
    "digest": "0" * 64,
}


@pytest.fixture
def held(person: People) -> Box:
    """A box with three steps: begun, packed, put on hold."""
    box = play.packed()
    act(box, "hold", actor=person("business_lead"), given={"reason": "甲"})
    return box


def tamper(statement: str, *values: Any) -> None:
    """What an administrator may do who has lifted the guards and puts them back afterwards."""
    with lifted(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def rows() -> set[str]:
    return {fault.row for fault in faults()}


def test_an_untouched_trail_has_no_fault(held: Box, person: People) -> None:
    play.sealed()
    play.scrapped()
    play.new_tag(held, actor=person("cashier"))

    assert list(faults()) == []


@pytest.mark.parametrize("column", FIELDS)
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_changed_field_of_a_step_is_told(held: Box, column: str, number: int) -> None:
    ref = f"box:{held.pk}:{number}"

    tamper(f"UPDATE workflow_step SET {column} = %s WHERE ref = %s", FIELDS[column], ref)

    assert f"step {ref}" in rows()


def test_a_changed_actor_and_a_changed_name_are_told(held: Box, person: People) -> None:
    ref = f"box:{held.pk}:2"

    tamper("UPDATE workflow_step SET actor_id = %s WHERE ref = %s", person("reviewer").pk, ref)
    assert rows() == {f"step {ref}"}
    tamper("UPDATE workflow_step SET ref = 'box:0:0' WHERE ref = %s", ref)
    assert "step box:0:0" in rows()


def test_a_step_rewritten_with_its_own_hash_breaks_the_next_link(held: Box) -> None:
    step = Step.objects.get(ref=f"box:{held.pk}:2")
    payload = step.payload.replace('"role":"team_leader"', '"role":"reviewer"')

    tamper(
        "UPDATE workflow_step SET role = 'reviewer', payload = %s, digest = %s WHERE ref = %s",
        payload,
        chain.link(step.previous, payload),
        step.ref,
    )

    assert rows() == {f"step box:{held.pk}:3"}


def test_a_removed_last_step_is_told(held: Box) -> None:
    tamper("DELETE FROM workflow_step WHERE ref = %s", f"box:{held.pk}:3")

    assert rows() == {f"box:{held.pk}"}


def test_a_removed_middle_step_is_told(held: Box) -> None:
    tamper("DELETE FROM workflow_step WHERE ref = %s", f"box:{held.pk}:2")

    assert f"step box:{held.pk}:3" in rows()


def test_an_erased_text_is_no_fault_but_half_of_it_is(held: Box) -> None:
    tamper("UPDATE workflow_step SET given = '' WHERE ref = %s", f"box:{held.pk}:3")
    assert rows() == {f"step box:{held.pk}:3"}

    tamper("UPDATE workflow_step SET salt = '' WHERE ref = %s", f"box:{held.pk}:3")
    assert rows() == set()


@pytest.mark.parametrize(
    "change", ["state = 'sent'", "head = ''", "steps = 9", "version = 1"], ids=lambda change: change.partition(" ")[0]
)
def test_a_record_that_disagrees_with_its_trail_is_told(held: Box, change: str) -> None:
    tamper(f"UPDATE toy_box SET {change}")

    assert rows() == {f"box:{held.pk}"}


def test_a_trail_without_its_record_is_told(held: Box) -> None:
    tamper("DELETE FROM toy_box")

    assert rows() == {f"box:{held.pk}"}


def test_a_trail_of_an_unknown_kind_is_told(held: Box) -> None:
    stranger = ContentType.objects.get_for_model(Item)

    tamper("UPDATE workflow_step SET content_type_id = %s", stranger.pk)

    assert {f"step box:{held.pk}:{number}" for number in (1, 2, 3)} <= rows()


def test_a_turn_that_disagrees_with_the_state_is_told(held: Box) -> None:
    Item.objects.filter(finished=None).update(status="CANCELED")

    assert rows() == {f"box:{held.pk}"}


def doubled(index: str) -> None:
    """The first open item of the index's kind stands a second time, as it may only without the index."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {index}")
    item = Item.objects.exclude(kind="turn").filter(finished=None).first() or Item.objects.get(finished=None)
    item.pk = None
    item.save(force_insert=True)


def test_two_turns_of_one_record_are_told(held: Box) -> None:
    doubled("workflow_item_one_turn")

    assert [str(fault) for fault in faults()] == [f"box:{held.pk}: 同时有几个待办：at_held、at_held"]


def test_a_person_who_is_waited_for_twice_is_told(held: Box, person: People) -> None:
    hand_to(held, "score", [person("reviewer", name="li"), person("reviewer", name="zhao")])
    assert rows() == set()

    doubled("workflow_item_once_a_person")

    assert [str(fault) for fault in faults()] == [f"box:{held.pk}: 同一件“score”有 2 个待办"]


def test_a_proposal_that_is_waited_for_twice_is_told(person: People) -> None:
    box = play.packed()
    play.proposed(box, "seal")
    play.proposed(box, "scrap")
    assert rows() == set()

    doubled("workflow_item_once_a_proposal")

    assert [str(fault) for fault in faults()] == [f"box:{box.pk}: 同一件“endorse”有 2 个待办"]


def test_a_missing_and_a_foreign_trigger_are_told() -> None:
    with connection.cursor() as cursor:
        on = " ON toy_box" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER qn_toy_box_edge{on}")
        assert [str(fault) for fault in faults()] == ["trigger qn_toy_box_edge: 数据库触发器缺失"]
        body = "EXECUTE FUNCTION qn_toy_box_version()" if on else "BEGIN SELECT 1; END"
        cursor.execute(f"CREATE TRIGGER qn_toy_box_evil BEFORE DELETE ON toy_box FOR EACH ROW {body}")

    assert rows() == {"trigger qn_toy_box_edge", "trigger qn_toy_box_evil"}
