"""The full application on a phone, the upper test: eighteen pages, fifteen activities, twelve budget lines."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from grants.applications.form_definition import Definition, Input, Screen
from grants.applications.form_kept import definition_of
from grants.applications.models import Project
from grants.applications.queries import budget_lines
from grants.desk.rehearsal.inventing import invented
from grants.desk.setup.questions import taken
from grants.kernel.money import format_fen
from grants.programmes.profile import profile_text
from tests.cast import Cast, a_cast
from tests.factories import PDF, a_draft, a_planned_round, an_open_round, answers
from tests.journeys.person import DESK, PHONE, Person
from tests.journeys.scenes.applying import goes_on, promises
from tests.journeys.site import Site
from tests.journeys.weighing import FIRST, LATER, Weighing
from workflow.lifecycle import ProjectState as S

ACTIVITIES, LINES = 15, 12
LONG = "据社区统计，辖区老年人口占三成，急救知识普及率低，居民多次提出希望有就近的服务。"
INSURANCE = {"category": "VOL_INSURANCE", "item": "志愿者人身意外伤害险", "unit": "人", "unit_price_fen": "30"}


@pytest.fixture(scope="module")
def cast(site: Site) -> Cast:
    """Everybody, and a round with the full form whose call is open."""
    site.is_at(dt.date(2026, 3, 2))
    with site.moment():
        made = a_cast()
        an_open_round(made, text=taken(profile_text("qingnuan"), "full"))
    return made


def typed(field: Input, value: Any) -> dict[str, Any]:
    """The answer as somebody types it, by the names of the page."""
    if field.kind == "yes":
        return {field.name: "yes" if value else "no"}
    if field.kind == "money":
        return {field.name: format_fen(value)}
    if isinstance(value, dt.date):
        return {field.name: value.isoformat()}
    return {field.name: value}


def whole(form: Definition, cast: Cast) -> dict[str, Any]:
    """Every answer that the form wants, with as many activities as the upper test has."""
    one = answers()["activities"][0]
    activities = [{**one, "name": f"社区救护课第{n}讲"} for n in range(1, ACTIVITIES + 1)]
    known = answers(
        need=LONG * 6,
        plan=LONG * 9,
        activities=activities,
        hazardous=True,
        risk="每次活动有两名救护师在场，全体志愿者投保。",
        areas=[str(cast.team.guided_by_id)],
    )
    return invented(form, known, facts={"team.legal_form": "team"})


def fills(who: Person, form: Definition, screen: Screen, said: dict[str, Any]) -> None:
    """One page is filled in and saved, or its rows are added one by one."""
    if not screen.table:
        fields = [form.by_name[name] for name in screen.fields if name in said]
        for field in fields:
            who.types(**typed(field, said[field.name]))
        goes_on(who)
        return
    columns = {column.name: column for column in form.by_name[screen.table].columns}
    for n, row in enumerate(said[screen.table]):
        who.types(**{name: str(cell) for name, cell in row.items() if name in columns})
        who.presses("加上这一项")
        who.page.locator(".rowlist > li").nth(n).wait_for()
    goes_on(who, "继续")


def budgets(who: Person) -> None:
    """Twelve lines that keep every limit, with the insurance that what is hazardous asks for."""
    lines = [INSURANCE | {"quantity": "50"}]
    lines += [
        {"category": "ACT_MATERIAL", "item": f"训练耗材{n}", "unit": "套", "unit_price_fen": "200", "quantity": "10"}
        for n in range(1, LINES)
    ]
    for n, line in enumerate(lines):
        who.types(**line)
        who.presses("加上这一行")
        who.page.locator("#f-budget tbody tr").nth(n).wait_for()
    who.sees("合计在范围内")


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_an_officer_adds_a_question_of_the_rounds_own(browser: Browser, site: Site, cast: Cast, width: int):
    """The form by its questions, one added with its choices and its condition, one moved, and what a team will see."""
    with site.moment():
        round_ = a_planned_round(
            cast, year={DESK: 2027, PHONE: 2028}[width], text=taken(profile_text("qingnuan"), "full")
        )
    with Person(browser, site, width=width) as who:
        who.is_(cast.officer)
        who.opens(f"/rounds/{round_.pk}/setup/questions/")
        who.picture("questions", whole=True)
        assert who.faults() == []
        who.press(who.page.locator("#s-served").get_by_role("link", name="在这一页加一个问题"))
        who.types(zh="用什么车", kind="choice", choices="自有|Own\n租用|Hired", when="hazardous", reason="要看交通安全")
        who.picture("question", whole=True)
        assert who.faults() == []
        who.hands_in("保存为新的一版")
        who.sees("用什么车")
        who.press(who.page.locator("#q-own1").get_by_role("button", name="上移"))
        who.sees("用什么车")
        who.opens(f"/rounds/{round_.pk}/setup/preview/")
        who.sees("用什么车")
        assert who.faults() == []


def test_a_volunteer_fills_in_the_full_application_on_a_phone(browser: Browser, site: Site, cast: Cast, tmp_path: Path):
    paper = tmp_path / "盖章页.pdf"
    paper.write_bytes(PDF)
    with site.moment():
        project = a_draft(cast)
        form = definition_of(project)
        said = whole(form, cast)
    with Weighing(browser, site, width=PHONE) as who:
        who.is_(cast.team_leader)
        who.weighs()
        who.opens(f"/projects/{project.pk}/form/")
        who.page.wait_for_load_state("networkidle")
        assert sum(who.pages.values()) + sum(who.brought.values()) <= FIRST
        who.presses("名称、领域和时间", within=".tasks")
        for screen in form.screens:
            if screen.code == "served":
                _asks_as_it_is_answered(who)
            if screen.code == "team":
                who.types(**{"file-team_proof": str(paper)})
            if screen.code == "budget":
                budgets(who)
                goes_on(who, "继续")
            elif screen.code != "files":
                fills(who, form, screen, said)
            if screen.code in {"served", "activities"}:
                who.page.go_back()
                assert who.faults() == []
                who.picture(f"full-form-{screen.code}")
                who.page.go_forward()
        promises(who, str(paper))
        assert {url: size for url, size in who.pages.items() if size > LATER} == {}
    project.refresh_from_db()
    assert project.state == S.SUBMITTED
    _is_whole(project)


def _asks_as_it_is_answered(who: Person) -> None:
    """What depends on an answer comes and goes with it."""
    asked = who.page.locator("#f-risk")
    who.types(hazardous="no")
    asked.wait_for(state="hidden")
    who.types(hazardous="yes")
    asked.wait_for(state="visible")


def _is_whole(project: Project) -> None:
    assert len(project.form["activities"]) == ACTIVITIES
    assert len(budget_lines(project)) == LINES
    assert len(project.form["core_team"]) == 3
    assert project.submissions.get().asked_id == definition_of(project).digest
