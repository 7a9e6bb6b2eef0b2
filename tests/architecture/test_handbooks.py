"""The handbooks name what is there: roles, pictures, and buttons by the words that stand on the pages."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import polib
import pytest

from tests.architecture.source import ROOT
from tests.translations import PO, said
from workflow.lifecycle import Role

FOLDER = ROOT / "docs" / "handbooks"
HANDBOOKS = sorted(FOLDER.glob("*.md"))
PAGES = (ROOT / "README.md", *HANDBOOKS)
PICTURE = re.compile(r'(?:\]\(|src="|href=")([^)"]*pictures/[^)"]+\.png)')
ROLES = re.compile(r"^角色 · Roles：(.+)$", re.MULTILINE)
PRESSED = re.compile(r"\*\*([^*]+)\*\*")
ENGLISH = "\n## In English\n"


def roles_of(page: Path) -> list[str]:
    """The roles for whom a handbook is written, by the names of the table."""
    found = ROLES.search(page.read_text(encoding="utf-8"))
    return re.findall(r"`(\w+)`", found[1]) if found else []


def test_every_role_has_exactly_one_handbook():
    told = Counter(role for page in HANDBOOKS for role in roles_of(page))
    assert told == Counter(str(role.value) for role in Role if role != Role.SYSTEM)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_picture_that_is_named_exists(page: Path):
    named = PICTURE.findall(page.read_text(encoding="utf-8"))
    assert named
    assert [name for name in named if not (page.parent / name).is_file()] == []


def test_no_picture_lies_about_unnamed():
    named = {
        (page.parent / name).resolve() for page in PAGES for name in PICTURE.findall(page.read_text(encoding="utf-8"))
    }
    assert [path.name for path in (ROOT / "docs" / "pictures").glob("*") if path.resolve() not in named] == []


@pytest.mark.parametrize("index", ["README.md", "docs/README.md"])
def test_every_handbook_is_linked(index: str):
    page = ROOT / index
    links = {(page.parent / link).resolve() for link in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8"))}
    assert [book.name for book in HANDBOOKS if book.resolve() not in links] == []


@pytest.mark.parametrize("page", HANDBOOKS, ids=lambda page: page.stem)
def test_what_is_in_bold_stands_on_a_page_in_these_words(page: Path):
    catalogue = [entry for entry in polib.pofile(str(PO)) if not entry.obsolete]
    chinese = {entry.msgid for entry in catalogue}
    english = {words for entry in catalogue for words in said(entry)}
    own, other = page.read_text(encoding="utf-8").split(ENGLISH)
    assert [words for words in PRESSED.findall(own) if words not in chinese] == []
    assert [words for words in PRESSED.findall(other) if words not in english] == []
