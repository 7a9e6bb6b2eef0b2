"""What a slot takes, and how much room a person has: said in words, before the first byte and after the last."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from grants.people.models import User
from storage.commands import start
from storage.enums import UploadState
from storage.models import Document, Upload
from storage.quotas import MEGABYTE, Use, require_room, used_by
from storage.refusal import Refused
from storage.slots import FAMILIES, SlotSpec
from tests.storage import files
from tests.storage.conftest import NOW

PHOTOS = SlotSpec("photo", "签到表", True, ("photo", "pdf"), 3, 2 * MEGABYTE)


def test_a_slot_refuses_by_name_and_size_before_a_byte_came():
    PHOTOS.check_announced("签到.HEIC", MEGABYTE)
    for name, size, code in (
        ("名单.xlsx", 10, "slot_type"),
        ("大.jpg", 3 * MEGABYTE, "slot_size"),
        ("空.jpg", 0, "empty"),
    ):
        with pytest.raises(Refused) as caught:
            PHOTOS.check_announced(name, size)
        assert caught.value.code == code
    with pytest.raises(Refused, match="“签到表”只收照片、PDF，这个文件是Excel 表格"):
        PHOTOS.check_announced("名单.xlsx", 10)


def test_it_refuses_by_what_the_file_really_is():
    PHOTOS.check(Document(media_type="image/png", size=10))
    with pytest.raises(Refused, match="只收照片"):
        PHOTOS.check(Document(media_type="text/csv", size=10))
    with pytest.raises(Refused, match="不超过"):
        PHOTOS.check(Document(media_type="image/png", size=5 * MEGABYTE))


def test_it_is_full_when_it_is_full_and_one_is_replaced():
    PHOTOS.check_room(2)
    with pytest.raises(Refused, match="最多放3份，已经有3份"):
        PHOTOS.check_room(3)
    SlotSpec("one", "承诺书").check_room(1)
    SlotSpec("many", "照片", most=0).check_room(500)


def test_it_tells_the_browser_what_to_offer():
    assert ".heic" in PHOTOS.accept
    assert ".xlsx" not in PHOTOS.accept
    assert SlotSpec("any", "其他").kinds == frozenset().union(*FAMILIES.values())
    assert not SlotSpec("xml", "数据", takes=("xml",)).photos


def test_room_is_told_in_figures(zhou: User, settings: Any):
    settings.STORAGE_PERSON_MB, settings.STORAGE_PERSON_FILES = 1, 2
    start(actor=zhou, name="甲.pdf", size=600 * 1024, now=NOW)
    assert used_by(zhou).words.replace("\xa0", " ") == "已用 600.0 KB / 1.0 MB，1 / 2 份"
    with pytest.raises(Refused) as told:
        start(actor=zhou, name="乙.pdf", size=500 * 1024, now=NOW)
    assert "已用 600.0 KB / 1.0 MB，1 / 2 份，这个文件 500.0 KB" in str(told.value).replace("\xa0", " ")
    start(actor=zhou, name="丙.pdf", size=1024, now=NOW)
    with pytest.raises(Refused) as caught:
        require_room(zhou, 1)
    assert caught.value.code == "person_full"


def test_what_was_refused_or_expired_takes_no_room(zhou: User):
    begun = start(actor=zhou, name="甲.pdf", size=1000, now=NOW)
    assert used_by(zhou).bytes == 1000
    Upload.objects.filter(pk=begun.pk).update(state=UploadState.EXPIRED)
    assert used_by(zhou).bytes == 0


def test_no_limit_is_none():
    use = Use(10**12, 10**6, 0, 0)
    assert use.takes(10**12)
    assert (use.percent, use.nearly, use.words) == (0, False, "")
    assert Use(90, 1, 100, 10).nearly


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_pass_together(zhou: User, settings: Any):
    settings.STORAGE_PERSON_FILES = 1
    told: list[str] = []
    ready = threading.Barrier(2)

    def begin() -> None:
        ready.wait()
        try:
            start(actor=zhou, name="甲.pdf", size=len(files.PDF), now=NOW)
            told.append("begun")
        except Refused as refusal:
            told.append(refusal.code)
        finally:
            connection.close()

    both = [threading.Thread(target=begin) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(told) == ["begun", "person_full"]
