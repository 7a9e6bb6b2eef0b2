"""Somebody who never touches a mouse: goes from field to field with Tab, presses Enter and Space, and types."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator

from tests.journeys.person import Person

FAR = 300
HERE = "field => field === document.activeElement"
SHOWN = """field => {
    const look = getComputedStyle(field), ring = parseFloat(look.outlineWidth) > 0 && look.outlineStyle !== "none";
    return ring || look.boxShadow !== "none" || field.matches(".visually-hidden, .visually-hidden-focusable");
}"""


class AtTheKeyboard(Person):
    """One browser window and no mouse."""

    def reaches(self, wanted: Locator) -> None:
        """Tab after Tab until it has the focus, and one can see that it has."""
        field = wanted.element_handle()
        assert field
        for _ in range(FAR):
            if field.evaluate(HERE):
                assert field.evaluate(SHOWN), f"nobody sees where the focus is: {field.evaluate('it => it.outerHTML')}"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {field.evaluate('it => it.outerHTML')}")

    def press(self, found: Locator) -> None:
        """Gone to, and Enter."""
        self.reaches(found)
        self.page.keyboard.press("Enter")

    def fills(self, field: Locator, value: Any) -> None:
        """Gone to and typed; a box ticked with Space, a day typed part by part, a file chosen in its window."""
        self.reaches(field)
        kind = field.evaluate("field => field.type || field.tagName")
        if kind in {"checkbox", "radio"}:
            if field.is_checked() is not bool(value):
                self.page.keyboard.press("Space")
        elif kind == "file":
            with self.page.expect_file_chooser() as chooser:
                self.page.keyboard.press("Enter")
            chooser.value.set_files(value)
            return
        elif kind == "date":
            year, month, day = str(value).split("-")
            self.page.keyboard.type(month + day + year)
        else:
            self.page.keyboard.press("Control+A")
            self.page.keyboard.insert_text(str(value))
        if kind not in {"checkbox", "radio"}:
            assert field.input_value() == str(value)
