"""Numbers look the same everywhere, and a letter's number must have the official shape."""

from __future__ import annotations

import pytest

from grants.kernel.errors import Malformed
from grants.kernel.numbering import agreement_no, certificate_no, letter_no, payment_no, project_no, round_no


def test_every_number_of_a_project_grows_from_its_own():
    project = project_no("QNZJ-2027", 1)

    assert project == "QNZJ-2027-0001"
    assert agreement_no(project) == "QNZJ-2027-0001-XY"
    assert payment_no(project, 2) == "QNZJ-2027-0001-BK2"
    assert certificate_no(project) == "QNZJ-2027-0001-JX"
    assert round_no("QNZJ", 2027) == "QNZJ-2027"


def test_counting_starts_at_one():
    with pytest.raises(ValueError, match="starts at 1"):
        project_no("QNZJ-2027", 0)


@pytest.mark.parametrize(
    "text", ["浙红〔2027〕12号", " 浙红〔２０２７〕１２号 ", "浙红办字〔2027〕1号", "ZJHH〔2027〕1234号"]
)
def test_an_official_letter_number_is_accepted(text: str):
    assert letter_no(text).endswith("号")


@pytest.mark.parametrize(
    "text", ["浙红[2027]12号", "浙红〔27〕12号", "浙红〔2027〕12", "红〔2027〕1号", "浙红〔2027〕12345号", ""]
)
def test_anything_else_is_no_letter_number(text: str):
    with pytest.raises(Malformed, match="letter_no"):
        letter_no(text)
