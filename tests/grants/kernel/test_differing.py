"""Two versions as one text: nothing is lost, nothing is invented; rows that were renamed are still the same rows."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from grants.kernel.differing import Piece, pairs, pieces, reordered

TEXTS = st.text("社区老人，。12 a\n", max_size=60)
ROWS = st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(0, 3), max_size=3), max_size=6)


@given(TEXTS, TEXTS)
def test_both_texts_stand_in_the_pieces(before: str, after: str):
    found = pieces(before, after)
    assert "".join(piece.text for piece in found if piece.kind != "new") == before
    assert "".join(piece.text for piece in found if piece.kind != "gone") == after
    assert all(piece.text for piece in found)
    assert all(one.kind != other.kind for one, other in pairwise(found))


def test_a_clause_that_was_reworded_shows_its_words_and_a_figure_is_one_word():
    assert pieces("走访了187户，多数独居。", "走访了1987户，多数独居。") == [
        Piece("same", "走访了"),
        Piece("gone", "187"),
        Piece("new", "1987"),
        Piece("same", "户，多数独居。"),
    ]


def test_a_clause_that_has_little_in_common_went_and_another_came():
    assert pieces("办讲座。", "每月上门一次。") == [Piece("gone", "办讲座。"), Piece("new", "每月上门一次。")]


@given(ROWS, ROWS)
def test_every_row_of_both_tables_stands_in_one_pair(before: list[dict[str, int]], after: list[dict[str, int]]):
    found = pairs(before, after, "a")
    assert [pair.after for pair in found if pair.after is not None] == after
    assert sorted(repr(pair.before) for pair in found if pair.before is not None) == sorted(map(repr, before))


def test_a_row_is_known_by_its_name_then_by_what_it_says():
    one, other = {"name": "救护课", "times": 4, "place": "礼堂"}, {"name": "走访", "times": 9, "place": "楼道"}
    renamed, more = other | {"name": "上门走访"}, one | {"times": 6}
    assert pairs([one, other], [renamed, more, {"name": "汇报"}], "name") == [
        (other, renamed),
        (one, more),
        (None, {"name": "汇报"}),
    ]
    assert pairs([one], [], "name") == [(one, None)]


def test_the_same_rows_in_another_order_are_told():
    one, other = {"name": "a"}, {"name": "b"}
    assert reordered([one, other], [other, one])
    assert not reordered([one, other], [one, other])
    assert not reordered([one], [other])
