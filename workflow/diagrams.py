"""The table as people read it: a Mermaid diagram, a plain SVG with "you are here", and every move with its rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext

from workflow.drawing import columns_svg
from workflow.lifecycle import Role
from workflow.phrases import listed
from workflow.rules import registered
from workflow.table import Back, Deed, Machine

__all__ = ["columns_svg", "mermaid", "rules_table"]


def mermaid(machine: Machine) -> str:
    """The machine as a Mermaid state diagram; moves between the same two states share an arrow."""
    words: dict[tuple[str, str], list[str]] = defaultdict(list)
    for move in machine.moves:
        for source in move.sources:
            for target in move.targets:
                words[source, target].append(str(move.label))
    states = [f'    state "{machine.states(state).label}" as {state}' for state in machine.states.values]
    arrows = [f"    {source} --> {target}: {' / '.join(labels)}" for (source, target), labels in words.items()]
    ends = [f"    {state} --> [*]" for state in machine.final]
    return "\n".join(["stateDiagram-v2", *states, f"    [*] --> {machine.initial}", *arrows, *ends, ""])


def rules_table(machine: Machine) -> str:
    """Every move and act in Markdown, in the order of the table, and then every rule with its purpose."""
    head = [
        gettext("办理"),
        gettext("从"),
        gettext("到"),
        gettext("谁办"),
        gettext("谁会签"),
        gettext("期限"),
        gettext("规则"),
    ]
    deeds = (machine.begin, *machine.moves, *machine.acts)
    names = dict.fromkeys(name for deed in deeds for name in deed.rules)
    rules = [(f"`{name}`", purpose(name), _users(name, deeds)) for name in sorted(names)]
    moves = table(head, (_row(machine, deed) for deed in deeds))
    if not rules:
        return moves
    return moves + "\n" + table([gettext("规则"), gettext("含义"), gettext("用于")], rules)


def purpose(name: str) -> str:
    """The first line of the rule's docstring, or that nobody has registered it."""
    found = registered().get(name)
    return found.purpose if found else gettext("还没有登记")


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    heads = list(head)
    lines = [heads, ["---"] * len(heads), *(list(row) for row in rows)]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def _row(machine: Machine, deed: Deed) -> Iterator[str]:
    yield f"{deed.label} `{deed.name}`"
    yield _states(machine, deed.sources)
    yield _aim(machine, deed)
    yield _roles(deed.by) + _paper(deed)
    yield _roles(deed.also)
    yield f"`{deed.due}`" if deed.due else ""
    yield " ".join(f"`{name}`" for name in deed.rules)


def _aim(machine: Machine, deed: Deed) -> str:
    if isinstance(deed.target, Back):
        return gettext("原来的状态")
    if deed.name == machine.begin.name:
        return _states(machine, (machine.initial,))
    return _states(machine, deed.targets) or gettext("不变")


def _paper(deed: Deed) -> str:
    if deed.paper is None:
        return ""
    words = {"by": _roles(deed.paper.by), "confirm": _roles(deed.paper.confirm)}
    return gettext("；或凭签字件：%(by)s录入，%(confirm)s中的另一人核对") % words


def _states(machine: Machine, states: Iterable[str]) -> str:
    return listed(machine.states(state).label for state in states)


def _roles(roles: Iterable[str]) -> str:
    return listed(Role(role).label for role in roles)


def _users(name: str, deeds: Iterable[Deed]) -> str:
    return listed(deed.label for deed in deeds if name in deed.rules)
