"""Our own source code as syntax trees, for the tests that read it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("grants", "workflow", "storage")

Finder = Callable[[ast.AST], str | None]


def modules(*places: str) -> Iterator[Path]:
    """Every module in the places, each a folder or a module itself; migrations left out."""
    for place in places or PACKAGES:
        found = [ROOT / place] if place.endswith(".py") else sorted((ROOT / place).rglob("*.py"))
        yield from (path for path in found if "migrations" not in path.parts)


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"))


def findings(find: Finder, *places: str, allowed: tuple[str, ...] = ()) -> list[str]:
    """What `find` says of every node in every module, each as `path:line what`."""
    return [
        f"{name}:{getattr(node, 'lineno', 0)} {what}"
        for path in modules(*places)
        if (name := str(path.relative_to(ROOT))) not in allowed
        for node in ast.walk(tree(path))
        if (what := find(node))
    ]


def finds(find: Finder, code: str) -> bool:
    """Whether `find` says anything of the piece of code: each finder is tried on what it must find."""
    return any(find(node) for node in ast.walk(ast.parse(code)))


def called(node: ast.AST) -> str:
    """The dotted name of what the node calls, empty when it is no call of a name."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
        return ast.unparse(node.func)
    return ""
