"""Everything about money that can be added up again from raw postings and bank lines, each difference named.

Independent on purpose: plain SQL and own arithmetic, no code of the books, of `verify` or of the engine (a contract of
import-linter). It never writes. What it proves: digests and chain; balances; paid ≤ granted; paid = bank lines.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from grants.desk.auditing.reading import Row, day, hashed, linked, rows, sums, yuan


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not add up: the row, and what is wrong with it."""

    row: str
    what: str


ALLOWED = {
    ("available", "source"),
    ("source", "available"),
    ("committed", "available"),
    ("undrawn", "committed"),
    ("held", "undrawn"),
    ("available", "committed"),
    ("available", "undrawn"),
    ("held", "interest"),
    ("spent", "held"),
    ("returned", "held"),
    ("kept", "held"),
    ("written_off", "held"),
}
CASH = {
    ("held", "undrawn"): ("paid",),
    ("undrawn", "held"): ("returned", "refund"),
    ("returned", "held"): ("refund",),
}
"""Ways on which money passes the bank: (debit, credit) → the kinds of bank line that may tell of it."""
PAID = ("paid", "receipted")


def findings() -> Iterator[Finding]:
    """Everything that does not add up, in a fixed order; untouched books give none."""
    steps = _steps()
    yield from _chains(steps)
    yield from _entries(steps)
    yield from _accounts()
    yield from _rounds()
    yield from _projects()
    yield from _tranches()
    yield from _cash()
    yield from _payments()
    yield from _verified()
    yield from _batches()
    yield from _closings()


# The trail -------------------------------------------------------------------------------------------------------


def _steps() -> list[Row]:
    return rows(
        "SELECT ref, machine, object_id, seq, payload, previous, digest FROM workflow_step"
        " ORDER BY machine, object_id, seq"
    )


def _chains(steps: list[Row]) -> Iterator[Finding]:
    """Every step links to the one before it, and the last one is the head that its record names."""
    heads: dict[tuple[str, int], tuple[int, str]] = {}
    for ref, machine, pk, seq, payload, previous, digest in steps:
        before = heads.get((machine, pk), (0, ""))
        if (seq, previous) != (before[0] + 1, before[1]) or linked(previous, payload) != digest:
            yield Finding(f"step {ref}", "留痕的链在这一步断了")
        heads[machine, pk] = (seq, digest)
    for machine, table in (("round", "grants_round"), ("project", "grants_project"), ("payment", "grants_payment")):
        for pk, count, head in rows(f"SELECT id, steps, head FROM {table} ORDER BY id"):  # noqa: S608 -- our own names
            if heads.get((machine, pk), (0, "")) != (count, head):
                yield Finding(f"{machine} {pk}", "留痕的最后一步与记录的链首不符")


def _proven(steps: list[Row], wanted: str) -> dict[str, list[tuple[str, str]]]:
    """Name of a fact → every (step, digest) that proves it."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for ref, _machine, _pk, _seq, payload, _previous, _digest in steps:
        for kind, name, digest in json.loads(payload).get("facts", []):
            if kind == wanted:
                found[name].append((ref, digest))
    return found


# Entries and accounts ----------------------------------------------------------------------------------------------


def _entries(steps: list[Row]) -> Iterator[Finding]:
    """Every entry hashes to what one step proved; what was proven is there; every posting goes a way that there is."""
    proven, lines = _proven(steps, "entry"), _lines()
    found = rows(
        "SELECT e.id, e.key, e.date, e.value_on, e.memo, d.sha256, e.external_ref, r.key, e.step_id, e.digest"
        " FROM grants_entry e LEFT JOIN storage_document d ON d.id = e.document_id"
        " LEFT JOIN grants_entry r ON r.id = e.reverses_id ORDER BY e.id"
    )
    for row in found:
        pk, key, told = row[0], row[1], _digest(row, lines.get(row[0], []))
        if told != row[9] or proven.pop(key, []) != [(row[8], told)]:
            yield Finding(f"entry {pk}", "分录与留痕证明过的不同")
        yield from _ways(pk, lines.get(pk, []), backwards=row[7] is not None)
    for key in proven:
        yield Finding(f"entry {key}", "留痕证明过的分录不见了")
    for (pk,) in rows(
        "SELECT p.id FROM grants_posting p LEFT JOIN grants_entry e ON e.id = p.entry_id WHERE e.id IS NULL"
    ):
        yield Finding(f"posting {pk}", "记账行没有分录")


def _lines() -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows(
        "SELECT p.entry_id, p.position, d.name, c.name, p.amount_fen, d.kind, c.kind, d.round_id, c.round_id,"
        " d.project_id, c.project_id FROM grants_posting p JOIN grants_account d ON d.id = p.debit_id"
        " JOIN grants_account c ON c.id = p.credit_id ORDER BY p.entry_id, p.position"
    ):
        found[row[0]].append(row[1:])
    return found


def _digest(row: Row, lines: list[Row]) -> str:
    _pk, key, date, value_on, memo, document, reference, reverses, step, _digest = row
    facts = {
        "date": day(date),
        "document": document,
        "external_ref": reference,
        "key": key,
        "memo": memo,
        "postings": [[position, debit, credit, fen] for position, debit, credit, fen, *_rest in lines],
        "reverses": reverses,
        "step": step,
    }
    return hashed(facts | ({"value": day(value_on)} if value_on else {}))


def _ways(pk: int, lines: list[Row], *, backwards: bool) -> Iterator[Finding]:
    if not lines:
        yield Finding(f"entry {pk}", "分录没有记账行")
    for position, _d, _c, fen, debit, credit, of, other, project, another in lines:
        way = (credit, debit) if backwards else (debit, credit)
        owners = {project, another} - {None}
        if way not in ALLOWED or of != other or len(owners) > 1 or fen <= 0:
            yield Finding(f"entry {pk}", f"第{position}行没有这样的往来")


def _accounts() -> Iterator[Finding]:
    """An account is called what its columns say."""
    for pk, name, kind, source, project, category, code in rows(
        "SELECT a.id, a.name, a.kind, a.source_id, a.project_id, a.category, r.code FROM grants_account a"
        " JOIN grants_round r ON r.id = a.round_id ORDER BY a.id"
    ):
        of_project = f"project:{project}:{kind}{f':{category}' if category else ''}"
        told = {"source": f"source:{source}", "available": f"round:{code}:available"}.get(kind, of_project)
        if name != told:
            yield Finding(f"account {pk}", "账户名称与所属不符")
    for (pk,) in rows(
        "SELECT a.id FROM grants_account a JOIN grants_project p ON p.id = a.project_id WHERE p.round_id <> a.round_id"
        " UNION SELECT a.id FROM grants_account a JOIN grants_fundingsource s ON s.id = a.source_id"
        " WHERE s.round_id <> a.round_id"
    ):
        yield Finding(f"account {pk}", "账户不在所属的轮次")


# Balances ------------------------------------------------------------------------------------------------------------


def _balances(by: str) -> dict[tuple[int, str], int]:
    """(owner, kind) → debits less credits, from raw postings; `by` is a column of the account."""
    found: dict[tuple[int, str], int] = defaultdict(int)
    for side, sign in (("debit", 1), ("credit", -1)):
        for owner, kind, fen in rows(
            f"SELECT a.{by}, a.kind, SUM(p.amount_fen) FROM grants_posting p"  # noqa: S608 -- our own names
            f" JOIN grants_account a ON a.id = p.{side}_id WHERE a.{by} IS NOT NULL GROUP BY a.{by}, a.kind"
        ):
            found[owner, kind] += sign * int(fen)
    return found


def _rounds() -> Iterator[Finding]:
    """Envelope and promises of a round are what sources gave and what is available by the postings."""
    by_round, by_source = _balances("round_id"), _balances("source_id")
    given = sums(
        "SELECT round_id, SUM(amount_fen - carried_fen) FROM grants_fundingsource WHERE withdrawn_at IS NULL"
        " GROUP BY round_id"
    )
    for pk, envelope, committed in rows("SELECT id, envelope_fen, committed_fen FROM grants_round ORDER BY id"):
        row = f"round {pk}"
        yield from _same(row, "资金总额与账簿", envelope, -by_round.get((pk, "source"), 0))
        yield from _same(row, "资金总额与来源", envelope, given.get(pk, 0))
        yield from _same(row, "可用", envelope - committed, by_round.get((pk, "available"), 0))
    carried = sums("SELECT source_id, SUM(amount_fen) FROM grants_allocation GROUP BY source_id")
    onward = sums(
        "SELECT origin_id, SUM(amount_fen) FROM grants_fundingsource WHERE origin_id IS NOT NULL GROUP BY origin_id"
    )
    for pk, fen, used, on, gone in rows(
        "SELECT id, amount_fen, committed_fen, carried_fen, withdrawn_at FROM grants_fundingsource ORDER BY id"
    ):
        row = f"source {pk}"
        yield from _same(row, "金额与账簿", 0 if gone else fen - on, -by_source.get((pk, "source"), 0))
        yield from _same(row, "已安排", used, carried.get(pk, 0))
        yield from _same(row, "结转下年", on, onward.get(pk, 0))
        if used + on > fen:
            yield Finding(row, "安排的超过了来源的金额")


def _ways_of_projects() -> dict[int, dict[tuple[str, str], int]]:
    """Project → (debit kind, credit kind) → fen."""
    found: dict[int, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    for project, debit, credit, fen in rows(
        "SELECT COALESCE(d.project_id, c.project_id), d.kind, c.kind, SUM(p.amount_fen) FROM grants_posting p"
        " JOIN grants_account d ON d.id = p.debit_id JOIN grants_account c ON c.id = p.credit_id"
        " WHERE d.project_id IS NOT NULL OR c.project_id IS NOT NULL"
        " GROUP BY COALESCE(d.project_id, c.project_id), d.kind, c.kind"
    ):
        found[project][debit, credit] += int(fen)
    return found


def _projects() -> Iterator[Finding]:
    """Paid ≤ granted; what a project counts is what its postings say; both of its equations hold."""
    ways, balances = _ways_of_projects(), _balances("project_id")
    carried = sums("SELECT project_id, SUM(amount_fen) FROM grants_allocation GROUP BY project_id")
    for pk, granted, paid, released, state in rows(
        "SELECT id, granted_fen, paid_fen, released_fen, state FROM grants_project ORDER BY id"
    ):
        mine, row = ways.get(pk, {}), f"project {pk}"
        promised = mine.get(("committed", "available"), 0)
        drawn = mine.get(("held", "undrawn"), 0) - mine.get(("undrawn", "held"), 0)
        freed = mine.get(("available", "committed"), 0) + mine.get(("available", "undrawn"), 0)
        if mine:
            yield from _same(row, "资助金额", granted, promised)
        yield from _same(row, "已拨", paid, drawn)
        yield from _same(row, "已释放", released, freed)
        yield from _same(row, "各来源安排", carried.get(pk, 0), promised - freed)
        if drawn > promised - freed:
            yield Finding(row, "拨付的超过了资助")
        left = balances.get((pk, "committed"), 0) + balances.get((pk, "undrawn"), 0)
        yield from _same(row, "资助＝已拨＋未拨＋已释放", promised, drawn + left + freed)
        if state in {"closed", "archived"} and (left or balances.get((pk, "held"), 0)):
            yield Finding(row, "已经结项，账上还有钱")


def _tranches() -> Iterator[Finding]:
    """No tranche is paid beyond its plan; all of a project's add up to what it was granted and paid."""
    paid = sums(
        "SELECT tranche_id, SUM(amount_fen) FROM grants_payment WHERE state IN ('paid', 'receipted')"
        " GROUP BY tranche_id"
    )
    by_project: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for pk, project, planned, out, freed in rows(
        "SELECT id, project_id, planned_fen, paid_fen, released_fen FROM grants_tranche ORDER BY id"
    ):
        yield from _same(f"tranche {pk}", "已拨", out, paid.get(pk, 0))
        if out + freed > planned:
            yield Finding(f"tranche {pk}", "拨付的超过了计划")
        by_project[project][0] += planned - freed
        by_project[project][1] += out
    for pk, granted, out, freed in rows(
        "SELECT id, granted_fen, paid_fen, released_fen FROM grants_project ORDER BY id"
    ):
        if pk in by_project:
            yield from _same(f"project {pk}", "各期计划", by_project[pk][0], granted - freed)
            yield from _same(f"project {pk}", "各期已拨", by_project[pk][1], out)


# The bank ------------------------------------------------------------------------------------------------------------


def _cash() -> Iterator[Finding]:
    """Every fen that passed the bank has its one bank line, every used line its entry: same amount, same day."""
    told = {
        row[0]: row[1:]
        for row in rows("SELECT reference, kind, booked_on, amount_fen, matched, round_id, id FROM grants_bankline")
    }
    entered: set[str] = set()
    for pk, reference, date, value_on, step, debit, credit, fen, of, move in rows(
        "SELECT e.id, e.external_ref, e.date, e.value_on, e.step_id, d.kind, c.kind, SUM(p.amount_fen), d.round_id,"
        " s.move FROM grants_entry e JOIN workflow_step s ON s.ref = e.step_id"
        " JOIN grants_posting p ON p.entry_id = e.id JOIN grants_account d ON d.id = p.debit_id"
        " JOIN grants_account c ON c.id = p.credit_id GROUP BY e.id, e.external_ref, e.date, e.value_on, e.step_id,"
        " d.kind, c.kind, d.round_id, s.move ORDER BY e.id"
    ):
        if (debit, credit) not in CASH:
            continue
        kind, booked, amount, matched, round_, _id = told.get(reference, ("", None, 0, "", 0, 0))
        entered.add(reference)
        kinds = ("returned",) if move == "bank_returned" else CASH[debit, credit]
        mine = (kind in kinds, day(booked), int(amount), matched, round_)
        if mine != (True, day(value_on or date), int(fen), step, of):
            yield Finding(f"entry {pk}", "过银行的钱与银行流水不符")
    for reference, (kind, _booked, _fen, matched, _round, pk) in sorted(told.items(), key=lambda item: item[1][5]):
        if matched and kind != "refused" and reference not in entered:
            yield Finding(f"bankline {pk}", "用过的流水没有入账")


def _payments() -> Iterator[Finding]:
    """A paid payment has its own entry of that amount, day and project, not reversed; one that came back, reversed."""
    seen: set[int] = set()
    for pk, project, state, fen, paid_on, entry, day_, value_on, amount, of, undone in rows(
        "SELECT p.id, p.project_id, p.state, p.amount_fen, p.paid_on, p.paid_entry_id, e.date, e.value_on,"
        " SUM(o.amount_fen), MAX(d.project_id), MAX(u.id) FROM grants_payment p"
        " LEFT JOIN grants_entry e ON e.id = p.paid_entry_id LEFT JOIN grants_posting o ON o.entry_id = e.id"
        " LEFT JOIN grants_account d ON d.id = o.debit_id LEFT JOIN grants_entry u ON u.reverses_id = e.id"
        " GROUP BY p.id, p.project_id, p.state, p.amount_fen, p.paid_on, p.paid_entry_id, e.date, e.value_on"
        " ORDER BY p.id"
    ):
        moved = state in (*PAID, "bounced", "reversed")
        if moved != (entry is not None) or entry in seen:
            yield Finding(f"payment {pk}", "拨款与入账不是一对一")
        if entry is None:
            continue
        seen.add(entry)
        if (int(amount or 0), of, day(value_on or day_)) != (fen, project, day(paid_on)):
            yield Finding(f"payment {pk}", "拨款与分录的金额、项目或日期不符")
        if (undone is None) != (state in PAID):
            yield Finding(f"payment {pk}", "状态与分录是否冲销不符")
    for (pk,) in rows(
        "SELECT p.id FROM grants_payment p JOIN grants_tranche t ON t.id = p.tranche_id"
        " LEFT JOIN grants_payeeaccount a ON a.id = p.account_id LEFT JOIN grants_batch b ON b.id = p.batch_id"
        " JOIN grants_project q ON q.id = p.project_id"
        " WHERE t.project_id <> p.project_id OR a.project_id <> p.project_id OR b.round_id <> q.round_id ORDER BY p.id"
    ):
        yield Finding(f"payment {pk}", "拨款、期次、账户和批次不是同一个项目的")


def _verified() -> Iterator[Finding]:
    """What the maker verified, amount and account, is what the payment still says."""
    proven: dict[int, str] = {}
    for pk, payload in rows(
        "SELECT object_id, payload FROM workflow_step WHERE machine = 'payment' AND move = 'verify_request'"
        " ORDER BY object_id, seq"
    ):
        told = [digest for kind, _name, digest in json.loads(payload)["facts"] if kind == "payment"]
        proven[pk] = told[0] if told else ""
    for pk, *line in rows(
        "SELECT p.id, p.number, p.attempt, p.amount_fen, a.holder, a.bank, a.account_no, a.cnaps,"
        " t.number FROM grants_payment p JOIN grants_tranche t ON t.id = p.tranche_id"
        " JOIN grants_payeeaccount a ON a.id = p.account_id WHERE p.maker_id IS NOT NULL ORDER BY p.id"
    ):
        if proven.get(pk) and hashed(line) != proven[pk]:
            yield Finding(f"payment {pk}", "金额或账户不是审核时的")


def _batches() -> Iterator[Finding]:
    """An open batch counts and sums what is in it; a frozen one holds no more than it counted, a live one no less."""
    for pk, count, total, frozen, returned, left, n, fen in rows(
        "SELECT b.id, b.count, b.total_fen, b.frozen_at, b.returned_at,"
        " (SELECT COUNT(*) FROM grants_payment o JOIN grants_project q ON q.id = o.project_id"
        " WHERE q.round_id = b.round_id AND o.attempt > 1), COUNT(p.id), SUM(p.amount_fen) FROM grants_batch b"
        " LEFT JOIN grants_payment p ON p.batch_id = b.id"
        " GROUP BY b.id, b.count, b.total_fen, b.frozen_at, b.returned_at, b.round_id ORDER BY b.id"
    ):
        there = (n, int(fen or 0))
        whole = not frozen or not (returned or left)
        if there > (count, total) or (whole and there != (count, total)):
            yield Finding(f"batch {pk}", "批次的笔数或合计不符")
    yield from _sealed()


def _sealed() -> Iterator[Finding]:
    """Count, control total and digest of a frozen batch are those of the lines in its files."""
    lines: dict[int, list[list[object]]] = defaultdict(list)
    for batch, kept in rows("SELECT batch_id, lines FROM grants_batchfile ORDER BY batch_id, position"):
        lines[batch] += [one[:7] for one in json.loads(kept)]
    for pk, count, total, digest in rows("SELECT id, count, total_fen, digest FROM grants_batch ORDER BY id"):
        told = sorted(lines.get(pk, []), key=lambda one: str(one[0]))
        if told and (count, total, digest) != (len(told), sum(int(str(one[2])) for one in told), hashed(told)):
            yield Finding(f"batch {pk}", "批次与银行文件里的各笔不符")


def _closings() -> Iterator[Finding]:
    """A closing in force still is what every account of its round sums to up to its day."""
    last: dict[int, str] = {}
    for pk, round_, through, digest in rows(
        "SELECT c.id, c.round_id, c.through, c.digest FROM grants_closing c"
        " LEFT JOIN grants_reopening o ON o.closing_id = c.id WHERE o.id IS NULL ORDER BY c.through"
    ):
        last[round_] = str(day(through))
        if _trial(round_, last[round_]) != digest:
            yield Finding(f"closing {pk}", "试算平衡表与结账时不同")
    for pk, through in rows("SELECT id, closed_through FROM grants_round ORDER BY id"):
        if day(through) != last.get(pk):
            yield Finding(f"round {pk}", "结账日期与结账记录不符")


def _trial(round_: int, through: str) -> str:
    both: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for place, side in enumerate(("debit", "credit")):
        for name, fen in rows(
            f"SELECT a.name, SUM(p.amount_fen) FROM grants_posting p JOIN grants_entry e ON e.id = p.entry_id"  # noqa: S608
            f" JOIN grants_account a ON a.id = p.{side}_id WHERE a.round_id = %s AND e.date <= %s GROUP BY a.name",
            round_,
            through,
        ):
            both[name][place] += int(fen)
    return hashed([[name, *both[name]] for name in sorted(both)])


def _same(row: str, name: str, told: int, found: int) -> Iterator[Finding]:
    if told != found:
        yield Finding(row, f"{name}：记为 {yuan(told)} 元，重新计算是 {yuan(found)} 元")


def figures() -> dict[str, int]:
    """How much was looked at, and the sums that both sides agree on (fen)."""
    names = ("entry", "posting", "payment", "bankline")
    count = {name: rows(f"SELECT COUNT(*) FROM grants_{name}")[0][0] for name in names}  # noqa: S608
    total = rows("SELECT COALESCE(SUM(amount_fen), 0) FROM grants_posting")[0][0]
    paid = rows("SELECT COALESCE(SUM(paid_fen), 0), COALESCE(SUM(granted_fen), 0) FROM grants_project")[0]
    return {**count, "turnover_fen": int(total), "paid_fen": int(paid[0]), "granted_fen": int(paid[1])}
