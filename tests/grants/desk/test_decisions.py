"""The table for a meeting: everything typed is kept, rank and money are counted, all rows go forward together."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from grants.applications.models import Project
from grants.awards.models import Decision, DecisionDraft, Meeting
from grants.awards.queries import free_fen
from grants.programmes.models import Round
from tests.cast import Cast, holding
from tests.factories import PDF, a_meeting, on
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import deliberating, starting
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role
from workflow.models import Endorsement, Proposal


def four_deliberated(cast: Cast) -> None:
    """Four projects at 25,000.00 yuan each, best first; the envelope bears three."""
    deliberating(cast, 4)


pytestmark = starting(four_deliberated)


@pytest.fixture(autouse=True)
def _june(cast: Cast) -> Any:
    with on(2026, 6, 1):
        yield


@pytest.fixture
def officer(cast: Cast) -> Visitor:
    return Visitor(cast.officer)


@pytest.fixture
def lead(cast: Cast) -> Visitor:
    return Visitor(cast.business_lead)


def row(project: Project, choice: str, **cells: str) -> dict[str, Any]:
    return {f"{project.pk}-choice": choice, **{f"{project.pk}-{name}": typed for name, typed in cells.items()}}


def whole_table(projects: list[Project]) -> dict[str, Any]:
    """Two proposed in the order of rank, one in reserve, the last refused."""
    first, second, third, last = projects
    return {
        **row(first, "shortlist", amount_fen="25,000.00"),
        **row(second, "shortlist", amount_fen="20000"),
        **row(third, "put_in_reserve", amount_fen="25,000.00", reserve_order="1"),
        **row(last, "decline", reason="受益面较小"),
    }


def put_forward(officer: Visitor, round_: Round, typed: dict[str, Any]) -> Any:
    officer.send("decision_table", round_.pk, do="check", **typed)
    return officer.send("decision_table", round_.pk, do="send", query="?check=1")


def ids(page: str) -> list[str]:
    return [part.split('"')[0] for part in page.split('name="proposal" value="')[1:]]


def answered(visitor: Visitor, round_: Round, meeting: Meeting, do: str) -> Any:
    page = visitor.open("meeting_decisions", round_.pk, meeting.pk)
    key = visitor.hidden("meeting_decisions", round_.pk, meeting.pk)["key"]
    return visitor.post("meeting_decisions", round_.pk, meeting.pk, do=do, key=key, proposal=ids(page))


def test_projects_stand_by_rank_with_the_line_the_money_draws(officer: Visitor, round_: Round, projects: list[Project]):
    page = officer.open("decision_table", round_.pk)

    places = [page.index(f'id="row-{project.pk}"') for project in projects]
    assert places == sorted(places)
    assert places[2] < page.index("资金够到这里：以上3个") < places[3]
    assert '<svg class="chart' in page


def test_what_is_typed_is_kept_even_where_it_cannot_be_read(officer: Visitor, round_: Round, projects: list[Project]):
    officer.send("decision_table", round_.pk, do="save", **row(projects[0], "shortlist", amount_fen="两万五"))

    page = officer.open("decision_table", round_.pk)
    assert 'value="两万五"' in page
    assert DecisionDraft.objects.get().rows[str(projects[0].pk)]["choice"] == "shortlist"
    assert Decision.objects.count() == 0


def test_the_money_left_is_counted_as_one_chooses(officer: Visitor, round_: Round, projects: list[Project]):
    typed = row(projects[0], "shortlist", amount_fen="25,000.00") | row(projects[1], "shortlist", amount_fen="20000")

    page = text(officer.send("decision_table", round_.pk, do="count", status=200, **typed))

    assert "还剩" in page
    assert "35,000.00 元" in page[page.index('id="left"') :]


def test_the_rest_is_refused_for_one_reason_and_can_be_open_again(
    officer: Visitor, round_: Round, projects: list[Project]
):
    first, second, *others = projects
    typed = row(first, "shortlist", amount_fen="25,000.00") | row(second, "decline", reason="受益面较小")
    officer.send("decision_table", round_.pk, do="rest", rest_reason="名额有限，得分靠后", **typed)

    rows = DecisionDraft.objects.get().rows
    assert [rows[str(one.pk)]["choice"] for one in projects] == ["shortlist", "decline", "decline", "decline"]
    assert rows[str(second.pk)]["reason"] == "受益面较小"
    assert {rows[str(one.pk)]["reason"] for one in others} == {"名额有限，得分靠后"}

    officer.send("decision_table", round_.pk, do="none")
    rows = DecisionDraft.objects.get().rows
    assert [rows[str(one.pk)].get("choice", "") for one in projects] == ["shortlist", "", "", ""]
    assert "reason" not in rows[str(second.pk)]


def test_the_rest_is_not_refused_without_a_reason_and_the_field_says_so(
    officer: Visitor, round_: Round, projects: list[Project]
):
    typed = row(projects[0], "shortlist", amount_fen="25,000.00")
    page = text(officer.send("decision_table", round_.pk, do="rest", status=422, rest_reason=" ", **typed))

    assert page.count("请写明不予立项的理由。") == 2
    assert 'id="f-rest_reason" name="rest_reason" rows="2" maxlength="2000" aria-invalid="true"' in page
    rows = DecisionDraft.objects.get().rows
    assert [rows.get(str(one.pk), {}).get("choice", "") for one in projects] == ["shortlist", "", "", ""]


def test_the_reason_for_the_rest_is_not_lost_where_something_else_is_in_the_way(officer: Visitor, round_: Round):
    page = text(officer.send("decision_table", round_.pk, do="check", status=422, rest_reason="名额有限"))

    assert ">名额有限</textarea>" in page


def test_the_reason_for_the_rest_is_not_lost_where_a_page_is_turned(officer: Visitor, round_: Round):
    officer.send("decision_table", round_.pk, do="save", to="1", rest_reason="名额有限")
    assert ">名额有限</textarea>" in officer.open("decision_table", round_.pk)

    officer.send("decision_table", round_.pk, do="rest", rest_reason="名额有限")
    officer.send("decision_table", round_.pk, do="none")
    assert "名额有限" not in officer.open("decision_table", round_.pk)


def test_more_than_the_envelope_is_said_and_not_put_forward(officer: Visitor, round_: Round, projects: list[Project]):
    meeting = a_meeting_of(officer, round_)
    typed = {name: value for one in projects for name, value in row(one, "shortlist", amount_fen="25000").items()}

    page = text(officer.send("decision_table", round_.pk, do="check", status=422, meeting=meeting.pk, **typed))

    assert "超出还可安排的资金20,000.00 元" in page
    assert not Proposal.objects.filter(machine="project").exists()


def a_meeting_of(officer: Visitor, round_: Round) -> Meeting:
    """Minutes that were handed in with the table."""
    paper = SimpleUploadedFile("纪要.pdf", PDF, "application/pdf")
    typed: dict[str, Any] = {"number": "执委会纪要〔2026〕7号", "held_on": "2026-06-01", "present": "会领导"}
    typed["minutes_document"] = paper
    officer.send("decision_table", round_.pk, do="save", **typed)
    return Meeting.objects.get(round=round_, number="执委会纪要〔2026〕7号")


def test_minutes_handed_in_with_the_table_are_on_record_and_chosen(officer: Visitor, round_: Round):
    meeting = a_meeting_of(officer, round_)

    assert DecisionDraft.objects.get().meeting == meeting
    assert f'<option value="{meeting.pk}" selected>' in officer.open("decision_table", round_.pk)


def test_half_typed_minutes_are_asked_for_and_the_rows_are_not_lost(
    officer: Visitor, round_: Round, projects: list[Project]
):
    typed = whole_table(projects) | {"number": "执委会纪要〔2026〕7号"}

    page = text(officer.send("decision_table", round_.pk, do="check", status=422, **typed))

    assert "请填写这一项" in page
    assert "受益面较小" in page


def test_passing_over_a_better_project_asks_for_a_word_in_the_row(
    cast: Cast, officer: Visitor, round_: Round, projects: list[Project]
):
    meeting = a_meeting(cast, round_)
    typed = row(projects[2], "shortlist", amount_fen="25,000.00")

    page = text(officer.send("decision_table", round_.pk, do="check", status=422, meeting=meeting.pk, **typed))
    assert f'href="#f-{projects[2].pk}-deviation"' in page
    assert "越过了排名更前的2个" in page

    typed |= row(projects[2], "shortlist", amount_fen="25,000.00", deviation="山区县没有别的项目")
    officer.send("decision_table", round_.pk, do="check", meeting=meeting.pk, **typed)
    officer.send("decision_table", round_.pk, do="send", query="?check=1")
    assert Proposal.objects.filter(move="shortlist", object_id=projects[2].pk).count() == 1


def test_a_whole_table_goes_forward_is_endorsed_and_made_together(
    cast: Cast, officer: Visitor, lead: Visitor, round_: Round, projects: list[Project]
):
    meeting = a_meeting(cast, round_)

    put_forward(officer, round_, whole_table(projects) | {"meeting": str(meeting.pk)})
    assert Proposal.objects.filter(machine="project").count() == 4
    assert free_fen(round_) == 8_000_000

    answered(lead, round_, meeting, "endorse")
    assert Endorsement.objects.filter(person=cast.business_lead, proposal__machine="project").count() == 4

    answered(officer, round_, meeting, "make")
    states = [Project.objects.get(pk=one.pk).state for one in projects]
    assert states == [S.SHORTLISTED, S.SHORTLISTED, S.RESERVE, S.DECLINED]
    assert [one.amount_fen for one in Decision.objects.order_by("project__number")] == [
        2_500_000,
        2_000_000,
        2_500_000,
        0,
    ]
    assert free_fen(round_) == 3_500_000


def test_a_table_on_which_everything_is_decided_asks_for_nothing_more(
    cast: Cast, officer: Visitor, lead: Visitor, round_: Round, projects: list[Project]
):
    meeting = a_meeting(cast, round_)
    assert 'value="check"' in officer.open("decision_table", round_.pk)

    put_forward(officer, round_, whole_table(projects) | {"meeting": str(meeting.pk)})
    answered(lead, round_, meeting, "endorse")
    answered(officer, round_, meeting, "make")

    page = officer.open("decision_table", round_.pk)
    assert 'name="do"' not in page
    assert "第1位" in page
    assert str(meeting) in page


def test_sending_endorsing_and_making_twice_changes_nothing_more(
    cast: Cast, officer: Visitor, lead: Visitor, round_: Round, projects: list[Project]
):
    meeting = a_meeting(cast, round_)
    typed = whole_table(projects) | {"meeting": str(meeting.pk)}
    officer.send("decision_table", round_.pk, do="check", **typed)
    seen = officer.hidden("decision_table", round_.pk, query="?check=1")
    for _time in range(2):
        officer.post("decision_table", round_.pk, do="send", **seen)
    assert Proposal.objects.filter(machine="project").count() == 4

    page = lead.open("meeting_decisions", round_.pk, meeting.pk)
    for _time in range(2):
        lead.post("meeting_decisions", round_.pk, meeting.pk, do="endorse", proposal=ids(page))
    ticked = ids(officer.open("meeting_decisions", round_.pk, meeting.pk))
    key = officer.hidden("meeting_decisions", round_.pk, meeting.pk)["key"]
    for _time in range(2):
        officer.post("meeting_decisions", round_.pk, meeting.pk, do="make", key=key, proposal=ticked)

    assert Endorsement.objects.filter(person=cast.business_lead, proposal__machine="project").count() == 4
    assert Decision.objects.count() == 4


def test_what_is_put_forward_anew_replaces_what_was_before_the_lead(
    cast: Cast, officer: Visitor, lead: Visitor, round_: Round, projects: list[Project]
):
    meeting = a_meeting(cast, round_)
    put_forward(officer, round_, row(projects[0], "shortlist", amount_fen="25000") | {"meeting": str(meeting.pk)})
    old = ids(lead.open("meeting_decisions", round_.pk, meeting.pk))
    put_forward(officer, round_, row(projects[0], "shortlist", amount_fen="22000") | {"meeting": str(meeting.pk)})

    page = lead.open("meeting_decisions", round_.pk, meeting.pk)
    assert "22,000.00" in page
    assert "25,000.00" not in page
    lead.post("meeting_decisions", round_.pk, meeting.pk, do="endorse", proposal=old)
    assert not Endorsement.objects.filter(person=cast.business_lead, proposal__machine="project").exists()


def test_one_row_that_is_refused_keeps_no_other_back_and_says_why(
    cast: Cast, officer: Visitor, lead: Visitor, round_: Round, projects: list[Project]
):
    meeting = a_meeting(cast, round_)
    put_forward(officer, round_, whole_table(projects) | {"meeting": str(meeting.pk)})
    answered(lead, round_, meeting, "endorse")
    page = officer.open("meeting_decisions", round_.pk, meeting.pk)
    first = Proposal.objects.get(move="shortlist", object_id=projects[0].pk)
    ticked = [pk for pk in ids(page) if pk != str(first.pk)]

    answer = officer.post("meeting_decisions", round_.pk, meeting.pk, do="make", proposal=ticked, status=422)

    assert "排名更前的 1 个项目还没有拟立项" in text(answer)
    states = {one.pk: one.state for one in Project.objects.all()}
    assert [states[one.pk] for one in projects] == [S.REVIEWED, S.REVIEWED, S.RESERVE, S.DECLINED]


def test_who_saves_over_another_is_told_and_keeps_what_they_typed(
    cast: Cast, officer: Visitor, round_: Round, projects: list[Project]
):
    colleague = Visitor(holding(Role.PROGRAMME_OFFICER, "江涛", login="jiang", organisation=cast.places["330000"]))
    seen = officer.hidden("decision_table", round_.pk)
    officer.send("decision_table", round_.pk, do="save", **row(projects[1], "decline", reason="自己的"))
    colleague.send("decision_table", round_.pk, do="save", **row(projects[0], "decline", reason="先保存的"))

    late = seen | row(projects[0], "shortlist", amount_fen="21000")
    page = text(officer.post("decision_table", round_.pk, status=409, do="save", **late))

    assert "江涛于2026年6月1日" in page
    assert 'value="21000"' in page
    assert DecisionDraft.objects.get().rows[str(projects[0].pk)]["reason"] == "先保存的"


def test_counting_beside_the_button_stands_in_nobodys_way(
    cast: Cast, officer: Visitor, round_: Round, projects: list[Project]
):
    """The browser counts in the moment in which the button is pressed."""
    meeting = a_meeting(cast, round_)
    seen = officer.hidden("decision_table", round_.pk) | row(projects[0], "shortlist", amount_fen="25000")
    officer.post("decision_table", round_.pk, status=200, do="count", **seen)
    officer.post("decision_table", round_.pk, do="check", meeting=meeting.pk, **seen)
    officer.post("decision_table", round_.pk, status=200, do="count", **seen)

    officer.send("decision_table", round_.pk, do="send", query="?check=1")
    assert Proposal.objects.filter(move="shortlist").count() == 1


def test_only_the_officer_fills_in_the_table_and_teams_do_not_see_it(cast: Cast, lead: Visitor, round_: Round):
    assert "<select" not in lead.open("decision_table", round_.pk)
    lead.post("decision_table", round_.pk, do="save", status=404)
    for person in (cast.team_leader, cast.county_officer, cast.cashier):
        Visitor(person).open("decision_table", round_.pk, status=404)


def test_the_table_says_the_day_it_was_saved(officer: Visitor, round_: Round, projects: list[Project]):
    officer.send("decision_table", round_.pk, do="save", **row(projects[0], "decline", reason="重复"))

    assert "林雅琴保存于2026年6月1日" in officer.open("decision_table", round_.pk)
