"""Standing behind what somebody else has put forward."""

from __future__ import annotations

import pytest
from django.urls import reverse

from grants.applications.models import Project
from grants.desk.commands import act, put_forward
from storage.models import Document
from tests.cast import Cast
from tests.factories import PDF, a_document
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import starting
from workflow.lifecycle import ProjectState as S
from workflow.models import Endorsement, Proposal

pytestmark = starting(S.SUBMITTED)


@pytest.fixture
def proposal(cast: Cast, project: Project) -> Proposal:
    given = {
        "opinion": "团队成熟，同意推荐。",
        "rank": 1,
        "signed_opinion": str(a_document(cast.county_officer, "推荐意见表").pk),
        "signer": "张志强",
    }
    return put_forward(project, "county_recommend", actor=cast.county_officer, given=given)


def test_it_says_in_words_what_is_proposed_and_links_the_paper(cast: Cast, proposal: Proposal):
    page = Visitor(cast.city_officer).open("proposal", proposal.pk)
    assert "团队成熟，同意推荐。" in page
    assert "签字人姓名" in page
    assert "推荐意见表.pdf" in page
    assert "/documents/" in page


def test_who_confirms_may_read_the_signed_paper(cast: Cast, proposal: Proposal):
    document = Document.objects.get(name="推荐意见表.pdf")
    answer = Visitor(cast.city_officer).client.get(reverse("proposed_document", args=[proposal.pk, document.pk]))
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.getvalue().startswith(PDF)


def test_no_other_document_can_be_read_through_a_proposal(cast: Cast, proposal: Proposal):
    other = a_document(cast.county_officer, "别的")
    Visitor(cast.city_officer).open("proposed_document", proposal.pk, other.pk, status=404)


def test_confirming_is_one_click_and_shows_on_the_page(cast: Cast, proposal: Proposal):
    visitor = Visitor(cast.city_officer)
    visitor.send("proposal", proposal.pk)
    assert Endorsement.objects.get(proposal=proposal).person == cast.city_officer
    assert "您已会签" in visitor.open("proposal", proposal.pk)


def test_the_maker_is_told_to_wait_and_then_to_go_on(cast: Cast, proposal: Proposal):
    maker = Visitor(cast.county_officer)
    page = maker.open("proposal", proposal.pk)
    assert "等别人会签" in page
    assert "市级红十字会经办或市级红十字会负责人会签后" in page
    Visitor(cast.city_officer).send("proposal", proposal.pk)
    assert "现在可以办理了" in maker.open("proposal", proposal.pk)


def test_the_maker_cannot_confirm_the_own_paper(cast: Cast, proposal: Proposal):
    answer = Visitor(cast.county_officer).post("proposal", proposal.pk, status=422)
    assert "须由另一个人会签" in text(answer)


def test_a_proposal_on_an_old_version_is_no_longer_confirmed(cast: Cast, project: Project, proposal: Proposal):
    act(project, "open_file", actor=cast.county_leader)
    visitor = Visitor(cast.city_officer)
    assert "这次送签已经失效" in visitor.open("proposal", proposal.pk)
    visitor.post("proposal", proposal.pk, status=409)


def test_a_proposal_whose_turn_is_over_can_be_made_again_from_what_it_said(
    cast: Cast, project: Project, proposal: Proposal
):
    act(project, "open_file", actor=cast.county_leader)
    page = Visitor(cast.county_officer).open(
        "move", "project", project.pk, "county_recommend", query=f"?proposal={proposal.pk}"
    )
    assert "团队成熟，同意推荐。" in page
    assert "已上传：推荐意见表.pdf" in page


@pytest.mark.parametrize("role", ["team_leader", "stranger", "cashier"])
def test_a_proposal_is_for_those_who_have_a_part_in_it(cast: Cast, proposal: Proposal, role: str):
    Visitor(getattr(cast, role)).open("proposal", proposal.pk, status=404)
