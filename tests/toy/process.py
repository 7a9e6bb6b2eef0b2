"""A process of its own beside the test, on the same database: it does jobs when told, at once with its rival."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any

SPAWN = multiprocessing.get_context("spawn")
PATIENCE = 120  # seconds: a busy machine is no failure


def serve(database: str, pipe: Connection, start: Barrier) -> None:
    """Load Django on the test's database, then do each job that comes, until None comes."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grants.settings.test")
    import_module("django").setup()
    jobs = import_module("tests.toy.jobs")
    jobs.join(database)
    pipe.send("ready")
    while (job := pipe.recv()) is not None:
        start.wait(PATIENCE)
        pipe.send(jobs.do(job))


class Worker:
    """One such process, seen from the test."""

    def __init__(self, database: str, start: Barrier) -> None:
        self.pipe, theirs = SPAWN.Pipe()
        self.process = SPAWN.Process(target=serve, args=(database, theirs, start), daemon=True)
        self.process.start()
        theirs.close()

    def hear(self) -> Any:
        """What the process says next."""
        if not self.pipe.poll(PATIENCE):
            raise TimeoutError
        return self.pipe.recv()

    def stop(self) -> None:
        """The process has ended."""
        self.pipe.send(None)
        self.process.join(10)


@contextmanager
def workers(database: str, count: int) -> Iterator[list[Worker]]:
    """So many processes on the database, ready to start each job together."""
    start = SPAWN.Barrier(count)
    found = [Worker(database, start) for _ in range(count)]
    try:
        for worker in found:
            worker.hear()
        yield found
    finally:
        for worker in found:
            worker.stop()


def together(found: list[Worker], *jobs: Any) -> list[Any]:
    """Every process does its job at the same moment. -> what each has to say."""
    for worker, job in zip(found, jobs, strict=True):
        worker.pipe.send(job)
    return [worker.hear() for worker in found]
