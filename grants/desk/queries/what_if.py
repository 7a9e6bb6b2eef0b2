"""What would become of the list under other limits: the best set under budget, number and floors, with its price."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.core.cache import cache

from grants.awards.models import DecisionPaper
from grants.desk.queries.results import KEPT_FOR, Line, Results, counted, within
from grants.kernel.choosing import VERSION, Choice, Limits, Option, choose
from grants.people.models import Organisation
from grants.programmes.models import Round
from workflow import chain


@dataclass(frozen=True)
class Wishes:
    """What is tried: money in fen, how many at most, and how many at least for each city and each field."""

    budget_fen: int
    most: int
    per_city: int = 0
    per_field: int = 0


@dataclass(frozen=True)
class Trial:
    """One set of limits worked out: which floors it keeps, what was chosen, who comes in and who goes out for it."""

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

    @property
    def fen(self) -> int:
        """What the official list costs."""
        return sum(line.fen for line in self.official)


def worked_out(found: Results, city_of: Callable[[str], str], wishes: Wishes) -> Outcome:
    """Every combination of the floors that are wished for; the same wishes on the same scores are worked out once."""
    fit = [line for line in found.lines if line.score >= 100 * found.rules.rubric.method.pass_line]
    count = min(wishes.most, within(fit, wishes.budget_fen, 0))
    official = tuple(fit[:count])
    # Of two that weigh the same the one with the better place is taken: places together are worth less than one point.
    scale = len(fit) ** 2 + 1
    options = [
        Option(line.pk, line.score * scale - line.place.place, line.fen, city_of(line.scope), line.field)
        for line in fit
    ]
    key = f"what-if:{VERSION}:{found.digest}:{chain.digest(repr((asdict(wishes), options)))}"
    known: dict[tuple[str, ...], Choice] | None = cache.get(key)
    if known is None:
        chosen = {floors: choose(options, _limits(wishes, floors)) for floors in _floors(wishes)}
        known = {floors: _in_points(choice, fit, scale) for floors, choice in chosen.items()}
        cache.set(key, known, KEPT_FOR)
    by_pk = {line.pk: line for line in fit}
    free = known[()]
    trials = [_trial((), free, official, by_pk)]
    base = tuple(by_pk[pk] for pk in free.keys)
    trials += [_trial(floors, known[floors], base, by_pk) for floors in _floors(wishes) if floors]
    return Outcome(wishes, official, tuple(trials))


def _in_points(choice: Choice, lines: Sequence[Line], scale: int) -> Choice:
    """The choice with worth and gap in points (hundredths) again, without what the places added."""
    worth = sum(line.score for line in lines if line.pk in choice.keys)
    return replace(choice, worth=worth, gap=(choice.gap + scale // 2) // scale)


def _floors(wishes: Wishes) -> list[tuple[str, ...]]:
    """No floor, each alone, both."""
    named = [name for name, least in (("city", wishes.per_city), ("field", wishes.per_field)) if least]
    return [(), *((name,) for name in named), *([tuple(named)] if len(named) == 2 else [])]


def _limits(wishes: Wishes, floors: Sequence[str]) -> Limits:
    city = wishes.per_city if "city" in floors else 0
    return Limits(wishes.budget_fen, wishes.most, city, wishes.per_field if "field" in floors else 0)


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


def paper_text(found: Results, outcome: Outcome, names: Mapping[str, Any]) -> str:
    """The outcome as it is saved: canonical JSON of every figure the paper shows. `names` says cities and fields.

    Expected ranks are tenths; `hands` are how far each reviewer gives above the others, in tenths of a point, unnamed.
    """
    sure = found.sure

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
            "city": names["city"](line.scope),
            "field": names["field"].get(line.field, line.field),
            **more,
        }

    trials = [
        {
            "floors": list(one.floors),
            "short": [names["field"].get(name, name) for name in one.choice.short],
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
    return chain.canonical(
        {
            "round": found.round.code,
            "scores": found.digest,
            "wishes": asdict(outcome.wishes),
            "ranked": len(found.lines),
            "spread": counted(line.score for line in found.lines),
            "hands": sorted(round(10 * one.points) for one in found.severity.values()),
            "official": [line_of(line) for line in outcome.official],
            "band": [line_of(line) for line in found.lines if (told := sure.get(line.pk)) and told.band],
            "trials": trials,
        }
    )


def cities(tree: Mapping[int, Organisation], place: Callable[..., str]) -> Callable[[str], str]:
    """The name of the city of a scope, each scope looked up once."""
    seen: dict[str, str] = {}

    def of(scope: str) -> str:
        if scope not in seen:
            seen[scope] = place(scope, tree)
        return seen[scope]

    return of
