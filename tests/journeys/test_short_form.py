"""The short application at its real size on a phone, by keyboard alone: six activities, six lines, three papers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from grants.applications.models import Project
from grants.applications.queries import budget_lines
from storage.queries import attachments_of
from tests.cast import Cast, a_cast
from tests.factories import PDF, a_draft, an_open_round
from tests.journeys.keyboard import AtTheKeyboard
from tests.journeys.person import PHONE
from tests.journeys.scenes.applying import FEATURE, NEED, PROMISED, goes_on, says_what_it_is
from tests.journeys.site import Site
from tests.journeys.weighing import FIRST, LATER, Weighing
from workflow.lifecycle import ProjectState as S

ACTIVITIES = [f"社区救护课第{n}讲" for n in range(1, 7)]
LINES = (
    ("VOL_INSURANCE", "志愿者人身意外伤害险", "人", "30", "50", ""),
    ("ACT_MATERIAL", "训练耗材", "套", "150", "80", ACTIVITIES[0]),
    ("ACT_MATERIAL", "急救包", "个", "60", "60", ACTIVITIES[1]),
    ("VOL_MEAL", "志愿者午餐", "人次", "25", "60", ACTIVITIES[2]),
    ("VOL_TRANSPORT", "志愿者交通", "人天", "20", "60", ACTIVITIES[3]),
    ("PUBLICITY", "宣传折页", "份", "2", "500", ""),
)


class Volunteer(AtTheKeyboard, Weighing):
    """Somebody at a phone with a keyboard, whose pages are weighed."""


@pytest.fixture(scope="module")
def cast(site: Site) -> Cast:
    """Everybody, and a round with the short form whose call is open."""
    site.is_at(dt.date(2026, 3, 2))
    with site.moment():
        made = a_cast()
        an_open_round(made)
    return made


def test_a_volunteer_files_the_whole_short_application_by_keyboard(
    browser: Browser, site: Site, cast: Cast, tmp_path: Path
):
    papers = {name: tmp_path / f"{name}.pdf" for name in ("承诺书", "团队证明", "平台证明")}
    for n, path in enumerate(papers.values()):
        path.write_bytes(PDF + str(n).encode())
    with site.moment():
        project = a_draft(cast)
    with Volunteer(browser, site, width=PHONE) as who:
        who.is_(cast.team_leader)
        who.weighs()
        who.opens(f"/projects/{project.pk}/form/")
        who.page.wait_for_load_state("networkidle")
        first = sum(who.pages.values()) + sum(who.brought.values())
        assert first <= FIRST
        assert who.faults() == []
        who.presses("名称、领域和时间", within=".tasks")
        says_what_it_is(who, "救在身边进社区")
        who.types(need=NEED, feature=FEATURE)
        goes_on(who)
        plans(who)
        who.types(hist_events="46", hist_hours="3120", contact_name="李婷婷", contact_mobile="13800000001")
        who.types(other_funding="无", **{"file-team_proof": str(papers["团队证明"])})
        who.types(**{"file-platform_proof": str(papers["平台证明"])})
        goes_on(who)
        budgets(who)
        goes_on(who, "继续")
        who.types(**{"file-commitment": str(papers["承诺书"])})
        goes_on(who)
        assert who.faults() == []
        who.picture("short-form-check", whole=True)
        who.types(committed=True)
        who.hands_in("提交申报")
        who.sees("已提交，现在由")
        assert who.faults() == []
        assert {url: size for url, size in who.pages.items() if size > LATER} == {}
    is_whole(project)


def plans(who: Volunteer) -> None:
    """Six activities and three aims, one by one."""
    for n, name in enumerate(ACTIVITIES):
        who.types(name=name, month=f"2026-{n + 9:02}" if n < 4 else f"2027-0{n - 3}", times="2", volunteers="8")
        who.presses("加上这一项")
        who.page.locator(".rowlist > li").nth(n).wait_for()
    assert who.faults() == []
    who.picture("short-form-activities", whole=True)
    goes_on(who, "继续")
    for n, (code, target) in enumerate(PROMISED.items()):
        who.types(indicator=code, target=target)
        who.presses("加上这一项")
        who.page.locator(".rowlist > li").nth(n).wait_for()
    goes_on(who, "继续")


def budgets(who: Volunteer) -> None:
    """Six lines, four of which name their activity."""
    for n, (category, item, unit, price, quantity, activity) in enumerate(LINES):
        who.types(category=category, item=item, unit=unit, unit_price_fen=price, quantity=quantity, activity=activity)
        who.presses("加上这一行")
        who.page.locator("#f-budget tbody tr").nth(n).wait_for()
    who.sees("合计在范围内")
    assert who.faults() == []
    who.picture("short-form-budget", whole=True)


def is_whole(project: Project) -> None:
    """Everything came as it was typed."""
    project.refresh_from_db()
    assert project.state == S.SUBMITTED
    assert [row["name"] for row in project.form["activities"]] == ACTIVITIES
    assert [line.activity for line in budget_lines(project)] == [line[-1] for line in LINES]
    assert {one.slot for one in attachments_of(project)} >= {"commitment", "team_proof", "platform_proof"}
