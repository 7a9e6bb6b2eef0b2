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
_CARD = re.compile(r"(?:62[0-9]{2}|9558|9559|6013)[0-9]{12,15}")  # UnionPay, and cards of before it
BANKS: dict[str, tuple[str, ...]] = {
    "102": ("工商", "工行"),
    "103": ("农业", "农行"),
    "104": ("中国银行", "中行"),
    "105": ("建设", "建行"),
    "203": ("农业发展", "农发"),
    "301": ("交通", "交行"),
    "302": ("中信",),
    "303": ("光大",),
    "304": ("华夏",),
    "305": ("民生",),
    "306": ("广发",),
    "307": ("平安",),
    "308": ("招商", "招行"),
    "309": ("兴业",),
    "310": ("浦东发展", "浦发"),
    "403": ("邮政", "邮储"),
}
"""How the banks that have a class of clearing numbers (CNAPS) of their own are called, by its three digits."""
_ABROAD = re.compile(r"\+[1-9][0-9]{6,14}")
_MOBILE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})")


class Doubt(StrEnum):
    """What of a number does not fit, though real ones are like that: a person looks and says how they know."""

    CHECK = "check"
    """The check character of a credit code."""
    ORGANISATION = "organisation"
    """The check character of the organisation code within it."""
    PERSONAL = "personal"
    """An account that reads like the card of a person."""
    OTHER_BANK = "other_bank"
    """A clearing number of another bank than the one that is named."""


def uscc_shaped(text: str) -> bool:
    """Whether it can be a unified social credit code at all: 18 signs of its alphabet, a division in the third."""
    return bool(_USCC.fullmatch(squeezed(text)))


def uscc_doubts(text: str) -> tuple[Doubt, ...]:
    """What of a credit code (GB 32100) does not fit; nothing of what has not its shape. Early real codes fail it."""
    code = squeezed(text)
    if not _USCC.fullmatch(code):
        return ()
    found = {
        Doubt.CHECK: uscc_check_character(code[:17]) != code[17],
        Doubt.ORGANISATION: organisation_check_character(code[8:16]) != code[16],
    }
    return tuple(doubt for doubt, there in found.items() if there)


def organisation_check_character(body: str) -> str:
    """The ninth character of an organisation code that belongs to the first eight (GB 11714): modulo 11."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    rest = 11 - sum(int(sign, 36) * weight for sign, weight in zip(body, weights, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def whole_uscc(body: str) -> str:
    """A credit code from its first sixteen signs: the check characters of both codes follow."""
    inner = body + organisation_check_character(body[8:])
    return inner + uscc_check_character(inner)


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


def luhn_holds(digits: str) -> bool:
    """Whether the last digit is the check digit of the others, as on bank cards (ISO/IEC 7812-1)."""
    doubled = [int(sign) * (1 + n % 2) for n, sign in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def account_doubts(account: str, bank: str = "", clearing: str = "") -> tuple[Doubt, ...]:
    """What of an account of an organisation does not fit: it reads like a person's card, or names another bank.

    Accounts of organisations have no check digit in common (DOMAIN 3.3), so that nothing else can be told by them.
    """
    digits = squeezed(account)
    card = bool(_CARD.fullmatch(digits)) and luhn_holds(digits)
    names = BANKS.get(clearing[:3], ())
    other = bool(names) and bool(bank) and not any(name in bank for name in names)
    return tuple(doubt for doubt, there in {Doubt.PERSONAL: card, Doubt.OTHER_BANK: other}.items() if there)


def squeezed(text: str) -> str:
    """Half-width, upper case, without spaces and hyphens: how people vary one and the same number."""
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()
