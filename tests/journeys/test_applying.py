"""From an empty draft to a score: a volunteer on a phone, a county at its keyboard, a reviewer beside the text."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from grants.applications.commands import save_form
from grants.applications.models import Project
from grants.desk.commands import act
from grants.people.models import User
from grants.programmes.profile import profile_text
from grants.programmes.queries import rules_of
from grants.reviews.models import Score
from tests.cast import Cast, a_cast, a_team, holding
from tests.factories import PDF, a_complete_draft, a_draft, an_open_round
from tests.journey_steps import COMMENT, PATH
from tests.journeys.person import DESK, PHONE, Person
from tests.journeys.scenes.applying import (
    FEATURE,
    MATERIALS,
    NEED,
    budgets,
    goes_on,
    plans,
    promises,
    says_what_it_is,
    tells_of_the_team,
)
from tests.journeys.site import Site
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role

SCREENS, INPUTS = 12, 35
FOCUSED = """() => {
    const one = document.activeElement;
    return one.matches("a, button, summary") ? one.textContent.replace(/\\s/g, "") : one.name || "";
}"""


@pytest.fixture(scope="module")
def cast(site: Site) -> Cast:
    """Everybody, and a round whose call is open."""
    site.is_at(dt.date(2026, 3, 2))
    with site.moment():
        made = a_cast()
        an_open_round(made, text=profile_text("qingnuan").replace("per_county: 1", "per_county: 9"))
    return made


def a_leader(cast: Cast, name: str) -> tuple[Any, User]:
    """Another team of the county, with its leader."""
    team = a_team(cast.places, name=f"{name}志愿服务队")
    return team, holding(Role.TEAM_LEADER, name, login=f"leader-{name}", team=team)


class Volunteer(Person):
    """Somebody who fills in, and counts what that takes."""

    screens: set[str]
    inputs: int

    def starts(self, user: User) -> None:
        """Signed in, with nothing counted."""
        self.is_(user)
        self.screens, self.inputs = set(), 0
        self.page.on("framenavigated", lambda frame: self.screens.add(urlsplit(frame.url).path))

    def types(self, **typed: Any) -> None:
        """The fields of this page are filled in."""
        self.inputs += len(typed)
        super().types(**typed)


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_volunteer_fills_in_the_whole_application(
    browser: Browser, site: Site, cast: Cast, width: int, tmp_path: Path
):
    """At most 12 screens and 35 inputs, with the connection lost once and somebody else writing at the same time."""
    page = tmp_path / "盖章页.pdf"
    page.write_bytes(PDF + str(width).encode())
    with site.moment():
        team, leader = a_leader(cast, f"晨光{width}")
        project = a_draft(cast, team=team, leader=leader)
    with Volunteer(browser, site, width=width) as who:
        who.starts(leader)
        who.opens(f"/projects/{project.pk}/form/")
        who.sees("还有8部分没填好")
        who.presses("名称、领域和时间", within=".tasks")
        says_what_it_is(who, "救在身边进社区")
        _writes_without_a_connection(who)
        _writes_what_somebody_else_writes(who, site, cast, project)
        plans(who)
        tells_of_the_team(who, str(page))
        budgets(who, MATERIALS | {"unit_price_fen": "250"})
        who.picture("applying-budget")
        assert who.faults() == []
        goes_on(who, "继续")
        promises(who, str(page))
        assert len(who.screens) <= SCREENS
        assert who.inputs <= INPUTS
    project.refresh_from_db()
    assert project.state == S.SUBMITTED


def _writes_without_a_connection(who: Volunteer) -> None:
    who.context.set_offline(True)
    who.types(need=NEED)
    who.page.locator("#saved").get_by_text("没有连上网").wait_for()
    who.context.set_offline(False)
    who.page.locator("#saved").get_by_text("已自动保存").wait_for()
    who.refused.clear()


def _writes_what_somebody_else_writes(who: Volunteer, site: Site, cast: Cast, project: Project) -> None:
    with site.moment():
        project.refresh_from_db()
        save_form(project, actor=project.leader, feature="另一个窗口写的特色")
    who.types(feature=FEATURE)
    who.page.locator("#saved").get_by_text("有人和您同时改了").wait_for()
    who.presses("保存并继续")
    who.sees("两份都在，请选一份")
    who.sees("另一个窗口写的特色")
    who.picture("applying-two-versions")
    who.page.locator("#conflict").get_by_label("用我写的").check()
    goes_on(who)
    project.refresh_from_db()
    assert project.form["feature"] == FEATURE
    assert project.form["need"] == NEED


def reaches(who: Person, words: str) -> None:
    """Tab, until what has the focus says these words."""
    for _press in range(120):
        who.page.keyboard.press("Tab")
        said = str(who.page.evaluate(FOCUSED))
        if words in said:
            return
    pytest.fail(f"No way by keyboard to {words}")


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_a_county_ranks_and_recommends_by_keyboard(browser: Browser, site: Site, cast: Cast, width: int):
    with site.moment():
        made = []
        for name in ("甲", "乙"):
            team, leader = a_leader(cast, f"{name}{width}")
            project = a_complete_draft(cast, team=team, leader=leader, title=f"{name}队进社区{width}")
            act(project, "submit", actor=leader)
            made.append(project)
    with Person(browser, site, width=width) as who:
        who.is_(cast.county_leader)
        who.opens(f"/rounds/{made[0].round_id}/recommending/")
        reaches(who, f"上移：{made[1]}")
        who.page.keyboard.press("Enter")
        who.page.wait_for_url("**#up-*")
        who.picture("recommending")
        assert who.faults() == []
        reaches(who, f"看后推荐：{made[1]}")
        who.page.keyboard.press("Enter")
        who.page.locator("#reader").get_by_text("训练耗材").first.wait_for()
        who.picture("recommending-one", whole=False)
        reaches(who, "opinion")
        who.page.keyboard.type("团队成熟，同意推荐。")
        reaches(who, "县级推荐")
        who.page.keyboard.press("Enter")
        who.sees("已经推荐的")
    made[1].refresh_from_db()
    assert made[1].state == S.COUNTY_RECOMMENDED


@pytest.fixture(scope="module")
def under_review(site: Site, cast: Cast) -> dict[int, Project]:
    """A project for each width, before its reviewers; the round has gone on with it."""
    found = {}
    with site.moment():
        for width in (DESK, PHONE):
            team, leader = a_leader(cast, f"评审{width}")
            found[width] = a_complete_draft(cast, team=team, leader=leader)
        for _state, step in PATH[: [str(name) for name, _step in PATH].index(S.UNDER_REVIEW) + 1]:
            for project in found.values():
                step(cast, project)
    site.is_at(dt.date(2026, 5, 21))
    return found


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_a_reviewer_scores_beside_the_application(
    browser: Browser, site: Site, cast: Cast, under_review: dict[int, Project], width: int
):
    project = under_review[width]
    with Person(browser, site, width=width) as who:
        who.is_(cast.reviewers[0])
        who.opens(f"/projects/{project.pk}/scoring/")
        who.presses("我没有利益冲突，开始评分")
        who.page.locator("#reader").get_by_text("训练耗材").first.wait_for()
        criteria = rules_of(project.round).rubric.criteria
        who.types(**{item.code: str(item.weight * 4 // 5) for item in criteria})
        who.page.locator("#total").get_by_text("80.0").wait_for()
        who.types(comment=COMMENT)
        who.page.locator("#saved").get_by_text("已自动保存").wait_for()
        who.page.reload()
        assert who.page.locator("#total").inner_text() == "80.0"
        who.page.locator("#reader").get_by_text("训练耗材").first.wait_for()
        who.picture("scoring", whole=False)
        assert who.faults() == []
        who.presses("提交")
        who.sees("的评分已提交")
    assert Score.objects.get(assignment__project=project).total_halves == 160
