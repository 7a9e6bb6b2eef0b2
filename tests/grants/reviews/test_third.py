"""One more reviewer where scores lie far apart: solved under the rules of recusal, told, explained, once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import IntegrityError, transaction

from grants.applications.models import Project
from grants.desk.commands import act
from grants.desk.queries.reviewing import seats_of
from grants.people.commands import grant_role
from grants.people.models import User
from grants.programmes.profile import Profile, profile_text
from grants.reviews.assigning.enums import TieKind
from grants.reviews.assigning.inviting import declare_tie, save_expert
from grants.reviews.assigning.models import AssignmentRun
from grants.reviews.assigning.running import solve
from grants.reviews.assigning.third import third_seat
from grants.reviews.models import Rescoring, Score
from tests.cast import SHANGCHENG, SHAOXING, Cast
from tests.factories import an_open_round, on, reasons
from tests.grants.desk.visiting import Visitor
from tests.grants.reviews.test_changing import opens_rescoring, the_third
from tests.grants.reviews.test_scoring import diverge
from tests.journey_steps import a_project_in, scores, starting
from workflow.inbox import items_for
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role
from workflow.models import Notice
from workflow.outbox import relay
from workflow.ports import SYSTEM
from workflow.trail import steps_of


@pytest.fixture(autouse=True)
def in_review_time(cast: Cast, project: Project) -> Iterator[None]:
    """It is 25 May 2026, and the three scores of the project lie far apart."""
    with on(2026, 5, 25):
        diverge(cast, project)
        yield


pytestmark = starting(S.UNDER_REVIEW)


def ties(cast: Cast, project: Project, *people: User) -> None:
    for person in people:
        declare_tie(project.team, TieKind.KIN, "表兄弟", actor=cast.officer, person=person)


def test_the_third_is_solved_by_field_and_recusal_seated_and_told(cast: Cast, project: Project):
    spare, other = cast.reviewers[3:]
    save_expert(spare, actor=SYSTEM, kind="university", levels={project.field: 3}, home=cast.places[SHANGCHENG])
    save_expert(other, actor=SYSTEM, kind="university", levels={project.field: 1}, home=cast.places[SHAOXING])
    opens_rescoring(cast, project)
    assert the_third(project) == other, "the better one lives in the team's county"

    relay(100)
    assert items_for(other, []).filter(kind="score").count() == 1
    assert Notice.objects.filter(person=other).exists()
    run = AssignmentRun.objects.get()
    assert solve(run).text() == run.answer
    assert run.digest in steps_of(project).get(move="open_rescoring").payload
    assert "与申报团队同县" in Visitor(cast.officer).open("assigning_project", project.round_id, run.pk, project.pk)


def test_the_third_scores_alone_and_their_score_counts(cast: Cast, project: Project):
    opens_rescoring(cast, project)
    third = the_third(project)
    with on(2026, 5, 26):
        for person in (third, *cast.reviewers[:3]):
            scores(cast, project, person, 70)
    assert not Score.objects.get(assignment__reviewer=third).saw["scores"]
    project.refresh_from_db()
    assert (project.state, project.figures.scores) == (S.REVIEWED, 4)


def test_the_third_has_the_time_of_looking_again_and_is_not_told_that_others_disagree(cast: Cast, project: Project):
    opens_rescoring(cast, project)
    third = the_third(project)
    assert [one.due.due_at for one in seats_of(third) if one.due] == [Rescoring.objects.get().due_at]
    visitor = Visitor(third)
    for page in (visitor.open("scoring", project.pk), visitor.open("reviews")):
        for words in ("分歧", "复评", "再看一遍"):
            assert words not in page


def test_where_nobody_may_the_officer_has_the_empty_seat_by_name_until_it_is_filled(cast: Cast, project: Project):
    ties(cast, project, *cast.reviewers[3:])
    opens_rescoring(cast, project)
    assert third_seat(project) is None
    assert items_for(cast.officer, []).filter(kind="assign_reviewers").count() == 1
    run = AssignmentRun.objects.get()
    page = Visitor(cast.officer).open("assigning_project", project.round_id, run.pk, project.pk)
    assert "还空1个席位" in page
    assert "亲属" in page

    outsider = a_late_reviewer(cast)
    act(project, "assign_reviewers", actor=cast.officer, given={"reviewers": [str(outsider.pk)]})
    assert not items_for(cast.officer, []).filter(kind="assign_reviewers").exists()
    assert items_for(outsider, []).filter(kind="score").count() == 1


def a_late_reviewer(cast: Cast) -> User:
    person = User.objects.create(username="late", name="姚远志")
    grant_role(person, Role.REVIEWER, organisation=cast.places["330000"], actor=SYSTEM)
    return person


def test_a_third_who_recuses_is_followed_by_another(cast: Cast, project: Project):
    opens_rescoring(cast, project)
    first = the_third(project)
    act(project, "recuse", actor=first, given={"reason": "曾任该团队顾问"})
    second = the_third(project)
    assert {first, second} == set(cast.reviewers[3:])
    assert AssignmentRun.objects.count() == 2
    act(project, "recuse", actor=second, given={"reason": "出国"})
    assert third_seat(project) is None
    assert items_for(cast.officer, []).filter(kind="assign_reviewers").count() == 1


def test_looking_again_twice_calls_no_second_third(cast: Cast, project: Project):
    opens_rescoring(cast, project)
    third = the_third(project)
    with on(2026, 5, 30):
        scores(cast, project, third, 95)
        opens_rescoring(cast, project, "2026-06-05")
    assert AssignmentRun.objects.count() == 1
    assert project.assignments.filter(left_at__isnull=True).count() == 4


def a_round_of_old(cast: Cast) -> None:
    """A round whose configuration says nothing of a third reviewer."""
    lines = [line for line in profile_text("qingnuan").splitlines() if "third_reviewer" not in line]
    an_open_round(cast, text="\n".join(lines))
    a_project_in(cast, S.UNDER_REVIEW)


@starting(a_round_of_old)
def test_a_round_that_did_not_say_so_before_its_call_calls_nobody(cast: Cast, project: Project):
    opens_rescoring(cast, project)
    assert not AssignmentRun.objects.exists()
    assert project.assignments.count() == 3


def test_a_configuration_without_it_keeps_its_digest():
    text = profile_text("qingnuan")
    lines = [line for line in text.splitlines() if "third_reviewer" not in line]
    silent = Profile.parse("\n".join(lines))
    assert silent.digest() == Profile.parse(text.replace("third_reviewer: true", "third_reviewer: false")).digest()
    assert silent.digest() != Profile.parse(text).digest()


def test_ending_with_fewer_passes_by_neither_looking_again_nor_the_panel(cast: Cast, project: Project):
    assert "divergence" in reasons(project, "finish_with_fewer", cast.chair, reason="两位即可")
    opens_rescoring(cast, project)
    assert "rescoring" in reasons(project, "finish_with_fewer", cast.chair, reason="两位即可")
    with on(2026, 5, 30):
        act(project, "settle_divergence", actor=cast.chair, given={"reason": "各自维持"})
        assert reasons(project, "finish_with_fewer", cast.chair, reason="加派的专家没有评") == {}


def test_the_database_takes_no_run_for_a_project_of_another_round(cast: Cast, project: Project):
    opens_rescoring(cast, project)
    run = AssignmentRun.objects.get()
    for change in ({"rescoring": None}, {"rescoring_id": None, "answer": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AssignmentRun.objects.filter(pk=run.pk).update(**change)


def test_the_ledger_says_who_was_called_and_leads_those_who_answer_for_it_to_the_reasons(cast: Cast, project: Project):
    opens_rescoring(cast, project)
    run, third = AssignmentRun.objects.get(), the_third(project)
    page = Visitor(cast.officer).open("score_history", project.pk)
    assert f"系统加派了{third.name}" in page
    assert f"/assigning/{run.pk}/" in page
    assert "为什么</a>" not in Visitor(cast.chair).open("score_history", project.pk)
    listed = Visitor(cast.officer).open("round_assigning", project.round_id)
    assert "系统按同一套规则选定" in listed
    assert "下达给" not in listed
