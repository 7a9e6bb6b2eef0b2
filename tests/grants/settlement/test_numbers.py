"""One piece of paper has one key, however people write its number."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from grants.kernel.errors import Malformed
from grants.settlement.enums import VoucherKind
from grants.settlement.numbers import lost_key, voucher_key

FROM = {"seller": "杭州 某店", "project_no": "QNZJ-2027-0001"}


@pytest.mark.parametrize("written", ["26332000000000000001", "2633 2000 0000 0000 0001", "２６３３2000000000000001"])
def test_a_digital_invoice_is_its_twenty_digits(written: str):
    assert voucher_key("digital", written, **FROM) == "26332000000000000001"


@pytest.mark.parametrize("kind", VoucherKind.values)
@over(number=st.from_regex(r"[0-9]{20}", fullmatch=True))
def test_calling_an_invoice_something_else_does_not_free_it(kind: str, number: str):
    if kind != VoucherKind.FISCAL:
        assert voucher_key(kind, number, **FROM) == number


def test_an_older_invoice_is_code_and_number():
    assert voucher_key("invoice", "033001900111-12345678", **FROM) == "03300190011112345678"
    assert voucher_key("invoice", "3300194130 12345678", **FROM) == "330019413012345678"
    assert voucher_key("fiscal", "33010227-0012345678", **FROM) == "330102270012345678"


def test_a_shop_numbers_its_own_receipts():
    one = voucher_key("receipt", "no. 7", **FROM)
    assert one == voucher_key("receipt", "NO.7", **FROM) != voucher_key("receipt", "NO.7", **FROM | {"seller": "别家"})


def test_a_team_numbers_its_own_lists_within_the_project():
    assert voucher_key("signed_list", "3", **FROM) == "QNZJ-2027-0001#3"
    assert voucher_key("labour", "4", **FROM) != voucher_key("labour", "4", **FROM | {"project_no": "QNZJ-2027-0002"})
    assert lost_key("QNZJ-2027-0001", 5) == "QNZJ-2027-0001#lost5"


@pytest.mark.parametrize(
    ("kind", "written", "code"),
    [
        ("digital", "2633", "digital"),
        ("invoice", "123", "invoice"),
        ("fiscal", "26332000000000000001", "fiscal"),
        ("receipt", "", "number"),
        ("policy", "9" * 29, "number"),
    ],
)
def test_a_number_of_the_wrong_shape_is_refused(kind: str, written: str, code: str):
    with pytest.raises(Malformed) as malformed:
        voucher_key(kind, written, **FROM)
    assert malformed.value.code == code


@over(seller=st.text(max_size=200), number=st.text(max_size=60))
def test_no_key_is_longer_than_its_column(seller: str, number: str):
    with suppress(Malformed):
        assert len(voucher_key("receipt", number, seller=seller, project_no="QNZJ-2027-0001")) <= 80
