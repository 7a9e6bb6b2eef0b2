from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

class _Transition:
    """A bound transition: callable, and askable whether it may be called."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...
    def can_proceed(self) -> bool: ...
    def original(self, *args: Any, **kwargs: Any) -> Any: ...

class _Status:
    def transition(self, source: Any, target: Any = ..., **options: Any) -> Callable[[F], F]: ...
    def super(self) -> Callable[[F], F]: ...

class Activation:
    status: _Status
    type: str
    task: Any
    process: Any
    flow_task: Any
    flow_class: Any
    activate: Any
    create_next: Any
    complete: Any
    activate_next: _Transition
    undo: _Transition
    revive: _Transition
    def __init__(self, task: Any) -> None: ...
    @classmethod
    def create(cls, flow_task: Any, prev_activation: Any, token: Any, data: Any = ..., seed: Any = ...) -> Any: ...

class HumanActivation(Activation):
    """What `task.activation()` gives for a `flow.View` node (named ViewActivation in viewflow.workflow.nodes.view)."""

    assign: _Transition
    unassign: _Transition
    reassign: _Transition
    start: _Transition
    execute: _Transition
    cancel: _Transition
