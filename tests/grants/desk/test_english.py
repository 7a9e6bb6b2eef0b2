"""The pages in English: whole, and in English to the last mark between two names."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.urls import reverse
from django.utils import translation

from grants.applications.models import Project
from grants.desk.commands import put_forward
from grants.desk.forms.filters import service_fields
from grants.desk.tables.offers import role_names
from tests.cast import Cast
from tests.factories import a_document
from tests.grants.desk.visiting import Visitor
from tests.journey_steps import starting
from workflow.lifecycle import PAYMENT, PROJECT, PaymentState, Role, Stage
from workflow.lifecycle import ProjectState as S

MARKS = re.compile("[、，；：（）。]")  # curly quotes are English too
TYPED = "请写清两场活动的时间。"


def in_english(visitor: Visitor, name: str, *args: object) -> str:
    """What the page of that name says, tags and the words of people left out."""
    with translation.override("en"):  # a request leaves its language behind
        answer = visitor.client.get(reverse(name, args=args), headers={"accept-language": "en"})
    assert answer.status_code == 200
    page = answer.content.decode()
    return re.sub(r"<[^>]+>", " ", unescape(page[page.index("<header") :])).replace(TYPED, "")


@pytest.mark.parametrize("role", ["team_leader", "county_officer", "city_leader", "officer", "auditor"])
@starting(S.SUBMITTED)
def test_a_project_opens_in_english(cast: Cast, project: Project, role: str):
    page = in_english(Visitor(getattr(cast, role)), "project", project.pk)
    assert "Who has it now" in page
    assert "What may come next" in page


@starting(S.SUBMITTED)
def test_several_roles_stand_in_english_with_english_marks(cast: Cast, project: Project):
    page = in_english(Visitor(cast.officer), "project", project.pk)
    turn = page[page.index("Whose turn") : page.index("Since")]
    assert "County Red Cross officer, County Red Cross leader" in turn
    assert not MARKS.search(turn)


@starting(S.SUBMITTED)
def test_nothing_between_names_is_chinese_on_the_pages_of_work(cast: Cast, project: Project):
    page = str(a_document(cast.county_officer).pk)
    given = {"reason": TYPED, "signer": "x", "signed_opinion": page}
    put_forward(project, "county_decline", actor=cast.county_officer, given=given)
    for name in ("home", "projects"):
        page = in_english(Visitor(cast.county_officer), name)
        for field in service_fields().values():  # as the configuration of the round names them
            page = page.replace(field, "")
        assert not MARKS.findall(page.replace(str(project.round), "")), name


def test_a_state_and_a_step_of_the_same_chinese_name_differ_in_english():
    with translation.override("en"):
        assert str(S.SHORTLISTED.label) == "Shortlisted"
        assert str(PROJECT.deeds["shortlist"].label) == "Shortlist"
        assert str(PaymentState.RETURNED.label) == "Returned"
        assert str(PAYMENT.deeds["refuse"].label) == "Return"
        assert str(Stage.APPLICATION.label) == "Application"
        assert str(PROJECT.deeds["approve"].label) == "Approve"


def test_roles_are_listed_as_the_reader_writes():
    roles = (Role.CASHIER, Role.REVIEWER)
    assert role_names(roles) == "出纳、评审专家"
    with translation.override("en"):
        assert role_names(roles) == "Cashier, Reviewer"
