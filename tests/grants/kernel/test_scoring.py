"""Scores are exact, the mean is the official score, and every place in the ranking says what decided it."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.kernel.errors import Malformed
from grants.kernel.scoring import (
    Entrant,
    divergence,
    diverges,
    format_points,
    format_score,
    hundredths,
    needs_comment,
    parse_points,
    rank,
    trimmed_mean,
)

TOTALS = st.lists(st.integers(0, 200), min_size=1, max_size=15)


@pytest.mark.parametrize(
    ("text", "halves"), [("7", 14), ("7.5", 15), (" ７．５ ", 15), ("8.0", 16), ("0", 0), ("7.50", 15)]
)
def test_marks_are_read_in_half_points(text: str, halves: int):
    assert parse_points(text) == halves


@pytest.mark.parametrize("text", ["7.3", "", "-1", "1e1", "1000", "七", "7.", "7.05"])
def test_a_finer_or_foreign_mark_is_refused(text: str):
    with pytest.raises(Malformed, match="points"):
        parse_points(text)


@given(st.integers(0, 1999))
def test_a_mark_shown_reads_back_as_the_same(halves: int):
    assert parse_points(format_points(halves)) == halves


def test_five_reviewers_lose_one_highest_and_one_lowest():
    assert trimmed_mean([160, 164, 168, 172, 200], drop_from=5) == 84


def test_four_reviewers_all_count():
    assert trimmed_mean([160, 164, 168, 200], drop_from=5) == Fraction(173, 2)


def test_nobody_has_no_mean():
    with pytest.raises(ValueError, match="no marks"):
        trimmed_mean([], drop_from=5)


@given(TOTALS, st.randoms())
def test_the_mean_lies_between_the_marks_whatever_their_order(halves: list[int], random):
    mean = trimmed_mean(halves, drop_from=5)
    random.shuffle(halves)

    assert min(halves) <= mean * 2 <= max(halves)
    assert trimmed_mean(halves, drop_from=5) == mean


@pytest.mark.parametrize(
    ("points", "shown"),
    [
        (Fraction(259, 3), "86.33"),
        (Fraction(260, 3), "86.67"),
        (Fraction(17201, 200), "86.01"),
        (Fraction(100), "100.00"),
    ],
)
def test_the_official_score_has_two_decimals_rounded_half_up(points: Fraction, shown: str):
    assert format_score(hundredths(points)) == shown


def test_totals_fifteen_points_apart_must_be_talked_over():
    assert divergence([140, 170]) == 30
    assert diverges([140, 150, 170], trigger=15)
    assert not diverges([140, 169], trigger=15)
    assert not diverges([140], trigger=0)


@pytest.mark.parametrize(("halves", "asked"), [(23, True), (24, False), (38, False), (39, True)])
def test_a_very_low_or_high_mark_needs_a_comment(halves: int, *, asked: bool):
    assert needs_comment(halves, weight=20, below=60, above=95) is asked


def test_the_ranking_says_what_decided_each_place():
    places = rank(
        [
            Entrant("A", 9000, (1800, 1400)),
            Entrant("B", 8000, (1700, 1300)),
            Entrant("C", 8000, (1700, 1200)),
            Entrant("D", 7000, (1500, 1000)),
            Entrant("E", 7000, (1500, 1000)),
        ],
        ["need", "outcome"],
        seed="2027",
    )

    assert [place.decided_by for place in places] == ["score", "outcome", "outcome", "lot", "lot"]
    assert [place.key for place in places[:3]] == ["A", "B", "C"]
    assert [place.place for place in places] == [1, 2, 3, 4, 5]
    assert places[3].lot < places[4].lot
    assert not places[0].lot


def test_another_seed_may_draw_another_lot():
    tied = [Entrant("A", 1), Entrant("B", 1)]

    assert {rank(tied, [], seed=str(n))[0].key for n in range(20)} == {"A", "B"}


def test_without_a_draw_equals_share_the_best_of_their_places():
    rows = [("D", 7000), ("B", 8000), ("A", 9000), ("C", 8000), ("E", 8000)]
    places = rank([Entrant(key, score) for key, score in rows], [], seed="2027", draw=False)

    assert [(one.key, one.place) for one in places] == [("A", 1), ("B", 2), ("C", 2), ("E", 2), ("D", 5)]
    assert [one.decided_by for one in places] == ["score", "equal", "equal", "equal", "score"]
    assert not any(one.lot for one in places)


def test_nobody_to_rank_is_an_empty_ranking():
    assert rank([], ["need"], seed="2027") == ()


@pytest.mark.parametrize("entrants", [[Entrant("A", 1), Entrant("A", 2)], [Entrant("A", 1, (5,))]])
def test_a_project_is_ranked_once_with_a_score_for_every_tie_break(entrants: list[Entrant]):
    with pytest.raises(ValueError, match=r"ranked once|every tie-break"):
        rank(entrants, [], seed="2027")


@given(st.dictionaries(st.text(max_size=3), st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=12), st.randoms())
def test_the_ranking_does_not_depend_on_the_order_of_arrival(scores: dict[str, tuple[int, int]], random):
    entrants = [Entrant(key, score, (tie,)) for key, (score, tie) in scores.items()]
    places = rank(entrants, ["need"], seed="s")
    random.shuffle(entrants)

    assert rank(entrants, ["need"], seed="s") == places
    ranked = [scores[place.key] for place in places]
    assert ranked == sorted(ranked, reverse=True)
