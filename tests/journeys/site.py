"""The product behind an address, with a clock that a journey can move."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.db import connections

from workflow import clock, guards_sql
from workflow.tasks import relay_outbox, tick


class Quiet(WSGIRequestHandler):
    """Serves without a line for each request."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the name is the library's
        """Nothing is printed."""


class Site:
    """Where it is served, and what time it is there."""

    def __init__(self, url: str = "") -> None:
        self.url = url
        self.time: dt.datetime | None = None
        self.handler: Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]] = WSGIHandler()

    @contextmanager
    def moment(self) -> Iterator[None]:
        """The block, and whatever it calls, at the time of the site."""
        if self.time is None:
            yield
            return
        with clock.held(self.time):
            yield

    def is_at(self, day: dt.date, hour: int = 9) -> None:
        """From now on it is that hour of that day in Zhejiang; what is due by then happens, as the worker would do."""
        self.time = dt.datetime(day.year, day.month, day.day, hour, tzinfo=clock.SHANGHAI)
        with self.moment():
            tick()
            relay_outbox()

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """One request at the time of the site."""
        with self.moment():
            return self.handler(environ, start)

    def empty(self) -> None:
        """Nothing is left of what was written; the guards stand again."""
        guards_sql.remove()
        call_command("flush", verbosity=0, interactive=False)


@contextmanager
def serving() -> Iterator[Site]:
    """A server on a free port, in a thread a request, gone after the block."""
    site = Site()
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(site)
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        connections.close_all()
