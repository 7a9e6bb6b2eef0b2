"""Codes of the register that real ones can be like and that rarely are: somebody says how they know, or it is refused.

What they said is kept in the line of the register, with who and when, and is shown to those who judge the team's
applications. Source: DOMAIN 3.4: some real codes fail the check, so a warning that can be overridden, no hard block.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from grants.kernel.identifiers import Doubt, squeezed, uscc_doubts, uscc_shaped
from grants.people.models import Organisation, RegisterLine, Team
from workflow.refusals import Refusal

CHECKED = "checked"
"""The name under which a line keeps how a code was compared, and of the field that asks for it."""
LEAST, MOST = 4, 200
"""Signs of an explanation."""
OF_SOCIETIES = ("1", "51", "52", "53")
"""How codes of public bodies, and of societies, social services and foundations begin (GB 32100, DOMAIN 2.4 B)."""


def code_doubts(code: str) -> list[str]:
    """What of a credit code does not fit, in words; nothing of what has not even its shape."""
    if not uscc_shaped(code):
        return []
    told = {
        Doubt.CHECK: gettext("信用代码的最后一位和前面的对不上（GB 32100）。"),
        Doubt.ORGANISATION: gettext("信用代码第 9 到 17 位是组织机构代码，它的校验位对不上。"),
    }
    found = [told[doubt] for doubt in uscc_doubts(code)]
    if not squeezed(code).startswith(OF_SOCIETIES):
        found.append(gettext("社会组织的信用代码以 51、52、53 开头，机关和群团的以 1 开头，这个不是。"))
    return found


def against_code(code: str, checked: str, *, before: str = "") -> Iterator[Refusal]:
    """Why a code that is in doubt is not entered: nobody has said how they know. One that stands is not asked again."""
    if code == before or not (found := code_doubts(code)):
        return
    if len(checked.strip()) > MOST:
        yield Refusal("checked", gettext("最多 %(n)s 个字。") % {"n": MOST}, at=CHECKED)
    elif len(checked.strip()) < LEAST:
        ask = gettext("请照证书核对；证书上就是这样的，请写明怎样核对的。")
        yield Refusal("code_doubtful", "".join([*found, ask]), at=CHECKED)


def compared(code: str, checked: str, *, before: str = "") -> dict[str, list[Any]]:
    """What a line keeps of how a code in doubt was compared; nothing where there was no doubt."""
    return {CHECKED: ["", checked.strip()]} if code != before and code_doubts(code) and checked.strip() else {}


@dataclass(frozen=True)
class Told:
    """What is in doubt, and what was said of it: in which words, by whom, when."""

    doubts: tuple[str, ...]
    said: str = ""
    who: str = ""
    at: dt.datetime | None = None


def told_of(of: Team | Organisation) -> list[Told]:
    """The doubts about the code of a team or an organisation, with how it was compared; none where nothing is."""
    found = tuple(code_doubts(of.uscc)) if of.uscc else ()
    if not found:
        return []
    about = {"team": of} if isinstance(of, Team) else {"organisation": of}
    lines = RegisterLine.objects.filter(**about, changes__contains=f'"{CHECKED}"').select_related("by")
    line = lines.order_by("pk").last()
    if line is None:
        return [Told(found)]
    return [Told(found, json.loads(line.changes)[CHECKED][1], str(line.by or gettext("系统")), line.at)]
