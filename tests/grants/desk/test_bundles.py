"""Several photos in the form of a deed become one PDF: looked at, turned and cut where the deed is done."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import QuerySet

from grants.applications.models import Project
from storage.models import Document, Sheet
from storage.queries import attachments_of
from tests.cast import Cast
from tests.factories import PDF, a_document
from tests.grants.desk.test_photos import a_photo
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import starting
from workflow.lifecycle import ProjectState as S
from workflow.models import Proposal

DEED = "county_recommend"
TYPED: dict[str, Any] = {"opinion": "同意推荐，团队一直在做。", "rank": "1", "signer": "张志强"}
NAME = "signed_opinion"


def photos(n: int) -> list[SimpleUploadedFile]:
    return [a_photo(f"{k}.jpg", grey=20 + 9 * k) for k in range(n)]


def put_forward() -> QuerySet[Proposal]:
    return Proposal.objects.filter(move=DEED)


def form(visitor: Visitor, project: Project) -> dict[str, Any]:
    """The hidden answers of the page, before anybody types."""
    return visitor.fields(visitor.open("move", "project", project.pk, DEED))


def looked(visitor: Visitor, project: Project, button: str, **sent: Any) -> str:
    """The page after one of the buttons that only change how the photos lie."""
    return text(visitor.post("move", "project", project.pk, DEED, status=200, shots=f"{NAME}:{button}", **sent))


def lying(page: str) -> list[str]:
    """The photos on the page in their order, as the form carries them."""
    return re.findall(rf'name="p-{NAME}" value="([^"]+)"', page)


@starting(S.SUBMITTED)
def test_photos_sent_with_the_deed_are_one_pdf(cast: Cast, project: Project):
    clerk = Visitor(cast.county_officer)
    clerk.post("move", "project", project.pk, DEED, **(form(clerk, project) | TYPED | {NAME: photos(3)}))
    proposal = put_forward().get()
    document = Document.objects.get(name__endswith=".pdf", uploaded_by=cast.county_officer)
    assert str(document.pk) in proposal.given
    assert [one.photo.name for one in Sheet.objects.filter(document=document)] == ["0.jpg", "1.jpg", "2.jpg"]


@starting(S.SUBMITTED)
def test_looking_at_them_does_nothing_and_loses_nothing(cast: Cast, project: Project):
    clerk = Visitor(cast.county_officer)
    page = looked(clerk, project, "look", **form(clerk, project), **TYPED, **{NAME: photos(2)})
    assert TYPED["opinion"] in page
    assert "请填写这一项" not in page
    assert "errsum" not in page
    assert 'class="shotview"' in page
    assert not put_forward().exists()
    first, second = lying(page)
    page = looked(clerk, project, "down-0", **(clerk.fields(page) | TYPED))
    assert [one[:32] for one in lying(page)] == [second[:32], first[:32]]
    page = looked(clerk, project, "turnright-1", **(clerk.fields(page) | TYPED | {f"{NAME}-left-0": "50"}))
    clerk.post("move", "project", project.pk, DEED, **(clerk.fields(page) | TYPED))
    sheets = Sheet.objects.all()
    assert [(one.photo.name, one.turn, one.crop) for one in sheets] == [
        ("1.jpg", 0, "0.5000 0.0000 1.0000 1.0000"),
        ("0.jpg", 90, ""),
    ]
    assert put_forward().count() == 1


@starting(S.SUBMITTED)
def test_the_same_page_sent_twice_binds_once(cast: Cast, project: Project):
    clerk = Visitor(cast.county_officer)
    page = looked(clerk, project, "look", **form(clerk, project), **TYPED, **{NAME: photos(2)})
    sent = clerk.fields(page) | TYPED
    for _ in range(2):
        clerk.post("move", "project", project.pk, DEED, **sent)
    assert Document.objects.filter(name__endswith=".pdf", uploaded_by=cast.county_officer).count() == 1
    assert put_forward().count() == 1


@starting(S.SUBMITTED)
def test_one_photo_stays_the_photo_it_is(cast: Cast, project: Project):
    clerk = Visitor(cast.county_officer)
    page = looked(clerk, project, "look", **form(clerk, project), **TYPED, **{NAME: photos(1)})
    clerk.post("move", "project", project.pk, DEED, **(clerk.fields(page) | TYPED))
    assert str(Document.objects.get(name="0.jpg").pk) in put_forward().get().given


@starting(S.SUBMITTED)
def test_what_is_no_photo_is_said_at_the_field_and_the_photos_stay(cast: Cast, project: Project):
    clerk = Visitor(cast.county_officer)
    files = [*photos(1), SimpleUploadedFile("意见.pdf", PDF)]
    sent = {**form(clerk, project), **TYPED, NAME: files}
    page = text(clerk.post("move", "project", project.pk, DEED, status=422, **sent))
    assert "“意见.pdf”不是照片，合不进来" in page
    assert len(lying(page)) == 1
    assert TYPED["opinion"] in page


@starting(S.SUBMITTED)
def test_the_button_without_a_photo_says_what_to_do(cast: Cast, project: Project):
    clerk = Visitor(cast.county_officer)
    assert "请先拍照或选几张照片。" in looked(clerk, project, "look", **form(clerk, project), **TYPED)


@starting(S.SUBMITTED)
def test_photos_of_others_are_not_bound(cast: Cast, project: Project):
    theirs = a_document(cast.team_leader, "别人的")
    clerk = Visitor(cast.county_officer)
    sent = {f"p-{NAME}": [f"{theirs.pk.hex}.0.0.0.0.0"] * 2}
    page = text(clerk.post("move", "project", project.pk, DEED, status=422, **form(clerk, project), **TYPED, **sent))
    assert not lying(page)
    assert "请选择要上传的文件" in page


@pytest.mark.parametrize("script", ["many", "single"])
@starting(S.SUBMITTED)
def test_what_came_ahead_of_the_form_counts_like_what_comes_with_it(cast: Cast, project: Project, script: str):
    clerk = Visitor(cast.county_officer)
    page = looked(clerk, project, "look", **form(clerk, project), **TYPED, **{NAME: photos(2)})
    ahead = [str(one.pk) for one in Document.objects.filter(name__endswith=".jpg").order_by("name")]
    sent: dict[str, Any] = {**form(clerk, project), **TYPED, f"{NAME}-kept": ahead if script == "many" else ahead[:1]}
    clerk.post("move", "project", project.pk, DEED, **sent)
    assert Sheet.objects.count() == (2 if script == "many" else 0)
    assert not attachments_of(project, NAME).exists()  # it is only put forward yet
    assert page
