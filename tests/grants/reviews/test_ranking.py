"""The ranking of a round: score, tie-breaks, lot; and who sees the seats behind it."""

from __future__ import annotations

from hashlib import sha256

from grants.awards.queries import passed_over_in
from grants.desk.commands import act
from grants.programmes.profile import profile_text
from grants.reviews.models import Assignment
from grants.reviews.queries import ranking, visible_to
from tests.cast import Cast
from tests.factories import a_document, an_open_round, on
from tests.journey_steps import marks, projects_in, round_on
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import RoundState
from workflow.trail import steps_of


def review(cast: Cast, project, **changed) -> None:
    with on(2026, 5, 25):
        for person in cast.reviewers[:3]:
            act(project, "declare_no_conflict", actor=person)
            act(project, "score", actor=person, given=marks(cast, 80, **changed))
    project.refresh_from_db()
    assert project.state == S.REVIEWED


def test_projects_are_ranked_by_score_then_tie_breaks_then_a_lot_anybody_can_draw_again(cast: Cast):
    best, strong_need, equal, same = projects_in(cast, S.UNDER_REVIEW, 4)
    review(cast, best, need=34)
    review(cast, strong_need, need=33, sustain=15)
    review(cast, equal)
    review(cast, same)

    round_ = round_on(cast, RoundState.ELIGIBILITY)
    found = ranking(round_)

    assert round_.configuration
    lots = {
        one.number: sha256(f"{round_.configuration.digest}\n{one.number}".encode()).hexdigest() for one in (equal, same)
    }
    drawn = sorted((equal, same), key=lambda one: lots[one.number])
    assert [one.project for one in found] == [best, strong_need, *drawn]
    assert [one.place for one in found] == [1, 2, 3, 4]
    assert [one.decided_by for one in found] == ["score", "need", "lot", "lot"]
    assert [one.lot for one in found] == ["", "", *(lots[one.number] for one in drawn)]
    assert found[1].ties == (1650, 1200, 1200)


def test_where_the_round_allows_no_draw_equals_share_their_place_and_neither_is_passed_over(cast: Cast):
    text = profile_text("qingnuan").replace("per_county: 1", "per_county: 9")
    text = text.replace("    ties: [", "    draw: false\n    ties: [")
    an_open_round(cast, text=text)
    best, equal, same, last = projects_in(cast, S.UNDER_REVIEW, 4)
    review(cast, best, need=34)
    review(cast, equal)
    review(cast, same)
    review(cast, last, need=30)

    found = ranking(round_on(cast, RoundState.ELIGIBILITY))

    assert [(one.project, one.place, one.lot) for one in found] == [
        *((best, 1, ""), (equal, 2, ""), (same, 2, ""), (last, 4, "")),
    ]
    assert [one.decided_by for one in found] == ["score", "equal", "equal", "score"]
    assert passed_over_in(found, same.pk, [best.pk]) == []
    assert passed_over_in(found, last.pk, [best.pk]) == [equal, same]


def test_withdrawn_projects_are_not_ranked_and_the_round_proves_what_the_meeting_is_given(cast: Cast):
    stays, goes = projects_in(cast, S.REVIEWED, 2)
    letter = str(a_document(cast.officer, "撤回函").pk)
    act(goes, "withdraw_by_letter", actor=cast.officer, given={"letter": letter})

    with on(2026, 5, 28):
        round_ = round_on(cast, RoundState.DELIBERATING)

    assert [one.project for one in ranking(round_)] == [stays]
    assert '"facts":[["ranking","1","' in steps_of(round_).get(move="start_deliberation").payload


def test_reviewers_see_their_own_seats_overseers_all_and_teams_none(cast: Cast):
    projects_in(cast, S.UNDER_REVIEW, 2)

    def seen(person) -> int:
        return visible_to(person).count()

    assert Assignment.objects.count() == 6
    assert [seen(person) for person in (cast.reviewers[0], cast.reviewers[4])] == [2, 0]
    assert [seen(person) for person in (cast.officer, cast.chair, cast.auditor)] == [6, 6, 6]
    assert [seen(p) for p in (cast.team_leader, cast.applicant, cast.county_leader, cast.cashier)] == [0, 0, 0, 0]
