"""A county clerk's morning: sees the work, opens it, returns it, takes that back, and sends words by WeChat."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from grants.applications.models import Project
from grants.desk.commands import act
from tests.cast import Cast, a_cast, a_team, holding
from tests.factories import CALL, a_complete_draft
from tests.journeys.person import DESK, PHONE, Person
from tests.journeys.site import Site
from workflow import clock
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role

SEATS = {
    "desk": (DESK, True),
    "phone": (PHONE, True),
    "desk without scripts": (DESK, False),
    "phone without scripts": (PHONE, False),
}


@pytest.fixture(scope="module")
def cast(site: Site) -> Cast:
    """Four teams of the county have applied; it is the day before the county's time runs out."""
    with clock.held(CALL):
        cast = a_cast()
        for seat in SEATS:
            team = a_team(cast.places, name=f"救护队 {seat}")
            leader = holding(Role.TEAM_LEADER, "队长", login=seat, team=team)
            act(a_complete_draft(cast, team=team, leader=leader, title=f"急救 {seat}"), "submit", actor=leader)
    site.is_at(dt.date(2026, 4, 15))
    return cast


@pytest.fixture(params=list(SEATS))
def seat(request: pytest.FixtureRequest) -> str:
    """Where the clerk sits this morning."""
    return str(request.param)


@pytest.fixture
def clerk(browser: Browser, site: Site, cast: Cast, seat: str) -> Iterator[Person]:
    """陈晓红, at a screen or on a phone, with scripts and without."""
    width, scripts = SEATS[seat]
    with Person(browser, site, width=width, scripts=scripts) as person:
        person.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.url)
        yield person.is_(cast.county_officer)


def test_a_clerks_morning(clerk: Person, site: Site, seat: str):
    project, scripts = Project.objects.get(title=f"急救 {seat}"), SEATS[seat][1]
    faults: list[str] = []

    def reads(name: str) -> None:
        if scripts:
            faults.extend(f"{name}: {one}" for one in clerk.faults())
            clerk.picture(f"home-{name}")

    clerk.opens("/")
    clerk.sees("还剩1个工作日", "审阅并推荐", "县级红十字会经办", project.title)
    reads("work")
    clerk.opens(f"/projects/{project.pk}/")
    clerk.sees("轮到您了", "第1步，共6步。", "更多（")
    reads("project")
    copies(clerk, project, site, scripts=scripts)

    clerk.presses("打开审阅")
    clerk.page.locator("main form button[type=submit]").last.click()
    clerk.sees("“打开审阅”已办理。")

    clerk.presses("县级退回")
    clerk.types(reason="请写清两场活动的时间。", due_on="2026-04-22")
    clerk.page.locator('main [name="sections"]').first.check()
    clerk.page.locator("main form button[type=submit]").last.click()
    clerk.sees("“县级退回”已办理。", "对方打开以前可以撤销")
    project.refresh_from_db()
    assert project.state == S.RETURNED
    reads("returned")

    clerk.presses("撤销退回")
    clerk.page.locator("main form button[type=submit]").last.click()
    clerk.sees("“撤销退回”已办理。", "已提交（待县级审核）")
    project.refresh_from_db()
    assert project.state == S.SUBMITTED
    assert not faults, "\n".join(faults)


def copies(clerk: Person, project: Project, site: Site, *, scripts: bool) -> None:
    """The words for WeChat are there to be selected; with scripts they are in the clipboard as well."""
    clerk.page.locator("main").get_by_text("复制微信消息").first.click()
    words = clerk.page.locator("[data-message]").first
    words.wait_for(state="visible")
    said = words.inner_text()
    for part in ("陈晓红", project.title, "审阅并推荐", "2026年4月16日", f"{site.url}/projects/{project.pk}/"):
        assert part in said
    if scripts:
        clerk.sees("已复制，可以粘贴到微信。")
        assert clerk.page.evaluate("navigator.clipboard.readText()") == said
