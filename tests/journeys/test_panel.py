"""A panel at six screens: the secretary's desk, the phones of chair and members, and the wall without a script."""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack, suppress
from pathlib import Path

from playwright.sync_api import Browser, Error

from grants.people.models import User
from grants.reviews.panel.models import PanelMark, PanelRoll, PanelSession, PanelSignature
from grants.reviews.panel.queries import panel
from tests.cast import Cast, a_cast
from tests.factories import CALL
from tests.grants.reviews.panel_steps import SEED, near, reviewed
from tests.journeys.person import DESK, PHONE, Person
from tests.journeys.site import Site
from workflow import clock


def calls(secretary: Person, cast: Cast, round_: int) -> str:
    """The secretary calls the panel; -> where it meets."""
    secretary.opens(f"/rounds/{round_}/panel/")
    page = secretary.page
    page.fill("#f-held_on", "2026-05-27")
    page.fill("#f-place", "三楼会议室")
    page.check("input[name=chair]")
    for person in cast.reviewers[:3]:
        page.check(f"input[name=members][value='{person.pk}']")
    secretary.hands_in("召开会评")
    return page.url.removeprefix(secretary.site.url)


def marks(member: Person, points: str) -> None:
    """Every criterion gets these points, kept first, then locked."""
    fields = member.page.locator("#sheet input[data-score]")
    for at in range(fields.count()):
        fields.nth(at).fill(points)
    member.hands_in("先存着")
    member.hands_in("锁定，不再改")


def looks_again(wall: Person) -> None:
    """The wall shows how it stands now: it looks again every few seconds by itself, and may do so at this moment."""
    with suppress(Error):
        wall.page.reload()
    wall.page.wait_for_load_state()


def test_a_panel_from_the_call_to_the_signed_minutes(browser: Browser, site: Site, tmp_path: Path):
    site.empty()
    with clock.held(CALL):
        cast = a_cast()
        projects = reviewed(cast)
        near(cast, cast.reviewers[1])
    site.is_at(dt.date(2026, 5, 27))
    with ExitStack() as stack:

        def at(user: User, width: int = PHONE, *, scripts: bool = True) -> Person:
            return stack.enter_context(Person(browser, site, width=width, scripts=scripts)).is_(user)

        secretary, chair = at(cast.officer, DESK), at(cast.chair)
        wall = at(cast.officer, DESK, scripts=False)
        members = [at(person) for person in cast.reviewers[:3]]
        place = calls(secretary, cast, projects[0].round_id)
        session = PanelSession.objects.get()
        for member in members:
            member.opens(f"{place}mine/")
            member.hands_in("我到了")
        chair.opens(f"{place}mine/")
        chair.hands_in("我到了")
        chair.opens(place)
        chair.page.fill("#f-words", SEED)
        chair.hands_in("抽签排顺序")
        wall.opens(f"{place}screen/")
        for _project in panel(session).live:
            for _part in range(3):
                chair.page.reload()
                chair.hands_in()
            looks_again(wall)
            assert "郑宏伟" in wall.page.locator("#screen").inner_text()
            members[1].opens(f"{place}mine/")
            members[1].page.get_by_text("您须回避这个项目，请离席。").wait_for()
            for member, points in ((members[0], "9"), (members[2], "8.5")):
                assert not wall.page.locator(".result").count()
                member.opens(f"{place}mine/")
                marks(member, points)
                looks_again(wall)
            assert wall.page.locator(".result").count()
        secretary.opens(place)
        secretary.hands_in("结束会评，生成纪要")
        for person in (secretary, chair, members[0]):
            person.opens(f"{place}minutes/")
            person.hands_in("我确认这份纪要")
        refused = [said for person in (secretary, chair, wall, *members) for said in person.refused]
    assert not refused, "\n".join(refused)
    assert PanelSignature.objects.count() == 3
    assert set(PanelRoll.objects.filter(standing="recused").values_list("member__person__name", flat=True)) == {
        "郑宏伟"
    }
    assert all(one.result and len(one.result.totals) == 2 for one in panel(session).live)


def at_the_marks(browser: Browser, site: Site, stack: ExitStack) -> tuple[Cast, str, list[Person]]:
    """A panel whose first project is being marked, where it meets, and its members; the sheets came by themselves."""
    site.empty()
    with clock.held(CALL):
        cast = a_cast()
        projects = reviewed(cast)
    site.is_at(dt.date(2026, 5, 27))

    def at(user: User, width: int = PHONE) -> Person:
        return stack.enter_context(Person(browser, site, width=width)).is_(user)

    secretary, chair = at(cast.officer, DESK), at(cast.chair)
    members = [at(person) for person in cast.reviewers[:3]]
    place = calls(secretary, cast, projects[0].round_id)
    for person in (*members, chair):
        person.opens(f"{place}mine/")
        person.hands_in("我到了")
    chair.opens(place)
    chair.page.fill("#f-words", SEED)
    chair.hands_in("抽签排顺序")
    for _part in range(3):
        chair.page.reload()
        chair.hands_in()
    for member in members:
        member.page.locator("#sheet").wait_for()
    return cast, place, members


def test_marks_typed_without_a_connection_wait_on_the_phone_and_go_once(browser: Browser, site: Site):
    with ExitStack() as stack:
        cast, _place, members = at_the_marks(browser, site, stack)
        phone, mine = members[0].page, PanelMark.objects.filter(roll__member__person=cast.reviewers[0])
        fields = phone.locator("#sheet input[data-score]")
        phone.locator("#sheet [data-step='0.5']").first.click()
        phone.get_by_text("还没有锁定").wait_for()
        assert (fields.first.input_value(), mine.get().total_halves) == ("0.5", 1)

        phone.context.set_offline(True)
        for n in range(fields.count()):
            fields.nth(n).fill("9")
        phone.get_by_text("您打的分已记在这部手机上").wait_for()
        phone.get_by_role("button", name="锁定，不再改").click()
        phone.get_by_text("您按的已记下").wait_for()
        assert mine.count() == 1

        phone.context.set_offline(False)
        phone.get_by_text("您已锁定").wait_for()
        locked = mine.get(locked=True)
        assert set(locked.halves.values()) == {18}
        assert locked == mine.latest("number")


def test_marks_that_waited_outlast_a_reload_and_leave_nothing_behind(browser: Browser, site: Site):
    with ExitStack() as stack:
        cast, place, members = at_the_marks(browser, site, stack)
        phone, mine = members[1].page, PanelMark.objects.filter(roll__member__person=cast.reviewers[1])
        phone.context.set_offline(True)
        phone.locator("#sheet input[data-score]").first.fill("7")
        phone.get_by_text("您打的分已记在这部手机上").wait_for()
        phone.on("dialog", lambda dialog: dialog.accept())
        phone.evaluate("window.stop()")
        phone.route("**/mine/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
        phone.context.set_offline(False)
        phone.goto(site.url + f"{place}mine/")
        assert not mine.exists()

        phone.unroute_all()
        phone.get_by_text("还没有锁定").wait_for()
        assert phone.locator("#sheet input[data-score]").first.input_value() == "7"
        assert mine.get().total_halves == 14
        assert phone.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('panel-'))") == []
