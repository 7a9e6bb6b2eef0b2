"""What we serve of other people's work is exactly what we took."""

from __future__ import annotations

import ast
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import grants
from tests.architecture.source import modules, tree

STATIC = Path(grants.__file__).parent / "static"
TEMPLATES = STATIC.parent.parent / "templates"


def test_every_vendored_file_has_its_digest():
    lines = [line.split() for line in (STATIC / "vendor" / "SHA256SUMS").read_text().splitlines()]
    sums = {name: digest for digest, name in lines}
    files = {path.name for path in (STATIC / "vendor").iterdir()} - {"SHA256SUMS", "README.md"}
    assert set(sums) == files
    for name, digest in sums.items():
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == digest


def test_the_sprite_has_every_icon_that_is_named_and_no_other():
    sprite = (STATIC / "vendor" / "icons.svg").read_text(encoding="utf-8")
    named = {
        name
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r'(?:{% icon |icon=)"([^"]+)"', path.read_text(encoding="utf-8"))
    }
    known = set(re.findall(r'symbol id="([^"]+)"', sprite))
    assert named | icons_of_code() <= known
    assert known <= named | icons_of_code() | set(words_of_code())


def icons_of_code() -> set[str]:
    """What Python names: the values of every table called ICONS."""
    return {
        value.value
        for path in modules("grants")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Assign) and "ICONS" in ast.unparse(node.targets[0]) and isinstance(node.value, ast.Dict)
        for value in node.value.values
        if isinstance(value, ast.Constant) and isinstance(value.value, str)
    }


def words_of_code() -> Iterator[str]:
    """What Python may name elsewhere: texts with a hyphen, such as play-fill; a single word could mean anything."""
    for path in modules("grants"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "-" in node.value:
                yield node.value


def test_the_theme_says_a_thing_once():
    theme = re.sub(r"/\*.*?\*/", "", (STATIC / "theme.css").read_text(encoding="utf-8"), flags=re.DOTALL)
    anywhere = re.sub(r"@[^{}]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", theme)
    rules = Counter(found.strip() for found in re.findall(r"([^{}]+)\{[^{}]*\}", anywhere))
    assert [rule for rule, n in rules.items() if n > 1] == []


def test_no_page_carries_a_style_or_a_script_of_its_own():
    for path in TEMPLATES.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        assert "style=" not in page, path
        assert not re.search(r"<script(?![^>]*src=)|\son[a-z]+=", page), path


def test_our_styles_load_nothing_from_elsewhere():
    assert "url(" not in (STATIC / "theme.css").read_text(encoding="utf-8")
