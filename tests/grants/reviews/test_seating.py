"""Who may review what: seats, conflicts, declarations, recusals, replacements, and one item a reviewer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from grants.applications.models import Project
from grants.desk.commands import act
from grants.people.commands import end_role, grant_role
from grants.people.models import User
from grants.reviews.conflicts import conflicts
from tests.cast import HANGZHOU, SHANGCHENG, XIHU, YUECHENG, Cast
from tests.factories import on, reasons
from tests.journey_steps import marks, passes_eligibility, scores, seat, starting
from workflow.inbox import items_for
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role
from workflow.models import Notice
from workflow.outbox import relay
from workflow.ports import SYSTEM
from workflow.rules import asks_of


@pytest.fixture(autouse=True)
def in_review_time(cast: Cast) -> Iterator[None]:
    """It is 25 May 2026: the call is closed, the seats are taken."""
    with on(2026, 5, 25):
        yield


def to_score(person: User) -> int:
    return items_for(person, []).filter(kind="score").count()


def told(project: Project, people: list[User]) -> dict[int, list[str]]:
    return {pk: [one.words for one in reasons_] for pk, reasons_ in conflicts(project, people).items()}


def names(people: list[User]) -> list[str]:
    return [str(person.pk) for person in people]


@starting(S.ELIGIBILITY_CHECK)
def test_each_reviewer_has_one_item_once_the_review_runs(cast: Cast, project: Project):
    seat(cast, project, 3)
    assert [to_score(person) for person in cast.reviewers] == [0, 0, 0, 0, 0]

    passes_eligibility(cast, project)
    assert [to_score(person) for person in cast.reviewers] == [1, 1, 1, 0, 0]

    act(project, "assign_reviewers", actor=cast.officer, given={"reviewers": names(cast.reviewers[3:])})
    assert [to_score(person) for person in cast.reviewers] == [1, 1, 1, 1, 1]


def notices(person: User) -> list[str]:
    relay()
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("step__move", flat=True))


@starting(S.ELIGIBILITY_CHECK)
def test_a_reviewer_is_told_once_of_what_is_to_be_scored(cast: Cast, project: Project):
    seat(cast, project, 3)
    assert notices(cast.reviewers[0]) == []
    passes_eligibility(cast, project)
    assert notices(cast.reviewers[0]) == ["pass_eligibility"]

    act(project, "assign_reviewers", actor=cast.officer, given={"reviewers": names(cast.reviewers[3:4])})
    given = {"leaving": str(cast.reviewers[0].pk), "reviewer": str(cast.reviewers[4].pk), "reason": "出差"}
    act(project, "replace_reviewer", actor=cast.officer, given=given)

    assert [notices(person) for person in cast.reviewers] == [
        ["pass_eligibility"],
        ["pass_eligibility"],
        ["pass_eligibility"],
        ["assign_reviewers"],
        ["replace_reviewer"],
    ]


@starting(S.ELIGIBILITY_CHECK)
def test_a_project_needs_three_reviewers(cast: Cast, project: Project):
    found = reasons(project, "assign_reviewers", cast.officer, reviewers=names(cast.reviewers[:2]))
    assert found == {"too_few_reviewers": "评审专家还差1位。"}
    assert set(reasons(project, "assign_reviewers", cast.officer)) == {"no_reviewers"}


@starting(S.ELIGIBILITY_CHECK)
def test_only_reviewers_of_the_round_are_seated_and_each_once(cast: Cast, project: Project):
    outsiders = names([*cast.reviewers[:3], cast.stranger])
    assert set(reasons(project, "assign_reviewers", cast.officer, reviewers=outsiders)) == {"not_a_reviewer"}
    assert set(reasons(project, "assign_reviewers", cast.officer, reviewers=["x"])) == {"not_a_reviewer"}

    seat(cast, project)
    again = reasons(project, "assign_reviewers", cast.officer, reviewers=names(cast.reviewers[:1]))
    assert set(again) == {"seated_before"}


@pytest.mark.parametrize(
    ("role", "place", "word"),
    [
        (Role.COUNTY_OFFICER, SHANGCHENG, "在推荐本项目的红十字会任职"),
        (Role.CITY_LEADER, HANGZHOU, "在推荐本项目的红十字会任职"),
        (Role.PAYEE_OFFICER, SHANGCHENG, "同属上城区红十字会"),
        (Role.COUNTY_LEADER, XIHU, "同在一市：杭州市"),
        (Role.COUNTY_OFFICER, YUECHENG, ""),
    ],
)
@starting(S.ELIGIBILITY_CHECK)
def test_a_home_in_the_recommending_chain_or_the_county_is_a_conflict(
    cast: Cast, project: Project, role: str, place: str, word: str
):
    grant_role(cast.reviewers[0], role, actor=SYSTEM, organisation=cast.places[place])

    found = reasons(project, "assign_reviewers", cast.officer, reviewers=names(cast.reviewers[:3]))

    assert word in found.get("conflict", "")
    assert ("conflict" in found) == bool(word)


@starting(S.ELIGIBILITY_CHECK)
def test_having_belonged_to_the_team_is_a_conflict_that_does_not_end(cast: Cast, project: Project):
    grant = grant_role(cast.reviewers[1], Role.APPLICANT, actor=SYSTEM, team=cast.team, valid_from=dt.date(2025, 1, 1))
    end_role(grant, actor=SYSTEM, on=dt.date(2026, 1, 1))

    assert told(project, cast.reviewers) == {cast.reviewers[1].pk: ["曾在或正在申报团队任职"]}


@starting(S.ELIGIBILITY_CHECK)
def test_who_has_recommended_the_project_does_not_review_it(cast: Cast, project: Project):
    county = cast.county_leader.grants.get()
    end_role(county, actor=SYSTEM, on=dt.date(2026, 3, 2))
    grant_role(cast.county_leader, Role.REVIEWER, actor=SYSTEM, organisation=cast.places["330000"])

    assert told(project, [cast.county_leader]) == {cast.county_leader.pk: ["已经以其他身份办理过本项目"]}


@starting(S.ELIGIBILITY_CHECK)
def test_the_form_offers_only_reviewers_without_a_conflict(cast: Cast, project: Project):
    grant_role(cast.reviewers[0], Role.COUNTY_OFFICER, actor=SYSTEM, organisation=cast.places[SHANGCHENG])

    (ask,) = asks_of(project.machine().deeds["assign_reviewers"], project)
    assert ask.choices
    assert [name for _pk, name in ask.choices(project, cast.officer)] == [person.name for person in cast.reviewers[1:]]


@starting(S.UNDER_REVIEW)
def test_nobody_without_a_seat_scores(cast: Cast, project: Project):
    bystander = cast.reviewers[4]

    assert set(reasons(project, "declare_no_conflict", bystander)) == {"not_yours", "no_seat"}
    assert set(reasons(project, "score", bystander, **marks(cast, 80))) == {"not_yours", "no_seat"}


@starting(S.UNDER_REVIEW)
def test_a_reviewer_declares_before_scoring(cast: Cast, project: Project):
    reviewer = cast.reviewers[0]
    assert set(reasons(project, "score", reviewer, **marks(cast, 80))) == {"not_declared"}

    act(project, "declare_no_conflict", actor=reviewer)

    assert reasons(project, "score", reviewer, **marks(cast, 80)) == {}


@starting(S.UNDER_REVIEW)
def test_a_recused_reviewer_leaves_the_seat_with_the_reason_and_nothing_to_do(cast: Cast, project: Project):
    reviewer = cast.reviewers[0]

    act(project, "recuse", actor=reviewer, given={"reason": "曾任该团队顾问"})

    left = project.assignments.get(reviewer=reviewer)
    assert (left.left_reason, left.left_at is not None, to_score(reviewer)) == ("曾任该团队顾问", True, 0)
    assert set(reasons(project, "assign_reviewers", cast.officer, reviewers=names([reviewer]))) == {"seated_before"}
    assert reasons(project, "assign_reviewers", cast.officer, reviewers=names(cast.reviewers[3:4])) == {}


@starting(S.ELIGIBILITY_CHECK)
def test_the_review_ends_when_the_only_silent_reviewer_recuses(cast: Cast, project: Project):
    with on(2026, 5, 20):
        seat(cast, project, 4)
        passes_eligibility(cast, project)
        for person in cast.reviewers[:3]:
            scores(cast, project, person)
        assert project.state == S.UNDER_REVIEW

        act(project, "recuse", actor=cast.reviewers[3], given={"reason": "近期出国，无法评审"})

    project.refresh_from_db()
    assert project.state == S.REVIEWED


@starting(S.UNDER_REVIEW)
def test_a_silent_reviewer_is_replaced(cast: Cast, project: Project):
    silent, fresh = cast.reviewers[2], cast.reviewers[3]
    given = {"leaving": str(silent.pk), "reviewer": str(fresh.pk), "reason": "多次催办没有回应"}

    act(project, "replace_reviewer", actor=cast.officer, given=given)

    assert (to_score(silent), to_score(fresh)) == (0, 1)
    assert project.assignments.get(reviewer=silent).left_reason == "多次催办没有回应"


@starting(S.UNDER_REVIEW)
def test_a_replacement_names_who_leaves_and_who_comes(cast: Cast, project: Project):
    seated, fresh = cast.reviewers[0], cast.reviewers[3]
    some = {"reason": "换人"}

    assert set(reasons(project, "replace_reviewer", cast.officer, reviewer=str(fresh.pk), **some)) == {"nobody_leaves"}
    given = some | {"leaving": str(seated.pk)}
    assert set(reasons(project, "replace_reviewer", cast.officer, **given)) == {"not_a_reviewer"}
    given |= {"reviewer": str(cast.reviewers[1].pk)}
    assert set(reasons(project, "replace_reviewer", cast.officer, **given)) == {"seated_before"}
