"""Typesetting: a template of ours and plain data become a PDF, the same bytes for the same moment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Final

import pypdfium2
import typst
from django.conf import settings

FONTS: Final = Path(__file__).with_name("fonts")
ARCHIVAL: Final = "a-2b"
"""PDF/A-2b: made to be read in thirty years."""


def typeset(template: str, data: Mapping[str, Any], *, at: datetime) -> bytes:
    """Set `templates/print/<template>.typ` with the data; `at` is the moment that the file names as its making.

    The template reads the data as JSON and loads nothing else: no package, no file outside its folder, no system font.
    A site may add its own faces (仿宋, 楷体) in DATA_DIR/fonts; templates name what they prefer, in order.
    """
    folder = settings.BASE_DIR / "templates" / "print"
    compiler = typst.Compiler(
        folder / f"{template}.typ",
        root=folder,
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    made = compiler.compile(format="pdf", timestamp=int(at.timestamp()), pdf_standards=ARCHIVAL)
    assert isinstance(made, bytes)  # noqa: S101 -- a PDF is one file; lists are for pictures
    return made


def pages_of(file: BinaryIO | bytes) -> int:
    """How many pages a PDF has."""
    document = pypdfium2.PdfDocument(BytesIO(file) if isinstance(file, bytes) else file)
    try:
        return len(document)
    finally:
        document.close()


@cache
def _fonts() -> typst.Fonts:
    """Faces are read once a process; ours travel with the product."""
    own = settings.DATA_DIR / "fonts"
    places: list[Path | str] = [FONTS, *([own] if own.is_dir() else [])]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(p) for p in places])
