"""Somebody who never touches a mouse: goes from field to field with Tab, presses Enter and Space, and types."""

from __future__ import annotations

from calendar import month_abbr
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

    def chooses(self, boxes: Locator, value: Any) -> None:
        """Boxes are ticked with Space; of choices that exclude each other one is gone to with the arrow."""
        wanted = {str(one) for one in (value if isinstance(value, list) else [value])}
        if boxes.first.evaluate("field => field.type") == "checkbox":
            for box in boxes.all():
                if box.get_attribute("value") in wanted:
                    self.fills(box, value=True)
            return
        chosen = boxes.and_(self.page.locator(":checked"))
        self.reaches((chosen if chosen.count() else boxes).first)
        self.page.keyboard.press("Space")
        for _ in range(boxes.count()):
            if chosen.first.get_attribute("value") in wanted:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the keyboard does not choose {wanted}")

    def _goes_down_to(self, field: Locator, value: str) -> None:
        """The arrow goes down a list until that choice stands."""
        self.page.keyboard.press("Home")
        for _ in range(field.locator("option").count()):
            if field.input_value() == value:
                return
            self.page.keyboard.press("ArrowDown")

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
        elif kind == "select-one":
            self._goes_down_to(field, str(value))
        elif kind == "date":
            year, month, day = str(value).split("-")
            self.page.keyboard.type(month + day + year)
        elif kind == "month":
            year, month = str(value).split("-")
            self.page.keyboard.type(month_abbr[int(month)])
            self.page.keyboard.press("ArrowRight")
            self.page.keyboard.type(year)
        else:
            self.page.keyboard.press("Control+A")
            self.page.keyboard.insert_text(str(value))
        if kind not in {"checkbox", "radio"}:
            assert field.input_value() == str(value)
