"""Eight desks pay from twenty grants while they are killed; for a process of its own, after django.setup().

Each desk is a process that pays small amounts through the pattern that payments use, writes down every attempt before
it and every answer after it, and is killed at random moments. One more process looks at the books all the while. In
the end every unanswered attempt is made again under its old key, and everything is held against everything.
The database is the one in DATABASE_URL, already migrated and empty. Prints the findings as JSON.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import InterfaceError, OperationalError, connection
from django.db.models import Sum

from grants.applications.models import Project
from grants.funds import commands as books
from grants.funds.models import Posting, Tranche
from grants.funds.queries import standings, unfooted
from grants.people.models import User
from grants.programmes.models import Round
from tests.grants.funds import builders
from workflow.command import command, fingerprint, once
from workflow.refusals import Busy, Refused

DESKS, GRANTS, GRANT_FEN = 8, 20, 300_000
MOST_FEN, LONG_FEN_SECONDS = 60_000, 900_000
"""How much is paid at most at a time; less in a long run, so that the grants fill up while it lasts."""
REPLAYED = 0.1
DOWN = (OperationalError, InterfaceError) if os.environ.get("BANK_CRASHES") else ()
"""What a desk hears when the server crashes under it, in a run that crashes it: it asks again until it is back."""
FULL = {"grant_exhausted", "tranche_exhausted"}


def run(folder: str, seconds: str, seed: str) -> None:
    """Print the findings as JSON."""
    print(json.dumps(main(Path(folder), float(seconds), int(seed)), ensure_ascii=False))


def main(folder: Path, seconds: float, seed: int) -> dict[str, Any]:
    """Seed the books, run desks, killer and auditor, settle what is open, and report."""
    child(seed_books, folder)
    chance, ends = random.Random(seed), time.monotonic() + seconds
    note(folder / "begun", [])
    most = min(MOST_FEN, int(LONG_FEN_SECONDS // seconds))
    desks = {number: fork(desk, folder, number, chance.random(), most) for number in range(DESKS)}
    auditor, kills = fork(audit, folder, ends), 0
    while time.monotonic() < ends:
        time.sleep(chance.uniform(0.05, 0.4))
        number = chance.randrange(DESKS)
        kill(desks[number])
        kills += 1
        desks[number] = fork(desk, folder, number, chance.random(), most)
    for pid in desks.values():
        kill(pid)
    os.waitpid(auditor, 0)
    child(settle_open, folder)
    child(reach, folder)
    return report(folder) | {"kills": kills}


# Processes -----------------------------------------------------------------------------------------------------


def fork(work: Callable[..., object], *given: Any) -> int:
    """Return the id of a new process that does the work with connections of its own; this one holds none."""
    pid = os.fork()
    if pid:
        return pid
    try:
        work(*given)
    except BaseException as error:  # noqa: BLE001 -- whatever went wrong must be told
        note(given[0] / "errors", [type(error).__name__, str(error)])
        os._exit(1)
    os._exit(0)


def child(work: Callable[..., object], *given: Any) -> None:
    """Do the work in a process of its own and wait for it."""
    _pid, status = os.waitpid(fork(work, *given), 0)
    if status:
        raise RuntimeError(f"{work.__name__} failed: {lines(given[0] / 'errors')}")


def kill(pid: int) -> None:
    """Kill -9, at whatever moment."""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def note(path: Path, line: list[Any]) -> None:
    """Append one line that outlives the process."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, f"{json.dumps(line, ensure_ascii=False)}\n".encode())
    os.close(file)


def lines(path: Path) -> list[list[Any]]:
    """Return what was noted; a line cut short by a kill was never finished."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return [json.loads(line) for line in text.splitlines() if line.endswith("]")]


# Paying --------------------------------------------------------------------------------------------------------


def seed_books(folder: Path) -> None:
    """Twenty signed grants of one tranche, and a record for each desk on whose trail its steps are written."""

    at = builders.world()
    builders.source(at, GRANTS * GRANT_FEN)
    grants = [builders.signed(at, GRANT_FEN, "C").pk for _ in range(GRANTS)]
    desks = [builders.new_round(at.province).pk for _ in range(DESKS)]
    note(folder / "world", [grants, desks, at.cashier.pk])


def pay(desk_pk: int, grant: int, fen: int, key: str, actor_pk: int) -> str:
    """Return the key of the entry by which the amount was paid, now or when this key was used first."""

    actor = User.objects.get(pk=actor_pk)

    def enter() -> str:
        project = Project.objects.get(pk=grant)
        entry = builders.doing(
            Round.objects.get(pk=desk_pk),
            lambda _desk, done: books.disburse(
                project, project.tranches.get(), fen, date=builders.DAY, memo=key, reference="", done=done
            ),
            actor=actor,
        )
        return entry.key

    return command(lambda: once(key, fingerprint(grant, fen), enter))()[0]


def desk(folder: Path, number: int, seed: float, most: int) -> None:
    """Pay until killed: the attempt left open by the last life first, then from grant after grant as they fill up."""
    chance = random.Random(seed)
    grants, desks, actor = lines(folder / "world")[0]
    history = folder / f"desk{number}"
    told = lines(history)
    answers = {line[1]: line for line in told if line[0] != "try"}
    tried = [line for line in told if line[0] == "try"]
    full = sum(line[0] == "no" for line in answers.values())
    waiting = [line for line in tried if line[1] not in answers]
    while True:
        if waiting:
            attempt = waiting.pop()
        elif tried and chance.random() < REPLAYED:
            attempt = chance.choice(tried)
        else:
            fen = chance.randint(most // 6, most)
            attempt = ["try", f"bank:{number}:{len(tried)}", grants[min(full, GRANTS - 1)], fen]
            tried.append(attempt)
            note(history, attempt)
        full += attempted(history, attempt, desks[number], actor, answers)


def attempted(history: Path, attempt: list[Any], desk_pk: int, actor: int, answers: dict[str, list[Any]]) -> bool:
    """Make an attempt and note its answer; a replay must get the answer of the first time. -> was the grant full."""

    _try, key, grant, fen = attempt
    before = answers.get(key)
    while True:
        try:
            answer = ["ack", key, pay(desk_pk, grant, fen, key, actor)]
        except Busy:
            continue
        except DOWN:
            hang_up(history)
            continue
        except Refused as refused:
            if not FULL.issuperset(refused.codes):
                raise
            answer = ["no", key, ""]
        break
    if before is None:
        note(history, answer)
        answers[key] = answer
    elif before != answer and before[0] == "ack":
        note(history.with_name("errors"), ["another answer", before, answer])
    elif before == answer and before[0] == "ack":
        note(history.with_name("replays"), [key])
    return before is None and answer[0] == "no"


def reach(folder: Path) -> None:
    """The server answers again, if it was crashed a moment ago."""
    while True:
        try:
            connection.ensure_connection()
        except DOWN:
            hang_up(folder / "audit")
        else:
            return


def hang_up(history: Path) -> None:
    """The connection is gone; the next question opens another, as soon as the server is back."""
    note(history.with_name("down"), [])
    connection.close()
    time.sleep(0.1)


def settle_open(folder: Path) -> None:
    """Every attempt that was never answered is made again under its key."""
    _grants, desks, actor = lines(folder / "world")[0]
    for number, desk_pk in enumerate(desks):
        history = folder / f"desk{number}"
        told = lines(history)
        answers = {line[1]: line for line in told if line[0] != "try"}
        for line in told:
            if line[0] == "try" and line[1] not in answers:
                note(folder / "unanswered", [line[1]])
                attempted(history, line, desk_pk, actor, answers)


# Looking -------------------------------------------------------------------------------------------------------


@contextmanager
def snapshot() -> Iterator[None]:
    """Read everything in the block as it was at one moment, in nobody's way."""
    begin = "BEGIN" if connection.vendor == "sqlite" else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    with connection.cursor() as cursor:
        cursor.execute(begin)
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def wrong_now() -> list[str]:
    """Return what does not foot: grants overspent, counters that differ from their sums, identities."""
    projects = list(Project.objects.order_by("pk"))
    stories = standings(projects)
    sums = Tranche.objects.order_by().values("project")
    rows = sums.annotate(planned=Sum("planned_fen"), paid=Sum("paid_fen"), released=Sum("released_fen"))
    tranches = {row["project"]: {**row} for row in rows}
    over = [f"project:{one.pk} overspent" for one in projects if not 0 <= one.paid_fen <= one.granted_fen]
    return over + [
        f"project:{one.pk} {sentence}"
        for one in projects
        for sentence in unfooted(stories[one.pk], vars(one), tranches[one.pk])
    ]


def audit(folder: Path, ends: float) -> None:
    """Look at the books again and again until the end."""
    while time.monotonic() < ends:
        try:
            with snapshot():
                note(folder / "snapshots", wrong_now())
        except DOWN:
            hang_up(folder / "audit")
        time.sleep(0.2)


def report(folder: Path) -> dict[str, Any]:
    """Hold histories, entries and counters against each other."""
    child(look, folder)
    entries: list[list[Any]] = lines(folder / "entries")
    there = Counter(key for key, _entry, _fen in entries)
    told = [line for number in range(DESKS) for line in lines(folder / f"desk{number}")]
    tried = {line[1]: line for line in told if line[0] == "try"}
    acked = {line[1]: line[2] for line in told if line[0] == "ack"}
    amounts = {key: (entry, fen) for key, entry, fen in entries}
    snapshots = lines(folder / "snapshots")
    return {
        "commits": len(entries),
        "refused": sum(line[0] == "no" for line in told),
        "replays": len(lines(folder / "replays")),
        "down": len(lines(folder / "down")),
        "unanswered": len(lines(folder / "unanswered")),
        "snapshots": len(snapshots),
        "filled": len({tried[line[1]][2] for line in told if line[0] == "no"}),
        "wrong": [fault for found in snapshots for fault in found] + lines(folder / "wrong")[0],
        "faults": lines(folder / "faults")[0],
        "lost": [key for key, entry in acked.items() if amounts.get(key) != (entry, tried[key][3])],
        "duplicates": [key for key, count in there.items() if count > 1],
        "phantoms": [key for key in there if key not in acked],
        "errors": lines(folder / "errors"),
    }


def look(folder: Path) -> None:
    """Note every payment entered, and what the whole proof of the books finds."""

    with snapshot():
        found = Posting.objects.filter(entry__memo__startswith="bank:").order_by("pk")
        for row in found.values_list("entry__memo", "entry__key", "amount_fen"):
            note(folder / "entries", list(row))
        note(folder / "wrong", wrong_now())
        note(folder / "faults", builders.unsound())
