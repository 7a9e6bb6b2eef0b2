"""What the public reads: calls, lists as they went public, funded projects; and what it never reads."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from grants.applications.models import Project
from grants.awards.models import OfficialNotice, PublicEntry
from grants.desk.commands import act
from grants.people.models import Team
from grants.programmes.models import Round
from grants.programmes.queries import calendar
from grants.publicity.tables import clock_of
from tests.cast import Cast
from tests.factories import a_document, a_notice, a_planned_round, on, together
from tests.grants.desk.visiting import asked, text
from tests.grants.funds.builders import put
from tests.journey_steps import a_project_in, a_publicity, decided, starting
from workflow.actions import amend, command
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import RoundState

HIDDEN = ("13800000001", "周明", "李婷婷", "林雅琴", "1202021209000012345", "工商银行")


@pytest.fixture(autouse=True)
def _fresh() -> None:
    cache.clear()


def read(client: Client, name: str, *args: object, query: str = "", status: int = 200) -> str:
    """What somebody reads who has not signed in."""
    answer = client.get(reverse(name, args=args) + query)
    assert answer.status_code == status, text(answer)[:2000]
    page = text(answer)
    assert not [word for word in HIDDEN if word in page]
    return page


def the_list() -> OfficialNotice:
    return OfficialNotice.objects.get(kind="publicity")


# Calls --------------------------------------------------------------------------------------------------------


@starting(RoundState.OPEN)
def test_a_visitor_is_shown_the_open_call_and_who_may_apply(client: Client, round_: Round):
    assert client.get("/").headers["Location"] == reverse("public_home")
    page = read(client, "public_home")
    assert round_.title in page
    assert "10,000.00 元到50,000.00 元" in page
    page = read(client, "public_call", round_.pk)
    assert "三献</dt><dd>" in page
    assert "国际人道援助" not in page
    assert "成员不少于10人" in page
    assert "受县级以上红十字会指导" in page
    call = OfficialNotice.objects.get(kind="call")
    assert reverse("public_file", args=[call.pk]) in page
    answer = client.get(reverse("public_file", args=[call.pk]))
    assert b"".join(answer.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]


@starting(RoundState.OPEN)
def test_a_document_that_was_registered_and_not_used_is_not_public(client: Client, cast: Cast, round_: Round):
    extension = a_notice(cast, round_, "extension", title="关于延长申报的通知")
    assert "延长" not in read(client, "public_call", round_.pk)
    read(client, "public_file", extension.pk, status=404)


def test_a_round_that_is_only_planned_is_not_public(client: Client, cast: Cast):
    planned = a_planned_round(cast)
    assert planned.title not in read(client, "public_home")
    read(client, "public_call", planned.pk, status=404)


# Lists --------------------------------------------------------------------------------------------------------


@starting(S.SHORTLISTED)
def test_what_is_only_proposed_inside_is_not_public(client: Client, project: Project):
    for name, args in (("public_home", ()), ("public_projects", ())):
        assert project.title not in read(client, name, *args)
    read(client, "public_project", project.number, status=404)
    assert not PublicEntry.objects.exists()


@starting(S.IN_PUBLICITY)
def test_the_notice_names_the_project_the_team_and_the_days_and_no_person(client: Client, project: Project):
    with on(2026, 6, 10):
        page = read(client, "public_notice", the_list().pk)
    for words in ("救在身边进社区", "晨光应急救护队", "上城区红十字会", "应急救护", "25,000.00", project.number):
        assert words in page
    assert "今天是第2个工作日，还剩4个" in page
    assert reverse("public_objection", args=[the_list().pk]) in page
    read(client, "public_project", project.number, status=404)  # proposed, not funded
    assert project.title not in read(client, "public_projects")


@starting(S.IN_PUBLICITY)
def test_what_was_public_stays_as_it_was_whatever_becomes_of_the_project(client: Client, cast: Cast, project: Project):
    @command
    def renamed(*, actor: object) -> None:
        amend(project, title="另一个名字", field="RESCUE")

    renamed(actor=cast.officer)
    Team.objects.update(name="另一支队伍")
    page = read(client, "public_notice", the_list().pk)
    assert "救在身边进社区" in page
    assert "晨光应急救护队" in page
    assert "另一" not in page
    with pytest.raises(IntegrityError), transaction.atomic():
        PublicEntry.objects.update(amount_fen=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        PublicEntry.objects.all().delete()


@starting(S.IN_PUBLICITY)
def test_a_telephone_number_in_a_title_is_masked(client: Client, cast: Cast, project: Project):
    line = PublicEntry.objects.get()
    PublicEntry.objects.bulk_create([_copy(line, title="急救课 13812345678", notice=_another(cast))])
    page = read(client, "public_notice", OfficialNotice.objects.latest("pk").pk)
    assert "13812345678" not in page
    assert "138****5678" in page


def _another(cast: Cast) -> OfficialNotice:
    return OfficialNotice.objects.get(pk=int(a_publicity(cast, dt.date(2026, 7, 1))))


def _copy(line: PublicEntry, **changed: object) -> PublicEntry:
    same = ("project", "number", "team", "recommended_by", "city", "county", "field", "amount_fen", "at")
    return PublicEntry(**{name: getattr(line, name) for name in same} | changed)


def published(cast: Cast) -> None:
    """The round's one project is funded, and the result is announced."""
    project = a_project_in(cast, S.APPROVED)
    with on(2026, 6, 18):
        notice = a_notice(cast, project.round, "result", title="关于公布立项项目的通知", number="浙红〔2026〕12号")
        round_ = Round.objects.get(pk=project.round_id)
        together(round_, "publish_result", by=cast.officer, endorsed_by=cast.business_lead, notice=str(notice.pk))


@starting(S.APPROVED)
def test_a_funded_project_has_no_page_before_its_round_announces_the_result(client: Client, project: Project):
    read(client, "public_project", project.number, status=404)
    assert project.title not in read(client, "public_projects")


@starting(published)
def test_the_announced_result_and_its_projects_are_public(client: Client, project: Project):
    result = OfficialNotice.objects.get(kind="result")
    assert "浙红〔2026〕12号" in read(client, "public_notice", result.pk)
    page = read(client, "public_projects")
    assert "1个项目，共25,000.00 元" in page
    assert "杭州市" in page
    page = read(client, "public_project", project.number)
    assert "已立项，正在签协议" in page
    assert "心肺复苏" in page


@starting(published)
@pytest.mark.parametrize(("last", "told"), [(dt.date(2027, 1, 31), True), (dt.date(2026, 12, 31), False)])
def test_of_a_project_that_runs_long_the_public_reads_what_was_done_so_far(
    client: Client, cast: Cast, project: Project, last: dt.date, *, told: bool
):
    Project.objects.filter(pk=project.pk).update(start_date=dt.date(2026, 7, 1), end_date=last)
    put(project, S.IN_PROGRESS)
    said = {"name": "社区救护课 1", "held_on": "2026-07-02", "place": "社区礼堂", "volunteers": 8, "served": 40}
    with on(2026, 7, 3):
        act(project, "log_activity", actor=cast.team_leader, given=said | {"minutes_each": 180})
    page = read(client, "public_project", project.number)
    assert ("到2026年7月2日的活动记录" in page) is told
    assert ("40人次" in page) is told
    assert "决算支出" not in page


@starting(published)
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=救护队", True),
        ("?q=没有", False),
        ("?year=2026&city=杭州市", True),
        ("?city=绍兴市", True),
        ("?field=应急救护", True),
    ],
)
def test_the_list_of_funded_projects_is_filtered_by_the_address(
    client: Client, project: Project, query: str, found: bool
):
    """A place that no funded project has makes no sense as a filter and is ignored."""
    assert (project.title in read(client, "public_projects", query=query)) is found


@starting(published)
def test_a_project_that_was_revoked_is_no_longer_among_the_funded(client: Client, cast: Cast, project: Project):
    with on(2026, 6, 20):
        decided(cast, project, "revoke", breach="伪造材料。")
    assert project.title not in read(client, "public_projects")
    assert "已撤销立项" in read(client, "public_notice", OfficialNotice.objects.get(kind="result").pk)


# How pages are made -------------------------------------------------------------------------------------------


@starting(published)
def test_public_pages_ask_little_may_be_kept_a_minute_and_choose_their_language(client: Client, project: Project):
    client.get(reverse("public_home"))
    pages = [
        reverse("public_home"),
        reverse("public_call", args=[project.round_id]),
        reverse("public_notice", args=[the_list().pk]),
        reverse("public_objection", args=[the_list().pk]),
        reverse("public_receipt"),
        reverse("public_projects"),
        reverse("public_project", args=[project.number]),
    ]
    for place in pages:
        with asked() as queries:
            answer = client.get(place)
        assert answer.status_code == 200
        assert len(queries) <= 10, (place, queries)
    assert set(client.get(reverse("public_home")).headers["Cache-Control"].split(", ")) == {"max-age=60", "public"}
    assert "no-store" in client.get(reverse("public_receipt")).headers["Cache-Control"]
    answer = client.get(reverse("public_projects") + "?lang=en&year=2026")
    assert answer.headers["Location"] == reverse("public_projects") + "?year=2026"
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Funded projects" in read(client, "public_projects")


def test_the_days_of_a_notice_are_counted_as_the_law_counts_them(cast: Cast):
    """From Thursday 30 April over the holidays of May, with their working Saturday, to Monday 11 May."""
    first, last = dt.date(2026, 4, 30), dt.date(2026, 5, 11)
    found = clock_of(first, last, dt.date(2026, 5, 9), calendar())
    assert [one.day.day for one in found.days if "第" in one.note] == [6, 7, 8, 9, 11]
    assert (found.count, found.nth, found.left, found.rests, found.over) == (5, 4, 1, False, False)
    assert clock_of(first, last, dt.date(2026, 5, 10), calendar()).rests
    assert clock_of(first, last, dt.date(2026, 5, 12), calendar()).over


@starting(S.IN_PUBLICITY)
def test_a_withdrawn_project_stays_on_the_list_with_a_word(client: Client, cast: Cast, project: Project):
    with on(2026, 6, 9):
        correction = a_notice(cast, project.round, "correction", title="更正公告")
        letter = str(a_document(cast.officer, "函").pk)
        given = {"correction": str(correction.pk), "letter": letter}
        act(project, "withdraw_in_publicity", actor=cast.officer, given=given)
    page = read(client, "public_notice", the_list().pk)
    assert "团队已撤回" in page
    assert "更正公告" in page
