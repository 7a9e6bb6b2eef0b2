"""Which payment a line of the bank tells of: proposed where everything agrees, else explained to a person."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from grants.funds.matching import Due, Finding, Says, Told, Verdict, match, plain
from tests.grants.funds.statement import DAY, planted

DUE = Due(1, "QNZJ-2027-0001-BK1", 1_750_000, "莲都区红十字会", "4567", sent_on=DAY)
LINE = Told(9, Says.PAID, 1_750_000, DAY, "莲都区红十字会", "4567")


def only(lines: list[Told], *dues: Due) -> Finding:
    """What is said of the first line."""
    return match(lines, list(dues))[0]


def test_everything_agrees_and_nothing_else_does():
    found = only([LINE], DUE)
    assert (found.verdict, found.due) == (Verdict.CLEAN, 1)
    assert found.candidates[0].agrees == ("amount", "name", "tail", "day")


def test_full_width_signs_and_spaces_are_no_difference_but_a_word_is():
    assert plain("（浙江）ＡＢ 服务中心") == plain("(浙江)AB服务中心")
    assert plain("莲都区红十字会有限公司") != plain("莲都区红十字会")
    found = only([replace(LINE, name="莲都区 红十字会　")], DUE)
    assert found.verdict == Verdict.CLEAN


def test_what_differs_is_named_and_nothing_is_proposed():
    for change, verdict, differs in (
        ({"tail": "4568"}, Verdict.WRONG_TAIL, ("tail",)),
        ({"name": "莲都区慈善总会"}, Verdict.WRONG_NAME, ("name",)),
        ({"fen": 1_750_001}, Verdict.WRONG_AMOUNT, ("amount",)),
        ({"day": DAY + dt.timedelta(days=60)}, Verdict.WRONG_DAY, ("day",)),
    ):
        found = only([replace(LINE, **change)], DUE)
        assert (found.verdict, found.due) == (verdict, None)
        assert found.candidates[0].differs == differs, verdict


def test_two_payments_alike_are_told_apart_by_the_number_that_the_bank_repeats():
    twin = replace(DUE, pk=2, number="QNZJ-2027-0002-BK1")
    other = replace(LINE, pk=10)
    assert [one.verdict for one in match([LINE, other], [DUE, twin])] == [Verdict.ALIKE] * 2
    named = [replace(LINE, words="资助款 QNZJ-2027-0002-BK1"), replace(other, words="QNZJ-2027-0001-BK1/1")]
    assert [one.due for one in match(named, [DUE, twin])] == [2, 1]


def test_a_number_does_not_excuse_another_account():
    found = only([replace(LINE, words=DUE.number, tail="0000")], DUE)
    assert (found.verdict, found.due) == (Verdict.WRONG_TAIL, None)
    assert "number" in found.candidates[0].agrees


def test_pieces_add_up_to_one_payment_and_one_line_to_several():
    pieces = [replace(LINE, pk=n, fen=fen) for n, fen in ((1, 750_000), (2, 600_000), (3, 400_000))]
    found = match(pieces, [DUE])
    assert {one.verdict for one in found} == {Verdict.SPLIT}
    assert found[0].beside == (2, 3)
    second = replace(DUE, pk=2, number="QNZJ-2027-0002-BK1", fen=250_000)
    whole = only([replace(LINE, fen=2_000_000)], DUE, second)
    assert (whole.verdict, {one.due for one in whole.candidates}) == (Verdict.MERGED, {1, 2})


def test_money_that_came_back_waits_for_a_person_with_its_payment_named():
    paid = replace(DUE, paid_on=DAY)
    back = replace(LINE, says=Says.RETURNED, day=DAY + dt.timedelta(days=2))
    assert (only([back], paid).verdict, only([back], paid).candidates[0].due) == (Verdict.RETURNED, 1)
    assert only([replace(back, undone=True)], paid).verdict == Verdict.REVERSED
    assert only([replace(back, says=Says.REFUND)], paid).verdict == Verdict.INCOMING


def test_a_payment_that_has_arrived_is_not_told_a_second_time():
    found = only([LINE], replace(DUE, paid_on=DAY))
    assert (found.verdict, found.candidates[0].due) == (Verdict.DUPLICATE, 1)
    assert only([replace(LINE, fen=5)], Due(3, "X-BK1", 6, "别人", "1111", DAY)).verdict == Verdict.UNKNOWN


def test_of_ten_thousand_lines_every_clean_one_fits_and_every_planted_oddity_is_named():
    world = planted(10_000, 200)
    random.Random(1).shuffle(world.lines)
    found = {one.line: one for one in match(world.lines, world.dues)}
    assert {pk: found[pk].due for pk in world.plain} == world.plain
    assert {pk: found[pk].verdict for pk in world.odd} == world.odd
    assert len(found) == len(world.lines) >= 10_000
    assert all(found[pk].candidates for pk in world.odd)


@given(st.integers(0, 2**32), st.integers(4, 40))
def test_no_payment_is_proposed_twice_and_no_line_is_forgotten(seed: int, count: int):
    chance = random.Random(seed)
    dues = [
        replace(
            DUE, pk=n, number=f"A-{n}-BK1", fen=chance.choice((100, 200, 300)), tail=chance.choice(("1111", "2222"))
        )
        for n in range(count)
    ]
    lines = [
        replace(
            LINE,
            pk=n,
            fen=chance.choice((100, 200, 300, 500)),
            tail=chance.choice(("1111", "2222", "3333")),
            says=chance.choice(list(Says)),
            words=chance.choice(("", f"A-{chance.randrange(count)}-BK1")),
        )
        for n in range(count)
    ]
    found = match(lines, dues)
    clean = [one.due for one in found if one.verdict == Verdict.CLEAN]
    by_pk = {due.pk: due for due in dues}
    assert [one.line for one in found] == [line.pk for line in lines]
    assert len(clean) == len(set(clean))
    for one, line in zip(found, lines, strict=True):
        if one.due is not None:
            due = by_pk[one.due]
            assert (line.fen, line.tail) == (due.fen, due.tail)
