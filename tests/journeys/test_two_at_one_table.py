"""Two officers at one decision table: what both typed is seen by both, and nobody overwrites the other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from grants.applications.models import Project
from grants.awards.models import DecisionDraft
from tests.cast import Cast, a_cast, holding
from tests.factories import CALL
from tests.journey_steps import deliberating
from tests.journeys.person import DESK, PHONE, Person
from tests.journeys.site import Site
from workflow import clock
from workflow.lifecycle import Role


@pytest.fixture(scope="module")
def cast(site: Site) -> Cast:
    """Four reviewed projects before a meeting; the envelope bears three of them."""
    with clock.held(CALL):
        cast = a_cast()
        deliberating(cast, 4)
    return cast


@pytest.fixture
def officer(browser: Browser, site: Site, cast: Cast) -> Iterator[Person]:
    """The programme officer at a screen."""
    with Person(browser, site, width=DESK) as person:
        yield person.is_(cast.officer)


def test_two_officers_count_at_one_table_and_neither_overwrites_the_other(
    browser: Browser, site: Site, cast: Cast, officer: Person
):
    """The sums are counted as one types; where a colleague has filled in the same cell, the page asks, and waits."""
    first = Project.objects.order_by("number")[0]
    with site.moment():
        colleague = holding(Role.PROGRAMME_OFFICER, "江涛", login="jiang", organisation=cast.places["330000"])
    site.is_at(dt.date(2026, 6, 1))
    other = Person(browser, site, width=PHONE).is_(colleague)
    table, amount = f"/rounds/{first.round_id}/decisions/", f'[name="{first.pk}-amount_fen"]'
    officer.opens(table)
    other.opens(table)
    other.types(**{f"{first.pk}-choice": "shortlist", f"{first.pk}-amount_fen": "22000"})
    other.page.locator(amount).blur()
    other.page.locator("#left").get_by_text("58,000.00 元").wait_for()
    officer.types(**{f"{first.pk}-choice": "shortlist"})
    officer.page.locator("#left").get_by_text("江涛也改了1处").wait_for()
    for typed in ("21000", "20500"):
        officer.types(**{f"{first.pk}-amount_fen": typed})
        officer.page.locator(amount).blur()
        officer.page.locator("#left").get_by_text("有1处和另一个人填的不一样").wait_for()
        officer.page.locator("#conflict").get_by_text(typed).wait_for()
        assert saved_amount(first) == "22000"
    assert officer.faults() == []
    officer.page.locator("#conflict").get_by_label("用我写的").check()
    officer.presses("保存，重新计算")
    officer.sees("审定表已保存。")
    assert saved_amount(first) == "20500"
    officer.types(**{f"{first.pk}-amount_fen": "25,000.00"})
    officer.presses("保存，重新计算")
    officer.sees("审定表已保存。")
    assert saved_amount(first) == "25,000.00"
    other.context.close()


def saved_amount(project: Project) -> str:
    """What the table holds for a project."""
    return str(DecisionDraft.objects.get(round=project.round_id).rows[str(project.pk)]["amount_fen"])
