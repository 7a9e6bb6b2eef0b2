"""`python -m tests.benchmarks.bank [--lines N] [--payments N]`: a great statement, and what a payment step costs.

In a scratch database, PostgreSQL where there is one. First a statement of N lines (10,000) against as many payments
with 200 oddities planted: handed over on the page, read in the helper, taken in, matched; every clean line must be
proposed for its payment, every odd one be in the queue with its reason, all of it within 30 s. Then payment steps
through the one door, each beside the very same statements by psycopg: at least a fifth of their speed; and the bare
posting of an entry: at least half. Exit 1 when a bar is missed.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from tests.benchmarks.pages import scratch

if TYPE_CHECKING:
    from grants.funds.models import Payment
    from tests.grants.funds.builders import World
    from tests.grants.funds.statement import Planted

CHILD = "QINGNUAN_BENCHMARK"
ODD, SECONDS = 200, 30
STEP_BAR, POSTING_BAR = 0.20, 0.50
WARM = 8
"""Pairs that are made and not counted."""
Said = tuple[str, Any]


def main() -> int:
    """In the parent: make the scratch database and start the child in it. In the child: measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--payments", type=int, default=60)
    options = parser.parse_args()
    if os.environ.get(CHILD) == "1":
        return measure(options.lines, options.payments)
    with tempfile.TemporaryDirectory(prefix="qingnuan-bench-") as folder, scratch() as url:
        environment = os.environ | {
            CHILD: "1",
            "DJANGO_SETTINGS_MODULE": "grants.settings.rehearsal",
            "DATABASE_URL": url,
            "DATA_DIR": folder,
            "STORAGE_URL": (Path(folder) / "documents").as_uri(),
            "DEMO": "",
            "DEBUG": "",
        }
        counts = ["--lines", str(options.lines), "--payments", str(options.payments)]
        child = [sys.executable, "-m", "tests.benchmarks.bank", *counts]
        return subprocess.run(child, env=environment, check=False).returncode


def measure(lines: int, payments: int) -> int:
    """Both measurements; 1 when a bar is missed."""
    import django  # noqa: PLC0415 -- the child's settings are known only now

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    settings.ALLOWED_HOSTS.append("testserver")
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    print(f"load {os.getloadavg()[0]:.1f} of {os.cpu_count()} cores", flush=True)
    return max(great_statement(lines), throughput(payments))


# The great statement ---------------------------------------------------------------------------------------------


def great_statement(count: int) -> int:
    """Hand it over, take it in, hold every line against what was planted."""
    from tests.grants.desk.visiting import Visitor  # noqa: PLC0415
    from tests.grants.funds import builders  # noqa: PLC0415
    from tests.grants.funds.statement import planted  # noqa: PLC0415

    at = builders.world()
    planned = planted(count, ODD * count // 10_000)
    with timed("seed"):
        numbers = seeded(at, planned)
    raw = as_file(planned)
    started, used = time.perf_counter(), time.process_time()
    handed_over(at, raw)
    seconds, used = time.perf_counter() - started, time.process_time() - used
    with timed("queue"):
        Visitor(at.cashier).open("bank_queue", at.round.pk)
    wrong = compared(at, planned, numbers)
    print(f"statement of {len(planned.lines)} lines against {count} payments: read, taken in and matched in")
    print(f"  {seconds:.1f} s (bar {SECONDS} s), of which {used:.1f} s of this process's processor")
    print(f"  {len(planned.plain)} clean, {len(planned.odd)} lines odd, {len(wrong)} wrong {wrong[:5]}", flush=True)
    return int(seconds > SECONDS or bool(wrong))


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print how long the block took."""
    started = time.perf_counter()
    yield
    print(f"  {what}: {time.perf_counter() - started:.2f} s", flush=True)


def seeded(at: World, planned: Planted) -> dict[int, int]:
    """The payments of the plan, sent; written past the door, for no person sends ten thousand. -> pk by plan."""
    from grants.applications.models import Project  # noqa: PLC0415
    from grants.funds.models import PayeeAccount, Payment, Tranche  # noqa: PLC0415
    from grants.people.models import Team  # noqa: PLC0415
    from tests.grants.funds.builders import DAY, person  # noqa: PLC0415
    from workflow import clock, guards_sql  # noqa: PLC0415
    from workflow.models import Step, place_of  # noqa: PLC0415

    sent = clock.now().replace(year=2027, month=3, day=5)
    teams = Team.objects.bulk_create(
        [Team(name=f"测速团队{due.pk}", guided_by=at.county, founded_on=DAY) for due in planned.dues], 1_000
    )
    facts: dict[str, Any] = {"round": at.round, "leader": person("leader"), "scope": at.county.path}
    with guards_sql.lifted():
        projects = Project.objects.bulk_create(
            [
                Project(number=f"P{due.pk:06d}", title=f"项目{due.pk}", team=team, **facts)
                for team, due in zip(teams, planned.dues, strict=True)
            ],
            1_000,
        )
        tranches = Tranche.objects.bulk_create(
            [
                Tranche(project=one, number=1, planned_fen=due.fen, trigger="agreement_signed", due_wd=10)
                for one, due in zip(projects, planned.dues, strict=True)
            ],
            1_000,
        )
        hands = {"filed_by": at.payee_officer, "filed_at": sent, "verified_by": at.finance_officer, "verified_at": sent}
        accounts = PayeeAccount.objects.bulk_create(
            [
                PayeeAccount(
                    project=one, number=1, holder=due.name, bank="银行", account_no=f"62220212{due.tail}", **hands
                )
                for one, due in zip(projects, planned.dues, strict=True)
            ],
            1_000,
        )
        people = {"requester": at.programme_officer, "maker": at.finance_officer, "checker": at.finance_approver}
        payments = Payment.objects.bulk_create(
            [
                Payment(
                    project=one,
                    tranche=tranche,
                    account=account,
                    number=due.number,
                    amount_fen=due.fen,
                    cashier=at.cashier,
                    state="sent",
                    **people,
                )
                for one, tranche, account, due in zip(projects, tranches, accounts, planned.dues, strict=True)
            ],
            1_000,
        )
        Step.objects.bulk_create(
            [
                Step(
                    ref=f"payment:{one.pk}:1",
                    **place_of(one),
                    machine="payment",
                    subject=f"project:{one.project_id}",
                    seq=1,
                    version=2,
                    move="send",
                    source="batched",
                    target="sent",
                    actor=at.cashier,
                    role="cashier",
                    at=sent,
                    payload="{}",
                    digest="0",
                )
                for one in payments
            ],
            1_000,
        )
    return {due.pk: one.pk for due, one in zip(planned.dues, payments, strict=True)}


def as_file(planned: Planted) -> bytes:
    """The statement as the bank would give it, in GBK."""
    rows = ["交易日期,交易流水号,支出金额,收入金额,对方户名,对方账号,摘要"]
    for line in planned.lines:
        yuan = f"{line.fen // 100}.{line.fen % 100:02d}"
        money, words = (f",{yuan}", "冲正") if line.undone else (f"{yuan},", line.words)
        rows.append(f"{line.day.isoformat()},L{line.pk},{money},{line.name},62220212{line.tail},{words}")
    return "\r\n".join(rows).encode("gbk")


def handed_over(at: World, raw: bytes) -> None:
    """The cashier hands the file over on the page, takes it in (a second factor is not asked), sees what fits."""
    from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: PLC0415

    from grants.desk.commands import act  # noqa: PLC0415
    from grants.funds.models import Statement  # noqa: PLC0415
    from tests.factories import on  # noqa: PLC0415
    from tests.grants.desk.visiting import Visitor  # noqa: PLC0415

    with on(2027, 3, 9):
        cashier, pk = Visitor(at.cashier), at.round.pk
        with timed("read and looked at"):
            file = SimpleUploadedFile("明细.csv", raw)
            cashier.post("round_bank", pk, do="read", file=file, template="statement")
        with timed("taken in"):
            statement = str(Statement.objects.get(taken="").pk)
            act(at.round, "import_statement", actor=at.cashier, given={"statement": statement})
        with timed("matched, on the page"):
            cashier.open("round_bank", pk)


def compared(at: World, planned: Planted, numbers: dict[int, int]) -> list[str]:
    """References whose verdict is not what was planted."""
    from grants.desk.banking.queries import reconciling  # noqa: PLC0415

    found = reconciling(at.round)
    clean = {line.reference: finding.due for line, finding in found.clean}
    odd = {line.reference: str(finding.verdict) for line, finding in found.odd}
    wrong = [f"L{pk}" for pk, due in planned.plain.items() if clean.get(f"L{pk}") != numbers[due]]
    wrong += [f"L{pk} {odd.get(f'L{pk}')}" for pk, verdict in planned.odd.items() if odd.get(f"L{pk}") != verdict]
    return wrong + [name for name in odd if int(name[1:]) not in planned.odd]


# What a payment step costs ---------------------------------------------------------------------------------------


def throughput(count: int) -> int:
    """Payment steps and bare postings, each beside the same statements by hand; 1 when a bar is missed."""
    from django.db import connection  # noqa: PLC0415

    if connection.vendor != "postgresql" or not count:
        print("posting throughput: left out (PostgreSQL, with --payments)")
        return 0
    from tests.grants.funds import builders  # noqa: PLC0415

    at = builders.world()
    builders.source(at, 10_000_000_000)
    with timed(f"{count} payments through all their steps until sent"):
        ready = [_sent(at) for _each in range(count)]
    half = len(ready) // 2
    step = _pairs("payment step (take)", [_paying(at, payment) for payment in ready[:half]], STEP_BAR)
    posting = _pairs("bare posting", [_posting(payment) for payment in ready[half:]], POSTING_BAR)
    where([_paying(at, payment) for payment in ready[half:]])
    return max(step, posting)


def _sent(at: World) -> Payment:
    from tests.grants.funds import builders  # noqa: PLC0415

    made = builders.signed(at, 2_500_000)
    builders.verified_account(at, made)
    return builders.sent(at, builders.requested(at, made))


def _paying(at: World, payment: Payment) -> Callable[[], object]:
    """The bank's word on the payment, confirmed through the one door."""
    from grants.desk.commands import act  # noqa: PLC0415
    from tests.grants.funds import builders  # noqa: PLC0415

    given = {"line": builders.bank_line(at, "paid", payment.amount_fen).reference}
    return lambda: act(payment, "pay", actor=at.cashier, key=f"bench:{payment.pk}", given=given)


def _posting(payment: Payment) -> Callable[[], object]:
    """An entry of one posting, in a command of its own, under a step that is there."""
    from grants.funds import commands as books  # noqa: PLC0415
    from grants.funds.enums import AccountKind as K  # noqa: PLC0415
    from grants.funds.ledger import project_account  # noqa: PLC0415
    from tests.grants.funds.builders import DAY  # noqa: PLC0415
    from workflow import clock  # noqa: PLC0415
    from workflow.command import command  # noqa: PLC0415
    from workflow.effects import Done  # noqa: PLC0415
    from workflow.trail import steps_of  # noqa: PLC0415

    pk = payment.project_id
    flow = (project_account(pk, K.HELD), project_account(pk, K.INTEREST), 100)

    @command
    def enter(step: str) -> object:
        done = Done("bench", "", "", actor=None, role="", given={}, at=clock.now(), ref=step)
        return books.post(date=DAY, memo="测速", postings=[flow], done=done)

    refs = {step.move: step.ref for step in steps_of(payment)}

    enter(refs["verify_request"])  # the accounts are open from now on, as they are after a project's first payment
    return partial(enter, refs["send"])


def _pairs(name: str, deeds: list[Callable[[], object]], bar: float) -> int:
    """Each deed heard and taken back, its statements said again by hand; then the next one done as it is."""
    ours: list[float] = []
    hand: list[float] = []
    counts: list[int] = []
    for at, deed in enumerate(deeds):
        if at % 2:
            ours.append(_took(deed))
        else:
            said = heard(deed)
            counts.append(len(said))
            hand.append(by_hand(said))
    warm = WARM // 2
    one, other = median(ours[warm:]), median(hand[warm:])
    ratio = other / one
    print(f"{name}: {1 / one:.0f}/s ({one * 1000:.1f} ms), by hand {1 / other:.0f}/s ({other * 1000:.1f} ms),")
    print(f"  {ratio:.0%} of it (bar {bar:.0%}), {median(counts):.0f} statements, {len(ours) - warm} pairs", flush=True)
    return int(ratio < bar)


def _took(deed: Callable[[], object]) -> float:
    started = time.perf_counter()
    deed()
    return time.perf_counter() - started


class _TakenBack(Exception):
    """What was heard is not kept."""


def heard(deed: Callable[[], object]) -> list[Said]:
    """Every statement that the deed says between begin and commit; nothing of it stays."""
    from django.db import connection, transaction  # noqa: PLC0415

    said: list[Said] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        said.append((sql, params))
        return execute(sql, params, many, context)

    before = _sequences()
    begun = transaction.atomic
    try:
        with connection.execute_wrapper(note):
            transaction.atomic = _never_kept(begun)
            deed()
    except _TakenBack:
        pass
    finally:
        transaction.atomic = begun
    _put_back(before)
    return said


def _never_kept(atomic: Any) -> Any:
    @contextmanager
    def taken_back(*given: Any, **how: Any) -> Iterator[None]:
        if not how.get("durable"):
            with atomic(*given, **how):
                yield
            return
        with atomic(*given, **how):
            yield
            raise _TakenBack

    return taken_back


def _sequences() -> dict[str, tuple[int, bool]]:
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")
        names = [name for (name,) in cursor.fetchall()]
        found = {}
        for name in names:
            cursor.execute(f'SELECT last_value, is_called FROM "{name}"')
            found[name] = cursor.fetchone()
        return found


def _put_back(found: dict[str, tuple[int, bool]]) -> None:
    """The numbers that the database would have given stand as before, so that the same rows get the same numbers."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        for name, (last, called) in found.items():
            cursor.execute("SELECT setval(%s, %s, %s)", [name, last, called])


def by_hand(said: list[Said]) -> float:
    """Seconds that psycopg takes for the same statements in one transaction, everything it answers fetched."""
    hand = _hand()
    started = time.perf_counter()
    with hand.transaction(), hand.cursor() as cursor:
        for sql, params in said:
            cursor.execute(sql, params)
            if cursor.description:
                cursor.fetchall()
    return time.perf_counter() - started


class _Kept:
    connection: Any = None


def _hand() -> Any:
    import psycopg  # noqa: PLC0415

    if _Kept.connection is None:
        _Kept.connection = psycopg.connect(
            os.environ["DATABASE_URL"], autocommit=True, cursor_factory=psycopg.ClientCursor
        )
    return _Kept.connection


def where(deeds: list[Callable[[], object]]) -> None:
    """Print where the time of a payment step goes: waiting for the database, and the parts of the door."""
    from django.db import connection  # noqa: PLC0415

    waiting, n = 0.0, 0

    def wait(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal waiting, n
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            waiting, n = waiting + time.perf_counter() - started, n + 1

    with connection.execute_wrapper(wait):
        whole = sum(map(_took, deeds[::2]))
    print(f"  of a step {waiting / whole:.0%} is in statements ({n / len(deeds[::2]):.0f} a step)")
    profile = cProfile.Profile()
    for deed in deeds[1::2]:
        profile.runcall(deed)
    stats: Any = pstats.Stats(profile)
    total = stats.total_tt
    for part in ("_judge", "lock", "enter_payment", "follow", "write", "run_deadline", "once", "_save_changes"):
        spent = sum(
            row[3] for key, row in stats.stats.items() if (key[2] == part and "wt-" in key[0]) or key[2] == part
        )
        print(f"    {part}: {spent / total:.0%} of the profile")


if __name__ == "__main__":
    sys.exit(main())
