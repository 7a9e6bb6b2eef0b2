"""Amounts in integer fen: reading, showing, capitals, shares, and what is due at the final accounts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from grants.kernel.errors import Malformed

_PLAIN = re.compile(r"[0-9]+(\.[0-9]*)?")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]*)?")
_RAISED = ("<super>", "<sub>", "<circle>", "<fraction>")
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_SCALES = ((10**8, "亿"), (10**4, "万"), (1000, "仟"), (100, "佰"), (10, "拾"))


def parse_yuan(text: str) -> int:
    """The fen in an amount written in yuan: '25833', '25,833.00', full-width digits too.

    At most nine digits before the point and two after it. Raises Malformed with code `empty`, `negative`,
    `too_many_decimals`, `too_large` or `not_an_amount`. Source: MONEY.md, Amounts at the edges.
    """
    written = _folded(text)
    if not written:
        raise Malformed("empty")
    if written.startswith(("-", "−")):
        raise Malformed("negative")
    if not (_PLAIN.fullmatch(written) or _GROUPED.fullmatch(written)):
        raise Malformed("not_an_amount")
    yuan, point, decimals = written.replace(",", "").partition(".")
    if point and not decimals:
        raise Malformed("not_an_amount")
    if len(decimals) > 2:
        raise Malformed("too_many_decimals")
    if len(yuan) > 9:
        raise Malformed("too_large")
    return int(yuan) * 100 + int(decimals.ljust(2, "0"))


def _folded(text: str) -> str:
    # NFKC would read the footnote mark in '100¹' as a digit and make it 1001 yuan.
    if any(unicodedata.decomposition(sign).startswith(_RAISED) for sign in text):
        raise Malformed("not_an_amount")
    return unicodedata.normalize("NFKC", text).strip()


def format_fen(fen: int) -> str:
    """Yuan with two decimals and thousands separators: 2583300 is '25,833.00'."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan:,}.{rest:02d}"


def capitals(fen: int) -> str:
    """The amount in RMB capitals as official forms write it, 人民币 in front, 整 after 元 or 角.

    Raises ValueError from 10^16 yuan on. Source: 支付结算办法, annex 1.
    """
    if abs(fen) >= 10**18:
        raise ValueError("amount too large for capitals")
    yuan, cents = divmod(abs(fen), 100)
    whole = f"{_read(yuan)}元" if yuan else ""
    return f"人民币{'负' if fen < 0 else ''}{whole}{_small_change(yuan, cents)}"


def _read(number: int) -> str:
    for size, unit in _SCALES:
        if number >= size:
            high, low = divmod(number, size)
            gap = "零" if 0 < low < size // 10 else ""
            return f"{_read(high)}{unit}{gap}{_read(low) if low else ''}"
    return _DIGITS[number]


def _small_change(yuan: int, cents: int) -> str:
    jiao, fen = divmod(cents, 10)
    if not cents:
        return "整" if yuan else "零元整"
    if not jiao:
        return f"{'零' if yuan else ''}{_DIGITS[fen]}分"
    gap = "零" if yuan and yuan % 10 == 0 else ""  # 捌拾元零叁角: no digit can be slipped in
    return f"{gap}{_DIGITS[jiao]}角{f'{_DIGITS[fen]}分' if fen else '整'}"


def percent_of(fen: int, percent: int) -> int:
    """That many whole percent of an amount, in fen, rounded down. Both must be 0 or more, else ValueError."""
    if fen < 0 or percent < 0:
        raise ValueError("amount and percent must not be negative")
    return fen * percent // 100


Share = tuple[int | None, int | None]
"""A tranche as it is agreed: (percent, None), (None, fen), or (None, None) for what is left."""


def split_grant(total_fen: int, shares: Sequence[Share]) -> list[int]:
    """The tranches of a grant in fen, adding up to it exactly: each its percent or amount, the last what is left.

    None takes more than those before it have left, so that a grant which was reduced is paid out to the fen as well.
    Raises ValueError when not exactly the last is the remainder, a share says both, or the percents go over 100.
    Source: MONEY.md, invariant 2.
    """
    *said, last = shares
    both = any((percent is None) == (fen is None) for percent, fen in said)
    if last != (None, None) or both or sum(percent or 0 for percent, _fen in said) > 100:
        raise ValueError("the last tranche, and only it, is the remainder; percents stay within 100")
    left, parts = total_fen, []
    for percent, fen in said:
        parts.append(min(left, fen if fen is not None else percent_of(total_fen, percent or 0)))
        left -= parts[-1]
    return [*parts, left]


def settlement_due(grant_fen: int, accepted_fen: int, interest_fen: int, paid_fen: int) -> int:
    """What is still owed to the payee, in fen; negative is what the payee returns. Source: MONEY.md, 决算.

    The grant is the ceiling, and interest earned on it counts as income of the project.
    """
    return min(grant_fen, accepted_fen - interest_fen) - paid_fen
