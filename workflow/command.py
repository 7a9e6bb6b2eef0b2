"""@command: the outermost verb owns the transaction, holds the clock, and has exactly one effect per key."""

from __future__ import annotations

import functools
import random
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext

from workflow import clock
from workflow.chain import canonical, digest
from workflow.models import Key
from workflow.refusals import Busy, KeyReused, Refusal

P = ParamSpec("P")
T = TypeVar("T")

TRIES = 4
RETRYABLE = frozenset({"40001", "40P01", "55P03"})  # serialization, deadlock, lock timeout
LIMITS = "SET LOCAL lock_timeout = '3s'; SET LOCAL idle_in_transaction_session_timeout = '60s'"

_inside: ContextVar[bool] = ContextVar("workflow_command", default=False)


def command(function: Callable[P, T]) -> Callable[P, T]:
    """Run the function in one durable transaction with the clock held; inside another command it simply joins.

    On PostgreSQL a serialization failure, deadlock or lock timeout is retried a few times, then raises Busy.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        if _inside.get():
            return function(*args, **kwargs)
        for attempt in range(TRIES):
            try:
                return _once_through(function, *args, **kwargs)
            except OperationalError as error:
                if not _passing(error):
                    raise
                time.sleep(random.uniform(0.01, 0.05) * 2**attempt)  # noqa: S311  spreads rivals, guards nothing
        raise Busy([Refusal("busy", gettext("系统正忙，您的操作没有生效，请稍后再试一次。"))])

    return run


def _once_through(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    token = _inside.set(True)
    try:
        with transaction.atomic(durable=True), clock.held():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute(LIMITS)
            return function(*args, **kwargs)
    finally:
        _inside.reset(token)


def _passing(error: OperationalError) -> bool:
    """Whether trying again may succeed: PostgreSQL says so by code, SQLite by being locked."""
    return getattr(error.__cause__, "sqlstate", "") in RETRYABLE or "database is locked" in str(error)


def inside() -> bool:
    """Whether a command is running: the only place where anything may be written."""
    return _inside.get()


def must_be_inside() -> None:
    """Return inside a command, which owns the transaction; raise RuntimeError elsewhere."""
    if not inside():
        message = "This belongs inside a @command, which owns the transaction."
        raise RuntimeError(message)


def fingerprint(*facts: Any) -> str:
    """A digest of what a request asks for, so that a key cannot be reused for something else."""
    return digest(canonical([str(fact) if not isinstance(fact, (dict, list)) else fact for fact in facts]))


def new_key() -> str:
    """A fresh idempotency key for a form."""
    return uuid.uuid4().hex


def once(key: str, asked: str, make: Callable[[], str]) -> tuple[str, bool]:
    """Claim the key and call `make`, or return the first call's answer. -> (answer, was it made now).

    Raises KeyReused when the key came with another request. A refusal rolls the claim back with everything else.
    """
    row, fresh = Key.objects.get_or_create(key=key, defaults={"fingerprint": asked, "at": clock.now()})
    if row.fingerprint != asked:
        raise KeyReused([Refusal("key_reused", gettext("这个页面已经提交过别的内容，请刷新后再试。"))])
    if fresh:
        row.answer = make()
        row.save(update_fields=["answer"])
    return row.answer, fresh
