"""The day under which money is entered, where the books of its own day are closed."""

from __future__ import annotations

import datetime as dt

from django.db import connection

from grants.funds.models import Account
from grants.programmes.models import Round
from workflow import clock


def open_day(date: dt.date, account: Account) -> tuple[dt.date, dt.date | None]:
    """(the day under which a fact of that day is entered, the day it happened if that is another).

    A day of a closed period cannot be entered any more: what the bank tells late is entered on the first open day and
    keeps its own as value date. The round is locked against a closing that is on its way.
    """
    if date >= clock.today():
        return date, None
    through = _closed_through(account.round_id)
    if through is None or date > through:
        return date, None
    return through + dt.timedelta(days=1), date


def _closed_through(round_: int) -> dt.date | None:
    table = Round._meta.db_table
    share = " FOR SHARE" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT closed_through FROM {table} WHERE id = %s{share}", [round_])  # noqa: S608 -- our own name
        found = cursor.fetchone()[0]
    return dt.date.fromisoformat(found) if isinstance(found, str) else found
