"""What stands in the address while a page is blackened: the boxes, a first corner, the page, how large it is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from storage.content.covering import WHOLE
from storage.covering import MOST_BOXES, Box

WIDTHS: Final = (320, 640, 960)
"""How wide the picture of a page is shown, in points: the first fits a phone."""


@dataclass(frozen=True)
class Draft:
    """The boxes so far, the page looked at, a first corner (thousandths) that waits for its second, the width."""

    boxes: tuple[Box, ...] = ()
    page: int = 1
    corner: tuple[int, int] | None = None
    width: int = WIDTHS[0]

    @property
    def query(self) -> str:
        """The same as the end of an address."""
        parts: list[tuple[str, Any]] = [("sheet", self.page), ("w", self.width)]
        parts += [("b", ".".join(map(str, box))) for box in self.boxes]
        if self.corner:
            parts.append(("c", "{}.{}".format(*self.corner)))
        return urlencode(parts)

    @property
    def here(self) -> list[Box]:
        """The boxes on this page."""
        return [box for box in self.boxes if box[0] == self.page]

    def pressed(self, x: int, y: int) -> Draft:
        """Somebody pressed there (thousandths): the first corner, or with the second a box more."""
        if self.corner is None:
            return replace(self, corner=(x, y))
        left, right = sorted((self.corner[0], x))
        top, bottom = sorted((self.corner[1], y))
        return replace(self.with_box((self.page, left, top, right, bottom)), corner=None)

    def with_box(self, box: Box) -> Draft:
        """One box more, where it has a size and there is room for it."""
        _page, left, top, right, bottom = box
        fits = 0 <= left < right <= WHOLE and 0 <= top < bottom <= WHOLE and len(self.boxes) < MOST_BOXES
        return replace(self, boxes=(*self.boxes, box)) if fits and box not in self.boxes else self

    def without(self, box: Box) -> Draft:
        """One box less."""
        return replace(self, boxes=tuple(one for one in self.boxes if one != box), corner=None)


def read_draft(said: Any, kept: Sequence[Sequence[int]], pages: int) -> Draft:
    """What the address says; `kept` where it says nothing of boxes yet. What makes no sense is left out."""
    boxes = [_numbers(text, 5) for text in said.getlist("b")] if "w" in said else list(kept)
    found = Draft(page=min(max(_whole(said, "sheet", 1), 1), max(pages, 1)), width=_width(said))
    for box in boxes:
        if len(box) == 5 and 1 <= box[0] <= pages:
            page, left, top, right, bottom = box
            found = found.with_box((page, left, top, right, bottom))
    corner = _numbers(said.get("c", ""), 2)
    if len(corner) == 2 and all(0 <= edge <= WHOLE for edge in corner):
        found = replace(found, corner=(corner[0], corner[1]))
    return found


def point(said: Any, draft: Draft, slant: float) -> tuple[int, int] | None:
    """Where the picture was pressed, in thousandths of the page, if it was. `slant`: height for width."""
    x, y = _whole(said, "at.x", -1), _whole(said, "at.y", -1)
    if min(x, y) < 0:
        return None
    high = max(1, round(draft.width * slant))
    return min(WHOLE, x * WHOLE // draft.width), min(WHOLE, y * WHOLE // high)


def typed_box(said: Mapping[str, str], page: int) -> Box | None:
    """A box in whole percent of the page, as it was typed; None where it is none."""
    edges = [_whole(said, name, -1) * WHOLE // 100 for name in ("left", "top", "right", "bottom")]
    left, top, right, bottom = edges
    return (page, left, top, right, bottom) if 0 <= left < right <= WHOLE and 0 <= top < bottom <= WHOLE else None


def _width(said: Any) -> int:
    found = _whole(said, "w", WIDTHS[0])
    return found if found in WIDTHS else WIDTHS[0]


def _whole(said: Any, name: str, otherwise: int) -> int:
    text = str(said.get(name, ""))[:6]
    return int(text) if text.isascii() and text.isdecimal() else otherwise


def _numbers(text: str, count: int) -> list[int]:
    parts = text.split(".")
    sound = len(parts) == count and all(part.isascii() and part.isdecimal() and len(part) < 6 for part in parts)
    return [int(part) for part in parts] if sound else []
