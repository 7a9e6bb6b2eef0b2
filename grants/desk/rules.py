"""Which deeds can be done on many projects at once: read from the table, by what they ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext

from grants.desk.queries.bulk import MOST
from workflow.lifecycle import PROJECT, Role
from workflow.refusals import Refusal
from workflow.rules import Ask, asks_of, registered
from workflow.table import Deed

SHARED_KINDS = frozenset({"yes", "date", "choice", "choices"})
SHARED_WORDS = frozenset({"reason", "items"})
"""Words that may be said once for all; opinions, ranks, amounts and papers belong to one project."""
ONE_BY_ONE = frozenset({"assign_reviewers", "replace_reviewer", "withdraw_voucher", "decide_voucher", "match_refund"})
"""What is chosen here is always of one project, whatever the names of the choices."""


def can_be_shared(deed: Deed) -> bool:
    """Whether one person may do the deed alone, and whatever it asks may be answered once for all."""
    if set(deed.by) == {Role.SYSTEM} or deed.also or deed.name in ONE_BY_ONE:
        return False
    known = [registered()[name] for name in deed.rules if name in registered()]
    return all(not callable(rule.asks) and all(_shared(ask) for ask in rule.asks) for rule in known)


def _shared(ask: Ask) -> bool:
    return ask.kind in SHARED_KINDS or (ask.kind == "longtext" and ask.name in SHARED_WORDS)


def bulk_deeds() -> dict[str, Deed]:
    """Every deed of the table that can be done on many projects at once, by name."""
    return {deed.name: deed for deed in PROJECT.deeds.values() if can_be_shared(deed)}


def same_choices(deed: Deed, records: Sequence[Any], actor: Any) -> bool:
    """Whether the first and the last of the records offer the same choices: those of the round, not of one project."""
    if not records:
        return True
    first, last = records[0], records[-1]
    asks = [ask for ask in asks_of(deed, first) if ask.choices]
    return first is last or all(ask.choices and ask.choices(first, actor) == ask.choices(last, actor) for ask in asks)


def cannot_start(move: str, count: int) -> Refusal | None:
    """The reason against a bulk deed before any project is looked at."""
    if move not in bulk_deeds():
        return Refusal("not_in_bulk", gettext("这一步要逐个办理。"))
    if not count:
        return Refusal("none_chosen", gettext("请先选至少一个项目。"))
    if count > MOST:
        return Refusal("too_many", gettext("一次最多办%(n)s个，请先缩小范围。") % {"n": MOST})
    return None
