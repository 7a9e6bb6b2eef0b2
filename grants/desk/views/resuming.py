"""Resumable upload as tus 1.0 speaks it: core, creation, expiration, termination.

https://tus.io/protocols/resumable-upload. What comes of it is a document of the person who sent it, under the id in the
address; a form then names it as kept.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from http import HTTPStatus as Status
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from storage import arriving
from storage.arriving import Elsewhere, Taken
from storage.commands import LIFETIME
from storage.enums import UploadState
from storage.inspection import limit
from storage.models import Document, Upload
from storage.refusal import Later, Refused
from workflow import clock

VERSION: Final = "1.0.0"
PIECE: Final = "application/offset+octet-stream"
STATUS: Final = {
    "too_large": Status.REQUEST_ENTITY_TOO_LARGE,
    "too_many": Status.TOO_MANY_REQUESTS,
    "closed": Status.GONE,
    "expired": Status.GONE,
    "no_room": Status.INSUFFICIENT_STORAGE,
    "not_stored": Status.SERVICE_UNAVAILABLE,
    "store_away": Status.SERVICE_UNAVAILABLE,
}
"""What is not here is the file's own fault, 422, or passes by itself, 503."""
SOON: Final = 20
"""Seconds after which what could not be told now is asked again."""

Answer = Callable[[HttpRequest, Upload], HttpResponse]


@require_http_methods(["OPTIONS", "POST"])
def uploads(request: HttpRequest) -> HttpResponse:
    """OPTIONS says what is understood; POST opens an upload of the announced length and name, and says where."""
    if request.method == "OPTIONS":
        return _sealed(_abilities())
    return _sealed(_stranger(request) or _said(lambda: _begun(request)))


@require_http_methods(["OPTIONS", "HEAD", "PATCH", "DELETE", "POST"])
def upload(request: HttpRequest, pk: UUID) -> HttpResponse:
    """HEAD says how far an upload has come, PATCH sends more of it, DELETE gives it up; only its owner finds it.

    The last byte makes it a document; so does asking about one that has come whole, should the server have died then.
    """
    method = _method(request)
    if method == "OPTIONS":
        return _sealed(_abilities())
    if stranger := _stranger(request):
        return _sealed(stranger)
    there = arriving.found(pk, actor=_who(request))
    if there is None or method not in METHODS:
        raise Http404
    answer = _said(lambda: METHODS[method](request, there))
    if method == "HEAD" and answer.content:  # its body is never sent: the reason goes along as a header
        answer.headers["Upload-Refusal"] = quote(answer.content.decode())
    return _sealed(answer)


def _who(request: HttpRequest) -> Any:
    """Whoever is signed in: nobody else comes this far."""
    return request.user


def _method(request: HttpRequest) -> str:
    """What is asked for: a network that lets only GET and POST through says it in a header of the protocol."""
    asked = str(request.method)
    return request.headers.get("X-HTTP-Method-Override", asked).upper() if asked == "POST" else asked


def _begun(request: HttpRequest) -> HttpResponse:
    length, name = _whole(request.headers.get("Upload-Length")), _name(request.headers.get("Upload-Metadata", ""))
    if length is None or name is None:
        return _words(gettext("没有说明文件的大小和名字。"), Status.BAD_REQUEST)
    begun = arriving.begin(actor=_who(request), name=name, size=length, now=clock.now())
    answer = HttpResponse(status=Status.CREATED)
    answer.headers["Location"] = reverse("upload", args=[begun.pk])
    answer.headers["Upload-Expires"] = http_date(begun.expires_at.timestamp())
    return answer


def _head(request: HttpRequest, there: Upload) -> HttpResponse:
    offset = arriving.arrived(there)
    answer = _whole_one(request, there) if offset == there.declared_size else HttpResponse()
    return _measured(answer, there, offset)


def _patch(request: HttpRequest, there: Upload) -> HttpResponse:
    if request.headers.get("Content-Type") != PIECE:
        return _words(gettext("分段上传的内容类型不对。"), Status.UNSUPPORTED_MEDIA_TYPE)
    offset, length = _whole(request.headers.get("Upload-Offset")), _whole(request.headers.get("Content-Length"))
    if offset is None or length is None:
        return _words(gettext("没有说明从哪个字节传起、传多少。"), Status.BAD_REQUEST)
    if there.state == UploadState.STARTED:
        if offset + length > there.declared_size:
            return _words(gettext("传来的比说明的大小要多。"), Status.REQUEST_ENTITY_TOO_LARGE)
        at = arriving.take(there, request, offset=offset, now=clock.now())
        there.expires_at = clock.now() + LIFETIME
    elif offset != (at := there.declared_size) and there.document:
        raise Elsewhere(at)
    answer = _whole_one(request, there) if at == there.declared_size else HttpResponse(status=Status.NO_CONTENT)
    return _measured(answer, there, at)


def _delete(_request: HttpRequest, there: Upload) -> HttpResponse:
    arriving.give_up(there)
    return HttpResponse(status=Status.NO_CONTENT)


METHODS: Final[dict[str, Answer]] = {"HEAD": _head, "PATCH": _patch, "DELETE": _delete}


def _whole_one(request: HttpRequest, there: Upload) -> HttpResponse:
    """The last byte is here: the document's id and name."""
    document: Document = arriving.complete(there, actor=_who(request), now=clock.now())
    answer = HttpResponse(status=Status.OK if request.method == "HEAD" else Status.NO_CONTENT)
    answer.headers["Upload-Document"] = str(document.pk)
    answer.headers["Upload-Name"] = quote(document.name)
    return answer


def _measured(answer: HttpResponse, there: Upload, offset: int) -> HttpResponse:
    answer.headers["Upload-Offset"] = str(offset)
    answer.headers["Upload-Length"] = str(there.declared_size)
    answer.headers["Upload-Expires"] = http_date(there.expires_at.timestamp())
    return answer


def _said(call: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer, or in words and by its status what stands against it."""
    try:
        return call()
    except Elsewhere as error:
        answer = _words(gettext("服务器收到的和浏览器以为的不一样多。"), Status.CONFLICT)
        answer.headers["Upload-Offset"] = str(error.offset)
        return answer
    except Taken:
        return _later(_words(gettext("这个文件正在传，请稍等。"), Status.LOCKED))
    except Later as refusal:
        return _later(_words(str(refusal), STATUS.get(refusal.code, Status.SERVICE_UNAVAILABLE)))
    except Refused as refusal:
        status = STATUS.get(refusal.code, Status.UNPROCESSABLE_ENTITY)
        answer = _words(str(refusal), status)
        return _later(answer) if status == Status.SERVICE_UNAVAILABLE else answer


def _stranger(request: HttpRequest) -> HttpResponse | None:
    if request.headers.get("Tus-Resumable") == VERSION:
        return None
    return _words(gettext("上传程序的版本不对，请刷新页面。"), Status.PRECONDITION_FAILED)


def _abilities() -> HttpResponse:
    answer = HttpResponse(status=Status.NO_CONTENT)
    answer.headers["Tus-Extension"] = "creation,expiration,termination"
    answer.headers["Tus-Max-Size"] = str(limit())
    return answer


def _sealed(answer: HttpResponse) -> HttpResponse:
    answer.headers["Tus-Resumable"] = answer.headers["Tus-Version"] = VERSION
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _words(words: str, status: int) -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")


def _later(answer: HttpResponse) -> HttpResponse:
    answer.headers["Retry-After"] = str(SOON)
    return answer


def _whole(text: str | None) -> int | None:
    """A number of bytes as the protocol writes it, or None."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 16 else None


def _name(metadata: str) -> str | None:
    """The file's name among `key base64,key base64`, or None."""
    pairs = dict(part.strip().partition(" ")[::2] for part in metadata.split(","))
    try:
        return base64.b64decode(pairs["filename"], validate=True).decode() or None
    except (KeyError, binascii.Error, UnicodeDecodeError):
        return None
