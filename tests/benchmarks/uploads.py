"""`python -m tests.benchmarks.uploads`: a file sent in pieces through the application, beside the bare SDK's put of it.

Both end in the same rclone, in turn, so that a busy machine is busy for both. Ours is the whole way: signed in, tus,
gunicorn, inspection, document, bytes in the store. Then a file of 2 GB, and what the server weighs meanwhile.
Exit 1 when ours has less than the share of the SDK's speed that issue 4 asks for, or a worker weighs more.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from threading import Event, Thread
from typing import Any
from uuid import UUID

import django

MB = 1024 * 1024
ROUNDS = 3
SHARE = 0.35
MEMORY = 300
"""Megabytes that a process of the server may weigh while a file of 2 GB comes in."""
PIECE = 8 * MB


def main() -> int:
    """Measure and print; 1 when a budget is passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mb", type=int, default=200)
    parser.add_argument("--great-mb", type=int, default=2048)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="qingnuan-bench-") as name:
        folder = Path(name)
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "tests.serving_settings",
            "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
            "DATA_DIR": str(folder),
            "STORAGE_SPOOL_MB": "8192",
            "LARGEST_MB": "4096",
        }
        django.setup()
        from tests.storage.servers import rclone  # noqa: PLC0415 -- with settings

        (folder / "buckets").mkdir()
        with rclone(folder / "buckets") as s3:
            return measured(s3, folder, options.mb, options.great_mb)


def measured(s3: Any, folder: Path, megabytes: int, great: int) -> int:
    """Put the file, round after round, theirs and ours in turn; then weigh the great one."""
    from django.core.management import call_command  # noqa: PLC0415 -- with settings

    from grants.people.models import User  # noqa: PLC0415
    from tests.grants.desk.test_resuming_killed import Sender  # noqa: PLC0415
    from tests.serving import served  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    person, bucket, bare = User.objects.create_user("zhou", name="小周"), s3.bucket(), s3.client()
    seconds: dict[str, list[float]] = {"SDK": [], "ours": []}
    with served(folder, workers=2, STORAGE_URL=s3.url(bucket)) as server:
        sender = Sender(server, person)
        for n in range(ROUNDS):
            path = pdf(folder / "file.pdf", megabytes, n)
            seconds["SDK"].append(timed(partial(bare.fput_object, bucket, "bare", str(path))))
            seconds["ours"].append(timed(partial(sent, sender, path)))
        path.unlink()
        path = pdf(folder / "great.pdf", great, ROUNDS)
        with weighed(server.running.pid) as weight:  # type: ignore[union-attr]
            took = timed(partial(sent, sender, path))
    share = median(seconds["SDK"]) / median(seconds["ours"])
    for name, times in seconds.items():
        print(f"{name:6} {megabytes / median(times):7.0f} MB/s")
    print(f"ours is {share:.0%} of the SDK's speed (at least {SHARE:.0%}); {megabytes} MB, median of {ROUNDS}")
    print(f"{great} MB in {took:.0f} s; the heaviest process weighed {weight['most']:.0f} MB (at most {MEMORY})")
    return int(share < SHARE or weight["most"] > MEMORY)


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def sent(sender: Any, path: Path) -> None:
    """The file is a document, and its bytes are in the store."""
    from storage.models import Upload  # noqa: PLC0415 -- with settings
    from storage.waiting import bring  # noqa: PLC0415

    size = path.stat().st_size
    address = sender.begun(path.name, size)
    at = 0
    with path.open("rb") as file:
        while at < size:
            file.seek(at)
            answer = sender.asks("PATCH", address, file.read(PIECE), Upload_Offset=at)
            assert answer.status in {204, 503}, (answer.status, answer.headers)
            at = int(answer.headers.get("Upload-Offset") or sender.offset(address))
    upload = Upload.objects.get(pk=UUID(address.strip("/").rpartition("/")[2]))
    while upload.state == "waiting":
        bring(upload.sha256)  # as the clock does
        upload.refresh_from_db()
    assert upload.state == "finished", upload.state


@contextmanager
def weighed(pid: int) -> Iterator[dict[str, float]]:
    """The most that a process of the server weighs during the block, in megabytes of its own and shared pages."""
    found, done = {"most": 0.0}, Event()

    def watch() -> None:
        while not done.wait(0.05):
            for one in (pid, *children(pid)):
                found["most"] = max(found["most"], resident(one))

    watching = Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield found
    finally:
        done.set()
        watching.join()


def children(pid: int) -> list[int]:
    """The workers, and the helper of each."""
    direct = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [*direct, *(deeper for one in direct for deeper in children(one))] if direct else []


def resident(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / MB
    except (FileNotFoundError, ProcessLookupError):
        return 0.0


def pdf(path: Path, megabytes: int, seed: int) -> Path:
    """A PDF of one page that carries so much, which nobody could shorten."""
    objects: list[tuple[int, int]] = []
    with path.open("wb") as file:
        file.write(b"%PDF-1.7\n")
        page = b"/Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Resources << /XObject << /I 4 0 R >> >>"
        texts = [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< " + page + b" >>",
        ]
        for number, text in enumerate(texts, 1):
            objects.append((number, file.tell()))
            file.write(b"%d 0 obj\n%s\nendobj\n" % (number, text))
        objects.append((4, file.tell()))
        size = megabytes * MB
        file.write(b"4 0 obj\n<< /Length %d >>\nstream\n" % size)
        for _ in range(megabytes):
            file.write(os.urandom(MB))
        file.write(b"\nendstream\nendobj\n")
        start = file.tell()
        file.write(b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % at for _n, at in objects))
        file.write(b"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start)
    return path


if __name__ == "__main__":
    sys.exit(main())
