"""Amounts are read strictly, shown in full, written in capitals, and shared out to the fen."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.kernel.errors import Malformed
from grants.kernel.money import Share, capitals, format_fen, parse_yuan, percent_of, settlement_due, split_grant

AMOUNTS = st.integers(0, 99_999_999_999)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("25833", 2583300),
        ("25833.3", 2583330),
        ("25,833.00", 2583300),
        ("1,234,567.89", 123456789),
        (" 0.05 ", 5),
        ("１２３．４５", 12345),
        ("２５，８３３", 2583300),
        ("999999999.99", 99_999_999_999),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, fen: int):
    assert parse_yuan(text) == fen


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("　", "empty"),
        ("-5", "negative"),
        ("−5", "negative"),
        ("1.234", "too_many_decimals"),
        ("1234567890", "too_large"),
        ("1,234,567,890", "too_large"),
        *(
            (text, "not_an_amount")
            for text in (
                "1e3",
                "1_000",
                "1.",
                ".5",
                "12,34",
                "1234,567",
                "0,123",
                "1,23,456",
                "五百",
                "٣",
                "5²",
                "①",
                "½",
            )
        ),
    ],
)
def test_anything_else_is_refused_with_its_reason(text: str, code: str):
    with pytest.raises(Malformed) as refused:
        parse_yuan(text)

    assert refused.value.code == code


@given(AMOUNTS)
def test_what_is_shown_reads_back_as_the_same_amount(fen: int):
    assert parse_yuan(format_fen(fen)) == fen


@given(st.text(max_size=12))
def test_no_text_makes_reading_an_amount_fail_otherwise(text: str):
    with suppress(Malformed):
        assert parse_yuan(text) >= 0


def test_a_negative_amount_shows_its_sign():
    assert format_fen(-123456) == "-1,234.56"


# Rule text and vectors: 支付结算办法 annex 1, MONEY.md.
CAPITALS = {
    140950: "人民币壹仟肆佰零玖元伍角整",
    600714: "人民币陆仟零柒元壹角肆分",
    168032: "人民币壹仟陆佰捌拾元零叁角贰分",
    10700053: "人民币壹拾万柒仟元零伍角叁分",
    1640902: "人民币壹万陆仟肆佰零玖元零贰分",
    32504: "人民币叁佰贰拾伍元零肆分",
    310000000: "人民币叁佰壹拾万元整",
    0: "人民币零元整",
    5: "人民币伍分",
    50: "人民币伍角整",
    10000000000: "人民币壹亿元整",
    10000000100: "人民币壹亿零壹元整",
    1001000: "人民币壹万零壹拾元整",
    2583333: "人民币贰万伍仟捌佰叁拾叁元叁角叁分",
    10100000: "人民币壹拾万壹仟元整",
    100000000000000: "人民币壹万亿元整",
    2000000: "人民币贰万元整",
    3050000: "人民币叁万零伍佰元整",
    -140950: "人民币负壹仟肆佰零玖元伍角整",
}


@pytest.mark.parametrize(("fen", "words"), CAPITALS.items())
def test_capitals_follow_the_official_rule(fen: int, words: str):
    assert capitals(fen) == words


@given(st.integers(0, 10**18 - 1))
def test_capitals_read_back_as_the_same_amount(fen: int):
    assert _spoken(capitals(fen).removeprefix("人民币").removesuffix("整")) == fen


@given(st.integers(1, 10**18 - 1))
def test_capitals_never_double_a_zero_nor_end_in_one(fen: int):
    words = capitals(fen)

    assert "零零" not in words
    assert "零元" not in words


def test_an_amount_beyond_all_reason_has_no_capitals():
    with pytest.raises(ValueError, match="too large"):
        capitals(10**18)


def _spoken(words: str) -> int:
    """An independent reading: sections closed by 亿, 万, 元, then 角 and 分."""
    sizes = {"拾": 10, "佰": 100, "仟": 1000}
    digits = "零壹贰叁肆伍陆柒捌玖"
    total = section = digit = 0
    fen = 0
    for sign in words:
        if sign in digits:
            digit = digits.index(sign)
        elif sign in sizes:
            section, digit = section + digit * sizes[sign], 0
        elif sign == "万":
            total, section, digit = total + (section + digit) * 10**4, 0, 0
        elif sign == "亿":
            total, section, digit = (total + section + digit) * 10**8, 0, 0
        elif sign == "元":
            fen, section, digit = (total + section + digit) * 100, 0, 0
        else:
            fen, digit = fen + digit * {"角": 10, "分": 1}[sign], 0
    return fen


SHARE = st.tuples(st.integers(1, 99), st.none()) | st.tuples(st.none(), st.integers(1, 5_000_000))


@given(
    AMOUNTS,
    st.lists(SHARE, max_size=5).filter(lambda shares: sum(percent or 0 for percent, _fen in shares) <= 100),
)
def test_tranches_add_up_to_the_grant_and_are_never_negative(total: int, shares: list[Share]):
    parts = split_grant(total, [*shares, (None, None)])

    assert sum(parts) == total
    assert min(parts) >= 0


def test_the_last_tranche_takes_the_odd_fen():
    assert split_grant(2583333, [(70, None), (None, None)]) == [1808333, 775000]


def test_a_single_tranche_is_the_whole_grant():
    assert split_grant(2583333, [(None, None)]) == [2583333]


def test_percent_amount_and_remainder_are_mixed():
    assert split_grant(2583333, [(None, 500000), (50, None), (None, None)]) == [500000, 1291666, 791667]


def test_of_a_grant_that_became_smaller_the_first_tranches_are_paid_first():
    assert split_grant(700000, [(None, 500000), (None, 300000), (None, None)]) == [500000, 200000, 0]


REST = (None, None)


@pytest.mark.parametrize(
    "shares",
    [
        [(70, None), (30, None)],
        [REST, (70, None)],
        [(60, None), (60, None), REST],
        [REST, REST],
        [(30, 100), REST],
    ],
)
def test_a_split_without_one_remainder_at_its_end_is_refused(shares: list[Share]):
    with pytest.raises(ValueError, match="remainder"):
        split_grant(100, shares)


@given(AMOUNTS, st.integers(0, 100))
def test_a_percentage_rounds_down_to_the_fen(fen: int, percent: int):
    part = percent_of(fen, percent)

    assert part * 100 <= fen * percent < (part + 1) * 100


def test_a_negative_percentage_is_refused():
    with pytest.raises(ValueError, match="negative"):
        percent_of(100, -1)


@pytest.mark.parametrize(
    ("grant", "accepted", "interest", "paid", "due"),
    [
        (2500000, 2600000, 0, 1750000, 750000),  # overspent: the grant is the ceiling
        (2500000, 2400000, 0, 1750000, 650000),
        (2500000, 2400000, 300, 2500000, -100300),  # surplus and interest go back
        (2500000, 0, 300, 2500000, -2500300),  # nothing accepted
        (2500000, 2500000, 0, 2500000, 0),
    ],
)
def test_the_final_accounts_say_what_is_still_due(grant: int, accepted: int, interest: int, paid: int, due: int):
    assert settlement_due(grant, accepted, interest, paid) == due


@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS)
def test_after_settling_the_payee_has_never_more_than_grant_or_net_spending(
    grant: int, accepted: int, interest: int, paid: int
):
    in_hand = paid + settlement_due(grant, accepted, interest, paid)

    assert in_hand <= grant
    assert in_hand + interest <= accepted
