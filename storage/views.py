"""Reading a document: the permission first, then the original as a download, never in the page."""

from __future__ import annotations

import logging
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from storage.backends import Missing, store
from storage.enums import Scan
from storage.models import Attachment, Derivative, Document
from storage.ports import may_read

log = logging.getLogger(__name__)


@require_safe
def download(request: HttpRequest, attachment_id: UUID) -> HttpResponseBase:
    """Send the document as a file to save; what is missing and what is forbidden answer alike."""
    attachment = Attachment.objects.select_related("document").filter(pk=attachment_id).first()
    if attachment is None or not may_read(request.user, attachment):
        raise Http404
    return send(attachment.document)


def send(document: Document) -> HttpResponseBase:
    """Send a document to a person who may read it: whoever calls this has made sure. A virus is sent to nobody."""
    if document.scan == Scan.INFECTED:
        raise Http404
    response: HttpResponseBase
    try:
        response = FileResponse(
            store().open(document.key), as_attachment=True, filename=document.name, content_type=document.media_type
        )
    except Missing:
        log.critical("document %s has no file", document.pk)
        sentence = gettext("这份材料暂时取不出来，管理员已收到提醒。请过一会儿再试。")
        response = HttpResponse(sentence, status=503, content_type="text/plain; charset=utf-8")
    return _sealed(response)


def show(copy: Derivative) -> HttpResponseBase:
    """Show a copy made for readers to a person who may read the document: whoever calls this has made sure."""
    response: HttpResponseBase
    try:
        response = FileResponse(store().open(copy.key), content_type=copy.media_type)
    except Missing:  # it can be made again; until then there is no picture
        raise Http404 from None
    return _sealed(response)


def _sealed(response: HttpResponseBase) -> HttpResponseBase:
    """Forbid the browser to guess the type, to run anything in the file, to keep or share a copy."""
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response
