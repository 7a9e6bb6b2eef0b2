"""The books on pages: at any day, down to the voucher, and in files that open elsewhere."""

from __future__ import annotations

import csv
import datetime as dt
import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from grants.desk.tables.books import title_of
from grants.funds import commands as books
from grants.funds.models import Account, Entry, Posting
from grants.people.commands import grant_role
from grants.people.models import User
from tests.factories import on, together
from tests.grants.desk.visiting import Visitor
from tests.grants.funds.builders import (
    World,
    document,
    doing,
    paid,
    person,
    requested,
    signed,
    source,
    verified_account,
)
from tests.snapshots import rolled_back
from workflow.lifecycle import Role
from workflow.ports import SYSTEM

FORMULA = "=HYPERLINK(1)"


@pytest.fixture(scope="module")
def at(django_db_setup: None, django_db_blocker: Any) -> Any:
    """A round in June and July: paid, an expense accepted and taken back, with a memo that Excel must not run."""
    with django_db_blocker.unblock(), rolled_back():
        from tests.grants.funds.builders import world  # noqa: PLC0415 -- made where the database is open

        made = world()
        with on(2027, 6, 10):
            source(made)
            project = signed(made)
            verified_account(made, project)
            payment = paid(made, requested(made, project))
        with on(2027, 7, 5):
            paper = document(made.payee_officer)
            spent = doing(
                payment.project,
                lambda it, done: books.spend(it, "VENUE", 500, FORMULA, done=done, document=paper),
                actor=made.finance_officer,
            )
            doing(payment.project, lambda _it, done: books.unspend(spent, done=done), actor=made.finance_officer)
        yield made


@pytest.fixture
def auditor(at: World, db: None) -> User:
    """Somebody who audits."""
    one = person("auditor")
    grant_role(one, Role.AUDITOR, actor=SYSTEM, organisation=at.province)
    return one


def account(kind: str) -> Account:
    return Account.objects.get(kind=kind)


def export(who: User, what: str, kind: str, **query: Any) -> bytes:
    answer = Visitor(who).client.get(reverse("books_export", args=[what, kind]), query)
    assert answer.status_code == 200
    return bytes(answer.content)


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_debits_and_credits_are_equal_on_every_day(at: World, auditor: User):
    page = Visitor(auditor).open("books", query=f"?round={at.round.pk}")
    assert "借贷两边相等" in page
    assert "18,083.10" in page
    early = Visitor(auditor).open("books", query=f"?round={at.round.pk}&on=2027-06-09")
    assert "这里还没有分录" in early


def test_the_books_are_for_finance_leadership_and_audit(at: World, auditor: User):
    entry = Entry.objects.first()
    assert entry
    for who, status in (
        (at.finance_officer, 200),
        (at.cashier, 200),
        (at.programme_officer, 404),
        (at.payee_officer, 404),
    ):
        visitor = Visitor(who)
        visitor.open("books", status=status)
        visitor.open("book_accounts", status=status)
        visitor.open("book_account", account("held").pk, status=status)
        visitor.open("book_entry", entry.pk, status=status)
        assert visitor.client.get(reverse("books_export", args=["trial", "csv"])).status_code == status


def test_an_account_shows_every_line_with_the_balance_after_it(at: World, auditor: User):
    page = Visitor(auditor).open("book_account", account("held").pk)
    assert page.index("冲销：") < page.index("拨款：")
    for figure in ("18,083.10", "18,078.10"):
        assert figure in page
    before = Visitor(auditor).open("book_account", account("held").pk, query="?on=2027-06-30")
    assert "18,078.10" not in before


def test_a_reversal_stands_beside_what_it_reverses(at: World, auditor: User):
    entry = Entry.objects.get(memo=FORMULA)
    page = Visitor(auditor).open("book_entry", entry.pk)
    assert "冲销它的分录" in page
    assert reverse("book_entry", args=[entry.reversed_by.pk]) in page
    assert "刚刚重新算过，三项都对" in page
    assert reverse("book_entry", args=[entry.pk]) in Visitor(auditor).open("book_entry", entry.reversed_by.pk)


def test_accounts_of_a_kind_are_listed_with_their_sums(at: World, auditor: User):
    page = Visitor(auditor).open("book_accounts", query=f"?round={at.round.pk}&kind=undrawn")
    assert title_of(account("undrawn")) in page
    assert account("held").name not in page
    assert "7,749.90" in page


def test_no_text_of_a_person_is_a_formula_in_a_file(at: World, auditor: User):
    rows = table(export(auditor, "journal", "csv", round=at.round.pk))
    assert any(f"'{FORMULA}" in row for row in rows)
    assert len(rows) == Posting.objects.count() + 1
    book = load_workbook(io.BytesIO(export(auditor, "journal", "xlsx", round=at.round.pk)))
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)
    assert any(cell.value == FORMULA and cell.quotePrefix for cell in cells)


def test_the_trial_balance_in_a_file_is_the_one_on_the_page(at: World, auditor: User):
    rows = table(export(auditor, "trial", "csv", round=at.round.pk))
    assert rows[-1][1] == rows[-1][2] != "0.00"
    assert sum(round(float(row[3]) * 100) for row in rows[1:-1]) == 0


def test_vouchers_have_subjects_two_equal_sides_and_the_same_bytes_again(at: World, auditor: User):
    june = {"round": at.round.pk, "month": "2027-06"}
    rows = table(export(auditor, "vouchers", "csv", **june))[1:]
    assert [(row[2], row[4], row[6], row[7]) for row in rows] == [
        ("1", "1218", "18083.10", ""),
        ("1", "1002", "", "18083.10"),
    ]
    for kind in ("csv", "xlsx"):
        assert export(auditor, "vouchers", kind, **june) == export(auditor, "vouchers", kind, **june)
    july = table(export(auditor, "vouchers", "csv", round=at.round.pk, month="2027-07"))[1:]
    assert [row[4] for row in july] == ["5001", "1218", "1218", "5001"]
    assert (
        Visitor(auditor)
        .client.get(reverse("books_export", args=["vouchers", "csv"]), {"round": at.round.pk})
        .status_code
        == 404
    )


def test_the_subjects_of_a_round_are_those_it_has_named(at: World, auditor: User):
    given = {"subject_held": "1214 预付账款", "subject_undrawn": "1011 零余额账户用款额度"}
    together(at.round, "set_subjects", by=at.finance_officer, endorsed_by=at.finance_approver, **given)
    rows = table(export(auditor, "vouchers", "csv", round=at.round.pk, month="2027-06"))[1:]
    assert [row[4] for row in rows] == ["1214", "1011"]
    assert table(export(auditor, "vouchers", "csv", round=at.round.pk, month="2027-07"))[1:] == []


def test_the_books_that_are_taken_away_pass_bean_check(at: World, auditor: User, tmp_path: Path):
    file = tmp_path / "books.beancount"
    file.write_bytes(export(auditor, "books", "beancount", round=at.round.pk))
    found = subprocess.run(
        [Path(sys.executable).with_name("bean-check"), file], capture_output=True, text=True, check=False
    )
    assert (found.returncode, found.stdout + found.stderr) == (0, "")


def test_closing_is_done_on_the_page_of_the_books(at: World):
    page = Visitor(at.finance_officer).open("books", query=f"?round={at.round.pk}")
    assert reverse("move", args=["round", at.round.pk, "close_books"]) in page
    with on(2027, 7, 2):
        day = dt.date(2027, 6, 30).isoformat()
        together(at.round, "close_books", by=at.finance_officer, endorsed_by=at.finance_approver, through=day)
    assert "账已结到" in Visitor(at.finance_officer).open("books", query=f"?round={at.round.pk}")
