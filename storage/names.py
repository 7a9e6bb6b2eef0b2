"""The name under which a file is shown and downloaded: readable everywhere, never a path, never a disguise."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from django.utils.translation import gettext

MAX_CHARACTERS: Final = 120
MAX_BYTES: Final = 200
"""A folder on Linux takes 255 bytes a name; the archive package puts a number before ours."""

# Controls, invisible format marks (bidi overrides, zero widths), lone surrogates, line and paragraph separators.
HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
FORBIDDEN: Final = re.compile(r'[<>:"|?*]')
RESERVED: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)
SUFFIX: Final = re.compile(r"\.[A-Za-z0-9]{1,8}\Z")


def shown_name(raw: str) -> str:
    """Return a name that is safe on any disk and tells the truth about its suffix; cleaning it again changes nothing.

    Only the last part of a path stays; hidden characters go; what Windows forbids becomes `_`; a name over 120
    characters or 200 bytes of UTF-8 is cut before its suffix and shows `…`. Chinese punctuation stays as written.
    """
    visible = "".join(" " if c.isspace() else c for c in raw if c == "\t" or unicodedata.category(c) not in HIDDEN)
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", visible))[-1]
    plain = re.sub(" +", " ", FORBIDDEN.sub("_", last)).strip(" ").rstrip(". ")
    found = SUFFIX.search(plain)
    suffix = found.group() if found else ""
    stem = plain.removesuffix(suffix).strip(". ") or gettext("文件")
    # Windows takes all before the first dot for a device: CON.2027.pdf is as dead as CON.pdf.
    if RESERVED.fullmatch(stem.partition(".")[0].rstrip()):
        stem = f"_{stem}"
    return _cut(stem, suffix) + suffix


def suffix_of(name: str) -> str:
    """Return the suffix of a name in lower case with its dot, or an empty string."""
    found = SUFFIX.search(name)
    return found.group().lower() if found else ""


def _cut(stem: str, suffix: str) -> str:
    if _fits(stem + suffix):
        return stem
    stem = stem[:MAX_CHARACTERS]
    while not _fits(stem + "…" + suffix):
        stem = stem[:-1]
    return stem.rstrip(". ") + "…"


def _fits(name: str) -> bool:
    return len(name) <= MAX_CHARACTERS and len(name.encode()) <= MAX_BYTES
