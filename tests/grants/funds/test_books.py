"""The books leave as beancount text that bean-check accepts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from beancount.loader import load_string

from grants.funds import commands as books
from grants.funds.books import books as text_of
from grants.funds.models import Account, Entry
from grants.programmes.models import Round
from tests.factories import on, together
from tests.grants.funds.builders import (
    DAY,
    World,
    bank_line,
    committed,
    disbursed,
    document,
    doing,
    paid,
    requested,
    signed,
    source,
    verified_account,
)


@pytest.fixture
def round_(at: World) -> Round:
    """A round in which everything has happened once."""
    source(at, 3)
    made = disbursed(at)
    paper = document(at.payee_officer)
    spend = doing(
        made,
        lambda it, done: books.spend(it, "VOL_MEAL", 1_409_50, '午餐 "盒饭"\\', done=done, document=paper),
        actor=at.finance_officer,
    )
    doing(made, lambda it, done: books.add_interest(it, 7, on=DAY, done=done), actor=at.payee_officer)
    doing(made, lambda it, done: books.keep(it, 5, memo="留用", done=done), actor=at.finance_officer)
    doing(made, lambda it, done: books.spend(it, "venue", 11, "场地", done=done), actor=at.finance_officer)
    doing(made, lambda _it, done: books.unspend(spend, done=done), actor=at.finance_officer)
    doing(committed(at), lambda it, done: books.release(it, 100, memo="核减", done=done), actor=at.programme_officer)
    running = signed(at)
    verified_account(at, running)
    payment = paid(at, requested(at, running))
    line = bank_line(at, "refund", 300)
    doing(payment.project, lambda it, done: books.receive_refund(it, line, done=done), actor=at.cashier)
    return at.round


def test_the_text_is_complete_and_balanced(round_: Round):
    entries, errors, _options = load_string(text_of(round_))
    assert errors == []
    kinds = [type(entry).__name__ for entry in entries]
    assert kinds.count("Transaction") == Entry.objects.count() == 16
    assert kinds.count("Open") == kinds.count("Balance") == Account.objects.count()


def test_an_amount_changed_in_the_text_is_found(round_: Round):
    text = text_of(round_).replace("1409.50", "1409.51", 1)
    assert load_string(text)[1]


def test_bean_check_accepts_it(round_: Round, tmp_path: Path):
    file = tmp_path / "books.beancount"
    file.write_text(text_of(round_), encoding="utf-8")
    found = subprocess.run(
        [Path(sys.executable).with_name("bean-check"), file], capture_output=True, text=True, check=False
    )
    assert (found.returncode, found.stdout + found.stderr) == (0, "")


def test_the_same_books_give_the_same_text(round_: Round):
    assert text_of(round_) == text_of(round_)


def test_every_entry_names_its_step_and_digest(round_: Round):
    entries, _errors, _options = load_string(text_of(round_))
    for entry in entries:
        if type(entry).__name__ == "Transaction":
            assert entry.meta["key"].startswith(f"{entry.meta['step']}/")
            assert len(entry.meta["sha256"]) == 64


def test_books_without_an_entry_are_empty(at: World):
    empty = Round.objects.create(
        programme=at.round.programme, code="QNZJ-1999", title="x", year=1999, organiser=at.province
    )
    assert load_string(text_of(empty))[0] == []


def test_a_month_that_is_closed_is_asserted_on_its_own(at: World):
    with on(2027, 6, 10):
        disbursed(at)
    with on(2027, 7, 3):
        given = {"through": "2027-06-30"}
        together(at.round, "close_books", by=at.finance_officer, endorsed_by=at.finance_approver, **given)
        committed(at)
    text = text_of(at.round)
    assert "2027-07-01 balance Assets:Available" in text
    assert "2027-07-04 balance Assets:Available" in text
    assert load_string(text)[1] == []
    spoilt = text.replace("2027-07-01 balance Assets:Available  ", "2027-07-01 balance Assets:Available  1")
    assert load_string(spoilt)[1] != []
