"""The trail is a chain: canonical, sealed, and proof against any change but the erasing of what a person filled in."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from hypothesis import given as imagine
from hypothesis import strategies as st

from grants.desk.commands import act
from tests.toy import play
from tests.toy.models import Box
from workflow import chain, clock
from workflow.models import Step
from workflow.trail import given_of, steps_of
from workflow.verify import faults

People = Callable[..., Any]
FACTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@imagine(st.dictionaries(st.text(max_size=5), FACTS, max_size=4))
def test_the_same_facts_give_the_same_text_whatever_their_order(facts: dict[str, Any]) -> None:
    backwards = dict(reversed(list(facts.items())))

    assert chain.canonical(facts) == chain.canonical(backwards)


@pytest.mark.parametrize("facts", [1.5, {"a": 0.1}, [1, [2.0]], {"a": {"b": (1, 2.5)}}])
def test_a_float_has_no_place_in_the_trail(facts: Any) -> None:
    with pytest.raises(TypeError, match="float"):
        chain.canonical(facts)


def test_a_link_depends_on_the_step_and_on_the_one_before() -> None:
    links = {chain.link(before, payload) for before in ("", "a" * 64) for payload in ("{}", "[]")}

    assert len(links) == 4


def test_words_are_sealed_by_their_salt() -> None:
    assert chain.sealed("理由", "1") != chain.sealed("理由", "2")


def test_salts_are_random_unless_a_rehearsal_supplies_them() -> None:
    numbers = itertools.count()

    with chain.salted(lambda: f"salt-{next(numbers)}"):
        supplied = [chain.salt(), chain.salt()]

    assert supplied == ["salt-0", "salt-1"]
    assert len({chain.salt() for _ in range(50)}) == 50


@pytest.mark.django_db
def test_every_step_links_to_the_one_before_and_the_head_is_the_last(person: People) -> None:
    box = play.sealed()

    steps = list(steps_of(box))
    assert [step.previous for step in steps] == ["", *[step.digest for step in steps[:-1]]]
    assert all(step.digest == chain.link(step.previous, step.payload) for step in steps)
    assert (box.steps, box.head) == (len(steps), steps[-1].digest)


@pytest.mark.django_db
def test_the_same_salts_and_times_give_the_same_head(person: People) -> None:
    heads = []
    for _ in range(2):
        with transaction.atomic(), clock.held(), chain.salted(lambda: "salt"):
            heads.append(chain.link("", chain.canonical({"at": str(clock.now().date())})))
    assert heads[0] == heads[1]


@pytest.mark.django_db
def test_what_was_filled_in_stays_out_of_the_payload(box: Box, person: People) -> None:
    step = act(box, "hold", actor=person("business_lead"), given={"reason": "王阿姨住院"})

    assert "王阿姨" not in step.payload
    assert given_of(step) == {"reason": "王阿姨住院"}


@pytest.mark.django_db
def test_erasing_what_was_filled_in_leaves_the_chain_provable(box: Box, person: People) -> None:
    step = act(box, "hold", actor=person("business_lead"), given={"reason": "王阿姨住院"})

    Step.objects.filter(pk=step.pk).update(given="", salt="")

    step.refresh_from_db()
    assert given_of(step) == {}
    assert [str(fault) for fault in faults() if fault.row.startswith(("step", "box"))] == []


@pytest.mark.django_db
def test_no_other_column_of_a_step_can_be_changed(box: Box) -> None:
    columns = [field.column for field in Step._meta.concrete_fields if field.name not in Step.erasable]

    for column in columns:
        value = "NULL" if column == "actor_id" else "'1970-01-01 00:00:00+00:00'" if column == "at" else "7"
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'UPDATE workflow_step SET "{column}" = {value}')


@pytest.mark.django_db
@pytest.mark.parametrize("column", Step.erasable)
def test_what_was_filled_in_is_not_replaced(box: Box, person: People, column: str) -> None:
    act(box, "hold", actor=person("business_lead"), given={"reason": "甲"})

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Step.objects.update(**{column: "乙"})


@pytest.mark.django_db
@pytest.mark.parametrize("column", Step.erasable)
def test_what_was_erased_is_never_filled_in_again(box: Box, person: People, column: str) -> None:
    act(box, "hold", actor=person("business_lead"), given={"reason": "甲"})
    Step.objects.update(given="", salt="")

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Step.objects.update(**{column: "乙"})
    Step.objects.update(given="", salt="")


@pytest.mark.django_db
def test_a_step_cannot_be_deleted(box: Box) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Step.objects.all().delete()
