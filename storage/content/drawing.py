"""A page as a picture, with whoever looks at it written across where that is asked for. Made by the helper."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, Final

import pypdfium2
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from storage.content.copying import upright
from storage.content.extracting import Block, extract
from storage.content.flaws import BROKEN, Flaw
from storage.kinds import PDF, PHOTOS

SIDE: Final = 1600
"""The longer side in points: a page of A4 is read easily, and weighs some hundred kilobytes."""
SHORT: Final = 1131
CLOSE: Final = 3200
"""The longer side where a code of 3 cm is looked for on a photo of a page."""
MOST_CODES, MOST_TEXT = 8, 500
FONT: Final = Path(__file__).resolve().parent.parent / "printing" / "fonts" / "NotoSerifSC-Regular.ttf"
LETTER: Final = 22
LINE: Final = 36
EDGE: Final = 72
LINES: Final = (SIDE - 2 * EDGE) // LINE
QUALITY: Final = 80
QUICK: Final = 1
"""How hard the compressor tries, of 6: a reader waits."""
TILT: Final = 30
GREY: Final = (90, 90, 90, 90)
WHITE: Final = (255, 255, 255, 90)


def outline(file: BinaryIO, media_type: str, *, drawn: bool) -> dict[str, Any]:
    """Say how many pages can be drawn; of a file of words, the words themselves unless they are to be drawn too."""
    if media_type in PHOTOS:
        return {"pages": 1}
    if media_type == PDF:
        with _opened(file) as document:
            return {"pages": len(document)}
    blocks, cut = extract(file, media_type)
    if drawn:
        return {"pages": max(1, -(-len(list(_lines(blocks))) // LINES)), "cut": cut}
    return {"pages": 0, "blocks": blocks, "cut": cut}


def draw(file: BinaryIO, out: BinaryIO, media_type: str, number: int, mark: str) -> dict[str, Any]:
    """Write the page with that number, from 1, as a picture; raise `Flaw` where there is none."""
    image = picture(file, media_type, number)
    if mark:
        image = _marked(image, mark)
    image.save(out, "WEBP", quality=QUALITY, method=QUICK)
    return {"width": image.width, "height": image.height}


def shape(file: BinaryIO, media_type: str, number: int) -> dict[str, Any]:
    """Say how wide and high the page with that number is, in its own units; raise `Flaw` where there is none."""
    if media_type != PDF:
        image = picture(file, media_type, number)
        return {"width": image.width, "height": image.height}
    with _opened(file) as document:
        if not 1 <= number <= len(document):
            raise Flaw(BROKEN)
        try:
            width, height = document[number - 1].get_size()
        except pypdfium2.PdfiumError as error:
            raise Flaw(BROKEN) from error
    return {"width": width, "height": height}


def codes(file: BinaryIO, media_type: str, number: int) -> dict[str, Any]:
    """Say what the QR codes on the page with that number hold, in no order; raise `Flaw` where there is none."""
    image = picture(file, media_type, number, CLOSE)
    found = zxingcpp.read_barcodes(image.convert("L"), formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return {"codes": [one.text[:MOST_TEXT] for one in found[:MOST_CODES]]}


def picture(file: BinaryIO, media_type: str, number: int, side: int = SIDE) -> Image.Image:
    """The page with that number, from 1, as it is looked at; raise `Flaw` where there is none."""
    if media_type == PDF:
        return _of_pdf(file, number, side)
    if media_type not in PHOTOS:
        return _of_words(extract(file, media_type)[0], number)
    if number != 1:
        raise Flaw(BROKEN)
    _, image = upright(file, media_type, side)
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    return image.convert("RGB")


def _of_pdf(file: BinaryIO, number: int, side: int) -> Image.Image:
    with _opened(file) as document:
        if not 1 <= number <= len(document):
            raise Flaw(BROKEN)
        try:
            page = document[number - 1]
            longest = max(page.get_size()) or 1
            image: Image.Image = page.render(scale=side / longest).to_pil().convert("RGB")
        except pypdfium2.PdfiumError as error:
            raise Flaw(BROKEN) from error
    return image


@contextmanager
def _opened(file: BinaryIO) -> Iterator[pypdfium2.PdfDocument]:
    file.seek(0)
    try:
        document = pypdfium2.PdfDocument(file.read())
    except pypdfium2.PdfiumError as error:
        raise Flaw(BROKEN) from error
    try:
        yield document
    finally:
        document.close()


def _of_words(blocks: list[Block], number: int) -> Image.Image:
    lines = list(_lines(blocks))[(number - 1) * LINES : number * LINES]
    if not lines and number != 1:
        raise Flaw(BROKEN)
    image = Image.new("RGB", (SHORT, SIDE), "white")
    pen = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        pen.text((EDGE, EDGE + row * LINE), line, font=_font(LETTER), fill="black")
    return image


def _lines(blocks: list[Block]) -> Iterator[str]:
    """Yield the words in lines that fit the page; the cells of a row stand behind each other."""
    for block in blocks:
        rows = ["  |  ".join(row) for row in block["rows"]] if "rows" in block else list(block.values())
        for words in rows:
            yield from _wrapped(words)
        yield ""


def _wrapped(words: str) -> Iterator[str]:
    line, room = "", float(SHORT - 2 * EDGE)
    for letter in words:
        wide = _width(letter)
        if wide > room:
            yield line
            line, room = "", SHORT - 2 * EDGE
        line, room = line + letter, room - wide
    yield line


@cache
def _width(letter: str) -> float:
    return _font(LETTER).getlength(letter)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, size)


def _marked(image: Image.Image, mark: str) -> Image.Image:
    """Write the mark across the whole picture, grey with a white edge, so that it is read on dark and light."""
    size = max(14, max(image.size) // 50)
    font = _font(size)
    wide = int(font.getlength(mark)) + 3 * size
    stamp = Image.new("RGBA", (wide, 2 * size), (0, 0, 0, 0))
    ImageDraw.Draw(stamp).text((size, size // 3), mark, font=font, fill=GREY, stroke_width=1, stroke_fill=WHITE)
    stamp = stamp.rotate(TILT, expand=True, resample=Image.Resampling.BILINEAR)
    whole = image.convert("RGBA")
    for top in range(-stamp.height // 2, whole.height, stamp.height):
        for left in range(-stamp.width // 2, whole.width, stamp.width):
            _put(whole, stamp, left, top)
    return whole.convert("RGB")


def _put(whole: Image.Image, stamp: Image.Image, left: int, top: int) -> None:
    cut = (max(0, -left), max(0, -top))
    whole.alpha_composite(stamp, (max(0, left), max(0, top)), cut)
