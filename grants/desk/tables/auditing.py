"""Segregation of duties in words: every attempt at a payment, who did what of it, and whether anybody did two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from grants.desk.auditing.duties import Attempt, Hand
from grants.desk.auditing.sampling import MONETARY, RANDOM
from grants.desk.tables.sheets import Value, Yuan
from workflow.lifecycle import PAYMENT

DUTY_NAMES = {
    "requester": _("申请"),
    "maker": _("审核"),
    "checker": _("审批"),
    "endorser": _("会签"),
    "cashier": _("发送银行"),
}
DUTY_HEADS = (
    _("拨款编号"),
    _("第几次"),
    _("金额（元）"),
    _("状态"),
    _("申请"),
    _("审核"),
    _("审批"),
    _("会签"),
    _("发送银行"),
    _("职责分离"),
)
METHOD_NAMES = {MONETARY: _("货币单元抽样（金额大的更容易抽到）"), RANDOM: _("随机抽样（每笔机会相同）")}


@dataclass(frozen=True)
class DutyRow:
    """One attempt as a page shows it."""

    attempt: Attempt
    label: str
    hands: list[tuple[str, str]]
    conflict: str


def duty_rows(found: Iterable[Attempt], names: Mapping[int, str]) -> list[DutyRow]:
    """Every attempt with the names of its people; `conflict` says what one person did, empty where all were apart."""
    return [_row(one, names) for one in found]


def _row(one: Attempt, names: Mapping[int, str]) -> DutyRow:
    def told(hand: Hand | None) -> str:
        if hand is None or hand.person is None:
            return ""
        behalf = names.get(hand.behalf, "") if hand.behalf else ""
        person = names.get(hand.person, str(hand.person))
        return gettext("%(person)s代%(behalf)s") % {"person": person, "behalf": behalf} if behalf else person

    hands = [(str(label), told(one.hands.get(duty))) for duty, label in DUTY_NAMES.items() if duty != "endorser"]
    endorsers = pgettext("list", "、").join(names.get(pk, str(pk)) for pk in one.endorsers)
    hands.insert(3, (str(DUTY_NAMES["endorser"]), endorsers))
    pairs = [
        gettext("%(one)s和%(other)s是同一个人") % {"one": DUTY_NAMES[one_], "other": DUTY_NAMES[other]}
        for one_, other in one.conflicts
    ]
    return DutyRow(one, str(PAYMENT.states(one.state).label), hands, "；".join(pairs))


def duty_sheet(found: Iterable[DutyRow]) -> list[list[Value]]:
    """The report as rows of a file."""
    return [
        [
            row.attempt.number,
            row.attempt.attempt,
            Yuan(row.attempt.amount_fen),
            row.label,
            *(who for _label, who in row.hands),
            row.conflict or gettext("没有人办两样"),
        ]
        for row in found
    ]


def methods() -> list[tuple[str, Any]]:
    """The ways to draw a sample."""
    return list(METHOD_NAMES.items())
