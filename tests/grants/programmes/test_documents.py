"""Documents given with a move lie on the record and are proven by the step."""

from __future__ import annotations

import pytest

from grants.applications.models import Project
from grants.desk.commands import act
from storage.queries import attachments_of
from tests.cast import Cast
from tests.factories import a_document, a_notice, a_planned_round, by_paper, last_step
from tests.journey_steps import county_recommends, starting
from workflow.effects import reactions
from workflow.lifecycle import ProjectState as S
from workflow.refusals import Refused


def test_a_document_given_lies_on_the_record_and_its_digest_in_the_step(cast: Cast):
    round_ = a_planned_round(cast)
    notice = a_notice(cast, round_)

    assert [row.document for row in attachments_of(round_, "notice_file")] == [notice.document]
    assert notice.document.sha256 in last_step(round_).payload


def test_somebody_elses_document_is_not_taken(cast: Cast):
    given = {"notice_file": str(a_document(cast.stranger).pk), "kind": "call", "number": "浙红〔2026〕1号"}
    given |= {"title": "通知", "issued_on": "2026-03-02"}
    with pytest.raises(Refused) as refused:
        act(a_planned_round(cast), "issue_notice", actor=cast.officer, given=given)

    assert refused.value.codes == ("document",)


@starting(S.SUBMITTED)
def test_a_signed_paper_lies_on_the_project(cast: Cast, project: Project):
    facts = {"opinion": "同意推荐。", "rank": 1}
    by_paper(project, "county_recommend", by=cast.county_officer, confirmed_by=cast.city_officer, **facts)

    assert project.state == S.COUNTY_RECOMMENDED
    assert [row.document.name for row in attachments_of(project, "signed_opinion")] == ["推荐意见表.pdf"]


@starting(S.SUBMITTED)
def test_a_leader_who_signs_in_needs_no_paper(cast: Cast, project: Project):
    county_recommends(cast, project)

    assert not attachments_of(project, "signed_opinion").exists()


def test_moves_without_documents_carry_no_reaction_for_them():
    assert [react.__name__ for react in reactions("round.issue_notice")].count("attach_given") == 1
    assert "attach_given" not in [react.__name__ for react in reactions("project.recall")]
