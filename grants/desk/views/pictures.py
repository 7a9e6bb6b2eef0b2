"""Pictures of what one has just brought, and the photos behind a PDF."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from grants.desk.views.looking import looked_at
from grants.desk.views.uploads import earlier
from storage.copies import reading_copy, thumbnail
from storage.enums import Secrecy
from storage.models import Document, Sheet
from storage.ports import custody
from storage.views import readable, send, send_noted, show
from workflow import clock


@require_safe
@looked_at
def own_picture(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """A small picture of what the person brought and that lies nowhere yet; `?large` one to look at, of a photo."""
    document = earlier(str(pk), request.user)
    if document is None:
        raise Http404
    return _shown(document, large="large" in request.GET)


@require_safe
@looked_at
def sheet(request: HttpRequest, pk: UUID, number: int) -> HttpResponseBase:
    """The original photo behind a page of a PDF, as it came, for whoever may read the PDF."""
    attachment = readable(pk, request.user)
    found = Sheet.objects.select_related("photo").filter(document=attachment.document_id, number=number).first()
    if found is None:
        raise Http404
    if custody().secrecy(attachment) == Secrecy.OPEN:
        return send(found.photo)
    return send_noted(found.photo, request, now=clock.now())


def _shown(document: Document, *, large: bool) -> HttpResponseBase:
    now = clock.now()
    copy = (large and reading_copy(document, now=now)) or thumbnail(document, now=now)
    if copy is None:
        raise Http404
    return show(copy)
