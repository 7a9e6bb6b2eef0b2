"""Pages with parts of them blackened: new pictures in which nothing lies beneath. Made by the helper."""

from __future__ import annotations

from math import ceil, floor
from typing import Any, BinaryIO, Final

import pikepdf
from PIL import Image, ImageDraw

from storage.content.copying import add_page
from storage.content.drawing import picture

WHOLE: Final = 1000
"""Edges are told in thousandths of the page."""


def cover(file: BinaryIO, out: BinaryIO, media_type: str, numbers: list[int], boxes: list[list[int]]) -> dict[str, Any]:
    """Write one PDF of these pages as pictures, each box black: [page, left, top, right, bottom].

    The file is not taken over but drawn: neither words nor layers, names of makers nor places come along. The same
    file and boxes give the same bytes.
    """
    with pikepdf.new() as pdf:
        for number in numbers:
            image = picture(file, media_type, number)
            for box in boxes:
                if box[0] == number:
                    _blacken(image, box[1:])
            add_page(pdf, image)
        pdf.save(out, deterministic_id=True)
    return {"pages": len(numbers)}


def _blacken(image: Image.Image, edges: list[int]) -> None:
    """Every point that the box touches is black."""
    left, right = (floor(edges[0] * image.width / WHOLE), ceil(edges[2] * image.width / WHOLE))
    top, bottom = (floor(edges[1] * image.height / WHOLE), ceil(edges[3] * image.height / WHOLE))
    ImageDraw.Draw(image).rectangle((left, top, right, bottom), fill="black")
