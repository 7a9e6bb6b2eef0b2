"""Seats, scores that count, divergence, and the ranking of a round; who may see what of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, Q, QuerySet

from grants.applications.models import Project
from grants.kernel.scoring import Entrant, diverges, hundredths, rank, straddles, trimmed_mean
from grants.people.models import User
from grants.people.queries import grants_in_force, in_area
from grants.programmes.models import Round
from grants.programmes.profile.scoring import Rubric, Scoring
from grants.programmes.queries import rules_of
from grants.reviews.enums import Phase
from grants.reviews.models import Assignment, Moderation, Rescoring, Score, ScoreSheet
from workflow import clock, trail
from workflow.lifecycle import ProjectState, Role, RoundState
from workflow.looking import once, read_once
from workflow.models import Step

OVERSEERS = (Role.PROGRAMME_OFFICER, Role.REVIEW_CHAIR, Role.BUSINESS_LEAD, Role.LEADERSHIP, Role.AUDITOR)
"""Who sees every seat in their area; neither teams nor recommenders are among them."""
JUDGES = frozenset({Role.REVIEWER, Role.REVIEW_CHAIR})
"""Who judges what is written without knowing by whom: a page that names the people of a team is not for them alone."""
BEFORE_DELIBERATION = (RoundState.OPEN, RoundState.RECOMMENDING, RoundState.ELIGIBILITY, RoundState.REVIEWING)
OUT = (ProjectState.WITHDRAWN, ProjectState.INELIGIBLE, ProjectState.NOT_RECOMMENDED)


def rubric_of(project: Project) -> Rubric:
    """The rubric of the project's round."""
    return rules_of(project.round).rubric


def seats(project: Project) -> list[Assignment]:
    """The seats that stand, with their reviewers and scores, in the order they were given."""
    scores = Prefetch("scores", Score.objects.order_by("number"))
    found = Assignment.objects.filter(project=project.pk, left_at__isnull=True)
    rows = found.select_related("reviewer").prefetch_related(scores).order_by("pk")
    return once(("seats", project.pk), lambda: list(rows))


def seat_of(project: Project, person: User) -> Assignment | None:
    """The standing seat of this person."""
    found = Assignment.objects.filter(project=project.pk, reviewer=person.pk, left_at__isnull=True)
    return once(("seat", project.pk, person.pk), found.first)


def sheet_of(seat: Assignment) -> ScoreSheet | None:
    """What the reviewer has filled in and not handed in."""
    return ScoreSheet.objects.filter(assignment=seat.pk).first()


def own_seats(person: User, round_: int) -> list[Assignment]:
    """The standing seats of a person in a round whose review runs or is over, by the number of the project."""
    found = Assignment.objects.filter(reviewer=person.pk, project__round=round_, left_at__isnull=True)
    running = found.filter(project__state__in=(ProjectState.UNDER_REVIEW, ProjectState.REVIEWED))
    return list(running.select_related("project", "sheet").prefetch_related("scores").order_by("project__number"))


def valid_scores(project: Project) -> list[Score]:
    """The latest version of every standing seat that has declared and scored."""
    found = [(seat, list(seat.scores.all())) for seat in seats(project)]
    return [versions[-1] for seat, versions in found if seat.declared_at and versions]


def silent_seats(project: Project) -> list[Assignment]:
    """Standing seats that have not scored yet."""
    return [seat for seat in seats(project) if not seat.scores.all()]


def undeclared_seats(project: Project) -> list[Assignment]:
    """Standing seats that have not declared whether they have a conflict."""
    return [seat for seat in seats(project) if not seat.declared_at]


def reopened_at(project: Project) -> dt.datetime | None:
    """When the review was opened again the last time, if ever."""
    step = trail.steps_of(project).filter(move="reopen_review").last()
    return step.at if step else None


def scored_since_reopened(project: Project) -> bool:
    """Whether the review was never reopened, or every standing seat has scored since then."""
    at = reopened_at(project)
    return at is None or all(score.at > at for score in valid_scores(project))


@read_once
def last_rescoring(project: Project) -> Rescoring | None:
    """The last time for scoring again that was opened, over or not."""
    return Rescoring.objects.filter(project=project.pk).order_by("number").last()


def open_rescoring(project: Project) -> Rescoring | None:
    """The time for scoring again that runs now: somebody has not looked at their score since, and it is not over."""
    found = last_rescoring(project)
    if found is None or found.due_at <= clock.now():
        return None
    given = [list(seat.scores.all()) for seat in seats(project)]
    waited = any(not versions or versions[-1].at <= found.at for versions in given)
    return found if waited else None


def phase_of(project: Project) -> Phase:
    """What a score that is handed in now belongs to."""
    if open_rescoring(project):
        return Phase.RESCORE
    return Phase.REOPENED if reopened_at(project) else Phase.FIRST


CONCERNS = ("report_concern", "answer_concern", "recheck_eligibility")


@read_once
def open_concern(project: Project) -> Step | None:
    """What a reviewer reported last on the eligibility of the project, while nobody has answered it."""
    step = trail.steps_of(project).filter(move__in=CONCERNS).last()
    return step if step and step.move == "report_concern" else None


def seats_ever(project: Project) -> list[Assignment]:
    """Every seat that the project ever had, with all versions of its score."""
    scores = Prefetch("scores", Score.objects.order_by("number"))
    found = Assignment.objects.filter(project=project.pk).select_related("reviewer")
    return list(found.prefetch_related(scores).order_by("pk"))


def settlements(project: Project) -> tuple[list[Rescoring], list[Moderation]]:
    """How divergence was dealt with: times for scoring again, and what the panel said."""
    again = Rescoring.objects.filter(project=project.pk).select_related("chair").prefetch_related("runs")
    again = again.order_by("number")
    said = Moderation.objects.filter(project=project.pk).select_related("chair").order_by("pk")
    return list(again), list(said)


def versions_given(project: Project) -> int:
    """How many versions of scores there are: what a moderation has seen, or not."""
    return Score.objects.filter(assignment__project=project.pk).count()


def far_apart(totals: Sequence[int], method: Scoring) -> bool:
    """Whether totals (half points) lie as far apart as the configuration, fixed before the call, lets no review end."""
    near = method.straddle_trigger
    return diverges(totals, method.divergence_trigger) or (
        near is not None and straddles(totals, method.pass_line, near)
    )


@read_once
def divergence_open(project: Project) -> bool:
    """Whether the totals lie so far apart that the panel must talk, and it has not since the last score."""
    if not far_apart([score.total_halves for score in valid_scores(project)], rubric_of(project).method):
        return False
    return not Moderation.objects.filter(project=project.pk, scores_seen=versions_given(project)).exists()


def official_score(project: Project) -> int:
    """The mean of the valid totals in hundredths of a point. Raises ValueError without scores. Source: DOMAIN 2.5."""
    method = rubric_of(project).method
    return hundredths(trimmed_mean([score.total_halves for score in valid_scores(project)], method.drop_extremes_from))


def names_not_to_say(project: Project) -> set[str]:
    """Names that a comment should not hold: the team's people, its contact, and every reviewer of the round.

    All reviewers and not those seated here: the warning must not tell who the others are.
    """
    team = grants_in_force().filter(team=project.team_id).values_list("person__name", flat=True)
    pool = available_reviewers(project).values_list("name", flat=True)
    contact = project.form.get("contact_name")
    return {project.leader.name, *team, *pool, *([contact] if isinstance(contact, str) else [])}


def available_reviewers(project: Project) -> QuerySet[User]:
    """People who are reviewers of the project's round today."""
    held = grants_in_force().filter(Q(round__isnull=True) | Q(round=project.round_id), role=Role.REVIEWER)
    return User.objects.filter(pk__in=held.values("person")).order_by("pk")


@dataclass(frozen=True)
class Ranked:
    """One project in the ranking: its place, what told it apart from its neighbours, the lot if one was drawn."""

    project: Project
    place: int
    decided_by: str
    lot: str
    ties: tuple[int, ...]


def ranking(round_: Round) -> list[Ranked]:
    """Every project of the round that has an official score, best first; withdrawn and refused ones are left out.

    Ties go by the criteria the configuration names, then, where it allows a draw, by a lot whose seed is the digest of
    that configuration, fixed before the call opened, so that anybody can draw it again.
    """
    found = Project.objects.filter(round=round_.pk, score_hundredths__isnull=False).exclude(state__in=OUT)
    rubric = rules_of(round_).rubric
    projects = {project.number: project for project in found.select_related("team").defer("form")}
    for project in projects.values():
        project.round = round_  # one for all of them: it holds the rules
    ties = _tie_scores(round_, [project.pk for project in projects.values()], rubric)
    entrants = [
        Entrant(number, project.score_hundredths or 0, ties[project.pk]) for number, project in projects.items()
    ]
    seed = round_.configuration.digest if round_.configuration else round_.code
    places = rank(entrants, rubric.method.ties, seed, draw=rubric.method.draw)
    return [Ranked(projects[at.key], at.place, at.decided_by, at.lot, ties[projects[at.key].pk]) for at in places]


def _tie_scores(round_: Round, projects: Sequence[int], rubric: Rubric) -> dict[int, tuple[int, ...]]:
    """The mean of each tie-break criterion by project, in hundredths, from the scores that count."""
    latest: dict[int, dict[int, dict[str, int]]] = {pk: {} for pk in projects}
    scores = Score.objects.filter(assignment__project__round=round_.pk, assignment__left_at__isnull=True)
    for project, seat, halves in scores.order_by("number").values_list("assignment__project", "assignment", "halves"):
        if project in latest:
            latest[project][seat] = halves
    drop = rubric.method.drop_extremes_from
    return {
        pk: tuple(
            hundredths(trimmed_mean([sums[code] for sums in given], drop)) if given else 0
            for code in rubric.method.ties
        )
        for pk, given in (
            (pk, [rubric.by_criterion(halves) for halves in given.values()]) for pk, given in latest.items()
        )
    }


def spans(round_: Round) -> dict[int, tuple[int, int]]:
    """The lowest and the highest total that counts, in hundredths of a point, by project of the round."""
    latest: dict[tuple[int, int], int] = {}
    seats_ = Score.objects.filter(assignment__project__round=round_.pk, assignment__left_at__isnull=True)
    for project, seat, halves in seats_.order_by("number").values_list(
        "assignment__project", "assignment", "total_halves"
    ):
        latest[project, seat] = halves
    found: dict[int, tuple[int, int]] = {}
    for (project, _seat), halves in latest.items():
        low, high = found.get(project, (halves * 50, halves * 50))
        found[project] = (min(low, halves * 50), max(high, halves * 50))
    return found


def visible_to(actor: User) -> QuerySet[Assignment]:
    """The seats a person may see: reviewers their own; those who run the review all in their area; teams none."""
    return (
        Assignment.objects.filter(Q(reviewer=actor.pk) | in_area(actor, OVERSEERS))
        .select_related("project", "reviewer")
        .order_by("pk")
    )
