"""Time comes from workflow.clock, so that a rehearsal can move it."""

from __future__ import annotations

import ast

import pytest

from tests.architecture.source import called, findings, finds

CLOCK = ("workflow/clock.py",)
OTHER_CLOCKS = (
    "timezone.now",
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "timezone.localdate",
    "time.time",
)
DATABASE_CLOCKS = {"Now", "TransactionNow"}
IMPORTED_CLOCKS = {"time": {"time"}, "django.utils.timezone": {"now", "localdate"}}


def own_time(node: ast.AST) -> str | None:
    """Any clock but ours, called, passed as a default, or set by a field."""
    if isinstance(node, ast.Attribute) and ast.unparse(node).endswith(OTHER_CLOCKS):
        return ast.unparse(node)
    if isinstance(node, ast.keyword) and node.arg in {"auto_now", "auto_now_add"}:
        return node.arg
    if called(node).rpartition(".")[2] in DATABASE_CLOCKS:
        return "the database's clock"
    if isinstance(node, ast.ImportFrom):
        taken = IMPORTED_CLOCKS.get(node.module or "", set()).intersection(name.name for name in node.names)
        return " ".join(taken) or None
    return None


@pytest.mark.parametrize(
    "code",
    [
        "timezone.now()",
        "DateTimeField(default=timezone.now)",
        "datetime.datetime.now(tz)",
        "dt.date.today()",
        "time.time()",
        "DateTimeField(auto_now_add=True)",
        "due__lt=Now()\nfilter(due__lt=Now())",
        "from django.utils.timezone import now",
    ],
)
def test_another_clock_is_found(code: str):
    assert finds(own_time, code)


def test_our_clock_and_stopwatches_are_free():
    assert not finds(own_time, "clock.now(); clock.today(); time.sleep(1); time.monotonic()")


def test_only_the_clock_tells_the_time():
    assert findings(own_time, allowed=CLOCK) == []
