"""One writer of state: the table's transitions, reached through `take`."""

from __future__ import annotations

import ast

import pytest

from tests.architecture.source import called, findings, finds

STATEFUL = ("grants", "workflow")  # storage knows no machine; what it calls a state is its own
WRITERS = ("workflow/machine.py", "workflow/actions.py")


def writing_state(node: ast.AST) -> str | None:
    """Assigning `.state`, setting it by name or in `__dict__`, or updating the column past the machine."""
    targets = getattr(node, "targets", [getattr(node, "target", None)]) if isinstance(node, ast.stmt) else []
    for target in targets:
        if isinstance(target, ast.Attribute) and target.attr == "state":
            return "assigns .state"
        if isinstance(target, ast.Subscript) and ast.unparse(target).endswith("__dict__['state']"):
            return "assigns the state in __dict__"
    if not isinstance(node, ast.Call):
        return None
    name = called(node).rpartition(".")[2]
    if name in {"update", "bulk_update", "update_or_create"} and any(word.arg == "state" for word in node.keywords):
        return f"{name}(state=…)"
    if name in {"bulk_update", "setattr"} and "'state'" in ast.unparse(node):
        return f"{name}(… 'state' …)"
    return None


@pytest.mark.parametrize(
    "code",
    [
        "project.state = 'approved'",
        "project.state: str = 'approved'",
        "a.b.state += 'x'",
        "project.__dict__['state'] = 'approved'",
        "Project.objects.filter(pk=1).update(state='approved', version=2)",
        "Project.objects.bulk_update(projects, ['state'])",
        "setattr(project, 'state', 'approved')",
    ],
)
def test_a_second_writer_of_state_is_found(code: str):
    assert finds(writing_state, code)


def test_reading_a_state_is_free():
    assert not finds(writing_state, "if project.state == 'draft': Project.objects.filter(state='draft')")


def test_only_the_machine_writes_state():
    assert findings(writing_state, *STATEFUL, allowed=WRITERS) == []
