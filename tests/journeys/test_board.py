"""The programme officer's Friday: what is late, one reminder for all, the list for the meeting, a new colleague."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser

from grants.applications.models import Project
from grants.desk.commands import act
from grants.people.models import RoleGrant
from tests.cast import SHANGCHENG, Cast, a_cast, a_team, holding
from tests.factories import CALL, a_complete_draft
from tests.journey_steps import a_submitted_project
from tests.journeys.person import DESK, PHONE, Person
from tests.journeys.site import Site
from workflow.lifecycle import Role
from workflow.models import Step

FRIDAY = dt.date(2026, 3, 13)
RETURN = {"reason": "预算没有写依据。", "sections": ["budget"], "due_on": "2026-03-20"}


@pytest.fixture(scope="module")
def cast(site: Site) -> Cast:
    """Three projects that the county has sent back, a week before they are due."""
    site.is_at(CALL.date())
    with site.moment():
        found = a_cast()
        a_submitted_project(found)
        for number in range(2):
            team = a_team(found.places, name=f"救护队{number}")
            leader = holding(Role.TEAM_LEADER, "队长", login=f"leader{number}", team=team)
            act(a_complete_draft(found, team=team, leader=leader), "submit", actor=leader)
        for project in Project.objects.all():
            act(project, "county_return", actor=found.county_officer, given=RETURN)
        found.stranger  # noqa: B018 -- made when first named
    site.is_at(FRIDAY)
    return found


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_the_friday_of_the_programme_officer(browser: Browser, site: Site, cast: Cast, width: int, tmp_path: Path):
    """At a screen and on a phone: filter, remind all at once, export, grant a role; nothing cut, nothing refused."""
    with Person(browser, site, width=width) as person:
        person.is_(cast.officer)
        round_ = Project.objects.earliest("pk").round_id
        person.opens(f"/rounds/{round_}/board/")
        person.sees("共3个项目", "接下来")
        assert person.faults() == []
        person.opens(f"/projects/?round={round_}&state=returned&due=soon")
        person.sees("共3个项目")
        assert person.faults() == []
        _reminds(person)
        _exports(person, round_, tmp_path)
        _grants(person, cast)


def _reminds(person: Person) -> None:
    """Everything that the filters found, in one go."""
    before = Step.objects.filter(move="send_reminder").count()
    person.page.locator("#f-all").check()
    person.presses("批量办理勾选的")
    person.sees("您选了3个项目，要办哪一步？")
    person.follows(person.page.locator('main a[href*="move=send_reminder"]'))
    person.sees("3个可以办。")
    assert person.faults() == []
    person.presses("办理勾选的：催办")
    person.sees("办成3个。")
    assert person.faults() == []
    assert Step.objects.filter(move="send_reminder").count() == before + 3


def _exports(person: Person, round_: int, folder: Path) -> None:
    """The list of the same filters, as a file that Excel opens."""
    person.opens(f"/projects/?round={round_}&state=returned")
    with person.page.expect_download() as download:
        person.presses("导出Excel")
    path = folder / "list.xlsx"
    download.value.save_as(path)
    sheet = load_workbook(path).active
    assert sheet is not None
    assert sheet.max_row == 4


def _grants(person: Person, cast: Cast) -> None:
    """A new officer for a county."""
    newcomer, place = cast.stranger, cast.places[SHANGCHENG]
    person.opens(f"/people/{newcomer.pk}/")
    person.presses("授予身份")
    person.types(role=Role.COUNTY_OFFICER.value, organisation=str(place.pk))
    assert person.faults() == []
    person.presses("授予", exact=True)
    person.sees("已授予。", "县级红十字会经办")
    assert person.faults() == []
    assert RoleGrant.objects.filter(person=newcomer, granted_by=cast.officer).exists()
