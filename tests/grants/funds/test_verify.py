"""Books that somebody changed behind our back: each fault names its row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from grants.applications.models import Project
from grants.desk.auditing.sums import findings
from grants.desk.commands import act
from grants.funds import commands as books
from grants.funds.ledger import digest_of
from grants.funds.models import (
    Account,
    Allocation,
    BankLine,
    Batch,
    Entry,
    FundingSource,
    PayeeAccount,
    Payment,
    Posting,
    Tranche,
)
from grants.funds.verify import faults
from grants.programmes.models import Round
from storage.models import Document
from tests.grants.funds.builders import (
    World,
    approved,
    bank_line,
    document,
    doing,
    open_batch,
    paid,
    put,
    requested,
    signed,
    source,
    verified_account,
    world,
)
from tests.grants.funds.conftest import with_a_source
from tests.snapshots import at_the_end_of
from workflow.effects import Done
from workflow.guards_sql import lifted
from workflow.lifecycle import PaymentState, ProjectState
from workflow.models import Step


@pytest.fixture(scope="module")
def funded(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """A paid payment, an expense with its document beside it, and an open batch with another payment; once a module."""
    with django_db_blocker.unblock(), at_the_end_of([("funded", with_a_source), ("paid", _paid)]) as made:
        yield made


def _paid(at: World) -> World:
    made = signed(at)
    verified_account(at, made)
    paid(at, requested(at, made))
    paper = document(at.payee_officer)
    doing(
        made,
        lambda it, done: books.spend(it, "VENUE", 500, "场地", done=done, document=paper),
        actor=at.finance_officer,
    )
    other = signed(at)
    verified_account(at, other)
    waiting = approved(at, requested(at, other))
    batch = open_batch(at)
    act(waiting, "put_in_batch", actor=at.finance_officer, given={"batch": str(batch.number)})
    return at


@pytest.fixture
def payment(at: World) -> Payment:
    """The one that is paid."""
    return Payment.objects.get(state=PaymentState.PAID)


def told(round_: Round | None = None) -> list[str]:
    return [str(fault) for fault in faults(round_)]


def test_untouched_books_have_no_fault(at: World, payment: Payment):
    assert told() == []
    assert told(at.round) == []


def test_other_proofs_of_a_step_do_not_disturb(at: World, payment: Payment):
    def prove_and_spend(it: Project, done: Done) -> None:
        done.prove("voucher", "1", "f" * 64)
        books.spend(it, "VENUE", 7, "杂费", done=done)

    doing(payment.project, prove_and_spend, actor=at.finance_officer)
    assert told() == []


def expense() -> Entry:
    return Entry.objects.get(memo="场地")


def expense_line() -> Posting:
    return expense().postings.get()


def tampered(rows: Any, **changes: Any) -> None:
    with lifted():
        assert rows.update(**changes) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"memo": "餐费"},
        {"date": dt.date(2020, 1, 1)},
        {"external_ref": "XYZ"},
        {"document": None},
        {"key": "project:9:9/1"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_entry_is_named(payment: Payment, change: dict[str, Any]):
    entry = expense()
    tampered(Entry.objects.filter(pk=entry.pk), **change)
    assert any(fault.startswith(f"funds.entry {entry.pk}: ") for fault in told())


def test_an_entry_hung_on_another_step_is_named(payment: Payment):
    entry = expense()
    other = Step.objects.exclude(pk=entry.step_id).order_by("-at")[0]
    tampered(Entry.objects.filter(pk=entry.pk), step=other)
    assert any(fault.startswith(f"funds.entry {entry.pk}: 与留痕") for fault in told())


def test_a_changed_entry_with_a_digest_made_to_fit_is_named(payment: Payment):
    entry = expense()
    entry.memo = "餐费"
    forged = digest_of(entry, entry.postings.all())
    tampered(Entry.objects.filter(pk=entry.pk), memo="餐费", digest=forged)
    assert told() == [f"funds.entry {entry.pk}: 与留痕 {entry.step_id} 的证明不符，或不止一条留痕证明它"]


def test_an_entry_that_is_gone_is_named(payment: Payment):
    entry = expense()
    with lifted():
        entry.postings.all().delete()
        entry.delete()
    assert f"funds.entry {entry.key}: 留痕 {entry.step_id} 证明过的分录不见了" in told()


def test_an_entry_that_no_step_proves_is_named(payment: Payment):
    entry = expense()
    forged = Entry.objects.create(key="forged", date=entry.date, memo="x", step=entry.step, digest="")
    assert any(fault.startswith(f"funds.entry {forged.pk}: 与留痕") for fault in told())


def test_a_document_exchanged_under_an_entry_is_named(payment: Payment):
    entry = expense()
    assert entry.document
    tampered(Document.objects.filter(pk=entry.document.pk), sha256="f" * 64)
    assert any(fault.startswith(f"funds.entry {entry.pk}: ") for fault in told())


def test_a_changed_amount_is_named_with_its_line_and_its_project(payment: Payment):
    posting = expense_line()
    tampered(Posting.objects.filter(pk=posting.pk), amount_fen=501)
    assert told() == [f"funds.entry {posting.entry_id}: 分录或它的记账行（funds.posting {posting.pk}）在入账之后被改动"]


def test_a_changed_account_is_named(payment: Payment):
    posting = expense_line()
    tampered(Posting.objects.filter(pk=posting.pk), credit=payment.project.accounts.get(kind="undrawn"))
    found = told()
    assert any(fault.startswith(f"funds.entry {posting.entry_id}: ") for fault in found)
    assert f"funds.posting {posting.pk}: 这两个账户之间没有这样的往来" in found
    assert any(fault.startswith(f"project:{payment.project_id}: 资助 = ") for fault in found)


def test_a_renamed_account_is_named(payment: Payment):
    account = payment.project.accounts.get(kind="held")
    tampered(Account.objects.filter(pk=account.pk), name="project:999:held")
    assert f"funds.account {account.pk}: 账户名称与所属不符" in told()


Change = Callable[[Payment], tuple[Any, str, Any]]


@pytest.mark.parametrize(
    ("model", "field", "row"),
    [
        (Round, "envelope_fen", "round:{round}"),
        (Round, "committed_fen", "round:{round}"),
        (FundingSource, "committed_fen", "funds.source {pk}"),
        (FundingSource, "amount_fen", "funds.source {pk}"),
        (Tranche, "paid_fen", "funds.tranche {pk}"),
        (Tranche, "released_fen", "project:{project}"),
        (Allocation, "amount_fen", "project:{project}"),
        (Project, "released_fen", "project:{project}"),
    ],
)
def test_a_counter_that_was_changed_is_named(payment: Payment, model, field: str, row: str):
    project = payment.project
    pk = {
        Round: project.round_id,
        FundingSource: FundingSource.objects.get().pk,
        Tranche: payment.tranche_id if field == "paid_fen" else project.tranches.get(number=2).pk,
        Allocation: project.allocations.get().pk,
        Project: project.pk,
    }[model]
    if field == "paid_fen":  # a full tranche has no room for a false fen
        Tranche.objects.filter(pk=pk).update(planned_fen=payment.amount_fen + 1)
    value = getattr(model.objects.get(pk=pk), field)
    tampered(model.objects.filter(pk=pk), **{field: value + 1})
    name = row.format(round=project.round_id, pk=pk, project=project.pk)
    assert any(fault.startswith(f"{name}: ") for fault in told())


def test_a_payment_that_differs_from_its_entry_is_named(payment: Payment):
    tampered(Payment.objects.filter(pk=payment.pk), amount_fen=payment.amount_fen - 1)
    assert f"payment:{payment.pk}: 拨款与分录：记为 18,083.09 元，合计 18,083.10 元" in told()


def test_a_paid_payment_without_its_entry_is_named(payment: Payment):
    tampered(Payment.objects.filter(pk=payment.pk), paid_entry=None, paid_on=None)
    assert f"payment:{payment.pk}: 拨款与分录：记为 18,083.10 元，合计 0.00 元" in told()


def test_a_payment_called_back_that_the_books_still_have_is_named(payment: Payment):
    put(payment, "bounced")
    assert f"payment:{payment.pk}: 状态与分录是否冲销不符" in told()


def test_an_open_batch_that_miscounts_is_named(payment: Payment):
    batch = Batch.objects.get(frozen_at__isnull=True)
    tampered(Batch.objects.filter(pk=batch.pk), count=5, total_fen=1)
    found = told()
    assert f"funds.batch {batch.pk}: 批次笔数不符" in found
    assert f"funds.batch {batch.pk}: 批次合计：记为 0.01 元，合计 18,083.10 元" in found


def test_a_frozen_batch_is_held_against_the_lines_of_its_files(payment: Payment):
    batch = Batch.objects.get(frozen_at__isnull=False)
    assert told() == []
    tampered(Batch.objects.filter(pk=batch.pk), count=2, total_fen=batch.total_fen + 1)
    assert f"funds.batch {batch.pk}: 批次的笔数或合计与银行文件里的不同" in told()
    assert f"batch {batch.pk}" in [one.row for one in findings()]
    tampered(Batch.objects.filter(pk=batch.pk), count=1, total_fen=batch.total_fen, digest="0" * 64)
    assert f"funds.batch {batch.pk}: 批次的校验值与银行文件里的各笔不符" in told()
    assert f"batch {batch.pk}" in [one.row for one in findings()]


def test_an_account_exchanged_under_a_sent_payment_is_named(payment: Payment):
    tampered(PayeeAccount.objects.filter(pk=payment.account_id or 0), account_no="6222021202009999999")
    assert f"payment:{payment.pk}: 与锁定批次时的金额或账户不同" in told()


def test_a_bank_line_used_by_nothing_is_named(at: World, payment: Payment):
    line = bank_line(at, "refused", 100)
    tampered(BankLine.objects.filter(pk=line.pk), matched="payment:9:9")
    assert told() == [f"funds.bankline {line.pk}: 用于 payment:9:9，但没有这条留痕"]


def test_a_bank_line_that_differs_from_its_entry_is_named(payment: Payment):
    line = BankLine.objects.exclude(matched="").get()
    tampered(BankLine.objects.filter(pk=line.pk), amount_fen=line.amount_fen + 1)
    assert told() == [
        f"funds.bankline {line.pk}: 流水与分录：记为 18,083.11 元，合计 18,083.10 元",
        f"funds.bankline {line.pk}: 与登记时填写的不一样",
    ]


def test_a_closed_project_with_money_left_is_named(payment: Payment):
    put(payment.project, ProjectState.CLOSED)
    assert [fault.split("：")[0] for fault in told()] == [
        f"project:{payment.project_id}: 结项后收款单位持有",
        f"project:{payment.project_id}: 结项后未拨",
    ]


def test_the_proof_of_one_round_leaves_the_others_alone(payment: Payment):
    elsewhere = world()
    source(elsewhere)
    tampered(Entry.objects.filter(pk=expense().pk), memo="改")
    assert told(elsewhere.round) == []
    assert len(told(payment.project.round)) == len(told()) == 1


@pytest.mark.parametrize("change", [{"trigger": "accepted"}, {"after_d": 3}, {"due_wd": 9}, {"number": 7}])
def test_a_tranche_on_other_terms_than_its_agreement_is_named(at: World, change: dict[str, object]):
    made = signed(at)
    made.tranches.filter(number=2).update(**change)
    assert [str(fault) for fault in faults() if "协议" in str(fault)] == [f"project:{made.pk}: 各期的约定与协议不同"]
