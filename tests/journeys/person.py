"""Somebody at a browser: signs in, reads, presses, types; whatever the browser refuses is remembered."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Self

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore
from playwright.sync_api import Browser, ConsoleMessage, Error, Locator, Page, Request

from grants.people.models import User
from grants.people.proof import PROVED
from tests.journeys.site import Site
from workflow import clock

DESK, PHONE = 1280, 390
WIDTHS = {DESK: "desk", PHONE: "phone"}
HEIGHT = {DESK: 900, PHONE: 844}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PICTURES = Path(settings.BASE_DIR) / "docs" / "pictures" if "PICTURES" in os.environ else Path(settings.DATA_DIR)
ENDS = "all => all.map(one => one.getBoundingClientRect().bottom + scrollY)"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


class Person:
    """One browser window of one width; closed with the test's block."""

    def __init__(
        self, browser: Browser, site: Site, *, width: int = DESK, scripts: bool = True, language: str = "zh-CN"
    ) -> None:
        self.site, self.width = site, width
        self.context = browser.new_context(
            viewport={"width": width, "height": HEIGHT.get(width, 900)},
            java_script_enabled=scripts,
            locale=language,
            timezone_id="Asia/Shanghai",
            base_url=site.url,
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(60_000)  # a slow machine is no fault of the page
        self.page: Page = self.context.new_page()
        self.refused: list[str] = []
        self.typed: list[str] = []
        self.page.on("console", self._notes_message)
        self.page.on("pageerror", self._notes_error)
        self.page.on("request", self._notes_report)
        self.page.on("filechooser", lambda _chooser: None)  # listened for from the start: Enter must not outrun it

    def _notes_message(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.refused.append(said.text)

    def _notes_error(self, error: Error) -> None:
        self.refused.append(str(error))

    def _notes_report(self, sent: Request) -> None:
        if "/csp-report/" in sent.url:
            self.refused.append(sent.post_data or sent.url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def resizes(self, width: int) -> None:
        """The window has that width; the page in it stays."""
        self.width = width
        self.page.set_viewport_size({"width": width, "height": HEIGHT.get(width, 900)})

    def is_(self, user: User) -> Self:
        """Signed in, without the form: for tests that are about something else."""
        with self.site.moment():
            session = SessionStore()
            session[SESSION_KEY] = str(user.pk)
            session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
            session[HASH_SESSION_KEY] = user.get_session_auth_hash()
            session[PROVED] = clock.now().isoformat()
            session.save()
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": str(session.session_key), "url": self.site.url}
        self.context.add_cookies([cookie])  # type: ignore[list-item]
        return self

    def opens(self, path: str) -> int:
        """The page at that path is in the window, its address typed; its status."""
        self.typed.append(path)
        answer = self.page.goto(path)
        assert answer
        return answer.status

    def presses(self, name: str, *, within: str = "main", exact: bool = False) -> None:
        """The button or link of that name is pressed."""
        place = self.page.locator(within)
        found = place.get_by_role("button", name=name, exact=exact).or_(
            place.get_by_role("link", name=name, exact=exact)
        )
        self.press(found.filter(visible=True).first)

    def press(self, found: Locator) -> None:
        """It is pressed."""
        found.click()

    def goes_home(self) -> None:
        """My work is in the window: the way there is a link of every page, only the first time an address."""
        if self.page.url == "about:blank":
            self.opens("/")
            return
        with self.page.expect_navigation():
            self.press(self.page.locator("header .brand"))

    def goes_to(self, name: str) -> None:
        """A link of the main navigation is followed, on a phone out of the menu."""
        link = self.page.locator("header nav").get_by_role("link", name=name, exact=True).filter(visible=True)
        if not link.count():
            self.opens_menu()
        self.follows(link.first)

    def finds(self, task: str, about: object) -> None:
        """What is to be done is found in my work, and its link is followed."""
        self.goes_home()
        rows = self.page.locator("main .rows > li h3 a").filter(has_text=task).filter(has_text=str(about))
        assert rows.count(), f"not in my work: {task}, {about}\n{self.page.locator('main').inner_text()}"
        self.follows(rows.first)

    def follows(self, link: Locator | str, *, exact: bool = False) -> None:
        """A link of the page, by its words or found otherwise, is followed, and its page is there."""
        found = self.page.locator("main").get_by_role("link", name=link, exact=exact) if isinstance(link, str) else link
        with self.page.expect_navigation():
            self.press(found.filter(visible=True).first)

    def unfolds(self, words: str) -> None:
        """Among what is folded away as unusual is what these words name; it lies open."""
        folded = self.page.locator("#do details.more")
        if folded.locator("a", has_text=words).count() and not folded.evaluate("it => it.open"):
            self.press(folded.locator("summary"))

    def hands_in(self, name: str = "") -> None:
        """The button of that name, else the one red button of the page, is pressed, and nothing was refused."""
        main = self.page.locator("main")
        button = main.get_by_role("button", name=name).first if name else main.locator("form button.btn-primary").last
        before = self.page.url
        with self.page.expect_navigation():
            self.press(button)
        wrong = self.page.locator(".errsum")
        assert not wrong.count(), f"{before}: {wrong.first.inner_text()}"

    def opens_menu(self) -> None:
        """The person's own menu, on a phone the menu of the page, lies open."""
        self.press(self.page.locator("header summary").filter(visible=True).last)

    def sends(self) -> None:
        """The red button of the page's form is pressed."""
        self.press(self.page.locator("main form button.btn-primary").last)
        self.page.wait_for_load_state()

    def types(self, **answers: Any) -> None:
        """Each field of that name holds the answer: text, a choice by its value, a tick, the path of a file."""
        for name, value in answers.items():
            fields = self.page.locator(f'main [name="{name}"]')
            if fields.first.evaluate("field => field.type") in {"radio", "checkbox"} and not isinstance(value, bool):
                self.chooses(fields, value)
            else:
                self.fills(fields.first, value)

    def chooses(self, boxes: Locator, value: Any) -> None:
        """Of boxes of one name those with these values are ticked."""
        wanted = {str(one) for one in (value if isinstance(value, list) else [value])}
        for box in boxes.all():
            if box.get_attribute("value") in wanted:
                box.set_checked(True)

    def picks(self, name: str, *words: str) -> None:
        """Of what a field of that name offers, each that these words tell apart is chosen."""
        boxes = self.page.locator(f'main [name="{name}"]')
        for one in words:
            if boxes.first.evaluate("field => field.localName") == "select":
                value = boxes.first.locator("option", has_text=one).first.get_attribute("value")
                self.fills(boxes.first, value)
                continue
            label = self.page.locator(f"#f-{name} label", has_text=one).first
            self.fills(self.page.locator(f"#{label.get_attribute('for')}"), value=True)

    def fills(self, field: Locator, value: Any) -> None:
        """One field holds the answer, whatever kind of field it is."""
        kind = field.evaluate("field => field.type || field.tagName")
        if kind == "file":
            field.set_input_files(value)
        elif kind in {"checkbox", "radio"}:
            field.set_checked(bool(value))
        elif kind.startswith("select"):
            field.select_option(value)
        else:
            field.fill(str(value))

    def sees(self, *words: str) -> None:
        """Each of these stands on the page."""
        for one in words:
            self.page.locator("body").get_by_text(one).first.wait_for(state="attached")

    def faults(self) -> list[str]:
        """What keeps somebody from reading this page, and whatever the browser refused on it."""
        found = self._looked_through()
        told = [
            f"{one['id']}: {one['help']}: {node['target']} {node['html'][:160]}"
            for one in found.response["violations"]
            for node in one["nodes"][:3]
        ]
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        told += [f"scrolls sideways by {wide} px"] if wide > 0 else []
        told += [f"refused: {one}" for one in self.refused if "status of 4" not in one]
        self.refused.clear()
        return told

    def _looked_through(self) -> Any:
        """What axe found on the page that has come: one that is only on its way has nothing to look through."""
        options = {"resultTypes": ["violations"], "runOnly": RULES}
        self.page.wait_for_function("document.readyState === 'complete'")
        try:
            return Axe().run(self.page, options=options)
        except Error:  # the next page came in between
            self.page.wait_for_load_state()
            self.page.wait_for_function("document.readyState === 'complete'")
            return Axe().run(self.page, options=options)

    def untranslated(self, *names: str) -> list[str]:
        """Every piece of text with Chinese in it, but for these names and what is marked as a name or as data."""
        texts: list[str] = self.page.evaluate(
            """() => {
                const out = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
                while (walk.nextNode()) {
                    const parent = walk.currentNode.parentElement;
                    const own = parent.closest("[lang|=zh], [data-data], script, style");
                    if (!own) out.push(walk.currentNode.data.trim());
                }
                return out;
            }"""
        )
        known = sorted(filter(CHINESE.search, names), key=len, reverse=True)
        left = {text: text for text in texts}
        for name in known:
            left = {text: rest.replace(name, "") for text, rest in left.items()}
        return [text for text, rest in left.items() if CHINESE.search(rest)]

    def picture(self, name: str, *, whole: bool = False, down_to: str = "", cut_at: str = "") -> Path:
        """What is in the window, the whole page, or down past what is named, cut where one of these ends.

        `make pictures` keeps it.
        """
        PICTURES.mkdir(parents=True, exist_ok=True)
        path = PICTURES / f"{name}-{WIDTHS.get(self.width, self.width)}.png"
        least = max(self._ends(down_to), default=0)
        height = min((end for end in self._ends(cut_at) if end >= least), default=least)
        clip: Any = {"x": 0, "y": 0, "width": self.width, "height": height} if height else None
        self.page.screenshot(path=path, full_page=whole or bool(clip), clip=clip, animations="disabled")
        return path

    def _ends(self, found: str) -> list[float]:
        """How far down the page each of these ends."""
        return list(self.page.locator(found).evaluate_all(ENDS)) if found else []
