"""Reading a document: the permission first, at every click; then its bytes, a page of it, or a small picture."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from storage import links, previews
from storage.access import Unrecorded, note
from storage.backends import Missing, store
from storage.copies import make_anew, thumbnail
from storage.enums import Scan, Secrecy, Way
from storage.models import Attachment, Derivative, Document
from storage.ports import custody, may_read

log = logging.getLogger(__name__)


def readable(attachment_id: UUID, reader: Any) -> Attachment:
    """Return the attachment to whoever may read it now; raise `Http404` alike where it is missing and forbidden."""
    found = Attachment.objects.select_related("document__destruction").filter(pk=attachment_id).first()
    if found is None or not may_read(reader, found):
        raise Http404
    return found


@require_safe
def download(request: HttpRequest, attachment_id: UUID) -> HttpResponseBase:
    """Lead whoever may read it to the bytes, by a link that is theirs alone and dies after 60 seconds."""
    attachment = readable(attachment_id, request.user)
    return _sealed(HttpResponseRedirect(links.signed(attachment, request.user, now=custody().now())))


@require_safe
def file(request: HttpRequest, token: str) -> HttpResponseBase:
    """Send the original as a file to save. Another's link, one that is over and a forged one are not there."""
    now = custody().now()
    attachment_id = links.opens(token, request.user, now=now)
    if attachment_id is None:
        raise Http404
    attachment = readable(attachment_id, request.user)
    if custody().secrecy(attachment) == Secrecy.OPEN:
        return send(attachment.document)
    return send_noted(attachment.document, request, now=now)


@require_safe
def page(request: HttpRequest, attachment_id: UUID, page: int) -> HttpResponseBase:
    """Show one page as a picture; across what is not open stands who looks, and the log has it before they see it."""
    attachment = readable(attachment_id, request.user)
    secrecy, now = custody().secrecy(attachment), custody().now()
    if attachment.document.destroyed or attachment.document.scan == Scan.INFECTED:
        raise Http404
    reader: Any = request.user
    try:
        content = previews.draw(attachment.document, page, mark=previews.mark(reader, secrecy, now=now), now=now)
        if secrecy != Secrecy.OPEN and request.method == "GET":
            note(attachment.document, reader, Way.PREVIEW, now=now, page=page)
    except previews.Undrawn as error:
        raise Http404 from error
    except Unrecorded:
        return _sealed(_unrecorded())
    return _sealed(HttpResponse(content, content_type=previews.PICTURE))


@require_safe
def small(request: HttpRequest, attachment_id: UUID) -> HttpResponseBase:
    """Show the small picture of an open photo or PDF; of anything else there is none."""
    attachment = readable(attachment_id, request.user)
    now = custody().now()
    shown = custody().secrecy(attachment) == Secrecy.OPEN and not attachment.document.destroyed
    copy = thumbnail(attachment.document, now=now) if shown else None
    if copy is None:
        raise Http404
    return show(copy)


def send(document: Document) -> HttpResponseBase:
    """Send an open document to a person who may read it: whoever calls this has made sure. A virus goes to nobody."""
    if document.scan == Scan.INFECTED:
        raise Http404
    if document.destroyed:
        return _sealed(_said(gettext("这份材料保管到期，已按规定销毁。"), 410))
    response: HttpResponseBase
    try:
        response = FileResponse(
            store().open(document.key), as_attachment=True, filename=document.name, content_type=document.media_type
        )
    except Missing:
        log.critical("document %s has no file", document.pk)
        sentence = gettext("这份材料暂时取不出来，管理员已收到提醒。请过一会儿再试。")
        response = _said(sentence, 503)
    return _sealed(response)


def show(copy: Derivative) -> HttpResponseBase:
    """Show a copy made for readers to a person who may read the document: whoever calls this has made sure.

    One whose bytes are lost is made again from the original; where that cannot be done there is no picture.
    """
    try:
        content = store().open(copy.key)
    except Missing as error:
        if not make_anew(copy):
            raise Http404 from error
        content = store().open(copy.key)
    return _sealed(FileResponse(content, content_type=copy.media_type))


def send_noted(document: Document, request: HttpRequest, *, now: datetime) -> HttpResponseBase:
    """Send one that is not open likewise; the log has it before the first byte leaves, else nothing leaves."""
    response = send(document)
    if response.status_code != 200 or request.method != "GET":
        return response
    reader: Any = request.user
    try:
        note(document, reader, Way.DOWNLOAD, now=now)
    except Unrecorded:
        response.close()
        return _sealed(_unrecorded())
    return response


def _unrecorded() -> HttpResponse:
    sentence = gettext("系统正忙，查阅登记没有写成，所以先不能打开。请过一会儿再试。")
    response = _said(sentence, 503)
    response.headers["Retry-After"] = "5"
    return response


def _said(sentence: str, status: int) -> HttpResponse:
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")


def _sealed(response: HttpResponseBase) -> HttpResponseBase:
    """Forbid the browser to guess the type, to run anything in the file, to keep or share a copy."""
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response
