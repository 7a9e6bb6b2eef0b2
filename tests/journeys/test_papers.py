"""A paper is looked at, at a desk and on a phone: the reader stands across it, and a copied link is worth nothing."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.base import ContentFile
from PIL import Image, ImageChops
from playwright.sync_api import Browser

from grants.applications.models import Project
from grants.desk.commands import act
from grants.settlement.keeping import keep_finished
from storage.commands import attach, keep
from storage.links import address
from storage.models import Access, Attachment
from tests.cast import Cast, a_cast
from tests.factories import CALL
from tests.journey_steps import a_submitted_project
from tests.journeys.person import WIDTHS, Person
from tests.journeys.site import Site
from tests.storage.files import PDF
from workflow import clock
from workflow.lifecycle import ProjectState as S
from workflow.ports import SYSTEM

PAGES = "姓名,电话\n" + "张三,13800000000\n" * 100


@pytest.fixture(scope="module")
def cast(site: Site) -> Cast:
    """A submitted application with a list of volunteers and a plain paper behind it."""
    with clock.held(CALL):
        cast = a_cast()
        project = a_submitted_project(cast)
        for name, content in (("志愿者名单.csv", PAGES.encode()), ("时长证明.pdf", PDF)):
            document = keep(ContentFile(content, name=name), actor=cast.team_leader, now=clock.now())
            attach(project, "hours_proof", document, actor=cast.team_leader, now=clock.now())
    return cast


@pytest.fixture(params=WIDTHS)
def reader(request: Any, browser: Browser, site: Site, cast: Cast) -> Iterator[Person]:
    """The clerk of the county."""
    site.is_at(dt.date(2026, 3, 10), 9)
    with Person(browser, site, width=request.param) as person:
        yield person.is_(cast.county_officer)


def shown(person: Person) -> Image.Image:
    """The picture of the page as it came to the browser."""
    src = person.page.locator("img.sheet").get_attribute("src")
    loaded = "image => image.complete && image.naturalWidth > 0"
    person.page.wait_for_function(f"({loaded})(document.querySelector('img.sheet'))")
    return Image.open(io.BytesIO(person.page.request.get(f"{person.site.url}{src}").body())).convert("RGB")


def test_a_clerk_leafs_through_papers_with_the_keys_and_stands_across_each(reader: Person):
    project = Project.objects.get()
    reader.opens(f"/projects/{project.pk}/")
    reader.follows("志愿者名单.csv")
    reader.sees("含个人信息", "每下载一次都有登记", "第1页，共3页")
    assert reader.faults() == []
    reader.picture("7-paper", whole=True)
    with reader.page.expect_navigation():
        reader.page.keyboard.press("ArrowRight")
    reader.sees("第2页，共3页")
    with reader.page.expect_navigation():
        reader.page.keyboard.press("ArrowLeft")
    reader.sees("第1页，共3页")
    with reader.page.expect_navigation():
        reader.page.keyboard.press("Shift+ArrowRight")
    reader.sees("时长证明.pdf")
    blank = shown(reader)
    assert ImageChops.invert(blank).getbbox()  # the paper is empty: what one sees is the mark
    assert reader.faults() == []


def test_without_scripts_links_do_all_of_it(browser: Browser, site: Site, cast: Cast):
    site.is_at(dt.date(2026, 3, 10), 9)
    paper = Attachment.objects.get(document__name="志愿者名单.csv")
    with Person(browser, site, width=390, scripts=False) as clerk:
        clerk.is_(cast.county_officer).opens(f"/documents/{paper.pk}/look/")
        clerk.follows("下一页", exact=True)
        clerk.sees("第2页，共3页")
        clerk.follows("下一份", exact=True)
        clerk.sees("时长证明.pdf")
        with clerk.page.expect_download() as found:
            clerk.press(clerk.page.locator("main aside .btn-primary"))
        assert found.value.suggested_filename == "时长证明.pdf"


def test_a_copied_link_is_nothing_to_another_county_and_to_nobody_after_a_minute(
    browser: Browser, site: Site, cast: Cast
):
    paper = Attachment.objects.get(document__name="时长证明.pdf")
    site.is_at(dt.date(2026, 3, 10), 9)
    with Person(browser, site) as clerk, Person(browser, site) as stranger:
        clerk.is_(cast.county_officer)
        stranger.is_(cast.stranger)
        answer = clerk.page.request.get(f"{site.url}{address(paper)}", max_redirects=0)
        link = f"{site.url}{answer.headers['location']}"
        assert clerk.page.request.get(link).status == 200
        for copied in (link, f"{site.url}{address(paper)}", f"{site.url}/documents/{paper.pk}/look/"):
            assert stranger.page.request.get(copied).status == 404
        assert site.time
        site.time += dt.timedelta(seconds=59)
        assert clerk.page.request.get(link).status == 200
        site.time += dt.timedelta(seconds=2)
        assert clerk.page.request.get(link).status == 404
    assert not Access.objects.filter(reader=cast.stranger).exists()
    with Person(browser, site) as auditor:
        auditor.is_(cast.auditor).opens(f"/documents/{paper.pk}/look/")
        auditor.sees("谁看过", "下载原件", str(cast.county_officer))
        assert auditor.faults() == []


@pytest.mark.parametrize("width", WIDTHS)
def test_an_officer_reads_until_when_papers_are_kept(browser: Browser, site: Site, cast: Cast, width: int):
    """The team has taken its application back; its papers are kept for five years."""
    site.is_at(dt.date(2026, 3, 12), 9)
    project = Project.objects.get()
    with site.moment():
        if project.state != S.WITHDRAWN:
            act(project, "withdraw", actor=cast.team_leader, given={"reason": "今年不报了。"})
        keep_finished(actor=SYSTEM)
    with Person(browser, site, width=width) as officer:
        officer.is_(cast.officer).opens("/terms/")
        officer.sees("现在没有到期的材料")
        assert officer.faults() == []
        officer.follows("看全部保管中的材料")
        officer.sees("2031年12月31日", "保管中", "未立项的申报材料")
        assert officer.faults() == []
        officer.picture("7-terms", whole=True)
        officer.follows("冻结")
        officer.sees("冻结材料")
        assert officer.faults() == []
