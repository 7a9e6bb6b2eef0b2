"""A link to bytes is one person's, for one document and 60 seconds; whoever else has it has nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from grants.people.models import User
from storage.commands import attach, keep
from storage.links import address, signed
from storage.models import Attachment
from storage.ports import MayRead
from tests.storage import files
from tests.storage.conftest import NOW
from workflow import clock

Say = Callable[[MayRead | None], None]


@pytest.fixture
def bound(zhou: User, record: Group, readers: Say) -> Attachment:
    readers(lambda actor, _attachment: actor.is_authenticated)
    document = keep(files.file(name="身份证复印件.pdf"), actor=zhou, now=NOW)
    return attach(record, "form", document, actor=zhou, now=NOW)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def status(client: Client, url: str, *, after: float = 0) -> int:
    with clock.held(NOW + timedelta(seconds=after)):
        answer = client.get(url)
    b"".join(answer)
    return int(answer.status_code)


def test_a_click_leads_to_a_link_that_nobody_keeps(zhou: User, bound: Attachment):
    with clock.held(NOW):
        answer = signed_in(zhou).get(address(bound))
    assert (answer.status_code, answer["Cache-Control"]) == (302, "private, no-store")
    assert answer["Location"].startswith("/documents/file/")
    assert bound.document.sha256 not in answer["Location"]


def test_the_link_dies_after_60_seconds(zhou: User, bound: Attachment):
    url, client = signed(bound, zhou, now=NOW), signed_in(zhou)
    assert [status(client, url, after=seconds) for seconds in (0, 59, 60, 3600)] == [200, 200, 404, 404]


def test_a_copied_link_is_nothing_to_another_person(zhou: User, chen: User, bound: Attachment):
    url = signed(bound, zhou, now=NOW)
    assert status(signed_in(chen), address(bound)) == 302  # who might read it by the own click
    assert status(signed_in(chen), url) == 404
    assert Client().get(url)["Location"].startswith("/login/")


def test_a_link_is_nothing_any_more_when_its_person_may_not_read(zhou: User, bound: Attachment, readers: Say):
    url = signed(bound, zhou, now=NOW)
    readers(lambda _actor, _attachment: False)
    assert status(signed_in(zhou), url) == 404


@pytest.mark.parametrize("token", ["x", "a:b", "W10:x", "é", "a" * 5000])
def test_a_forged_link_is_a_missing_one(zhou: User, bound: Attachment, token: str):
    client = signed_in(zhou)
    missing = client.get(address(Attachment(id=uuid.uuid4())))
    forged = client.get(f"/documents/file/{token}/")
    assert (forged.status_code, forged.content, forged.headers) == (404, missing.content, missing.headers)


def test_a_link_to_one_document_opens_no_other(zhou: User, bound: Attachment):
    url = signed(bound, zhou, now=NOW)
    head, _, tail = url.removesuffix("/").rpartition(":")
    assert status(signed_in(zhou), f"{head[:-1]}A:{tail}/") == 404
