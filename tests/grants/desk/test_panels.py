"""The pages of a panel: run, marked on phones, shown on the wall, written down; sealed until all have locked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from grants.applications.models import Project
from grants.awards.models import Meeting
from grants.desk.commands import act
from grants.kernel.scoring import format_points
from grants.people.models import User
from grants.reviews.door.commands import hand_pass
from grants.reviews.panel.commands import finish, mark
from grants.reviews.panel.enums import Stage
from grants.reviews.panel.models import PanelLook, PanelMark, PanelSession, PanelSignature
from grants.reviews.panel.queries import panel
from tests.cast import Cast
from tests.factories import a_document, on
from tests.grants.desk.leaks import leaks
from tests.grants.desk.visiting import Visitor, asked, text
from tests.grants.reviews.panel_steps import (
    SEED,
    a_panel,
    begun,
    came,
    drawn,
    halves,
    locks,
    near,
    now,
    reviewed,
    whole,
)
from tests.journey_steps import starting

pytestmark = starting(reviewed)


@pytest.fixture(autouse=True)
def on_the_day(cast: Cast) -> Iterator[None]:
    with on(2026, 5, 27):
        yield


@pytest.fixture
def session(cast: Cast, projects: list[Project]) -> PanelSession:
    return a_panel(cast, projects[:3])


@pytest.fixture
def running(cast: Cast, session: PanelSession) -> PanelSession:
    """The first project is being marked."""
    came(cast, session)
    drawn(cast, session)
    begun(cast, session)
    return session


def place(session: PanelSession) -> tuple[int, int]:
    return session.round_id, session.number


def typed(session: PanelSession, percent: int) -> dict[str, Any]:
    return {code: format_points(value) for code, value in halves(session, percent).items()}


def test_the_officer_opens_a_panel_on_the_band(cast: Cast, projects: list[Project]):
    visitor = Visitor(cast.officer)
    page = visitor.open("round_panels", projects[0].round_id)
    assert "会成为议程" in page
    people = [str(one.pk) for one in cast.reviewers[:3]]
    facts: dict[str, Any] = {
        "held_on": "2026-05-27",
        "place": "三楼会议室",
        "chair": str(cast.chair.pk),
        "members": people,
    }
    refused = visitor.send("round_panels", projects[0].round_id, status=422, **(facts | {"members": people[:1]}))
    assert "打分的成员至少要2位。" in refused.content.decode()
    assert "三楼会议室" in refused.content.decode()
    visitor.send("round_panels", projects[0].round_id, **facts)
    found = panel(PanelSession.objects.get())
    assert {one.project for one in found.points} < set(projects)
    assert len(found.session.basis) == 64
    page = visitor.open("panel", *place(found.session))
    assert "先抽签排顺序" in page


def test_chair_and_secretary_run_it_press_by_press(cast: Cast, projects: list[Project], session: PanelSession):
    chair, secretary = Visitor(cast.chair), Visitor(cast.officer)
    secretary.post("panel", *place(session), status=422, do="add", project=str(projects[3].pk), add_reason="")
    for _press in range(2):
        secretary.post("panel", *place(session), do="add", project=str(projects[3].pk), add_reason="县里反映")
    assert "另加：县里反映" in secretary.open("panel", *place(session))
    for member in session.members.all():
        secretary.post("panel", *place(session), do="came", member=str(member.pk))
    chair.post("panel", *place(session), do="draw", words=SEED)
    assert f"抽签种子“{SEED}”" in chair.open("panel", *place(session))
    following = panel(session).following
    assert following
    for stage in (Stage.PRESENTING, Stage.PRESENTING, Stage.ASKING, Stage.SCORING):
        chair.post("panel", *place(session), do="go", item=str(following.item.pk), stage=stage.value)
    page = chair.open("panel", *place(session))
    assert "已锁定0位，共3位" in page
    assert "还剩3分00秒" in page
    refused = secretary.post(
        "panel", *place(session), status=422, do="drop", item=str(following.item.pk), reason=" "
    ).content.decode()
    assert "请写明理由。" in refused


def test_a_member_comes_marks_saves_locks_and_sees_the_result(cast: Cast, running: PanelSession):
    visitor, item = Visitor(cast.reviewers[0]), now(running).item.pk
    assert "/panel/" in visitor.open("reviews")
    page = visitor.open("panel_mine", *place(running))
    assert "锁定，不再改" in page
    assert now(running).project.title in visitor.open("panel_item", *place(running), item)
    marks = typed(running, 80)
    first = next(iter(marks))
    wrong = visitor.post(
        "panel_mine", *place(running), status=422, do="save", item=str(item), **(marks | {first: "99"})
    )
    assert 'value="99"' in wrong.content.decode()
    visitor.post("panel_mine", *place(running), do="save", item=str(item), **marks)
    for _press in range(2):
        visitor.post("panel_mine", *place(running), do="lock", item=str(item), **marks)
    assert PanelMark.objects.filter(locked=True).count() == 1
    assert "您已锁定" in visitor.open("panel_mine", *place(running))
    for person in cast.reviewers[1:3]:
        locks(running, item, person, 90)
    assert "第1个的结果" in visitor.open("panel_mine", *place(running))


def test_marks_are_kept_while_they_are_typed_and_what_sent_them_twice_keeps_them_once(
    cast: Cast, running: PanelSession
):
    client, item, marks = Visitor(cast.reviewers[0]).client, now(running).item.pk, typed(running, 80)
    first, url = next(iter(marks)), reverse("panel_mine", args=place(running))

    def sent(**given: str) -> Any:
        return client.post(url, given | {"do": "save", "item": str(item)}, headers={"HX-Request": "true"})

    for _again in range(2):
        kept = sent(**{first: marks[first]})
        assert (kept.status_code, "还没有锁定" in text(kept), "<main" in text(kept)) == (200, True, False)
    assert PanelMark.objects.count() == 1
    wrong = sent(**{first: "99"})
    assert (wrong.status_code, "还没有保存" in text(wrong)) == (422, True)
    for person in cast.reviewers[:3]:
        locks(running, item, person, 90)
    late = sent(**marks)
    assert (late.status_code, "您的分数已经锁定" in text(late)) == (422, True)


def test_what_was_typed_too_late_is_said_and_stays_on_the_page(cast: Cast, running: PanelSession):
    item = now(running).item.pk
    for person in cast.reviewers[:3]:
        locks(running, item, person, 90)
    going = begun(cast, running, Stage.PRESENTING).item.pk
    visitor, marks = Visitor(cast.reviewers[0]), typed(running, 80)
    page = visitor.post("panel_mine", *place(running), status=422, do="lock", item=str(going), **marks).content.decode()
    assert "现在不是打分的时候" in page
    assert f'value="{marks["need"]}"' in page


def test_whoever_keeps_away_is_named_on_the_wall_and_sees_nothing_of_the_project(cast: Cast, session: PanelSession):
    near(cast, cast.reviewers[1])
    came(cast, session)
    drawn(cast, session)
    item = begun(cast, session).item.pk
    assert "郑宏伟" in Visitor(cast.officer).open("panel_screen", *place(session))
    away = Visitor(cast.reviewers[1])
    assert "您须回避这个项目，请离席。" in away.open("panel_mine", *place(session))
    assert "您须回避这个项目，请离席。" in away.open("panel_screen", *place(session))
    away.open("panel_item", *place(session), item, status=404)
    for person in (cast.reviewers[0], cast.reviewers[2]):
        locks(session, item, person, 90)
    shown = panel(session).last_shown
    assert shown
    assert shown.result
    assert "第1个的结果" not in away.open("panel_mine", *place(session))
    assert 'class="result' not in away.open("panel_screen", *place(session))
    assert 'class="result' in Visitor(cast.chair).open("panel_screen", *place(session))


def test_the_wall_looks_again_by_itself_without_a_script(cast: Cast, running: PanelSession):
    page = Visitor(cast.officer).open("panel_screen", *place(running))
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page
    assert 'hx-trigger="every 3s"' in page


def all_pages(session: PanelSession) -> list[str]:
    names = ("panel", "panel_mine", "panel_screen")
    item = now(session).item.pk
    return [
        reverse("round_panels", args=[session.round_id]),
        *(reverse(name, args=place(session)) for name in names),
        reverse("panel_item", args=[*place(session), item]),
        reverse("panel_names", args=[*place(session), item]),
        reverse("round_results", args=[session.round_id]),
        reverse("decision_table", args=[session.round_id]),
        reverse("project", args=[now(session).project.pk]),
        reverse("project_text", args=[now(session).project.pk]),
        reverse("score_history", args=[now(session).project.pk]),
    ]


@pytest.mark.pages
def test_before_all_have_locked_nobody_sees_what_anybody_gives(cast: Cast, running: PanelSession):
    """Not the secretary, not the chair, not another member, nobody: kept and locked marks alike leave no trace."""
    item, urls = now(running).item.pk, all_pages(running)
    people = [cast.officer, cast.chair, cast.reviewers[1], cast.business_lead, cast.auditor, cast.discipline]
    telling = list(
        leaks([*people], urls, lambda: mark(running, item, halves(running, 70), lock=False, actor=cast.reviewers[0]))
    )
    assert telling == []
    locks(running, item, cast.reviewers[0], 70)
    given = Visitor(cast.officer).open("panel", *place(running))
    assert "已锁定1位，共3位" in given
    with_other_marks = [Visitor(one).open("panel_screen", *place(running)) for one in (cast.officer, cast.chair)]
    assert not any(format_points(sum(halves(running, 70).values())) in page for page in with_other_marks)


@pytest.mark.pages
def test_teams_recommenders_and_the_public_cannot_tell_that_there_was_a_panel(cast: Cast, running: PanelSession):
    def hidden() -> None:
        for person, percent in zip(cast.reviewers[:3], (70, 80, 90), strict=True):
            locks(running, now_item, person, percent)
        whole(cast, running)
        finish(running, actor=cast.officer)

    now_item = now(running).item.pk
    project = now(running).project
    of_project = ("project", "project_text", "project_reader", "scoring", "score_history", "project_papers")
    urls = [
        *all_pages(running),
        *(reverse(name) for name in ("home", "projects", "notices", "rounds", "reviews", "public_home")),
        *(reverse(name, args=[project.pk]) for name in of_project),
        *(reverse(name, args=[running.round_id]) for name in ("round", "round_board", "what_if")),
        reverse("panel_minutes", args=place(running)),
        reverse("projects_export", args=["csv"]),
        reverse("search") + "?q=救",
    ]
    outside: list[User | None] = [
        cast.team_leader,
        cast.county_leader,
        cast.city_officer,
        cast.payee_officer,
        cast.reviewers[4],
        None,
    ]
    assert list(leaks(outside, list(dict.fromkeys(urls)), hidden)) == []


def test_its_pages_are_not_there_for_others(cast: Cast, running: PanelSession):
    item = now(running).item.pk
    for person in (cast.team_leader, cast.county_leader, cast.reviewers[4], cast.finance_officer, cast.sysadmin):
        visitor = Visitor(person)
        visitor.open("round_panels", running.round_id, status=404)
        for name in ("panel", "panel_mine", "panel_screen", "panel_minutes"):
            visitor.open(name, *place(running), status=404)
        for name in ("panel_item", "panel_names"):
            visitor.open(name, *place(running), item, status=404)


def test_a_panel_that_is_off_has_no_page(cast: Cast, projects: list[Project], session: PanelSession):
    Visitor(cast.officer).open("round_panels", 0, status=404)
    Visitor(cast.officer).open("panel", projects[0].round_id, 9, status=404)


def test_the_chair_closes_and_the_secretary_agrees(cast: Cast, running: PanelSession):
    chair, secretary, item = Visitor(cast.chair), Visitor(cast.officer), str(now(running).item.pk)
    locks(running, int(item), cast.reviewers[0], 80)
    refused = chair.post("panel", *place(running), status=422, do="close", item=item, close_reason="").content.decode()
    assert "请写明理由。" in refused
    chair.post("panel", *place(running), do="close", item=item, close_reason="两位没有信号")
    assert "提前结束打分：两位没有信号" in secretary.open("panel", *place(running))
    chair.post("panel", *place(running), status=422, do="go", item=item, stage="shown")
    secretary.post("panel", *place(running), do="go", item=item, stage="shown")
    assert panel(running).last_shown


def test_minutes_are_printed_confirmed_and_bound(cast: Cast, running: PanelSession):
    for person, percent in zip(cast.reviewers[:3], (70, 80, 90), strict=True):
        locks(running, now(running).item.pk, person, percent)
    whole(cast, running)
    Visitor(cast.chair).post("panel", *place(running), do="finish")
    page = Visitor(cast.reviewers[0]).open("panel_minutes", *place(running))
    assert page.count('class="a4 broad"') == 1
    assert "不对应姓名" in page
    unproven = Visitor(cast.reviewers[0])
    unproven.has_not_proved_for(600)
    answer = unproven.client.post(reverse("panel_minutes", args=place(running)), {"do": "sign"})
    assert "login/again" in answer["Location"]
    assert not PanelSignature.objects.exists()
    signer = Visitor(cast.chair)
    for _press in range(2):
        signer.post("panel_minutes", *place(running), do="sign")
    assert PanelSignature.objects.count() == 1
    secretary = Visitor(cast.officer)
    secretary.post("panel_minutes", *place(running), status=422, do="scan")
    paper = a_document(cast.officer, "签字的会评纪要")
    scanned: dict[str, Any] = {"signed-kept": str(paper.pk)}
    secretary.post("panel_minutes", *place(running), do="scan", **scanned)
    assert PanelSignature.objects.filter(document=paper).exists()
    assert "签字件" in secretary.open("panel_minutes", *place(running))


def test_two_people_open_the_names_and_the_look_is_on_record(cast: Cast, running: PanelSession):
    item = now(running).item
    for person, percent in zip(cast.reviewers[:3], (70, 80, 90), strict=True):
        locks(running, item.pk, person, percent)
    asker, agrees = Visitor(cast.discipline), Visitor(cast.business_lead)
    refused = asker.post("panel_names", *place(running), item.pk, status=422, do="ask", reason="").content.decode()
    assert "请写明为什么需要知道。" in refused
    asker.post("panel_names", *place(running), item.pk, do="ask", reason="收到举报")
    assert "吴春梅" not in asker.open("panel_names", *place(running), item.pk)
    row = str(item.disclosures.get().pk)
    agrees.post("panel_names", *place(running), item.pk, do="agree", row=row)
    told = asker.post("panel_names", *place(running), item.pk, status=200, do="look", row=row).content.decode()
    assert "吴春梅" in told
    assert PanelLook.objects.count() == 1
    assert "吴春梅" not in agrees.open("panel_names", *place(running), item.pk)
    assert "季永康" in agrees.open("panel_names", *place(running), item.pk)


def test_a_meeting_cites_the_panel_and_its_marks_stand_beside_the_official_score(
    cast: Cast, running: PanelSession, projects: list[Project]
):
    for person in cast.reviewers[:3]:
        locks(running, now(running).item.pk, person, 90)
    whole(cast, running, (90, 90, 90))
    kept = finish(running, actor=cast.officer)
    given = {
        "number": "执委会纪要〔2026〕9号",
        "held_on": "2026-05-27",
        "present": "会领导",
        "minutes_document": str(a_document(cast.officer, "会议纪要").pk),
        "panel": str(kept.pk),
    }
    act(running.round, "record_meeting", actor=cast.officer, given=given)
    meeting = Meeting.objects.get(number=given["number"])
    assert meeting.panel == kept
    shown = Visitor(cast.business_lead).open("meeting_decisions", running.round_id, meeting.pk)
    assert "依据的会评纪要" in shown
    assert reverse("panel_minutes", args=place(running)) in shown
    assert "会评" in Visitor(cast.officer).open("decision_table", running.round_id)


def test_an_expert_who_came_in_by_link_and_code_marks_too(cast: Cast, running: PanelSession):
    member = cast.reviewers[0]
    given = hand_pass(running.round, member, dt.date(2026, 6, 1), actor=cast.officer)
    client = Client()
    client.post(reverse("review_door", args=[given.token]), {"code": given.code})
    page = client.get(reverse("panel_mine", args=place(running)))
    assert page.status_code == 200
    item = reverse("panel_item", args=[*place(running), now(running).item.pk])
    assert item in text(page)
    assert client.get(item).status_code == 200
    assert client.get(reverse("panel", args=place(running)))["Location"] == reverse("reviews")


QUERIES: list[tuple[str, Callable[[Cast], User], int]] = [
    ("panel", lambda cast: cast.officer, 20),
    ("panel_mine", lambda cast: cast.reviewers[0], 20),
    ("panel_screen", lambda cast: cast.officer, 20),
]


@pytest.mark.parametrize(("name", "who", "most"), QUERIES, ids=[name for name, _who, _most in QUERIES])
def test_pages_cost_the_same_however_long_the_agenda(
    cast: Cast, running: PanelSession, name: str, who: Callable[[Cast], User], most: int
):
    visitor = Visitor(who(cast))
    visitor.open(name, *place(running))
    with asked() as queries:
        visitor.open(name, *place(running))
    assert len(queries) <= most, "\n".join(queries)
