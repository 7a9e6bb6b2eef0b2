"""Binding documents to records: versions, endings with who and why, never two current in one place."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import Model
from pytest_django import DjangoAssertNumQueries

from grants.people.models import User
from storage.commands import attach, keep, replace, withdraw
from storage.enums import Ending
from storage.models import Attachment, Document
from storage.queries import attachments_by_record, attachments_of, evidence
from storage.refusal import Refused
from tests.storage import files
from tests.storage.conftest import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


def document(actor: User, mark: bytes = b"") -> Document:
    return keep(files.file(files.PDF + mark), actor=actor, now=NOW)


def places(record: Model, *, current: bool = True) -> list[tuple[str, int, int]]:
    """Slot, ordinal and version of what is attached."""
    return list(attachments_of(record, current=current).values_list("slot", "ordinal", "version"))


def test_an_attached_document_is_the_first_version_in_its_slot(zhou: User, record: Group):
    bound = attach(record, "minutes", document(zhou), actor=zhou, now=NOW)

    bound.refresh_from_db()
    assert bound.record == record
    assert (bound.slot, bound.ordinal, bound.version) == ("minutes", 1, 1)
    assert (bound.attached_by, bound.attached_at) == (zhou, NOW)
    assert bound.is_current
    assert str(bound) == "申报书.pdf · minutes 1.1"


def test_a_slot_holds_several_files(zhou: User, record: Group):
    for mark in (b"1", b"2", b"3"):
        attach(record, "photos", document(zhou, mark), actor=zhou, now=NOW)
    attach(record, "minutes", document(zhou), actor=zhou, now=NOW)

    assert places(record) == [("minutes", 1, 1), ("photos", 1, 1), ("photos", 2, 1), ("photos", 3, 1)]
    assert attachments_of(record, "photos").count() == 3


def test_attaching_the_same_document_again_changes_nothing(zhou: User, record: Group):
    paper = document(zhou)
    assert attach(record, "a", paper, actor=zhou, now=NOW) == attach(record, "a", paper, actor=zhou, now=LATER)
    assert attach(record, "b", paper, actor=zhou, now=NOW).ordinal == 1
    assert places(record) == [("a", 1, 1), ("b", 1, 1)]


def test_replacing_makes_the_next_version_and_keeps_the_old_one(zhou: User, chen: User, record: Group):
    attach(record, "photos", document(zhou, b"0"), actor=zhou, now=NOW)
    old = attach(record, "photos", document(zhou, b"1"), actor=zhou, now=NOW)

    new = replace(old, document(chen, b"2"), actor=chen, now=LATER, reason=" 看不清，重拍 ")

    old.refresh_from_db()
    assert (new.ordinal, new.version, new.attached_by, new.attached_at) == (2, 2, chen, LATER)
    assert (old.ending, old.ended_by, old.ended_at, old.ended_reason) == (Ending.REPLACED, chen, LATER, "看不清，重拍")
    assert places(record) == [("photos", 1, 1), ("photos", 2, 2)]
    assert places(record, current=False) == [("photos", 1, 1), ("photos", 2, 1), ("photos", 2, 2)]


def test_a_withdrawn_attachment_stays_with_who_and_why(zhou: User, record: Group):
    bound = attach(record, "photos", document(zhou, b"1"), actor=zhou, now=NOW)

    withdraw(bound, actor=zhou, now=LATER, reason="传错了项目")

    (kept,) = attachments_of(record, current=False)
    assert (kept.ending, kept.ended_by, kept.ended_at, kept.ended_reason) == (
        Ending.WITHDRAWN,
        zhou,
        LATER,
        "传错了项目",
    )
    assert not kept.is_current
    assert places(record) == []


def test_the_place_of_a_withdrawn_file_is_not_given_to_another(zhou: User, record: Group):
    paper = document(zhou)
    withdraw(attach(record, "a", paper, actor=zhou, now=NOW), actor=zhou, now=NOW, reason="错了")
    assert attach(record, "a", paper, actor=zhou, now=LATER).ordinal == 2


def test_what_is_over_can_be_neither_replaced_nor_withdrawn(zhou: User, record: Group):
    old = attach(record, "a", document(zhou, b"1"), actor=zhou, now=NOW)
    replace(old, document(zhou, b"2"), actor=zhou, now=LATER, reason="新版")

    with pytest.raises(Refused) as replacing:
        replace(old, document(zhou, b"3"), actor=zhou, now=LATER, reason="新版")
    with pytest.raises(Refused) as withdrawing:
        withdraw(old, actor=zhou, now=LATER, reason="错了")

    assert replacing.value.code == withdrawing.value.code == "not_current"
    assert places(record) == [("a", 1, 2)]


@pytest.mark.parametrize("reason", ["", " \n", "字" * 301])
def test_an_ending_needs_a_reason_of_a_fair_length(zhou: User, record: Group, reason: str):
    bound = attach(record, "a", document(zhou), actor=zhou, now=NOW)
    with pytest.raises(Refused) as refusal:
        withdraw(bound, actor=zhou, now=LATER, reason=reason)
    assert refusal.value.message == "请写明原因，不超过 300 个字。"


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_files_attached_at_once_get_places_of_their_own(zhou: User, record: Group):
    papers = [document(zhou, bytes([n])) for n in range(4)]
    together = threading.Barrier(4)

    def press(paper: Document) -> int:
        try:
            together.wait(timeout=30)
            return attach(record, "photos", paper, actor=zhou, now=NOW).ordinal
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(press, papers)) == [1, 2, 3, 4]


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_of_two_replacements_at_once_one_wins(zhou: User, record: Group):
    old = attach(record, "a", document(zhou, b"0"), actor=zhou, now=NOW)
    papers = [document(zhou, b"1"), document(zhou, b"2")]
    together = threading.Barrier(2)

    def press(paper: Document) -> str:
        try:
            together.wait(timeout=30)
            replace(old, paper, actor=zhou, now=LATER, reason="新版")
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()
        return "won"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(press, papers)) == ["not_current", "won"]
    assert places(record) == [("a", 1, 2)]


def test_evidence_is_the_sorted_digests_of_what_is_current(zhou: User, record: Group):
    first, second, third = (document(zhou, mark) for mark in (b"1", b"2", b"3"))
    attach(record, "photos", first, actor=zhou, now=NOW)
    attach(record, "photos", second, actor=zhou, now=NOW)
    old = attach(record, "minutes", second, actor=zhou, now=NOW)
    replace(old, third, actor=zhou, now=LATER, reason="新版")

    assert evidence(record) == sorted([("minutes", third.sha256), ("photos", first.sha256), ("photos", second.sha256)])
    assert evidence(Group.objects.create(name="另一个项目")) == []


@pytest.mark.parametrize("count", [1, 3])
def test_attachments_of_many_records_take_one_query(
    zhou: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
):
    records: list[Model] = [Group.objects.create(name=str(n)) for n in range(count)]
    for record in records:
        attach(record, "a", document(zhou), actor=zhou, now=NOW)

    with django_assert_num_queries(1):
        found = attachments_by_record(records)
        names = [bound.document.name for attachments in found.values() for bound in attachments]

    assert list(found) == records
    assert names == ["申报书.pdf"] * count


def test_records_of_different_kinds_are_told_apart(zhou: User, record: Group):
    bound = attach(record, "a", document(zhou), actor=zhou, now=NOW)
    ended = attach(zhou, "b", document(zhou), actor=zhou, now=NOW)
    withdraw(ended, actor=zhou, now=LATER, reason="错了")

    assert attachments_by_record([zhou, record]) == {zhou: [], record: [bound]}
    assert attachments_by_record([]) == {}


def test_one_record_is_listed_with_one_query(
    zhou: User, record: Group, django_assert_num_queries: DjangoAssertNumQueries
):
    for mark in (b"1", b"2", b"3"):
        attach(record, "a", document(zhou, mark), actor=zhou, now=NOW)

    with django_assert_num_queries(1):
        assert [(str(bound.document), bound.attached_by) for bound in attachments_of(record)] == [
            ("申报书.pdf", zhou)
        ] * 3


def test_a_place_that_stays_taken_is_an_error(zhou: User, record: Group):
    """An integrity error that is no race comes out in the end."""
    from django.db import IntegrityError  # noqa: PLC0415

    with pytest.raises(IntegrityError):
        attach(record, "", document(zhou), actor=zhou, now=NOW)
    assert not Attachment.objects.exists()
