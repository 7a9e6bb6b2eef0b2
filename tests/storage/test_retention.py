"""Terms, holds and destruction as storage itself refuses and remembers them, whoever asks."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import Group

from grants.people.models import User
from storage.backends import store
from storage.commands import keep
from storage.copies import thumbnail
from storage.enums import Term
from storage.models import Document, Keeping
from storage.refusal import Refused
from storage.retention import clear_destroyed, destroy, due, hold, keep_until, lift, lock_kept
from storage.verify import verify
from tests.storage import files
from tests.storage.conftest import NOW
from tests.storage.test_sweeping import grow_old

YESTERDAY, LATER = date(2027, 3, 4), date(2030, 12, 31)


@pytest.fixture
def paper(zhou: User) -> Document:
    return keep(files.file(), actor=zhou, now=NOW)


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as found:
        call()
    return found.value.code


def everything() -> list[Document]:
    return list(due(Document.objects.all(), now=NOW))


def test_a_term_is_prolonged_and_never_shortened(paper: Document, record: Group):
    assert keep_until(record, [(paper, Term.ARCHIVE, LATER)], now=NOW) == 1
    assert keep_until(record, [(paper, Term.NOT_FUNDED, YESTERDAY)], now=NOW) == 0
    assert keep_until(record, [(paper, Term.VOUCHER, date(2040, 1, 1))], now=NOW) == 1
    assert Keeping.objects.get().until == date(2040, 1, 1)


def test_a_paper_of_two_records_is_kept_for_the_longer(paper: Document, record: Group):
    keep_until(record, [(paper, Term.NOT_FUNDED, YESTERDAY)], now=NOW)
    assert everything() == [paper]
    keep_until(Group.objects.create(name="另一个项目"), [(paper, Term.ARCHIVE, LATER)], now=NOW)
    assert everything() == []


def test_a_paper_without_a_term_is_never_due(paper: Document):
    assert everything() == []


def test_a_hold_stands_once_and_is_lifted_by_somebody_else(paper: Document, record: Group, zhou: User, chen: User):
    keep_until(record, [(paper, Term.NOT_FUNDED, YESTERDAY)], now=NOW)
    assert refused(lambda: lift(record, actor=chen, now=NOW, reason="没有")) == "not_held"
    hold(record, [paper], actor=zhou, now=NOW, reason="诉讼")
    assert refused(lambda: hold(record, [paper], actor=chen, now=NOW, reason="诉讼")) == "held"
    assert refused(lambda: lift(record, actor=zhou, now=NOW, reason="结束")) == "same_person"
    assert everything() == []
    lift(record, actor=chen, now=NOW, reason="结束")
    assert everything() == [paper]


def test_one_person_destroys_nothing_and_two_only_what_is_due(paper: Document, record: Group, zhou: User, chen: User):
    def by(first: User, second: User) -> object:
        return destroy([paper], proposed_by=first.pk, confirmed_by=second.pk, now=NOW, reason="到期")

    keep_until(record, [(paper, Term.NOT_FUNDED, YESTERDAY)], now=NOW)
    assert refused(lambda: by(zhou, zhou)) == "same_person"
    by(zhou, chen)
    assert refused(lambda: by(zhou, chen)) == "not_due"


def test_the_copies_for_readers_go_with_the_original(record: Group, zhou: User, chen: User, folder: Path):
    photo = keep(files.file(files.picture("JPEG", (90, 60)), name="照片.jpg"), actor=zhou, now=NOW)
    copy = thumbnail(photo, now=NOW)
    assert copy
    keep_until(record, [(photo, Term.NOT_FUNDED, YESTERDAY)], now=NOW)
    destroy([photo], proposed_by=zhou.pk, confirmed_by=chen.pk, now=NOW, reason="到期")
    assert list(verify()) == []
    grow_old(folder)
    assert clear_destroyed(now=NOW + timedelta(minutes=1)) == 1
    assert not store().exists(photo.key)
    assert not store().exists(copy.key)
    assert list(verify()) == []


def test_bytes_that_came_again_a_moment_ago_are_not_taken_from_an_upload(
    paper: Document, record: Group, zhou: User, chen: User, folder: Path
):
    keep_until(record, [(paper, Term.NOT_FUNDED, YESTERDAY)], now=NOW)
    destroy([paper], proposed_by=zhou.pk, confirmed_by=chen.pk, now=NOW, reason="到期")
    grow_old(folder)
    store().save(io.BytesIO(files.PDF), size=len(files.PDF))  # somebody sends them; no row knows it yet

    assert clear_destroyed(now=NOW) == 0
    assert store().exists(paper.key)

    grow_old(folder)
    assert clear_destroyed(now=NOW) == 1
    assert not store().exists(paper.key)


def test_a_folder_locks_nothing_and_that_is_no_error(paper: Document, record: Group):
    keep_until(record, [(paper, Term.ARCHIVE, LATER)], now=NOW)
    assert lock_kept(now=NOW) == 0
