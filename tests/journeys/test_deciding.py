"""From a meeting to agreements in force, at a screen and on a phone: four projects, and money for three of them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from grants.applications.models import Project
from tests.cast import a_cast
from tests.factories import CALL
from tests.journey_steps import deliberating
from tests.journeys.crew import Crew
from tests.journeys.person import DESK, PHONE
from tests.journeys.scenes import deciding
from tests.journeys.site import Site
from workflow import clock
from workflow.lifecycle import ProjectState as S


def decides(crew: Crew, projects: list[Project]) -> None:
    """The officer fills in the table of a meeting; the better of two is left in reserve for a reason."""
    first, second, third, last = (one.pk for one in projects)
    page = crew.at(crew.cast.officer, "登记审定结果", projects[0], "审定表")
    deciding.enters_minutes(page, crew)
    for pk, choice in ((first, "shortlist"), (third, "shortlist"), (second, "put_in_reserve"), (last, "decline")):
        page.types(**{f"{pk}-choice": choice})
    page.types(**{f"{second}-reserve_order": "1", f"{last}-reason": "受益面较小，与往年项目重复。"})
    page.page.locator("#left").get_by_text("30,000.00 元").wait_for()
    page.page.locator(f"#over-{third}").get_by_text("越过了排名更前的1个").wait_for()
    page.types(**{f"{third}-deviation": "所在县还没有受资助项目。"})
    deciding.puts_forward(page, "所在县还没有受资助项目。")
    deciding.carried_out(crew, "拟立项", projects[0], 4)


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_from_a_meeting_to_agreements(browser: Browser, site: Site, tmp_path: Path, width: int):
    site.empty()
    with clock.held(CALL):
        cast = a_cast()
        deliberating(cast, 4)
    projects = list(Project.objects.select_related("round").order_by("number"))
    best, round_ = projects[0], projects[0].round
    site.is_at(dt.date(2026, 6, 1))
    with Crew(browser, site, cast, tmp_path, width=width) as crew:
        decides(crew, projects)
        crew.on(6, 8)
        deciding.announces(crew, round_)
        deciding.publishes(crew, best)
        crew.on(6, 16)
        deciding.approves(crew, best, 2)
        crew.on(6, 24)
        deciding.agrees(crew, best)
        crew.at(cast.officer, "公示期满后发布立项通知", round_, "协议签署").reads()
        faults, typed = crew.faults(), {page for window in crew.windows.values() for page in window.typed}
    assert not faults, "\n".join(faults)
    assert typed == {"/"}
    states = [Project.objects.get(pk=one.pk).state for one in projects]
    assert states == [S.AGREEMENT_SIGNED, S.RESERVE, S.APPROVED, S.DECLINED]
