"""Good files as people really have them: each must come through unharmed, byte for byte."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
from PIL import Image

from storage.kinds import CSV, DOCX, OFD, PDF, TEXT, XLSX, XML, ZIP
from tests.storage import files
from tests.storage.hostile import carrying, photo

SAMPLES = Path(__file__).parent / "samples"
XBRL = '<?xml version="1.0" encoding="UTF-8"?><xbrl xmlns="http://www.xbrl.org/2003/instance"><a>1</a></xbrl>'
INVOICE = '<?xml version="1.0" encoding="UTF-8"?><EInvoice><Header><EIid>1</EIid></Header></EInvoice>'
TABLE = "姓名,电话,金额\n张三,13800000000,-1.5\n李四,+8613800000000,=B2*2\n"
TURNED = 6


@dataclass(frozen=True)
class Good:
    """One file: where it comes from, its name, how it is made, the type it has."""

    story: str
    name: str
    make: Callable[[], bytes]
    media_type: str


def sample(name: str) -> Callable[[], bytes]:
    return (SAMPLES / name).read_bytes


def saved(image: Image.Image, kind: str, **how: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def turned() -> bytes:
    """A photo taken upright: it lies on its side and says so, and where and when it was taken."""
    exif = Image.Exif()
    exif[0x0112] = TURNED
    exif[0x010F] = "Maker"
    exif.get_ifd(0x8769)[0x9003] = "2027:03:05 14:02:11"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (30.0, 15.0, 0.0)
    image = Image.new("RGB", (40, 20), "red")
    image.paste("blue", (0, 0, 20, 20))
    return saved(image, "JPEG", exif=exif, quality=95)


def resaved(**how: Any) -> bytes:
    with pikepdf.open(io.BytesIO(files.PDF)) as pdf:
        out = io.BytesIO()
        pdf.save(out, **how)
    return out.getvalue()


def restricted() -> bytes:
    """May be opened by everybody, but not changed: as many issuers of vouchers send them."""
    return resaved(encryption=pikepdf.Encryption(user="", owner="secret"))


def two_pictures() -> bytes:
    """Phones put a second picture behind the first."""
    return saved(Image.new("RGB", (40, 20)), "MPO", save_all=True, append_images=[Image.new("RGB", (20, 10))])


def moving_photo() -> bytes:
    """Or a film of the second around it."""
    return photo() + b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\x12\x34" * 5000


def in_chinese_zip() -> bytes:
    """Names in GBK, as Windows writes them."""
    return files.zipped(
        {"材料/照片.jpg".encode("gbk").decode("cp437"): photo(), "a.docx": sample("python-docx.docx")()}
    )


def sealed_voucher() -> bytes:
    """Its data and its seal travel inside."""
    parts: dict[str, str | bytes] = {"Doc_0__Attachs__bker_issuer.xbrl": XBRL, "Doc_0__Signs__Seal.esl": b"\x30\x82\0"}
    return files.ofd(**parts)


CORPUS = tuple(
    Good(*row)
    for row in (
        ("Word by python-docx", "a.docx", sample("python-docx.docx"), DOCX),
        ("Excel by openpyxl", "a.xlsx", sample("openpyxl.xlsx"), XLSX),
        ("Excel by XlsxWriter, with chart and links", "a.xlsx", sample("xlsxwriter.xlsx"), XLSX),
        ("PDF by Chromium", "a.pdf", sample("chromium.pdf"), PDF),
        ("PDF by ReportLab, with a form", "a.pdf", sample("reportlab.pdf"), PDF),
        ("PDF by fpdf2", "a.pdf", sample("fpdf2.pdf"), PDF),
        ("PDF by Typst", "a.pdf", sample("typst-1.7.pdf"), PDF),
        ("PDF/A by Typst", "a.pdf", sample("typst-a-2b.pdf"), PDF),
        (
            "PDF by qpdf, object streams",
            "a.pdf",
            lambda: resaved(object_stream_mode=pikepdf.ObjectStreamMode.generate),
            PDF,
        ),
        ("PDF by qpdf, for the web", "a.pdf", lambda: resaved(linearize=True), PDF),
        ("PDF of a picture by Pillow", "a.pdf", lambda: saved(Image.new("RGB", (9, 9)), "PDF"), PDF),
        ("PDF that may not be changed", "a.pdf", restricted, PDF),
        ("PDF that opens at page 1", "a.pdf", lambda: files.pdf(catalog="/OpenAction [3 0 R /Fit]"), PDF),
        ("invoice PDF with XML", "a.pdf", lambda: carrying(INVOICE), PDF),
        ("voucher PDF with XBRL", "a.pdf", lambda: carrying(XBRL), PDF),
        ("voucher OFD", "a.ofd", files.ofd, OFD),
        (
            "voucher OFD with XBRL and seal",
            "a.ofd",
            sealed_voucher,
            OFD,
        ),
        ("invoice XML", "a.xml", INVOICE.encode, XML),
        ("invoice XML in GBK", "a.xml", lambda: INVOICE.replace("UTF-8", "GBK").encode("gbk"), XML),
        ("HEIC", "IMG_0001.HEIC", lambda: files.picture("HEIF", (64, 48)), "image/heic"),
        ("WebP", "微信图片.webp", lambda: files.picture("WEBP", (64, 48)), "image/webp"),
        ("turned JPEG", "a.jpg", turned, "image/jpeg"),
        ("JPEG for print, CMYK", "a.jpg", lambda: files.picture("JPEG", (40, 30), "CMYK"), "image/jpeg"),
        ("grey JPEG", "a.jpg", lambda: files.picture("JPEG", (40, 30), "L"), "image/jpeg"),
        ("progressive JPEG", "a.jpg", lambda: files.picture("JPEG", (400, 300), progressive=True), "image/jpeg"),
        ("JPEG of two pictures", "a.jpg", two_pictures, "image/jpeg"),
        ("JPEG with a film behind", "a.jpg", moving_photo, "image/jpeg"),
        ("PNG of 16 bits", "a.png", lambda: files.picture("PNG", (40, 30), "I;16"), "image/png"),
        ("PNG with holes", "a.png", lambda: files.picture("PNG", (40, 30), "RGBA"), "image/png"),
        ("48 million pixels", "a.jpg", lambda: files.picture("JPEG", (8064, 6048), "L"), "image/jpeg"),
        ("CSV in GBK", "a.csv", lambda: TABLE.encode("gbk"), CSV),
        ("CSV in UTF-8", "a.csv", lambda: TABLE.encode("utf-8-sig"), CSV),
        ("text in GBK", "a.txt", lambda: "您好\n".encode("gbk"), TEXT),
        ("ZIP by Windows", "a.zip", in_chinese_zip, ZIP),
        ("empty ZIP", "a.zip", lambda: files.zipped({}), ZIP),
    )
)
