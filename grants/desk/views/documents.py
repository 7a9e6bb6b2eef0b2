"""The page of one document: what is in it, page by page, what stands before and behind it, and who has read it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grants.desk.domain import readable as listed
from grants.desk.papers import look
from grants.desk.queries.records import project_of
from grants.desk.tables.documents import slot_names
from grants.desk.tables.offers import record_url
from grants.desk.views.looking import looked_at
from grants.desk.views.paging import paged
from grants.people.queries import holds
from grants.programmes.models import Round
from storage.enums import Scan, Secrecy
from storage.links import address, page_address
from storage.models import Access, Attachment
from storage.ports import custody
from storage.previews import Outline, outline
from storage.queries import attachments_of
from storage.retention import is_locked
from storage.views import readable
from workflow.lifecycle import Role
from workflow.ports import domain

WATCHERS = frozenset({Role.AUDITOR, Role.DISCIPLINE})
OWNERS = frozenset({Role.PROGRAMME_OFFICER, Role.BUSINESS_LEAD, Role.COUNTY_LEADER, Role.CITY_LEADER})
"""Who answers for the papers of a record, and so may see who has read them."""


@require_safe
@looked_at
def document(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One document, one page of it at a time; what is not open is drawn with the reader's name across."""
    attachment = readable(pk, request.user)
    secrecy = custody().secrecy(attachment)
    destroyed = attachment.document.destroyed
    gone = destroyed or attachment.document.scan == Scan.INFECTED
    found = Outline() if gone else outline(attachment.document, secrecy)
    number = _number(request, found.pages)
    record: Any = attachment.record
    before, after = _beside(attachment, record, request.user)
    context = {
        "attachment": attachment,
        "document": attachment.document,
        "slot": slot_names(record).get(attachment.slot, ""),
        "record": record,
        "project": project_of(record),
        "round": record if isinstance(record, Round) else None,
        "back": record_url(record),
        "secrecy": secrecy,
        "guarded": secrecy != Secrecy.OPEN,
        "found": found,
        "destroyed": destroyed,
        "locked": destroyed and not destroyed.gone_at and is_locked(attachment.document, now=custody().now()),
        "terms": attachment.document.keepings.order_by("-until")[:1],
        "hold": attachment.document.holds.filter(lifted_at__isnull=True).select_related("held_by").first(),
        "number": number,
        "picture": page_address(attachment, number) if number else "",
        "earlier": number - 1 if number > 1 else 0,
        "later": number + 1 if number < found.pages else 0,
        "before": before,
        "after": after,
        "file": address(attachment),
        "watches": watches(request.user, record),
    }
    if context["watches"]:
        rows = Access.objects.filter(document=attachment.document).select_related("reader").order_by("-seq")
        context |= paged(request, rows)
    return render(request, "grants/desk/document.html", context)


def watches(actor: Any, record: Any) -> bool:
    """Whether the person may see who has read the papers of the record."""
    return bool(domain().roles(actor, record) & (OWNERS | WATCHERS)) or any(holds(actor, role) for role in WATCHERS)


def _number(request: HttpRequest, pages: int) -> int:
    """The page that is asked for, the first one where nothing sensible is; none where nothing is drawn."""
    asked = request.GET.get("sheet", "1")
    if not asked.isdecimal() or not pages:
        return 1 if pages else 0
    if not 1 <= int(asked) <= pages:
        raise Http404
    return int(asked)


def _beside(attachment: Attachment, record: Any, actor: Any) -> tuple[str, str]:
    """The pages of the papers that the reader finds before and behind this one; a round's are not for all alike."""
    if isinstance(record, Round):
        return "", ""
    papers = listed(attachments_of(record), record, domain().roles(actor, record), actor)
    place = next((n for n, one in enumerate(papers) if one.pk == attachment.pk), None)
    if place is None:
        return "", ""
    return (
        look(papers[place - 1]) if place else "",
        look(papers[place + 1]) if place + 1 < len(papers) else "",
    )
