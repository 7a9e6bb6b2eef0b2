"""`manage.py lifecycle`: the table as it stands, in words, as a diagram or as JSON; also a page of the reference."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext, override

from workflow import lifecycle
from workflow.diagrams import columns_svg, mermaid, rules_table
from workflow.lifecycle import MACHINES, PROJECT
from workflow.phrases import listed
from workflow.table import Back, Deed, Machine

LANGUAGE = "zh-hans"  # of the generated page, whoever writes it
HEAD = """# 流程 · Lifecycle

由 `make docs` 生成，请勿手改 · written by `make docs`, do not edit.

六张状态表写在 [`workflow/lifecycle.py`](../../workflow/lifecycle.py)，这一页就是它：
每一种材料有哪些状态，谁能办哪一步，要谁会签，遵守哪些规则。规则写在各环节的 `rules.py`，“含义”取自它的说明。
The six machines of that file: every state, who may make which move, who endorses it, and the rules it obeys.

![项目的全部状态和走向](lifecycle.svg)
"""


class Command(BaseCommand):
    """Print the table of one machine, or of all."""

    help = "打印流程：每一步由谁办、谁会签、遵守哪些规则"
    requires_system_checks = ()  # the table is shown also when it cannot be obeyed

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer the machine and the form."""
        parser.add_argument("machine", nargs="?", help="状态机，如 project；不写则打印全部")
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--mermaid", action="store_true", help="以 Mermaid 图输出")
        form.add_argument("--json", action="store_true", help="以 JSON 输出")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print it."""
        machines = chosen(options["machine"])
        if options["json"]:
            told = {machine.name: facts(machine) for machine in machines}
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))
        elif options["mermaid"]:
            self.stdout.write("\n".join(mermaid(machine) for machine in machines))
        else:
            self.stdout.write("\n".join(section(machine) for machine in machines))


def chosen(name: str | None) -> list[Machine]:
    """The machine of that name, or all of the table. Raises CommandError for a name that it does not have."""
    if name is None:
        return [machine for machine in MACHINES.values() if machine.states.__module__ == lifecycle.__name__]
    if name not in MACHINES:
        words = {"name": name, "names": listed(MACHINES)}
        raise CommandError(gettext("没有叫“%(name)s”的状态机，可选：%(names)s") % words)
    return [MACHINES[name]]


def section(machine: Machine, *, drawn: bool = True) -> str:
    """One machine in Markdown: its diagram, its moves and its rules."""
    diagram = f"```mermaid\n{mermaid(machine)}```\n\n" if drawn else ""
    return f"## {machine.label} · {machine.name}\n\n{diagram}{rules_table(machine)}"


def page() -> str:
    """The page of the reference; the project's own diagram is the drawing beside it."""
    with override(LANGUAGE):
        return "\n".join([HEAD, *(section(machine, drawn=machine is not PROJECT) for machine in chosen(None))])


def drawing() -> str:
    """The project's states in six columns."""
    with override(LANGUAGE):
        return columns_svg(PROJECT)


def facts(machine: Machine) -> dict[str, Any]:
    """The machine as plain data."""
    return {
        "label": str(machine.label),
        "initial": str(machine.initial),
        "states": [_state(machine, state) for state in machine.states.values],
        "moves": [_deed(deed) for deed in machine.moves],
        "acts": [_deed(deed) for deed in machine.acts],
    }


def _state(machine: Machine, state: str) -> dict[str, Any]:
    return {
        "code": str(state),
        "label": str(machine.states(state).label),
        "stage": str(machine.stage_of(state)),
        "final": state in machine.final,
        "waits": list(map(str, machine.waits.get(state, ()))),
    }


def _deed(deed: Deed) -> dict[str, Any]:
    paper = deed.paper
    return {
        "name": deed.name,
        "label": str(deed.label),
        "from": list(map(str, deed.sources)),
        "to": list(map(str, deed.targets)),
        "back": isinstance(deed.target, Back),
        "by": list(map(str, deed.by)),
        "also": list(map(str, deed.also)),
        "paper": paper and {"by": list(paper.by), "evidence": paper.evidence, "confirm": list(paper.confirm)},
        "rules": list(deed.rules),
        "due": deed.due,
    }
