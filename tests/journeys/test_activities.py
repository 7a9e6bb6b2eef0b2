"""An afternoon on a phone: an activity is logged with photos, and again, corrected; a check begins with the log."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from grants.applications.models import Project
from grants.desk.commands import act
from grants.implementation.models import Check
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
    return cast


def photo(folder: Path, name: str) -> str:
    path = folder / f"{name}.jpg"
    Image.new("RGB", (320, 240), (120, 150, 140)).save(path)
    return str(path)


def reads(person: Person, name: str) -> None:
    assert person.faults() == []
    person.picture(name)


def test_a_volunteer_logs_on_a_phone_and_the_check_begins_with_it(
    browser: Browser, site: Site, cast: Cast, tmp_path: Path
):
    project = Project.objects.get()
    site.is_at(dt.date(2026, 8, 20), 17)
    with Person(browser, site, width=PHONE) as team, Person(browser, site, width=PHONE) as checker:
        team.is_(cast.team_leader)
        checker.is_(cast.city_officer)
        team.opens(f"/projects/{project.pk}/activities/")
        reads(team, "4-activities-empty")
        team.types(name="社区救护课 1", place="清波街道社区礼堂", volunteers="8", hours="2.5", served="40")
        team.types(text="居民学会了海姆立克急救法。", photos=photo(tmp_path, "现场"))
        team.presses("记下", exact=True)
        team.sees("1次活动")

        site.is_at(dt.date(2026, 8, 27), 17)
        team.opens(f"/projects/{project.pk}/activities/")
        team.types(served="4")
        team.presses("记下", exact=True)
        team.follows(team.page.get_by_role("link", name="更正"))
        team.types(served="44")
        team.presses("更正", exact=True)
        team.sees("已由第3条更正")
        reads(team, "4-activities")

        checker.opens(f"/project/{project.pk}/call_check/")
        checker.types(due_on="2026-09-15")
        checker.presses("发起检查")
        check = Check.objects.order_by("pk").last()
        assert check
        team.opens(f"/checks/{check.pk}/")
        reads(team, "4-check-filing")
        team.types(outlook="九月再办三场。")
        team.presses("填报", exact=True)
        checker.opens(f"/checks/{check.pk}/")
        checker.sees("九月再办三场。", "84人次")
        reads(checker, "4-check")
        checker.types(opinion="记录齐全，进度正常。")
        checker.presses("合格", exact=True)
        check.refresh_from_db()
        assert check.state == "passed"
