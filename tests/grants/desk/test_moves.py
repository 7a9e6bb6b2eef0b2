"""The one page on which every deed is done."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import QuerySet
from django.urls import reverse

from grants.applications.models import Project
from grants.desk.commands import act
from grants.programmes.queries import due
from storage.models import Document
from tests.cast import Cast
from tests.factories import PDF
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import starting
from workflow import clock
from workflow.lifecycle import ProjectState as S
from workflow.models import Proposal, Step

RETURN: dict[str, Any] = {"reason": "请写清两场活动的时间。", "sections": ["design", "budget"], "due_on": "2026-03-10"}


def paper(name: str = "推荐意见表.pdf", more: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF + more, "application/pdf")


pytestmark = starting(S.SUBMITTED)


def test_a_clerk_returns_an_application_with_reason_sections_and_day(cast: Cast, project: Project):
    answer = Visitor(cast.county_officer).send("move", "project", project.pk, "county_return", **RETURN)
    assert answer.headers["Location"] == reverse("project", args=[project.pk])
    project.refresh_from_db()
    assert project.state == S.RETURNED


def test_a_return_begins_with_the_time_that_the_round_usually_gives(cast: Cast, project: Project):
    page = Visitor(cast.county_officer).open("move", "project", project.pk, "county_return")
    usual = due(project, "return_for_edit").date()
    assert f'name="due_on" value="{usual.isoformat()}"' in page


def test_sending_the_same_page_twice_has_one_effect(cast: Cast, project: Project):
    visitor = Visitor(cast.county_officer)
    typed = visitor.hidden("move", "project", project.pk, "county_return") | RETURN
    visitor.post("move", "project", project.pk, "county_return", **typed)
    visitor.post("move", "project", project.pk, "county_return", **typed)
    assert Step.objects.filter(move="county_return").count() == 1


def test_a_page_sent_again_with_other_words_is_refused(cast: Cast, project: Project):
    visitor = Visitor(cast.county_officer)
    typed = visitor.hidden("move", "project", project.pk, "county_return") | RETURN
    visitor.post("move", "project", project.pk, "county_return", **typed)
    answer = visitor.post(
        "move", "project", project.pk, "county_return", **(typed | {"reason": "另外一句话。"}), status=422
    )
    assert "这个页面已经提交过别的内容" in text(answer)


def test_whoever_was_slower_sees_what_happened_and_loses_no_word(cast: Cast, project: Project):
    visitor = Visitor(cast.county_officer)
    typed = visitor.hidden("move", "project", project.pk, "county_return") | RETURN
    act(project, "open_file", actor=cast.county_leader)
    answer = visitor.post("move", "project", project.pk, "county_return", **typed, status=409)
    assert "您打开之后发生了什么" in text(answer)
    assert "打开审阅" in text(answer)
    assert RETURN["reason"] in text(answer)
    assert 'value="2026-03-10"' in text(answer)


def test_after_a_conflict_the_same_words_go_through(cast: Cast, project: Project):
    visitor = Visitor(cast.county_officer)
    act(project, "open_file", actor=cast.county_leader)
    visitor.send("move", "project", project.pk, "county_return", **RETURN)
    project.refresh_from_db()
    assert project.state == S.RETURNED


def test_every_missing_answer_is_named_at_its_field_and_in_the_summary(cast: Cast, project: Project):
    answer = Visitor(cast.county_officer).send("move", "project", project.pk, "county_return", status=422)
    for field in ("reason", "sections", "due_on"):
        assert f'href="#f-{field}"' in text(answer)
        assert f'id="f-{field}_error"' in text(answer)


def test_a_reason_of_the_rules_stands_at_its_field(cast: Cast, project: Project):
    typed = RETURN | {"due_on": "2026-03-02"}
    answer = Visitor(cast.county_officer).send("move", "project", project.pk, "county_return", **typed, status=422)
    assert "之后的一天" in text(answer)
    assert 'href="#f-due_on"' in text(answer)
    assert RETURN["reason"] in text(answer)


def test_what_is_not_mine_says_whose_it_is(cast: Cast, project: Project):
    visitor = Visitor(cast.team_leader)
    page = visitor.open("move", "project", project.pk, "county_return")
    assert "这一步由县级红十字会经办办理" in page
    assert 'name="reason"' not in page
    answer = visitor.post("move", "project", project.pk, "county_return", **RETURN, status=422)
    assert "这一步由县级红十字会经办办理" in text(answer)


@starting(S.DRAFT)
def test_the_reasons_against_stand_above_the_form(cast: Cast, project: Project):
    with clock.held(dt.datetime(2026, 4, 20, 9, tzinfo=clock.SHANGHAI)):
        page = Visitor(cast.team_leader).open("move", "project", project.pk, "submit")
    assert "现在还不能办理" in page


@pytest.mark.parametrize("name", ["lapse_draft", "no_such_move"])
def test_what_nobody_can_do_is_not_found(cast: Cast, project: Project, name: str):
    Visitor(cast.team_leader).open("move", "project", project.pk, name, status=404)


def test_a_deed_without_questions_is_one_click(cast: Cast, project: Project):
    Visitor(cast.county_officer).send("move", "project", project.pk, "open_file")
    project.refresh_from_db()
    assert project.opened_by_next


# Papers and endorsements ----------------------------------------------------------------------------------------


def papers() -> QuerySet[Proposal]:
    return Proposal.objects.filter(move="county_recommend")


def opinion(**more: Any) -> dict[str, Any]:
    return {"opinion": "团队成熟，同意推荐。", "rank": "1", "signer": "张志强", **more}


def test_a_clerk_enters_a_paper_and_another_person_confirms_it(cast: Cast, project: Project):
    clerk = Visitor(cast.county_officer)
    clerk.send("move", "project", project.pk, "county_recommend", signed_opinion=paper(), **opinion())
    proposal = papers().get()
    Visitor(cast.city_officer).send("proposal", proposal.pk)
    page = clerk.open("move", "project", project.pk, "county_recommend", query=f"?proposal={proposal.pk}")
    assert "会签已齐" in page
    clerk.send("move", "project", project.pk, "county_recommend", query=f"?proposal={proposal.pk}")
    project.refresh_from_db()
    assert project.state == S.COUNTY_RECOMMENDED


def test_a_paper_sent_twice_is_one_document_and_one_proposal(cast: Cast, project: Project):
    clerk = Visitor(cast.county_officer)
    typed = clerk.hidden("move", "project", project.pk, "county_recommend") | opinion()
    before = Document.objects.count()
    for _ in range(2):
        clerk.post("move", "project", project.pk, "county_recommend", **typed, signed_opinion=paper())
    assert Document.objects.count() == before + 1
    assert papers().count() == 1


def test_a_file_is_not_asked_for_again_when_something_else_is_missing(cast: Cast, project: Project):
    clerk = Visitor(cast.county_officer)
    typed = opinion() | {"opinion": ""}
    answer = clerk.send(
        "move", "project", project.pk, "county_recommend", **typed, signed_opinion=paper("意见.pdf"), status=422
    )
    assert "已上传：意见.pdf" in text(answer)
    kept = str(Document.objects.get(name="意见.pdf").pk)
    clerk.send(
        "move", "project", project.pk, "county_recommend", **opinion(), **dict[str, Any]({"signed_opinion-kept": kept})
    )
    assert kept in papers().get().given


def test_somebody_elses_document_cannot_be_slipped_in(cast: Cast, project: Project):
    theirs = str(Document.objects.filter(uploaded_by=cast.team_leader).latest("uploaded_at").pk)
    typed = opinion() | {"signed_opinion-kept": theirs}
    answer = Visitor(cast.county_officer).send("move", "project", project.pk, "county_recommend", **typed, status=422)
    assert "请选择要上传的文件" in text(answer)


def test_what_the_store_refuses_is_said_at_the_field(cast: Cast, project: Project):
    bad = SimpleUploadedFile("脚本.exe", b"MZ")
    answer = Visitor(cast.county_officer).send(
        "move", "project", project.pk, "county_recommend", **opinion(), signed_opinion=bad, status=422
    )
    assert 'id="f-signed_opinion_error"' in text(answer)


def test_a_leader_signs_without_anybody_else(cast: Cast, project: Project):
    typed: dict[str, Any] = {"opinion": "同意推荐。", "rank": "1"}
    Visitor(cast.county_leader).send("move", "project", project.pk, "county_recommend", **typed)
    project.refresh_from_db()
    assert project.state == S.COUNTY_RECOMMENDED


def test_after_a_return_the_page_offers_to_take_it_back_while_the_team_has_not_opened_it(cast: Cast, project: Project):
    visitor = Visitor(cast.county_officer)
    visitor.send("move", "project", project.pk, "county_return", **RETURN)
    page = visitor.open("project", project.pk)
    way = f'<a href="/project/{project.pk}/undo_return/">撤销退回</a>'
    assert "“县级退回”已办理。 办错了？对方打开以前可以撤销：" + way in page
    assert "刚办完，对方还没有打开，办错了可以撤销。" in page
    act(project, "begin_correction", actor=cast.team_leader)
    assert "办错了可以撤销" not in visitor.open("project", project.pk)
