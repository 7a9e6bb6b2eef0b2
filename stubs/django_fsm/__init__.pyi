"""The part of django-fsm (or django-fsm-2) that workflow/ uses."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar

from django.db import models

P = ParamSpec("P")
R = TypeVar("R")

class TransitionNotAllowed(Exception):
    object: Any
    method: Any

class Transition:
    name: str
    source: str
    target: str | None
    custom: Mapping[str, Any]

class FSMField(models.CharField[str, str]):
    protected: bool
    transitions: dict[type[models.Model], dict[str, Callable[..., Any]]]
    def contribute_to_class(
        self, cls: type[models.Model], name: str, private_only: bool = ..., **kwargs: Any
    ) -> None: ...
    def get_state(self, instance: models.Model) -> str: ...
    def get_all_transitions(self, instance_cls: type[models.Model]) -> Iterator[Transition]: ...

class GET_STATE:
    def __init__(self, func: Callable[..., str], states: Iterable[str] | None = ...) -> None: ...

def transition(
    field: FSMField | str,
    source: str | Sequence[str] = ...,
    target: str | GET_STATE | None = ...,
    on_error: str | None = ...,
    conditions: Iterable[Callable[..., bool]] = ...,
    permission: str | Callable[..., bool] | None = ...,
    custom: Mapping[str, Any] = ...,
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
def can_proceed(bound_method: Callable[..., Any], check_conditions: bool = ...) -> bool: ...
