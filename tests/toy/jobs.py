"""What a process beside the test can be told to do with boxes, and how it may be killed while doing it."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db import connection, connections

from grants.desk.commands import act, stand_behind
from tests.toy import play
from tests.toy.domain import ToyDomain, register
from tests.toy.models import Box
from workflow import notices, outbox, ports
from workflow.actions import Refused, command, moved
from workflow.models import Deadline, Proposal
from workflow.ticking import fire_due

BEFORE_COMMIT, AFTER_COMMIT = -2, -1


@dataclass(frozen=True)
class Job:
    """One thing to do, by the name of a function below; `die_at` is the statement that it does not survive."""

    name: str
    pk: int = 0
    actor: int = 0
    words: dict[str, Any] = field(default_factory=dict)
    die_at: int | None = None


@dataclass(frozen=True)
class Answer:
    """How it went: 'done' and what came of it, the name of a refusal and its reasons, or 'error' and its traceback."""

    how: str
    what: Any = None


def join(database: str) -> None:
    """From now on this process works on the test's database, with the toy's domain."""
    connection.settings_dict["NAME"] = database
    register()
    ports.plug(ToyDomain())


def move(job: Job, actor: Any) -> str:
    words = dict(job.words)
    return act(Box.objects.get(pk=job.pk), words.pop("move"), actor=actor, **words).pk


def endorse(job: Job, actor: Any) -> int:
    return stand_behind(Proposal.objects.get(pk=job.pk), actor=actor).pk


def begin(job: Job, actor: Any) -> int:
    return play.new_box(actor=actor, **job.words).pk


def change(job: Job, actor: Any) -> int:
    return int(play.change(Box.objects.get(pk=job.pk), actor=actor, **job.words).version)


def tick(job: Job, actor: Any) -> dict[str, int]:
    return fire_due()


def relay(job: Job, actor: Any) -> dict[str, int]:
    return outbox.relay(**job.words)


@command
def remind(job: Job, actor: Any) -> None:
    notices.remind(Deadline.objects.get(pk=job.pk), [job.actor], mark=3, left=3)


VERBS: dict[str, Callable[[Job, Any], Any]] = {
    verb.__name__: verb for verb in (move, endorse, begin, change, tick, relay, remind)
}


def do(job: Job) -> Answer:
    """Do the job; with `die_at`, in a child that is killed on the way. -> how it went."""
    ContentType.objects.clear_cache()  # a flush between tests has given them new numbers
    return _do(job) if job.die_at is None else _do_and_die(job)


def _do(job: Job) -> Answer:
    try:
        actor = get_user_model().objects.filter(pk=job.actor).first()
        return Answer("done", VERBS[job.name](job, actor))
    except Refused as refused:
        return Answer(type(refused).__name__, [(reason.code, str(reason.message)) for reason in refused.reasons])
    except Exception:  # noqa: BLE001  told to the test
        return Answer("error", traceback.format_exc())


def _do_and_die(job: Job) -> Answer:
    """-> 'killed', or 'survived' when the job has fewer statements than that; with the statement it died before."""
    connections.close_all()
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        _live(job, writing)
    os.close(writing)
    with os.fdopen(reading) as line:
        told = line.read()
    _pid, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return Answer("killed", told)
    return Answer("survived", told)


def _live(job: Job, writing: int) -> None:
    """In the child: count statements, tell the one reached, and die before it."""
    count = 0

    def say(words: str) -> None:
        os.write(writing, words.encode())

    def die(words: str) -> None:
        say(words)
        os.kill(os.getpid(), signal.SIGKILL)

    def one_more(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal count
        count += 1
        if count == job.die_at:
            die(sql)
        return execute(sql, params, many, context)

    def all_but_the_commit() -> None:
        _do(job)
        die("all but the commit")

    def committed(**_kwargs: Any) -> None:
        die("COMMIT")

    if job.die_at == AFTER_COMMIT:
        moved.connect(committed)
    if job.die_at == BEFORE_COMMIT:
        command(all_but_the_commit)()
    with ExitStack() as stack:
        stack.enter_context(connection.execute_wrapper(one_more))
        answer = _do(job)
    say(answer.how if answer.how == "done" else str(answer))
    os._exit(0)
