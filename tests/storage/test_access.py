"""Whoever reads what is not for everybody stands in a log that nobody can thin out."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction
from django.test import Client

from grants.people.models import User
from storage import access
from storage.commands import attach, keep
from storage.enums import Way
from storage.links import address, page_address, small_address
from storage.models import Access, AccessHead, Attachment
from storage.ports import MayRead
from tests.storage import files
from tests.storage.conftest import NOW
from workflow import clock

Say = Callable[[MayRead | None], None]


@pytest.fixture
def papers(zhou: User, record: Group, readers: Say) -> Callable[[str], Attachment]:
    """A paper in the slot of that name, which everybody may read."""
    readers(lambda _actor, _attachment: True)

    def bound(slot: str) -> Attachment:
        document = keep(files.file(name="名单.pdf"), actor=zhou, now=NOW)
        return attach(record, slot, document, actor=zhou, now=NOW)

    return bound


@pytest.fixture
def browser(client: Client, zhou: User) -> Client:
    client.force_login(zhou)
    return client


def read(browser: Client, url: str) -> int:
    with clock.held(NOW + timedelta(minutes=1)):
        answer = browser.get(url, follow=True)
    b"".join(answer)
    return int(answer.status_code)


def test_every_download_and_every_page_of_a_paper_that_is_not_open_is_a_row(
    browser: Client, zhou: User, papers: Callable[[str], Attachment]
):
    paper = papers("minutes")
    assert read(browser, address(paper)) == read(browser, page_address(paper, 1)) == 200
    rows = [(row.seq, row.reader, row.way, row.page, row.at) for row in Access.objects.order_by("seq")]
    at = NOW + timedelta(minutes=1)
    assert rows == [(1, zhou, Way.DOWNLOAD, 0, at), (2, zhou, Way.PREVIEW, 1, at)]
    assert [row.seq for row in access.accesses_of(paper.document)] == [2, 1]
    assert list(access.faults()) == []


def test_an_open_paper_is_read_without_a_row(browser: Client, papers: Callable[[str], Attachment]):
    paper = papers("results")
    assert {read(browser, url) for url in (address(paper), page_address(paper, 1), small_address(paper))} == {200}
    assert not Access.objects.exists()


def test_a_slot_that_nobody_classified_is_not_open(browser: Client, papers: Callable[[str], Attachment]):
    paper = papers("something_new")
    assert read(browser, address(paper)) == 200
    assert Access.objects.count() == 1
    assert read(browser, small_address(paper)) == 404


def test_what_was_not_shown_is_not_logged(browser: Client, papers: Callable[[str], Attachment]):
    paper = papers("minutes")
    assert read(browser, page_address(paper, 2)) == 404
    head = browser.head(browser.head(address(paper))["Location"])
    assert (head.status_code, head.getvalue()) == (200, b"")
    assert not Access.objects.exists()


def test_the_log_is_written_once(zhou: User, papers: Callable[[str], Attachment]):
    access.note(papers("minutes").document, zhou, Way.DOWNLOAD, now=NOW)
    for change in (
        lambda: Access.objects.update(page=3),
        lambda: Access.objects.all().delete(),
        lambda: AccessHead.objects.update(count=3),
        lambda: AccessHead.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


@pytest.mark.parametrize(
    ("tampers", "words"),
    [
        (lambda: Access.objects.filter(seq=2).update(page=9), "第 2 行被改动过"),
        (lambda: Access.objects.filter(seq=2).delete(), "第 3 行之前缺了一行或被换过"),
        (lambda: Access.objects.filter(seq=3).delete(), "应有 3 行，现在到第 2 行为止"),
        (lambda: Access.objects.all().delete(), "应有 3 行，一行也没有了"),
        (lambda: AccessHead.objects.all().delete(), "应有 0 行，现在到第 3 行为止"),
    ],
)
def test_a_row_that_was_changed_or_removed_is_named(
    zhou: User,
    papers: Callable[[str], Attachment],
    unguarded: None,
    tampers: Callable[[], object],
    words: str,
):
    document = papers("minutes").document
    for page in (1, 2, 3):
        access.note(document, zhou, Way.PREVIEW, now=NOW, page=page)
    assert list(access.faults()) == []
    tampers()
    (fault,) = access.faults()
    assert words in fault.message
    assert str(document.pk) in fault.subject


@pytest.mark.django_db(transaction=True)
def test_readers_at_once_stand_one_behind_the_other(zhou: User, papers: Callable[[str], Attachment]):
    document = papers("minutes").document

    def look(page: int) -> None:
        try:
            access.note(document, zhou, Way.PREVIEW, now=NOW, page=page)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(look, range(1, 25)))
    assert sorted(Access.objects.values_list("seq", flat=True)) == list(range(1, 25))
    assert sorted(Access.objects.values_list("page", flat=True)) == list(range(1, 25))
    assert list(access.faults()) == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite waits 20 seconds before it says that it is busy")
@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_logged_is_not_shown(browser: Client, zhou: User, papers: Callable[[str], Attachment]):
    paper = papers("minutes")
    access.note(paper.document, zhou, Way.PREVIEW, now=NOW, page=1)
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        AccessHead.objects.select_for_update().get(document=paper.document)

        def elsewhere() -> tuple[int, str]:
            try:
                answer = browser.get(page_address(paper, 1))
                return answer.status_code, answer.content.decode()
            finally:
                connection.close()

        status, words = pool.submit(elsewhere).result()
    assert (status, words) == (503, "系统正忙，查阅登记没有写成，所以先不能打开。请过一会儿再试。")
    assert Access.objects.count() == 1
    assert read(browser, page_address(paper, 1)) == 200
