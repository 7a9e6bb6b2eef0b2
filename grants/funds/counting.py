"""The pattern that no race can overspend: a conditional update changes exactly one row, or the command is refused."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Model, QuerySet
from django.utils.translation import gettext

from grants.funds.models import Tranche
from workflow.refusals import Refusal, Refused


def one_row(rows: QuerySet[Any], refusal: Refusal, **changes: Any) -> None:
    """The conditional update: exactly one row changes, or the whole command is refused."""
    if rows.update(**changes) != 1:
        raise Refused([refusal])


def reread(record: Model, *fields: str) -> None:
    """The record in memory shows what the database says, so that saving it later changes nothing."""
    record.refresh_from_db(fields=fields)


def refused(code: str, message: str) -> Refused:
    """The refusal of a command for one reason."""
    return Refused([Refusal(code, message)])


def broken() -> Refusal:
    """The reason when counters and postings have parted: a person must look."""
    return Refusal("books_broken", gettext("账目对不上，这一步没有办理，请联系管理员核对。"))


def room_in(tranche: Tranche, fen: int) -> QuerySet[Tranche]:
    """The tranche, if that much of it is neither paid nor released."""
    return Tranche.objects.filter(pk=tranche.pk, planned_fen__gte=F("paid_fen") + F("released_fen") + fen)
