"""Every command says who acts, or which step it belongs to."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.architecture.source import ROOT, modules, tree

Function = ast.FunctionDef | ast.AsyncFunctionDef


def without_actor(module: ast.Module) -> list[str]:
    """The public functions of a module that take by keyword only neither `actor` nor `done`, a step with its actor."""
    return [
        node.name
        for node in module.body
        if isinstance(node, Function)
        and not node.name.startswith("_")
        and not {"actor", "done"} & {argument.arg for argument in node.args.kwonlyargs}
    ]


def test_a_command_without_a_keyword_only_actor_is_found():
    named = "def file(paper, *, actor): ...\ndef give(fen, *, done): ...\ndef _help(): ..."
    module = ast.parse(f"def pay(payment, actor): ...\ndef post(*, entry): ...\n{named}")

    assert without_actor(module) == ["pay", "post"]


def is_of_commands(path: Path) -> bool:
    """Whether a module holds commands: `commands.py`, or one inside a package `commands`, but for manage.py's."""
    place = path.relative_to(ROOT).with_suffix("").parts
    return "commands" in place and "management" not in place


def test_commands_are_looked_for_in_modules_and_in_packages():
    found = {str(path.relative_to(ROOT)) for path in modules() if is_of_commands(path)}

    assert {"grants/awards/commands.py", "grants/funds/commands/__init__.py", "grants/funds/commands/grant.py"} <= found
    assert not any("management" in name for name in found)


def test_every_command_says_by_keyword_only_who_acts():
    found = {str(path.relative_to(ROOT)): without_actor(tree(path)) for path in modules() if is_of_commands(path)}

    assert {name: names for name, names in found.items() if names} == {}
