"""`python -m tests.benchmarks.similarity`: five near-copies among 2,000 past applications, found from the page's query.

The applications are made in a scratch SQLite database, straight in its tables; each has the length of a full one and
the phrases that everybody writes. Exit 1 when one of the five is missed, another is named, or a check takes 1 s of
processor time or more.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

CHILD = "QINGNUAN_BENCHMARK"
PAST, TIMES, SECONDS = 2_000, 5, 1.0
PLANTED = (100, 500, 900, 1300, 1700)
COMMON = "坚持以习近平新时代中国特色社会主义思想为指导，弘扬人道、博爱、奉献的红十字精神，"
"""What stands in every application, and so says nothing."""
SIGNS = [chr(at) for at in range(0x4E00, 0x4E00 + 2_500)]


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
        child = [sys.executable, "-m", "tests.benchmarks.similarity"]
        return subprocess.run(child, env=environment, check=False).returncode


def written(dice: random.Random) -> dict[str, Any]:
    """An application of some 1,500 signs: words by chance, which nobody else has, and the phrases of everybody."""

    def words(length: int) -> str:
        return "".join(dice.choices(SIGNS, k=length))

    plan = [{"name": words(14), "place": words(14), "times": 4} for _n in range(6)]
    need, feature = COMMON + words(600), words(300) + COMMON + words(300)
    return {"title": words(14), "need": need, "feature": feature, "activities": plan}


def near(mine: dict[str, Any], n: int, dice: random.Random) -> dict[str, Any]:
    """A copy of it, each of the five altered in another way."""
    need, other = str(mine["need"]), written(dice)
    altered = (
        {"need": "，".join(need[at : at + 15] for at in range(0, len(need), 15))},
        {"need": other["need"][:200] + need[100:260] + other["need"][200:]},
        {"need": need[len(need) // 2 :] + need[: len(need) // 2]},
        {"need": "".join(sign if at % 40 else "变" for at, sign in enumerate(need))},
        {"feature": mine["feature"]},
    )
    return other | altered[n]


def measured() -> int:
    """Print what was found and how long a check took; 1 when a bar is passed."""
    import django  # noqa: PLC0415 -- with the child's settings

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    officer, mine, planted = filled()
    from grants.desk.queries.similar import similar_to  # noqa: PLC0415

    spent, walls, found = [], [], set[int]()
    compared = 0
    for _time in range(TIMES):
        before, wall = time.process_time(), time.perf_counter()
        shown, compared = similar_to(mine, officer)
        spent.append(time.process_time() - before)
        walls.append(time.perf_counter() - wall)
        found = {one.project.pk for one in shown}
    there, others = len(found & planted), len(found - planted)
    print(f"similarity: {there} of {len(planted)} near-copies among {compared}, {others} others, ", end="")
    print(f"CPU {max(spent):.2f} s, wall {max(walls):.2f} s at worst of {TIMES}")
    return int(found != planted or max(spent) >= SECONDS)


def filled() -> tuple[Any, Any, set[int]]:
    """An officer, the application in question, and the numbers of its near-copies, all in the tables."""
    from django.db import transaction  # noqa: PLC0415 -- with the child's settings

    from grants.applications.models import Application, Project  # noqa: PLC0415
    from grants.people.models import Team  # noqa: PLC0415
    from tests.cast import a_cast  # noqa: PLC0415
    from tests.factories import CALL, an_open_round  # noqa: PLC0415
    from workflow import clock, guards_sql  # noqa: PLC0415

    dice = random.Random(11)
    with clock.held(CALL):
        cast = a_cast()
        round_ = an_open_round(cast)
    mine = written(dice)
    texts = [mine, *(written(dice) for _n in range(PAST))]
    for n, at in enumerate(PLANTED):
        texts[at] = near(mine, n, dice)
    with guards_sql.lifted(), transaction.atomic():
        fields = {f.attname: getattr(cast.team, f.attname) for f in Team._meta.concrete_fields if f.attname != "id"}
        teams = Team.objects.bulk_create(
            Team(**fields | {"name": f"第{n}支志愿服务队", "platform_no": f"ZY9{n:06d}"}) for n in range(len(texts))
        )
        projects = Project.objects.bulk_create(
            Project(
                round=round_,
                number=f"QNZJ-2026-{n:06d}",
                title=str(text["title"]),
                team=team,
                leader=cast.team_leader,
                scope=cast.team.guided_by.path,
                state="submitted",
            )
            for n, (team, text) in enumerate(zip(teams, texts, strict=True))
        )
        Application.objects.bulk_create(
            Application(
                project=project,
                number=1,
                answers=json.dumps(text, ensure_ascii=False),
                digest="0" * 64,
                submitted_by=cast.team_leader,
                at=clock.now(),
            )
            for project, text in zip(projects, texts, strict=True)
        )
    return cast.officer, projects[0], {projects[at].pk for at in PLANTED}


if __name__ == "__main__":
    sys.exit(main())
