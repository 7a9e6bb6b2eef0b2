"""A batch on paper and on screen: three people, each a step of their own; lines that add up to the control total."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from grants.desk.queries.batches import Sheet
from grants.desk.tables.payments import account_words
from grants.desk.words import pill_of
from grants.funds.models import Batch, Payment
from grants.funds.rules.accounts import payee_name
from grants.kernel.money import capitals
from workflow.lifecycle import PAYMENT
from workflow.phrases import listed


@dataclass(frozen=True)
class Hand:
    """One of the three: what they do, who it was, since when it is done, and whether it is their turn."""

    title: str
    who: str
    at: Any
    look: str
    note: str = ""


@dataclass(frozen=True)
class BatchLine:
    """One payment as the bank gets it."""

    payment: Payment
    payee: str
    account: str


def code_of(batch: Batch) -> str:
    """Eight signs of the digest, to hold a printed sheet against the screen; empty while the batch is open."""
    return f"{batch.digest[:4]} {batch.digest[4:8]}".upper() if batch.digest else ""


def state_of(batch: Batch, sheet: Sheet) -> dict[str, str]:
    """Where the batch is: tone, icon and word."""
    if batch.returned_at:
        return _pill("back", "arrow-return-left", gettext("已退回"))
    if not batch.frozen_at:
        return _pill("doing", "play-circle-fill", gettext("编批中，还没有锁定"))
    if sheet.unsent:
        return _pill("wait", "hourglass-split", gettext("已锁定，待发送"))
    return _pill("ok", "check-circle-fill", gettext("已发送"))


def _pill(tone: str, icon: str, label: str) -> dict[str, str]:
    return {"tone": tone, "icon": icon, "label": label}


def three_hands(sheet: Sheet) -> list[Hand]:
    """Maker, checker and cashier, by the trail of the lines; three different people, as the database insists."""
    locked = sheet.batch.frozen_at is not None
    made = _hand(sheet, "verify_request", gettext("审核并编批"), gettext("财务经办"), turn=not locked)
    endorsers = listed(dict.fromkeys(str(row.person) for row in sheet.endorsed))
    note = gettext("%(who)s已会签") % {"who": endorsers} if endorsers else ""
    checked = _hand(sheet, "approve_payment", gettext("审批"), gettext("财务负责人"), turn=False, note=note)
    sent = _hand(sheet, "send", gettext("发送银行"), gettext("出纳，不能是前面两位"), turn=locked)
    return [made, checked, sent]


def _hand(sheet: Sheet, move: str, title: str, nobody: str, *, turn: bool, note: str = "") -> Hand:
    steps = [step for step in sheet.steps if step.move == move]
    reached = {step.object_id for step in steps}
    done = bool(sheet.lines) and all(line.pk in reached for line in sheet.lines)
    look = "now" if turn and (not done or move == "verify_request") else "done" if done else ""
    if sheet.batch.returned_at:
        look = "done" if done else ""
    people = listed(dict.fromkeys(step.hand for step in steps))
    return Hand(title, people or nobody, steps[-1].at if steps else None, look, note)


def lines_of(sheet: Sheet, roles: Collection[str]) -> list[BatchLine]:
    """The lines, the account numbers as the roles may read them."""
    return [BatchLine(line, payee_name(line.project), account_words(line.account, roles)) for line in sheet.lines]


def outcome(lines: Iterable[Payment]) -> list[dict[str, Any]]:
    """How many lines, and how much (fen), are in which state."""
    found: dict[str, list[Payment]] = {}
    for line in lines:
        found.setdefault(str(line.state), []).append(line)
    return [
        {
            "n": len(rows),
            "fen": sum(row.amount_fen for row in rows),
            **pill_of("payment", state, str(PAYMENT.states(state).label)),
        }
        for state in PAYMENT.states.values
        if (rows := found.get(state))
    ]


def in_capitals(fen: int) -> str:
    """The amount as official forms write it; nothing for nothing."""
    return capitals(fen) if fen else ""
