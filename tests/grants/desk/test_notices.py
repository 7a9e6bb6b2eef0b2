"""Who is told of what, on the page of notices and beside the bell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from grants.applications.models import Project
from grants.desk.commands import act, read_notices
from grants.desk.queries.notices import notices_of, unread_count
from grants.people.models import RoleGrant, User
from tests.cast import Cast
from tests.factories import a_complete_draft, on
from tests.grants.desk.visiting import Visitor
from tests.journey_steps import county_recommends, decided, round_on, starting
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import RoundState
from workflow.models import Notice, NoticeKind, Outbox
from workflow.outbox import relay

UNREAD = 'class="count"'


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def told(person: User, **about: Any) -> list[str]:
    return [row.key for row in notices_of(person).filter(**about)]


@pytest.fixture
def submitted(cast: Cast, project: Project) -> Project:
    """Submitted just now; everything said before is forgotten."""
    relay()
    Notice.objects.update(read_at=dt.datetime(2030, 1, 1, tzinfo=dt.UTC))
    with on(2026, 3, 3):
        act(project, "submit", actor=cast.team_leader)
        relay()
    cache.clear()
    return project


def complete(cast: Cast) -> None:
    a_complete_draft(cast)


here = starting(complete)


@here
def test_whoever_has_the_next_word_reads_who_passed_it_on_what_to_do_and_until_when(cast: Cast, submitted: Project):
    page = Visitor(cast.county_officer).open("notices")
    assert "审阅并推荐：救在身边进社区" in page
    assert "周明（项目负责人）办理了“提交申报”，轮到您。" in page
    assert "期限：<time>2026年" in page
    assert reverse("project", args=[submitted.pk]) in page


@here
def test_the_bell_says_how_many_are_unread_and_a_press_of_open_reads_one_and_goes_there(cast: Cast, submitted: Project):
    clerk = Visitor(cast.county_officer)
    assert f'{UNREAD} aria-hidden="true">1<' in clerk.open("home")
    [pk] = notices_of(cast.county_officer).filter(read_at=None).values_list("pk", flat=True)
    answer = clerk.post("notice_read", pk, go="1")
    assert answer.headers["Location"] == reverse("project", args=[submitted.pk])
    cache.clear()
    assert UNREAD not in clerk.open("home")


@here
def test_looking_marks_nothing(cast: Cast, submitted: Project):
    clerk = Visitor(cast.county_officer)
    for _ in range(2):
        assert "未读" in clerk.open("notices")
    assert unread_count(cast.county_officer) == 1
    answer = clerk.client.get(reverse("notices_all_read"))
    assert answer.status_code == 405


@here
def test_all_are_read_at_once_and_only_ones_own(cast: Cast, submitted: Project):
    Visitor(cast.county_officer).post("notices_all_read")
    assert not notices_of(cast.county_officer, unread=True)
    assert notices_of(cast.county_leader, unread=True).count() == 1


@here
def test_a_notice_of_somebody_else_is_as_missing_as_a_missing_one(cast: Cast, submitted: Project):
    other = notices_of(cast.county_leader, unread=True).get()
    Visitor(cast.county_officer).post("notice_read", other.pk, status=404)
    assert notices_of(cast.county_leader, unread=True).exists()


@here
def test_the_list_narrows_to_the_unread_and_to_a_kind(cast: Cast, submitted: Project):
    clerk = Visitor(cast.county_officer)
    title = "审阅并推荐：救在身边进社区"
    assert title in clerk.open("notices", query="?show=unread")
    assert title in clerk.open("notices", query="?show=handover")
    assert title not in clerk.open("notices", query="?show=reminder")
    assert title in clerk.open("notices", query="?show=whatever")
    assert "?show=reminder" not in clerk.open("notices")
    read_notices(actor=cast.county_officer)
    assert title not in clerk.open("notices", query="?show=unread")


@here
def test_what_one_may_no_longer_see_is_not_shown_and_does_not_ring(cast: Cast, submitted: Project):
    assert unread_count(cast.county_officer) == 1
    RoleGrant.objects.filter(person=cast.county_officer).update(valid_to=dt.date(2026, 2, 1))
    cache.clear()
    assert unread_count(cast.county_officer) == 0
    assert "救在身边进社区" not in Visitor(cast.county_officer).open("notices")


@here
def test_a_replayed_message_tells_nobody_twice(cast: Cast, submitted: Project):
    before = Notice.objects.count()
    Outbox.objects.update(sent_at=None)
    with on(2026, 3, 3, 10):
        assert relay()["sent"]
    assert Notice.objects.count() == before


@here
def test_the_team_learns_a_result_and_whoever_has_the_next_word_is_told_that(cast: Cast, submitted: Project):
    with on(2026, 3, 4):
        county_recommends(cast, submitted)
        relay()
    assert [row.kind for row in notices_of(cast.team_leader, unread=True)] == [NoticeKind.RESULT]
    assert [row.kind for row in notices_of(cast.city_officer, unread=True)] == [NoticeKind.HANDOVER]
    page = Visitor(cast.applicant).open("notices")
    assert "县级已推荐：救在身边进社区" in page
    assert "张志强（县级红十字会负责人）办理了“县级推荐”。" in page


@starting(S.REVIEWED)
def test_a_decision_is_told_to_the_team_when_it_is_announced_not_before(cast: Cast, project: Project):
    with on(2026, 6, 1):
        round_on(cast, RoundState.DELIBERATING)
        relay()
        decided(cast, project, "decline", reason="名额有限。")
        relay()
        assert not notices_of(cast.team_leader).filter(step__target=S.DECLINED)
        round_on(cast, RoundState.PUBLICITY)
        relay()
        assert notices_of(cast.team_leader).filter(step__target=S.DECLINED).count() == 1


@here
def test_the_level_above_is_not_told_before_it_has_the_next_word(cast: Cast, submitted: Project):
    assert notices_of(cast.county_leader, unread=True).exists()
    assert not notices_of(cast.city_officer, unread=True).exists()
    assert not notices_of(cast.officer, unread=True).exists()


@here
def test_nobody_signed_in_sees_no_notices(client: Client, submitted: Project):
    assert client.get(reverse("notices")).status_code == 302
