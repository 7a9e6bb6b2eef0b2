"""What reviewers have done over the rounds: in time or not, how far from the others, how they were rated."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from statistics import fmean
from typing import Any, cast

from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db.models import Min, Q

from grants.applications.models import Project
from grants.people.models import RoleGrant, User
from grants.people.queries import holds
from grants.programmes.models import Round
from grants.reviews.assigning.enums import Reply
from grants.reviews.assigning.models import ReviewerRating, ReviewInvitation
from grants.reviews.models import Assignment, Figures
from grants.reviews.statistics.kept import VERSION, Severity
from workflow import clock
from workflow.lifecycle import Role
from workflow.models import Deadline, Step

KEPT_FOR = 7 * 24 * 3600
Given = list[tuple[int, Mapping[str, int]]]


@dataclass
class RoundRecord:
    """One reviewer in one round. `days` says of each score how many days before its deadline it came, negative after.

    `apart` are points above the mean of the others on the same project, `silent` seats whose time passed unscored.
    """

    round: int
    invited: bool = False
    reply: str = ""
    seats: int = 0
    left: int = 0
    scored: int = 0
    silent: int = 0
    days: list[int] = field(default_factory=list)
    apart: list[float] = field(default_factory=list)
    severity: Severity | None = None
    doubts: int = 0
    ratings: list[ReviewerRating] = field(default_factory=list)

    @property
    def rating(self) -> ReviewerRating | None:
        """The rating that counts."""
        return self.ratings[-1] if self.ratings else None


@dataclass
class ReviewerRecord:
    """One reviewer over the rounds, the latest first."""

    person: User
    rounds: list[RoundRecord] = field(default_factory=list)

    @property
    def invited(self) -> int:
        """In how many rounds they were asked."""
        return sum(one.invited for one in self.rounds)

    @property
    def accepted(self) -> int:
        """In how many of these they came, for fewer projects or all."""
        return sum(one.reply in {Reply.ACCEPTED, Reply.REDUCED} for one in self.rounds)

    @property
    def declined(self) -> int:
        """In how many they did not."""
        return sum(one.reply == Reply.DECLINED for one in self.rounds)

    @property
    def seats(self) -> int:
        """Seats that stood to the end."""
        return sum(one.seats for one in self.rounds)

    @property
    def scored(self) -> int:
        """Of these, those scored."""
        return sum(one.scored for one in self.rounds)

    @property
    def doubts(self) -> int:
        """How often they doubted whether a project is eligible."""
        return sum(one.doubts for one in self.rounds)

    @property
    def timely(self) -> int | None:
        """Of a hundred seats whose time is over, how many were scored in time; None before there is any."""
        days, silent = self.days, sum(one.silent for one in self.rounds)
        return round(100 * sum(one >= 0 for one in days) / (len(days) + silent)) if days or silent else None

    @property
    def days(self) -> list[int]:
        """Days before the deadline, of every score."""
        return [day for one in self.rounds for day in one.days]

    @property
    def mean_days(self) -> float | None:
        """Their mean; negative is late."""
        return fmean(self.days) if self.days else None

    @property
    def apart(self) -> float | None:
        """Mean points above the others on the same projects."""
        every = [one for row in self.rounds for one in row.apart]
        return fmean(every) if every else None

    @property
    def rated(self) -> float | None:
        """The mean of the ratings that count, 1 to 5."""
        every = [one.rating.points for one in self.rounds if one.rating]
        return fmean(every) if every else None


def may_read_records(actor: Any) -> bool:
    """Programme officers and the leadership; nobody who is a reviewer, and so a peer, themselves."""
    return holds(actor, Role.PROGRAMME_OFFICER, Role.LEADERSHIP) and not holds(actor, Role.REVIEWER)


def everybody() -> list[User]:
    """Everybody who is a reviewer or was one, by name."""
    held = RoleGrant.objects.filter(role=Role.REVIEWER).values("person")
    sat = Assignment.objects.values("reviewer")
    found = User.objects.filter(Q(pk__in=held) | Q(pk__in=sat)).select_related("expert__home")
    return list(found.order_by("name", "pk"))


def records(people: Iterable[User], *, whole: bool = True, before: int = 0) -> list[ReviewerRecord]:
    """The record of each of these, in their order; in six queries, or four where `whole` is false.

    Without the whole there are no invitations and doubts. The round `before` itself is left out: it is still going on.
    """
    found = {one.pk: ReviewerRecord(one) for one in people}
    each: dict[tuple[int, int], RoundRecord] = {}

    def at(reviewer: int, round_: int) -> RoundRecord:
        return each.setdefault((reviewer, round_), RoundRecord(round_))

    seats = _seats(found, before)
    _timeliness(seats, at)
    _divergence({row[1] for row in seats}, found, at)
    for rating in ReviewerRating.objects.filter(reviewer__in=found).exclude(round=before).order_by("number"):
        at(rating.reviewer_id, rating.round_id).ratings.append(rating)
    if whole:
        _invited(found, at)
        _doubts(found, at)
    for (reviewer, _round), row in sorted(each.items(), key=lambda pair: -pair[0][1]):
        found[reviewer].rounds.append(row)
    return list(found.values())


def _seats(people: Collection[int], before: int) -> list[tuple[Any, ...]]:
    rows = Assignment.objects.filter(reviewer__in=people).exclude(project__round=before)
    rows = rows.annotate(first=Min("scores__at"))
    return list(rows.values_list("reviewer", "project__round", "project", "at", "left_at", "first"))


def _timeliness(seats: list[tuple[Any, ...]], at: Any) -> None:
    """A seat that was given after the deadline has none; one that was left is not counted as unscored."""
    kind = ContentType.objects.get_for_model(Project)
    wanted = {row[2] for row in seats}
    rows = Deadline.objects.filter(content_type=kind, object_id__in=wanted, name="review").order_by("-pk")
    due = dict(rows.values_list("object_id", "due_at"))  # the first that was set stands last
    now = clock.now()
    for reviewer, round_, project, given, left, first in seats:
        row, ends = at(reviewer, round_), due.get(project)
        if left:
            row.left += 1
            continue
        row.seats += 1
        row.scored += first is not None
        if ends is None or given > ends:
            continue
        if first is not None:
            row.days.append(
                (_day(ends) - _day(first)).days if first <= ends else min((_day(ends) - _day(first)).days, -1)
            )
        else:
            row.silent += ends < now


def _day(moment: dt.datetime) -> dt.date:
    return moment.astimezone(clock.SHANGHAI).date()


def _divergence(rounds: Collection[int], people: Collection[int], at: Any) -> None:
    """Points above the mean of the others on the same project, and the severity that the model of the round finds."""
    rows = Figures.objects.filter(project__round__in=rounds, scores__gte=2).order_by("project")
    by_round: dict[int, dict[int, Given]] = defaultdict(dict)
    digests: dict[int, list[str]] = defaultdict(list)
    for project, round_, given, digest in rows.values_list("project", "project__round", "given", "digest"):
        by_round[round_][project] = given
        digests[round_].append(digest)
        totals = {reviewer: sum(halves.values()) / 2 for reviewer, halves in given}
        for reviewer in totals.keys() & people:
            others = [points for one, points in totals.items() if one != reviewer]
            if others:
                at(reviewer, round_).apart.append(totals[reviewer] - fmean(others))
    for round_, scores in by_round.items():
        for reviewer, severity in _severity(scores, digests[round_]).items():
            if reviewer in people:
                at(reviewer, round_).severity = severity


def _severity(scores: Mapping[int, Given], digests: list[str]) -> Mapping[int, Severity]:
    """What the statistics of the results page compute; remembered under the digest of the scores."""
    named = sha256("".join(digests).encode()).hexdigest()

    def compute() -> Mapping[int, Severity]:
        from grants.reviews.statistics.verdict import verdict  # noqa: PLC0415 -- numpy is loaded where it is needed

        found = verdict(scores, (), 0)
        return found.severity if found else {}

    kept = cache.get_or_set(f"severity:{VERSION}:{named}", compute, KEPT_FOR)
    return cast("Mapping[int, Severity]", kept)


def _invited(people: Collection[int], at: Any) -> None:
    rows = ReviewInvitation.objects.filter(reviewer__in=people).order_by("pk")
    for reviewer, round_, reply in rows.values_list("reviewer", "round", "answer__reply"):
        row = at(reviewer, round_)
        row.invited, row.reply = True, reply or ""


def _doubts(people: Collection[int], at: Any) -> None:
    steps = Step.objects.filter(machine="project", move="report_concern", actor__in=people)
    told = list(steps.values_list("actor", "object_id"))
    of = dict(Project.objects.filter(pk__in={pk for _actor, pk in told}).values_list("pk", "round")) if told else {}
    for actor, project in told:
        if project in of:
            at(actor, of[project]).doubts += 1


def timing_of(person: Any) -> ReviewerRecord:
    """What a reviewer may read of their own record: seats and days, nothing of others and no rating."""
    found = ReviewerRecord(person)
    each: dict[int, RoundRecord] = {}
    _timeliness(_seats([person.pk], 0), lambda _reviewer, round_: each.setdefault(round_, RoundRecord(round_)))
    found.rounds = [each[round_] for round_ in sorted(each, reverse=True)]
    return found


def rounds_of(rows: Iterable[ReviewerRecord]) -> dict[int, Round]:
    """The rounds that these records name."""
    return Round.objects.in_bulk({one.round for row in rows for one in row.rounds})
