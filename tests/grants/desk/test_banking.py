"""The bank's side: files of a locked batch, statements that come in, lines confirmed at one press or explained."""

from __future__ import annotations

import datetime as dt
import io
from hashlib import sha256
from html import unescape
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from grants.desk.banking.commands import carry_on_all, start_matching
from grants.desk.banking.queries import reconciling
from grants.desk.commands import act
from grants.desk.models import MatchItem, MatchRun
from grants.funds.banking.shapes import presets
from grants.funds.models import BankLine, BankTemplate, Batch, LineNote, Payment, Statement
from grants.funds.queries import check_identities, standing
from grants.funds.verify import faults
from tests.factories import on
from tests.grants.desk.money import FIRST, PASSWORD, asked_for, at, pks, together
from tests.grants.desk.visiting import Visitor, text
from tests.grants.funds.builders import World, approved, verified_account
from workflow import clock
from workflow.guards_sql import lifted
from workflow.lifecycle import PaymentState as P
from workflow.trail import steps_of

__all__ = ["asked_for", "at"]

HEAD = "交易日期,交易流水号,支出金额,收入金额,对方户名,对方账号,摘要\n"
ACCOUNT, OTHER = "6222021202001234567", "6222021202009999999"
NAME = "莲都区红十字会"


def row(reference: str, words: str = "", *, out: int = 0, back: int = 0, to: str = f"{NAME},{ACCOUNT}") -> str:
    """One line of the bank's file, in fen."""
    money = [f"{fen / 100:.2f}" if fen else "" for fen in (out, back)]
    return ",".join([clock.today().isoformat(), reference, *money, to, words]) + "\n"


def handed(visitor: Visitor, at: World, *rows: str, name: str = "明细.csv", status: int = 302) -> str:
    """Hand a statement over to be read; -> what the page says where it is refused."""
    file = SimpleUploadedFile(name, (HEAD + "".join(rows)).encode("gbk"))
    return text(visitor.post("round_bank", at.round.pk, status=status, do="read", file=file, template="statement"))


def taken(visitor: Visitor, at: World, *rows: str) -> None:
    """Read a statement and take it in."""
    handed(visitor, at, *rows)
    pk = str(Statement.objects.get(taken="").pk)
    for _twice in range(2):
        visitor.post("round_bank", at.round.pk, do="take", statement=pk, key="t" + pk)


def confirmed(visitor: Visitor, at: World) -> MatchRun:
    """Press once for everything that fits."""
    page = visitor.open("round_bank", at.round.pk)
    seen = visitor.fields(page)
    for _twice in range(2):
        visitor.post("round_bank", at.round.pk, do="confirm", seen=seen["seen"][0], key=seen["key"][-1])
    return MatchRun.objects.latest("pk")


def sent(at: World, template: str = "") -> Batch:
    """All payments approved, in one locked batch, sent."""
    for payment in Payment.objects.filter(state=P.REQUESTED).order_by("pk"):
        approved(at, payment)
    ready = pks(state=P.APPROVED)
    together(Visitor(at.finance_officer), at.round.pk, "batch", ready, batch="new")
    batch = Batch.objects.latest("pk")
    more: dict[str, Any] = {"template": template} if template else {}
    Visitor(at.finance_officer).post("batch", batch.pk, act="freeze_batch", key=f"f{batch.pk}", **more)
    together(Visitor(at.cashier), at.round.pk, "send", ready, password=PASSWORD)
    return batch


def test_the_files_of_a_locked_batch_never_change_and_their_digests_are_on_the_sheet(at: World):
    batch = sent(at, "pair")
    sheet = Visitor(at.finance_approver).open("batch_sheet", batch.pk)
    (file,) = batch.files.all()
    assert (file.count, file.total_fen, file.template) == (3, 3 * FIRST, "pair@0")
    assert file.sha256 in sheet
    cashier = Visitor(at.cashier)
    got = [cashier.client.get(f"/batches/{batch.pk}/files/1/").content for _twice in range(2)]
    assert {sha256(one).hexdigest() for one in got} == {file.sha256}
    act(Payment.objects.earliest("pk"), "pay", actor=at.cashier, given={"line": a_line(at).reference})
    mine = presets()["standard"].replace("code: standard", "code: pair")
    Visitor(at.finance_officer).post("bank_template", "pair", text=mine, reason="改成一个文件")
    assert cashier.client.get(f"/batches/{batch.pk}/files/1/").content == got[0]
    Visitor(at.finance_approver).open("batch_file", batch.pk, 1, status=404)


def a_line(at: World, kind: str = "paid") -> BankLine:
    """A line entered by hand."""
    given = {
        "reference": f"HAND {kind}",
        "kind": kind,
        "booked_on": clock.today().isoformat(),
        "amount_fen": FIRST,
        "counterparty": NAME,
        "account_tail": "4567",
    }
    act(at.round, "record_bank_line", actor=at.cashier, given=given)
    return BankLine.objects.get(reference=f"HAND {kind}")


def test_letters_that_the_bank_cannot_read_keep_the_batch_open(at: World):
    visitor = Visitor(at.finance_officer)
    for payment in Payment.objects.order_by("pk"):
        approved(at, payment)
        payment.refresh_from_db()
    together(visitor, at.round.pk, "batch", pks(), batch="new")
    batch = Batch.objects.get()
    payment = Payment.objects.earliest("pk")
    assert payment.account
    type(payment.account).objects.filter(pk=payment.account.pk).update(bank="𬭼江银行")
    page = text(visitor.post("batch", batch.pk, status=422, act="freeze_batch", key="k", template="csv-gbk-none"))
    assert "请选择一个付款文件的模板" in page
    page = unescape(text(visitor.post("batch", batch.pk, status=422, act="freeze_batch", key="k2", template="pair")))
    assert "𬭼" in page
    batch.refresh_from_db()
    assert batch.frozen_at is None
    visitor.post("batch", batch.pk, act="freeze_batch", key="k3", template="csv-utf8")


def test_a_statement_is_looked_at_then_taken_then_confirmed_at_one_press(at: World):
    sent(at)
    cashier = Visitor(at.cashier)
    numbers = list(Payment.objects.order_by("pk").values_list("number", flat=True))
    rows = [row(f"B{n}", f"资助款 {number}", out=FIRST) for n, number in enumerate(numbers)]
    handed(cashier, at, *rows, row("B9", "手续费", out=1250, to=","))
    assert not BankLine.objects.exists()
    page = cashier.open("round_bank", at.round.pk)
    assert "新流水4条" in page
    taken(cashier, at, *rows, row("B9", "手续费", out=1250, to=","))
    assert BankLine.objects.count() == 4
    run = confirmed(cashier, at)
    assert MatchRun.objects.count() == 1
    assert set(run.items.values_list("outcome", flat=True)) == {"done"}
    assert set(Payment.objects.values_list("state", flat=True)) == {P.PAID}
    queue = cashier.open("bank_queue", at.round.pk)
    assert "找不到对应的拨款" in queue
    assert "办成3条" in cashier.open("bank_run", run.pk)
    step = steps_of(at.round).get(move="import_statement")
    assert Statement.objects.get().digest in step.payload
    assert not list(faults())


def test_a_file_twice_changes_nothing_and_an_overlap_brings_only_what_is_new(at: World):
    sent(at)
    cashier = Visitor(at.cashier)
    first, second, third = (row(f"B{n}", out=FIRST + n) for n in range(3))
    taken(cashier, at, first, second)
    assert "什么也没有改变" in handed(cashier, at, first, second, status=409)
    handed(cashier, at, second, third)
    page = cashier.open("round_bank", at.round.pk)
    assert "新流水1条" in page
    assert "1条登记过，不再导入" in page
    taken(cashier, at, second, third)
    assert list(BankLine.objects.order_by("pk").values_list("reference", flat=True)) == ["B0", "B1", "B2"]
    refused = handed(cashier, at, row("B2", out=999), status=422)
    assert "登记过，金额或日期却不同" in refused


def test_faults_are_told_by_cell_and_nothing_comes_in(at: World):
    cashier = Visitor(at.cashier)
    page = handed(cashier, at, row("B1", out=FIRST).replace("17500.00", "一万"), row("B2", out=FIRST), status=422)
    assert "C2" in page
    assert not Statement.objects.exists()
    assert "这个文件读不了" in handed(cashier, at, name="明细.pdf", status=422)
    Visitor(at.finance_officer).post("round_bank", at.round.pk, status=404, do="read")


def test_what_a_person_saw_is_what_is_confirmed(at: World):
    sent(at)
    cashier, payment = Visitor(at.cashier), Payment.objects.earliest("pk")
    taken(cashier, at, row("B1", payment.number, out=FIRST))
    seen = reconciling(at.round).seen
    act(payment, "pay", actor=at.cashier, given={"line": "B1"})
    page = text(cashier.post("round_bank", at.round.pk, status=409, do="confirm", seen=seen, key="k"))
    assert "刚刚有变化" in page
    assert not MatchItem.objects.exists()


def test_a_press_that_was_cut_short_goes_on_in_the_background(at: World):
    sent(at)
    cashier = Visitor(at.cashier)
    numbers = list(Payment.objects.order_by("pk").values_list("number", flat=True))
    taken(cashier, at, *(row(f"B{n}", number, out=FIRST) for n, number in enumerate(numbers)))
    run = start_matching(at.round, seen=reconciling(at.round).seen, actor=at.cashier, key="k")
    act(
        Payment.objects.earliest("pk"),
        "bank_refused",
        actor=at.cashier,
        given={"line": a_line(at, "refused").reference},
    )
    assert carry_on_all() == 1
    assert carry_on_all() == 0
    run.refresh_from_db()
    assert run.finished_at
    assert sorted(run.items.values_list("outcome", flat=True)) == ["done", "done", "refused"]
    assert run.items.get(outcome="refused").reasons


def test_a_person_picks_joins_divides_and_sets_aside_with_reasons_that_stay(at: World):
    sent(at)
    cashier = Visitor(at.cashier)
    rows = (
        row("P1", out=1_000_000),
        row("P2", out=FIRST - 1_000_000),
        row("M1", out=2 * FIRST),
        row("F1", "费", out=50),
    )
    taken(cashier, at, *rows)
    page = cashier.open("bank_queue", at.round.pk)
    for words in ("一笔拨款分几条到账", "几笔拨款合成一条", "找不到对应的拨款"):
        assert words in page, words
    where = at.round.pk
    joined: dict[str, Any] = {"lines": "P1\nP2", "reason": "核对回单"}
    cashier.post("bank_queue", where, act="join_lines", key="j", **joined)
    first, *others = Payment.objects.order_by("pk")
    cashier.post("bank_queue", where, act="pay", key="p", payment=first.pk, line="P1+P2")
    named = "\n".join(one.number for one in others)
    cashier.post("bank_queue", where, act="divide_line", key="d", line="M1", payments=named, reason="一次付了两笔")
    confirmed(cashier, at)
    assert set(Payment.objects.values_list("state", flat=True)) == {P.PAID}
    page = text(cashier.post("bank_queue", where, status=422, act="set_line_aside", key="a", line="F1", reason=""))
    assert "F1" in page
    cashier.post("bank_queue", where, act="set_line_aside", key="b", line="F1", reason="账户管理费")
    assert not reconciling(at.round).odd
    assert "账户管理费" in cashier.open("bank_queue", where)
    cashier.post("bank_queue", where, act="take_line_up", key="c", line="F1", reason="再查一次")
    assert [one.line.reference for one in LineNote.objects.filter(line__reference="F1")] == ["F1", "F1"]
    assert len(reconciling(at.round).odd) == 1
    page = text(cashier.post("bank_queue", where, status=422, act="take_line_up", key="e", line="P1", reason="再看"))
    assert "由新的流水代替" in page
    assert not list(faults())


def test_wrong_account_returned_two_days_after_it_was_paid_and_paid_again_once(at: World):
    """The whole road: the grant is paid once, both lines are matched, the project never stopped."""
    cashier, officer = Visitor(at.cashier), at.programme_officer
    with on(2027, 3, 5):
        sent(at)
        payment = Payment.objects.earliest("pk")
        project, before = payment.project, payment.project.state
        taken(cashier, at, row("OUT1", f"{payment.number}/1", out=FIRST))
        confirmed(cashier, at)
    with on(2027, 3, 7):
        taken(cashier, at, row("BACK1", "退汇：账号户名不符", back=FIRST))
        page = cashier.open("bank_queue", at.round.pk)
        assert "退汇" in page
        cashier.post("bank_queue", at.round.pk, act="bank_returned", key="r", payment=payment.pk, line="BACK1")
        payment.refresh_from_db()
        assert payment.state == P.BOUNCED
        assert standing(project).paid == 0
    with on(2027, 3, 8):
        verified_account(at, project, OTHER)
    with on(2027, 3, 10):
        act(payment, "reissue", actor=officer)
        sent(at)
        taken(cashier, at, row("OUT2", f"{payment.number}/2", out=FIRST, to=f"{NAME},{OTHER}"))
        confirmed(cashier, at)
    payment.refresh_from_db()
    project.refresh_from_db()
    assert (payment.state, payment.attempt, payment.paid_on) == (P.PAID, 2, dt.date(2027, 3, 10))
    assert (project.paid_fen, standing(project).paid, project.state) == (FIRST, FIRST, before)
    assert not BankLine.objects.filter(matched="").exists()
    assert BankLine.objects.count() == 3
    assert [one.batch.number for one in Payment.objects.filter(pk=payment.pk) if one.batch] == [2]
    check_identities(project)
    assert not list(faults())


def test_a_changed_file_statement_or_line_is_found_by_verify(at: World):
    batch = sent(at)
    taken(Visitor(at.cashier), at, row("B1", out=FIRST), row("B2", out=FIRST))
    assert not list(faults())
    line, file = BankLine.objects.get(reference="B2"), batch.files.get()
    statement = Statement.objects.get()
    changes: tuple[tuple[Any, dict[str, Any]], ...] = (
        (line, {"amount_fen": FIRST + 1}),
        (line, {"account_tail": "9999"}),
        (file, {"lines": file.lines.replace(ACCOUNT, OTHER)}),
        (file, {"sha256": "0" * 64}),
        (file, {"total_fen": 1}),
        (statement, {"lines": statement.lines.replace("B1", "B7")}),
        (statement, {"digest": "0" * 64}),
    )
    for record, change in changes:
        rows = type(record).objects.filter(pk=record.pk)
        before = {name: getattr(record, name) for name in change}
        with lifted():
            rows.update(**change)
        assert list(faults()), change
        with lifted():
            rows.update(**before)
    assert not list(faults())


def test_a_workbook_comes_in_as_well(at: World):
    sent(at)
    book = Workbook()
    sheet: Any = book.active
    for line in (HEAD + row("X1", out=FIRST)).splitlines():
        sheet.append(line.split(","))
    out = io.BytesIO()
    book.save(out)
    cashier = Visitor(at.cashier)
    file = SimpleUploadedFile("明细.xlsx", out.getvalue())
    cashier.post("round_bank", at.round.pk, do="read", file=file, template="statement")
    assert Statement.objects.get().count == 1


def test_templates_are_kept_in_versions_with_a_reason_and_told_by_line(at: World):
    finance = Visitor(at.finance_officer)
    assert "随产品提供" in finance.open("bank_templates")
    mine = presets()["pair"].replace("工行", "建行")
    page = text(finance.post("bank_template", "pair", status=422, text=mine, reason=""))
    assert "建行" in page
    page = text(finance.post("bank_template", "pair", status=422, text=mine.replace("gbk", "big5"), reason="换行"))
    assert "行 payment.files" in page
    for _twice in range(2):
        finance.post("bank_template", "pair", text=mine, reason="换开户行")
    assert list(BankTemplate.objects.values_list("code", "number")) == [("pair", 1)]
    assert "换开户行" in finance.open("bank_template", "pair")
    page = text(Visitor(at.cashier).post("bank_template", "pair", status=422, text=mine + "#", reason="x"))
    assert "财务经办" in page
