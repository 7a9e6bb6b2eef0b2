"""One file that cannot be read, on a phone: asked for again, photographed anew; photos that become one PDF."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from grants.applications.models import Project
from grants.desk.commands import act
from storage.models import Retake, Sheet
from storage.queries import attachments_of
from tests.cast import Cast, a_cast
from tests.factories import CALL, on
from tests.journey_steps import a_project_in
from tests.journeys.person import PHONE, Person
from tests.journeys.site import Site
from workflow import clock
from workflow.lifecycle import ProjectState as S


@pytest.fixture(scope="module")
def cast(site: Site) -> Cast:
    """A project that runs since August 2026."""
    with clock.held(CALL):
        cast = a_cast()
        project = a_project_in(cast, S.AGREEMENT_SIGNED)
    with on(2026, 8, 1):
        act(project, "start", actor=cast.team_leader)
    site.is_at(dt.date(2026, 8, 20), 17)
    return cast


def photo(folder: Path, name: str, size: tuple[int, int] = (640, 480)) -> str:
    path = folder / f"{name}.jpg"
    Image.new("RGB", size, (120 + len(name), 150, 140)).save(path)
    return str(path)


def reads(person: Person, name: str) -> None:
    assert person.faults() == []
    person.picture(name)


def test_a_file_that_cannot_be_read_comes_again(browser: Browser, site: Site, cast: Cast, tmp_path: Path):
    project = Project.objects.get()
    with Person(browser, site, width=PHONE) as officer, Person(browser, site, width=PHONE) as team:
        officer.is_(cast.county_officer)
        team.is_(cast.team_leader)
        officer.opens(f"/projects/{project.pk}/papers/")
        reads(officer, "1-papers-officer")
        officer.follows(officer.page.locator("#s-team_proof").get_by_role("link", name="看不清，请重拍"))
        reads(officer, "1-ask-retake")
        officer.types(why="glare", words="公章反光")
        officer.presses("请团队重拍")
        officer.sees("已请团队重拍", "已请重拍")

        team.opens("/")
        team.sees("反光或太暗：公章反光")
        team.follows(team.page.get_by_role("link", name="重拍").filter(visible=True).last)
        reads(team, "1-retake")
        team.types(file=photo(tmp_path, "登记证重拍"))
        team.presses("换上这一份")
        team.sees("已换上新的一份")

        wish = Retake.objects.get()
        officer.opens(f"/retakes/{wish.pk}/")
        officer.sees("换上了新的一份", "登记证重拍.jpg")
        reads(officer, "1-retaken")
    assert attachments_of(project, "team_proof").get().version == 2
    assert str(project.state) == str(Project.objects.get().state)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_photos_become_one_pdf(browser: Browser, site: Site, cast: Cast, tmp_path: Path, scripts: bool):
    project, name = Project.objects.get(), f"保险单{scripts}"
    with Person(browser, site, width=PHONE, scripts=scripts) as team:
        team.is_(cast.team_leader)
        team.opens(f"/projects/{project.pk}/papers/")
        team.follows(team.page.locator("#s-insurance").get_by_role("link", name="添加或更换"))
        team.presses("几张照片合成一个 PDF")
        both = [photo(tmp_path, f"第一页{scripts}"), photo(tmp_path, f"第二页更多{scripts}", (480, 640))]
        with team.page.expect_navigation():
            team.page.locator("#f-photos").set_input_files(both)
            if not scripts:
                team.presses("加进来")
        team.sees("第2张")
        team.presses("下移")
        team.page.locator("#shot-1").get_by_role("button", name="右转").click()
        team.page.locator("#shot-0 summary").click()
        for _ in range(4):
            team.page.locator("#left-0").press("ArrowRight")
        if scripts:
            view = team.page.locator("#shot-0 .shotview").get_attribute("viewBox")
            assert view
            assert view.startswith("12 ")  # 4 of a hundred of 300 points
            assert team.faults() == []
        team.types(name=name)
        team.presses("把2张照片合成一个 PDF")
        team.sees(f"2张照片已合成“{name}.pdf”")
        if scripts:
            reads(team, "1-slot")
    document = attachments_of(project, "insurance").get(document__name=f"{name}.pdf").document
    sheets = [(one.photo.name, one.turn, one.crop) for one in Sheet.objects.filter(document=document)]
    first, second = sheets
    assert first == (f"第二页更多{scripts}.jpg", 0, "0.0400 0.0000 1.0000 1.0000")
    assert second == (f"第一页{scripts}.jpg", 90, "")
