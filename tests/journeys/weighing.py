"""Somebody whose pages are put on the scales."""

from __future__ import annotations

import gzip
from typing import Any

from tests.journeys.person import Person

FIRST, LATER = 150_000, 30_000
"""What the first page may weigh with everything it brings, and each later page, in bytes on the wire."""


class Weighing(Person):
    """Somebody at a phone whose pages are weighed as they come."""

    pages: dict[str, int]
    brought: dict[str, int]

    def weighs(self) -> None:
        """From now on: what each page weighs, and whatever else comes with them, packed, in bytes by address."""
        self.pages, self.brought = {}, {}

        def note(answer: Any) -> None:
            kind = answer.request.resource_type
            if answer.status == 200 and kind in {"document", "stylesheet", "script", "font", "image"}:
                into = self.pages if kind == "document" else self.brought
                into[answer.url.split("#")[0]] = len(gzip.compress(answer.body(), 6))

        self.page.on("response", note)
