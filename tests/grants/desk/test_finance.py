"""What finance, leadership and audit look at: what waits, what comes, which source runs short, who did what."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse

from grants.applications.models import Project
from grants.desk.archive.verify_payments import duties
from grants.desk.auditing.duties import attempts
from grants.desk.auditing.sampling import METHODS, MONETARY, population, sample
from grants.desk.auditing.sums import findings
from grants.desk.commands import act
from grants.desk.queries.finance import Share, by_source
from grants.desk.tables.charts import DESK, PHONE
from grants.desk.tables.finance import against
from grants.funds.models import FundingSource, Payment
from grants.people.commands import grant_role
from grants.people.models import User
from storage.enums import Scan
from storage.models import Document
from tests.factories import a_document, on
from tests.grants.desk.visiting import Visitor
from tests.grants.funds.builders import (
    World,
    approved,
    paid,
    person,
    requested,
    signed,
    source,
    verified_account,
    world,
)
from tests.snapshots import rolled_back
from workflow import clock
from workflow.lifecycle import Role
from workflow.ports import SYSTEM

GRANT = 2_500_000


@pytest.fixture(scope="module")
def at(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Two sources, one nearly used up; three projects: one paid, one approved, one not asked for."""
    with django_db_blocker.unblock(), rolled_back(), on(2027, 6, 10):
        made = world()
        source(made, 2_550_000)
        source(made, 9_000_000)
        projects = [signed(made, GRANT) for _n in range(3)]
        for one in projects[:2]:
            verified_account(made, one)
        paid(made, requested(made, projects[0]))
        approved(made, requested(made, projects[1]))
        grant_role(person("auditor"), Role.AUDITOR, actor=SYSTEM, organisation=made.province)
        yield made


@pytest.fixture
def auditor(at: World, db: None) -> User:
    """Somebody who audits."""
    return person("auditor")


def file(who: User, name: str, *args: Any) -> bytes:
    answer = Visitor(who).client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return bytes(answer.content)


def test_finance_sees_what_waits_for_it_and_which_source_runs_short(at: World, db: None):
    page = Visitor(at.finance_officer).open("finance")
    assert reverse("round_payments", args=[at.round.pk]) in page
    short = FundingSource.objects.earliest("pk")
    assert "快用完的资金来源" in page
    assert short.name in page
    assert "0.00 元" in page
    assert "现在没有等您办的拨款" in Visitor(at.cashier).open("finance")


def test_the_cash_plan_has_every_tranche_that_is_still_open(at: World, db: None):
    rows = list(csv.reader(io.StringIO(file(at.finance_officer, "cash_plan", "csv").decode("utf-8-sig"))))[1:]
    told = sum(round(float(row[6]) * 100) for row in rows)
    left = sum(one.granted_fen - one.paid_fen for one in Project.objects.filter(round=at.round))
    assert told == left > 0
    assert {row[7] for row in rows} == {"已审批", "还没有申请"} or "还没有申请" in {row[7] for row in rows}
    file(at.finance_officer, "cash_plan", "xlsx")


def test_the_pages_are_for_those_who_handle_or_watch_the_money(at: World, auditor: User):
    for name, ok in (
        ("finance", {at.finance_officer, at.cashier, at.business_lead, auditor}),
        ("sources", {at.finance_officer, at.cashier, at.business_lead, auditor}),
        ("audit", {auditor}),
        ("audit_sample", {auditor}),
    ):
        for who in (at.finance_officer, at.cashier, at.business_lead, auditor, at.payee_officer):
            Visitor(who).open(name, status=200 if who in ok else 404)


def test_what_sources_bore_adds_up_to_what_projects_were_paid(at: World, db: None):
    found = by_source([at.round.pk])
    projects = list(Project.objects.filter(round=at.round))
    assert sum(one.share.paid for one in found) == sum(one.paid_fen for one in projects) > 0
    assert sum(one.share.committed for one in found) == sum(one.granted_fen for one in projects)
    assert [one.short for one in found] == [True, False]
    page = Visitor(at.finance_officer).open("sources")
    for one in found:
        assert one.source.name in page


def test_every_payment_says_who_did_which_step_and_that_nobody_did_two(at: World, auditor: User):
    page = Visitor(auditor).open("audit")
    for payment in Payment.objects.all():
        assert payment.number in page
    assert "没有一个人在同一笔拨款上办了两样" in page
    rows = list(csv.reader(io.StringIO(file(auditor, "audit_duties", "csv").decode("utf-8-sig"))))[1:]
    assert [row[-1] for row in rows] == ["没有人办两样"] * 2
    done = next(one for one in attempts() if "cashier" in one.hands)
    assert {done.hands[duty].person for duty in ("maker", "checker", "cashier")} == {
        at.finance_officer.pk,
        at.finance_approver.pk,
        at.cashier.pk,
    }


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_draws_the_same_sample(method: str):
    payments = [(pk, 1000 + pk % 7 * 900) for pk in range(1, 200)]
    first = sample(payments, size=20, seed=42, method=method)
    assert first == sample(payments, size=20, seed=42, method=method)
    assert first != sample(payments, size=20, seed=43, method=method)
    assert 15 <= len(first) <= 20
    assert set(first) <= {pk for pk, _fen in payments}


def test_a_payment_of_an_interval_or_more_is_always_drawn_by_monetary_units():
    payments = [(1, 10), (2, 5_000), (3, 10), (4, 10)]
    assert all(2 in sample(payments, size=2, seed=seed, method=MONETARY) for seed in range(50))


def test_a_sample_is_shown_with_its_seed(at: World, auditor: User):
    page = Visitor(auditor).open("audit_sample", query="?seed=7&size=5&method=random")
    assert '<strong class="num">7</strong>' in page
    assert Payment.objects.get(pk=population()[0][0]).number in page


def evidence(who: User, name: str, *args: Any, query: str = "") -> bytes:
    answer: Any = Visitor(who).client.get(reverse(name, args=args) + query)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def opened(made: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        package.extractall(folder)
    return folder


def proof(folder: Path) -> tuple[int, str]:
    """The package's own program, run apart."""
    done = subprocess.run([sys.executable, str(folder / "verify.py")], capture_output=True, check=False)
    return done.returncode, done.stdout.decode()


def test_the_evidence_of_a_payment_proves_itself_without_the_system(at: World, auditor: User, tmp_path: Path):
    payment = Payment.objects.get(state="paid")
    made = evidence(auditor, "audit_evidence", payment.pk)
    assert made == evidence(auditor, "audit_evidence", payment.pk)
    folder = opened(made, tmp_path)
    assert proof(folder)[0] == 0
    bank = json.loads((folder / "流水.json").read_text())
    assert bank[0]["amount_fen"] == payment.amount_fen
    assert Visitor(at.finance_officer).client.get(reverse("audit_evidence", args=[payment.pk])).status_code == 404


def test_the_evidence_holds_the_papers_themselves_and_says_who_took_them(at: World, auditor: User, tmp_path: Path):
    payment = Payment.objects.get(state="paid")
    paper = a_document(at.payee_officer, "票据")
    act(payment, "receipt", actor=at.payee_officer, given={"receipt": str(paper.pk)})
    folder = opened(evidence(auditor, "audit_evidence", payment.pk), tmp_path)
    rows = {row["sha256"]: row for row in json.loads((folder / "材料.json").read_text())}
    held = folder / rows[paper.sha256]["path"]
    assert hashlib.sha256(held.read_bytes()).hexdigest() == paper.sha256
    assert [one.reader for one in paper.accesses.all()] == [auditor]
    assert proof(folder)[0] == 0
    held.write_bytes(b"another paper")
    code, told = proof(folder)
    assert code == 1
    assert held.name in told


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("流水.json", ('"amount_fen": 1', '"amount_fen": 2')),
        ("账目.json", ('"memo": "拨款', '"memo": "还款')),
        ("留痕.json", ("payment:", "payment;")),
        ("样本.json", ('"seed": 7', '"seed": 8')),
    ],
)
def test_whatever_is_changed_in_the_evidence_of_a_sample_is_named(
    at: World, auditor: User, tmp_path: Path, part: str, change: tuple[str, str]
):
    query = "?seed=7&size=5&method=random"
    folder = opened(evidence(auditor, "audit_sample_evidence", query=query), tmp_path)
    assert proof(folder)[0] == 0
    text = (folder / part).read_text()
    assert change[0] in text
    (folder / part).write_text(text.replace(*change))
    code, told = proof(folder)
    assert code == 1
    assert part in told


def test_a_paper_that_is_gone_is_named_with_the_reason(at: World, auditor: User, tmp_path: Path):
    payment = Payment.objects.get(state="paid")
    paper = a_document(at.payee_officer, "票据")
    act(payment, "receipt", actor=at.payee_officer, given={"receipt": str(paper.pk)})
    Document.objects.filter(pk=paper.pk).update(scan=Scan.INFECTED, scanned_at=clock.now())
    folder = opened(evidence(auditor, "audit_evidence", payment.pk), tmp_path)
    rows = {row["sha256"]: row for row in json.loads((folder / "材料.json").read_text())}
    assert (rows[paper.sha256]["path"], rows[paper.sha256]["why"]) == ("", "查出病毒，已隔离 · infected")
    assert proof(folder)[0] == 0


def test_one_person_with_two_duties_is_found_in_the_evidence_alone():
    steps = [("request", 1), ("verify_request", 2), ("approve_payment", 3), ("send", 2)]
    told = [{"payload": json.dumps({"move": move, "actor": who})} for move, who in steps]
    trail = {"records": [{"record": "payment:1", "steps": told}]}
    assert list(duties(trail)) == ["payment:1: 一个人办了两样 · one person did two duties (maker, cashier)"]


def test_the_audit_of_untouched_books_finds_nothing(at: World, db: None):
    assert list(findings()) == []
    out = io.StringIO()
    call_command("audit", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert told["audit"] == "ok"
    assert told["figures"]["paid_fen"] == Payment.objects.get(state="paid").amount_fen
    assert told["duties"] == {"attempts": 2, "conflicts": 0}


def test_a_long_name_moves_the_bars_and_is_not_drawn_over():
    short, long = Share("省级财政预算 2026", 100, 50), Share("爱心企业定向捐赠（2025年结转） 2026", 100, 50)
    room = replace(DESK, left=200, reach=440)
    begins = [int(re.findall(r'c-plan" x="(\d+)"', against([one], "", room))[0]) for one in (short, long)]
    assert begins[0] == 200
    assert begins[1] > 13 * 13 + 9 * 6  # thirteen wide letters, nine narrow ones
    assert against([long], "", PHONE).count('x="0"') == 3
