"""One project from an empty round to its archive, by sixteen people at their browsers, at a screen and on phones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from grants.applications.models import Project
from grants.people.models import Organisation, Team, User
from tests.cast import a_cast
from tests.factories import CALL
from tests.journeys.crew import Crew
from tests.journeys.developing import LARGEST, small
from tests.journeys.person import DESK, PHONE, Person
from tests.journeys.scenes import applying, carrying_out, closing, deciding, opening, reviewing
from tests.journeys.site import Site
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Stage

TITLE = "救在身边进社区"
LINES = "#trail-h + .trail > li"
ENOUGH = f"main aside.side, {LINES}:nth-child(-n+3)"
"""A picture of the project page goes down past where the money stands and the last three things that happened."""


def project() -> Project:
    """The one there is, as it stands."""
    return Project.objects.select_related("round", "payee", "team").get()


def applications(crew: Crew) -> None:
    round_ = opening.opens_the_round(crew)
    assert round_.state
    applying.applies(crew, TITLE)
    crew.on(4, 13)
    applying.is_recommended(crew, project())


def reviews(crew: Crew) -> None:
    crew.on(5, 18)
    reviewing.passes_eligibility(crew, project())
    crew.on(5, 25)
    reviewing.is_scored(crew, project())


def awards(crew: Crew) -> None:
    crew.on(6, 1)
    crew.at(crew.cast.officer, "完成评审，进入审定", project().round, "进入审定").hands_in()
    deciding.holds_money(crew, project().round)
    table = crew.at(crew.cast.officer, "登记审定结果", TITLE, "审定表")
    deciding.enters_minutes(table, crew)
    table.types(**{f"{project().pk}-choice": "shortlist"})
    table.page.locator("#left").get_by_text("175,000.00 元").wait_for()
    deciding.puts_forward(table)
    deciding.carried_out(crew, "拟立项", project(), 1)
    crew.on(6, 8)
    deciding.announces(crew, project().round)
    deciding.publishes(crew, project())
    crew.on(6, 16)
    deciding.approves(crew, project(), 1)
    crew.on(6, 24)
    deciding.agrees(crew, project())
    crew.announces("公示期满后发布立项通知", project().round, "发布立项通知", "result", "关于公布立项项目的通知")


def implementation(crew: Crew) -> None:
    carrying_out.is_paid(crew, project())
    crew.on(8, 3)
    carrying_out.logs(crew, project())
    crew.on(2, 2, 2027)
    carrying_out.files_vouchers(crew, project())
    carrying_out.is_checked(crew, project())


def closeout(crew: Crew) -> None:
    crew.on(8, 2, 2027)
    closing.reports(crew, project())
    closing.is_accepted(crew, project())


def settlement(crew: Crew) -> None:
    crew.on(8, 16, 2027)
    closing.settles(crew, project())
    closing.is_filed(crew, project())


SCENES: dict[Stage, tuple[Callable[[Crew], None], S]] = {
    Stage.APPLICATION: (applications, S.CITY_RECOMMENDED),
    Stage.REVIEW: (reviews, S.REVIEWED),
    Stage.AWARD: (awards, S.AGREEMENT_SIGNED),
    Stage.IMPLEMENTATION: (implementation, S.IN_PROGRESS),
    Stage.CLOSEOUT: (closeout, S.ACCEPTED),
    Stage.SETTLEMENT: (settlement, S.ARCHIVED),
}
"""What is done in each stage, and where the project is then."""


def names() -> set[str]:
    """What people, places, teams and rounds are called."""
    people, teams = User.objects.values_list("name", flat=True), Team.objects.values_list("name", flat=True)
    places = Organisation.objects.values_list("name", "short_name")
    return {*people, *teams, *(name for both in places for name in both), str(project().round)}


def looks(reader: Person, projects: str) -> None:
    """The page of the project is in the window, by the list of the projects."""
    reader.goes_home()
    reader.goes_to(projects)
    reader.follows(TITLE)


WAYS = [pytest.param(width, marks=pytest.mark.xdist_group(f"whole way {width}")) for width in (DESK, PHONE)]
"""The two longest journeys there are: side by side, before all others."""


@pytest.mark.parametrize("width", WAYS)
def test_one_project_goes_from_an_empty_round_to_its_archive(browser: Browser, site: Site, tmp_path: Path, width: int):
    """Everybody begins at home and goes by links; each page passed is read by axe; the project page in English too."""
    site.empty()
    site.time = CALL
    with site.moment():
        cast = a_cast()
    chinese: list[str] = []
    with Crew(browser, site, cast, tmp_path, width=width) as crew, Person(browser, site, width=width) as abroad:
        reader = crew.window(cast.officer)
        abroad.is_(cast.officer).goes_home()
        abroad.opens_menu()
        abroad.presses("English", within="header")
        for number, (stage, (scene, state)) in enumerate(SCENES.items(), 1):
            scene(crew)
            assert project().state == state
            looks(reader, "项目")
            weight = small(reader.picture(f"{number}-{stage.value}", down_to=ENOUGH, cut_at=LINES))
            assert weight <= LARGEST
            looks(abroad, "Projects")
            chinese += [f"{stage}: {one}" for one in abroad.untranslated(*names(), *crew.met.said)]
        faults = [*crew.faults(), *(f"in English: {one}" for one in abroad.faults())]
        people, typed = len(crew.windows), {page for window in crew.windows.values() for page in window.typed}
    assert people >= 12
    assert typed == {"/"}
    assert not faults, "\n".join(faults)
    assert not chinese, "\n".join(chinese)
