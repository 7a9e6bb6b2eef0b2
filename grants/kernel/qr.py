"""A QR code as squares on a grid: how wide, and one path that draws the dark ones."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

import qrcode
from qrcode.constants import ERROR_CORRECT_M

QUIET = 4  # the empty border that readers need, in squares


class Code(NamedTuple):
    """A square of `size` by `size`, and the path of its dark squares in the words of SVG."""

    size: int
    path: str


def code_of(text: str) -> Code:
    """The code of a text, its quiet border included."""
    return codes_of([text])[0]


def codes_of(texts: Iterable[str]) -> list[Code]:
    """The codes of texts that differ by a few letters, as the sheets of one print do.

    Of the eight masks the one that suits the first is taken for all: finding it takes nine tenths of the time.
    """
    found: list[Code] = []
    mask: int | None = None
    for text in texts:
        made = qrcode.QRCode(border=QUIET, error_correction=ERROR_CORRECT_M, mask_pattern=mask)
        made.add_data(text)
        if mask is None:
            made.best_fit()
            mask = made.mask_pattern = made.best_mask_pattern()
        made.make(fit=True)
        rows = made.get_matrix()
        found.append(Code(len(rows), "".join(run for y, row in enumerate(rows) for run in _runs(y, row))))
    return found


def _runs(y: int, row: list[bool]) -> list[str]:
    """One stroke for each unbroken run of dark squares."""
    runs, x = [], 0
    for dark, cells in groupby(row):
        width = len(list(cells))
        if dark:
            runs.append(f"M{x} {y}h{width}v1h-{width}z")
        x += width
    return runs
