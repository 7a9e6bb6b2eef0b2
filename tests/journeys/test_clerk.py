"""A county clerk's whole days: with the keyboard alone, in a browser without scripts, and so on a phone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.contrib.auth.hashers import make_password
from playwright.sync_api import Browser

from grants.applications.models import Project
from grants.closeout.commands import save_report
from grants.desk.commands import act
from grants.implementation.models import Check
from grants.people.models import User
from grants.programmes.profile import profile_text
from tests.cast import Cast, a_cast, a_team, holding
from tests.factories import CALL, PDF, a_complete_draft, a_document, an_open_round, on
from tests.journey_steps import a_project_in
from tests.journeys.keyboard import AtTheKeyboard
from tests.journeys.person import DESK, PHONE, Person
from tests.journeys.site import Site
from workflow import clock
from workflow.lifecycle import CheckState, Role
from workflow.lifecycle import ProjectState as S

SECRET = "a bridge over the river"
HANDS = {
    "keyboard": (AtTheKeyboard, DESK, True),
    "no scripts": (Person, DESK, False),
    "a phone, no scripts": (Person, PHONE, False),
}
Opens = Callable[[User], Person]


def with_password(cast: Cast) -> Cast:
    people = User.objects.filter(pk__in=[cast.county_officer.pk, cast.county_leader.pk])
    people.update(password=make_password(SECRET))
    return cast


@pytest.fixture(scope="module")
def spring(site: Site) -> Cast:
    """For each way of working two teams of the county have applied."""
    with clock.held(CALL):
        cast = a_cast()
        an_open_round(cast, text=profile_text("qingnuan").replace("per_county: 1", "per_county: 9"))
        for number, hand in enumerate(HANDS):
            for name in ("良渚", "西溪"):
                team = a_team(cast.places, name=f"{name}队{number}")
                leader = holding(Role.TEAM_LEADER, "队长", login=f"{name}{number}", team=team)
                draft = a_complete_draft(cast, team=team, leader=leader, title=f"{name}急救 {hand}")
                act(draft, "submit", actor=leader)
    site.is_at(dt.date(2026, 4, 13))
    return with_password(cast)


@pytest.fixture
def winter(site: Site) -> Cast:
    """Half a year into a project the mid-term check is due."""
    site.empty()
    with clock.held(CALL):
        cast = a_cast()
        project = a_project_in(cast, S.AGREEMENT_SIGNED)
    with on(2026, 8, 1):
        act(project, "start", actor=cast.team_leader)
    site.is_at(dt.date(2027, 2, 2))
    return with_password(cast)


def the_team_reports(project: Project, leader: User) -> None:
    """The period is over, and the report has been handed in."""
    goals = [{**row, "actual": row["target"], "evidence": "签到表"} for row in project.form["indicators"]]
    save_report(project, actor=leader, summary="按计划完成。", goals=goals, lessons="早联系场地", follow_up="按月开展")
    act(project, "declare_no_vouchers", actor=leader, given={"reason": "票据还在整理。"})
    act(project, "submit_closeout", actor=leader, given={"evidence": str(a_document(leader, "照片").pk)})


@pytest.fixture(params=list(HANDS))
def hand(request: pytest.FixtureRequest) -> str:
    """How they work."""
    return str(request.param)


@pytest.fixture
def opens(browser: Browser, site: Site, hand: str) -> Iterator[Opens]:
    """Somebody at a window who types one address, the site's, and signs in; nothing is refused to them."""
    kind, width, scripts = HANDS[hand]
    windows: list[Person] = []
    with ExitStack() as stack:

        def open_for(user: User) -> Person:
            person = stack.enter_context(kind(browser, site, width=width, scripts=scripts))
            windows.append(person)
            person.opens("/")
            if width == PHONE:
                person.opens_menu()
            person.presses("登录", within="header")
            person.types(username=user.username, password=SECRET)
            person.hands_in("登录")
            return person

        yield open_for
        assert {path for one in windows for path in one.typed} == {"/"}
        assert not [said for one in windows for said in one.refused if "status of 4" not in said]


@pytest.fixture
def paper(tmp_path: Path, hand: str) -> Callable[[str], str]:
    """Something to upload."""

    def make(name: str) -> str:
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(PDF + f"% {name} {hand}\n".encode())
        return str(path)

    return make


Paper = Callable[[str], str]


def test_a_clerk_reads_returns_ranks_and_recommends_on_paper(spring: Cast, opens: Opens, hand: str, paper: Paper):
    good, thin = Project.objects.get(title=f"良渚急救 {hand}"), Project.objects.get(title=f"西溪急救 {hand}")
    clerk = opens(spring.county_officer)
    clerk.sees("我的工作", "审阅并推荐", good.title, thin.title)
    for project in (good, thin):
        clerk.finds("审阅并推荐", project)
        clerk.follows("打开审阅")
        clerk.hands_in()
        clerk.sees("“打开审阅”已办理。")
    returns(clerk, thin)
    clerk.follows("撤销退回")
    clerk.hands_in()
    clerk.sees("“撤销退回”已办理。", "已提交（待县级审核）")
    returns(clerk, thin)
    recommends(clerk, good, paper("推荐意见表"))
    confirms(opens(spring.county_leader), good)
    clerk.finds("会签已齐，可以办理：县级推荐", good)
    clerk.hands_in()
    clerk.sees("“县级推荐”已办理。")
    searches_and_leaves(clerk, good)
    good.refresh_from_db()
    thin.refresh_from_db()
    assert (good.state, thin.state) == (S.COUNTY_RECOMMENDED, S.RETURNED)


def returns(clerk: Person, project: Project) -> None:
    """Read in full, then sent back; nothing filled in is told at the field, in a summary that leads there."""
    clerk.finds("审阅并推荐", project)
    clerk.follows("看申报书全文")
    clerk.sees("申报书", project.title)
    clerk.follows(project.title)
    clerk.follows("县级退回")
    clerk.sends()
    clerk.sees("还有几处要改")
    clerk.types(reason="请写清两场活动的时间。", due_on="2026-04-22", sections=True)
    clerk.hands_in()
    clerk.sees("“县级退回”已办理。", "对方打开以前可以撤销")


def recommends(clerk: Person, project: Project, signed: str) -> None:
    """Put first among those that wait, then the opinion that the leader signed on paper is typed and its scan sent."""
    clerk.finds("审阅并推荐", project)
    clerk.follows("推荐和排序")
    place = clerk.page.locator(".rank > li", has_text=project.title)
    first, last = (clerk.page.locator(f"#{way}-{project.pk}[aria-disabled]").count() for way in ("up", "down"))
    if not (first and last):
        way = "down" if first else "up"
        clerk.follows(clerk.page.locator(f"#{way}-{project.pk}"))
    clerk.follows(place.get_by_role("link", name="凭签字件推荐"))
    clerk.types(opinion="团队成熟，同意推荐。", signer="张志强", signed_opinion=signed)
    clerk.hands_in()
    clerk.sees("已送出，等")


def confirms(second: Person, project: Project) -> None:
    """Another person of the county compares the scan with what was typed."""
    second.finds("核对签字件：县级推荐", project)
    second.sees("推荐意见表", "张志强")
    second.hands_in("核对无误，确认")
    second.sees("您已会签")


def searches_and_leaves(clerk: Person, project: Project) -> None:
    """Found by two characters; then signed out, and nothing is left open."""
    clerk.goes_to("查找")
    clerk.types(q=project.title[:2])
    clerk.hands_in("查找")
    clerk.sees(project.title)
    clerk.opens_menu()
    with clerk.page.expect_navigation():
        clerk.presses("退出", within="header")
    clerk.sees("登录")


def test_a_clerk_files_the_check_of_a_team_and_sends_its_closeout_back(site: Site, winter: Cast, opens: Opens):
    """The team has no time, so the county fills in its page; in summer the papers of the report are not whole."""
    check = Check.objects.get()
    project = check.project
    clerk = opens(winter.county_officer)
    clerk.goes_to("项目")
    clerk.follows(project.title)
    clerk.follows("中期检查")
    clerk.follows("填检查表")
    clerk.types(progress="已办两场，场地已定到六月。", outlook="三月再办两场。")
    clerk.hands_in("填报")
    clerk.sees("“填报”已办理。", "三月再办两场。")
    check.refresh_from_db()
    assert check.state == CheckState.FILED

    site.is_at(dt.date(2027, 8, 2))
    with site.moment():
        project.refresh_from_db()
        the_team_reports(project, winter.team_leader)
    clerk.finds("验收", project)
    clerk.follows("看报告，验收")
    clerk.press(clerk.page.locator("main summary", has_text="退回整改"))
    clerk.types(items="第二场活动没有签到表。", due_on="2027-08-20")
    clerk.hands_in("结题退回整改")
    clerk.sees("“结题退回整改”已办理。")
    project.refresh_from_db()
    assert project.state == S.CLOSEOUT_RETURNED
