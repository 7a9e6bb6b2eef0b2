"""Is it what its name says, and do we take it? Decided by content, never by what the browser claims."""

from __future__ import annotations

import codecs
import logging
import re
from functools import cache
from typing import BinaryIO, Final
from xml.parsers import expat
from zipfile import ZipFile

import pylibmagic

# isort: split
# pylibmagic comes first: it leads python-magic to the library it carries, so that none need be installed.
import magic
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext

from storage.kinds import (
    BY_SUFFIX,
    BY_TYPE,
    CSV,
    DOCX,
    ENCRYPTED,
    KINDS,
    MACRO,
    OFD,
    SCRIPT,
    SLIDES,
    SVG,
    TEXT,
    UNWANTED,
    UNWANTED_SUFFIXES,
    WEB_PAGE,
    XLSX,
    XML,
    ZIP,
    Unwanted,
)
from storage.names import suffix_of
from storage.refusal import Refused

log = logging.getLogger(__name__)
HEAD: Final = 1024 * 1024
CONTENT_TYPES: Final = "[Content_Types].xml"
ALIASES: Final = dict.fromkeys(("image/heif", "image/heic-sequence", "image/heif-sequence"), "image/heic")
BINARY: Final = "application/octet-stream"
"""What libmagic also says of Office files whose parts come in an order it does not expect."""
MAYBE_TEXT: Final = frozenset({"application/csv", "application/json", "application/xml", BINARY, "message/rfc822"})
CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x19\x1b-\x1f\x7f]")


def limit() -> int:
    """Return the largest file taken, in bytes: the setting STORAGE_MAX_BYTES."""
    return int(settings.STORAGE_MAX_BYTES)


def check_announced(name: str, size: int) -> None:
    """Raise `Refused` when the clean name or the size in bytes alone already rule the file out."""
    suffix = suffix_of(name)
    if size <= 0:
        raise Refused("empty", gettext("这个文件是空的(0 字节)。请打开原文件看看有没有内容,存好后再上传。"))
    if size > limit():
        raise Refused(
            "too_large",
            gettext("这个文件有 %(size)s,超过了每个文件 %(limit)s 的上限。请缩小图片或分成几个文件,再上传。")
            % {"size": filesizeformat(size), "limit": filesizeformat(limit())},
        )
    if suffix in UNWANTED_SUFFIXES:
        raise _unwanted(UNWANTED_SUFFIXES[suffix])
    if suffix not in BY_SUFFIX:
        raise Refused("suffix", _suffix_message(suffix))


def inspect(file: BinaryIO, *, name: str, size: int) -> str:
    """Return the media type of the seekable file, whose content fits the suffix of its clean name; raise `Refused`."""
    check_announced(name, size)
    suffix = suffix_of(name)
    real = identify(file, suffix)
    if real == BY_SUFFIX[suffix].media_type:
        return real
    if real not in BY_TYPE:
        raise Refused(
            "unknown",
            gettext(
                "认不出这个文件的内容:它可能损坏了,或者只是改了名字。请用原来的软件打开,另存为 PDF 或图片,再上传。"
            ),
        )
    raise Refused(
        "mismatch",
        gettext("这个文件其实是%(real)s,名字却以 %(suffix)s 结尾。请把名字的结尾改成 %(right)s,再上传。")
        % {"real": BY_TYPE[real].label, "suffix": suffix, "right": BY_TYPE[real].suffixes[0]},
    )


def identify(file: BinaryIO, suffix: str) -> str:
    """Return the media type the content shows, empty when unknown; raise `Refused` for kinds never taken.

    The suffix only tells plain text from CSV, which look alike.
    """
    file.seek(0)
    head = file.read(HEAD)
    found = _magic().from_buffer(head)
    if found in UNWANTED or found.startswith(SCRIPT):
        raise _unwanted(UNWANTED.get(found, UNWANTED["text/x-shellscript"]))
    if found in {ZIP, DOCX, XLSX} or (found == BINARY and head.startswith(b"PK\x03\x04")):
        return _package(file)
    if found.startswith("text/") or found in MAYBE_TEXT:
        return _text(head, suffix, is_xml=found == "text/xml" or suffix == ".xml")
    return ALIASES.get(found, found)


@cache
def _magic() -> magic.Magic:
    return magic.Magic(mime=True, magic_file=str(pylibmagic.data.joinpath("magic.mgc")))


def _package(file: BinaryIO) -> str:
    """Tell what a ZIP file is by what it holds: libmagic takes any for Word that names its folders so."""
    try:
        with ZipFile(file) as package:
            names = set(package.namelist())
            locked = any(entry.flag_bits & 1 for entry in package.infolist())
            types = b""
            if CONTENT_TYPES in names and not locked:
                with package.open(CONTENT_TYPES) as part:
                    types = part.read(HEAD)
    except Exception as error:  # a broken or hostile file makes zipfile raise a dozen kinds; each means the same here
        log.info("a package could not be opened", exc_info=error)
        raise Refused("broken", gettext("这个文件打不开,可能没有传完整或已经损坏。请重新保存一份,再上传。")) from error
    if locked:
        raise _unwanted(ENCRYPTED)
    if b"macroEnabled" in types or any(name.endswith("vbaProject.bin") for name in names):
        raise _unwanted(MACRO)
    return OFD if "OFD.xml" in names else _office(types)


def _office(types: bytes) -> str:
    if b"presentationml.presentation.main+xml" in types:
        raise _unwanted(SLIDES)
    if b"wordprocessingml.document.main+xml" in types:
        return DOCX
    return XLSX if b"spreadsheetml.sheet.main+xml" in types else ZIP


def _text(head: bytes, suffix: str, *, is_xml: bool) -> str:
    text = _decoded(head)
    if text is None:
        return ""
    root = _root(text) if is_xml else ""
    if root in {"html", "svg"}:
        raise _unwanted(WEB_PAGE if root == "html" else SVG)
    if root:
        return XML
    return CSV if suffix == ".csv" else TEXT


def _decoded(head: bytes) -> str | None:
    """Return the text in one of the encodings met in China, or None when it is no text."""
    utf_16 = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if utf_16 else ("utf-8-sig", "gb18030"):
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(head)  # the head may end inside a character
        except UnicodeDecodeError:
            continue
        return None if CONTROL.search(text) else text
    return None


class _Root(Exception):
    """The name of the root element has been read."""


def _root(text: str) -> str:
    """Return the name of the root element, or of the DOCTYPE, where reading stops: no entity is ever expanded."""

    def found(name: str, *_: object) -> None:
        raise _Root(name.rpartition(" ")[2].lower())

    parser = expat.ParserCreate("utf-8", " ")
    parser.StartDoctypeDeclHandler = found
    parser.StartElementHandler = found
    try:
        parser.Parse(text.encode(errors="replace"), False)
    except _Root as root:
        return str(root)
    except expat.ExpatError:
        return ""  # not XML after all
    return ""


def _unwanted(kind: Unwanted) -> Refused:
    return Refused(kind.code, kind.message)


def _suffix_message(suffix: str) -> str:
    taken = gettext("、").join(kind.suffixes[0].removeprefix(".").upper() for kind in KINDS)
    if not suffix:
        return gettext("文件名没有后缀(例如 .pdf),看不出是什么文件。可以上传:%(taken)s。") % {"taken": taken}
    return gettext("不收 %(suffix)s 文件。可以上传:%(taken)s。") % {"suffix": suffix, "taken": taken}
