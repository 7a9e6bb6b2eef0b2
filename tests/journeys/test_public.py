"""A citizen finds the notice, objects with a photo and looks up the receipt: on any screen, with or without scripts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from grants.applications.models import Project
from grants.awards.models import Objection
from storage.queries import attachments_of
from tests.cast import a_cast
from tests.factories import CALL
from tests.journey_steps import a_project_in
from tests.journeys.person import DESK, PHONE, Person
from tests.journeys.site import Site
from workflow import clock
from workflow.lifecycle import ProjectState as S


@pytest.fixture(scope="module")
def project(site: Site) -> Project:
    """A project before the public, on the second working day."""
    with clock.held(CALL):
        found = a_project_in(a_cast(), S.IN_PUBLICITY)
    site.is_at(dt.date(2026, 6, 10))
    return found


@pytest.fixture(params=[(DESK, True), (PHONE, True), (PHONE, False)], ids=["desk", "phone", "phone without scripts"])
def citizen(request: pytest.FixtureRequest, browser: Browser, site: Site, project: Project) -> Iterator[Person]:
    """Somebody at home or on a phone, who does not sign in."""
    width, scripts = request.param
    with Person(browser, site, width=width, scripts=scripts) as person:
        yield person


def test_a_citizen_objects_with_a_photo_and_looks_up_how_it_stands(
    citizen: Person, project: Project, tmp_path: Path, request: pytest.FixtureRequest
):
    before = Objection.objects.count()
    faults: list[str] = []

    def reads(name: str) -> None:
        if "without scripts" not in request.node.callspec.id:
            faults.extend(f"{name}: {one}" for one in citizen.faults())
            citizen.picture(f"public-{name}")

    assert citizen.opens("/") == 200
    citizen.sees("正在公示", "关于拟立项项目的公示")
    reads("home")
    photo = tmp_path / "现场.png"
    citizen.page.screenshot(path=photo)
    citizen.presses("关于拟立项项目的公示")
    citizen.sees("今天是第2个工作日", project.title, "25,000.00")
    reads("notice")
    citizen.presses("提出异议")
    citizen.types(project=project.number, text="活动没有举行。", evidence=str(photo))
    reads("objection")
    citizen.types(objector="钱先生")
    citizen.presses("提交异议")
    citizen.sees("请也留下联系方式", "现场.png")
    citizen.types(contact="13900001111")
    citizen.presses("提交异议")
    citizen.sees("异议已收到，请记下这两行")
    reads("receipt")
    number = citizen.page.locator("#ticket-number").inner_text()
    secret = citizen.page.locator("#ticket-secret").inner_text()
    citizen.presses("查进展")
    citizen.types(number=number, secret=secret)
    citizen.presses("查询")
    citizen.sees(number, "最晚答复")
    reads("lookup")
    assert Objection.objects.count() == before + 1
    assert [one.document.name for one in attachments_of(Objection.objects.latest("pk"))] == ["现场.png"]
    assert not faults, "\n".join(faults)


def test_the_public_pages_are_whole_in_english(browser: Browser, site: Site, project: Project):
    with Person(browser, site) as visitor:
        visitor.opens("/public/")
        visitor.presses("English", within="header")
        for place in ("/public/", "/public/projects/", "/public/receipt/", f"/public/calls/{project.round_id}/"):
            visitor.opens(place)
            assert visitor.untranslated("English", "中文") == [], place
        notice = project.public_entries.get().notice_id
        for place in (f"/public/notices/{notice}/", f"/public/notices/{notice}/objection/"):
            visitor.opens(place)
            assert visitor.untranslated(project.title) == [], place
