"""Several photos become one PDF: chosen, put in order, turned, cut; the photos stay behind it as they came."""

from __future__ import annotations

import uuid
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from grants.applications.models import Project
from grants.desk.forms.photos import Shot, cut, done, read
from storage.backends import store
from storage.models import Document, Sheet
from storage.queries import attachments_of
from tests.cast import Cast
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import starting
from workflow.lifecycle import ProjectState as S

WHERE = ("project_photos",)


def a_photo(name: str, size: tuple[int, int] = (120, 80), grey: int = 90) -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("L", size, grey).save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue())


def brought(visitor: Visitor, project: Project, n: int = 2) -> str:
    """So many photos are on the page; the part of its address that says so."""
    files = [a_photo(f"{k}.jpg", grey=20 + 9 * k) for k in range(n)]
    answer = visitor.post("project_photos", project.pk, "qualification", do="add", photos=files)
    return str(answer.url.partition("?")[2])


def pressed(visitor: Visitor, project: Project, query: str, button: str, **typed: str) -> str:
    page = visitor.open("project_photos", project.pk, "qualification", query=f"?{query}")
    sent: dict[str, Any] = {**visitor.fields(page), **typed, "do": button}
    return str(visitor.post("project_photos", project.pk, "qualification", **sent).url)


def pdf_of(project: Project) -> pikepdf.Pdf:
    attachment = attachments_of(project, "qualification").get()
    with store().open(attachment.document.key) as file:
        return pikepdf.open(BytesIO(file.read()))


@starting(S.DRAFT)
def test_photos_are_put_in_order_turned_cut_and_bound(cast: Cast, project: Project):
    leader = Visitor(cast.team_leader)
    query = brought(leader, project, 3)
    for button in ("down-0", "turnright-1", "remove-2"):
        query = pressed(leader, project, query, button).partition("?")[2]
    url = pressed(leader, project, query, "bind", **{"left-0": "50", "name": "志愿者证书"})

    assert url == reverse("project_slot", args=[project.pk, "qualification"])
    attachment = attachments_of(project, "qualification").get()
    assert attachment.document.name == "志愿者证书.pdf"
    sheets = Sheet.objects.filter(document=attachment.document)
    assert [(one.photo.name, one.turn, one.crop) for one in sheets] == [
        ("1.jpg", 0, "0.5000 0.0000 1.0000 1.0000"),
        ("0.jpg", 90, ""),
    ]
    assert len(pdf_of(project).pages) == 2
    page = leader.open("project_slot", project.pk, "qualification")
    assert "由2张照片合成" in page
    officer = Visitor(cast.officer)
    answer: Any = officer.client.get(reverse("sheet", args=[attachment.pk, 2]))
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == a_photo("0.jpg", grey=20).read()
    officer.open("sheet", attachment.pk, 9, status=404)
    Visitor(cast.sysadmin).open("sheet", attachment.pk, 1, status=404)


@starting(S.DRAFT)
def test_a_second_click_makes_no_second_pdf(cast: Cast, project: Project):
    leader = Visitor(cast.team_leader)
    query = brought(leader, project)
    for _ in range(2):
        pressed(leader, project, query, "bind", name="证书")
    assert attachments_of(project, "qualification", current=False).count() == 1
    assert Document.objects.filter(name="证书.pdf").count() == 1


@starting(S.DRAFT)
def test_what_is_no_photo_and_what_is_cut_away_are_said(cast: Cast, project: Project):
    leader = Visitor(cast.team_leader)
    files = [a_photo("好.jpg"), SimpleUploadedFile("坏.jpg", b"MZ" + b"\0" * 200)]
    page = text(leader.post("project_photos", project.pk, "qualification", status=422, do="add", photos=files))
    assert "“坏.jpg”没有收下" in page
    assert "好.jpg" in page
    query = brought(leader, project)
    sent: dict[str, Any] = {
        **leader.fields(leader.open("project_photos", project.pk, "qualification", query=f"?{query}"))
    }
    sent |= {"do": "bind", "left-1": "60", "right-1": "50"}
    assert "第2张裁得太多了" in text(leader.post("project_photos", project.pk, "qualification", status=422, **sent))


@starting(S.DRAFT)
def test_nobody_binds_the_photos_of_others(cast: Cast, project: Project):
    query = brought(Visitor(cast.team_leader), project)
    other = Visitor(cast.applicant)
    assert '<svg class="shotview"' not in other.open("project_photos", project.pk, "qualification", query=f"?{query}")
    photo = read([query.removeprefix("p=").partition("&")[0]])[0].photo
    other.open("own_picture", photo, status=404)
    Visitor(cast.county_officer).open("project_photos", project.pk, "qualification", status=404)
    sent = {"p": [query.removeprefix("p=").partition("&")[0]], "do": "bind"}
    other.post("project_photos", project.pk, "qualification", status=422, **sent)


@pytest.mark.parametrize("quarters", [0, 1, 2, 3, 4])
def test_what_was_cut_off_stays_cut_off_when_turned(quarters: int):
    shot = Shot(uuid.uuid4(), 0, 1, 2, 3, 4)
    edges = [(1, 2, 3, 4), (4, 1, 2, 3), (3, 4, 1, 2), (2, 3, 4, 1), (1, 2, 3, 4)][quarters]
    turned = shot.turned(quarters)
    assert (turned.left, turned.top, turned.right, turned.bottom) == edges
    assert turned.degrees == 90 * (quarters % 4)


def test_an_address_that_nobody_wrote_changes_nothing():
    shot = Shot(uuid.uuid4(), 3, 5, 0, 0, 99)
    assert read([str(shot), "x", f"{shot.photo.hex}.9.0.0.0.0", str(shot)]) == [Shot(shot.photo, 3, 5, 0, 0, 90)]
    rows = [shot]
    for deed in ("up-0", "down-0", "remove-7", "remove-x", "bind", ""):
        assert done(rows, deed) == rows
    assert done(rows, "whole-0") == [Shot(shot.photo, 3)]
    assert cut(rows, {"left-0": "x", "top-0": "300"})[0].top == 90
