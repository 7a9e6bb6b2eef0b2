"""The registry of named rules: a move names its rules, a stage registers them. What nobody registered refuses."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, overload

from django.db.models import Model
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from workflow.ports import Actor, Given
from workflow.refusals import Refusal
from workflow.table import Deed, Paper

Answer = Refusal | None
Check = Callable[..., Answer]
Choices = Callable[[Model, Actor], list[tuple[str, str]]]
C = TypeVar("C", bound=Check)


HANDED = range(2, 5)  # record, actor, given, deed
KINDS = (
    "text",
    "longtext",
    "number",
    "money",
    "half",
    "date",
    "yes",
    "choice",
    "choices",
    "document",
    "rows",
    "password",
)


@dataclass(frozen=True, slots=True)
class Ask:
    """One field that a rule needs the person to fill in; the form of a move is the sum of its rules' asks.

    kind: one of KINDS. What is given: text, longtext, choice: str · number: int · money: fen (元 on the page) ·
    half: half points · date: "2027-03-05" · yes: bool · choices: list of str · document: its id · rows: list of dicts.
    `alone`: a document that is one file as it came; several photos are not bound into one.
    `usual`: a day that is set freely, with the name of the time that is usually given; forms begin with its end.
    """

    name: str
    label: StrOrPromise
    kind: str = "text"
    help: StrOrPromise = ""
    required: bool = True
    choices: Choices | None = None
    columns: tuple[Ask, ...] = ()
    alone: bool = False
    usual: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError for a kind that no form knows."""
        if self.kind not in KINDS:
            message = f"{self.name} is asked for as {self.kind!r}; a kind is one of: {', '.join(KINDS)}."
            raise ValueError(message)


Asks = tuple[Ask, ...] | Callable[[Any], tuple[Ask, ...]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A named reason to refuse. `check` takes record and actor and, if it wants them, what was given and the deed.

    `of_each`: about a person, and so asked of everybody whose hand is in the deed: who makes, endorses or confirms it.
    `unseen`: speaks of what others do out of sight, and so only to those who have a part in the deed.
    """

    name: str
    check: Check
    asks: Asks = ()
    wants: int = field(default=2)
    of_each: bool = False
    unseen: bool = False

    def __call__(self, record: Model, actor: Actor, given: Given, deed: Deed | None = None) -> Answer:
        """The reason against with the rule's name, marked as asked for where the form of the move removes it."""
        answer = self.check(*(record, actor, given, deed)[: self.wants])
        if answer is None:
            return None
        named = answer.given_by(self.name)
        return named.as_asked() if self.asks and not named.asked else named

    @property
    def purpose(self) -> str:
        """The first line of the docstring: what the generated reference says of the rule."""
        return (inspect.getdoc(self.check) or "").partition("\n")[0]


_rules: dict[str, Rule] = {}


@overload
def rule(check: C, /) -> C: ...
@overload
def rule(*, name: str = "", asks: Asks = (), of_each: bool = False, unseen: bool = False) -> Callable[[C], C]: ...
def rule(*checks: Any, name: str = "", asks: Asks = (), of_each: bool = False, unseen: bool = False) -> Any:
    """Register a function as the rule of its own name.

    Raises ValueError for a second rule of that name and for parameters that a rule is not handed.
    """

    def register(check: C) -> C:
        title = name or check.__name__
        if title in _rules and _rules[title].check.__module__ != check.__module__:
            message = f"Two rules are called {title}: {_rules[title].check.__module__} and {check.__module__}."
            raise ValueError(message)
        wants = len(inspect.signature(check).parameters)
        if wants not in HANDED:
            message = f"The rule {title} takes (record, actor), and if it wants them (…, given) or (…, given, deed)."
            raise ValueError(message)
        _rules[title] = Rule(title, check, asks, wants, of_each, unseen)
        return check

    return register(checks[0]) if checks else register


def registered() -> Mapping[str, Rule]:
    """Every rule known now, by name."""
    return _rules


def of_each(deed: Deed) -> tuple[str, ...]:
    """The rules of a deed that are asked of everybody whose hand is in it."""
    return tuple(name for name in deed.rules if name in _rules and _rules[name].of_each)


def asks_of(deed: Deed, record: Model, *, by_paper: bool = False) -> tuple[Ask, ...]:
    """The fields that the form of a deed asks for, each once, in the order of the table; by paper, the paper too."""
    asked: list[Ask] = []
    for name in deed.rules:
        asks = _rules[name].asks if name in _rules else ()
        asked += asks(record) if callable(asks) else asks
    if by_paper and deed.paper:
        asked += paper_asks(deed.paper)
    return tuple({ask.name: ask for ask in asked}.values())


def paper_asks(paper: Paper) -> tuple[Ask, ...]:
    """What a clerk gives who enters a paper: the signed document and who signed it."""
    return (
        Ask(paper.evidence, _("签字件（照片或扫描件）"), "document"),
        Ask("signer", _("签字人姓名")),
    )


def refusals(
    names: tuple[str, ...],
    record: Model,
    actor: Actor,
    given: Given,
    deed: Deed | None = None,
    *,
    apart: bool = False,
) -> list[Refusal]:
    """Every reason against, in the order of the table. A rule that nobody registered is a reason of its own.

    `apart`: the person has no part in the deed, and learns nothing of what is done out of sight.
    """
    answers = []
    for name in names:
        known = _rules.get(name)
        if known is None:
            answers.append(Refusal("rule_missing", gettext("系统缺少一条规则，请联系管理员。") + f"({name})"))
        elif not (apart and known.unseen) and (answer := known(record, actor, given, deed)):
            answers.append(answer)
    return answers
