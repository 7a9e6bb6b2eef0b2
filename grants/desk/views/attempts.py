"""Calling a command from a page, and what the page says when it is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.utils.translation import gettext

from workflow.actions import Busy, KeyReused, Refused, Stale
from workflow.refusals import Refusal

T = TypeVar("T")


@dataclass
class Trouble:
    """Why nothing was done: the status of the answer, one line, and the reasons that belong to no field."""

    status: int
    headline: str
    reasons: list[Refusal] = field(default_factory=list)


def attempt(call: Callable[[], T]) -> tuple[T | None, Trouble | None]:
    """What the command answered, or what stood against it."""
    try:
        return call(), None
    except Stale as refusal:
        return None, Trouble(409, gettext("您打开之后，这里有了新的变化"), list(refusal.reasons))
    except KeyReused as refusal:
        return None, Trouble(422, gettext("这个页面已经提交过别的内容"), list(refusal.reasons))
    except Busy as refusal:
        return None, Trouble(503, gettext("系统正忙，没有办成"), list(refusal.reasons))
    except Refused as refusal:
        return None, Trouble(422, gettext("还不能办理"), list(refusal.reasons))


def incomplete() -> Trouble:
    """What was typed cannot be read yet."""
    return Trouble(422, gettext("还有几处要改"))


def undecided() -> Trouble:
    """Somebody else has changed the same, and it is not said yet whose word it is to be."""
    return Trouble(409, gettext("有人和您同时改了同一处"))


def at_fields(trouble: Trouble, form: Any) -> Trouble:
    """Reasons that name a field of the form stand there; the others stay in the summary."""
    fields = form.fields if form is not None else {}
    for reason in trouble.reasons:
        if reason.at in fields:
            form.add_error(reason.at, str(reason.message))
    trouble.reasons = [reason for reason in trouble.reasons if reason.at not in fields]
    return trouble
