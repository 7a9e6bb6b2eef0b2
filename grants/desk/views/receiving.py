"""When a request was taken in: as our own proxy says in X-Request-Start, else as it reaches us."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from workflow import clock

STARTED: Final = re.compile(r"t=(\d{1,10}\.\d{3})", re.ASCII)
"""What nginx writes with `t=${msec}`: seconds since 1970 with milliseconds."""


class Receiving:
    """Whatever a request does counts as of the instant at which it was taken in, however long it waited for us."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer, given under that instant."""
        with clock.receiving(taken_in(request.headers.get("X-Request-Start", ""))):
            return self.answer(request)


def taken_in(header: str) -> dt.datetime:
    """The instant that the proxy names, where one of ours does and it lies in the last minute; else this instant."""
    here = clock.now()
    found = STARTED.fullmatch(header) if settings.TRUST_REQUEST_START else None
    if found is None:
        return here
    named = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=int(found[1].replace(".", "")))
    return named if dt.timedelta() <= here - named <= clock.ON_ITS_WAY else here
