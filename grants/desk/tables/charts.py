"""Charts drawn by us as SVG: classes only, widths as attributes, a title that states the finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

ROW, BAR, CHAR = 40, 22, 13


@dataclass(frozen=True)
class Bar:
    """One bar: its name, how long it is, how much of it is late, and what is written behind it."""

    label: str
    value: int
    late: int
    note: str


@dataclass(frozen=True)
class Room:
    """Where things stand in a drawing: how wide it is, where bars begin, how far they may reach."""

    width: int
    left: int
    reach: int
    row: int
    name_above: bool


DESK = Room(width=1024, left=72, reach=560, row=ROW, name_above=False)
PHONE = Room(width=320, left=0, reach=180, row=58, name_above=True)


def bars(found: Sequence[Bar], finding: str, room: Room) -> SafeString:
    """Bars one under another; what is late is hatched at the end of its bar and said in words behind it."""
    most = max((one.value for one in found), default=0) or 1
    rows = format_html_join("", "{}", ((_bar(one, n, most, room),) for n, one in enumerate(found)))
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" focusable="false"><title>{}</title>{}</svg>',
        room.width,
        room.row * len(found),
        finding,
        rows,
    )


def _bar(one: Bar, n: int, most: int, room: Room) -> SafeString:
    """Whole units only: lengths are rounded down, but something is never drawn as nothing."""
    length = max(room.reach * one.value // most, 2) if one.value else 0
    late = max(length * one.late // one.value, 2) if one.late else 0
    top = n * room.row + (20 if room.name_above else (room.row - BAR) // 2)
    base = n * room.row + 14 if room.name_above else top + BAR - 6
    parts = [format_html('<text class="c-name" x="0" y="{}">{}</text>', base, one.label)]
    if length:
        parts.append(_rect("c-bar", room.left, top, length - late))
    if late:
        parts.append(_rect("c-late", room.left + length - late, top, late))
    x, y = room.left + length + (8 if length else 0), top + BAR - 6
    parts.append(format_html('<text class="c-note" x="{}" y="{}">{}</text>', x, y, one.note))
    return format_html_join("", "{}", ((part,) for part in parts))


def _rect(look: str, x: int, y: int, width: int) -> SafeString:
    return format_html('<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="2"/>', look, x, y, width, BAR)
