"""Numbers people quote: rounds, projects, agreements, payments, certificates, official letters."""

from __future__ import annotations

import re
import unicodedata

from grants.kernel.errors import Malformed

_LETTER = re.compile(r"[\u4e00-\u9fa5A-Za-z]{2,12}〔[0-9]{4}〕[0-9]{1,4}号")


def round_no(programme: str, year: int) -> str:
    """QNZJ-2027."""
    return f"{programme}-{year:04d}"


def project_no(round_code: str, sequence: int) -> str:
    """QNZJ-2027-0001. The sequence starts at 1 in every round; ValueError below that."""
    return f"{round_code}-{_counted(sequence):04d}"


def agreement_no(project: str) -> str:
    """QNZJ-2027-0001-XY, the agreement of a project."""
    return f"{project}-XY"


def payment_no(project: str, sequence: int) -> str:
    """QNZJ-2027-0001-BK1, the first payment (拨款) of a project."""
    return f"{project}-BK{_counted(sequence)}"


def certificate_no(project: str) -> str:
    """QNZJ-2027-0001-JX, the completion certificate (结项) of a project."""
    return f"{project}-JX"


def letter_no(text: str) -> str:
    """A number the office gave a letter, such as 浙红〔2027〕12号, trimmed and with half-width digits.

    The office's own system hands these out; only the shape is checked (GB/T 9704). Raises Malformed('letter_no').
    """
    written = unicodedata.normalize("NFKC", text).strip()
    if not _LETTER.fullmatch(written):
        raise Malformed("letter_no")
    return written


def _counted(sequence: int) -> int:
    if sequence < 1:
        raise ValueError("a sequence starts at 1")
    return sequence
