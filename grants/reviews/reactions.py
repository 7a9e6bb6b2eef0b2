"""What else becomes true in the review: checks on record, seats, scores, whose turn it is, the official score."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from grants.applications.models import Project
from grants.kernel.given import chosen, ticked, words
from grants.kernel.periods import closing_of
from grants.kernel.scoring import format_score
from grants.people.models import User
from grants.programmes.commands import run_deadline
from grants.programmes.models import Round
from grants.programmes.queries import rules_of
from grants.reviews import queries
from grants.reviews.assigning.commands import propose_repair
from grants.reviews.assigning.third import third_reviewer, third_seat, wants_third
from grants.reviews.figures import keep_figures
from grants.reviews.models import Assignment, EligibilityCheck, Figures, Moderation, Rescoring, Score, ScoreSheet
from grants.reviews.rules.seating import recusal
from grants.reviews.sight import OF_OTHERS, seen_now
from workflow import chain, inbox
from workflow.actions import blocked, take
from workflow.deadlines import set_deadline, settle
from workflow.effects import Done, effects
from workflow.lifecycle import ProjectState, Role
from workflow.ports import SYSTEM, domain
from workflow.refusals import Refused

SCORE = "score"
"""The kind of a reviewer's item."""
CONCERN = "answer_concern"
"""The kind of an officer's item for what a reviewer reported."""
EMPTY_SEAT = "assign_reviewers"
"""The kind of an officer's item for a seat that nobody was found for."""


# Eligibility ------------------------------------------------------------------------------------------------


@effects("project.receive", "project.readmit", "project.recheck_eligibility")
def start_eligibility(project: Project, done: Done) -> None:
    """The check has its own deadline; a review that was running stops."""
    settle(project, "review")
    run_deadline(project, "eligibility", actor=done.actor)


@effects("project.request_supplement")
def await_supplement(project: Project, done: Done) -> None:
    """The team has until closing time of the day the officer set; the clock then goes on without it."""
    project.not_supplied = False
    closing = rules_of(project.round).deadlines.closing
    set_deadline(project, "supplement_due", closing_of(dt.date.fromisoformat(done.given["due_on"]), closing))


@effects("project.supply")
def supplement_came(project: Project, _done: Done) -> None:
    """The deadline no longer runs."""
    settle(project, "supplement_due")


@effects("project.lapse_supplement")
def supplement_never_came(project: Project, _done: Done) -> None:
    """Whoever checks eligibility sees that nothing was supplied in time."""
    project.not_supplied = True


@effects("project.pass_eligibility")
def eligible(project: Project, done: Done) -> None:
    """The check is on record, the review's deadline runs, and every seat that has not scored has its item."""
    _record_check(project, done, {key: _answer(ok=True) for key in chosen(done.given, "passed")})
    project.reviewed_once = True
    settle(project, "eligibility")
    run_deadline(project, "review", actor=done.actor)
    silent = [seat.reviewer for seat in queries.silent_seats(project)]
    done.then(partial(inbox.hand_to, project, SCORE, silent))


@effects("project.fail_eligibility")
def not_eligible(project: Project, done: Done) -> None:
    """The failed check is on record with its reason."""
    _record_check(project, done, {"conclusion": _answer(ok=False, note=done.given["reason"])})


def _answer(*, ok: bool, note: str = "") -> dict[str, Any]:
    return {"ok": ok, "note": note}


def _record_check(project: Project, done: Done, answers: dict[str, Any]) -> None:
    EligibilityCheck.objects.create(
        project=project,
        number=project.eligibility_checks.count() + 1,
        answers=answers,
        budget_checked=ticked(done.given, "budget_checked"),
        checked_by=done.actor,
        at=done.at,
    )


# Seats ------------------------------------------------------------------------------------------------------


@effects("project.assign_reviewers")
def seat_reviewers(project: Project, done: Done) -> None:
    """Each person named has a seat and, once the review runs, an item."""
    people = list(User.objects.filter(pk__in=[int(who) for who in chosen(done.given, "reviewers")]).order_by("pk"))
    _seat_filled(project)
    _seat(project, done, people)


def _seat(project: Project, done: Done, people: list[User]) -> None:
    for person in people:
        Assignment.objects.create(project=project, reviewer=person, assigned_by=done.actor, at=done.at)
    if project.state == ProjectState.UNDER_REVIEW:
        inbox.hand_to(project, SCORE, people, done=done)


@effects("project.declare_no_conflict")
def declared(project: Project, done: Done) -> None:
    """The seat knows when its reviewer declared; what has become known against them since is said instead."""
    if why := recusal(project, [done.actor]):
        raise Refused([why])
    Assignment.objects.filter(project=project, reviewer=done.actor, left_at__isnull=True).update(declared_at=done.at)


@effects("project.recuse")
def leave_seat(project: Project, done: Done) -> None:
    """The seat is left with the reason; the review ends if it waited for nobody else, or a repair is looked for.

    For the third reviewer, while scores are being looked at again, another one is called instead.
    """
    third, running = third_seat(project), queries.open_rescoring(project)
    _vacate(project, done, done.actor)
    if running and third and third.reviewer_id == done.actor.pk:
        _call_third(project, running, done)
        return
    done.then(partial(_finish_if_complete, project))
    done.then(partial(propose_repair, project, actor=done.actor))


@effects("project.replace_reviewer")
def replace(project: Project, done: Done) -> None:
    """One seat is left with the reason, another is taken."""
    _vacate(project, done, User.objects.get(pk=int(done.given["leaving"])))
    _seat(project, done, [User.objects.get(pk=int(done.given["reviewer"]))])


def _vacate(project: Project, done: Done, person: User) -> None:
    seat = Assignment.objects.filter(project=project, reviewer=person, left_at__isnull=True)
    seat.update(left_at=done.at, left_reason=str(done.given["reason"])[:200])
    inbox.done_by(project, SCORE, person)


# Scores -----------------------------------------------------------------------------------------------------


@effects("project.score")
def keep_score(project: Project, done: Done) -> None:
    """A new version of the reviewer's score stands, the item is done, and the last one ends the review.

    The version says to which phase it belongs, why it differs from the one before, and what could be seen of others.
    """
    seat = Assignment.objects.get(project=project, reviewer=done.actor, left_at__isnull=True)
    number = seat.scores.count() + 1
    saw = seen_now(project) | (dict.fromkeys(OF_OTHERS, False) if number == 1 else {})
    halves = {item.code: done.given[item.code] for item in queries.rubric_of(project).scored}
    Score.objects.create(
        assignment=seat,
        number=number,
        halves=halves,
        total_halves=sum(halves.values()),
        comment=words(done.given, "comment"),
        phase=queries.phase_of(project),
        reason=words(done.given, "change_reason") if number > 1 else "",
        saw=saw,
        at=done.at,
    )
    ScoreSheet.objects.filter(assignment=seat).delete()
    inbox.done_by(project, SCORE, done.actor)
    done.then(partial(_finish_if_complete, project))


@effects("project.settle_divergence")
def keep_moderation(project: Project, done: Done) -> None:
    """What the panel said of these very scores is on record, and the review ends if nothing else is open."""
    Moderation.objects.create(
        project=project,
        chair=done.actor,
        scores_seen=queries.versions_given(project),
        reason=done.given["reason"],
        at=done.at,
    )
    done.then(partial(_finish_if_complete, project))


@effects("project.open_rescoring")
def look_again(project: Project, done: Done) -> None:
    """A time runs in which every seat has its item again; why, and how far apart the totals lay, is on record.

    Where the round asks for it one more reviewer is looked for, seated and told.
    """
    due = closing_of(dt.date.fromisoformat(done.given["due_on"]), rules_of(project.round).deadlines.closing)
    rescoring = Rescoring.objects.create(
        project=project,
        number=project.rescorings.count() + 1,
        chair=done.actor,
        reason=done.given["reason"],
        totals=sorted(score.total_halves for score in queries.valid_scores(project)),
        at=done.at,
        due_at=due,
    )
    inbox.hand_to(project, SCORE, [seat.reviewer for seat in queries.seats(project)], done=done)
    if wants_third(project):
        _call_third(project, rescoring, done)


def _call_third(project: Project, rescoring: Rescoring, done: Done) -> None:
    """One more reviewer has a seat and an item; where nobody may, every officer in charge has the empty seat."""
    _run, person = third_reviewer(rescoring, done)
    if person:
        _seat(project, done, [person])
    else:
        inbox.hand_to(project, EMPTY_SEAT, domain().holders(project, (Role.PROGRAMME_OFFICER,)), done=done)


def _seat_filled(project: Project) -> None:
    for officer in domain().holders(project, (Role.PROGRAMME_OFFICER,)):
        inbox.done_by(project, EMPTY_SEAT, officer)


@effects("project.report_concern")
def tell_officers(project: Project, done: Done) -> None:
    """Every officer in charge has it before them until one of them answers or sends the project back."""
    officers = list(domain().holders(project, (Role.PROGRAMME_OFFICER,)))
    inbox.hand_to(project, CONCERN, officers, done=done)


@effects("project.answer_concern")
def concern_answered(project: Project, done: Done) -> None:
    """Nobody has it before them any more, and the review ends if it waited for nothing else."""
    for officer in domain().holders(project, (Role.PROGRAMME_OFFICER,)):
        inbox.done_by(project, CONCERN, officer)
    done.then(partial(_finish_if_complete, project))


def _finish_if_complete(project: Project) -> None:
    """The system ends a review that lacks nothing; after a reopening, once every seat has scored again."""
    if queries.scored_since_reopened(project) and not blocked(project, "finish_review", SYSTEM):
        take(project, "finish_review", actor=SYSTEM)


@effects("project.finish_review", "project.finish_with_fewer")
def set_score(project: Project, _done: Done) -> None:
    """The official score is the mean of the valid scores; what they add up to is kept."""
    project.score_hundredths = queries.official_score(project)
    keep_figures(project)
    settle(project, "review")


@effects("project.reopen_review")
def score_again(project: Project, done: Done) -> None:
    """The official score is gone until the review ends anew; every seat has its item again."""
    project.score_hundredths = None
    Figures.objects.filter(project=project.pk).delete()
    run_deadline(project, "review", actor=done.actor)
    done.then(partial(inbox.hand_to, project, SCORE, [seat.reviewer for seat in queries.seats(project)]))


# The round --------------------------------------------------------------------------------------------------


@effects("round.start_deliberation")
def witness_ranking(round_: Round, done: Done) -> None:
    """The step proves the ranking the meeting is given, lots included."""
    rows = [
        [one.place, one.project.number, format_score(one.project.score_hundredths or 0), one.decided_by, one.lot]
        for one in queries.ranking(round_)
    ]
    done.prove("ranking", str(len(rows)), chain.digest(chain.canonical({"ranking": rows})))
