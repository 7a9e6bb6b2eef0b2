"""The record of reviewers: in time, how far from the others, how rated; and who may read it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from grants.applications.models import Project
from grants.closeout.models import Acceptance
from grants.desk.commands import act
from grants.desk.queries.reviewers import records, timing_of
from grants.people.commands import grant_role
from grants.people.models import User
from grants.programmes.models import Round
from grants.reviews.assigning.inviting import answer_invitation, invite_reviewers, remind_invited
from grants.reviews.assigning.models import ReviewerRating, ReviewInvitation
from grants.reviews.assigning.rating import rate_reviewer
from tests.cast import Cast
from tests.factories import on
from tests.grants.desk.leaks import leaks
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import projects_in, round_on, scores, starting
from workflow import clock
from workflow.actions import Refused
from workflow.deadlines import last_deadline
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role, RoundState
from workflow.models import Notice, NoticeKind
from workflow.outbox import relay
from workflow.ports import SYSTEM


def two_reviewed(cast: Cast) -> None:
    """Two reviews: the first reviewer in time, the second six points below; the third late on one of them."""
    first, second = projects_in(cast, S.UNDER_REVIEW, 2)
    with on(2026, 5, 25):
        for project in (first, second):
            scores(cast, project, cast.reviewers[0], 80)
            scores(cast, project, cast.reviewers[1], 70)
        scores(cast, first, cast.reviewers[2], 75)
    due = last_deadline(second, "review")
    assert due
    late = due.due_at.astimezone(clock.SHANGHAI).date()
    with on(late.year, late.month, late.day, 23):
        scores(cast, second, cast.reviewers[2], 75)


pytestmark = starting(two_reviewed)


@pytest.fixture
def round_(projects: list[Project]) -> Round:
    return projects[0].round


@pytest.fixture
def over(cast: Cast, round_: Round) -> Round:
    """The review is over."""
    with on(2026, 7, 1):
        return round_on(cast, RoundState.DELIBERATING)


def test_a_record_says_who_came_in_time_and_how_far_from_the_others(cast: Cast, projects: list[Project]):
    due = last_deadline(projects[0], "review")
    assert due
    days = (due.due_at.astimezone(clock.SHANGHAI).date() - clock.today().replace(month=5, day=25)).days
    first, second, third = records(cast.reviewers[:3])
    assert (first.timely, first.mean_days, first.seats, first.scored) == (100, days, 2, 2)
    assert first.apart == pytest.approx(7.5, abs=0.5)
    assert second.apart == pytest.approx(-7.5, abs=0.5)
    assert third.timely == 50
    assert third.rounds[0].days == [days, -1]


def test_the_officer_rates_after_the_round_and_a_later_rating_counts(cast: Cast, over: Round):
    person, officer = cast.reviewers[0], Visitor(cast.officer)
    given: dict[str, Any] = {"round": str(over.pk), "points": "4", "words": "评语具体"}
    for _ in range(2):
        officer.post("reviewer", person.pk, **given)
    officer.post("reviewer", person.pk, **(given | {"points": "2", "words": "有两处评语照抄"}))
    assert list(ReviewerRating.objects.order_by("number").values_list("number", "points")) == [(1, 4), (2, 2)]
    page = officer.open("reviewer", person.pk)
    assert "评语具体" in page
    assert "后来又评过" in page
    assert "评价2.0" in officer.open("reviewers")
    bad = text(officer.post("reviewer", person.pk, status=422, **(given | {"words": ""})))
    assert "errsum" in bad


def test_nobody_is_rated_too_early_by_a_stranger_or_without_a_seat(cast: Cast, round_: Round):
    with pytest.raises(Refused, match="评审结束以后"):
        rate_reviewer(round_, cast.reviewers[0], 3, "好", actor=cast.officer)
    with on(2026, 7, 1):
        round_on(cast, RoundState.DELIBERATING)
        for person, actor, words in (
            (cast.reviewers[0], cast.chair, "省级项目管理员"),
            (cast.reviewers[4], cast.officer, "没有评审席位"),
        ):
            with pytest.raises(Refused, match=words):
                rate_reviewer(round_, person, 3, "好", actor=actor)


def test_the_database_keeps_ratings_as_they_were_given(cast: Cast, over: Round):
    made = rate_reviewer(over, cast.reviewers[0], 3, "好", actor=cast.officer)
    facts = {"round": over, "points": 3, "words": "好", "by": cast.officer, "at": clock.now()}
    wrong = [
        lambda: ReviewerRating.objects.filter(pk=made.pk).update(points=5),
        lambda: ReviewerRating.objects.filter(pk=made.pk).delete(),
        lambda: ReviewerRating.objects.create(reviewer=cast.reviewers[4], number=1, **facts),
        lambda: ReviewerRating.objects.create(reviewer=cast.reviewers[1], number=1, **(facts | {"points": 6})),
        lambda: ReviewerRating.objects.create(reviewer=cast.officer, number=1, **facts),
    ]
    for write in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            write()


def test_only_officers_and_the_leadership_read_records_and_no_officer_who_reviews(cast: Cast, over: Round):
    person = cast.reviewers[0]
    leadership = User.objects.get(name="王立新")
    for reader in (cast.officer, leadership):
        assert person.name in Visitor(reader).open("reviewers")
        Visitor(reader).open("reviewer", person.pk)
        Visitor(reader).open("foretelling")
    assert "记下评价" not in Visitor(leadership).open("reviewer", person.pk)
    for other in (person, cast.reviewers[1], cast.team_leader, cast.chair, cast.business_lead, cast.auditor):
        for name, *where in (("reviewers",), ("reviewer", person.pk), ("foretelling",)):
            Visitor(other).open(name, *where, status=404)
    grant_role(cast.officer, Role.REVIEWER, actor=SYSTEM, organisation=cast.places["330000"])
    Visitor(cast.officer).open("reviewers", status=404)


def test_a_reviewer_reads_their_own_days_and_nothing_else(cast: Cast, over: Round):
    person = cast.reviewers[2]

    def hidden() -> None:
        rate_reviewer(over, person, 1, "暗记甲乙丙丁", actor=cast.officer)

    page = Visitor(person).open("invitations")
    assert "我评得及时吗" in page
    assert "1个晚于期限" in page
    assert timing_of(person).apart is None
    urls = [reverse("invitations"), reverse("home"), reverse("reviews"), reverse("notices")]
    assert list(leaks([person, cast.reviewers[0], cast.team_leader, cast.chair], urls, hidden)) == []


def test_the_list_and_the_pool_are_sorted_and_narrowed(cast: Cast, over: Round):
    officer = Visitor(cast.officer)
    rate_reviewer(over, cast.reviewers[1], 5, "好", actor=cast.officer)

    def order(query: str) -> list[str]:
        page = officer.open("reviewers", query=query)
        body = page[page.index("<tbody") :]
        return sorted((one.name for one in cast.reviewers if one.name in body), key=body.index)

    assert order("?sort=timely")[2] == cast.reviewers[2].name
    assert order("?sort=rated")[0] == cast.reviewers[1].name
    assert order("?sort=apart")[0] == cast.reviewers[2].name
    assert order("?only=tardy") == [cast.reviewers[2].name]
    assert order("?only=praised") == [cast.reviewers[1].name]
    assert set(order("?only=new")) == {one.name for one in cast.reviewers[3:]}
    assert len(order("?sort=nonsense&only=nonsense")) == len(cast.reviewers)
    pool = officer.open("reviewer_pool", over.pk, query="?only=new")
    assert cast.reviewers[0].name in pool  # this round's own seats are no record yet
    assert "没有往轮记录" not in Visitor(cast.business_lead).open("reviewer_pool", over.pk)


def test_scores_beside_outcomes_say_how_sure_they_are(cast: Cast, projects: list[Project], over: Round):
    assert "还没有结题验收过的项目" in Visitor(cast.officer).open("foretelling")
    for number, project in enumerate(projects, start=1):
        facts = {"number": 1, "parts": {}, "opinion": "好", "judged_by": cast.officer, "at": clock.now()}
        Acceptance.objects.create(project=project, total=70 + number, **facts)
    page = Visitor(cast.officer).open("foretelling")
    assert "2个结题验收过的项目" in page
    assert "验收过的项目还太少" in page


def test_an_invitation_is_a_notice_is_reminded_of_twice_and_no_more_once_answered(cast: Cast, round_: Round):
    person, other = cast.reviewers[3], cast.reviewers[4]
    with on(2026, 5, 20):
        until = clock.today().replace(day=30)
        invite_reviewers(round_, [person.pk, other.pk], 6, until, "请上网评审", actor=cast.officer)
        relay(1000)
        assert "请您参加评审" in Visitor(person).open("notices")
        asked = ReviewInvitation.objects.get(reviewer=other)
        answer_invitation(asked, "declined", reason="出差", actor=other)
    for day in (21, 27, 28, 29, 30, 31):
        with on(2026, 5, day):
            remind_invited(actor=SYSTEM)
            relay(1000)
    told = [one.key.split(":")[2] for one in Notice.objects.filter(kind=NoticeKind.INVITATION, person=person)]
    assert sorted(told) == ["asked", "reminded-1", "reminded-3"]
    assert Notice.objects.filter(kind=NoticeKind.INVITATION, person=other).count() == 1


def test_doubts_and_seats_that_were_left_are_counted(cast: Cast, projects: list[Project]):
    with on(2026, 5, 25):
        act(projects[0], "reopen_review", actor=cast.chair, given={"reason": "漏看附件"})
        act(projects[0], "report_concern", actor=cast.reviewers[0], given={"reason": "登记证书看不清"})
        act(projects[0], "recuse", actor=cast.reviewers[1], given={"reason": "曾任顾问"})
    first, second = records(cast.reviewers[:2])
    assert first.doubts == 1
    assert (second.seats, second.rounds[0].left) == (1, 1)
