"""The guided tour of a demonstration; anywhere else there is no such page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from grants.desk.demo.roster import PEOPLE
from grants.desk.queries.tour import counted, waiting_for_persons
from grants.desk.tables.tour import chapters, onlookers
from grants.people.models import User


def in_a_demonstration(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The page is open to everybody in a demonstration, and anywhere else not there."""

    @wraps(view)
    def shown(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return login_not_required(shown)


@in_a_demonstration
@require_safe
def tour(request: HttpRequest) -> HttpResponse:
    """The six stages with what waits in each, and a button to look at it with the eyes of whom it waits for."""
    found = chapters(counted(), waiting_for_persons())
    return render(request, "grants/desk/tour.html", {"chapters": found, "onlookers": onlookers(found)})


@in_a_demonstration
@require_POST
def look_as(request: HttpRequest, who: str) -> HttpResponse:
    """The visitor is signed in as that person of the demonstration, whose password is public anyway."""
    if who not in {person.login for person in PEOPLE}:
        raise Http404
    login(request, get_object_or_404(User, username=who), backend=settings.AUTHENTICATION_BACKENDS[0])
    return redirect("home")
