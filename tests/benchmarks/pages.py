"""`python -m tests.benchmarks.pages [--projects N]`: every kind of page for every role, in the middle of a great round.

A round of N applications (1,000 unless told otherwise; its reviewing makes three scores a project) is rehearsed in a
scratch database, PostgreSQL where there is one. Between its scenes each kind of page is opened by one person of each
role: queries against the budgets of DESIGN 8, milliseconds, kilobytes as sent. Exit 1 when a budget is passed.
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.on_both_databases import postgresql

if TYPE_CHECKING:
    from grants.desk.rehearsal.world import World
    from grants.people.models import User
    from tests.grants.desk.addresses import Address

CHILD = "QINGNUAN_BENCHMARK"
SCENES = ("reviewed", "running")
TRIES, TIMES = 3, 2
MILLISECONDS, KILOBYTES = 100, 30
SEED = 7


@dataclass
class Page:
    """What one kind of page costs at worst, over roles and scenes."""

    queries: int = 0
    kilobytes: float = 0
    milliseconds: list[float] = field(default_factory=list)
    opened: int = 0
    slowest: str = ""

    @property
    def p95(self) -> float:
        """Milliseconds that 95 in 100 openings do not pass."""
        return percentile(self.milliseconds)


def percentile(times: list[float]) -> float:
    """What 95 in 100 do not pass, never more than the longest, however few there are."""
    return quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]


def main() -> int:
    """In the parent: make the scratch database and start the child in it. In the child: play and open pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=1000)
    options = parser.parse_args()
    if os.environ.get(CHILD) == "1":
        return measure(options.projects)
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
        child = [sys.executable, "-m", "tests.benchmarks.pages", "--projects", str(options.projects)]
        return subprocess.run(child, env=environment, check=False).returncode


@contextmanager
def scratch() -> Iterator[str]:
    """Give the address of an empty PostgreSQL database, gone after the block."""
    with postgresql() as url:
        server = urlunsplit(urlsplit(url)._replace(path="/postgres"))
        name = f"qingnuan_bench_{os.getpid()}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        try:
            yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        finally:
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def measure(projects: int) -> int:
    """Play the round, open the pages between its scenes, print what they cost; 1 when a budget is passed."""
    import django  # noqa: PLC0415 -- the child's settings are known only now

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    from grants.desk.rehearsal.story import rehearse  # noqa: PLC0415
    from grants.programmes.profile import profile_text  # noqa: PLC0415

    settings.ALLOWED_HOSTS.append("testserver")
    logging.getLogger("django.request").setLevel(logging.ERROR)  # a page that is not theirs is no news here
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    found: dict[str, Page] = {}
    started = time.monotonic()

    def watch(scene: str, world: World) -> None:
        print(f"{scene}: {time.monotonic() - started:.0f} s", flush=True)
        if scene in SCENES:
            gc.collect()
            gc.freeze()  # as grants/wsgi.py does once it has loaded: a rehearsal leaves more behind than pages do
            with world.play.moment():
                for role, person in people(world).items():
                    visit(role, person, found)

    rehearse(projects, SEED, roomy(profile_text("qingnuan"), projects), watch=watch)
    return told(found)


def roomy(text: str, projects: int) -> str:
    """The profile with so many places for each area that every project may be recommended."""
    places = {"per_county": 1, "prefecture_direct": 1, "university_pool": 5}
    for name, usual in places.items():
        text = text.replace(f"{name}: {usual}", f"{name}: {usual * max(1, projects // 60)}")
    return text


def people(world: World) -> dict[str, User]:
    """One person of each role: of the province, and of the place and team with most to do."""
    cast = world.cast
    busiest = cast.teams[0].guided_by
    found = {**cast.province, "reviewer": cast.reviewers[0], "team_leader": cast.leaders[cast.teams[0].pk]}
    for (role, place), person in cast.at.items():
        if place in {busiest.pk, busiest.parent_id} or (place < 0 and role not in found):
            found[role] = person
    return found


def visit(role: str, person: User, found: dict[str, Page]) -> None:
    """Each kind of page is opened by that person a few times, where one of its kind may be opened at all."""
    from django.test import Client  # noqa: PLC0415 -- with the child's settings

    client = Client(headers={"accept-encoding": "gzip"})
    client.force_login(person)
    client.get("/")
    for name, pages in kinds(person).items():
        for page in islice(pages, TRIES):
            answer = client.get(page.url)
            if answer.status_code == 200:
                open_often(client, page, role, found.setdefault(name, Page()))
                break


def kinds(person: User) -> dict[str, list[Address]]:
    """Addresses by kind of page, those of what the person sees first."""
    from grants.applications.queries import visible_to  # noqa: PLC0415 -- with the child's settings
    from tests.grants.desk.addresses import addresses  # noqa: PLC0415
    from tests.grants.desk.budgets import KINDS  # noqa: PLC0415

    seen = set(visible_to(person).values_list("pk", flat=True))
    found: dict[str, list[Address]] = {}
    for page in addresses():
        if page.name in KINDS and (not page.project or page.project in seen):
            found.setdefault(page.name, []).append(page)
    return found


def open_often(client: Any, page: Address, role: str, cost: Page) -> None:
    """The page is opened a few times: its queries, its weight, its time."""
    from tests.grants.desk.visiting import asked  # noqa: PLC0415 -- with the child's settings

    with asked() as queries:
        answer = client.get(page.url)
    cost.opened += 1
    cost.kilobytes = max(cost.kilobytes, len(answer.content) / 1024)
    if len(queries) > cost.queries:
        cost.queries, cost.slowest = len(queries), f"{role} {page.url}"
    for _time in range(TIMES):
        before = time.perf_counter()
        client.get(page.url)
        cost.milliseconds.append((time.perf_counter() - before) * 1000)


def told(found: dict[str, Page]) -> int:
    """Print a line a kind of page; 1 when any passes its budget of queries or weight."""
    from tests.grants.desk.budgets import BUDGETS, KINDS  # noqa: PLC0415 -- with the child's settings

    over = 0
    print(f"{'page':24} {'queries':>9} {'KB sent':>8} {'p95 ms':>8} {'roles':>6}  most queries")
    for name, page in sorted(found.items()):
        most = BUDGETS[KINDS[name]]
        flags = [
            word
            for word, passed in (
                ("QUERIES", page.queries > most),
                ("WEIGHT", page.kilobytes > KILOBYTES),
                ("TIME", page.p95 > MILLISECONDS),
            )
            if passed
        ]
        over += bool(set(flags) - {"TIME"})
        figures = f"{page.queries:>4} / {most:>2} {page.kilobytes:>8.1f} {page.p95:>8.1f} {page.opened:>6}"
        print(f"{name:24} {figures}  {page.slowest} {' '.join(flags)}")
    times = [one for page in found.values() for one in page.milliseconds]
    print(f"{len(found)} kinds of page, {len(times)} openings, p95 {percentile(times):.1f} ms over all")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
