"""The best set under budget, number and floors is the one that trying every set finds, or says what it may miss."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.kernel.choosing import Choice, Limits, Option, choose

OPTION = st.tuples(st.integers(6000, 9500), st.integers(1000, 5000), st.sampled_from("ABC"), st.sampled_from("xyz"))
PLACES, FIELDS = (st.dictionaries(st.sampled_from(names), st.integers(0, 3), max_size=3) for names in ("ABC", "xyz"))
LIMITS = st.builds(Limits, st.integers(1000, 25000), st.integers(1, 7), PLACES, FIELDS)


def keeps(chosen: tuple[Option, ...], options: list[Option], limits: Limits) -> bool:
    """Whether a set keeps to the floors, as far as there are options."""
    for floors, name in ((limits.places, "place"), (limits.fields, "field")):
        held = Counter(getattr(one, name) for one in chosen)
        there = Counter(getattr(one, name) for one in options)
        if any(held[group] < min(floors.get(group, 0), count) for group, count in there.items()):
            return False
    return True


def tried(options: list[Option], limits: Limits) -> tuple[bool, int | None]:
    """Whether any set keeps to number and floors, and the greatest worth the budget bears."""
    sizes = range(min(limits.most, len(options)) + 1)
    kept = [one for size in sizes for one in combinations(options, size) if keeps(one, options, limits)]
    bears = [one for one in kept if sum(each.cost for each in one) <= limits.budget]
    return bool(kept), max((sum(each.worth for each in one) for one in bears), default=None)


@given(st.lists(OPTION, min_size=1, max_size=9), LIMITS)
def test_it_finds_the_best_set_that_trying_all_finds(rows, limits: Limits):
    options = [Option(key, *row) for key, row in enumerate(rows)]
    found, (possible, best) = choose(options, limits), tried(options, limits)

    assert bool(found.short) is not possible
    assert found.dear is (possible and best is None)
    if best is not None:
        chosen = tuple(one for one in options if one.key in found.keys)
        assert keeps(chosen, options, limits)
        assert found.cost == sum(one.cost for one in chosen) <= limits.budget
        assert found.worth == sum(one.worth for one in chosen) <= best <= found.worth + found.gap


def test_a_floor_lets_a_weaker_one_in_and_its_price_is_what_the_set_loses():
    options = [Option(1, 90, 10, "A", "x"), Option(2, 88, 10, "A", "y"), Option(3, 70, 10, "B", "x")]
    assert choose(options, Limits(100, 2)).keys == {1, 2}
    assert choose(options, Limits(100, 2, {"B": 1})) == Choice(frozenset({1, 3}), 160, 20)


def test_floors_of_both_kinds_are_kept_at_once():
    options = [
        Option(1, 90, 1, "A", "x"),
        Option(2, 80, 1, "A", "y"),
        Option(3, 70, 1, "B", "x"),
        Option(4, 10, 1, "B", "y"),
    ]
    assert choose(options, Limits(9, 2, {"A": 1, "B": 1}, {"x": 1, "y": 1})).keys == {2, 3}


def test_floors_that_no_set_keeps_are_named():
    options = [Option(key, 80, 1, place, "x") for key, place in enumerate("ABC")]
    found = choose(options, Limits(9, 2, dict.fromkeys("ABC", 1)))
    assert (found.keys, len(found.short)) == (frozenset(), 1)


def test_a_floor_of_one_place_binds_no_other():
    options = [Option(1, 90, 1, "A", "x"), Option(2, 80, 1, "A", "x"), Option(3, 70, 1, "B", "x")]
    options += [Option(4, 60, 1, "B", "x"), Option(5, 50, 1, "C", "x")]
    assert choose(options, Limits(9, 3, {"B": 2})).keys == {1, 3, 4}
    assert choose(options, Limits(9, 3, {"B": 9, "D": 4})).keys == {1, 3, 4}


def test_an_option_is_given_once():
    with pytest.raises(ValueError, match="once"):
        choose([Option(1, 1, 1, "A", "x")] * 2, Limits(1, 1))
