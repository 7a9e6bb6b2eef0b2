"""A proxy of ours in front of a served product: it says when it took a request in, over whatever the sender wrote."""

from __future__ import annotations

import http.client
import socketserver
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from threading import Thread
from typing import Any, ClassVar

STARTED = "X-Request-Start"


class Taking(BaseHTTPRequestHandler):
    """Takes one request in, says when, hands it on and brings the answer back."""

    behind: ClassVar[int]
    taken_in: ClassVar[dict[str, float]]

    def do_POST(self) -> None:
        """The instant is told to the server behind, and remembered by path."""
        instant = round(time.time(), 3)
        self.taken_in[self.path] = instant
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name: value for name, value in self.headers.items() if name != STARTED}
        line = http.client.HTTPConnection("127.0.0.1", self.behind, timeout=600)
        line.request("POST", self.path, body, headers | {STARTED: f"t={instant:.3f}"})
        answer = line.getresponse()
        told = answer.read()
        line.close()
        self.send_response(answer.status)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the library's name
        """Nobody reads it."""


class _Many(socketserver.ThreadingTCPServer):
    """As many at once as come."""

    daemon_threads = True
    request_queue_size = 512


@contextmanager
def proxied(port: int) -> Iterator[tuple[int, dict[str, float]]]:
    """A proxy before that port: its own port, and when it took in what, by path."""
    taken_in: dict[str, float] = {}
    handler = type("OfOurs", (Taking,), {"behind": port, "taken_in": taken_in})
    with _Many(("127.0.0.1", 0), handler) as proxy:
        Thread(target=proxy.serve_forever, daemon=True).start()
        yield proxy.server_address[1], taken_in
        proxy.shutdown()
