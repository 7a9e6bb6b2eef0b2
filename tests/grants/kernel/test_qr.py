"""Codes are read as they are written, whichever mask they share."""

from __future__ import annotations

import re

import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

from grants.kernel.qr import Code, code_of, codes_of

LINK = "https://qingnuan.example/reviews/12/signed/#QN1.12.3FA109BC."
RUN = re.compile(r"M(\d+) (\d+)h(\d+)")
DOT = 6


def photographed(code: Code) -> Image.Image:
    """The code drawn, then somewhat askew and blurred."""
    image = Image.new("L", (code.size * DOT, code.size * DOT), 230)
    pen = ImageDraw.Draw(image)
    for x, y, width in (map(int, found) for found in RUN.findall(code.path)):
        pen.rectangle((x * DOT, y * DOT, (x + width) * DOT - 1, (y + 1) * DOT - 1), fill=20)
    return image.rotate(4, fillcolor=230).filter(ImageFilter.GaussianBlur(1))


def test_every_sheet_of_a_long_print_is_read_from_a_photograph():
    texts = [f"{LINK}{number}.40" for number in range(1, 41)]
    codes = codes_of(texts)
    assert [zxingcpp.read_barcodes(photographed(code))[0].text for code in codes] == texts


def test_a_code_by_itself_is_the_first_of_many():
    assert code_of(f"{LINK}1.2") == codes_of([f"{LINK}1.2", f"{LINK}2.2"])[0]
