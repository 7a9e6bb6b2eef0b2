"""Leave and stand-ins on the pages: handing over, both homes, the trail, the slip, taking it back, who is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache

from grants.applications.models import Project
from grants.desk.commands import act, put_forward, stand_behind
from grants.desk.queries.notices import notices_of
from grants.desk.tables.notices import notice_row
from grants.people.commands import grant_role
from grants.people.commands.lending import lend, take_back, tell_of_days
from grants.people.models import Lending, User
from grants.people.queries import live_grants
from tests.cast import Cast
from tests.factories import a_document, on
from tests.grants.desk.visiting import Visitor, asked, text
from tests.journey_steps import starting
from workflow import clock
from workflow.lifecycle import ProjectState as S
from workflow.outbox import relay
from workflow.ports import SYSTEM
from workflow.trail import given_of

LAST = dt.date(2026, 3, 12)
OPINION = {"opinion": "同意推荐。", "rank": 1}
NOTE = "一件在等推荐，队长电话里问过两次。"


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def lent(holder: User, stand_in: User, first: dt.date | None = None, last: dt.date = LAST) -> Lending:
    return lend(list(live_grants(holder)), stand_in, first or clock.today(), last, NOTE, actor=holder)[0]


def typed(cast: Cast, **changed: Any) -> dict[str, Any]:
    """What the county's officer types who goes on leave."""
    mine = [str(one.pk) for one in live_grants(cast.county_officer)]
    facts = {"grants": mine, "stand_in": str(cast.city_officer.pk), "note": NOTE}
    return facts | {"first_day": "2026-03-02", "last_day": "2026-03-12"} | changed


# Handing over -----------------------------------------------------------------------------------------------


def test_one_form_hands_over(cast: Cast):
    person = Visitor(cast.county_officer)
    answer = person.send("new_lending", **typed(cast))
    made = Lending.objects.get()
    assert answer.url == f"/leave/{made.pk}/"
    assert (made.holder, made.stand_in, made.note) == (cast.county_officer, cast.city_officer, NOTE)
    assert (made.first_day, made.last_day) == (dt.date(2026, 3, 2), LAST)


def test_several_roles_go_on_one_slip(cast: Cast):
    grant_role(cast.county_officer, "applicant", actor=SYSTEM, team=cast.team)
    grant_role(cast.city_officer, "applicant", actor=SYSTEM, team=cast.team)
    Visitor(cast.county_officer).send("new_lending", **typed(cast))
    assert Lending.objects.count() == 2
    page = Visitor(cast.county_officer).open("lendings")
    assert page.count("由徐丽华代办") == 1
    assert "县级红十字会经办" in page
    assert "申报团队经办人" in page


def test_the_form_offers_ones_roles_and_those_close_enough(cast: Cast):
    page = Visitor(cast.county_officer).open("new_lending")
    for name in ("徐丽华", "黄国平"):
        assert name in page
    for name in ("张志强", "林雅琴", "周明", "吴春梅"):
        assert name not in page


def test_what_is_refused_says_why_at_the_field(cast: Cast):
    person = Visitor(cast.county_officer)
    page = unescape(text(person.send("new_lending", status=422, **typed(cast, last_day="2026-08-01"))))
    assert "一次最多交接90天" in page
    page = unescape(text(person.send("new_lending", status=422, **typed(cast, stand_in=str(cast.county_leader.pk)))))
    assert "请从列出的选项中选择" in page
    page = unescape(text(person.send("new_lending", status=422, **typed(cast, note=""))))
    assert NOTE not in page
    assert "请填写这一项" in page
    assert not Lending.objects.exists()


def test_who_has_nothing_to_lend_is_told(cast: Cast):
    for person in (cast.auditor, cast.sysadmin, cast.reviewers[0], cast.stranger):
        assert "没有可以交接的身份" in Visitor(person).open("lendings")
        Visitor(person).open("new_lending", status=404)


def test_the_way_there_is_on_the_account_and_at_home(cast: Cast):
    for page in ("account", "home"):
        assert 'href="/leave/"' in Visitor(cast.county_officer).open(page)


# Both homes -------------------------------------------------------------------------------------------------


@starting(S.SUBMITTED)
def test_the_open_work_moves_to_the_stand_in_and_returns_by_itself(cast: Cast, project: Project):
    lent(cast.county_officer, cast.city_officer)
    theirs = Visitor(cast.city_officer).open("home")
    assert "1件事等您办" in theirs
    assert "代陈晓红 · 县级红十字会经办" in theirs
    assert "您正代陈晓红办理“县级红十字会经办”的事，到2026年3月12日止。" in theirs
    with on(2026, 3, 13):
        assert "1件事等您办" not in Visitor(cast.city_officer).open("home")
        assert "审阅并推荐" in Visitor(cast.county_officer).open("home")


@starting(S.SUBMITTED)
def test_who_is_away_sees_it_as_lent_not_as_waiting(cast: Cast, project: Project):
    lent(cast.county_officer, cast.city_officer)
    page = Visitor(cast.county_officer).open("home")
    assert "现在没有事等您办" in page
    assert "“县级红十字会经办”的事已交接给徐丽华，到2026年3月12日止" in page
    assert "已交接出去的1件" in page
    assert "提前收回" in page
    assert "县级红十字会经办（已交接给徐丽华）" in page


@starting(S.SUBMITTED)
def test_one_press_takes_it_back(cast: Cast, project: Project):
    slip = lent(cast.county_officer, cast.city_officer)
    person = Visitor(cast.county_officer)
    assert "提前收回" in person.open("lending_paper", slip.pk)
    person.post("lending_paper", slip.pk)
    assert "审阅并推荐" in person.open("home")
    assert "代陈晓红" not in Visitor(cast.city_officer).open("home")
    assert "已提前结束" in person.open("lendings")
    assert "已经结束" in text(person.post("lending_paper", slip.pk, status=422))


def test_the_stand_in_gives_it_back(cast: Cast):
    slip = lent(cast.county_officer, cast.city_officer)
    person = Visitor(cast.city_officer)
    assert "交还给本人" in person.open("lending_paper", slip.pk)
    person.post("lending_paper", slip.pk)
    slip.refresh_from_db()
    assert slip.ended_by == cast.city_officer


@starting(S.SUBMITTED)
def test_standing_in_costs_no_more_queries(cast: Cast, project: Project):
    def cost(person: User) -> int:
        visitor = Visitor(person)
        visitor.open("home")
        with asked() as queries:
            visitor.open("home")
        return len(queries)

    before = cost(cast.city_officer), cost(cast.county_officer)
    lent(cast.county_officer, cast.city_officer)
    assert cost(cast.city_officer) <= max(15, before[0])
    assert cost(cast.county_officer) <= max(15, before[1])


@starting(S.SUBMITTED)
def test_the_project_page_says_who_has_it_for_whom(cast: Cast, project: Project):
    lent(cast.county_leader, cast.city_officer)
    assert "徐丽华代张志强" in Visitor(cast.team_leader).open("project", project.pk)


@starting(S.SUBMITTED)
def test_who_is_away_finds_the_button_greyed_with_the_reason(cast: Cast, project: Project):
    lent(cast.county_leader, cast.city_officer)
    page = Visitor(cast.county_leader).open("project", project.pk)
    assert "您已经交接给徐丽华办理" in page


@starting(S.SUBMITTED)
def test_a_stand_in_does_it_on_the_page_and_the_trail_names_both(cast: Cast, project: Project):
    lent(cast.county_leader, cast.city_officer)
    Visitor(cast.city_officer).send("move", "project", project.pk, "county_recommend", opinion="同意推荐。", rank="1")
    assert "徐丽华代张志强" in Visitor(cast.county_leader).open("project", project.pk)
    slip = Visitor(cast.county_leader).open("lending_paper", Lending.objects.get().pk)
    assert "代办记录（1件）" in slip
    assert "县级推荐" in slip


@starting(S.SUBMITTED)
def test_what_was_put_forward_before_the_leave_is_the_stand_ins_to_carry_out(cast: Cast, project: Project):
    facts = OPINION | {"signed_opinion": str(a_document(cast.county_officer).pk), "signer": "张志强"}
    made = put_forward(project, "county_recommend", actor=cast.county_officer, given=facts)
    lent(cast.county_officer, cast.city_officer)
    assert "我送出去、等别人答复的" in Visitor(cast.city_officer).open("home")
    stand_behind(made, actor=cast.county_leader)
    assert "会签已齐，可以办理" in Visitor(cast.city_officer).open("home")
    assert "会签已齐，可以办理" in Visitor(cast.county_officer).open("home").partition("已交接出去的")[2]
    step = act(project, "county_recommend", actor=cast.city_officer, given=given_of(made))
    assert step.hand == "徐丽华代陈晓红"


@starting(S.SUBMITTED)
def test_what_a_stand_in_put_forward_comes_back_with_the_rest(cast: Cast, project: Project):
    lent(cast.county_officer, cast.city_officer)
    facts = OPINION | {"signed_opinion": str(a_document(cast.city_officer).pk), "signer": "张志强"}
    made = put_forward(project, "county_recommend", actor=cast.city_officer, given=facts)
    stand_behind(made, actor=cast.county_leader)
    assert "会签已齐，可以办理" in Visitor(cast.city_officer).open("home")
    with on(2026, 3, 13):
        assert "会签已齐" not in Visitor(cast.city_officer).open("home")
        page = Visitor(cast.county_officer).open("home")
        assert "会签已齐，可以办理" in page
        form = Visitor(cast.county_officer).open(
            "move", "project", project.pk, "county_recommend", query=f"?proposal={made.pk}"
        )
        assert "徐丽华" in form or "会签已齐" in form


# The slip ---------------------------------------------------------------------------------------------------


@starting(S.SUBMITTED)
def test_the_slip_lists_roles_days_words_and_open_work(cast: Cast, project: Project):
    slip = lent(cast.county_officer, cast.city_officer)
    page = Visitor(cast.city_officer).open("lending_paper", slip.pk)
    for words in ("请假交接单", "陈晓红", "徐丽华", "县级红十字会经办", NOTE, "共11天"):
        assert words in page
    assert "未办事项（2026年3月2日，1件）" in page
    assert "救在身边进社区" in page
    act(project, "county_recommend", actor=cast.county_leader, given=OPINION)
    assert "没有等着办的事" in Visitor(cast.city_officer).open("lending_paper", slip.pk)


def test_the_slip_is_for_the_two_and_those_who_oversee(cast: Cast):
    slip = lent(cast.county_officer, cast.city_officer)
    for person in (cast.county_officer, cast.city_officer, cast.auditor, cast.sysadmin):
        Visitor(person).open("lending_paper", slip.pk)
    for person in (cast.county_leader, cast.officer, cast.stranger):
        Visitor(person).open("lending_paper", slip.pk, status=404)
    Visitor(cast.auditor).post("lending_paper", slip.pk, status=422)
    assert "提前收回" not in Visitor(cast.auditor).open("lending_paper", slip.pk)


def test_the_page_of_a_person_shows_their_leaves(cast: Cast):
    lent(cast.county_officer, cast.city_officer)
    assert "由徐丽华代办" in Visitor(cast.sysadmin).open("person", cast.county_officer.pk)
    assert "代陈晓红" in Visitor(cast.sysadmin).open("person", cast.city_officer.pk)


# Who is told ------------------------------------------------------------------------------------------------


def told(person: User) -> list[str]:
    relay()
    return [notice_row(row).said for row in notices_of(person).filter(kind="lending").order_by("pk")]


def test_the_stand_in_is_told_at_once(cast: Cast):
    lent(cast.county_officer, cast.city_officer)
    assert told(cast.city_officer) == ["陈晓红从2026年3月2日到2026年3月12日请假，手上的事由徐丽华代办。"]
    assert told(cast.county_officer) == []
    page = Visitor(cast.city_officer).open("notices")
    assert "陈晓红交接给徐丽华" in page
    assert 'class="count"' in page


def test_both_are_told_when_it_begins_and_when_it_is_over(cast: Cast):
    lent(cast.county_officer, cast.city_officer, dt.date(2026, 3, 4))
    for day, begins, over in ((3, 0, 0), (4, 1, 0), (5, 1, 0), (12, 1, 0), (13, 1, 1), (14, 1, 1)):
        with on(2026, 3, day):
            tell_of_days(actor=SYSTEM)
            said = told(cast.county_officer)
            assert sum("从今天到" in one for one in said) == begins, day
            assert sum("已过" in one for one in said) == over, day
    assert len(told(cast.city_officer)) == 3


def test_a_leave_that_begins_at_once_is_told_of_once(cast: Cast):
    lent(cast.county_officer, cast.city_officer)
    tell_of_days(actor=SYSTEM)
    assert len(told(cast.city_officer)) == 1


def test_a_weekend_without_a_worker_is_made_up_for(cast: Cast):
    lent(cast.county_officer, cast.city_officer, dt.date(2026, 3, 7))
    with on(2026, 3, 9):
        tell_of_days(actor=SYSTEM)
        assert len(told(cast.county_officer)) == 1


def test_who_did_not_end_it_is_told_that_it_ended(cast: Cast):
    slip = lent(cast.county_officer, cast.city_officer)
    relay()
    take_back(slip, actor=cast.county_officer)
    assert told(cast.city_officer)[-1] == "陈晓红提前结束了交接，代办的事回到陈晓红手里。"
    assert told(cast.county_officer) == []
    with on(2026, 3, 13):
        tell_of_days(actor=SYSTEM)
        assert told(cast.county_officer) == []


def test_a_letter_goes_out_like_any_handing_over(cast: Cast):
    User.objects.filter(pk=cast.city_officer.pk).update(email="xu@example.org")
    lent(cast.county_officer, cast.city_officer)
    relay()
    relay()
    assert [letter.subject for letter in mail.outbox] == ["【情暖浙江】请假交接：请假交接，陈晓红交接给徐丽华"]
    assert "/leave/" in mail.outbox[0].body


@starting(S.DRAFT)
def test_what_comes_meanwhile_is_told_to_the_stand_in(cast: Cast, project: Project):
    lent(cast.county_officer, cast.city_officer)
    act(project, "submit", actor=cast.team_leader)
    relay()
    assert notices_of(cast.city_officer).filter(kind="handover").exists()
    assert not notices_of(cast.county_officer).filter(kind="handover").exists()
