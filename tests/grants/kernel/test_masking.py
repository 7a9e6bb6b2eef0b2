"""Personal numbers are found in free text and hidden on pages and in logs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.kernel.masking import find_personal, mask_account, mask_id, mask_mobile, mask_name, mask_text


@pytest.mark.parametrize("number", ["13812345678", "+8613812345678", "138-1234-5678", "１３８12345678"])
def test_a_mobile_shows_its_head_and_tail(number: str):
    assert mask_mobile(number) == "138****5678"


def test_an_identity_number_shows_neither_place_nor_birthday():
    assert mask_id("11010519491231002X") == "****002X"


def test_an_account_shows_its_last_four_digits():
    assert mask_account("3300 1616 7350 5301 2345") == "****2345"


@pytest.mark.parametrize("mask", [mask_mobile, mask_id, mask_account])
def test_something_too_short_is_hidden_whole(mask):
    assert mask("1234567") == "****"


@pytest.mark.parametrize(
    ("name", "shown"), [("周", "周"), ("周明", "周*"), ("周小明", "周*明"), ("欧阳小明", "欧**明"), ("", "")]
)
def test_a_name_keeps_its_first_sign(name: str, shown: str):
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("联系电话13812345678微信同号", "联系电话138****5678微信同号"),
        ("TEL:+86 138-1234-5678。", "TEL:138****5678。"),
        ("身份证 11010519491231002x，", "身份证 ****002x，"),
        ("身份证110105 19491231 0021", "身份证****0021"),
        ("账号3300 1616 7350 5301 2345", "账号****2345"),
        ("账号33001616735053012345", "账号****2345"),
        ("电话１３８１２３４５６７８", "电话138****5678"),
        ("两人 13812345678、13987654321", "两人 138****5678、139****4321"),
    ],
)
def test_numbers_in_free_text_are_masked(text: str, shown: str):
    assert mask_text(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "2027年3月5日至2028年6月30日",
        "QNZJ-2027-0001-BK1",
        "资助25,833.00元",
        "服务12345678901人次",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ],
)
def test_dates_numbers_amounts_and_digests_are_left_alone(text: str):
    assert mask_text(text) == text


def test_what_was_found_says_its_kind_and_place():
    (found,) = find_personal("请拨13812345678")

    assert (found.kind, found.start, found.end) == ("mobile", 2, 13)


@given(
    st.text(alphabet="甲乙。 ,Tt", max_size=8),
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.text("丙。", max_size=4),
)
def test_no_mobile_survives_masking(before: str, mobile: str, after: str):
    assert mobile not in mask_text(f"{before}{mobile}{after}")


@given(st.text())
def test_masking_twice_is_masking_once(text: str):
    assert mask_text(mask_text(text)) == mask_text(text)
