"""Somebody who does not sign in objects, with a photo, and looks up how it stands."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from grants.applications.models import Project
from grants.awards.models import Objection, OfficialNotice
from grants.awards.tickets import ticket_of
from grants.people.models import User
from storage.queries import attachments_of
from tests.cast import Cast
from tests.factories import PDF, on, reasons
from tests.grants.desk.visiting import HIDDEN, Visitor, text
from tests.journey_steps import starting
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role
from workflow.models import Notice
from workflow.outbox import relay

pytestmark = starting(S.IN_PUBLICITY)
FACTS: dict[str, Any] = {"text": "2026年5月3日的活动没有举行，照片是前一年的。"}
NAMED: dict[str, Any] = {"objector": "钱先生", "contact": "13900001111"}


@pytest.fixture(autouse=True)
def _fresh() -> None:
    cache.clear()


def place() -> str:
    return reverse("public_objection", args=[OfficialNotice.objects.get(kind="publicity").pk])


def hidden(page: str) -> dict[str, str]:
    found = {name: unescape(value) for name, value in HIDDEN.findall(page[page.index("<main") :])}
    found.pop("csrfmiddlewaretoken", None)
    return found


def photo(name: str = "现场.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, content_type="application/pdf")


def objects(client: Client, on_list: Project, /, *, status: int = 200, **typed: Any) -> str:
    with on(2026, 6, 9):
        sent = hidden(text(client.get(place()))) | {"project": on_list.number} | FACTS | typed
        answer = client.post(place(), sent)
    assert answer.status_code == status, text(answer)[:3000]
    return text(answer)


def ticket(page: str) -> tuple[str, str]:
    number, secret = re.search(r'ticket-number">([^<]+)', page), re.search(r'ticket-secret">([^<]+)', page)
    assert number
    assert secret
    return number[1], secret[1]


def test_an_objection_with_name_and_evidence_holds_the_project_and_reaches_whoever_handles_it(
    client: Client, cast: Cast, project: Project
):
    number, secret = ticket(objects(client, project, evidence=[photo()], **NAMED))
    found = Objection.objects.get(receipt=number)
    assert (found.objector, found.holds, found.project_id, str(found.state)) == ("钱先生", True, project.pk, "received")
    assert secret not in found.secret_digest
    [attachment] = attachments_of(found)
    assert (attachment.slot, attachment.document.name) == ("evidence", "现场.pdf")
    with on(2026, 6, 20):
        assert "objection_open" in reasons(project, "approve", cast.officer)
    download = reverse("storage:download", args=[attachment.pk])
    answer = Visitor(cast.discipline).client.get(download, follow=True)
    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
    assert Visitor(cast.team_leader).client.get(download).status_code == 404
    assert client.get(download).status_code != 200
    with on(2026, 6, 9):
        relay()
    assert Notice.objects.filter(person=cast.discipline, step__subject=f"project:{project.pk}").exists()


def test_an_anonymous_objection_is_logged_and_holds_nothing(client: Client, cast: Cast, project: Project):
    ticket(objects(client, project))
    assert not Objection.objects.get().holds
    with on(2026, 6, 20):
        assert "objection_open" not in reasons(project, "approve", cast.officer)


@starting(S.APPROVED)
def test_after_the_publicity_an_objection_is_registered_and_stops_no_payment_by_itself(
    client: Client, project: Project
):
    page = objects(client, project, **NAMED)
    assert "监督受理人会登记并核查，结果会答复您。" in page
    assert not Objection.objects.get().holds


def test_who_knows_number_and_secret_sees_how_it_stands_and_nobody_else(client: Client, project: Project):
    number, secret = ticket(objects(client, project, **NAMED))
    receipt = reverse("public_receipt")
    page = text(client.post(receipt, {"number": f" {number.lower()} ", "secret": secret.lower()}))
    assert "已收到" in page
    assert "最晚答复" in page
    assert "13900001111" not in page
    for wrong in ({"number": number, "secret": "X" * 10}, {"number": "YY-XXXXXXXX", "secret": secret}):
        answer = client.post(receipt, wrong)
        assert answer.status_code == 422
        assert "没有找到" in text(answer)


def test_the_same_form_sent_twice_is_one_objection_with_one_receipt(client: Client, project: Project):
    with on(2026, 6, 9):
        sent = hidden(text(client.get(place()))) | {"project": project.number} | FACTS
        receipts = {ticket(text(client.post(place(), sent))) for _ in range(2)}
    assert len(receipts) == Objection.objects.count() == 1


def test_what_is_missing_stands_at_its_field_and_nothing_typed_or_uploaded_is_lost(client: Client, project: Project):
    page = objects(client, project, status=422, text="", objector="钱先生", evidence=[photo()])
    assert "请填写这一项。" in page
    assert "请也留下联系方式" in page
    assert 'value="钱先生"' in page
    assert "现场.pdf" in page
    sent = hidden(page) | {"project": project.number, **FACTS, **NAMED}
    with on(2026, 6, 9):
        ticket(text(client.post(place(), sent)))
    assert [one.document.name for one in attachments_of(Objection.objects.get())] == ["现场.pdf"]


def test_a_file_of_the_wrong_kind_is_refused_with_its_reason(client: Client, project: Project):
    page = objects(client, project, status=422, evidence=[SimpleUploadedFile("a.exe", b"MZ" * 40)])
    assert 'id="f-evidence_error"' in page
    assert not Objection.objects.exists()


def test_a_forged_list_of_files_brings_nothing(client: Client, cast: Cast, project: Project):
    objects(client, project, kept="forged")
    assert not list(attachments_of(Objection.objects.get()))


@pytest.mark.parametrize("number", ["", "QNZJ-2026-9999"])
def test_one_objects_only_to_what_is_on_the_list(client: Client, project: Project, number: str):
    objects(client, project, status=422, project=number)
    assert not Objection.objects.exists()


def test_too_many_forms_from_one_place_are_stopped_for_an_hour(client: Client, project: Project):
    for _ in range(10):
        objects(client, project)
    page = objects(client, project, status=429)
    assert "请过一小时再试" in page
    assert Objection.objects.count() == 10


def test_the_box_of_the_public_cannot_sign_in_and_holds_no_role(client: Client, project: Project):
    objects(client, project, evidence=[photo()])
    box = User.objects.get(username="public-mailbox")
    assert not box.is_active
    assert not box.has_usable_password()
    assert not box.grants.exists()


def test_a_ticket_is_not_to_be_taken_for_another():
    found = {ticket_of(f"key{n}") for n in range(500)}
    assert len({one.number for one in found}) == len({one.secret for one in found}) == 500
    assert not any(sign in one.number[3:] + one.secret for one in found for sign in "01OIL")


def test_the_handler_reads_what_the_public_wrote(client: Client, cast: Cast, project: Project):
    objects(client, project, **NAMED)
    page = Visitor(cast.discipline).open("record", "objection", Objection.objects.get().pk)
    assert "照片是前一年的" in page
    assert Objection.objects.get().receipt in page
    assert Role.DISCIPLINE in {grant.role for grant in cast.discipline.grants.all()}
