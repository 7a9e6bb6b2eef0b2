"""One form, one command: shown, sent, done or refused at its fields with everything typed still there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django_stubs_ext import StrOrPromise

from grants.desk.forms.asks import AskForm
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete
from workflow.rules import Ask

Do = Callable[[Mapping[str, Any]], Any]


def asking(
    request: HttpRequest,
    title: StrOrPromise,
    asks: tuple[Ask, ...],
    do: Do,
    *,
    back: str,
    button: StrOrPromise,
    said: StrOrPromise,
    initial: Mapping[str, Any] | None = None,
    **more: Any,
) -> HttpResponse:
    """Show the form; on POST do it and go back, or say at each field what stands against it.

    Where `do` answers with a page of its own, that page follows. `hidden` among the rest is what the form carries
    unseen.
    """
    data = request.POST if request.method == "POST" else None
    form = AskForm(asks, record=None, actor=request.user, data=data, initial=dict(initial or {}))
    trouble: Trouble | None = None
    if request.method == "POST":
        if not form.is_valid():
            trouble = incomplete()
        else:
            given = form.given()
            made, trouble = attempt(lambda: (do(given), True))
            if made is not None:
                return _done(request, made[0], back, said)
        trouble = at_fields(trouble or incomplete(), form)
    context = {"title": title, "form": form, "trouble": trouble, "back": back, "button": button, **more}
    return render(request, "grants/desk/deed.html", context, status=trouble.status if trouble else 200)


def _done(request: HttpRequest, made: Any, back: str, said: StrOrPromise) -> HttpResponse:
    if isinstance(made, HttpResponse):
        return made
    messages.success(request, str(said))
    return redirect(back)
