"""How an answer goes over the line."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class Compressing(GZipMiddleware):
    """Pages go compressed, for telephones on a bus; a file goes as it is, with its length.

    The random padding of Django's own middleware keeps the length from telling what a page holds (BREACH).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The answer, smaller if it is a page."""
        return response if response.streaming else super().process_response(request, response)
