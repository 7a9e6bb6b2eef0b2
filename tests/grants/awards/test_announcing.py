"""Official documents and the public's time: five working days that are certain, and what ends them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from grants.applications.models import Project, Recommendation
from grants.awards.commands import issue_notice, receive_objection
from grants.awards.enums import Outcome
from grants.awards.models import Decision
from grants.desk.commands import act
from grants.programmes.models import CalendarYear, Round
from storage.queries import attachments_of
from tests.cast import Cast
from tests.factories import a_document, a_meeting, a_notice, a_planned_round, on, reasons, rehearse, together
from tests.journey_steps import a_project_in, a_publicity, decided, round_on, starting
from workflow.actions import Refused
from workflow.deadlines import deadline
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import RoundState
from workflow.models import Item
from workflow.ports import SYSTEM
from workflow.rules import asks_of
from workflow.ticking import fire_due
from workflow.trail import steps_of


def test_an_official_document_is_on_record_with_its_file_proven(cast: Cast):
    round_ = a_planned_round(cast)
    paper = a_document(cast.officer, "通知")
    facts: dict[str, Any] = {
        "kind": "call",
        "title": "关于组织申报的通知",
        "issued_on": dt.date(2026, 3, 1),
        "document": paper,
    }

    notice = issue_notice(round_, actor=cast.officer, number="浙红〔２０２６〕８号", **facts)

    assert notice.number == "浙红〔2026〕8号"
    assert paper.sha256 in steps_of(round_).get(move="issue_notice").payload
    with pytest.raises(Refused, match="已经登记过"):
        issue_notice(round_, actor=cast.officer, number="浙红〔2026〕8号", **facts)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, None),
        ({"number": ""}, None),
        ({"kind": "gossip"}, "kind"),
        ({"number": "浙红2026-8"}, "number"),
        ({"kind": "result", "number": ""}, "number"),
        ({"title": ""}, "title"),
        ({"issued_on": "2026-03-03"}, "issued_on"),
        ({"issued_on": ""}, "issued_on"),
        ({"notice_file": "nothing"}, "notice_file"),
        ({"kind": "publicity"}, "ends_on"),
        ({"kind": "publicity", "ends_on": "2026-03-06"}, "ends_on"),
        ({"kind": "publicity", "ends_on": "2026-03-09"}, None),
    ],
)
def test_an_official_document_is_complete(cast: Cast, changed: dict[str, str], code: str | None):
    round_ = a_planned_round(cast)
    whole = {"kind": "call", "number": "浙红〔2026〕8号", "title": "通知", "issued_on": "2026-03-02"}
    whole["notice_file"] = str(a_document(cast.officer, "通知").pk)

    found = reasons(round_, "issue_notice", cast.officer, **whole | changed)

    assert set(found) == ({code} if code else set())


def test_a_round_moves_only_on_a_document_that_announces_this_move(cast: Cast):
    round_ = a_planned_round(cast)
    rehearse(cast, round_)
    call, cancellation = (str(a_notice(cast, round_, kind).pk) for kind in ("call", "cancellation"))

    assert set(reasons(round_, "publish_call", cast.officer, notice="0")) == {"no_notice"}
    with pytest.raises(Refused, match="请选择文件（申报通知）"):
        together(round_, "publish_call", by=cast.officer, endorsed_by=cast.business_lead, notice=cancellation)
    together(round_, "publish_call", by=cast.officer, endorsed_by=cast.business_lead, notice=call)
    assert round_.state == RoundState.OPEN


@starting(S.SUBMITTED)
def test_a_round_is_cancelled_by_a_meeting_and_a_notice(cast: Cast, project: Project):
    round_ = project.round
    meeting, call = str(a_meeting(cast, round_).pk), str(a_notice(cast, round_, "extension").pk)

    with pytest.raises(Refused, match="请选择文件（取消通知）"):
        together(round_, "cancel_round", by=cast.officer, endorsed_by=cast.business_lead, meeting=meeting, notice=call)


def cancel(cast: Cast) -> None:
    round_ = Round.objects.get()
    given = {"meeting": str(a_meeting(cast, round_).pk), "notice": str(a_notice(cast, round_, "cancellation").pk)}
    together(round_, "cancel_round", by=cast.officer, endorsed_by=cast.business_lead, **given)


@pytest.mark.parametrize("state", [S.DRAFT, S.SUBMITTED, S.CITY_RECOMMENDED, S.ELIGIBILITY_CHECK, S.UNDER_REVIEW])
def test_the_projects_of_a_cancelled_round_come_to_an_end(cast: Cast, state: str):
    project = a_project_in(cast, state)
    assert set(reasons(project, "lapse_with_round", SYSTEM)) == {"round_goes_on", "not_due"}

    cancel(cast)
    assert fire_due()["moved"] == 1

    project.refresh_from_db()
    assert (project.state, open_items(project)) == (S.WITHDRAWN, [])
    assert not Recommendation.objects.filter(withdrawn_at=None).exists()
    assert set(reasons(project, "reopen_draft", cast.team_leader)) >= {"round_closed"}


def test_a_project_that_has_ended_stays_as_it_ended_when_its_round_is_cancelled(cast: Cast):
    project = a_project_in(cast, S.SUBMITTED)
    given = {"reason": "材料不实"}
    act(project, "county_decline", actor=cast.county_leader, given=given)
    cancel(cast)

    assert fire_due()["moved"] == 0
    project.refresh_from_db()
    assert project.state == S.NOT_RECOMMENDED


def open_items(project: Project) -> list[str]:
    found = Item.objects.filter(process__machine="project", process__object_id=project.pk, finished=None)
    return [item.kind for item in found]


# Publicity --------------------------------------------------------------------------------------------------


@starting(S.IN_PUBLICITY)
def test_a_project_is_before_the_public_until_the_notice_ends(cast: Cast, project: Project):
    assert project.publicity_ends_on == dt.date(2026, 6, 16)
    assert attachments_of(project, "notice_document").count() == 1


@starting(S.SHORTLISTED)
def test_the_public_has_five_working_days_from_the_day_after(cast: Cast, project: Project):
    with on(2026, 6, 8):
        round_on(cast, RoundState.PUBLICITY)
        notice = a_publicity(cast, dt.date(2026, 6, 15))
        assert reasons(project, "publish_notice", cast.officer, notice=notice) == {}
    with on(2026, 6, 9):
        found = reasons(project, "publish_notice", cast.officer, notice=notice)

    assert found == {"publicity_short": "公示期从今天起不少于 5 个工作日，须到2026年6月16日或以后结束。"}


@starting(S.SHORTLISTED)
def test_holidays_do_not_count_as_working_days(cast: Cast, project: Project):
    with on(2026, 6, 15):  # the Dragon Boat Festival is on Friday the 19th
        round_on(cast, RoundState.PUBLICITY)
        notice = a_publicity(cast, dt.date(2026, 6, 23))
        assert reasons(project, "publish_notice", cast.officer, notice=notice) == {}
    with on(2026, 6, 16):
        assert "2026年6月24日" in reasons(project, "publish_notice", cast.officer, notice=notice)["publicity_short"]


@starting(S.SHORTLISTED)
def test_nothing_is_published_before_the_results_are_announced(cast: Cast, project: Project):
    with on(2026, 6, 8):
        found = reasons(project, "publish_notice", cast.officer, notice=a_publicity(cast))
        assert set(found) == {"not_announced"}
        assert set(reasons(project, "publish_notice", cast.officer, notice="x")) == {"no_notice"}


@starting(S.SHORTLISTED)
def test_a_publicity_does_not_end_in_a_year_whose_holidays_are_unknown(cast: Cast, project: Project):
    with on(2026, 12, 24):
        round_on(cast, RoundState.PUBLICITY)
        notice = a_publicity(cast, dt.date(2027, 1, 8))
        found = reasons(project, "publish_notice", cast.officer, notice=notice)
        assert set(found) == {"calendar_unknown"}
        assert "2027年" in found["calendar_unknown"]

        CalendarYear.objects.create(year=2027, source="国办发明电〔2026〕1号")
        assert reasons(project, "publish_notice", cast.officer, notice=notice) == {}


@starting(S.IN_PUBLICITY)
def test_a_project_is_approved_from_the_day_after_the_publicity(cast: Cast, project: Project):
    with on(2026, 6, 16, 23):
        meeting = str(a_meeting(cast, project.round).pk)
        found = reasons(project, "approve", cast.officer, meeting=meeting)
        assert found == {"publicity_running": "公示到2026年6月16日结束，第二天起才能立项。"}
    with on(2026, 6, 17, 0):
        assert reasons(project, "approve", cast.officer, meeting=meeting) == {}


@starting(S.IN_PUBLICITY)
def test_a_team_leaves_the_publicity_with_a_letter_and_a_correction(cast: Cast, project: Project):
    with on(2026, 6, 9):
        assert set(reasons(project, "withdraw_in_publicity", cast.officer)) == {"letter", "no_correction"}
        given = {
            "letter": str(a_document(cast.officer, "撤回函").pk),
            "correction": str(a_notice(cast, project.round, "correction", title="更正公告").pk),
        }
        act(project, "withdraw_in_publicity", actor=cast.officer, given=given)

    assert project.state == S.WITHDRAWN
    assert attachments_of(project, "notice_document").count() == 2


# Objections -------------------------------------------------------------------------------------------------


def an_objection(cast: Cast, project, **more: Any):
    facts: dict[str, Any] = {
        "kind": "objection",
        "text": "反映活动照片系摆拍。",
        "received_on": dt.date(2026, 6, 9),
    } | more
    return receive_objection(project, actor=cast.officer, **facts)


def find(cast: Cast, objection, verdict: str) -> None:
    report = str(a_document(cast.discipline, "核查报告").pk)
    given = {"finding": "经核查，情况属实。", "finding_document": report}
    together(objection, verdict, by=cast.discipline, endorsed_by=cast.business_lead, **given)


@starting(S.IN_PUBLICITY)
def test_an_objection_holds_the_approval_until_it_is_found_on(cast: Cast, project: Project):
    with on(2026, 6, 9):
        objection = an_objection(cast, project, objector="陈先生", contact="13900000000")
        assert objection.against == S.IN_PUBLICITY
        due = deadline(objection, "objection_finding")
        assert due
        assert (due.amount, due.unit) == (15, "wd")
        act(objection, "take_up", actor=cast.discipline)
    with on(2026, 6, 17):
        meeting = str(a_meeting(cast, project.round).pk)
        assert reasons(project, "approve", cast.officer, meeting=meeting) == {
            "objection_open": "还有 1 件异议没有查清，查清以前不能立项。"
        }
        find(cast, objection, "dismiss")
        assert (objection.state, objection.finding) == ("dismissed", "经核查，情况属实。")
        assert reasons(project, "approve", cast.officer, meeting=meeting) == {}


@starting(S.IN_PUBLICITY)
def test_a_project_whose_objection_is_upheld_is_refused_and_never_approved(cast: Cast, project: Project):
    with on(2026, 6, 17):
        meeting = str(a_meeting(cast, project.round).pk)
        assert set(reasons(project, "uphold_objection", cast.officer, meeting=meeting)) == {"not_upheld"}
        objection = an_objection(cast, project)
        act(objection, "take_up", actor=cast.discipline)
        find(cast, objection, "uphold")

        assert set(reasons(project, "approve", cast.officer, meeting=meeting)) == {"objection_upheld"}
        decided(cast, project, "uphold_objection")

    assert project.state == S.DECLINED
    assert Decision.objects.filter(project=project).latest("pk").outcome == Outcome.DECLINE


@starting(S.IN_PUBLICITY)
def test_a_finding_is_words_and_a_report(cast: Cast, project: Project):
    with on(2026, 6, 9):
        objection = an_objection(cast, project)
        act(objection, "take_up", actor=cast.discipline)
        assert set(reasons(objection, "uphold", cast.discipline)) == {"finding"}
        assert set(reasons(objection, "uphold", cast.discipline, finding="属实")) == {"finding_document"}


@starting(S.IN_PUBLICITY)
def test_an_objection_that_is_not_taken_up_says_why_and_holds_nothing(cast: Cast, project: Project):
    with on(2026, 6, 9):
        objection = an_objection(cast, project)
        act(objection, "refuse_to_take", actor=cast.discipline, given={"reason": "与本项目无关"})
    with on(2026, 6, 17):
        assert reasons(project, "approve", cast.officer, meeting=str(a_meeting(cast, project.round).pk)) == {}

    assert objection.finding == "与本项目无关"


@starting(S.SUBMITTED)
def test_an_objection_is_received_in_any_state_and_says_something(cast: Cast, project: Project):
    assert an_objection(cast, project, received_on=dt.date(2026, 3, 2)).against == S.SUBMITTED
    for wrong in ({"text": " "}, {"kind": "gossip"}, {"received_on": dt.date(2026, 3, 3)}):
        with pytest.raises(Refused):
            an_objection(cast, project, **({"received_on": dt.date(2026, 3, 2)} | wrong))


@starting(S.IN_PUBLICITY)
def test_an_objection_that_does_not_hold_lets_the_approval_pass(cast: Cast, project: Project):
    with on(2026, 6, 17):
        an_objection(cast, project, holds=False)
        assert reasons(project, "approve", cast.officer, meeting=str(a_meeting(cast, project.round).pk)) == {}


# The list ---------------------------------------------------------------------------------------------------


@starting(S.IN_PUBLICITY)
def test_the_result_is_published_when_no_project_is_before_the_public(cast: Cast, project: Project):
    with on(2026, 6, 17):
        round_ = round_on(cast, RoundState.PUBLICITY)
        notice = str(a_notice(cast, round_, "result", title="关于公布立项项目的通知").pk)
        found = reasons(round_, "publish_result", cast.officer, notice=notice)
        assert found == {"list_open": "还有 1 个项目没有审定或公示没有结束。"}

        decided(cast, project, "approve")
        assert reasons(round_, "publish_result", cast.officer, notice=notice) == {}


@starting(S.APPROVED)
def test_a_round_is_archived_when_every_project_has_ended(cast: Cast, project: Project):
    with on(2026, 6, 18):
        round_ = round_on(cast, RoundState.PUBLISHED)
        assert reasons(round_, "close_round", cast.officer) == {"projects_open": "还有 1 个项目没有归档。"}

        letter = str(a_document(cast.officer, "放弃函").pk)
        together(project, "give_up", by=cast.officer, endorsed_by=cast.business_lead, letter=letter)
        assert reasons(round_, "close_round", cast.officer) == {}


@starting(S.IN_PUBLICITY)
def test_a_refusal_that_was_announced_is_revised_only_on_an_upheld_appeal(cast: Cast, project: Project):
    with on(2026, 6, 10):
        objection = an_objection(cast, project)
        act(objection, "take_up", actor=cast.discipline)
        find(cast, objection, "uphold")
        decided(cast, project, "uphold_objection")
    with on(2026, 6, 11):
        meeting = str(a_meeting(cast, project.round).pk)
        assert set(reasons(project, "revise_refusal", cast.officer, meeting=meeting)) == {"announced"}
        appeal = an_objection(cast, project, kind="appeal", text="照片是活动当天拍的，有原件。", holds=False)
        act(appeal, "take_up", actor=cast.discipline)
        find(cast, appeal, "uphold")
        decided(cast, project, "revise_refusal")

    assert project.state == S.REVIEWED


# What the forms offer ---------------------------------------------------------------------------------------


def offered(record: Any, name: str, cast: Cast) -> dict[str, list[str]]:
    """The words to choose from in each field of a deed's form."""
    asks = [ask for ask in asks_of(record.machine().deeds[name], record) if ask.choices]
    return {ask.name: [words for _value, words in ask.choices(record, cast.officer)] for ask in asks if ask.choices}


@starting(S.IN_PUBLICITY)
def test_forms_offer_the_minutes_and_the_documents_of_the_right_kind(cast: Cast, project: Project):
    with on(2026, 6, 9):
        correction = a_notice(cast, project.round, "correction", number="", title="更正公告")
        meeting = a_meeting(cast, project.round)

    assert offered(project, "withdraw_in_publicity", cast) == {"correction": [correction.title]}
    assert offered(project, "approve", cast)["meeting"][0] == f"{meeting.number} · 2026年6月9日"
    assert offered(project.round, "publish_result", cast) == {"notice": []}
    assert "公示" in offered(project.round, "issue_notice", cast)["kind"]
    assert len(offered(project, "publish_notice", cast)["notice"]) == 1
