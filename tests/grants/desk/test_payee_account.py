"""The payee's account is typed twice beside the photo of its proof; finance verifies it beside the same photo."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from grants.applications.models import Project
from grants.funds.models import PayeeAccount
from tests.cast import Cast
from tests.factories import on
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import starting
from workflow.lifecycle import ProjectState as S

NUMBER = "1202021209000012345"
pytestmark = starting(S.APPROVED)


@pytest.fixture(autouse=True)
def _june(cast: Cast) -> Any:
    with on(2026, 6, 24):
        yield


def photo() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (900, 600), "white").save(out, "JPEG")
    return SimpleUploadedFile("开户证明.jpg", out.getvalue(), "image/jpeg")


def typed(project: Project, **changes: str) -> dict[str, str]:
    facts = {"holder": str(project.payee), "bank": "工商银行", "account_no": NUMBER, "account_again": NUMBER}
    return facts | {"deed": "file_payee_account"} | changes


def test_the_photo_stands_beside_the_form_before_anything_is_sent(cast: Cast, project: Project):
    payee = Visitor(cast.payee_officer)
    form = typed(project, bank="农行") | {"look": "1"}
    page = text(payee.post("payee_account", project.pk, status=200, account_proof=photo(), **form))
    assert "/picture/?large" in page
    assert 'value="农行"' in page
    assert "请填写这一项" not in page
    assert not PayeeAccount.objects.exists()


def test_an_account_is_filed_with_its_photo_and_verified_beside_it(cast: Cast, project: Project):
    payee, finance = Visitor(cast.payee_officer), Visitor(cast.finance_officer)
    payee.post("payee_account", project.pk, status=302, account_proof=photo(), **typed(project))
    filed = PayeeAccount.objects.get()
    assert (filed.account_no, filed.proof and filed.proof.name) == (NUMBER, "开户证明.jpg")
    assert NUMBER not in payee.open("payee_account", project.pk)
    page = finance.open("payee_account", project.pk)
    assert NUMBER in page
    assert 'class="photo"' in page
    finance.post("payee_account", project.pk, status=302, deed="verify_payee_account")
    filed.refresh_from_db()
    assert filed.verified_by == cast.finance_officer


def test_two_numbers_that_differ_are_refused_and_the_photo_stays(cast: Cast, project: Project):
    wrong = typed(project, account_again="1202021209000012354")
    page = text(
        Visitor(cast.payee_officer).post("payee_account", project.pk, status=422, account_proof=photo(), **wrong)
    )
    assert "两次填的账号不一样" in page
    assert "/picture/?large" in page
    assert not PayeeAccount.objects.exists()


def test_an_account_without_its_proof_is_not_filed(cast: Cast, project: Project):
    page = text(Visitor(cast.payee_officer).post("payee_account", project.pk, status=422, **typed(project)))
    assert "请选择要上传的文件。" in page


def test_a_double_click_files_one_account(cast: Cast, project: Project):
    payee = Visitor(cast.payee_officer)
    form = payee.hidden("payee_account", project.pk) | typed(project)
    for _time in range(2):
        payee.post("payee_account", project.pk, status=302, account_proof=photo(), **form)
    assert PayeeAccount.objects.count() == 1


def test_the_page_is_for_those_who_file_and_verify(cast: Cast, project: Project):
    for person, status in (
        (cast.payee_officer, 200),
        (cast.finance_officer, 200),
        (cast.team_leader, 404),
        (cast.reviewers[0], 404),
    ):
        Visitor(person).open("payee_account", project.pk, status=status)
