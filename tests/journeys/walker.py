"""Somebody who reads before doing anything: each page, once for everybody of the same width, by axe and for its edges.

What stood in the fields of a page, and what files went ahead of it, is remembered: it is theirs, and may be Chinese on
an English page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator

from tests.journeys.person import Person
from tests.journeys.site import Site

NUMBER = re.compile(r"\d+")
FIELDS = "main input:not([type=hidden]), main textarea"
SENT = "main .up [data-name]"


@dataclass
class Met:
    """What all who walk together have met with: what was wrong on each page, what stood in fields."""

    wrong: dict[str, list[str]] = field(default_factory=dict)
    said: set[str] = field(default_factory=set)


class Walker(Person):
    """One browser window of several that go the same way."""

    def __init__(self, browser: Browser, site: Site, met: Met, **kind: Any) -> None:
        super().__init__(browser, site, **kind)
        self.met = met

    def reads(self) -> None:
        """The page in the window is read, unless somebody has read one of its making."""
        place = urlsplit(self.page.url)
        making = f"{NUMBER.sub('#', place.path)} {self.page.title().split(' · ')[0]}"
        if making not in self.met.wrong and place.netloc in self.site.url:
            self.met.wrong[making] = self.faults()

    def press(self, found: Locator) -> None:
        """Read, then pressed."""
        self.reads()
        for words in self.page.eval_on_selector_all(FIELDS, "fields => fields.map(field => field.value)"):
            self.met.said |= {line.rpartition("\\")[2] for line in words.splitlines()}
        self.met.said |= set(self.page.locator(SENT).all_inner_texts())
        super().press(found)
