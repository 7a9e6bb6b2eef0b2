"""What somebody has put before others: read it in words, compare the paper, stand behind it."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from grants.desk.commands import stand_behind
from grants.desk.queries.records import find, project_of
from grants.desk.tables.given import Said, all_said
from grants.desk.tables.offers import record_url, role_names
from grants.desk.views.looking import looked_at
from storage.models import Document
from storage.views import send
from workflow.actions import Busy, Refused, Stale
from workflow.endorsing import complete, wanted
from workflow.models import Proposal
from workflow.ports import domain
from workflow.refusals import Refusal


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is proposed and who stands behind it; on POST stand behind it."""
    found, record = _found(request, pk)
    if request.method != "POST":
        return _shown(request, found, record)
    try:
        stand_behind(found, actor=request.user)
    except Stale as refusal:
        return _shown(request, found, record, 409, refusal.reasons)
    except Busy as refusal:
        return _shown(request, found, record, 503, refusal.reasons)
    except Refused as refusal:
        return _shown(request, found, record, 422, refusal.reasons)
    messages.success(request, gettext("已会签。"))
    return redirect("proposal", found.pk)


@require_safe
@looked_at
def proposed_document(request: HttpRequest, pk: int, document: UUID) -> HttpResponseBase:
    """Send a document that a proposal rests on, to whoever may see the proposal."""
    found, _record = _found(request, pk)
    if str(document) not in {str(value) for value in json.loads(found.given).values()}:
        raise Http404
    known = Document.objects.filter(pk=document).first()
    if known is None:
        raise Http404
    return send(known)


def _found(request: HttpRequest, pk: int) -> tuple[Proposal, Any]:
    """The proposal and its record, if the person may see the record and has a part in the deed. Raises Http404."""
    rows = Proposal.objects.select_related("maker").prefetch_related("endorsements__person")
    found = rows.filter(pk=pk).first()
    record = find(found.machine, found.object_id, request.user) if found else None
    if found is None or record is None:
        raise Http404
    if found.maker_id != request.user.pk and not _roles(request, record) & set(_deed(found, record).roles):
        raise Http404
    return found, record


def _roles(request: HttpRequest, record: Any) -> frozenset[str]:
    return domain().roles(request.user, record)


def _deed(found: Proposal, record: Any) -> Any:
    return record.machine().deeds[found.move]


def _shown(
    request: HttpRequest, found: Proposal, record: Any, status: int = 200, reasons: tuple[Refusal, ...] = ()
) -> HttpResponse:
    deed = _deed(found, record)
    signed = list(found.endorsements.all())
    taken = {row.role for row in signed}
    missing = () if complete(deed, found) else tuple(role for role in wanted(deed, found) if role not in taken)
    current, mine = found.version == record.version, found.maker_id == request.user.pk
    said = all_said(record, found.move, json.loads(found.given), found.maker, paper=found.paper)
    context = {
        "proposal": found,
        "record": record,
        "project": project_of(record),
        "back": record_url(record),
        "deed": deed,
        "said": said,
        "documents": _documents(said),
        "signed": signed,
        "missing": role_names(missing),
        "current": current,
        "mine": mine,
        "may": current and not mine and bool(_roles(request, record) & set(missing)),
        "reasons": reasons,
        "already": any(row.person_id == request.user.pk for row in signed),
    }
    return render(request, "grants/desk/proposal.html", context, status=status)


def _documents(said: list[Said]) -> dict[str, Document]:
    """The documents by id, for their names."""
    wanted_ids = [one.document for one in said if one.document]
    return {str(one.pk): one for one in Document.objects.filter(pk__in=wanted_ids)} if wanted_ids else {}
