"""`python -m tests.benchmarks.packages`: the package of an archived project of 200 files and 500 MB.

The demonstration is told in a scratch database; 200 photos come to its archived project, whose package is built three
times. Exit 1 when a build takes more than a minute, or the process grows with the files.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import resource
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from grants.applications.models import Project

MB = 1024 * 1024
ROUNDS = 3
SECONDS, MEMORY = 60, 150
"""What a build may take, and the megabytes by which the process may grow meanwhile."""


def main() -> int:
    """Measure and print; 1 when a budget is passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--mb", type=float, default=2.5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="qingnuan-bench-") as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "grants.settings.embedded",
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
            "DATA_DIR": folder,
            "STORAGE_URL": (Path(folder) / "documents").as_uri(),
            "DEMO": "1",
        }
        django.setup()
        return measured(Path(folder), options.files, int(options.mb * MB))


def measured(folder: Path, files: int, size: int) -> int:
    """Give the archived project so many photos of that size, build its package, round after round."""
    from django.core.management import call_command  # noqa: PLC0415 -- with settings

    from grants.applications.models import Project  # noqa: PLC0415
    from grants.desk.archive.build import build  # noqa: PLC0415
    from grants.desk.demo.story import tell  # noqa: PLC0415
    from workflow import clock  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    tell(clock.today())
    project = Project.objects.get(state="archived")
    fill(project, files, size)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds, place = [], folder / "package.zip"
    for _ in range(ROUNDS):
        began = time.perf_counter()
        with place.open("wb") as out:
            built = build(project, out)
        seconds.append(time.perf_counter() - began)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{built.files} files, {place.stat().st_size / MB:.0f} MB: {median(seconds):.1f} s, {grown:.0f} MB of memory")
    return int(median(seconds) > SECONDS or grown > MEMORY)


def fill(project: Project, files: int, size: int) -> None:
    """So many photos lie among the papers of the project."""
    from django.core.files.base import ContentFile  # noqa: PLC0415 -- with settings

    from grants.people.models import User  # noqa: PLC0415
    from storage.commands import attach, keep  # noqa: PLC0415
    from workflow import clock  # noqa: PLC0415

    leader = User.objects.get(username="chen")
    for number in range(files):
        photo = ContentFile(noise(number, size), name=f"活动照片{number + 1}.jpg")
        with clock.held() as now:
            attach(project, "activity_photos", keep(photo, actor=leader, now=now), actor=leader, now=now)


def noise(seed: int, size: int) -> bytes:
    """A photo of about that many bytes, another one for each seed."""
    from PIL import Image  # noqa: PLC0415

    side = int((size / 0.9) ** 0.5)  # so many bytes noise comes to, a point
    picture = Image.frombytes("RGB", (side, side), random.Random(seed).randbytes(side * side * 3))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())
