"""Small pictures of documents: of what lies on a record, of what one has just brought, of the photos behind a PDF."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from grants.desk.views.looking import looked_at
from grants.desk.views.uploads import earlier
from storage.copies import reading_copy, thumbnail
from storage.models import Attachment, Document, Sheet
from storage.ports import may_read
from storage.views import send, show
from workflow import clock


@require_safe
@looked_at
def picture(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """A small picture of a photo or of a PDF's first page, for whoever may read it; `?large` a photo to look at."""
    attachment = Attachment.objects.select_related("document").filter(pk=pk).first()
    if attachment is None or not may_read(request.user, attachment):
        raise Http404
    return _shown(attachment.document, large="large" in request.GET)


@require_safe
@looked_at
def own_picture(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The same of a document that the person brought and that lies nowhere yet."""
    document = earlier(str(pk), request.user)
    if document is None:
        raise Http404
    return _shown(document, large="large" in request.GET)


@require_safe
@looked_at
def sheet(request: HttpRequest, pk: UUID, number: int) -> HttpResponseBase:
    """The original photo behind a page of a PDF, as it came, for whoever may read the PDF."""
    attachment = Attachment.objects.select_related("document").filter(pk=pk).first()
    if attachment is None or not may_read(request.user, attachment):
        raise Http404
    found = Sheet.objects.select_related("photo").filter(document=attachment.document_id, number=number).first()
    if found is None:
        raise Http404
    return send(found.photo)


def _shown(document: Document, *, large: bool) -> HttpResponseBase:
    make = reading_copy if large else thumbnail
    copy = make(document, now=clock.now())
    if copy is None:
        raise Http404
    return show(copy)
