"""Putting somebody on the list of those who may not apply, and lifting it: two people, both with their reasons."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext

from grants.kernel.errors import Malformed
from grants.kernel.identifiers import normalise_mobile, squeezed, uscc_shaped
from grants.people.models import Sanction, SanctionEnd, User
from grants.people.queries import holds
from workflow import clock
from workflow.actions import command
from workflow.lifecycle import Role
from workflow.refusals import Refusal, Refused

KEEPERS = (Role.PROGRAMME_OFFICER, Role.BUSINESS_LEAD)
"""Who keeps the list."""
LONGEST = {"name": 80, "basis": 200}


@command
def enter_sanction(
    name: str,
    basis: str,
    first_day: dt.date,
    *,
    actor: Any,
    uscc: str = "",
    mobile: str = "",
    last_day: dt.date | None = None,
) -> Sanction:
    """A team, by its code or its name, or a person, by the mobile number of their account, may not apply meanwhile.

    Raises Refused: not the province's programme, no name or grounds, no such account, oneself, a code that is none,
    days in the wrong order.
    """
    _require(actor)
    reasons = [*_unsaid({"name": name, "basis": basis}), *_wrong_code(uscc)]
    person, against = _person(mobile, actor)
    reasons += [against] if against else []
    if last_day is not None and last_day < first_day:
        reasons.append(Refusal("days", gettext("结束的日子不能早于开始的日子。"), at="last_day"))
    if reasons:
        raise Refused(reasons)
    return Sanction.objects.create(
        name=name.strip(),
        uscc=squeezed(uscc),
        person=person,
        basis=basis.strip(),
        first_day=first_day,
        last_day=last_day,
        entered_by=actor,
        at=clock.now(),
    )


@command
def lift_sanction(sanction: Sanction, reason: str, *, actor: Any) -> SanctionEnd:
    """It holds no longer; it stays on record with who lifted it and why. Twice is once.

    Raises Refused: not the province's programme, whoever entered it, no reason.
    """
    _require(actor)
    locked = Sanction.objects.select_for_update(no_key=True).get(pk=sanction.pk)
    if (before := SanctionEnd.objects.filter(sanction=locked).first()) is not None:
        return before
    if locked.entered_by_id == actor.pk:
        raise Refused([Refusal("two_people", gettext("由您登记的，请另一个人解除。"))])
    if reasons := list(_unsaid({"basis": reason})):
        raise Refused([Refusal("reason", reasons[0].message, at="reason")])
    return SanctionEnd.objects.create(sanction=locked, reason=reason.strip(), by=actor, at=clock.now())


def _require(actor: Any) -> None:
    if not holds(actor, *KEEPERS):
        raise Refused([Refusal("not_yours", gettext("停止申报名单由省级项目管理员和职能处室负责人管理。"))])


def _unsaid(given: dict[str, str]) -> list[Refusal]:
    found = [Refusal(at, gettext("请填写。"), at=at) for at, words in given.items() if not words.strip()]
    for at, words in given.items():
        if len(words.strip()) > LONGEST[at]:
            found.append(Refusal(at, gettext("最多%(n)s个字。") % {"n": LONGEST[at]}, at=at))
    return found


def _wrong_code(uscc: str) -> list[Refusal]:
    if not uscc.strip() or uscc_shaped(uscc):
        return []
    return [Refusal("uscc", gettext("信用代码是 18 位数字和字母。"), at="uscc")]


def _person(mobile: str, actor: Any) -> tuple[User | None, Refusal | None]:
    """Whose account has this number, or what stands against it."""
    if not mobile.strip():
        return None, None
    try:
        number = normalise_mobile(mobile)
    except Malformed:
        return None, Refusal("mobile", gettext("请填 11 位手机号。"), at="mobile")
    found = User.objects.filter(mobile=number).first()
    if found is None:
        return None, Refusal("mobile", gettext("没有这个手机号的账号；没有账号的，写团队的名称。"), at="mobile")
    if found.pk == actor.pk:
        return None, Refusal("oneself", gettext("不能登记自己。"), at="mobile")
    return found, None
