"""A draft rehearsed from its page: asked for once, refused in words, played in the background, put on record."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from grants.desk.commands import act
from grants.desk.models import Rehearsal
from grants.desk.setup.commands import ask_for_rehearsal, rehearse_waiting
from grants.programmes.models import Round
from tests.cast import Cast
from tests.factories import a_planned_round, an_open_round
from tests.grants.desk.setting_up import press, save, save_question
from tests.grants.desk.visiting import Visitor, text
from workflow import clock
from workflow.ports import SYSTEM
from workflow.refusals import Refused

MONEY = ("granted", "paid", "undrawn", "released", "spent", "interest", "returned", "kept", "held")


def a_report(**changed: Any) -> str:
    """What a rehearsal says in the end."""
    told: dict[str, Any] = {"projects": 48, "granted": 12, "steps": 4321, "verify": "ok", "states": {"archived": 11}}
    told |= {"never_made": ["round.withdraw_source"], **{f"{name}_fen": 0 for name in MONEY}}
    return json.dumps(told | changed)


def ended(run: Rehearsal, **said: Any) -> None:
    Rehearsal.objects.filter(pk=run.pk).update(finished_at=clock.now(), claimed_until=None, **said)


def test_a_rehearsal_is_asked_for_once_however_often_one_presses(cast: Cast):
    round_, visitor = a_planned_round(cast), Visitor(cast.officer)
    for _press in range(2):
        visitor.post("round_rehearsal", round_.pk, ask="1", projects="48")
    run = Rehearsal.objects.get()
    assert (run.configuration, run.asked_by, run.projects) == (round_.configuration, cast.officer, 48)
    page = visitor.open("round_rehearsal", round_.pk)
    assert "正在演练，走完0段，共6段" in page
    assert "hx-get" in page
    assert "正在演练" in visitor.open("round_setup", round_.pk)


@pytest.mark.parametrize("typed", ["12", "9999", "许多", ""])
def test_too_few_or_too_many_applications_are_refused_at_the_field(cast: Cast, typed: str):
    round_ = a_planned_round(cast)
    answer = Visitor(cast.officer).post("round_rehearsal", round_.pk, status=422, ask="1", projects=typed)
    assert 'href="#f-projects"' in text(answer)
    assert not Rehearsal.objects.exists()


def test_only_the_officer_rehearses_and_only_while_the_round_is_planned(cast: Cast):
    round_ = a_planned_round(cast)
    for somebody, where in ((cast.business_lead, round_), (cast.officer, an_open_round(cast, year=2027))):
        with pytest.raises(Refused):
            ask_for_rehearsal(where, actor=somebody)
    Visitor(cast.business_lead).post("round_rehearsal", round_.pk, status=200, ask="1", projects="48")
    assert not Rehearsal.objects.exists()


def test_what_it_came_to_is_told_in_words_and_put_on_record(cast: Cast):
    round_, visitor = a_planned_round(cast), Visitor(cast.officer)
    ended(ask_for_rehearsal(round_, actor=cast.officer), report=a_report(), done=6)
    page = visitor.open("round_rehearsal", round_.pk)
    for words in ("走通了，账也对得上", "48个项目走到1种结局", "全部核对无误", "已归档", "捐赠人撤回资金"):
        assert words in page

    visitor.send("round_rehearsal", round_.pk, deed="record_rehearsal")
    round_.refresh_from_db()
    assert round_.configuration
    assert round_.rehearsed_digest == round_.configuration.digest
    assert "已经登记" in visitor.open("round_rehearsal", round_.pk)
    assert "已演练并登记" in visitor.open("round_setup", round_.pk)


def test_a_rehearsal_of_an_older_version_does_not_count_for_a_newer(cast: Cast):
    round_, visitor = a_planned_round(cast), Visitor(cast.officer)
    ended(ask_for_rehearsal(round_, actor=cast.officer), report=a_report(), done=6)
    save(visitor, round_.pk, "money", round__planned_projects="20")
    page = visitor.open("round_rehearsal", round_.pk)
    assert "这一版还没有演练过" in page
    assert "第1版，48个项目" in page
    visitor.post("round_rehearsal", round_.pk, deed="record_rehearsal", version=str(round_.version), status=409)


@pytest.mark.parametrize(
    "said",
    [{"failure": "按这一版的规则走不下去：名额不够。"}, {"report": a_report(verify=["账不平"])}],
)
def test_one_that_did_not_pass_says_why_and_cannot_be_put_on_record(cast: Cast, said: dict[str, str]):
    round_, visitor = a_planned_round(cast), Visitor(cast.officer)
    ended(ask_for_rehearsal(round_, actor=cast.officer), **said)
    page = visitor.open("round_rehearsal", round_.pk)
    assert "没有走通" in page
    assert ("名额不够" in page) or ("账不平" in page)
    assert 'value="record_rehearsal"' not in page
    assert "没有走通" in visitor.open("round_setup", round_.pk)


def test_one_is_played_at_a_time_and_a_dead_workers_is_taken_over(cast: Cast):
    first, second = a_planned_round(cast), a_planned_round(cast, year=2027)
    run = ask_for_rehearsal(first, actor=cast.officer)
    ask_for_rehearsal(second, actor=cast.officer)
    Rehearsal.objects.filter(pk=run.pk).update(claimed_until=clock.now() + dt.timedelta(minutes=1))
    assert rehearse_waiting(actor=SYSTEM) == 0


def test_the_database_keeps_what_a_rehearsal_came_to(cast: Cast):
    run = ask_for_rehearsal(a_planned_round(cast), actor=cast.officer)
    with pytest.raises(DatabaseError), transaction.atomic():
        Rehearsal.objects.filter(pk=run.pk).update(projects=60)
    ended(run, failure="名额不够。")
    for change in ({"failure": "别的原因。"}, {"report": a_report(), "failure": ""}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Rehearsal.objects.filter(pk=run.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Rehearsal.objects.filter(pk=run.pk).delete()


def test_the_database_wants_an_end_to_say_one_thing(cast: Cast):
    run = ask_for_rehearsal(a_planned_round(cast), actor=cast.officer)
    for wrong in ({"failure": "x"}, {"finished_at": clock.now()}, {"done": 7}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Rehearsal.objects.filter(pk=run.pk).update(**wrong)


@pytest.mark.slow
def test_a_configuration_edited_by_pages_is_played_to_the_last_fen(cast: Cast):
    round_, visitor = a_planned_round(cast), Visitor(cast.officer)
    save(visitor, round_.pk, "money", round__grant_min_fen="12000", round__grant_max_fen="22000")
    save(visitor, round_.pk, "quota", round__quota__per_county="2")
    save(visitor, round_.pk, "budget", **{"budget__categories-1-cap_pct": "5"})
    press(visitor, round_.pk, "take:full")
    press(visitor, round_.pk, "remove:publicity")
    save_question(visitor, round_.pk, "name=plan", least="20", most="40")
    save_question(visitor, round_.pk, "page=brand", zh="带来哪些新伙伴", kind="number", when="emblem", least="3")
    save(visitor, round_.pk, "form", application_profile__full__min_indicators="4")
    save(visitor, round_.pk, "thresholds", rubric__method__pass_line="62")
    run = ask_for_rehearsal(Round.objects.get(pk=round_.pk), actor=cast.officer)
    assert rehearse_waiting(actor=SYSTEM) == 1

    run.refresh_from_db()
    assert (run.failure, run.passed, run.done) == ("", True, 6)
    visitor.send("round_rehearsal", round_.pk, deed="record_rehearsal")


@pytest.mark.slow
def test_rules_that_nobody_can_meet_are_told_in_their_own_words(cast: Cast):
    round_ = a_planned_round(cast)
    text_ = round_.configuration.text if round_.configuration else ""
    given = {"text": text_.replace("min_indicators: 3}\n  full", "min_indicators: 99}\n  full"), "reason": "太高"}
    act(round_, "configure", actor=cast.officer, given=given)
    run = ask_for_rehearsal(round_, actor=cast.officer)
    assert rehearse_waiting(actor=SYSTEM) == 1

    run.refresh_from_db()
    assert "成效指标至少 99 个" in run.failure
    assert not run.passed
