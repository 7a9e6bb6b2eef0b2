"""The books: trial balance, accounts, entries with what proves them; and the files in which they leave."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext, override
from django.views.decorators.http import require_GET, require_safe

from grants.desk.queries.books import (
    accounts_seen,
    entries_of,
    entry_seen_by,
    lines_of,
    may_read_books,
    postings_of,
    reversals_of,
    rounds_with_books,
    sum_of,
    summed,
)
from grants.desk.tables.books import (
    DEFAULT_SUBJECTS,
    JOURNAL_HEADS,
    TRIAL_HEADS,
    VOUCHER_HEADS,
    account_lines,
    heads,
    journal_rows,
    kind_rows,
    months_to_choose,
    subject_rows,
    title_of,
    trial_rows,
    voucher_rows,
)
from grants.desk.tables.offers import record_url
from grants.desk.tables.sheets import as_csv, as_xlsx
from grants.desk.views.exports import KINDS
from grants.desk.views.looking import looked_at
from grants.desk.views.paging import paged
from grants.funds.books import books as beancount
from grants.funds.closing import month_of, subjects_of
from grants.funds.enums import AccountKind as K
from grants.funds.models import Account
from grants.funds.trial import Trial, closings_of, trial
from grants.programmes.models import Round
from storage.links import address
from workflow import clock
from workflow.lifecycle import Role
from workflow.ports import domain


@dataclass
class Wanted:
    """What the address asks for: a round or all, up to which day."""

    request: HttpRequest

    @cached_property
    def rounds(self) -> list[Round]:
        """The rounds to choose from. Raises Http404 for whoever does not read the books."""
        if not may_read_books(self.request.user):
            raise Http404
        return rounds_with_books(self.request.user)

    @cached_property
    def round(self) -> Round | None:
        """The round that was chosen, None for all."""
        chosen = self.request.GET.get("round", "")
        return next((one for one in self.rounds if str(one.pk) == chosen), None)

    @cached_property
    def through(self) -> dt.date | None:
        """The day up to which entries count, None for all of them; what is no day is none."""
        try:
            return dt.date.fromisoformat(self.request.GET.get("on", ""))
        except ValueError:
            return None

    @property
    def query(self) -> str:
        """The same as part of an address."""
        given = {"round": self.round.pk if self.round else "", "on": self.through.isoformat() if self.through else ""}
        return urlencode({name: value for name, value in given.items() if value})

    def trial(self) -> Trial:
        """The trial balance that was asked for; of all rounds only those that the person sees."""
        found = trial(through=self.through, round_=self.round)
        seen = {one.pk for one in self.rounds}
        return Trial({key: one for key, one in found.kinds.items() if key[0] in seen})


@require_safe
@looked_at
def books(request: HttpRequest) -> HttpResponse:
    """The trial balance by kind of account, of one round or all, at any day; of one round also its closings."""
    wanted = Wanted(request)
    chosen, found = wanted.round, wanted.trial()
    closings = list(closings_of(chosen)) if chosen else []
    roles = domain().roles(request.user, chosen) if chosen else frozenset()
    context = {
        "wanted": wanted,
        "rows": kind_rows(found, chosen.pk if chosen else None),
        "trial": found,
        "by_round": [(one, sum(found.of_round(one.pk).values(), start=_none())) for one in wanted.rounds],
        "closings": closings,
        "may_close": Role.FINANCE_OFFICER in roles,
        "may_reopen": bool(closings) and Role.LEADERSHIP in roles,
        "months": months_to_choose(clock.today()),
        "subject_rows": subject_rows(subjects_of(chosen, DEFAULT_SUBJECTS)) if chosen else [],
    }
    return render(request, "grants/desk/books.html", context)


def _none() -> Any:
    return Trial().total


@require_safe
@looked_at
def book_accounts(request: HttpRequest) -> HttpResponse:
    """The accounts of a kind, each with its turnover and balance."""
    wanted = Wanted(request)
    if not wanted.rounds:
        raise Http404
    kind = request.GET.get("kind", "")
    found = accounts_seen(request.user)
    found = found.filter(kind=kind) if kind in K.values else found
    found = found.filter(round=wanted.round) if wanted.round else found
    part = paged(request, summed(found, wanted.through).select_related("project", "source", "round").order_by("pk"))
    rows = [
        (one, title_of(one), one.came or 0, one.went or 0, (one.came or 0) - (one.went or 0)) for one in part["page"]
    ]
    context = {"wanted": wanted, "kind": kind, "kinds": K.choices, "rows": rows, **part}
    return render(request, "grants/desk/book_accounts.html", context)


@require_safe
@looked_at
def book_account(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: every posting with the balance after it, the latest first."""
    wanted, account = Wanted(request), _account(request, pk)
    found = postings_of(account, wanted.through)
    part = paged(request, found)
    total = sum_of(found)
    shown: list[Any] = list(part["page"])
    rows, balance = lines_of(shown), total - (shown[0].later if shown else 0)
    lines = list(account_lines(account, rows, balance, reversals_of(rows)))
    context = {
        "wanted": wanted,
        "account": account,
        "title": title_of(account),
        "lines": lines,
        "balance": total,
        **part,
    }
    return render(request, "grants/desk/book_account.html", context)


def _account(request: HttpRequest, pk: int) -> Account:
    found = accounts_seen(request.user).select_related("project", "source", "round").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@require_safe
@looked_at
def book_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry: its postings, its paper, the step that caused it, and whether all of it still holds."""
    found = entry_seen_by(request.user, pk)
    if found is None:
        raise Http404
    record = getattr(found.step, "record", None)
    context = {
        "file": found,
        "entry": found.entry,
        "postings": [(row, title_of(row.debit), title_of(row.credit)) for row in found.postings],
        "record": record,
        "record_url": record_url(record) if record else "",
        "deed": record.machine().deeds.get(found.step.move) if record else None,
        "paper": address(found.paper) if found.paper else "",
    }
    return render(request, "grants/desk/book_entry.html", context)


# Files -----------------------------------------------------------------------------------------------------------

TEXT = "text/plain; charset=utf-8"


@require_GET
@looked_at
def books_export(request: HttpRequest, what: str, kind: str) -> HttpResponse:
    """Trial balance, journal, vouchers or the whole books as a file; the same rows give the same bytes."""
    wanted = Wanted(request)
    if not wanted.rounds or (what, kind) not in FILES:
        raise Http404
    made = FILES[what, kind](wanted)
    answer = HttpResponse(made.content, content_type=KINDS.get(kind, TEXT))
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{made.name}.{kind}") or ""
    return answer


@dataclass(frozen=True)
class File:
    """A file that leaves: its name without the ending, its bytes."""

    name: str
    content: bytes


def _sheet(
    kind: str, make: Callable[[Wanted], tuple[str, list[str], list[Any], list[int]]]
) -> Callable[[Wanted], File]:
    def made(wanted: Wanted) -> File:
        title, names, rows, widths = make(wanted)
        content = as_csv(names, rows) if kind == "csv" else as_xlsx(title, names, rows, widths=widths)
        return File(title, content)

    return made


def _of_round(wanted: Wanted) -> Round:
    if wanted.round is None:
        raise Http404
    return wanted.round


def _trial(wanted: Wanted) -> tuple[str, list[str], list[Any], list[int]]:
    found, chosen = wanted.trial(), wanted.round
    rows = trial_rows(kind_rows(found, chosen.pk if chosen else None), found.total)
    title = "-".join([gettext("试算平衡表"), *([chosen.code] if chosen else [])])
    return title, heads(TRIAL_HEADS), rows, [18, 20, 20, 20]


def _journal(wanted: Wanted) -> tuple[str, list[str], list[Any], list[int]]:
    chosen = _of_round(wanted)
    rows = list(journal_rows(entries_of(chosen, through=wanted.through)))
    title = f"{gettext('分录')}-{chosen.code}"
    return title, heads(JOURNAL_HEADS), rows, [10, 12, 12, 36, 30, 30, 16, 18, 24, 8, 20, 16, 20]


def _vouchers(wanted: Wanted) -> tuple[str, list[str], list[Any], list[int]]:
    chosen = _of_round(wanted)
    since, through = month_of(wanted.request.GET.get("month", ""))
    if since is None:
        raise Http404
    entries, subjects = entries_of(chosen, since=since, through=through), subjects_of(chosen, DEFAULT_SUBJECTS)
    with override("zh-hans"):  # the accounting system reads it, whoever takes it along
        rows, names = list(voucher_rows(entries, subjects)), heads(VOUCHER_HEADS)
        title = f"{gettext('记账凭证')}-{chosen.code}-{since:%Y%m}"
    return title, names, rows, [12, 8, 8, 36, 12, 20, 16, 16, 18, 8, 10]


def _beancount(wanted: Wanted) -> File:
    chosen = _of_round(wanted)
    return File(chosen.code, beancount(chosen).encode())


FILES: dict[tuple[str, str], Callable[[Wanted], File]] = {
    **{("trial", kind): _sheet(kind, _trial) for kind in ("csv", "xlsx")},
    **{("journal", kind): _sheet(kind, _journal) for kind in ("csv", "xlsx")},
    **{("vouchers", kind): _sheet(kind, _vouchers) for kind in ("csv", "xlsx")},
    ("books", "beancount"): _beancount,
}
