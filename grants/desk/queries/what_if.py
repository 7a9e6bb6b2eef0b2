"""What would become of the list under other limits: the best set under budget, number and floors, with its price."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from django.core.cache import cache

from grants.awards.models import DecisionPaper
from grants.desk.queries.results import KEPT_FOR, Line, Results, counted, within
from grants.kernel.choosing import VERSION, Choice, Limits, Option, choose, keeps
from grants.programmes.models import Round
from workflow import chain

CITY, FIELD = "city", "field"


@dataclass(frozen=True)
class Wishes:
    """What is tried: money in fen, how many at most, and how many at least for each city and each field.

    `cities` (by the keys of `Cities`) and `fields` (by code) say it for one alone, in place of what is said for each;
    0 asks nothing of it.
    """

    budget_fen: int
    most: int
    per_city: int = 0
    per_field: int = 0
    cities: Mapping[str, int] = field(default_factory=dict)
    fields: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Cities:
    """The cities of a ranking: the key of each scope, and their names by key, in their order."""

    keys: Mapping[str, str]
    names: Mapping[str, str]


@dataclass(frozen=True)
class Trial:
    """One set of limits worked out: which floors it keeps, what was chosen, who comes in and who goes out for it.

    A floor is `city` or `field` for each that has none of its own, `city:KEY` or `field:CODE` for one.
    """

    floors: tuple[str, ...]
    choice: Choice
    entered: tuple[Line, ...]
    left: tuple[Line, ...]
    worth: int
    fen: int


@dataclass(frozen=True)
class Outcome:
    """The official list under these limits, then the best sets: without floors against it, with them against that."""

    wishes: Wishes
    official: tuple[Line, ...]
    trials: tuple[Trial, ...]
    there: Mapping[str, Mapping[str, int]]
    """How many may be chosen of each city and of each field."""

    @property
    def fen(self) -> int:
        """What the official list costs."""
        return sum(line.fen for line in self.official)


def worked_out(found: Results, cities: Cities, wishes: Wishes) -> Outcome:
    """Without floors, with each floor by itself, with all; the same wishes on the same scores are worked out once."""
    fit = [line for line in found.lines if line.score >= 100 * found.rules.rubric.method.pass_line]
    count = min(wishes.most, within(fit, wishes.budget_fen, 0))
    official = tuple(fit[:count])
    # Of two that weigh the same the one with the better place is taken: places together are worth less than one point.
    scale = len(fit) ** 2 + 1
    options = [
        Option(line.pk, line.score * scale - line.place.place, line.fen, cities.keys[line.scope], line.field)
        for line in fit
    ]
    there = {CITY: Counter(one.place for one in options), FIELD: Counter(one.field for one in options)}
    key = f"what-if:{VERSION}:{found.digest}:{chain.digest(repr((chain.canonical(asdict(wishes)), options)))}"
    known: dict[tuple[str, ...], Choice] | None = cache.get(key)
    if known is None:
        known = {floors: _in_points(one, fit, scale) for floors, one in _chosen(options, wishes, there).items()}
        cache.set(key, known, KEPT_FOR)
    by_pk = {line.pk: line for line in fit}
    trials = [_trial((), known[()], official, by_pk)]
    base = tuple(by_pk[pk] for pk in known[()].keys)
    trials += [_trial(floors, choice, base, by_pk) for floors, choice in known.items() if floors]
    return Outcome(wishes, official, tuple(trials), there)


def _chosen(
    options: Sequence[Option], wishes: Wishes, there: Mapping[str, Iterable[str]]
) -> dict[tuple[str, ...], Choice]:
    """The best set for no floor, each alone, all; a set that keeps to more floors than were asked is the best there."""
    free = choose(options, Limits(wishes.budget_fen, wishes.most))
    best = [one for one in options if one.key in free.keys]
    found: dict[tuple[str, ...], Choice] = {(): free}
    for floors in _combined(_floors(wishes)):
        limits = _limits(wishes, floors, there)
        found[floors] = free if keeps(best, options, limits) else choose(options, limits)
    return found


def _combined(floors: Sequence[str]) -> list[tuple[str, ...]]:
    return [*((one,) for one in floors), *([tuple(floors)] if len(floors) > 1 else [])]


def _floors(wishes: Wishes) -> list[str]:
    """The floors that are wished for: those of each, then those of one."""
    each = [(CITY, wishes.per_city), (FIELD, wishes.per_field)]
    own = [
        (f"{kind}:{key}", n) for kind, of in ((CITY, wishes.cities), (FIELD, wishes.fields)) for key, n in of.items()
    ]
    return [name for name, least in (*each, *own) if least]


def _limits(wishes: Wishes, floors: Sequence[str], there: Mapping[str, Iterable[str]]) -> Limits:
    def of(kind: str, each: int, own: Mapping[str, int]) -> dict[str, int]:
        found = {key: each for key in there[kind] if kind in floors and key not in own}
        return found | {key: n for key, n in own.items() if f"{kind}:{key}" in floors}

    cities, fields = of(CITY, wishes.per_city, wishes.cities), of(FIELD, wishes.per_field, wishes.fields)
    return Limits(wishes.budget_fen, wishes.most, cities, fields)


def _in_points(choice: Choice, lines: Sequence[Line], scale: int) -> Choice:
    """The choice with worth and gap in points (hundredths) again, without what the places added."""
    worth = sum(line.score for line in lines if line.pk in choice.keys)
    return replace(choice, worth=worth, gap=(choice.gap + scale // 2) // scale)


def _trial(floors: tuple[str, ...], choice: Choice, base: Sequence[Line], lines: Mapping[int, Line]) -> Trial:
    """The choice beside a list: who is in one and not in the other, in the order of rank; sums are differences."""
    before, after = {line.pk for line in base}, choice.keys
    if choice.short or choice.dear:
        return Trial(floors, choice, (), (), 0, 0)
    order = sorted(lines.values(), key=lambda line: line.place.place)
    return Trial(
        floors=floors,
        choice=choice,
        entered=tuple(line for line in order if line.pk in after - before),
        left=tuple(line for line in order if line.pk in before - after),
        worth=choice.worth - sum(line.score for line in base),
        fen=choice.cost - sum(line.fen for line in base),
    )


def papers_of(round_: Round) -> list[DecisionPaper]:
    """What was saved of it, newest first."""
    return list(DecisionPaper.objects.filter(round=round_.pk).select_related("made_by").order_by("-number"))


def paper_text(found: Results, outcome: Outcome, cities: Cities) -> str:
    """The outcome as it is saved: canonical JSON of every figure the paper shows, with cities and fields by name.

    Expected ranks are tenths; `hands` are how far each reviewer gives above the others, in tenths of a point, unnamed.
    A floor of one city or field stands in `floors` with how many there are to choose from.
    """
    sure = found.sure
    fields = {one.code: one.zh for one in found.rules.fields_of_service}
    names = {CITY: cities.names, FIELD: fields}

    def name_of(floor: str) -> str:
        kind, _colon, key = floor.partition(":")
        return f"{kind}:{names[kind].get(key, key)}" if key else kind

    def line_of(line: Line) -> dict[str, Any]:
        told = sure.get(line.pk)
        more: dict[str, Any] = {"chance": None, "band": False}
        if told:
            ranks = {"expected": round(10 * told.expected), "half": list(told.half), "most": list(told.most)}
            more = {"chance": round(100 * told.chance), "band": told.band, **ranks}
        return {
            "number": line.number,
            "title": line.title,
            "place": line.place.place,
            "score": line.score,
            "fen": line.fen,
            "city": cities.names[cities.keys[line.scope]],
            "field": fields.get(line.field, line.field),
            **more,
        }

    def of_their_own(kind: str) -> dict[str, dict[str, int]]:
        wished = outcome.wishes.cities if kind == CITY else outcome.wishes.fields
        return {
            names[kind].get(key, key): {"least": n, "there": outcome.there[kind].get(key, 0)}
            for key, n in wished.items()
        }

    trials = [
        {
            "floors": [name_of(floor) for floor in one.floors],
            "short": [fields.get(name) or cities.names.get(name, name) for name in one.choice.short],
            "dear": one.choice.dear,
            "gap": one.choice.gap,
            "count": len(one.choice.keys),
            "cost": one.choice.cost,
            "worth": one.worth,
            "fen": one.fen,
            "entered": [line_of(line) for line in one.entered],
            "left": [line_of(line) for line in one.left],
        }
        for one in outcome.trials
    ]
    wishes = asdict(outcome.wishes) | {"cities": of_their_own(CITY), "fields": of_their_own(FIELD)}
    return chain.canonical(
        {
            "round": found.round.code,
            "scores": found.digest,
            "wishes": wishes,
            "ranked": len(found.lines),
            "spread": counted(line.score for line in found.lines),
            "hands": sorted(round(10 * one.points) for one in found.severity.values()),
            "official": [line_of(line) for line in outcome.official],
            "band": [line_of(line) for line in found.lines if (told := sure.get(line.pk)) and told.band],
            "trials": trials,
        }
    )
