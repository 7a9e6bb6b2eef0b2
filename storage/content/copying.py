"""Copies for readers: upright, of a size to look at, with nothing in them but the picture. Made by the helper."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any, BinaryIO, Final

import pikepdf
import pypdfium2
from PIL import Image, ImageCms, ImageOps

from storage.content.flaws import BROKEN, Flaw
from storage.content.images import FORMATS, MAX_PIXELS
from storage.kinds import PDF

READING_SIDE: Final = 2560
THUMBNAIL_SIDE: Final = 400
QUALITY: Final = 85
DEEP: Final = frozenset({"I;16", "I;16B", "I;16L", "I;16N", "I", "F"})
CAMERA: Final = 0x8769
TAKEN: Final = 0x9003
MOMENT: Final = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)")
A4: Final = (595.276, 841.89)
"""In points."""
MARGIN: Final = 24
PAGE_SIDE: Final = 2339
"""A4 at 200 points an inch, the longer side."""


def copy(file: BinaryIO, out: BinaryIO, media_type: str, side: int) -> dict[str, Any]:
    """Write the picture, or the first page, at most `side` points long; say its type, size and when it was taken."""
    taken = ""
    if media_type == PDF:
        image = _first_page(file, side)
    else:
        taken, image = upright(file, media_type, side)
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    kind = "PNG" if media_type in {"image/png", PDF} else "JPEG"
    image.save(out, kind, **({} if kind == "PNG" else {"quality": QUALITY}))
    return {"type": f"image/{kind.lower()}", "width": image.width, "height": image.height, "taken": taken}


def bind(photos: list[BinaryIO], out: BinaryIO, pages: list[dict[str, Any]]) -> dict[str, Any]:
    """Write one PDF of A4 pages, one a photo: upright, turned clockwise, then cut to a part of what is then seen.

    The same photos, turns and cuts give the same bytes.
    """
    with pikepdf.new() as pdf:
        for photo, wish in zip(photos, pages, strict=True):
            _, image = upright(photo, wish["type"], PAGE_SIDE * 2)
            if wish["turn"]:
                image = image.rotate(-wish["turn"], expand=True)
            if wish["crop"]:
                image = image.crop(_box(image, wish["crop"]))
            image.thumbnail((PAGE_SIDE, PAGE_SIDE), Image.Resampling.LANCZOS)
            add_page(pdf, image.convert("RGB"))
        pdf.save(out, deterministic_id=True)
    return {"pages": len(pages)}


def join(parts: list[BinaryIO], out: BinaryIO) -> dict[str, Any]:
    """Write the pages of several PDFs, which `bind` made, into one. The same parts give the same bytes."""
    with pikepdf.new() as pdf:
        for part in parts:
            part.seek(0)
            with pikepdf.open(part) as one:
                pdf.pages.extend(one.pages)
        pdf.save(out, deterministic_id=True)
        return {"pages": len(pdf.pages)}


def upright(file: BinaryIO, media_type: str, side: int) -> tuple[str, Image.Image]:
    """Return when it was taken, and the picture as it is looked at: nothing of its file comes along."""
    file.seek(0)
    with Image.open(file, formats=FORMATS[media_type]) as opened:
        if opened.width * opened.height > MAX_PIXELS:
            raise Flaw(BROKEN)
        profile = opened.info.get("icc_profile")
        moment = MOMENT.match(str(opened.getexif().get_ifd(CAMERA).get(TAKEN, "")))
        opened.draft("RGB", (side, side))
        image = _plain(ImageOps.exif_transpose(opened), profile)
    fresh = Image.new(image.mode, image.size)
    fresh.paste(image)
    return "{}-{}-{}T{}".format(*moment.groups()) if moment else "", fresh


def _plain(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Eight bits, grey or red, green and blue as screens show them; holes become white."""
    if image.mode in DEEP:
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if profile and image.mode in {"RGB", "CMYK"}:
        image = _in_screen_colours(image, profile)
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        solid = image.convert("RGBA")
        image = Image.new("RGBA", solid.size, "white")
        image.alpha_composite(solid)
    return image if image.mode in {"L", "RGB"} else image.convert("RGB")


def _in_screen_colours(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        changed = ImageCms.profileToProfile(
            image, ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return changed or image


def _first_page(file: BinaryIO, side: int) -> Image.Image:
    file.seek(0)
    document = pypdfium2.PdfDocument(file.read())
    try:
        page = document[0]
        longest = max(page.get_size()) or 1
        return page.render(scale=side / longest).to_pil().convert("RGB")
    except pypdfium2.PdfiumError as error:
        raise Flaw(BROKEN) from error
    finally:
        document.close()


def _box(image: Image.Image, crop: list[float]) -> tuple[int, int, int, int]:
    left, top, right, bottom = crop
    x, y = round(left * image.width), round(top * image.height)
    return x, y, max(x + 1, round(right * image.width)), max(y + 1, round(bottom * image.height))


def add_page(pdf: pikepdf.Pdf, image: Image.Image) -> None:
    """The PDF has one more page of A4, upright or lying, with the picture on it and nothing else."""
    raw = BytesIO()
    image.save(raw, "JPEG", quality=QUALITY)
    lies = image.width > image.height
    width, height = A4[::-1] if lies else A4
    scale = min((width - 2 * MARGIN) / image.width, (height - 2 * MARGIN) / image.height)
    wide, high = image.width * scale, image.height * scale
    drawn = pdf.make_stream(
        raw.getvalue(),
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=image.width,
        Height=image.height,
        ColorSpace=pikepdf.Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
    page = pdf.add_blank_page(page_size=(round(width, 2), round(height, 2)))
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=drawn))
    place = f"q {wide:.2f} 0 0 {high:.2f} {(width - wide) / 2:.2f} {(height - high) / 2:.2f} cm /Im0 Do Q"
    page.obj.Contents = pdf.make_stream(place.encode())
