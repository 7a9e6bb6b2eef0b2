"""System checks: a table that cannot be obeyed is an error before the first request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any

from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection, models
from django.db.utils import Error as DatabaseError

from workflow import guards_sql
from workflow.effects import reacting
from workflow.lifecycle import MACHINES, Role
from workflow.machine import Stateful, stateful_models
from workflow.ports import plugged
from workflow.rules import registered
from workflow.table import Deed, Machine


@register()
def table_can_be_obeyed(**_kwargs: Any) -> list[CheckMessage]:
    """Names unique and free, roles and rules known, every state reachable, waiting for somebody and able to end."""
    return [problem for machine in MACHINES.values() for problem in problems_of(machine)]


def problems_of(machine: Machine) -> Iterator[Error]:
    """Everything in one machine that cannot be obeyed."""
    names = [deed.name for deed in (machine.begin, *machine.moves, *machine.acts)]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Error(f"{machine.name}: two moves are called {name}", id="workflow.E001")
    for deed in (machine.begin, *machine.deeds.values()):
        if hasattr(models.Model, deed.name):
            yield Error(f"{machine.name}.{deed.name} is the name of a Model attribute", id="workflow.E002")
        yield from _unknown(machine, deed)
    yield from _unreachable(machine)
    yield from _unattended(machine)


def _unknown(machine: Machine, deed: Deed) -> Iterator[Error]:
    """Words of one row that mean nothing, each with the word that may have been meant."""
    name = f"{machine.name}.{deed.name}"
    for role in sorted(set(deed.roles) - set(Role.values)):
        yield Error(f"{name}: unknown role {role}", hint=_meant(role, Role.values), id="workflow.E003")
    for rule in dict.fromkeys(rule for rule in deed.rules if rule not in registered()):
        known = _meant(rule, registered())
        write = (
            f"Write `@rule def {rule}` in a stage's rules.py; a new module of a rules/ is imported in its __init__.py."
        )
        yield Error(f"{name}: nobody registered the rule {rule}", hint=known or write, id="workflow.E004")
    for state in sorted({*deed.sources, *deed.targets} - set(machine.states.values)):
        yield Error(f"{name}: unknown state {state}", hint=_meant(state, machine.states.values), id="workflow.E012")
    back = machine.deeds.get(deed.undo)
    if deed.undo and not (back and set(deed.targets) <= set(back.sources) and set(deed.sources) & set(back.targets)):
        yield Error(
            f"{name}: {deed.undo} does not take it back", hint=_meant(deed.undo, machine.deeds), id="workflow.E014"
        )


def _meant(word: str, known: Iterable[str]) -> str | None:
    close = get_close_matches(word, list(known), n=1)
    return f"Did you mean {close[0]}?" if close else None


def _unattended(machine: Machine) -> Iterator[Error]:
    for state in sorted(set(machine.states.values) - set(machine.final) - set(machine.waits)):
        yield Error(f"{machine.name}: nobody is waited for in {state}", id="workflow.E011")
    for role in sorted({role for roles in machine.waits.values() for role in roles} - set(Role.values)):
        yield Error(f"{machine.name}: waits for an unknown role {role}", id="workflow.E003")


def _unreachable(machine: Machine) -> Iterator[Error]:
    edges = set(machine.edges())
    for state in set(machine.states.values) - _closure(edges, {machine.initial}):
        yield Error(f"{machine.name}: no move leads to {state}", id="workflow.E005")
    ends = _closure({(target, source) for source, target in edges}, set(machine.final))
    for state in set(machine.states.values) - ends:
        yield Error(f"{machine.name}: {state} can never end", id="workflow.E006")


def _closure(edges: set[tuple[str, str]], start: set[str]) -> set[str]:
    reached = set(start)
    while more := {target for source, target in edges if source in reached} - reached:
        reached |= more
    return reached


@register()
def reactions_name_real_deeds(**_kwargs: Any) -> list[CheckMessage]:
    """A reaction to a move that does not exist would never run."""
    return list(strangers(reacting()))


def strangers(waited_for: Iterable[str]) -> Iterator[Error]:
    """The deeds that no table has."""
    known = {f"{machine.name}.{name}" for machine in MACHINES.values() for name in (*machine.deeds, "begin")}
    for deed in sorted(set(waited_for) - known):
        message = f"A reaction waits for {deed}, which no table has"
        yield Error(message, hint=_meant(deed, known), id="workflow.E007")


@register()
def rules_guard_something(**_kwargs: Any) -> list[CheckMessage]:
    """A rule that no row names would never refuse."""
    return list(idle(registered()))


def idle(rules: Iterable[str]) -> Iterator[Error]:
    """The rules that guard nothing."""
    deeds = [deed for machine in MACHINES.values() for deed in (machine.begin, *machine.deeds.values())]
    for rule in sorted(set(rules) - {rule for deed in deeds for rule in deed.rules}):
        hint = "Put its name into rules=(…) of a row of workflow/lifecycle.py, or take it out."
        yield Error(f"The rule {rule} guards no move", hint=hint, id="workflow.E013")


@register()
def domain_is_plugged(**_kwargs: Any) -> list[CheckMessage]:
    """Without a domain every move is refused."""
    return [] if plugged() else [Error("workflow.ports: no domain is plugged in", id="workflow.E008")]


@register()
def models_agree(**_kwargs: Any) -> list[CheckMessage]:
    """Every stateful model carries a method for each deed of its machine, and no other."""
    return [
        Error(f"{model.__name__} and its machine disagree", id="workflow.E009")
        for model in stateful_models()
        if not agrees(model)
    ]


def agrees(model: type[Stateful]) -> bool:
    """Whether the model has exactly the methods of its machine."""
    there = {name.removeprefix("fsm_") for name in dir(model) if name.startswith("fsm_")}
    return there == set(model.machine().deeds)


@register(Tags.database)
def guards_are_installed(databases: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """The triggers in the database are those of the code, and let pass the edges of the table."""
    if not databases or "default" not in databases:
        return []
    try:
        if not guards_sql.tables_are_there():
            return []
        triggers, edges = guards_sql.compare(), guards_sql.compare_edges()
    except DatabaseError as error:
        return [
            checks.Warning(
                f"The database did not answer: {type(error).__name__} on {connection.alias}", id="workflow.W001"
            )
        ]
    problems = [
        f"{kind} {name} is {fault}"
        for kind, found in (("Guard", triggers), ("Edge", edges))
        for fault, names in zip(("missing", "foreign"), found, strict=True)
        for name in sorted(names)
    ]
    return [Error(problem, hint="manage.py migrate puts it right.", id="workflow.E010") for problem in problems]
