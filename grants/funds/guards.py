"""What the database guards on the books: nothing is entered in a period that is closed."""

from __future__ import annotations

from grants.funds.models import Account, Closing, Entry, Posting, Reopening
from grants.programmes.models import Round
from workflow.guards_sql import Guard, guard


def guard_books() -> None:
    """From now on these guards belong to the expected set."""
    rounds, entries, postings = Round._meta.db_table, Entry._meta.db_table, Posting._meta.db_table
    accounts, closings, reopenings = Account._meta.db_table, Closing._meta.db_table, Reopening._meta.db_table
    closed = "e.date <= r.closed_through"
    of_round = f"{accounts} a JOIN {rounds} r ON r.id = a.round_id WHERE a.id IN (NEW.debit_id, NEW.credit_id)"
    late = f"SELECT 1 FROM {entries} e, {of_round} AND e.id = NEW.entry_id AND {closed}"  # noqa: S608 -- our own names
    later = f"SELECT 1 FROM {closings} c WHERE c.round_id = NEW.round_id AND c.through >= NEW.through"  # noqa: S608
    again = f"AND NOT EXISTS (SELECT 1 FROM {reopenings} o WHERE o.closing_id = c.id)"  # noqa: S608
    guard(
        Guard(postings, "open_period", "INSERT", f"EXISTS ({late})", "the books of that day are closed"),
        Guard(closings, "forward", "INSERT", f"EXISTS ({later} {again})", "the books are closed further"),
    )
