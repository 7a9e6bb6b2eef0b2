"""Scores in versions, what they must say, when the review ends, and the official score."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grants.applications.models import Project
from grants.desk.commands import act
from grants.people.commands import grant_role
from grants.reviews.models import Moderation
from grants.reviews.queries import divergence_open, official_score, valid_scores
from tests.cast import SHANGCHENG, Cast
from tests.factories import on, reasons, together
from tests.journey_steps import marks, passes_eligibility, round_on, scores, seat, starting
from workflow.deadlines import deadline
from workflow.inbox import items_for
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role, RoundState
from workflow.models import Step
from workflow.ports import SYSTEM


@pytest.fixture(autouse=True)
def in_review_time(cast: Cast) -> Iterator[None]:
    """It is 25 May 2026: the call is closed, the seats are taken."""
    with on(2026, 5, 25):
        yield


@starting(S.REVIEWED)
def test_the_last_score_ends_the_review_with_the_mean_as_official_score(cast: Cast, project: Project):
    last = Step.objects.filter(object_id=project.pk, machine="project").latest("seq")
    assert (last.move, last.role, last.actor) == ("finish_review", "system", None)
    assert project.score_hundredths == official_score(project)
    totals = [score.total_halves for score in valid_scores(project)]
    assert project.score_hundredths == round(sum(totals) * 100 / 6)
    assert deadline(project, "review") is None
    assert [items_for(person, []).filter(kind="score").count() for person in cast.reviewers] == [0] * 5


@starting(S.ELIGIBILITY_CHECK)
def test_with_five_reviewers_the_highest_and_the_lowest_do_not_count(cast: Cast, project: Project):
    with on(2026, 5, 20):
        seat(cast, project, 5)
        passes_eligibility(cast, project)
        for person, percent in zip(cast.reviewers, (80, 70, 75, 75, 75), strict=True):
            scores(cast, project, person, percent)

    middle = sorted(score.total_halves for score in valid_scores(project))[1:-1]
    project.refresh_from_db()
    assert project.score_hundredths == round(sum(middle) * 100 / 6)


@starting(S.UNDER_REVIEW)
def test_the_review_does_not_end_while_a_seat_is_silent(cast: Cast, project: Project):
    for person in cast.reviewers[:2]:
        scores(cast, project, person)

    found = reasons(project, "finish_review", cast.chair)
    assert found == {"scores_missing": "还有1位专家没有评分。", "not_all_declared": "还有1位专家没有作回避声明。"}


@starting(S.UNDER_REVIEW)
def test_a_review_short_of_seats_needs_more_reviewers(cast: Cast, project: Project):
    for person in cast.reviewers[:2]:
        scores(cast, project, person)
    act(project, "recuse", actor=cast.reviewers[2], given={"reason": "与申报人有亲属关系"})

    assert reasons(project, "finish_review", cast.chair) == {"too_few_reviewers": "评审专家还差1位。"}


@starting(S.UNDER_REVIEW)
def test_two_scores_are_enough_for_the_chair_and_the_business_lead_together(cast: Cast, project: Project):
    scores(cast, project, cast.reviewers[0])
    why = "一位专家因病未能评分"
    assert set(reasons(project, "finish_with_fewer", cast.chair, reason=why)) == {"too_few_scores"}

    scores(cast, project, cast.reviewers[1])
    together(project, "finish_with_fewer", by=cast.chair, endorsed_by=cast.business_lead, reason=why)

    assert (project.state, project.score_hundredths) == (S.REVIEWED, official_score(project))


@pytest.mark.parametrize("halves", [-1, 41, 7.5, "16", True, None])
@starting(S.UNDER_REVIEW)
def test_a_mark_outside_the_points_of_its_criterion_is_refused(cast: Cast, project: Project, halves):
    act(project, "declare_no_conflict", actor=cast.reviewers[0])

    found = reasons(project, "score", cast.reviewers[0], **marks(cast, 80, need=halves))

    assert found == {"mark": "“需求与红十字辨识度”请打0到20分，以0.5分为一档。"}


@starting(S.UNDER_REVIEW)
def test_every_score_is_commented_and_extreme_marks_are_explained(cast: Cast, project: Project):
    reviewer = cast.reviewers[0]
    act(project, "declare_no_conflict", actor=reviewer)

    assert set(reasons(project, "score", reviewer, **marks(cast, 80, comment=" 好 "))) == {"comment"}
    brief = "方案可行，预算合理，建议立项"
    assert reasons(project, "score", reviewer, **marks(cast, 80, comment=brief)) == {}
    found = reasons(project, "score", reviewer, **marks(cast, 80, need=23, budget=20, comment=brief))
    assert "需求与红十字辨识度、预算合理性" in found["comment_too_short"]
    assert reasons(project, "score", reviewer, **marks(cast, 80, need=24, budget=19, comment=brief)) == {}


@starting(S.UNDER_REVIEW)
def test_scoring_again_makes_a_new_version_and_the_latest_counts(cast: Cast, project: Project):
    scores(cast, project, cast.reviewers[0], 70)
    scores(cast, project, cast.reviewers[0], 80)

    seat_ = project.assignments.get(reviewer=cast.reviewers[0])
    assert [score.number for score in seat_.scores.order_by("number")] == [1, 2]
    assert valid_scores(project) == [seat_.scores.latest("number")]


def diverge(cast: Cast, project: Project) -> None:
    for person, percent in zip(cast.reviewers[:3], (62, 70, 85), strict=True):
        scores(cast, project, person, percent)


@starting(S.UNDER_REVIEW)
def test_scores_far_apart_are_talked_over_before_the_review_ends(cast: Cast, project: Project):
    diverge(cast, project)
    assert project.state == S.UNDER_REVIEW
    assert set(reasons(project, "finish_review", cast.chair)) == {"divergence"}

    act(project, "settle_divergence", actor=cast.chair, given={"reason": "合议后各自维持评分，分歧在可持续性"})

    assert (project.state, Moderation.objects.get().scores_seen) == (S.REVIEWED, 3)


@starting(S.UNDER_REVIEW)
def test_a_score_that_closes_the_gap_ends_the_review(cast: Cast, project: Project):
    diverge(cast, project)
    scores(cast, project, cast.reviewers[0], 74)

    project.refresh_from_db()
    assert project.state == S.REVIEWED


@starting(S.ELIGIBILITY_CHECK)
def test_a_moderation_does_not_cover_scores_it_has_not_seen(cast: Cast, project: Project):
    seat(cast, project, 4)
    passes_eligibility(cast, project)
    for person, percent in zip(cast.reviewers[:3], (62, 70, 85), strict=True):
        scores(cast, project, person, percent)
    act(project, "settle_divergence", actor=cast.chair, given={"reason": "先议一次，等第四位"})
    assert not divergence_open(project)

    scores(cast, project, cast.reviewers[3], 80)

    project.refresh_from_db()
    assert (project.state, divergence_open(project)) == (S.UNDER_REVIEW, True)


@starting(S.UNDER_REVIEW)
def test_a_conflict_that_becomes_known_keeps_the_review_open(cast: Cast, project: Project):
    for person in cast.reviewers[:2]:
        scores(cast, project, person)
    grant_role(cast.reviewers[0], Role.COUNTY_OFFICER, actor=SYSTEM, organisation=cast.places[SHANGCHENG])
    scores(cast, project, cast.reviewers[2])

    found = reasons(project, "finish_review", cast.chair)
    assert project.state == S.UNDER_REVIEW
    assert found == {
        "conflict": "吴春梅须回避：在推荐本项目的红十字会任职、与申报团队同属上城区红十字会。请换一位专家。"
    }


@starting(S.REVIEWED)
def test_a_reopened_review_waits_until_every_seat_has_scored_again(cast: Cast, project: Project):
    with on(2026, 5, 26):
        act(project, "reopen_review", actor=cast.chair, given={"reason": "评分表有误，请各位重新评分"})
        assert (project.state, project.score_hundredths) == (S.UNDER_REVIEW, None)
        assert [items_for(person, []).filter(kind="score").count() for person in cast.reviewers] == [1, 1, 1, 0, 0]
    with on(2026, 5, 27):
        for person in cast.reviewers[:2]:
            scores(cast, project, person, 75)
        assert project.state == S.UNDER_REVIEW
        scores(cast, project, cast.reviewers[2], 75)

    project.refresh_from_db()
    assert (project.state, project.score_hundredths) == (S.REVIEWED, official_score(project))


@starting(S.REVIEWED)
def test_the_chair_may_end_a_reopened_review_after_one_correction(cast: Cast, project: Project):
    with on(2026, 5, 26):
        act(project, "reopen_review", actor=cast.chair, given={"reason": "一位专家申请更正评分"})
    with on(2026, 5, 27):
        scores(cast, project, cast.reviewers[0], 78)
        act(project, "finish_review", actor=cast.chair)

    assert project.state == S.REVIEWED


@starting(S.UNDER_REVIEW)
def test_the_round_waits_for_every_review(cast: Cast):
    with on(2026, 5, 21):
        round_ = round_on(cast, RoundState.REVIEWING)

        assert reasons(round_, "start_deliberation", cast.officer) == {"review_open": "还有1个项目没有完成评审。"}
