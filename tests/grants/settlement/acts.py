"""What people do in the accounts, in one line each."""

from __future__ import annotations

from itertools import count
from typing import Any
from uuid import uuid4

from grants.desk.commands import act
from grants.funds.models import BankLine
from grants.settlement.models import Voucher
from tests.factories import together
from tests.grants.running import World, paper

_serial = count(1)


def digits() -> str:
    """A digital invoice number that nobody used before."""
    return f"2633{next(_serial):016d}"


def claim(world: World, fen: int = 100_000, **changed: Any) -> dict[str, Any]:
    """What a voucher of so much says."""
    said = {
        "kind": "digital",
        "voucher_no": digits(),
        "gross_fen": fen,
        "claimed_fen": fen,
        "category": "ACT_MATERIAL",
        "seller": "杭州某某文化用品有限公司",
        "content": "训练耗材",
        "issued_on": "2026-08-20",
        "photo": paper(world.payee_officer, "发票"),
    }
    return said | changed


def file(world: World, fen: int = 100_000, **changed: Any) -> Voucher:
    """The payee files a voucher."""
    world.does(world.payee_officer, "file_voucher", **claim(world, fen, **changed))
    return world.project.vouchers.latest("number")


def decide(world: World, voucher: Voucher, fen: int | None = None, reason: str = "与项目无关") -> None:
    """Finance accepts all of a voucher, or so much of it."""
    accepted = voucher.claimed_fen if fen is None else fen
    given = {"voucher": str(voucher.number), "accepted_fen": accepted, "cut_reason": reason}
    world.does(world.finance_officer, "decide_voucher", **given)


def confirm(world: World) -> None:
    """The head of finance confirms what the clerk stands behind."""
    together(world.project, "confirm_accounts", by=world.finance_approver, endorsed_by=world.finance_officer)


def refund_line(world: World, fen: int) -> str:
    """The bank's line about money that came back."""
    reference = uuid4().hex
    given = {
        "reference": reference,
        "kind": "refund",
        "booked_on": "2026-09-01",
        "amount_fen": fen,
        "counterparty": "上城区红十字会",
        "account_tail": "4567",
    }
    act(world.round, "record_bank_line", actor=world.cashier, given=given)
    assert BankLine.objects.filter(reference=reference).exists()
    return reference
