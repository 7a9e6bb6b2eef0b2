"""viewflow's engine: one Flow a machine, generated from the table. It says whose turn it is and never moves anything.

Never rename these classes or nodes: rows hold 'workflow/flows.ProjectWork.at_draft'.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from viewflow import this
from viewflow.workflow import flow, lock
from viewflow.workflow.base import Edge, Flow, FlowMetaClass
from viewflow.workflow.nodes.handle import HandleActivation

from workflow import clock
from workflow.lifecycle import MACHINES
from workflow.models import Item, Turn, Work
from workflow.table import Machine


class WaitingActivation(HandleActivation):
    """An open item: made with its turns, finished by code when the record has moved on to the node that follows."""

    following: Any = None

    @classmethod
    def create(cls, flow_task: Any, prev_activation: Any, token: Any, data: Any = None, seed: Any = None) -> Any:
        """Write the item and the roles it waits for."""
        task = Item(process=prev_activation.process, flow_task=flow_task, token=token)
        details: dict[str, Any] = {"kind": "turn", "since": clock.now(), "created": clock.now()} | (data or {})
        roles = details.pop("roles", flow_task.roles)
        for name, value in details.items():
            setattr(task, name, value)
        task.save(force_insert=True)
        task.previous.through._default_manager.create(from_item=task, to_item=prev_activation.task)
        Turn.objects.bulk_create([Turn(item=task, role=role) for role in roles])
        return cls(task)

    @HandleActivation.status.transition(source="DONE")
    def create_next(self) -> Iterator[Any]:
        """Go to the node of the state the record is in now."""
        yield self.following.activation_class.create(self.following, self, self.task.token)


class Waiting(flow.Handle):
    """A node of the flow: a state in which the record waits, or a side item such as an endorsement."""

    task_type = "HUMAN"
    activation_class = WaitingActivation

    def __init__(self, roles: tuple[str, ...] = (), targets: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.roles = roles
        self.targets = targets

    def _outgoing(self) -> Iterator[Edge]:
        for target in self.targets:
            yield Edge(src=self, dst=self.flow_class.instance.node(target), edge_class="next")

    def _resolve(self, cls: Any) -> None:
        """Nothing to resolve: the edges are names from the table."""


class Beginning(flow.StartHandle):
    """The start of a record's work: straight to the item of its first state."""


def node_of(machine: Machine, state: str) -> str:
    """The node of a state: at_<state>, or the end for a final one."""
    return "end" if state in machine.final else f"at_{state}"


def build(machine: Machine) -> type[Flow]:
    """The Flow of a machine: one waiting node a state, side nodes for endorsements and scores, one end."""
    body: dict[str, Any] = {
        "__module__": __name__,
        "__doc__": f"{machine.name}\n\n{machine.label}",
        "process_class": Work,
        "task_class": Item,
        "lock_impl": lock.SelectForUpdateLock(nowait=False),
        "end": flow.End(),
        "side": Waiting(),
    }
    for state in machine.states.values:
        if state not in machine.final:
            targets = {node_of(machine, target) for source, target in machine.edges() if source == state}
            body[f"at_{state}"] = Waiting(tuple(machine.waits.get(state, ())), tuple(sorted(targets)))
    body["start"] = flow.StartHandle().Next(getattr(this, f"at_{machine.initial}"))
    name = "".join(part.title() for part in machine.name.split("_")) + "Work"
    make: Any = FlowMetaClass
    built: type[Flow] = make(name, (Flow,), body)
    return built


FLOWS = {name: build(machine) for name, machine in MACHINES.items()}
globals().update({built.__name__: built for built in FLOWS.values()})
