"""What we serve of other people's work is exactly what we took."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import grants

STATIC = Path(grants.__file__).parent / "static"
TEMPLATES = STATIC.parent.parent / "templates"


def test_every_vendored_file_has_its_digest():
    lines = [line.split() for line in (STATIC / "vendor" / "SHA256SUMS").read_text().splitlines()]
    sums = {name: digest for digest, name in lines}
    files = {path.name for path in (STATIC / "vendor").iterdir()} - {"SHA256SUMS", "README.md"}
    assert set(sums) == files
    for name, digest in sums.items():
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == digest


def test_every_icon_that_a_page_names_is_in_the_sprite():
    known = set(re.findall(r'symbol id="([^"]+)"', (STATIC / "vendor" / "icons.svg").read_text()))
    named = {
        name
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r'{% icon "([^"]+)"', path.read_text(encoding="utf-8"))
    }
    assert named <= known


def test_no_page_carries_a_style_or_a_script_of_its_own():
    for path in TEMPLATES.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        assert "style=" not in page, path
        assert not re.search(r"<script(?![^>]*src=)|\son[a-z]+=", page), path


def test_our_styles_load_nothing_from_elsewhere():
    assert "url(" not in (STATIC / "theme.css").read_text(encoding="utf-8")
