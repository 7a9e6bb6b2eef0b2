"""Opening a page reads what a person is once; sending a form reads it afresh."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from workflow.looking import looking

R = TypeVar("R", bound=HttpResponseBase)


def looked_at(view: Callable[..., R]) -> Callable[..., R]:
    """The view, which reads roles once where it only shows something."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> R:
        if request.method not in {"GET", "HEAD"}:
            return view(request, *args, **kwargs)
        with looking():
            return view(request, *args, **kwargs)

    return shown
