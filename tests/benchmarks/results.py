"""`python -m tests.benchmarks.results`: the verdict on 1,000 projects of five scores, the results, a reviewer's form.

The round is made in a scratch SQLite database, 1,000 projects and 3,000 scores, straight in its tables. Exit 1 when the
verdict takes 2 s of processor time or more, the results pass 15 queries, 100 ms (p95) or 150 KB, or the form of a
reviewer with 50 projects passes 12 queries or 60 ms (p95). Page times are judged in processor time, database included:
the wall's are those of whatever else the machine does, and printed beside.
"""

from __future__ import annotations

import gc
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from typing import Any

CHILD = "QINGNUAN_BENCHMARK"
PROJECTS, REVIEWERS, SCORES, SCORES_OF_VERDICT = 1000, 60, 3, 5
SECONDS, KILOBYTES, TIMES = 2.0, 150, 40
RESULTS, FORM = (15, 100), (12, 60)
"""Queries and milliseconds."""
CRITERIA = {"need": 40, "plan": 40, "team": 30, "outcome": 30, "innov": 20, "sustain": 20, "budget": 20}


def main() -> int:
    """In the parent: a scratch folder and a child in it. In the child: measure."""
    if os.environ.get(CHILD) == "1":
        return measured()
    with tempfile.TemporaryDirectory(prefix="qingnuan-bench-") as folder:
        environment = os.environ | {
            CHILD: "1",
            "DJANGO_SETTINGS_MODULE": "grants.settings.rehearsal",
            "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
            "DATA_DIR": folder,
            "STORAGE_URL": (Path(folder) / "documents").as_uri(),
            "DEMO": "",
            "DEBUG": "",
        }
        child = [sys.executable, "-m", "tests.benchmarks.results"]
        return subprocess.run(child, env=environment, check=False).returncode


def made(projects: int, each: int) -> dict[int, list[tuple[int, dict[str, int]]]]:
    """Scores in half points; projects, reviewers and chance spread by 8, 6 and 8 points, as in REVIEW 4."""
    dice = random.Random(7)
    hand = [dice.gauss(0, 0.06) for _one in range(REVIEWERS)]
    found = {}
    for project in range(projects):
        worth = dice.gauss(0.75, 0.08)
        found[project] = [
            (reviewer, _marks(dice, worth + hand[reviewer])) for reviewer in dice.sample(range(REVIEWERS), each)
        ]
    return found


def _marks(dice: random.Random, worth: float) -> dict[str, int]:
    most = CRITERIA.items()
    return {code: max(0, min(top, round(top * (worth + dice.gauss(0, 0.08))))) for code, top in most}


def measured() -> int:
    """Print a line for the verdict and one for the page; 1 when a bar is passed."""
    import django  # noqa: PLC0415 -- with the child's settings

    django.setup()
    return max(the_verdict(), the_pages())


def the_verdict() -> int:
    """The whole verdict of 1,000 projects with five scores each."""
    from grants.reviews.statistics.verdict import verdict  # noqa: PLC0415

    scores = made(PROJECTS, SCORES_OF_VERDICT)
    verdict(made(20, 3), CRITERIA, 8)
    before, wall = time.process_time(), time.perf_counter()
    found = verdict(scores, CRITERIA, 400)
    spent, waited = time.process_time() - before, time.perf_counter() - wall
    assert found is not None
    assert found.lack is None
    band = sum(one.band for one in found.sure.values())
    print(
        f"verdict {PROJECTS} x {SCORES_OF_VERDICT}: CPU {spent:.2f} s, wall {waited:.2f} s, band {band} of {PROJECTS}"
    )
    return int(spent >= SECONDS)


def the_pages() -> int:
    """The results of 1,000 projects and 3,000 scores, first opened and then again; a reviewer's form."""
    from django.core.management import call_command  # noqa: PLC0415 -- with the child's settings
    from django.db import transaction  # noqa: PLC0415
    from django.urls import reverse  # noqa: PLC0415

    from grants.applications.models import Project  # noqa: PLC0415
    from grants.reviews.models import Assignment  # noqa: PLC0415
    from workflow import guards_sql  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    officer, round_ = a_round()
    results = reverse("round_results", args=[round_])
    failed = opened(
        f"results {PROJECTS} / {PROJECTS * SCORES}", officer, [f"{results}?page={n}" for n in PAGES], RESULTS
    )
    busy = Assignment.objects.select_related("reviewer").latest("pk").reviewer
    with guards_sql.lifted(), transaction.atomic():
        Project.objects.filter(assignments__reviewer=busy).update(state="under_review")
    mine = Assignment.objects.filter(reviewer=busy).order_by("pk").values_list("project", flat=True)
    forms = [reverse("scoring", args=[project]) for project in mine]
    return failed | opened(f"form, {len(forms)} projects", busy, forms, FORM)


PAGES = range(1, 1 + PROJECTS // 50)


def opened(name: str, person: Any, urls: list[str], bar: tuple[int, int]) -> int:
    """Open these pages one after the other, print what they cost; 1 when the bar is passed."""
    from django.test import Client  # noqa: PLC0415 -- with the child's settings

    from tests.grants.desk.visiting import asked  # noqa: PLC0415

    client = Client(headers={"host": "localhost"})
    client.force_login(person)
    wall = time.perf_counter()
    client.get(urls[0])
    first, times, spent, size, count = time.perf_counter() - wall, [], [], 0, 0
    gc.collect()
    gc.freeze()  # as grants/wsgi.py does once it has loaded
    for n in range(TIMES):
        before, worked = time.perf_counter(), time.process_time()
        with asked() as queries:
            answer = client.get(urls[n % len(urls)])
        times.append((time.perf_counter() - before) * 1000)
        spent.append((time.process_time() - worked) * 1000)
        assert answer.status_code == 200
        size, count = max(size, len(answer.content)), max(count, len(queries))
    p95, waited = quantiles(spent, n=20)[-1], quantiles(times, n=20)[-1]
    print(
        f"{name}: {count} queries, CPU p50 {median(spent):.0f} p95 {p95:.0f} ms, wall p95 {waited:.0f} ms,",
        f"{size / 1024:.0f} KB, first opening {first * 1000:.0f} ms",
    )
    return int(count > bar[0] or p95 > bar[1] or size > KILOBYTES * 1024)


def a_round() -> tuple[Any, int]:
    """An officer, and a round whose projects are all reviewed; the guards of the way there are lifted."""
    from django.db import transaction  # noqa: PLC0415 -- with the child's settings

    from grants.programmes.models import Round  # noqa: PLC0415
    from tests.cast import a_cast  # noqa: PLC0415
    from tests.factories import CALL, an_open_round  # noqa: PLC0415
    from workflow import clock, guards_sql  # noqa: PLC0415

    with clock.held(CALL):
        cast = a_cast()
        round_ = an_open_round(cast)
    with guards_sql.lifted(), transaction.atomic():
        Round.objects.filter(pk=round_.pk).update(state="deliberating", envelope_fen=PROJECTS * 1_000_000)
        filled(cast, round_)
    return cast.officer, round_.pk


def filled(cast: Any, round_: Any) -> None:
    """Teams, projects, seats, scores and their figures, straight into the tables."""
    from grants.applications.models import Project  # noqa: PLC0415 -- with the child's settings
    from grants.people.models import Team, User  # noqa: PLC0415
    from grants.programmes.queries import rules_of  # noqa: PLC0415
    from grants.reviews.figures import figures  # noqa: PLC0415
    from grants.reviews.models import Assignment, Figures, Score  # noqa: PLC0415
    from workflow import clock  # noqa: PLC0415

    now, rubric, scope = clock.now(), rules_of(round_).rubric, cast.team.guided_by.path
    people = User.objects.bulk_create(User(username=f"r{n}", name=f"评委{n}") for n in range(REVIEWERS))
    fields = {f.attname: getattr(cast.team, f.attname) for f in Team._meta.concrete_fields if f.attname != "id"}
    teams = Team.objects.bulk_create(
        Team(**fields | {"name": f"第{n}支志愿服务队", "platform_no": f"ZY9{n:06d}"}) for n in range(PROJECTS)
    )
    scores = made(PROJECTS, SCORES)
    codes = [one.code for one in rubric.criteria]
    renamed = {n: [(p, dict(zip(codes, m.values(), strict=True))) for p, m in one] for n, one in scores.items()}
    known = [figures(n, [(people[p].pk, m) for p, m in one], rubric) for n, one in renamed.items()]
    projects = Project.objects.bulk_create(
        Project(
            round=round_,
            number=f"QNZJ-2026-{n:06d}",
            title=f"社区应急救护项目{n}",
            team=teams[n],
            leader=cast.team_leader,
            scope=scope,
            state="reviewed",
            score_hundredths=known[n].mean,
            requested_fen=2_500_000,
        )
        for n in range(PROJECTS)
    )
    seats = Assignment.objects.bulk_create(
        Assignment(project=projects[n], reviewer=people[p], assigned_by=cast.officer, at=now, declared_at=now)
        for n, one in renamed.items()
        for p, _marks in one
    )
    marks = [m for one in renamed.values() for _p, m in one]
    Score.objects.bulk_create(
        Score(assignment=seat, number=1, halves=m, total_halves=sum(m.values()), comment="评语" * 40, at=now)
        for seat, m in zip(seats, marks, strict=True)
    )
    for n, one in enumerate(known):
        one.project_id = projects[n].pk
    Figures.objects.bulk_create(known)


if __name__ == "__main__":
    sys.exit(main())
