"""Whatever page asks for a document: a store that does not answer is said in a sentence, and the page comes later."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext

from storage.backends import Unavailable

log = logging.getLogger(__name__)
LATER = 60


class Away:
    """Answer 503 for a view that could not get at a file."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Let the view answer."""
        return self.answer(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Say that it is not to hand now; anything else is not ours."""
        if not isinstance(error, Unavailable):
            return None
        log.error("the store did not answer: %s", error)
        return HttpResponse(
            gettext("材料暂时取不出来：存放材料的地方连不上。请过一会儿再试，已提交的内容不受影响。"),
            status=503,
            content_type="text/plain; charset=utf-8",
            headers={"Retry-After": str(LATER), "Cache-Control": "private, no-store"},
        )
