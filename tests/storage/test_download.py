"""Reading a document: allowed or not there at all, and always a file to save."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from grants.people.models import User
from storage.commands import attach, keep, withdraw
from storage.links import address
from storage.models import Attachment
from storage.ports import MayRead, Reader
from tests.storage import files
from tests.storage.conftest import NOW

Say = Callable[[MayRead | None], None]


@pytest.fixture
def bound(zhou: User, record: Group) -> Attachment:
    document = keep(files.file(name="申报书（终稿）.pdf"), actor=zhou, now=NOW)
    return attach(record, "form", document, actor=zhou, now=NOW)


@pytest.fixture
def browser(client: Client, zhou: User) -> Client:
    client.force_login(zhou)
    return client


def status(browser: Client, bound: Attachment) -> int:
    """The status of a download read to its end, as a browser would."""
    response = browser.get(address(bound), follow=True)
    response.getvalue()
    return response.status_code


def everybody(_actor: Reader, _attachment: Attachment) -> bool:
    return True


def nobody(_actor: Reader, _attachment: Attachment) -> bool:
    return False


def test_a_reader_gets_the_original_as_a_file_to_save(browser: Client, bound: Attachment, readers: Say):
    readers(everybody)

    response = browser.get(address(bound), follow=True)

    assert response.status_code == 200
    assert response.getvalue() == files.PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Length"] == str(len(files.PDF))
    assert response["Content-Disposition"] == (
        "attachment; filename*=utf-8''%E7%94%B3%E6%8A%A5%E4%B9%A6%EF%BC%88%E7%BB%88%E7%A8%BF%EF%BC%89.pdf"
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "private, no-store"


def test_the_domain_is_asked_about_this_person_and_this_attachment(
    browser: Client, zhou: User, bound: Attachment, readers: Say
):
    asked: list[tuple[object, Attachment]] = []

    def remember(actor: Reader, attachment: Attachment) -> bool:
        asked.append((actor, attachment))
        return attachment.is_current

    readers(remember)

    assert status(browser, bound) == 200
    withdraw(bound, actor=zhou, now=NOW, reason="错了")
    assert status(browser, bound) == 404
    assert asked == [(zhou, bound)] * 3  # at the click, at the bytes, at the second click


def test_a_forbidden_document_answers_exactly_like_a_missing_one(browser: Client, bound: Attachment, readers: Say):
    readers(nobody)

    forbidden = browser.get(address(bound))
    missing = browser.get(address(Attachment(id=uuid.uuid4())))

    assert forbidden.status_code == missing.status_code == 404
    assert forbidden.content == missing.content
    assert forbidden.headers == missing.headers


def test_with_nobody_to_ask_nobody_may_read(browser: Client, bound: Attachment, readers: Say):
    readers(None)
    assert status(browser, bound) == 404


def test_a_document_is_read_and_nothing_else(browser: Client, bound: Attachment, readers: Say):
    readers(everybody)
    assert browser.post(address(bound)).status_code == 405
    head = browser.head(browser.head(address(bound))["Location"])
    assert (head.status_code, head.getvalue()) == (200, b"")


def test_a_file_that_is_gone_is_said_to_be_gone(browser: Client, bound: Attachment, readers: Say, folder: Path):
    readers(everybody)
    (folder / bound.document.key).unlink()

    response = browser.get(address(bound), follow=True)

    assert response.status_code == 503
    assert response.content.decode() == "这份材料暂时取不出来，管理员已收到提醒。请过一会儿再试。"
    assert response["Cache-Control"] == "private, no-store"


def test_the_address_is_short_and_names_no_key(bound: Attachment):
    assert address(bound) == f"/documents/{bound.pk}/"


def test_the_click_asks_for_the_person_and_the_attachment_alone(
    browser: Client, bound: Attachment, readers: Say, django_assert_num_queries: DjangoAssertNumQueries
):
    readers(everybody)
    status(browser, bound)

    with django_assert_num_queries(2):
        browser.get(address(bound))
