"""Verification names each document that is not what it was, and each file that belongs to none."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from grants.people.models import User
from storage.backends import key_of
from storage.commands import keep
from storage.models import Document
from storage.verify import verify
from tests.storage import files
from tests.storage.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unguarded")]


@pytest.fixture
def documents(zhou: User, chen: User) -> list[Document]:
    """Two documents on the same bytes and one on others."""
    kept = [(zhou, b"1"), (chen, b"1"), (zhou, b"2")]
    return [keep(files.file(files.PDF + mark), actor=person, now=NOW) for person, mark in kept]


def faults() -> set[tuple[str, str]]:
    """Code and subject of every fault; each has a sentence."""
    found = list(verify(unclaimed_for=timedelta(0)))
    assert all(fault.message.endswith("。") for fault in found)
    return {(fault.code, fault.subject) for fault in found}


def row(document: Document) -> str:
    return f"storage.Document {document.pk}"


def overwrite(path: Path, content: bytes) -> None:
    path.unlink()
    path.write_bytes(content)


def test_what_is_whole_has_no_faults(documents: list[Document]):
    assert faults() == set()


def test_a_changed_file_is_named_for_each_document_on_it(documents: list[Document], folder: Path):
    first, second, _ = documents
    overwrite(folder / first.key, (files.PDF + b"1")[::-1])
    assert faults() == {("digest", row(first)), ("digest", row(second))}


def test_a_truncated_file_differs_in_digest_and_size(documents: list[Document], folder: Path):
    *_, third = documents
    overwrite(folder / third.key, files.PDF)
    assert faults() == {("digest", row(third)), ("size", row(third))}


def test_a_missing_file_is_named(documents: list[Document], folder: Path):
    *_, third = documents
    (folder / third.key).unlink()
    assert faults() == {("missing", row(third))}


def test_a_changed_digest_in_the_database_is_named_with_the_file_it_left(documents: list[Document]):
    *_, third = documents
    Document.objects.filter(pk=third.pk).update(sha256="0" * 64)
    assert faults() == {("missing", row(third)), ("unclaimed", third.key)}


def test_a_changed_size_in_the_database_is_named(documents: list[Document]):
    *_, third = documents
    Document.objects.filter(pk=third.pk).update(size=7)
    assert faults() == {("size", row(third))}


def test_files_without_a_row_are_named(documents: list[Document], folder: Path):
    stray = folder / "sha256" / "note.txt"
    stray.touch()
    orphan = folder / key_of("0" * 64)
    orphan.parent.mkdir(parents=True)
    orphan.touch()

    assert faults() == {("unclaimed", "sha256/note.txt"), ("unclaimed", key_of("0" * 64))}


def test_a_file_still_on_its_way_is_no_fault(folder: Path):
    orphan = folder / key_of("0" * 64)
    orphan.parent.mkdir(parents=True)
    orphan.touch()
    assert list(verify()) == []
