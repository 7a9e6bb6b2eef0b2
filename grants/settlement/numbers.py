"""The number by which a voucher is known across all projects, so that nobody is paid for it twice."""

from __future__ import annotations

import re

from grants.kernel.errors import Malformed
from grants.kernel.identifiers import squeezed
from grants.settlement.enums import VoucherKind

LONGEST = 28
SHAPES = {
    VoucherKind.DIGITAL: re.compile(r"[0-9]{20}"),
    VoucherKind.INVOICE: re.compile(r"[0-9]{18}|[0-9]{20}"),
    VoucherKind.FISCAL: re.compile(r"[0-9]{18}"),
}
"""数电票 20 digits; an older invoice code of 10 or 12 and number of 8; a fiscal receipt code of 8 and number of 10."""
OFFICIAL = re.compile(r"[0-9]{18}|[0-9]{20}")
OWN_LISTS = (VoucherKind.SIGNED_LIST, VoucherKind.LABOUR)


def voucher_key(kind: str, number: str, *, seller: str, project_no: str) -> str:
    """The key of a voucher: the digits of an official number whatever it is called, else its issuer and number.

    Lists that the team makes itself are numbered within the project. Raises Malformed 'digital', 'invoice', 'fiscal'
    for a number of the wrong shape, 'number' for one that is missing or longer than 28. Source: DOMAIN 3.3.
    """
    written = squeezed(number)
    shape = SHAPES.get(VoucherKind(kind))
    if shape and not shape.fullmatch(written):
        raise Malformed(kind)
    if OFFICIAL.fullmatch(written):
        return written
    if not 0 < len(written) <= LONGEST:
        raise Malformed("number")
    issuer = project_no if kind in OWN_LISTS else squeezed(seller)[:48]
    return f"{issuer}#{written}"


def lost_key(project_no: str, voucher: int) -> str:
    """The key of a lost voucher whose number nobody knows any more."""
    return f"{project_no}#lost{voucher}"
