"""业务意见: asked of departments, answered in time or not, never in the way, seen by whom the round lets see it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from grants.applications.models import Project
from grants.people.commands import grant_role
from grants.people.commands.register import register_organisation as enter_organisation
from grants.people.enums import Level
from grants.people.models import Organisation, User
from grants.people.queries import province
from grants.reviews.enums import Shown
from grants.reviews.opinions.commands import ask_opinion, give_opinion, remind_departments
from grants.reviews.opinions.models import DepartmentOpinion, OpinionRequest
from grants.reviews.sight import sees
from tests.cast import Cast, holding
from tests.factories import on
from tests.grants.desk.leaks import leaks
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import projects_in, reviewed_by_three, round_on, starting
from workflow import clock
from workflow.actions import Refused
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role, RoundState
from workflow.models import Notice, NoticeKind
from workflow.outbox import relay
from workflow.ports import SYSTEM

WORDS = "夜间急救需求属实，场地要先和街道落实。暗记子丑寅卯。"
UNTIL = dt.date(2026, 6, 5)


def two_under_review(cast: Cast) -> None:
    """Two projects under review, and a department with somebody in it."""
    projects_in(cast, S.UNDER_REVIEW, 2)
    place = enter_organisation("救护培训处", "救护处", Level.DEPARTMENT, province(), actor=SYSTEM)
    holding(Role.DEPARTMENT_OFFICER, "顾明华", login="gu", organisation=place)


pytestmark = starting(two_under_review)


@pytest.fixture(autouse=True)
def in_review_time(cast: Cast) -> Iterator[None]:
    """It is 25 May 2026: reviewers score."""
    with on(2026, 5, 25):
        yield


@pytest.fixture
def department(cast: Cast) -> Organisation:
    return Organisation.objects.get(level=Level.DEPARTMENT)


@pytest.fixture
def gu(cast: Cast) -> User:
    return User.objects.get(username="gu")


def told(person: User) -> list[str]:
    """What the person was told of opinions, by event."""
    relay(1000)
    found = Notice.objects.filter(person=person, kind=NoticeKind.OPINION).order_by("pk")
    return [one.key.split(":")[2] for one in found]


def test_the_officer_asks_for_several_the_department_answers_once_and_both_learn_of_it(
    cast: Cast, projects: list[Project], department: Organisation, gu: User
):
    officer, own = Visitor(cast.officer), Visitor(gu)
    round_, ticked = projects[0].round_id, [str(one.pk) for one in projects]
    given = {"department": str(department.pk), "until": "2026-06-05", "question": "场地是否可行"}
    answer = officer.post("round_opinions", round_, status=200, project=ticked, **given)
    assert "2个都已送处室" in text(answer)
    officer.post("round_opinions", round_, status=200, project=ticked, **given)
    assert OpinionRequest.objects.count() == 2
    assert told(gu) == ["asked", "asked"]
    home = own.open("home")
    assert "请写业务意见" in home
    assert "现在没有等您办的事" not in home
    asked = OpinionRequest.objects.first()
    assert asked
    page = own.open("opinion", asked.pk)
    assert "场地是否可行" in page
    assert asked.project.leader.name not in page[page.index("<main") :]
    own.post("opinion", asked.pk, stance="advice", text=WORDS)
    own.post("opinion", asked.pk, stance="advice", text=WORDS)
    assert DepartmentOpinion.objects.count() == 1
    assert "已经代本处室答复过" in text(own.post("opinion", asked.pk, status=422, stance="doubt", text="改主意"))
    assert told(cast.officer) == ["answered"]
    assert "支持，有建议" in officer.open("round_opinions", round_)
    assert WORDS in officer.open("opinion", asked.pk)
    assert "支持，有建议" in own.open("opinions")


def test_nothing_typed_is_lost_where_it_is_refused(cast: Cast, projects: list[Project], department: Organisation):
    officer, round_ = Visitor(cast.officer), projects[0].round_id
    given = {"department": str(department.pk), "question": "看看预算", "project": str(projects[1].pk)}
    page = text(officer.post("round_opinions", round_, status=422, until="2026-05-01", **given))
    assert "60天以内" in page
    assert "看看预算" in page
    assert f'value="{projects[1].pk}" aria-label' in page
    assert "checked" in page
    page = text(officer.post("round_opinions", round_, status=422, until="2026-06-05", **(given | {"project": ""})))
    assert "先勾选要征求意见的项目" in page
    assert not OpinionRequest.objects.exists()


def test_a_department_without_people_or_a_project_past_its_review_is_not_asked(
    cast: Cast, projects: list[Project], department: Organisation
):
    empty = enter_organisation("宣传处", "宣传处", Level.DEPARTMENT, province(), actor=SYSTEM)
    with pytest.raises(Refused, match="还没有业务人员"):
        ask_opinion(projects[0], empty, UNTIL, actor=cast.officer)
    with pytest.raises(Refused, match="请选择一个职能处室"):
        ask_opinion(projects[0], cast.places["330100"], UNTIL, actor=cast.officer)
    with pytest.raises(Refused, match="由省级项目管理员办理"):
        ask_opinion(projects[0], department, UNTIL, actor=cast.business_lead)
    reviewed_by_three(cast, projects[0])
    with pytest.raises(Refused, match="评审已经结束"):
        ask_opinion(projects[0], department, UNTIL, actor=cast.officer)


def test_silence_is_shown_reminds_twice_and_stops_nothing(
    cast: Cast, projects: list[Project], department: Organisation, gu: User
):
    asked = ask_opinion(projects[0], department, UNTIL, actor=cast.officer)
    for day in (1, 2, 3, 4, 8, 9):
        with on(2026, 6, day):
            remind_departments(actor=SYSTEM)
    with on(2026, 6, 10):
        assert told(gu) == ["asked", "reminded-3", "reminded-1"]
        assert told(cast.officer) == ["over"]
        assert "没有按期答复" in Visitor(cast.officer).open("round_opinions", projects[0].round_id)
        reviewed_by_three(cast, projects[0])
        projects[0].refresh_from_db()
        assert projects[0].state == S.REVIEWED
        give_opinion(asked, "support", WORDS, actor=gu)
        assert "晚于期限" in Visitor(gu).open("opinions")


def test_who_asks_who_belongs_to_the_team_and_who_reviews_does_not_answer(
    cast: Cast, projects: list[Project], department: Organisation
):
    asked = ask_opinion(projects[0], department, UNTIL, actor=cast.officer)
    for person, words in (
        (cast.officer, "不能是同一个人"),
        (cast.team_leader, "自己团队"),
        (cast.reviewers[0], "评审专家"),
    ):
        grant_role(person, Role.DEPARTMENT_OFFICER, actor=SYSTEM, organisation=department)
        with pytest.raises(Refused, match=words):
            give_opinion(asked, "support", WORDS, actor=person)
    with pytest.raises(Refused, match="不是发给您所在处室"):
        give_opinion(asked, "support", WORDS, actor=cast.business_lead)


def test_the_database_refuses_what_the_command_refuses(
    cast: Cast, projects: list[Project], department: Organisation, gu: User
):
    asked = ask_opinion(projects[0], department, UNTIL, actor=cast.officer)
    now = clock.now()
    wrong = [
        lambda: DepartmentOpinion.objects.create(request=asked, stance="support", text="好", by=cast.officer, at=now),
        lambda: DepartmentOpinion.objects.create(request=asked, stance="maybe", text="好", by=gu, at=now),
        lambda: DepartmentOpinion.objects.create(request=asked, stance="support", text="", by=gu, at=now),
        lambda: OpinionRequest.objects.create(
            project=projects[1],
            department=cast.places["330100"],
            asked_by=cast.officer,
            at=now,
            due_at=now + dt.timedelta(days=1),
        ),
        lambda: OpinionRequest.objects.filter(pk=asked.pk).update(question="另一个问题"),
        lambda: OpinionRequest.objects.filter(pk=asked.pk).delete(),
    ]
    for write in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            write()


def test_reviewers_read_it_beside_the_score_unless_the_round_says_not_and_teams_never(
    cast: Cast, projects: list[Project], department: Organisation, gu: User
):
    asked = ask_opinion(projects[0], department, UNTIL, actor=cast.officer)
    give_opinion(asked, "advice", WORDS, actor=gu)
    assert WORDS in Visitor(cast.reviewers[0]).open("project_reader", projects[0].pk)
    assert WORDS not in Visitor(cast.team_leader).open("project_reader", projects[0].pk)
    for roles in ({Role.TEAM_LEADER}, {Role.COUNTY_OFFICER}, set[str]()):
        assert not sees(Shown.DEPARTMENT, projects[0], roles)


@pytest.mark.pages
def test_neither_team_nor_recommender_nor_public_can_tell_that_a_department_was_asked(
    cast: Cast, projects: list[Project], department: Organisation, gu: User
):
    def hidden() -> None:
        give_opinion(ask_opinion(projects[0], department, UNTIL, actor=cast.officer), "doubt", WORDS, actor=gu)

    names = ("project", "project_text", "project_reader", "project_papers")
    urls = [reverse(name, args=[projects[0].pk]) for name in names]
    urls += [reverse("home"), reverse("notices"), reverse("round", args=[projects[0].round_id])]
    people = [cast.team_leader, cast.county_officer, cast.city_officer, cast.payee_officer, None]
    assert list(leaks(people, urls, hidden)) == []


def test_the_meeting_reads_it_in_the_decision_table(
    cast: Cast, projects: list[Project], department: Organisation, gu: User
):
    ask_opinion(projects[0], department, UNTIL, actor=cast.officer)
    for one in projects:
        reviewed_by_three(cast, one)
    with on(2026, 6, 9):
        round_on(cast, RoundState.DELIBERATING)
        page = Visitor(cast.officer).open("decision_table", projects[0].round_id)
    assert "救护处" in page
    assert "没有按期答复" in page


def test_pages_of_opinions_are_for_those_they_concern(cast: Cast, projects: list[Project], department: Organisation):
    asked = ask_opinion(projects[0], department, UNTIL, actor=cast.officer)
    for person in (cast.team_leader, cast.county_officer, cast.reviewers[0], cast.sysadmin):
        Visitor(person).open("round_opinions", projects[0].round_id, status=404)
        Visitor(person).open("opinion", asked.pk, status=404)
        Visitor(person).open("opinions", status=404)
