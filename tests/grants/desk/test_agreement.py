"""The agreement on one page: each party sees what it has to do, what is missing is said, the text is printed."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from grants.applications.models import Project
from grants.awards.models import Agreement, Signature
from grants.programmes.models import Round
from tests.cast import Cast
from tests.factories import PDF, last_step, on
from tests.grants.desk.test_messages import words
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import PLAN, plan_agreed, signs, starting
from workflow.lifecycle import ProjectState as S

NUMBER = "1202021209000012345"

pytestmark = starting(S.APPROVED)


@pytest.fixture(autouse=True)
def _june(cast: Cast) -> Any:
    with on(2026, 6, 24):
        yield


def page_photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("签署页.pdf", PDF, "application/pdf")


def test_what_is_missing_is_said_in_words_to_every_party(cast: Cast, project: Project):
    for person in (cast.team_leader, cast.payee_officer, cast.officer, cast.finance_officer):
        page = Visitor(person).open("agreement", project.pk)
        assert "还没有签署协议" in page
        assert "收款单位还没有填报收款账户" in page


def test_from_plan_to_force_every_party_does_its_part_on_this_page(cast: Cast, project: Project):
    team, payee, officer = Visitor(cast.team_leader), Visitor(cast.payee_officer), Visitor(cast.officer)
    account = {"holder": str(project.payee), "bank": "工商银行杭州分行", "account_no": NUMBER, "account_again": NUMBER}
    proof = {"account_proof": SimpleUploadedFile("开户证明.pdf", PDF, "application/pdf")}
    key = iter(f"k{n}" for n in range(9))

    def does(visitor: Visitor, deed: str, page: str = "agreement", **typed: Any) -> None:
        project.refresh_from_db()
        visitor.post(page, project.pk, deed=deed, version=project.version, key=next(key), **typed)

    does(team, "agree_final_plan", **PLAN)
    does(officer, "confirm_plan")
    does(payee, "file_payee_account", "payee_account", **account, **proof)
    does(Visitor(cast.finance_officer), "verify_payee_account", "payee_account")
    for visitor in (team, payee, officer):
        does(visitor, "sign_as_party", signed_page=page_photo())
    does(officer, "sign_agreement")

    project.refresh_from_db()
    assert project.state == S.AGREEMENT_SIGNED
    assert "协议已生效" in team.open("agreement", project.pk)


def test_what_is_refused_stands_at_its_field_with_everything_typed(cast: Cast, project: Project):
    sent = {"deed": "agree_final_plan", "start_date": "2026-08-01", "end_date": "2026-08-02"}

    page = text(Visitor(cast.team_leader).post("agreement", project.pk, status=422, **sent))

    assert 'href="#f-end_date"' in page
    assert 'value="2026-08-02"' in page


def test_a_double_click_signs_once(cast: Cast, project: Project):
    plan_agreed(cast, project)
    seen = Visitor(cast.team_leader).hidden("agreement", project.pk) | {"deed": "sign_as_party"}

    for _time in range(2):
        Visitor(cast.team_leader).post("agreement", project.pk, **seen, signed_page=page_photo())

    assert Signature.objects.count() == 1


def test_the_team_writes_the_final_budget_until_somebody_signs(cast: Cast, project: Project):
    Visitor(cast.team_leader).open("final_budget", project.pk)
    Visitor(cast.payee_officer).open("final_budget", project.pk, status=404)

    plan_agreed(cast, project)
    signs(project, cast.team_leader)
    assert "修改最终预算" not in Visitor(cast.team_leader).open("agreement", project.pk)


def test_the_printed_text_has_the_grant_in_figures_and_in_capitals(cast: Cast, project: Project):
    page = Visitor(cast.payee_officer).open("agreement_print", project.pk)

    assert "25,000.00 元（大写：人民币贰万伍仟元整）" in page
    assert Agreement.objects.get().number in page


def test_the_board_shows_who_has_not_signed_and_reminds(cast: Cast, project: Project, round_: Round):
    officer = Visitor(cast.officer)
    plan_agreed(cast, project)
    signs(project, cast.team_leader)

    page = officer.open("agreements", round_.pk)
    assert "省红十字会、收款单位" in page
    officer.send("agreements", round_.pk, project=project.pk)
    assert last_step(project).move == "send_reminder"


def test_the_board_has_ready_words_for_what_is_missing_and_no_amount(cast: Cast, project: Project, round_: Round):
    [said] = words(Visitor(cast.officer).open("agreements", round_.pk))
    assert said.startswith("【情暖浙江】“救在身边进社区”的协议还差：团队确认最终方案；收款单位填报账户；")
    assert "请在2026年" in said
    assert f"http://testserver/projects/{project.pk}/agreement/" in said
    assert "25,000" not in said
    plan_agreed(cast, project)
    assert "方案" not in words(Visitor(cast.officer).open("agreements", round_.pk))[0]


def test_strangers_see_no_agreement(cast: Cast, project: Project, round_: Round):
    for person in (cast.stranger, cast.reviewers[0]):
        Visitor(person).open("agreement", project.pk, status=404)
    Visitor(cast.team_leader).open("agreements", round_.pk, status=404)
