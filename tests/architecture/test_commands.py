"""Every command says who acts."""

from __future__ import annotations

import ast

from tests.architecture.source import PACKAGES, ROOT, tree

Function = ast.FunctionDef | ast.AsyncFunctionDef


def without_actor(module: ast.Module) -> list[str]:
    """The public functions of a module that do not take `actor` by keyword only."""
    return [
        node.name
        for node in module.body
        if isinstance(node, Function)
        and not node.name.startswith("_")
        and "actor" not in {argument.arg for argument in node.args.kwonlyargs}
    ]


def test_a_command_without_a_keyword_only_actor_is_found():
    module = ast.parse(
        "def pay(payment, actor): ...\ndef post(*, entry): ...\ndef file(paper, *, actor): ...\ndef _help(): ..."
    )
    assert without_actor(module) == ["pay", "post"]


def test_every_command_takes_a_keyword_only_actor():
    commands = [path for package in PACKAGES for path in (ROOT / package).rglob("commands.py")]
    assert {str(path.relative_to(ROOT)): names for path in commands if (names := without_actor(tree(path)))} == {}
