"""The components on one page; outside a demonstration there is no such page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from grants.desk.gallery.shelves import SHELVES
from grants.desk.views.tour import in_a_demonstration


@in_a_demonstration
@require_http_methods(["GET", "HEAD", "POST"])
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component with its name, its line and an example; what is pressed there leads back to it."""
    shelves = [
        {
            "code": shelf.code,
            "label": shelf.label,
            "shown": [{"example": one, "html": one.drawn(request)} for one in shelf.examples],
        }
        for shelf in SHELVES
    ]
    return render(request, "grants/desk/gallery.html", {"shelves": shelves})
