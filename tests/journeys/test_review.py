"""A whole review: 150 projects, 30 reviewers. They are invited, some decline; it is solved, given out and repaired;
scored; where two lie far apart a third is called; a panel meets live about the projects at the line; then the results,
and the paper that the leadership reads.

People are at a browser where something is decided; the mass goes through the commands of the same pages.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

from playwright.sync_api import Browser

from grants.applications.models import Project
from grants.awards.models import DecisionDraft, DecisionPaper
from grants.desk.commands import act
from grants.people.models import User
from grants.reviews.assigning.enums import Reply
from grants.reviews.assigning.inviting import answer_invitation, save_expert
from grants.reviews.assigning.models import AssignmentRun, ReviewInvitation
from grants.reviews.assigning.running import carry_out_waiting, solve_waiting
from grants.reviews.assigning.third import third_seat
from grants.reviews.models import Assignment
from grants.reviews.panel.models import PanelMinutes, PanelSession, PanelSignature
from grants.reviews.panel.queries import panel
from tests.cast import SHANGCHENG, YUECHENG, Cast, a_cast, holding
from tests.factories import CALL, an_open_round
from tests.grants.reviews.panel_steps import PANELS, SEED, begun, locks
from tests.journey_steps import COMMENT, marks, money_in, passes_eligibility, projects_in, round_on
from tests.journeys.crew import Crew
from tests.journeys.person import DESK, PHONE
from tests.journeys.scenes.reviewing import MARKS
from tests.journeys.site import Site
from tests.journeys.walker import Walker
from workflow import clock
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role, RoundState
from workflow.ports import SYSTEM

PROJECTS, REVIEWERS, SEATS = 150, 30, 3
SURNAMES = "赵孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹"


def a_pool(cast: Cast) -> None:
    """Thirty reviewers: two live in the county of all teams, four in another city, the rest are nobody's neighbours."""
    for n in range(len(cast.reviewers), REVIEWERS):
        name = f"{SURNAMES[n - 5]}评{n}"
        cast.reviewers.append(
            holding(Role.REVIEWER, name, login=f"reviewer{n + 1}", organisation=cast.places["330000"])
        )
    homes = {REVIEWERS - 1: SHANGCHENG, REVIEWERS - 2: SHANGCHENG} | dict.fromkeys(range(20, 24), YUECHENG)
    for n, person in enumerate(cast.reviewers):
        home = cast.places[homes[n]] if n in homes else None
        levels = {"FIRST_AID": 1 + n % 3} if n % 4 else {"CULTURE": 3}
        save_expert(person, actor=SYSTEM, kind="university", home=home, most=25, levels=levels)


def a_round(cast: Cast) -> list[Project]:
    """150 projects in the eligibility check."""
    an_open_round(cast, text=PANELS.replace("per_county: 1", "per_county: 200"))
    return projects_in(cast, S.ELIGIBILITY_CHECK, PROJECTS)


def in_round(crew: Crew, who: User, project: Project, *ways: str) -> Walker:
    """The person is in the round of the project, and from there on the ways of these names."""
    window = crew.window(who)
    window.goes_home()
    window.goes_to("轮次")
    window.follows(str(project.round))
    for way in ways:
        window.follows(way)
    return window


# The officer and the pool -------------------------------------------------------------------------------------------


def invites(crew: Crew, project: Project) -> None:
    """The officer asks everybody in the pool; one takes it, one takes fewer, one declines, at their own browsers."""
    page = in_round(crew, crew.cast.officer, project, "全轮评审分配", "本轮专家库")
    page.types(reviewers=[one.pk for one in crew.cast.reviewers], load="20", until="2026-05-25")
    page.hands_in("发出邀请")
    page.sees("已邀请30位。")
    first, second, third, *others = crew.cast.reviewers
    answers(crew, first, reply=Reply.ACCEPTED.value, pledged=True)
    answers(crew, second, reply=Reply.REDUCED.value, load="15", reason="近期有教学任务", pledged=True)
    answers(crew, third, reply=Reply.DECLINED.value, reason="近期出国，不能参加。")
    with crew.site.moment():
        for one in ReviewInvitation.objects.filter(reviewer__in=others).select_related("reviewer"):
            answer_invitation(one, Reply.ACCEPTED, actor=one.reviewer, pledged=True)


def answers(crew: Crew, person: User, **typed: object) -> None:
    window = crew.at(person, "", ReviewInvitation.objects.get(reviewer=person).round)
    window.types(**typed)
    window.hands_in()


def assigns(crew: Crew, project: Project) -> None:
    """Solved, looked at and explained, given out in one press; the worker carries it out behind the page."""
    page = in_round(crew, crew.cast.officer, project, "全轮评审分配")
    page.types(seats=str(SEATS))
    page.hands_in("计算")
    with crew.site.moment():
        solve_waiting()
    page.page.reload()
    page.sees("拟这样分配", "每个席位都有人", "已证明没有更好的")
    page.hands_in(f"下达给{PROJECTS}个项目")
    with crew.site.moment():
        carry_out_waiting()
    page.page.reload()
    page.sees(f"{PROJECTS}个项目都已分配")


def repairs(crew: Crew, project: Project) -> User:
    """A reviewer steps back; the repair is there to be looked at, and only fills the one seat. -> who came."""
    before = set(project.assignments.values_list("reviewer", flat=True))
    gone = project.assignments.order_by("pk")[0].reviewer
    window = crew.at(gone, "评分", project)
    window.follows("我要回避")
    window.types(reason="曾任该团队顾问。")
    window.hands_in()
    with crew.site.moment():
        solve_waiting()
    page = in_round(crew, crew.cast.officer, project, "全轮评审分配")
    page.sees("已在席位上")
    page.hands_in("下达给1个项目")
    page.sees("1个项目都已分配")
    (came,) = set(project.assignments.filter(left_at__isnull=True).values_list("reviewer", flat=True)) - before
    return User.objects.get(pk=came)


# Reviewers ----------------------------------------------------------------------------------------------------------


def scores_by_hand(crew: Crew, seat: Assignment, marks_: dict[str, float], **more: object) -> None:
    """The reviewer finds it at home, declares, marks and hands in."""
    page = crew.at(seat.reviewer, "评分", seat.project)
    page.hands_in("我没有利益冲突，开始评分")
    page.types(comment=COMMENT, **marks_, **more)
    page.hands_in("提交")
    page.sees("的评分已提交")


def scores_the_rest(cast: Cast, apart: Project) -> None:
    """Everybody else scores: projects differ, reviewers' hands differ, and on one project two lie far apart."""
    seats = Assignment.objects.filter(left_at__isnull=True, scores__isnull=True).select_related("project", "reviewer")
    places: dict[int, int] = {}
    for seat in seats.order_by("pk"):
        place = places[seat.project_id] = places.get(seat.project_id, -1) + 1
        percent = 70 + seat.project_id * 7 % 19 + seat.reviewer_id % 4 - place
        if seat.project_id == apart.pk:
            percent = (62, 72, 88)[place]
        if seat.declared_at is None:
            act(seat.project, "declare_no_conflict", actor=seat.reviewer)
        act(seat.project, "score", actor=seat.reviewer, given=marks(cast, percent))


# The chair ----------------------------------------------------------------------------------------------------------


def settles(crew: Crew, project: Project) -> None:
    """The chair lets everybody look again; a third reviewer, found by the system, scores too; the panel talks."""
    chair = crew.at(crew.cast.chair, "", project)
    chair.unfolds("开启复评")
    chair.follows("开启复评")
    chair.sees("由系统按回避规则再选一位专家")
    chair.types(due_on="2026-06-05", reason="对可持续性看法不一，请各位再看一遍。")
    chair.hands_in()
    with crew.site.moment():
        third = third_seat(project)
    assert third
    assert AssignmentRun.objects.filter(rescoring__project=project).count() == 1
    crew.on(6, 2)
    scores_by_hand(crew, third, MARKS)
    for seat in project.assignments.filter(left_at__isnull=True).exclude(pk=third.pk):
        last = seat.scores.order_by("number").last()
        assert last
        again = {**last.halves, "comment": last.comment, "change_reason": "复核以后维持原评分。"}
        with crew.site.moment():
            act(project, "score", actor=seat.reviewer, given=again)
    chair = crew.at(crew.cast.chair, "", project)
    chair.unfolds("合议分歧")
    chair.follows("合议分歧")
    chair.types(reason="合议后各自维持，分歧在可持续性。")
    chair.hands_in()
    project.refresh_from_db()
    assert project.state == S.REVIEWED


# The panel ----------------------------------------------------------------------------------------------------------


def meets(crew: Crew, phones: Crew, project: Project) -> None:
    """The panel meets about the band at the line: one project at everybody's phone, the others by the same commands.

    One of its three lives where every team is at home, and so leaves the room for each.
    """
    cast = crew.cast
    two, neighbour = cast.reviewers[3:5], cast.reviewers[REVIEWERS - 1]
    secretary = in_round(crew, cast.officer, project, "评审结果", "会评")
    secretary.types(held_on=crew.today, place="三楼会议室", chair=[cast.chair.pk])
    secretary.types(members=[one.pk for one in (*two, neighbour)])
    secretary.hands_in("召开会评")
    session = PanelSession.objects.get()
    place = secretary.page.url.removeprefix(crew.site.url)
    for person in (cast.chair, *two, neighbour):
        window = phones.window(person)
        window.opens(f"{place}mine/")
        window.hands_in("我到了")
    chair = phones.window(cast.chair)
    chair.opens(place)
    chair.types(words=SEED)
    chair.hands_in("抽签排顺序")
    for _part in range(3):
        chair.page.reload()
        chair.hands_in()
    away = phones.window(neighbour)
    away.opens(f"{place}mine/")
    away.sees("您须回避这个项目，请离席。")
    for person, points in zip(two, ("9", "8.5"), strict=True):
        member = phones.window(person)
        member.opens(f"{place}mine/")
        for field in member.page.locator("#sheet input[data-score]").all():
            field.fill(points)
        member.hands_in("先存着")
        member.hands_in("锁定，不再改")
    with crew.site.moment():
        while following := panel(session).following:
            begun(cast, session)
            for person in two:
                locks(session, following.item.pk, person, 70 + following.project.pk % 20)
    secretary.opens(place)
    secretary.hands_in("结束会评，生成纪要")
    for person in (cast.officer, cast.chair, *two):
        window = (crew if person == cast.officer else phones).window(person)
        window.opens(f"{place}minutes/")
        window.hands_in("我确认这份纪要")
    found = panel(session)
    assert len(found.live) > 1
    assert all(one.result and len(one.result.totals) == len(two) for one in found.live)
    assert (PanelMinutes.objects.count(), PanelSignature.objects.count()) == (1, 4)


# The results --------------------------------------------------------------------------------------------------------


def looks_at_results(crew: Crew, project: Project) -> None:
    """The chair sees the line and the band; the officer tries floors and saves the paper; the leadership reads it."""
    chair = in_round(crew, crew.cast.chair, project, "评审结果")
    chair.sees(f"评审完成{PROJECTS}个", "一张图", "总分分布")
    officer = in_round(crew, crew.cast.officer, project, "评审结果", "如果……会怎样")
    officer.types(most="24")
    officer.hands_in("试算")
    officer.hands_in("存为审定参考")
    officer.sees("审定参考 第1份")
    leader = in_round(crew, crew.cast.roles[Role.LEADERSHIP], project, "评审结果", "如果……会怎样", "第1份")
    leader.sees("凭评分分不出在线上还是线下", "评审人的宽严", DecisionPaper.objects.get().digest)


def prepares_the_meeting(crew: Crew, project: Project) -> None:
    """The officer proposes the best, goes on to the last page of the table, and refuses all the others in one go."""
    page = in_round(crew, crew.cast.officer, project)
    page.opens(f"/rounds/{project.round_id}/decisions/")
    best = page.page.locator("#rows select").first
    best.select_option("shortlist")
    page.page.locator(".pager button", has_text="3").click()
    page.sees("第101到150个，共150个")
    page.press(page.page.locator("summary", has_text="其余的一起定"))
    page.types(rest_reason="名额有限，得分靠后")
    page.hands_in("都填上不予立项")
    rows = DecisionDraft.objects.get(round=project.round_id).rows
    assert Counter(one["choice"] for one in rows.values()) == {"shortlist": 1, "decline": PROJECTS - 1}


def test_a_whole_review_of_150_projects_by_30_reviewers(browser: Browser, site: Site, tmp_path: Path):
    site.empty()
    with clock.held(CALL):
        cast = a_cast()
        a_pool(cast)
        projects = a_round(cast)
    first, apart = projects[0], projects[1]
    site.is_at(dt.date(2026, 5, 19))
    with Crew(browser, site, cast, tmp_path, width=DESK) as crew:
        invites(crew, first)
        assigns(crew, first)
        crew.on(5, 20)
        with site.moment():
            for project in projects:
                project.refresh_from_db()
                passes_eligibility(cast, project)
            round_on(cast, RoundState.REVIEWING)
        came = repairs(crew, first)
        crew.on(5, 25)
        by_hand = first.assignments.get(reviewer=came)
        scores_by_hand(crew, by_hand, MARKS)
        with Crew(browser, site, cast, tmp_path, width=PHONE) as phones:
            other = first.assignments.filter(left_at__isnull=True).exclude(pk=by_hand.pk).order_by("pk")[0]
            scores_by_hand(phones, other, MARKS)
            assert not phones.faults()
        with site.moment():
            scores_the_rest(cast, apart)
        states = list(Project.objects.values_list("pk", "state"))
        assert [pk for pk, state in states if state != S.REVIEWED] == [apart.pk]
        crew.on(6, 1)
        settles(crew, apart)
        with site.moment():
            money_in(cast, 60_000_000)
        crew.on(6, 3)
        with Crew(browser, site, cast, tmp_path, width=PHONE) as phones:
            meets(crew, phones, first)
            assert not phones.faults()
        with site.moment():
            round_on(cast, RoundState.DELIBERATING)
        looks_at_results(crew, first)
        prepares_the_meeting(crew, first)
        faults = crew.faults()
    assert not faults, "\n".join(faults)
    assert Project.objects.filter(state=S.REVIEWED).count() == PROJECTS
    assert Assignment.objects.filter(left_at__isnull=True).count() == PROJECTS * SEATS + 1
