"""`python -m tests.benchmarks.books [--projects N] [--sqlite]`: pages of the books over 50,000 payments.

N projects (5,000 unless told otherwise) with ten tranches, ten payments and ten expenses each are made in bulk in a
scratch database, PostgreSQL where there is one, and the guards put in place after. Each page of the books is opened
twenty times: queries against 12, p95 against 150 ms; the trial balance against a second. Exit 1 when one is passed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from tests.benchmarks.pages import scratch

CHILD = "QINGNUAN_BENCHMARK"
EACH, TIMES, CHUNK = 10, 20, 5000
QUERIES, MILLISECONDS, TRIAL = 12, 150, 1000
FEN = 100_000
DAY = dt.date(2026, 3, 2)


def main() -> int:
    """In the parent: make the scratch database and start the child in it. In the child: fill it and open pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=5000)
    parser.add_argument("--sqlite", action="store_true")
    options = parser.parse_args()
    if os.environ.get(CHILD) == "1":
        return measure(options.projects)
    with tempfile.TemporaryDirectory(prefix="qingnuan-bench-") as folder, database(folder, lite=options.sqlite) as url:
        environment = os.environ | {
            CHILD: "1",
            "DJANGO_SETTINGS_MODULE": "grants.settings.rehearsal",
            "DATABASE_URL": url,
            "DATA_DIR": folder,
            "STORAGE_URL": (Path(folder) / "documents").as_uri(),
            "DEMO": "",
            "DEBUG": "",
        }
        child = [sys.executable, "-m", "tests.benchmarks.books", "--projects", str(options.projects)]
        return subprocess.run(child, env=environment, check=False).returncode


@contextmanager
def database(folder: str, *, lite: bool) -> Iterator[str]:
    """Give the address of an empty database, gone after the block."""
    if lite:
        yield f"sqlite:///{Path(folder) / 'books.sqlite3'}"
        return
    with scratch() as url:
        yield url


def measure(projects: int) -> int:
    """Fill the books, open the pages, print what they cost; 1 when a limit is passed."""
    import django  # noqa: PLC0415 -- the child's settings are known only now

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    settings.ALLOWED_HOSTS.append("testserver")
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    started = time.monotonic()
    at = fill(projects)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    count = projects * EACH
    print(
        f"{connection.vendor}: {count} payments in {projects} projects made in {time.monotonic() - started:.0f} s",
        flush=True,
    )
    return told(at)


def fill(projects: int) -> Any:
    """A round with so many projects and all their money, made in bulk; -> who and what the pages are opened with."""
    from grants.funds.enums import SourceKind  # noqa: PLC0415 -- with the child's settings
    from grants.people.commands import grant_role  # noqa: PLC0415
    from tests.grants.funds import builders  # noqa: PLC0415
    from workflow.guards_sql import lifted  # noqa: PLC0415
    from workflow.lifecycle import Role  # noqa: PLC0415
    from workflow.ports import SYSTEM  # noqa: PLC0415

    at = builders.world()
    grant_role(builders.person("auditor"), Role.AUDITOR, actor=SYSTEM, organisation=at.province)
    builders.source(at, projects * EACH * FEN, SourceKind.FISCAL)
    pattern = builders.signed(at, EACH * FEN)
    with lifted():
        for first in range(0, projects, CHUNK // 10):
            lay(at, pattern, range(first, min(projects, first + CHUNK // 10)))
    return at


def lay(at: Any, pattern: Any, numbers: Iterable[int]) -> None:
    """Projects like the pattern, each with accounts, entries, postings, tranches and payments."""
    from grants.applications.models import Project  # noqa: PLC0415 -- with the child's settings
    from grants.funds.models import Account, Entry, PayeeAccount, Payment, Posting, Tranche  # noqa: PLC0415
    from grants.people.models import Team  # noqa: PLC0415
    from workflow import clock  # noqa: PLC0415
    from workflow.models import Step  # noqa: PLC0415

    step, fen = Step.objects.filter(subject=f"project:{pattern.pk}").earliest("pk"), EACH * FEN
    common = {name: getattr(pattern, name) for name in ("round", "leader", "payee", "scope", "state")}
    teams = Team.objects.bulk_create(Team(name=f"基准{n}队", guided_by=at.county, founded_on=DAY) for n in numbers)
    projects = Project.objects.bulk_create(
        Project(number=f"BENCH-{n:06d}", title=f"项目{n}", team=team, granted_fen=fen, paid_fen=fen, **common)
        for n, team in zip(numbers, teams, strict=True)
    )
    available = Account.objects.get(kind="available")
    accounts = {
        (account.project_id, account.kind): account
        for account in Account.objects.bulk_create(
            Account(
                name=f"project:{one.pk}:{kind}{':VENUE' if kind == 'spent' else ''}",
                kind=kind,
                round=at.round,
                project=one,
                category="VENUE" if kind == "spent" else "",
            )
            for one in projects
            for kind in ("committed", "undrawn", "held", "spent")
        )
    }
    entries: list[Entry] = []
    ways: list[tuple[Account, Account, int]] = []

    def enter(one: Project, key: tuple[str, int], debit: Account, credit: Account, much: int) -> None:
        name, day = key
        memo, date = f"{name} {one.number}", DAY + dt.timedelta(days=day)
        entries.append(Entry(key=f"{one.number}/{name}", date=date, memo=memo, step=step, digest="0" * 64))
        ways.append((debit, credit, much))

    for one in projects:
        mine = {kind: accounts[one.pk, kind] for kind in ("committed", "undrawn", "held", "spent")}
        enter(one, ("立项", 0), mine["committed"], available, fen)
        enter(one, ("协议", 1), mine["undrawn"], mine["committed"], fen)
        for n in range(EACH):
            enter(one, (f"拨款{n}", 10 + 30 * n), mine["held"], mine["undrawn"], FEN)
            enter(one, (f"支出{n}", 20 + 30 * n), mine["spent"], mine["held"], FEN // 2)
    made = Entry.objects.bulk_create(entries, batch_size=CHUNK)
    Posting.objects.bulk_create(
        (
            Posting(entry=entry, position=1, debit=debit, credit=credit, amount_fen=much)
            for entry, (debit, credit, much) in zip(made, ways, strict=True)
        ),
        batch_size=CHUNK,
    )
    tranches = Tranche.objects.bulk_create(
        (
            Tranche(project=one, number=n, planned_fen=FEN, paid_fen=FEN, trigger="check_passed", due_wd=10)
            for one in projects
            for n in range(1, EACH + 1)
        ),
        batch_size=CHUNK,
    )
    payees = PayeeAccount.objects.bulk_create(
        PayeeAccount(
            project=one,
            number=1,
            holder="莲都区红十字会",
            bank="工商银行",
            account_no="6222021202001234567",
            filed_by=at.payee_officer,
            filed_at=clock.now(),
        )
        for one in projects
    )
    to = {account.project_id: account for account in payees}
    paying = {entry.memo: entry for entry in made}
    Payment.objects.bulk_create(
        (
            Payment(
                project=tranche.project,
                tranche=tranche,
                number=f"{tranche.project.number}-BK{tranche.number}",
                amount_fen=FEN,
                account=to[tranche.project_id],
                requester=at.programme_officer,
                maker=at.finance_officer,
                checker=at.finance_approver,
                cashier=at.cashier,
                state="paid",
                paid_entry=paying[f"拨款{tranche.number - 1} {tranche.project.number}"],
                paid_on=paying[f"拨款{tranche.number - 1} {tranche.project.number}"].date,
            )
            for tranche in tranches
        ),
        batch_size=CHUNK,
    )


def told(at: Any) -> int:
    """Each page opened twenty times: queries, p95, kilobytes; 1 when any passes its limit."""
    from django.test import Client  # noqa: PLC0415 -- with the child's settings
    from django.urls import reverse  # noqa: PLC0415

    from grants.funds.models import Account, Payment  # noqa: PLC0415
    from tests.grants.desk.visiting import asked  # noqa: PLC0415

    project = Payment.objects.latest("pk").project
    round_ = f"?round={at.round.pk}"
    available, held = Account.objects.get(kind="available"), Account.objects.get(project=project, kind="held")
    pages = {
        "ledger page, the round": (reverse("book_account", args=[available.pk]), MILLISECONDS),
        "ledger page, its page 100": (reverse("book_account", args=[available.pk]) + "?page=100", MILLISECONDS),
        "ledger page, a project": (reverse("book_account", args=[held.pk]), MILLISECONDS),
        "accounts of a kind": (reverse("book_accounts") + f"{round_}&kind=held", MILLISECONDS),
        "project money page": (reverse("project_money", args=[project.pk]), MILLISECONDS),
        "trial balance": (reverse("books") + round_, TRIAL),
        "trial balance at a day": (reverse("books") + f"{round_}&on=2026-06-30", TRIAL),
    }
    client, over = Client(headers={"accept-encoding": "gzip"}), 0
    client.force_login(at.finance_officer)
    client.get(reverse("notices"))
    gc.collect()
    gc.freeze()  # as grants/wsgi.py does once it has loaded
    for name, (url, most) in pages.items():
        with asked() as queries:
            answer = client.get(url)
        assert answer.status_code == 200, url
        times, own = [], []
        for _time in range(TIMES):
            before, spent = time.perf_counter(), time.process_time()
            client.get(url)
            times.append((time.perf_counter() - before) * 1000)
            own.append((time.process_time() - spent) * 1000)
        p95, cpu = quantiles(times, n=20)[-1], quantiles(own, n=20)[-1]
        flag = "OVER" if len(queries) > QUERIES or p95 > most else ""
        over += bool(flag)
        print(
            f"{name:28} {len(queries):>3} / {QUERIES} queries  p95 {p95:>7.1f} / {most} ms, half {median(times):.1f},"
            f" own CPU {cpu:.1f}  {flag}",
            flush=True,
        )
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
