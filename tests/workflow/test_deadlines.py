"""Until when something is due, and what the clock itself does then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from grants.desk.commands import act
from tests.toy import play
from tests.toy.models import Box
from workflow import clock
from workflow.actions import offers
from workflow.deadlines import clock_move, clock_names, deadline, due_now, is_due, set_deadline, settle
from workflow.models import Deadline, Step
from workflow.ports import SYSTEM
from workflow.ticking import fire_due
from workflow.trail import steps_of

pytestmark = pytest.mark.django_db

People = Callable[..., Any]
DAY = dt.timedelta(days=1)


def due_in(box: Any, days: int, name: str = "box_due", **how: Any) -> Deadline:
    return set_deadline(box, name, clock.now() + days * DAY, **how)


def later(days: int, **parts: int) -> Any:
    return clock.held(clock.now() + dt.timedelta(days=days, **parts))


def test_a_record_has_one_open_deadline_of_a_name(box: Box) -> None:
    first = due_in(box, 3)
    second = due_in(box, 5)

    first.refresh_from_db()
    assert (deadline(box, "box_due"), first.settled_at is None) == (second, False)


def test_deadlines_of_other_names_and_records_stay(box: Box, person: People) -> None:
    other = play.new_box()
    due_in(box, 3)
    kept = [due_in(box, 3, "sign_due"), due_in(other, 3)]

    settle(box, "box_due")

    assert list(Deadline.objects.filter(settled_at__isnull=True)) == kept


def test_a_deadline_remembers_how_it_was_counted(box: Box) -> None:
    with clock.held() as at:
        found = due_in(box, 5, amount=3, unit="wd", provisional=True)

    assert (found.starts_at, found.amount, found.unit, found.provisional) == (at, 3, "wd", True)


def test_a_deadline_never_lies_before_its_beginning(box: Box) -> None:
    with clock.held() as at:
        found = due_in(box, -2)

    assert found.due_at == at


def test_a_deadline_is_due_from_its_instant_on(box: Box) -> None:
    with clock.held():
        due_in(box, 1)
        with later(1, microseconds=-1):
            assert not is_due(box, "box_due")
        with later(1):
            assert is_due(box, "box_due")
    assert not is_due(box, "never_set")


def test_the_clock_makes_a_move_that_has_fallen_due_once(box: Box) -> None:
    with clock.held():
        due_in(box, 1)
        with later(2):
            assert fire_due() == {"moved": 1, "refused": 0, "failed": 0}
            assert fire_due() == {"moved": 0, "refused": 0, "failed": 0}

    box.refresh_from_db()
    step = steps_of(box).latest("seq")
    assert (box.state, step.move, step.actor, step.role) == ("lapsed", "lapse", None, "system")


def test_the_clock_makes_no_move_before_its_time(box: Box) -> None:
    with clock.held():
        due_in(box, 1)
        with later(1, seconds=-1):
            assert fire_due()["moved"] == 0

    assert [offer.deed.name for offer in offers(box, SYSTEM)] == ["lapse"]
    assert [reason.code for reason in offers(box, SYSTEM)[0].reasons] == ["not_due"]


def test_a_deadline_whose_move_the_state_does_not_offer_waits(box: Box, person: People) -> None:
    lead = person("business_lead")
    with clock.held():
        row = due_in(box, 1)
        act(box, "hold", actor=lead)
        with later(2):
            row.refresh_from_db()
            assert (clock_move(row), fire_due()["moved"]) == (None, 0)
            act(box, "go_on", actor=lead)
            assert fire_due()["moved"] == 1

    box.refresh_from_db()
    assert box.state == "lapsed"


def test_waiting_deadlines_do_not_hold_up_the_others(box: Box, person: People) -> None:
    act(box, "hold", actor=person("business_lead"))
    other = play.new_box()
    with clock.held():
        due_in(box, 1)
        due_in(other, 2)
        with later(3):
            assert fire_due(limit=1)["moved"] == 1

    other.refresh_from_db()
    assert other.state == "lapsed"


def test_a_sweep_stops_at_its_limit(box: Box, person: People) -> None:
    other = play.new_box()
    with clock.held():
        due_in(box, 1)
        due_in(other, 2)
        with later(3):
            assert [fire_due(limit=1)["moved"], fire_due(limit=1)["moved"]] == [1, 1]


def test_a_refused_move_of_the_clock_keeps_its_reasons_and_is_tried_again(box: Box, person: People) -> None:
    play.change(box, weight=13)
    with clock.held():
        row = due_in(box, 1)
        with later(2):
            assert fire_due()["refused"] == 1
            row.refresh_from_db()
            assert (row.refused, row.settled_at) == ("十三克的箱子不会过期", None)
            play.change(box, weight=14)
            assert fire_due()["moved"] == 1


def test_a_move_of_the_clock_that_fails_does_not_hold_up_the_others(box: Box, caplog: Any) -> None:
    other = play.new_box(weight=666)
    with clock.held():
        due_in(other, 1)
        due_in(box, 2)
        with later(3):
            assert fire_due() == {"moved": 1, "refused": 0, "failed": 1}

    assert "lapse" in caplog.text
    assert Step.objects.filter(move="lapse").count() == 1


def test_a_deadline_of_a_record_that_is_gone_is_passed_over(box: Box) -> None:
    with clock.held():
        row = due_in(box, 1)
        Deadline.objects.filter(pk=row.pk).update(object_id=box.pk + 1000)
        with later(2):
            assert fire_due() == {"moved": 0, "refused": 0, "failed": 0}


def test_an_end_settles_every_deadline(person: People) -> None:
    box = play.packed()
    due_in(box, 1)
    due_in(box, 2, "sign_due")

    play.together(box, "scrap", person("programme_officer"), person("business_lead"), person("county_leader"))

    assert not Deadline.objects.filter(settled_at__isnull=True).exists()


def test_the_deadlines_that_the_clock_acts_on_are_those_of_the_table() -> None:
    assert clock_names() == {
        "box_due",
        "call_closed",
        "return_due",
        "supplement_due",
        "start_date",
        "end_date",
        "check_due",
        "call_close",
        "round_cancelled",
    }


def test_a_deadline_for_people_is_not_the_clocks_business(box: Box) -> None:
    with clock.held():
        due_in(box, 1, "sign_due")
        with later(2):
            assert not due_now().exists()


def test_the_oldest_falls_first(box: Box, person: People) -> None:
    other = play.new_box()
    with clock.held():
        rows = [due_in(box, 3), due_in(other, 1)]
        with later(4):
            assert list(due_now()) == rows[::-1]
