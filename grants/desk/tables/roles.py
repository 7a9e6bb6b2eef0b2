"""What a role may do, read from the table: its deeds by stage, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django_stubs_ext import StrOrPromise

from grants.desk.words import PURPOSES
from workflow.lifecycle import MACHINES, PROJECT, Role, Stage
from workflow.phrases import listed
from workflow.table import Deed, Machine

NAMED = 12


@dataclass(frozen=True)
class Power:
    """One deed of a role: what, in which states, how (alone, with others, by paper), and where it leads."""

    label: StrOrPromise
    states: str
    how: str
    leads: str


def powers(role: str) -> list[dict[str, Any]]:
    """Everything the role has a part in: the project's six stages in their order, then what goes on beside them."""
    groups = [
        {"label": stage.label, "powers": [_power(PROJECT, deed, role) for deed in _of_stage(stage, role)]}
        for stage in Stage
    ]
    for machine in MACHINES.values():
        if machine is not PROJECT:
            mine = [deed for deed in _deeds(machine) if role in deed.roles]
            groups.append({"label": machine.label, "powers": [_power(machine, deed, role) for deed in mine]})
    return [group for group in groups if group["powers"]]


def _deeds(machine: Machine) -> Iterator[Deed]:
    yield machine.begin
    yield from machine.deeds.values()


def _of_stage(stage: Stage, role: str) -> Iterator[Deed]:
    """The role's deeds that begin in the stage; one that can be done in several stands under the first."""
    for deed in _deeds(PROJECT):
        first = PROJECT.stage_of(deed.sources[0]) if deed.sources else Stage.APPLICATION
        if first == stage and role in deed.roles:
            yield deed


def _power(machine: Machine, deed: Deed, role: str) -> Power:
    states = listed(machine.states(state).label for state in deed.sources)
    if len(deed.sources) > NAMED:
        states = gettext("%(n)s种状态") % {"n": len(deed.sources)}
    leads = listed(machine.states(state).label for state in deed.targets)
    return Power(deed.label, states, _how(deed, role), leads if len(deed.targets) == 1 else "")


def _how(deed: Deed, role: str) -> str:
    if role in deed.by:
        others = listed(Role(one).label for one in deed.also)
        return gettext("办理，须%(roles)s会签") % {"roles": others} if others else gettext("办理")
    if role in deed.also:
        return gettext("会签")
    paper = deed.paper
    if paper and role in paper.by:
        return gettext("凭签字件录入，再由另一个人核对")
    return gettext("核对签字件")


def role_choices() -> list[dict[str, Any]]:
    """Every role that somebody can hold, with what it is for."""
    return [
        {"role": role.value, "label": role.label, "purpose": PURPOSES.get(role, "")}
        for role in Role
        if role != Role.SYSTEM
    ]
