"""What the database guards on the books: no entry in a closed period, no source beyond what it is tied to."""

from __future__ import annotations

from grants.applications.enums import MoneySource
from grants.applications.models import BudgetLine, BudgetVersion, Project
from grants.funds.enums import LimitKind
from grants.funds.models import (
    Account,
    Allocation,
    Closing,
    Entry,
    FundingSource,
    PaymentHold,
    Posting,
    Reopening,
    SourceLimit,
)
from grants.people.models import Organisation
from grants.programmes.models import Round
from workflow.guards_sql import Guard, guard, seal


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
    guard_terms()
    seal(PaymentHold, "lifted_by", "lifted_behalf", "lifted_at", "lifted_reason")
    lifted = "a hold that was lifted stays as it is"
    guard(Guard(PaymentHold._meta.db_table, "lifted_stays", "UPDATE", "OLD.lifted_at IS NOT NULL", lifted))


def guard_terms() -> None:
    """A source takes on no more of a project than its terms allow; what it carries already may stay or fall."""
    table, limits, projects = Allocation._meta.db_table, SourceLimit._meta.db_table, Project._meta.db_table
    places, sources = Organisation._meta.db_table, FundingSource._meta.db_table
    of_source = f"SELECT 1 FROM {limits} l"  # noqa: S608 -- our own names, as all below
    mine = f"{projects} p WHERE p.id = NEW.project_id AND l.source_id = NEW.source_id"
    field = f"{of_source}, {mine} AND l.code = p.field"
    area = f"{of_source} JOIN {places} o ON o.id = l.area_id, {mine} AND p.scope LIKE o.path || '%'"
    over = (
        f"SELECT 1 FROM {sources} s, {projects} p WHERE s.id = NEW.source_id AND p.id = NEW.project_id"  # noqa: S608
        " AND NEW.amount_fen > s.most_pct * p.granted_fen / 100"
    )
    purpose = (
        f"SELECT COALESCE(SUM(b.amount_fen), 0) FROM {BudgetLine._meta.db_table} b"  # noqa: S608
        f" JOIN {BudgetVersion._meta.db_table} v ON v.id = b.budget_id JOIN {limits} l ON l.code = b.category"
        f" WHERE l.source_id = NEW.source_id AND l.kind = '{LimitKind.CATEGORY}' AND b.source = '{MoneySource.GRANT}'"
        f" AND v.id = (SELECT MAX(w.id) FROM {BudgetVersion._meta.db_table} w WHERE w.project_id = NEW.project_id)"
    )
    terms = {
        "field": f"{_limited(of_source, LimitKind.FIELD)} AND NOT EXISTS ({field} AND l.kind = '{LimitKind.FIELD}')",
        "area": f"{_limited(of_source, LimitKind.AREA)} AND NOT EXISTS ({area})",
        "share": f"EXISTS ({over})",
        "purpose": f"{_limited(of_source, LimitKind.CATEGORY)} AND NEW.amount_fen > ({purpose})",
    }
    for name, broken in terms.items():
        message = "the source is not for this project"
        guard(
            Guard(table, f"{name}_new", "INSERT", f"NEW.amount_fen > 0 AND {broken}", message),
            Guard(table, f"{name}_more", "UPDATE", f"NEW.amount_fen > OLD.amount_fen AND {broken}", message),
        )


def _limited(of_source: str, kind: str) -> str:
    return f"EXISTS ({of_source} WHERE l.source_id = NEW.source_id AND l.kind = '{kind}')"
