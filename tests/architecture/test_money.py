"""Money is whole fen: no floating point and no decimal column comes near it."""

from __future__ import annotations

import ast

import pytest

from tests.architecture.source import called, findings, finds

MONEY = ("grants/funds", "grants/settlement", "grants/kernel/money.py")
FIELDS = {"FloatField", "DecimalField"}


def floating(node: ast.AST) -> str | None:
    """A float made, written or named."""
    if isinstance(node, ast.Constant) and isinstance(node.value, float):
        return f"the float {node.value}"
    if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
        return "a true division"
    if isinstance(node, ast.Name) and node.id == "float":
        return "float"
    return None


def inexact_column(node: ast.AST) -> str | None:
    """A column that money must not be kept in."""
    name = called(node).rpartition(".")[2]
    return name if name in FIELDS else None


@pytest.mark.parametrize(
    "code", ["float('1.5')", "share = 0.7", "half = total / 2", "total /= 2", "def f(x: float): ..."]
)
def test_a_float_in_money_is_found(code: str):
    assert finds(floating, code)


def test_no_float_touches_money():
    assert findings(floating, *MONEY) == []


def test_no_column_is_inexact():
    assert finds(inexact_column, "amount = models.DecimalField()")
    assert findings(inexact_column) == []
