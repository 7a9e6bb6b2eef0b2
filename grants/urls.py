"""The root of all addresses."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path
from django.views.decorators.http import require_safe
from django.views.i18n import set_language

from grants.desk.views.home import home


@login_not_required
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer 200 when the process runs and its database answers; a proxy or supervisor asks this."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
def front(request: HttpRequest) -> HttpResponse:
    """My work for who is signed in, the public pages for a visitor."""
    return home(request) if request.user.is_authenticated else redirect("public_home")


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("lang/", login_not_required(set_language), name="set_language"),
    path("documents/", include("storage.urls")),
    path("public/", include("grants.publicity.urls")),
    path("", front, name="home"),
    path("", include("grants.desk.urls")),
]
