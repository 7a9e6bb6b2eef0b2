"""The best set of projects under a budget, a number, and floors for places and for fields; integers only.

For one size and without the budget this is a flow: from places through projects to fields, floors being the first units
on an arc. The budget is priced in (Lagrange), which bounds the best set of that size from above; branching on single
projects closes what is left. Sizes go from the largest down until no smaller set can be worth more. Where the branches
run out, the answer says by how much another set might be better at most.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as default
from functools import cached_property
from operator import itemgetter

VERSION = 2
"""Changes whenever the same options may give another set."""
FINE = 1_000_000
"""A price of money is in millionths of a unit of worth for each unit of cost."""
NODES, WORK, FLOWS, PRICES, LATER = 2000, 60_000, 6000, 40, 5
"""So many branches are looked at, fewer of many options, and where both kinds of floor make them flows; so many prices
tried at the first, and at each later one."""


@dataclass(frozen=True)
class Option:
    """Something to choose: what it is worth, what it costs, and the place and the field it counts for."""

    key: int
    worth: int
    cost: int
    place: str
    field: str


@dataclass(frozen=True)
class Limits:
    """What a set must keep to: a floor for each place and field that has one, 0 for the others.

    A place or field with fewer options than its floor gives all it has.
    """

    budget: int
    most: int
    places: Mapping[str, int] = default(default_factory=dict)
    fields: Mapping[str, int] = default(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """The set; `gap` is by how much another may be worth more at most, 0 when it is proven the best.

    `short` names floors that cannot be kept, `dear` says that the budget does not bear them: nothing is chosen then.
    """

    keys: frozenset[int] = frozenset()
    worth: int = 0
    cost: int = 0
    gap: int = 0
    short: tuple[str, ...] = ()
    dear: bool = False


def choose(options: Sequence[Option], limits: Limits) -> Choice:
    """The set of the greatest worth that keeps to the limits. Raises ValueError for a key given twice."""
    if len({one.key for one in options}) < len(options):
        raise ValueError("an option is chosen once")
    search = _Search(options, limits)
    if short := search.short():
        return Choice(short=short)
    search.run()
    if search.best is None:
        return Choice(dear=True)
    worth, cost = _sum(search.best)
    keys = frozenset(one.key for one in search.best)
    return Choice(keys, worth, cost, max(0, search.bound - worth))


def _sum(chosen: Iterable[Option]) -> tuple[int, int]:
    found = list(chosen)
    return sum(one.worth for one in found), sum(one.cost for one in found)


def keeps(found: Iterable[Option], options: Iterable[Option], limits: Limits) -> bool:
    """Whether a set of these options keeps to the floors, as far as there are options."""
    chosen, there = list(found), list(options)
    for group, floors in ((_place, limits.places), (_field, limits.fields)):
        held = Counter(map(group, chosen))
        if any(held[name] < least for name, least in _floors(map(group, there), floors).items()):
            return False
    return True


def _place(one: Option) -> str:
    return one.place


def _field(one: Option) -> str:
    return one.field


def _floors(names: Iterable[str], least: Mapping[str, int]) -> dict[str, int]:
    return {name: min(least.get(name, 0), count) for name, count in sorted(Counter(names).items())}


class _Search:
    """Branch and bound over flows; `bound` is proven, `best` is found."""

    def __init__(self, options: Sequence[Option], limits: Limits) -> None:
        self.options, self.limits = options, limits
        self.places = _floors(map(_place, options), limits.places)
        self.fields = _floors(map(_field, options), limits.fields)
        self.crossed = any(self.places.values()) and any(self.fields.values())
        self.best: list[Option] | None = None
        self.settled: list[Option] | None = None
        self.bound = self.price = self.left = 0
        self.size = min(limits.most, len(options))

    def short(self) -> tuple[str, ...]:
        """The floors that no set of that size keeps, whatever it costs."""
        found = self._flow(0, frozenset(), frozenset())
        held = Counter(map(_place, found)), Counter(map(_field, found))
        wanted = (self.places, self.fields)
        return tuple(
            name for floors, kept in zip(wanted, held, strict=True) for name, n in floors.items() if kept[name] < n
        )

    def run(self) -> None:
        """Find the best set, size by size from the largest, until none smaller can be worth more."""
        worths = sorted((one.worth for one in self.options), reverse=True)
        work = FLOWS if self.crossed else WORK
        self.left, bound = min(NODES, work // len(self.options)), -1
        for size in range(self.size, -1, -1):
            if sum(worths[:size]) <= self._worth:
                break
            self.size = size
            self.price = 0
            bound = max(bound, self._of_this_size())
        self.bound = max(self._worth, bound)

    def _of_this_size(self) -> int:
        """Search the sets of this size; the bound is what is still open when the branches are spent, -1 for nothing."""
        root = self._node(frozenset(), frozenset())
        open_ = [root] if root else []
        while open_ and self.left > 0:
            self._exchange()
            open_.sort(key=itemgetter(0))
            if open_[-1][0] <= self._worth:
                return -1
            _bound, within, without, on = open_.pop()
            for forced in ((within | {on}, without), (within, without | {on})):
                self.left -= 1
                if node := self._node(*forced):
                    open_.append(node)
        self._exchange()
        return max((node[0] for node in open_), default=-1)

    @property
    def _worth(self) -> int:
        return _sum(self.best)[0] if self.best is not None else -1

    def _node(
        self, within: frozenset[int], without: frozenset[int]
    ) -> tuple[int, frozenset[int], frozenset[int], int] | None:
        """The bound of this branch and the project to branch on next; None where it is closed."""
        price, step, bound, last = self.price, FINE, None, None
        cheap, dear = None, None
        for _time in range(LATER if self.price else PRICES):
            found = self._flow(price, within, without)
            worth, cost = _sum(found)
            if len(found) < self.size or not self._kept(found, within):
                return None
            value = worth + (price * (self.limits.budget - cost)) // FINE
            bound = value if bound is None else min(bound, value)
            if cost <= self.limits.budget:
                self._note(found)
                last, dear = found, price
                if price == 0:
                    return None
            else:
                cheap = (price, found)
            if bound <= self._worth:
                return None
            price, step = _next_price(cheap[0] if cheap else None, dear, price, step)
            if price < 0:
                break
        if bound is None or (cheap is None and last is None):
            return None
        self.price = self.price or (dear or 0)
        on = self._undecided(cheap[1] if cheap else [], last or [], within | without)
        return None if on is None else (bound, within, without, on)

    def _kept(self, found: list[Option], within: frozenset[int]) -> bool:
        """Whether the floors are kept and everything forced in is in."""
        places, fields = Counter(map(_place, found)), Counter(map(_field, found))
        held = all(places[name] >= n for name, n in self.places.items())
        held = held and all(fields[name] >= n for name, n in self.fields.items())
        return held and within <= {one.key for one in found}

    def _note(self, found: list[Option]) -> None:
        """Keep a set that the budget bears, if it is the best so far."""
        if _sum(found)[0] > self._worth:
            self.best = found

    def _exchange(self) -> None:
        """The best set so far is bettered by additions and single exchanges until none helps."""
        while self.best is not None and self.best is not self.settled:
            self.settled = self.best
            self.best = self._bettered(self.best) or self.best

    def _bettered(self, found: list[Option]) -> list[Option] | None:
        """The set of the most worth that differs by one more, or by one for another; None where none is better."""
        _worth, cost = _sum(found)
        inside, best, gain = {one.key for one in found}, None, 0
        olds: list[Option | None] = [*found, None] if len(found) < self.limits.most else [*found]
        for new in self.options:
            if new.key in inside:
                continue
            for old in olds:
                more = new.worth - (old.worth if old else 0)
                fits = cost + new.cost - (old.cost if old else 0) <= self.limits.budget
                if more > gain and fits and self._may_leave(old, new, found):
                    best, gain = [*(one for one in found if one is not old), new], more
        return best

    def _may_leave(self, old: Option | None, new: Option, found: list[Option]) -> bool:
        """Whether the floors are kept when one goes for the other."""
        if old is None:
            return True
        place = old.place == new.place or sum(one.place == old.place for one in found) > self.places[old.place]
        return place and (
            old.field == new.field or sum(one.field == old.field for one in found) > self.fields[old.field]
        )

    def _undecided(self, dear: list[Option], last: list[Option], fixed: frozenset[int]) -> int | None:
        """A project on which the dear and the cheap set disagree, the costliest first; else any that is not fixed."""
        apart = {one.key for one in dear} ^ {one.key for one in last}
        free = [one for one in self.options if one.key not in fixed]
        return max(free, key=lambda one: (one.key in apart, one.cost, one.key)).key if free else None

    def _flow(self, price: int, within: frozenset[int], without: frozenset[int]) -> list[Option]:
        """The set of this size of the greatest value at this price of money.

        Every value is raised alike, above 0, so that the size is reached. With one kind of floor at most the set is
        taken in order.
        """
        dearest = 1 + price * max((one.cost for one in self.options), default=0)
        values = [
            (one, one.worth * FINE - price * one.cost + dearest, one.key in within)
            for one in self.options
            if one.key not in without
        ]
        if self.crossed:
            return _Flow(values, self.places, self.fields, self.size).run()
        if any(self.fields.values()):
            return _in_order(values, self.fields, _field, self.size)
        return _in_order(values, self.places, _place, self.size)


def _in_order(
    values: Sequence[tuple[Option, int, bool]], floors: Mapping[str, int], group: Callable[[Option], str], most: int
) -> list[Option]:
    """What is forced, then the best of each group up to its floor, then the best of the rest while they gain."""
    order = sorted(values, key=lambda at: (not at[2], -at[1], at[0].key))
    left, first, rest = dict(floors), [], []
    for one, value, forced in order:
        if left.get(group(one), 0) > 0:
            left[group(one)] -= 1
            first.append(one)
        elif forced or value > 0:
            rest.append(one)
    return [*first, *rest][:most]


def _next_price(low: int | None, high: int | None, price: int, step: int) -> tuple[int, int]:
    """The price between the highest that is too low and the lowest that is high enough; -1 when they are close."""
    if high is None:
        return price + step, step * 4
    if low is None:
        return price - max(1, price // 16), step
    if high - low <= max(1, high // 1024):
        return -1, step
    return (low + high) // 2, step


class _Flow:
    """The set of the greatest value under number and floors, unit by unit along the best path.

    Of options with the same place and field those chosen are always the most valuable, so a count a pair is enough.
    """

    def __init__(
        self,
        values: Sequence[tuple[Option, int, bool]],
        places: Mapping[str, int],
        fields: Mapping[str, int],
        most: int,
    ) -> None:
        reach = 1 + sum(abs(value) for _one, value, _forced in values)
        self.bonus, self.most = 4 * reach, most
        self.places, self.fields = dict(places), dict(fields)
        self.pairs: dict[tuple[str, str], list[tuple[int, Option]]] = {}
        for one, value, forced in values:
            worth = value + (16 * reach if forced else 0)
            self.pairs.setdefault((one.place, one.field), []).append((worth, one))
        for pair in self.pairs.values():
            pair.sort(key=lambda at: (-at[0], at[1].key))
        self.taken = dict.fromkeys(self.pairs, 0)

    @cached_property
    def arcs(self) -> list[tuple[str, str]]:
        """The pairs in a fixed order."""
        return sorted(self.pairs)

    def run(self) -> list[Option]:
        """The chosen options."""
        for _unit in range(self.most):
            if not self._augment():
                break
        return [one for pair, count in self.taken.items() for _value, one in self.pairs[pair][:count]]

    def _augment(self) -> bool:
        """One more option along the path that gains most, if any gains."""
        to_place = {name: self.bonus if left > 0 else 0 for name, left in self.places.items()}
        to_field: dict[str, int] = {}
        before: dict[tuple[str, str], tuple[str, str]] = {}
        while self._relaxed(to_place, to_field, before):
            pass
        ends = {name: value + (self.bonus if self.fields[name] > 0 else 0) for name, value in to_field.items()}
        end = max(ends, key=lambda name: (ends[name], name), default=None)
        if end is None or ends[end] <= 0:
            return False
        self.fields[end] -= 1
        self._follow(("field", end), before)
        return True

    def _relaxed(
        self, to_place: dict[str, int], to_field: dict[str, int], before: dict[tuple[str, str], tuple[str, str]]
    ) -> bool:
        changed = False
        for place, field in self.arcs:
            options, count = self.pairs[place, field], self.taken[place, field]
            if count < len(options):
                value = to_place[place] + options[count][0]
                if field not in to_field or value > to_field[field]:
                    to_field[field], before["field", field], changed = value, ("place", place), True
            if count and field in to_field:
                value = to_field[field] - options[count - 1][0]
                if value > to_place[place]:
                    to_place[place], before["place", place], changed = value, ("field", field), True
        return changed

    def _follow(self, at: tuple[str, str], before: Mapping[tuple[str, str], tuple[str, str]]) -> None:
        while at in before:
            source = before[at]
            if at[0] == "field":
                self.taken[source[1], at[1]] += 1
            else:
                self.taken[at[1], source[1]] -= 1
            at = source
        self.places[at[1]] -= 1
