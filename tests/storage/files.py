"""Files of every kind, true and as small as their kind allows, and streams with bad luck."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from itertools import accumulate

import pillow_heif
import qrcode
from django.core.files.base import ContentFile
from PIL import Image, ImageFilter
from qrcode.image.pil import PilImage

OFFICE = "application/vnd.openxmlformats-officedocument."
WORD = f"{OFFICE}wordprocessingml.document.main+xml"
EXCEL = f"{OFFICE}spreadsheetml.sheet.main+xml"
SLIDES = f"{OFFICE}presentationml.presentation.main+xml"
MACRO = "application/vnd.ms-word.document.macroEnabled.main+xml"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

EXE = b"MZ" + b"\0" * 58 + b"\x40\0\0\0PE\0\0\x4c\x01" + b"\0" * 200
ELF = b"\x7fELF\x02\x01\x01" + b"\0" * 9 + b"\x02\x00\x3e\x00" + b"\0" * 44
OLD_WORD = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600


def pdf(*objects: str, catalog: str = "", page: str = "", trailer: str = "") -> bytes:
    """A PDF of one page, with something more in its catalog and page, and further objects numbered from 4."""
    bodies = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {page} >>",
        *objects,
    ]
    head = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    written = [f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1") for number, body in enumerate(bodies, 1)]
    *places, start = accumulate(map(len, written), initial=len(head))
    out, count = head + b"".join(written), len(bodies) + 1
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    out += f"xref\n0 {count}\n0000000000 65535 f \n{table}".encode()
    return out + f"trailer\n<< /Size {count} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()


def stream(content: str, words: str = "") -> str:
    """An object of a PDF that carries content."""
    return f"<< /Length {len(content.encode('latin-1'))} {words} >>\nstream\n{content}\nendstream"


def saying(words: str, size: int = 0) -> bytes:
    """A sound PDF that differs from others by its words, and is somewhat larger than `size` bytes."""
    return pdf(stream(words + " " * size))


def picture(kind: str, size: tuple[int, int] = (8, 6), mode: str = "RGB", **how: object) -> bytes:
    """A picture of this kind."""
    out = io.BytesIO()
    Image.new(mode, size, 0).save(out, kind, **how)
    return out.getvalue()


def coded(*texts: str) -> bytes:
    """A PDF of photographed pages, askew and somewhat blurred, each with the QR code of its text; "" has none."""
    pages = [photographed(text) for text in texts]
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:])
    return out.getvalue()


def photographed(text: str) -> Image.Image:
    """A page as a phone takes it."""
    page = Image.new("L", (1654, 2339), 230)
    if text:
        made = qrcode.make(text, image_factory=PilImage, border=4).get_image().convert("L").resize((240, 240))
        page.paste(made, (160, 1900))
    page = page.rotate(4, fillcolor=120, resample=Image.Resampling.BICUBIC)
    return page.filter(ImageFilter.GaussianBlur(0.8))


pillow_heif.register_heif_opener()
PDF = pdf()
JPEG = picture("JPEG")
PNG = picture("PNG")
WEBP = picture("WEBP")
HEIC = picture("HEIF")
HEIF = HEIC.replace(b"ftypheic", b"ftypmif1", 1)


def archive(**parts: str | bytes) -> bytes:
    """A ZIP of the parts; `__` in a name stands for `/`."""
    return zipped({name.replace("__", "/"): content for name, content in parts.items()})


def zipped(parts: Mapping[str, str | bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    """A ZIP of the parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name)  # of 1980: tests are named after what they read
            entry.compress_type = method
            file.writestr(entry, content)
    return buffer.getvalue()


def office(main: str, folder: str, *before: str, **extra: str | bytes) -> bytes:
    """An Office package whose main part has this type, with other parts before and after it."""
    types = f'<Types><Override PartName="/{folder}/main.xml" ContentType="{main}"/></Types>'
    parts: dict[str, str | bytes] = {"[Content_Types].xml": types, "_rels__.rels": relations(main=f"{folder}/main.xml")}
    parts |= {**dict.fromkeys(before, f"<x>{'x' * 5000}</x>"), f"{folder}__main.xml": "<x/>"}
    return archive(**{**parts, **extra})


def relations(main: str = "", *others: str) -> str:
    """The relations of a part, beginning with the document itself."""
    first = f'<Relationship Id="r0" Type="{RELATIONS}/officeDocument" Target="{main}"/>' if main else ""
    return f"<Relationships>{first}{''.join(others)}</Relationships>"


def relation(kind: str, target: str, *, outside: bool = True) -> str:
    """One relation."""
    mode = ' TargetMode="External"' if outside else ""
    return f'<Relationship Id="r1" Type="{RELATIONS}/{kind}" Target="{target}"{mode}/>'


def ofd(**extra: str | bytes) -> bytes:
    """A small whole OFD, as an e-voucher comes."""
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    root = f"<ofd:OFD {space}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
    document = f'<ofd:Document {space}><ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages>'
    parts: dict[str, str | bytes] = {
        "OFD.xml": root,
        "Doc_0__Document.xml": f"{document}</ofd:Document>",
        "Doc_0__Pages__Page_0__Content.xml": f"<ofd:Page {space}/>",
    }
    return archive(**{**parts, **extra})


def locked_archive() -> bytes:
    """A ZIP that says its one part is encrypted."""
    content = bytearray(archive(**{"secret.txt": "x"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    return bytes(content)


def file(content: bytes = PDF, name: str = "申报书.pdf") -> ContentFile[bytes]:
    """A file as a form hands it over."""
    return ContentFile(content, name=name)


class Breaking(io.BytesIO):
    """A stream that breaks off after its bytes."""

    def __init__(self, content: bytes, error: BaseException) -> None:
        super().__init__(content)
        self.error = error

    def read(self, size: int | None = -1, /) -> bytes:
        chunk = super().read(size)
        if chunk:
            return chunk
        raise self.error
