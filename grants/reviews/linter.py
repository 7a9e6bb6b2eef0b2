"""What a comment should not say: names of people, telephones, addresses of mail, numbers of identity and accounts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from grants.kernel.masking import find_personal, mask_text

ID_NUMBER = "id_number"
KINDS: dict[str, StrOrPromise] = {
    "name": _("人名"),
    "mobile": _("手机号"),
    "phone": _("电话"),
    "email": _("邮箱"),
    "account": _("长串号码"),
    ID_NUMBER: _("身份证号"),
}
_PHONE = re.compile(r"(?<![0-9])(?:0[0-9]{2,3}[ -]?)[1-9][0-9]{6,7}(?![0-9])")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+[@＠][A-Za-z0-9-]+(?:[.．][A-Za-z0-9-]+)+")
LEAST = 2
"""Signs of a name that is looked for: one sign alone is a word."""


@dataclass(frozen=True, order=True)
class Slip:
    """One such thing: where it begins (the first sign of the comment is 1), what it is, and how a page may show it."""

    at: int
    kind: str
    shown: str

    @property
    def label(self) -> StrOrPromise:
        """What it is, in words."""
        return KINDS[self.kind]


def slips(comment: str, names: Collection[str]) -> list[Slip]:
    """Everything of the kind in a comment, in its order; rather too much than too little."""
    numbers = list(_numbers(comment))
    taken = {place for found in find_personal(comment) for place in range(found.start, found.end)}
    phones = (found for found in _PHONE.finditer(comment) if found.start() not in taken)
    found = [
        *numbers,
        *(Slip(one.start() + 1, "phone", one[0]) for one in phones),
        *(Slip(one.start() + 1, "email", one[0]) for one in _EMAIL.finditer(comment)),
        *_names(comment, names),
    ]
    return sorted(found)


def _numbers(comment: str) -> Iterator[Slip]:
    for found in find_personal(comment):
        yield Slip(found.start + 1, found.kind, mask_text(comment[found.start : found.end]))


def _names(comment: str, names: Collection[str]) -> Iterator[Slip]:
    for name in {one.strip() for one in names}:
        if len(name) >= LEAST and (at := comment.find(name)) >= 0:
            yield Slip(at + 1, "name", name)
