"""Decisions are a meeting's: amounts within the envelope, rank order or a reason, reserves in their order."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from grants.applications.models import Project
from grants.awards.commands import record_meeting
from grants.awards.enums import Outcome
from grants.awards.models import Decision
from grants.awards.queries import free_fen, places_freed, standing_decision
from grants.desk.commands import act
from grants.programmes.models import Round
from storage.queries import attachments_of
from tests.cast import Cast
from tests.factories import a_document, a_meeting, a_notice, on, reasons
from tests.journey_steps import (
    a_publicity,
    decided,
    deliberating,
    money_in,
    projects_in,
    round_on,
    scores,
    starting,
)
from workflow import clock
from workflow.actions import Refused
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import RoundState
from workflow.trail import steps_of

FEN = 2_500_000


def minutes(cast: Cast, project: Project) -> str:
    return str(a_meeting(cast, project.round).pk)


def against(cast: Cast, project: Project, move: str, **given: Any) -> dict[str, str]:
    return reasons(project, move, cast.officer, meeting=minutes(cast, project), **given)


def one_deliberated(cast: Cast) -> None:
    deliberating(cast, 1)


def two_deliberated(cast: Cast) -> None:
    deliberating(cast, 2)


def with_reserves(cast: Cast) -> None:
    """One project before the public, two in reserve, all decided on 1 June and announced on 8 June 2026."""
    found = deliberating(cast, 3)
    for project in found:
        project.refresh_from_db()
    with on(2026, 6, 1):
        decided(cast, found[0], "shortlist", amount_fen=FEN)
        for order, project in enumerate(found[1:], start=1):
            decided(cast, project, "put_in_reserve", reserve_order=order, amount_fen=2_000_000)
    with on(2026, 6, 8):
        round_on(cast, RoundState.PUBLICITY)
        act(found[0], "publish_notice", actor=cast.officer, given={"notice": a_publicity(cast)})


# Meetings ---------------------------------------------------------------------------------------------------


@starting(S.CITY_RECOMMENDED)
def test_minutes_are_on_record_once_with_their_document_proven(cast: Cast, project: Project):
    paper = a_document(cast.officer, "会议纪要")
    facts: dict[str, Any] = {"held_on": clock.today(), "present": "王立新、何国平", "document": paper}

    meeting = record_meeting(project.round, actor=cast.officer, number="纪要1号", recused="季永康", **facts)

    assert (meeting.recused, meeting.document) == ("季永康", paper)
    assert paper.sha256 in steps_of(project.round).get(move="record_meeting").payload
    with pytest.raises(Refused, match="已经登记过"):
        record_meeting(project.round, actor=cast.officer, number="纪要1号", **facts)


@starting(S.CITY_RECOMMENDED)
def test_a_meeting_has_taken_place_had_people_present_and_has_its_minutes(cast: Cast, project: Project):
    whole = {"number": "纪要2号", "held_on": "2026-03-02", "present": "王立新"}
    whole["minutes_document"] = str(a_document(cast.officer, "会议纪要").pk)

    def said(**changed: str) -> set[str]:
        return set(reasons(project.round, "record_meeting", cast.officer, **whole | changed))

    assert said() == set()
    assert said(held_on="2026-03-03") == {"held_on"}
    assert said(number=" ") == {"number"}
    assert said(present="") == {"present"}
    assert said(minutes_document="x") == {"minutes_document"}


@starting(S.REVIEWED)
def test_a_decision_needs_the_minutes_of_a_meeting_of_this_round(cast: Cast, project: Project):
    found = reasons(project, "decline", cast.officer, reason="名额有限", meeting="999")

    assert set(found) == {"no_minutes"}


# Proposing --------------------------------------------------------------------------------------------------


@starting(S.SHORTLISTED)
def test_a_shortlisted_project_carries_its_decision_and_the_minutes(cast: Cast, project: Project):
    decision = Decision.objects.get(project=project)
    assert (decision.outcome, decision.amount_fen, decision.reason) == (Outcome.SHORTLIST, FEN, "")
    assert [one.document for one in attachments_of(project, "minutes")] == [decision.meeting.document]
    assert (project.granted_fen, Round.objects.get().committed_fen) == (0, 0)


@pytest.mark.parametrize("amount", [None, 0, 999_999, 2_500_001, 5_000_001, "x"])
@starting(one_deliberated)
def test_an_amount_beyond_the_request_or_the_limits_is_refused(cast: Cast, project: Project, amount: Any):
    with on(2026, 6, 1):
        found = against(cast, project, "shortlist", amount_fen=amount)

    assert found == {"amount": "资助金额应在 10,000.00 元到 25,000.00 元之间。"}


def test_what_is_proposed_takes_from_the_envelope_before_it_is_committed(cast: Cast):
    one, two, three, four = deliberating(cast, 4)
    for project in (one, two, three, four):
        project.refresh_from_db()
    with on(2026, 6, 1):
        for project in (one, two):
            decided(cast, project, "shortlist", amount_fen=FEN)
        decided(cast, three, "shortlist", amount_fen=2_000_000)
        assert free_fen(one.round) == 1_000_000

        found = against(cast, four, "shortlist", amount_fen=1_000_001)
        assert found == {"over_envelope": "本轮资金只剩 10,000.00 元可以安排，不够资助 10,000.01 元。"}
        decided(cast, four, "shortlist", amount_fen=1_000_000)
        assert free_fen(one.round) == 0

        decided(cast, one, "revise_decision")
        assert free_fen(one.round) == FEN


@starting(two_deliberated)
def test_a_lower_ranked_project_is_preferred_only_with_a_reason_on_record(cast: Cast, projects: list[Project]):
    better, lower = projects
    with on(2026, 6, 1):
        found = against(cast, lower, "shortlist", amount_fen=FEN)
        assert found == {"deviation": "排名更前的 1 个项目还没有拟立项（救在身边进社区），请写明不按排名的理由。"}

        decided(cast, better, "decline", reason="与其他资金重复")
        assert set(against(cast, lower, "shortlist", amount_fen=FEN)) == {"deviation"}

        decided(cast, lower, "shortlist", amount_fen=FEN, deviation="山区县平衡")

    decision = standing_decision(lower)
    assert decision
    assert decision.reason == "山区县平衡"


@starting(two_deliberated)
def test_in_rank_order_no_reason_is_asked(cast: Cast, projects: list[Project]):
    better, lower = projects
    with on(2026, 6, 1):
        decided(cast, better, "shortlist", amount_fen=FEN)

        assert against(cast, lower, "shortlist", amount_fen=FEN) == {}


def test_below_the_pass_line_a_project_is_proposed_only_with_a_reason(cast: Cast):
    (project,) = projects_in(cast, S.UNDER_REVIEW, 1)
    with on(2026, 5, 25):
        for person in cast.reviewers[:3]:
            scores(cast, project, person, 55)
    with on(2026, 6, 1):
        round_on(cast, RoundState.DELIBERATING)
        money_in(cast)

        assert set(against(cast, project, "shortlist", amount_fen=FEN)) == {"below_pass_line"}
        assert against(cast, project, "shortlist", amount_fen=FEN, deviation="唯一的造干宣传项目") == {}


@starting(S.REVIEWED)
def test_before_the_ranking_is_known_a_proposal_is_explained(cast: Cast, project: Project):
    with on(2026, 5, 26):
        money_in(cast)

        assert set(against(cast, project, "shortlist", amount_fen=FEN)) == {"ranking_open"}


# Reserve and refusal ----------------------------------------------------------------------------------------


@starting(two_deliberated)
def test_every_reserve_has_its_own_place_on_the_list(cast: Cast, projects: list[Project]):
    first, second = projects
    with on(2026, 6, 1):
        assert set(against(cast, first, "put_in_reserve")) == {"reserve_order"}
        decided(cast, first, "put_in_reserve", reserve_order=1)

        assert set(against(cast, second, "put_in_reserve", reserve_order=1)) == {"reserve_order_taken"}
        decided(cast, second, "put_in_reserve", reserve_order=2, amount_fen=2_000_000)

    amounts = [decision.amount_fen for decision in Decision.objects.order_by("reserve_order")]
    assert amounts == [FEN, 2_000_000]


@starting(two_deliberated)
def test_a_decision_is_revised_until_the_results_are_announced(cast: Cast, projects: list[Project]):
    proposed, declined = projects
    with on(2026, 6, 1):
        decided(cast, proposed, "shortlist", amount_fen=FEN)
        assert "decided" in reasons(proposed, "reopen_review", cast.chair, reason="评分表有误")
        decided(cast, proposed, "revise_decision")
        assert reasons(proposed, "reopen_review", cast.chair, reason="评分表有误") == {}
        decided(cast, proposed, "shortlist", amount_fen=2_400_000)
        decided(cast, declined, "decline", reason="名额有限")
        decided(cast, declined, "revise_refusal")
        decided(cast, declined, "decline", reason="维持原决定")
        round_on(cast, RoundState.PUBLICITY)

        assert set(against(cast, proposed, "revise_decision")) == {"announced"}
        assert set(against(cast, declined, "revise_refusal")) == {"announced"}


@starting(S.REVIEWED)
def test_the_results_are_announced_when_every_project_is_decided(cast: Cast, project: Project):
    with on(2026, 6, 1):
        round_ = round_on(cast, RoundState.DELIBERATING)
        meeting = minutes(cast, project)

        found = reasons(round_, "announce", cast.officer, meeting=meeting)
        assert found == {"undecided": "还有 1 个项目没有审定。"}

        decided(cast, project, "decline", reason="名额有限")
        assert reasons(round_, "announce", cast.officer, meeting=meeting) == {}


# Promotion --------------------------------------------------------------------------------------------------


def withdraw(cast: Cast, project: Project) -> None:
    letter = str(a_document(cast.officer, "撤回函").pk)
    correction = str(a_notice(cast, project.round, "correction", title="关于公示名单的更正公告").pk)
    act(project, "withdraw_in_publicity", actor=cast.officer, given={"letter": letter, "correction": correction})


@starting(with_reserves)
def test_a_reserve_is_promoted_into_a_freed_place_with_a_publicity_of_its_own(cast: Cast, projects: list[Project]):
    proposed, first, _second = projects
    with on(2026, 6, 9):
        notice = a_publicity(cast, dt.date(2026, 6, 17))
        assert set(against(cast, first, "promote", notice=notice)) == {"no_place"}
        withdraw(cast, proposed)
        assert places_freed(proposed.round) == 1

        decided(cast, first, "promote", notice=notice)

    decision = standing_decision(first)
    assert decision
    assert (first.state, first.publicity_ends_on) == (S.IN_PUBLICITY, dt.date(2026, 6, 17))
    assert (decision.outcome, decision.amount_fen, places_freed(proposed.round)) == (Outcome.SHORTLIST, 2_000_000, 0)
    assert attachments_of(first, "notice_document").count() == 1


@starting(with_reserves)
def test_reserves_are_promoted_in_their_order_or_with_a_reason(cast: Cast, projects: list[Project]):
    proposed, _first, second = projects
    with on(2026, 6, 9):
        notice = a_publicity(cast, dt.date(2026, 6, 17))
        withdraw(cast, proposed)

        assert set(against(cast, second, "promote", notice=notice)) == {"reserve_order"}
        assert against(cast, second, "promote", notice=notice, deviation="首位团队无法按期实施") == {}
        found = against(cast, second, "promote", notice=notice, deviation="改", amount_fen=6_000_000)
        assert set(found) == {"amount"}


@starting(with_reserves)
def test_what_is_left_of_the_reserve_ends_when_the_result_is_published(cast: Cast, projects: list[Project]):
    proposed, first, _second = projects
    assert set(reasons(first, "close_reserve", cast.officer)) == {"not_published"}
    with on(2026, 6, 17):
        decided(cast, proposed, "approve")
        round_on(cast, RoundState.PUBLISHED)
        act(first, "close_reserve", actor=cast.officer)

    assert first.state == S.DECLINED
