"""The root of all addresses."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.http import require_safe
from django.views.i18n import set_language


@login_not_required
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer 200 when the process runs and its database answers; a proxy or supervisor asks this."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("lang/", login_not_required(set_language), name="set_language"),
    path("documents/", include("storage.urls")),
    path("", include("grants.desk.urls")),
]
