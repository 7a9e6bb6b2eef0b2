"""Codes of organisations, people, phones and accounts are checked by shape and check digit."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.kernel.errors import Malformed
from grants.kernel.identifiers import (
    Doubt,
    account_digits,
    account_doubts,
    id_check_character,
    id_number_ok,
    luhn_holds,
    normalise_mobile,
    organisation_check_character,
    uscc_check_character,
    uscc_doubts,
    uscc_shaped,
    whole_uscc,
)

TODAY = date(2026, 11, 21)
SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


USCC_BODIES = st.from_regex(rf"[{SIGNS}]{{2}}[0-9]{{6}}[{SIGNS}]{{8}}", fullmatch=True)


@pytest.mark.parametrize("text", ["91350100M000100Y43", " 9135 0100 m000100y43", "９１350100M000100Y43"])
def test_the_published_example_of_a_credit_code_is_right(text: str):
    assert uscc_shaped(text)
    assert uscc_doubts(text) == ()


def test_a_wrong_check_character_is_only_doubtful():
    assert uscc_doubts("91350100M000100Y44") == (Doubt.CHECK,)
    inner = "91350100M000100Y5"
    assert uscc_doubts(inner + uscc_check_character(inner)) == (Doubt.ORGANISATION,)


def test_the_organisation_code_within_has_a_check_character_of_its_own():
    assert organisation_check_character("M000100Y") == "4"
    assert {organisation_check_character(f"MJ{n:06d}") for n in range(40)} == set("0123456789X")


@pytest.mark.parametrize(
    "text", ["", "91350100M000100Y4", "91350100M000100YO3", "9135O100M000100Y43", "91350100M000100Y433"]
)
def test_a_credit_code_of_the_wrong_shape_is_malformed(text: str):
    assert not uscc_shaped(text)
    assert uscc_doubts(text) == ()


@given(USCC_BODIES, st.integers(8, 17), st.sampled_from(SIGNS))
def test_one_mistyped_sign_in_a_credit_code_is_noticed(body: str, at: int, sign: str):
    code = whole_uscc(body)
    mistyped = code[:at] + sign + code[at + 1 :]

    assert (uscc_doubts(mistyped) == ()) == (mistyped == code)


def test_the_standards_own_identity_number_is_right():
    assert id_number_ok("11010519491231002X", TODAY)
    assert id_number_ok("110105 19491231 002x", TODAY)


@pytest.mark.parametrize(
    "text", ["110105194912310021", "11010519490231002X", "1101051949123100", "01010519491231002X", ""]
)
def test_a_wrong_identity_number_is_noticed(text: str):
    assert not id_number_ok(text, TODAY)


def test_nobody_is_born_tomorrow():
    body = "33010220261122001"

    assert not id_number_ok(body + id_check_character(body), TODAY)
    assert id_number_ok(body + id_check_character(body), date(2026, 11, 22))


@pytest.mark.parametrize("district", ["330113", "330114", "330103"])
def test_new_and_abolished_districts_are_both_fine(district: str):
    body = f"{district}19800101001"

    assert id_number_ok(body + id_check_character(body), TODAY)


@pytest.mark.parametrize(
    "text", ["13812345678", "+86 138 1234 5678", "86-138-1234-5678", "１３８12345678", "+8613812345678"]
)
def test_a_mobile_number_is_kept_in_one_form(text: str):
    assert normalise_mobile(text) == "+8613812345678"


@pytest.mark.parametrize("text", ["", "12812345678", "1381234567", "138123456789", "0571-87054321", "+85298765432"])
def test_anything_else_is_no_mobile_number(text: str):
    with pytest.raises(Malformed, match="mobile"):
        normalise_mobile(text)


def test_an_account_is_kept_as_its_digits():
    assert account_digits(" 3300 1616 7350 5301 2345 ") == "33001616735053012345"


@pytest.mark.parametrize("text", ["", "1234567", "1" * 33, "12345678A", "٣٣٣٣٣٣٣٣٣"])
def test_anything_else_is_no_account(text: str):
    with pytest.raises(Malformed, match="account"):
        account_digits(text)


@pytest.mark.parametrize("card", ["6222020200112233448", "9558820200112233448", "6217 0001 2345 6789 012"])
def test_the_check_digit_of_cards_holds_for_every_digit(card: str):
    digits = card.replace(" ", "")
    whole = next(digits[:-1] + str(last) for last in range(10) if luhn_holds(digits[:-1] + str(last)))
    assert account_doubts(whole) == (Doubt.PERSONAL,)
    assert account_doubts(whole[:-1] + str((int(whole[-1]) + 1) % 10)) == ()


def test_an_account_of_an_organisation_is_in_no_doubt():
    assert account_doubts("33001616735053012345", "中国建设银行杭州吴山支行", "105331000123") == ()
    assert account_doubts("1202021109900012345", "工行杭州分行", "102331002023") == ()
    assert account_doubts("33001616735053012345", "某农村商业银行", "402331000123") == ()


def test_the_number_of_another_bank_is_in_doubt():
    assert account_doubts("33001616735053012345", "中国工商银行杭州分行", "105331000123") == (Doubt.OTHER_BANK,)
