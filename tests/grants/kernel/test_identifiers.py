"""Codes of organisations, people, phones and accounts are checked by shape and check digit."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.kernel.errors import Malformed
from grants.kernel.identifiers import (
    Verdict,
    account_digits,
    id_check_character,
    id_number_ok,
    judge_uscc,
    normalise_mobile,
    uscc_check_character,
)

TODAY = date(2026, 11, 21)
SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def _uscc(*, body: str) -> str:
    return body + uscc_check_character(body)


USCC_BODIES = st.from_regex(rf"[{SIGNS}]{{2}}[0-9]{{6}}[{SIGNS}]{{9}}", fullmatch=True)


@pytest.mark.parametrize("text", ["91350100M000100Y43", " 9135 0100 m000100y43", "９１350100M000100Y43"])
def test_the_published_example_of_a_credit_code_is_right(text: str):
    assert judge_uscc(text) is Verdict.OK


def test_a_wrong_check_character_is_only_doubtful():
    assert judge_uscc("91350100M000100Y44") is Verdict.DOUBTFUL


@pytest.mark.parametrize(
    "text", ["", "91350100M000100Y4", "91350100M000100YO3", "9135O100M000100Y43", "91350100M000100Y433"]
)
def test_a_credit_code_of_the_wrong_shape_is_malformed(text: str):
    assert judge_uscc(text) is Verdict.MALFORMED


@given(USCC_BODIES, st.integers(8, 16), st.sampled_from(SIGNS))
def test_one_mistyped_sign_in_a_credit_code_is_noticed(body: str, at: int, sign: str):
    code = _uscc(body=body)
    mistyped = code[:at] + sign + code[at + 1 :]

    assert (judge_uscc(mistyped) is Verdict.OK) == (mistyped == code)


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
