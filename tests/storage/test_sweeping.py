"""Sweeping takes what nobody claims any more, and nothing else."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction

from grants.people.models import User
from storage.backends import store
from storage.commands import finish, keep, start, upload
from storage.enums import UploadState
from storage.models import Upload
from storage.refusal import Refused
from storage.sweeping import Swept, sweep
from tests.storage import files
from tests.storage.conftest import NOW

pytestmark = pytest.mark.django_db
NEXT_DAY = NOW + timedelta(hours=24)


def grow_old(folder: Path) -> None:
    """Let every file be years old."""
    for path in folder.rglob("*"):
        os.utime(path, (0, 0))


def received(actor: User) -> Upload:
    opened = start(actor=actor, name="a.pdf", size=len(files.PDF), now=NOW)
    upload(opened, io.BytesIO(files.PDF), actor=actor)
    return opened


def test_documents_stay_whatever_their_age(zhou: User, folder: Path):
    document = keep(files.file(), actor=zhou, now=NOW)
    grow_old(folder)

    assert sweep(now=NOW + timedelta(days=9999)) == Swept(uploads=0, files=0, partial=0)
    assert store().exists(document.key)


def test_an_upload_nobody_finished_goes_after_a_day(zhou: User, folder: Path):
    opened = received(zhou)
    grow_old(folder)

    assert sweep(now=NEXT_DAY - timedelta(seconds=1)) == Swept(uploads=0, files=0, partial=0)
    assert sweep(now=NEXT_DAY) == Swept(uploads=1, files=1, partial=0)
    assert sweep(now=NEXT_DAY) == Swept(uploads=0, files=0, partial=0)

    opened.refresh_from_db()
    assert opened.state == UploadState.EXPIRED
    with pytest.raises(Refused) as refusal:
        finish(opened, actor=zhou, now=NOW)
    assert refusal.value.code == "closed"


def test_bytes_shared_with_a_document_stay_when_an_upload_expires(zhou: User, folder: Path):
    document = keep(files.file(), actor=zhou, now=NOW)
    received(zhou)
    grow_old(folder)

    assert sweep(now=NEXT_DAY) == Swept(uploads=1, files=0, partial=0)
    assert store().exists(document.key)


def test_bytes_of_a_rolled_back_form_go_after_a_day(zhou: User, folder: Path):
    with transaction.atomic():
        keep(files.file(), actor=zhou, now=NOW)
        transaction.set_rollback(True)
    assert sweep(now=NEXT_DAY).files == 0

    grow_old(folder)

    assert sweep(now=NEXT_DAY).files == 1
    assert list(store().names()) == []


def test_refused_bytes_go_after_a_day(zhou: User, folder: Path):
    with pytest.raises(Refused):
        keep(files.file(files.EXE), actor=zhou, now=NOW)
    grow_old(folder)

    assert sweep(now=NOW) == Swept(uploads=0, files=1, partial=0)


def test_a_clock_moved_years_ahead_takes_no_fresh_bytes(zhou: User):
    received(zhou)
    assert sweep(now=NOW + timedelta(days=9999)) == Swept(uploads=1, files=0, partial=0)


def test_a_strange_file_is_left_for_people_to_judge(folder: Path):
    stray = folder / "sha256" / "note.txt"
    stray.parent.mkdir(parents=True)
    stray.touch()
    grow_old(folder)

    assert sweep(now=NOW).files == 0
    assert stray.exists()


def test_broken_transfers_are_cleared(folder: Path):
    draft = folder / "incoming" / "tmpdraft"
    draft.parent.mkdir(parents=True)
    draft.touch()
    grow_old(folder)

    assert sweep(now=NOW) == Swept(uploads=0, files=0, partial=1)
