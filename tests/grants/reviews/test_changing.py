"""Scores that are changed, looked at again, or doubted; what no comment says; who sees what, from which phase on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from grants.applications.models import Project
from grants.desk.commands import act
from grants.people.models import User
from grants.programmes.profile import Profile, profile_text
from grants.programmes.profile.scoring import Sight
from grants.reviews.assigning.third import third_seat
from grants.reviews.enums import Phase, Shown
from grants.reviews.linter import slips
from grants.reviews.models import Assignment, Rescoring, Score
from grants.reviews.queries import divergence_open, far_apart, open_concern, open_rescoring
from grants.reviews.sight import sees
from tests.cast import Cast
from tests.factories import an_open_round, on, reasons
from tests.grants.reviews.test_scoring import diverge
from tests.journey_steps import AGAIN, COMMENT, a_project_in, marks, scores, starting
from workflow import clock
from workflow.actions import Refused
from workflow.inbox import items_for
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role

ROLES = {Shown.PEERS, Shown.SCORES, Shown.COMMENTS}


@pytest.fixture(autouse=True)
def in_review_time(cast: Cast) -> Iterator[None]:
    """It is 25 May 2026."""
    with on(2026, 5, 25):
        yield


def scoring_again(cast: Cast, project: Project, percent: int, **more: Any) -> None:
    act(project, "score", actor=cast.reviewers[0], given=marks(cast, percent, **more))


def the_third(project: Project) -> User:
    """Who was called because scores lay far apart."""
    seat = third_seat(project)
    assert seat
    return seat.reviewer


def opens_rescoring(cast: Cast, project: Project, due_on: str = "2026-05-29") -> None:
    act(project, "open_rescoring", actor=cast.chair, given={"due_on": due_on, "reason": "分歧在预算，请各位再看"})


# A score that was handed in -----------------------------------------------------------------------------------------


@starting(S.UNDER_REVIEW)
def test_a_score_that_was_handed_in_changes_only_with_a_reason(cast: Cast, project: Project):
    person = cast.reviewers[0]
    scores(cast, project, person, 70)
    assert set(reasons(project, "score", person, **marks(cast, 80))) == {"no_change_reason"}
    scoring_again(cast, project, 80, change_reason="看漏了附件")

    first, second = Score.objects.order_by("number")
    assert (first.phase, first.reason, second.phase, second.reason) == (Phase.FIRST, "", Phase.FIRST, "看漏了附件")
    assert second.saw == dict.fromkeys(("opinions", "ranks", "peers", "scores", "comments"), False) | {
        "department": True
    }


@starting(S.UNDER_REVIEW)
def test_the_same_score_is_not_handed_in_twice(cast: Cast, project: Project):
    person = cast.reviewers[0]
    scores(cast, project, person, 70)
    assert set(reasons(project, "score", person, **marks(cast, 70, change_reason=AGAIN))) == {"score_unchanged"}


@starting(S.UNDER_REVIEW)
def test_the_database_takes_no_version_out_of_turn_without_reason_or_by_an_undeclared_seat(
    cast: Cast, project: Project
):
    scores(cast, project, cast.reviewers[0], 70)
    mine, other = Assignment.objects.order_by("pk")[:2]
    row = {"halves": {}, "total_halves": 0, "comment": "好", "phase": Phase.FIRST, "at": clock.now()}
    for broken in (
        {"assignment": mine, "number": 3, "reason": "改"},
        {"assignment": mine, "number": 2, "reason": ""},
        {"assignment": mine, "number": 2, "reason": "改", "phase": "later"},
        {"assignment": other, "number": 1},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            Score.objects.create(**row | broken)
    with pytest.raises(DatabaseError), transaction.atomic():
        Score.objects.update(total_halves=200)


# Looking again ------------------------------------------------------------------------------------------------------


@starting(S.UNDER_REVIEW)
def test_the_chair_lets_everybody_look_again_where_scores_lie_far_apart(cast: Cast, project: Project):
    diverge(cast, project)
    opens_rescoring(cast, project)

    row = Rescoring.objects.get()
    assert (row.totals[0], row.totals[-1]) == (min(row.totals), max(row.totals))
    assert row.due_at.astimezone(clock.SHANGHAI).date().isoformat() == "2026-05-29"
    third = the_third(project)
    again = [person for person in cast.reviewers if items_for(person, []).filter(kind="score").exists()]
    assert again == [*cast.reviewers[:3], third]
    waits = set(reasons(project, "settle_divergence", cast.chair, reason="维持"))
    assert waits == {"rescoring"}
    assert "rescoring" in reasons(project, "finish_review", cast.chair)

    with on(2026, 5, 26):
        for person, percent in zip([*cast.reviewers[:3], third], (70, 70, 74, 72), strict=True):
            scores(cast, project, person, percent)
    project.refresh_from_db()
    assert project.state == S.REVIEWED
    assert set(Score.objects.filter(number=2).values_list("phase", flat=True)) == {Phase.RESCORE}


@starting(S.UNDER_REVIEW)
def test_looking_again_a_score_may_be_upheld_with_a_reason_and_the_panel_settles_what_is_left(
    cast: Cast, project: Project
):
    diverge(cast, project)
    opens_rescoring(cast, project)
    with on(2026, 5, 26):
        for person, percent in zip([*cast.reviewers[:3], the_third(project)], (62, 70, 85, 70), strict=True):
            scores(cast, project, person, percent)
        assert (project.state, divergence_open(project), open_rescoring(project)) == (S.UNDER_REVIEW, True, None)
        act(project, "settle_divergence", actor=cast.chair, given={"reason": "各自维持"})
    project.refresh_from_db()
    assert project.state == S.REVIEWED


@starting(S.UNDER_REVIEW)
def test_looking_again_ends_at_its_deadline_whoever_is_silent(cast: Cast, project: Project):
    diverge(cast, project)
    opens_rescoring(cast, project)
    with on(2026, 5, 30):
        assert open_rescoring(project) is None
        assert reasons(project, "settle_divergence", cast.chair, reason="没有人改分") == {}


@starting(S.UNDER_REVIEW)
def test_scores_that_lie_near_are_not_looked_at_again_and_nobody_opens_it_twice_or_for_long(
    cast: Cast, project: Project
):
    given = {"due_on": "2026-05-29", "reason": "再看"}
    for person in cast.reviewers[:2]:
        scores(cast, project, person, 70)
    assert set(reasons(project, "open_rescoring", cast.chair, **given)) == {"no_divergence"}
    scores(cast, project, cast.reviewers[2], 90)
    assert set(reasons(project, "open_rescoring", cast.chair, **given | {"due_on": "2026-06-30"})) == {"due_on"}
    assert reasons(project, "open_rescoring", cast.officer, **given) != {}
    opens_rescoring(cast, project)
    assert set(reasons(project, "open_rescoring", cast.chair, **given)) == {"rescoring"}


def test_scores_on_both_sides_of_the_pass_line_need_to_lie_less_far_apart():
    method = Profile.parse(profile_text("qingnuan")).rubric.method
    assert (method.divergence_trigger, method.straddle_trigger, method.pass_line) == (15, 8, 60)
    assert far_apart([140, 170], method)
    assert not far_apart([140, 169], method)
    assert far_apart([112, 128], method)
    assert not far_apart([113, 128], method)
    assert not far_apart([120, 136], method)


# A doubt ------------------------------------------------------------------------------------------------------------


@starting(S.UNDER_REVIEW)
def test_a_doubt_about_eligibility_holds_the_review_until_the_officer_answers(cast: Cast, project: Project):
    for person in cast.reviewers[:2]:
        scores(cast, project, person)
    act(project, "report_concern", actor=cast.reviewers[2], given={"reason": "登记证书已过期"})
    assert items_for(cast.officer, []).filter(kind="answer_concern").count() == 1
    scores(cast, project, cast.reviewers[2])
    assert set(reasons(project, "finish_review", cast.chair)) == {"concern"}
    assert "concern" in reasons(project, "finish_with_fewer", cast.chair, reason="两位即可")

    act(project, "answer_concern", actor=cast.officer, given={"reason": "证书已换发，见附件"})

    project.refresh_from_db()
    assert (project.state, open_concern(project)) == (S.REVIEWED, None)
    assert not items_for(cast.officer, []).filter(kind="answer_concern").exists()


@starting(S.UNDER_REVIEW)
def test_a_doubt_may_send_the_project_back_to_eligibility(cast: Cast, project: Project):
    act(project, "report_concern", actor=cast.reviewers[0], given={"reason": "登记证书已过期"})
    act(project, "recheck_eligibility", actor=cast.officer, given={"reason": "核对登记证书"})
    assert (project.state, open_concern(project)) == (S.ELIGIBILITY_CHECK, None)
    assert "no_concern" in reasons(project, "answer_concern", cast.officer, reason="已核")


# What no comment says -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("需求清楚，预算合理。", []),
        ("请联系13800000001核实", ["mobile"]),
        ("电话0571-87654321", ["phone"]),
        ("写信到 li@example.cn 问问", ["email"]),
        ("身份证330102199001011234不应出现", ["id_number"]),
        ("周明的经验足，周明负责", ["name"]),
        ("一年 46 场、3120 小时、2025 年", []),
        ("账号1202021209000012345", ["account"]),
    ],
)
def test_a_comment_is_read_for_people_and_their_numbers(text: str, kinds: list[str]):
    assert [one.kind for one in slips(text, {"周明", "李"})] == kinds


def test_where_it_stands_is_counted_in_signs_and_numbers_are_not_repeated():
    (found,) = slips("电话 １３８００００００0１ 。", set())
    assert (found.at, found.shown) == (4, "138****0001")


@starting(S.UNDER_REVIEW)
def test_a_comment_with_a_name_goes_only_with_a_tick_and_one_with_an_identity_number_never(
    cast: Cast, project: Project
):
    person = cast.reviewers[0]
    act(project, "declare_no_conflict", actor=person)
    named = COMMENT + "周明、褚建国都可以作证。"
    found = reasons(project, "score", person, **marks(cast, 80, comment=named))
    assert found.keys() == {"person_in_comment"}
    assert f"人名“周明”（第{len(COMMENT) + 1}个字）" in found["person_in_comment"]
    assert reasons(project, "score", person, **marks(cast, 80, comment=named, comment_meant=True)) == {}
    wrong = marks(cast, 80, comment=COMMENT + "330102199001011234", comment_meant=True)
    assert set(reasons(project, "score", person, **wrong)) == {"identity_in_comment"}


@starting(S.UNDER_REVIEW)
def test_the_warning_does_not_tell_who_else_reviews(cast: Cast, project: Project):
    """A reviewer of the round without a seat here is warned of like one with a seat."""
    person = cast.reviewers[0]
    act(project, "declare_no_conflict", actor=person)
    for other in (cast.reviewers[1], cast.reviewers[4]):
        found = reasons(project, "score", person, **marks(cast, 80, comment=COMMENT + other.name))
        assert found.keys() == {"person_in_comment"}


# Who sees what ------------------------------------------------------------------------------------------------------


@starting(S.UNDER_REVIEW)
def test_by_itself_reviewers_are_blind_to_each_other_and_teams_and_recommenders_for_ever(cast: Cast, project: Project):
    for state in S:
        project.__dict__["state"] = state
        for role in (Role.REVIEWER, Role.TEAM_LEADER, Role.COUNTY_LEADER, Role.CITY_OFFICER, Role.FINANCE_OFFICER):
            assert not any(sees(what, project, {role}) for what in ROLES), (state, role)
        for role in (Role.PROGRAMME_OFFICER, Role.AUDITOR, Role.REVIEW_CHAIR):
            assert all(sees(what, project, {role}) for what in ROLES)
        assert not sees(Shown.SCORES, project, {Role.PROGRAMME_OFFICER, Role.REVIEWER})


def a_seeing_round(cast: Cast) -> None:
    text = profile_text("qingnuan").replace("scores: never, comments: never", "scores: rescoring, comments: decided")
    round_ = an_open_round(cast, text=text)
    assert round_.configuration

    a_project_in(cast, S.UNDER_REVIEW)


@starting(a_seeing_round)
def test_a_round_may_open_the_others_marks_from_the_rescoring_on(cast: Cast, project: Project):
    seen = lambda: [sees(what, project, {Role.REVIEWER}) for what in (Shown.PEERS, Shown.SCORES, Shown.COMMENTS)]  # noqa: E731
    diverge(cast, project)
    assert seen() == [False, False, False]
    opens_rescoring(cast, project)
    assert seen() == [False, True, False]
    with on(2026, 5, 26):
        scores(cast, project, cast.reviewers[0], 70)
    assert Score.objects.latest("pk").saw["scores"]
    project.__dict__["state"] = S.REVIEWED
    assert seen() == [False, True, False]
    project.__dict__["state"] = S.DECLINED
    assert seen() == [False, True, True]


def test_no_configuration_opens_marks_while_reviewers_score_alone():
    text = profile_text("qingnuan")
    for wrong in ("scores: scoring", "peers: scoring", "ranks: reviewed"):
        name = wrong.partition(":")[0]
        with pytest.raises(ValueError, match=f"rubric.sight.reviewer.{name}"):
            Profile.parse(text.replace(f"{name}: never", wrong))


def test_a_configuration_that_says_nothing_of_it_is_as_blind_and_keeps_its_digest():
    text = profile_text("qingnuan")
    lines = [line for line in text.splitlines() if "sight:" not in line and "    chair: {" not in line]
    lines = [line for line in lines if "    reviewer: {opinions" not in line]
    silent = Profile.parse("\n".join(lines))
    assert silent.rubric.sight == Sight()
    assert silent.digest() == Profile.parse(text).digest()


@starting(S.UNDER_REVIEW)
def test_a_seat_that_left_does_not_score(cast: Cast, project: Project):
    seat_ = Assignment.objects.order_by("pk")[0]
    act(project, "declare_no_conflict", actor=seat_.reviewer)
    act(project, "recuse", actor=seat_.reviewer, given={"reason": "曾任顾问"})
    with pytest.raises(Refused):
        act(project, "score", actor=seat_.reviewer, given=marks(cast, 80))
