"""Pictures of pages made small: a page has few colours."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

COLOURS = 96
"""Few enough that the picture is small, enough that it looks the same."""

LARGEST = 150 * 1024
"""What a picture may weigh, in bytes."""


def small(path: Path) -> int:
    """The picture at the path keeps its look and loses its weight; the bytes that are left."""
    with Image.open(path) as taken:
        taken.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    return path.stat().st_size
