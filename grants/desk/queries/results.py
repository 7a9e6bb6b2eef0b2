"""The results of a review: the official ranking, and beside it how sure it is. A fixed number of queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.core.cache import cache

from grants.applications.models import Project
from grants.kernel.scoring import Entrant, Place, diverges, rank
from grants.people.queries import as_people, hats
from grants.programmes.models import Round
from grants.programmes.profile import Profile
from grants.programmes.profile.scoring import Rubric, Scoring
from grants.programmes.queries import rules_of
from grants.reviews.models import Assignment, Figures
from grants.reviews.queries import BEFORE_DELIBERATION, OUT, OVERSEERS
from grants.reviews.statistics.kept import VERSION, Severity, Sureness, Verdict
from workflow.lifecycle import ProjectState

KEPT_FOR = 7 * 24 * 3600
"""Seconds for which a verdict is remembered; the same scores give the same one, so it is never out of date."""
BIN = 5
"""Points that one column of a distribution holds."""
OF_PROJECT = ("pk", "number", "title", "team__name", "scope", "field", "state", "score_hundredths")
OF_MONEY = ("requested_fen", "granted_fen")
OF_FIGURES = ("scores", "spread", "lowest", "highest", "digest")


@dataclass(frozen=True)
class Line:
    """One project in the order of the official ranking; points in hundredths, amounts in fen."""

    place: Place
    pk: int
    number: str
    title: str
    team: str
    scope: str
    field: str
    state: str
    score: int
    fen: int
    scores: int
    spread: int | None
    lowest: int
    highest: int
    ties: tuple[int, ...]


@dataclass(frozen=True)
class Results:
    """A round's ranking with its line after `places`, and what the scores are worth; `digest` names these scores."""

    round: Round
    rules: Profile
    lines: Sequence[Line]
    places: int
    verdict: Verdict | None
    digest: str
    waiting: int
    divergent: int

    @property
    def sure(self) -> Mapping[int, Sureness]:
        """How sure the rank of each project is, by its id; empty without a verdict."""
        return self.verdict.sure if self.verdict else {}

    @property
    def severity(self) -> Mapping[int, Severity]:
        """How much above or below the others each reviewer gives; empty where that cannot be told."""
        return self.verdict.severity if self.verdict else {}


def may_see_results(actor: Any, round_: Round) -> bool:
    """Whoever oversees this round, except before the end those who review in it themselves."""
    if not any(hat.role in OVERSEERS and hat.round in {None, round_.pk} for hat in hats(actor)):
        return False
    if round_.state not in BEFORE_DELIBERATION:
        return True
    mine = Assignment.objects.filter(reviewer__in=as_people(actor), project__round=round_.pk, left_at__isnull=True)
    return not mine.exists()


def results(round_: Round) -> Results:
    """The results as they stand; projects that are withdrawn or refused are left out, as in the ranking."""
    rules = rules_of(round_)
    found = Project.objects.filter(round=round_.pk, score_hundredths__isnull=False, figures__isnull=False)
    columns = (*OF_PROJECT, *OF_MONEY, *(f"figures__{name}" for name in OF_FIGURES))
    ranked = found.exclude(state__in=OUT)
    rows = {row[1]: dict(zip(columns, row, strict=True)) for row in ranked.order_by("number").values_list(*columns)}
    lines = _in_order(ranked, rows, rules, round_.configuration.digest if round_.configuration else round_.code)
    places = within(lines, round_.envelope_fen, 100 * rules.rubric.method.pass_line)
    codes = [one.code for one in rules.rubric.criteria]
    digest = _digest([codes, *(row["figures__digest"] for row in rows.values())])
    trigger = rules.rubric.method.divergence_trigger
    return Results(
        round=round_,
        rules=rules,
        lines=lines,
        places=places,
        verdict=_verdict([one.pk for one in lines], rules.rubric, places, digest),
        digest=digest,
        waiting=Project.objects.filter(round=round_.pk, state=ProjectState.UNDER_REVIEW).count(),
        divergent=sum(diverges([line.lowest // 50, line.highest // 50], trigger) for line in lines),
    )


def _in_order(ranked: Any, rows: Mapping[str, Mapping[str, Any]], rules: Profile, seed: str) -> list[Line]:
    """The same order as grants.reviews.queries.ranking, from what was kept; the same scores are put in order once."""
    kept = [(number, row["score_hundredths"], row["figures__digest"]) for number, row in rows.items()]
    method = rules.rubric.method
    key = f"ranked:{VERSION}:{_digest([seed, method.ties, method.draw, *kept])}"
    known: list[tuple[Place, tuple[int, ...]]] | None = cache.get(key)
    if known is None:
        known = _ranked(dict(ranked.values_list("number", "figures__means")), rows, method, seed)
        cache.set(key, known, KEPT_FOR)
    most = rules.round.grant_max_fen
    return [_line(at, rows[at.key], ties, most) for at, ties in known]


def _ranked(
    means: Mapping[str, Mapping[str, int]], rows: Mapping[str, Mapping[str, Any]], method: Scoring, seed: str
) -> list[tuple[Place, tuple[int, ...]]]:
    """Everybody's place with the means that tell equals apart, best first."""
    ties = {number: tuple(means[number][code] for code in method.ties) for number in rows}
    entrants = [Entrant(number, row["score_hundredths"], ties[number]) for number, row in rows.items()]
    return [(at, ties[at.key]) for at in rank(entrants, method.ties, seed, draw=method.draw)]


def _line(at: Place, row: Mapping[str, Any], ties: tuple[int, ...], most: int) -> Line:
    return Line(
        place=at,
        pk=row["pk"],
        number=row["number"],
        title=row["title"] or row["number"],
        team=row["team__name"],
        scope=row["scope"],
        field=row["field"],
        state=row["state"],
        score=row["score_hundredths"],
        fen=row["granted_fen"] or min(row["requested_fen"], most),
        scores=row["figures__scores"],
        spread=row["figures__spread"],
        lowest=row["figures__lowest"],
        highest=row["figures__highest"],
        ties=ties,
    )


def within(lines: Sequence[Line], envelope_fen: int, pass_line: int) -> int:
    """How many of the first, at what they ask for and none below the pass line, the envelope bears."""
    total = 0
    for count, line in enumerate(lines):
        total += line.fen
        if total > envelope_fen or line.score < pass_line:
            return count
    return len(lines)


def counted(scores: Iterable[int]) -> list[tuple[int, int]]:
    """How many scores (hundredths) lie in each five points, from the lowest that any has: (first point, how many)."""
    found = Counter(min(score // (100 * BIN), 100 // BIN - 1) for score in scores)
    return [(BIN * one, found[one]) for one in range(min(found), max(found) + 1)] if found else []


def _digest(parts: Sequence[Any]) -> str:
    return sha256(repr(parts).encode()).hexdigest()


def _verdict(projects: Sequence[int], rubric: Rubric, places: int, digest: str) -> Verdict | None:
    """The verdict on these scores: remembered, or worked out from them."""
    key = f"verdict:{VERSION}:{places}:{digest}"
    known: Verdict | None = cache.get(key)
    if known is None and projects:
        from grants.reviews.statistics.verdict import verdict  # noqa: PLC0415 -- numpy takes a tenth of a second

        given = Figures.objects.filter(project__in=projects).order_by("project").values_list("project", "given")
        by_project = {
            project: [(reviewer, rubric.by_criterion(halves)) for reviewer, halves in rows] for project, rows in given
        }
        known = verdict(by_project, [one.code for one in rubric.criteria], places)
        cache.set(key, known, KEPT_FOR)
    return known
