"""Files of every kind, as small as their kind allows, and streams with bad luck."""

from __future__ import annotations

import io
import zipfile

from django.core.files.base import ContentFile

OFFICE = "application/vnd.openxmlformats-officedocument."
WORD = f"{OFFICE}wordprocessingml.document.main+xml"
EXCEL = f"{OFFICE}spreadsheetml.sheet.main+xml"
SLIDES = f"{OFFICE}presentationml.presentation.main+xml"
MACRO = "application/vnd.ms-word.document.macroEnabled.main+xml"
ISO_MEDIA = b"\x00\x00\x00\x18ftyp%s\x00\x00\x00\x00mif1heic"

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffdb")
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00"
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 \x18\x00\x00\x00"
HEIC = ISO_MEDIA % b"heic"
HEIF = ISO_MEDIA % b"mif1"
EXE = b"MZ" + b"\0" * 58 + b"\x40\0\0\0PE\0\0\x4c\x01" + b"\0" * 200
ELF = b"\x7fELF\x02\x01\x01" + b"\0" * 9 + b"\x02\x00\x3e\x00" + b"\0" * 44
OLD_WORD = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600


def archive(**parts: str) -> bytes:
    """A ZIP of the parts; `__` in a name stands for `/`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "/"), content)
    return buffer.getvalue()


def office(main: str, folder: str, *before: str, **extra: str) -> bytes:
    """An Office package whose main part has this type, with other parts before and after it."""
    types = f'<Types><Override PartName="/{folder}/main.xml" ContentType="{main}"/></Types>'
    parts = {"[Content_Types].xml": types, "_rels__.rels": "x", **dict.fromkeys(before, "x" * 5000)}
    parts |= {f"{folder}__main.xml": "x", **extra}
    return archive(**parts)


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
