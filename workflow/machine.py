"""The table becomes django-fsm transitions: StateField and Stateful, the only place that names the engine."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _

from workflow.table import Back, Deed, Machine

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", category=UserWarning, module="django_fsm")
    from django_fsm import GET_STATE, FSMField, transition


def _target(deed: Deed) -> Any:
    """The django-fsm target: nothing for an act, a state, or what the record remembers."""
    if isinstance(deed.target, Back):
        remembered = deed.target.field
        return GET_STATE(lambda record, *_a, **_k: getattr(record, remembered), states=list(deed.target.states))
    return deed.target


class StateField(FSMField):
    """A state that only the moves of its machine change. Migrations name this class: the engine can be exchanged."""

    def __init__(self, machine: Machine | None = None, **options: Any) -> None:
        self.machine = machine
        if machine:
            options |= {"choices": machine.states.choices, "default": machine.initial, "protected": True}
            options |= {"max_length": 30, "db_index": True}
        super().__init__(**options)

    def contribute_to_class(self, cls: type[models.Model], name: str, *args: Any, **kwargs: Any) -> None:
        """Give the model one method for every move and act of the machine; in a migration it is a mere column."""
        if self.machine is None:
            models.CharField.contribute_to_class(self, cls, name, *args, **kwargs)
            return
        super().contribute_to_class(cls, name, *args, **kwargs)
        for deed in self.machine.deeds.values():
            setattr(cls, f"fsm_{deed.name}", self._method(deed))

    def _method(self, deed: Deed) -> Callable[[models.Model], None]:
        def move(record: models.Model) -> None:
            """Change the state; everything else is the business of take()."""

        move.__name__ = f"fsm_{deed.name}"
        made: Callable[[models.Model], None] = transition(self, source=list(deed.sources), target=_target(deed))(move)
        return made


class Stateful(models.Model):
    """A record with a life: its state, the version a person saw, and the length and head of its trail.

    `found` names columns that a beginning fills from how things stand, not from what the person asks.
    """

    found: Sequence[str] = ()

    lock_related: Sequence[str] = ()
    """What is read together with the locked row: everything its rules look at."""

    state: Any
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    steps = models.PositiveIntegerField(_("留痕条数"), default=0, editable=False)
    head = models.CharField(_("留痕校验值"), max_length=64, default="", editable=False)

    class Meta:
        abstract = True

    @classmethod
    def machine(cls) -> Machine:
        """The machine of the table that this kind of record obeys."""
        field: Any = cls._meta.get_field("state")
        found: Machine = field.machine
        return found

    def refresh_from_db(
        self, using: str | None = None, fields: Iterable[str] | None = None, from_queryset: Any = None
    ) -> None:
        """Let the database speak: a protected field otherwise refuses its own value."""
        wanted = None if fields is None else list(fields)
        if wanted is None or "state" in wanted:
            self.__dict__.pop("state", None)
        super().refresh_from_db(using, wanted, from_queryset)

    @property
    def is_final(self) -> bool:
        """Whether the record has come to one of its ends."""
        return str(self.state) in self.machine().final

    @property
    def label(self) -> str:
        """The state in words."""
        return str(self.machine().states(self.state).label)


class AppendOnly(models.Model):
    """Rows that are written once; the database refuses UPDATE and DELETE.

    A text that is `fillable` may be filled once and stays, one that is `erasable` may be blanked and stays blank.
    """

    fillable: Sequence[str] = ()
    erasable: Sequence[str] = ()

    class Meta:
        abstract = True


def stateful_models() -> list[type[Stateful]]:
    """Every kind of record that has a life."""
    return [model for model in apps.get_models() if issubclass(model, Stateful)]


def apply(record: Stateful, deed: Deed) -> None:
    """Change the state in memory through django-fsm, which guards the edge a second time.

    Where a later move leads Back, the record remembers the state it has just left.
    """
    source = str(record.state)
    getattr(record, f"fsm_{deed.name}")()
    for move in record.machine().by_state[str(record.state)]:
        if isinstance(move.target, Back) and source in move.target.states:
            setattr(record, move.target.field, source)
