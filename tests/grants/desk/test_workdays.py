"""The pages of the calendar: a year drawn, the State Council's notice pasted in, looked at and loaded."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from grants.programmes.commands import run_deadline
from grants.programmes.models import CalendarEdition, CalendarYear, Round
from grants.programmes.queries import calendar
from tests.cast import Cast
from tests.factories import due as due_of
from tests.factories import on
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import starting
from workflow.lifecycle import RoundState

NOTICE = """一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（周五）至11日（周四）放假调休，共7天。1月31日（周日）、2月20日（周六）上班。"""
SENT: dict[str, Any] = {"year": "2027", "source": "国办发明电〔2026〕7号", "notice": NOTICE}


def test_a_year_is_drawn_with_the_days_off_and_the_weekends_worked(cast: Cast):
    page = Visitor(cast.county_officer).open("calendar_year", 2026)
    assert page.count('class="is-off"') == 19
    assert page.count('class="is-worked"') == 6
    assert "随系统提供" in page
    assert "录入放假安排" not in page


def test_a_year_not_published_says_that_its_deadlines_are_provisional_and_where_it_is_entered(cast: Cast):
    with on(2026, 11, 10):
        page = Visitor(cast.officer).open("calendar_year", 2027)
    assert "这一年的放假安排还没有录入" in page
    assert 'href="/calendar/new/?year=2027"' in page


def test_the_notice_is_looked_at_first_and_loaded_then(cast: Cast):
    with on(2026, 11, 10):
        officer = Visitor(cast.officer)
        shown = text(officer.post("calendar_load", **SENT, do="read", status=200))
        assert "读出来的2027年：8天和平常不一样" in shown
        assert not CalendarYear.objects.filter(year=2027).exists()

        officer.post("calendar_load", **SENT, do="load")
        officer.post("calendar_load", **SENT, do="load")  # pressed twice

        assert not calendar().is_working(dt.date(2027, 2, 8))
        assert calendar().is_working(dt.date(2027, 1, 31))
        made = CalendarEdition.objects.get(year=2027)
        assert (made.number, made.by, made.source) == (1, cast.officer, SENT["source"])
        assert str(cast.officer) in officer.open("calendar_year", 2027)


@starting(RoundState.OPEN)
def test_before_saving_it_says_which_deadlines_are_put_off(cast: Cast, round_: Round):
    with on(2026, 12, 28):
        run_deadline(round_, "supplement", actor=cast.officer)
    with on(2027, 1, 25):
        run_deadline(round_, "acceptance", actor=cast.officer)
        before = due_of(round_, "acceptance")
        page = text(Visitor(cast.officer).post("calendar_load", **SENT, do="read", status=200))
        assert "保存后会顺延的期限" in page
        assert due_of(round_, "acceptance") == before
        Visitor(cast.officer).post("calendar_load", **SENT, do="load")
        assert due_of(round_, "acceptance") > before


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("元旦：1月1日（周四）放假。", "这一天其实是星期五"),
        ("元旦：1月1日至3日放假，共4天。", "数下来是3天"),
        ("明年安排另行通知。", "里面没有读到放假安排"),
    ],
)
def test_what_cannot_be_right_is_said_at_the_text_and_nothing_typed_is_lost(cast: Cast, typed: str, said: str):
    page = text(Visitor(cast.officer).post("calendar_load", **(SENT | {"notice": typed}), do="load", status=422))
    assert said in page
    assert typed in page
    assert not CalendarYear.objects.filter(year=2027).exists()


def test_a_correction_is_another_edition_and_the_first_stays(cast: Cast):
    officer = Visitor(cast.officer)
    officer.post("calendar_load", **SENT, do="load")
    officer.post("calendar_load", **(SENT | {"notice": NOTICE.splitlines()[0], "source": "更正通知"}), do="load")
    assert [one.source for one in CalendarEdition.objects.filter(year=2027)] == [SENT["source"], "更正通知"]
    assert calendar().is_working(dt.date(2027, 2, 8))


@pytest.mark.parametrize("role", ["county_leader", "team_leader", "auditor"])
def test_only_officer_and_administrator_enter_a_year(cast: Cast, role: str):
    somebody = Visitor(getattr(cast, role))
    somebody.open("calendar_load", status=404)
    somebody.post("calendar_load", **SENT, do="load", status=404)
    somebody.open("calendar_year", 1999, status=404)
