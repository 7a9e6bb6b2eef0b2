"""Numbers that identify organisations, people, phones and accounts: shape and check digits."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from enum import StrEnum

from grants.kernel.errors import Malformed

_USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # I, O, S, V, Z are never used
_USCC = re.compile(rf"[{_USCC_SIGNS}]{{2}}[0-9]{{6}}[{_USCC_SIGNS}]{{10}}")
_ID = re.compile(r"[1-9][0-9]{5}(?P<born>(?:18|19|20)[0-9]{6})[0-9]{3}[0-9X]")
_ABROAD = re.compile(r"\+[1-9][0-9]{6,14}")
_MOBILE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})")


class Verdict(StrEnum):
    """What a check found: fine, to be looked at by a person, or impossible."""

    OK = "ok"
    DOUBTFUL = "doubtful"
    MALFORMED = "malformed"


def judge_uscc(text: str) -> Verdict:
    """Judge a unified social credit code (GB 32100); a wrong check character is only doubtful: real codes fail it."""
    code = squeezed(text)
    if not _USCC.fullmatch(code):
        return Verdict.MALFORMED
    return Verdict.OK if uscc_check_character(code[:17]) == code[17] else Verdict.DOUBTFUL


def uscc_check_character(body: str) -> str:
    """The 18th character that belongs to the first 17: weights 3^i modulo 31 (GB 32100)."""
    total = sum(_USCC_SIGNS.index(sign) * pow(3, n, 31) for n, sign in enumerate(body))
    return _USCC_SIGNS[-total % 31]


def id_number_ok(text: str, today: date) -> bool:
    """Whether an 18-digit identity number has a possible birth date up to `today` and the right check character.

    The place code is not looked up: abolished ones remain valid (GB 11643).
    """
    number = squeezed(text)
    found = _ID.fullmatch(number)
    if not found:
        return False
    try:
        born = date.fromisoformat(found["born"])
    except ValueError:
        return False
    return born <= today and id_check_character(number[:17]) == number[17]


def id_check_character(body: str) -> str:
    """The 18th character that belongs to the first 17 digits: weights 2^(17-i) modulo 11 (GB 11643)."""
    total = sum(int(digit) * pow(2, 17 - n, 11) for n, digit in enumerate(body))
    return "10X98765432"[total % 11]


def normalise_mobile(text: str) -> str:
    """A mainland mobile number as +86 and eleven digits. Raises Malformed('mobile')."""
    found = _MOBILE.fullmatch(squeezed(text))
    if not found:
        raise Malformed("mobile")
    return f"+86{found[1]}"


def normalise_phone(text: str) -> str:
    """A mobile number in international form: eleven digits are of the mainland, `+` and 7 to 15 digits stay.

    Raises Malformed('mobile').
    """
    number = squeezed(text)
    if _ABROAD.fullmatch(number) and not number.startswith("+86"):
        return number
    return normalise_mobile(text)


def account_digits(text: str) -> str:
    """A bank account number as its 8 to 32 digits, without the spaces in between. Raises Malformed('account')."""
    digits = squeezed(text)
    if not re.fullmatch(r"[0-9]{8,32}", digits):
        raise Malformed("account")
    return digits


def squeezed(text: str) -> str:
    """Half-width, upper case, without spaces and hyphens: how people vary one and the same number."""
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()
