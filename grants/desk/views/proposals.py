"""What somebody has put before others: read it in words, compare the paper, stand behind it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from grants.desk.commands import stand_behind
from grants.desk.queries.proposals import documents_by_id, proposal_by_id
from grants.desk.queries.records import find, project_of
from grants.desk.tables.destroying import going
from grants.desk.tables.facts import FACTS, facts
from grants.desk.tables.given import all_said
from grants.desk.tables.meetings import meeting_url
from grants.desk.tables.messages import task_message
from grants.desk.tables.offers import record_url, signers
from grants.desk.views.attempts import Trouble, attempt
from grants.desk.views.looking import looked_at
from grants.people.queries import as_people
from storage.views import send_noted
from workflow import clock
from workflow.endorsing import against_person, missing, own_hand
from workflow.models import Proposal
from workflow.ports import domain
from workflow.trail import given_of


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is proposed and who stands behind it; on POST stand behind it."""
    found, record = _found(request, pk)
    if request.method != "POST":
        return _shown(request, found, record)
    _signed, trouble = attempt(lambda: stand_behind(found, actor=request.user))
    if trouble:
        return _shown(request, found, record, trouble)
    messages.success(request, gettext("已会签。"))
    return redirect("proposal", found.pk)


@require_safe
@looked_at
def proposed_document(request: HttpRequest, pk: int, document: UUID) -> HttpResponseBase:
    """Send a document that a proposal rests on, to whoever may see the proposal."""
    found, _record = _found(request, pk)
    named = {str(value) for value in given_of(found).values()} & {str(document)}
    known = documents_by_id(named).get(str(document))
    if known is None:
        raise Http404
    return send_noted(known, request, now=clock.now())


def _found(request: HttpRequest, pk: int) -> tuple[Proposal, Any]:
    """The proposal and its record, if the person may see the record and has a part in the deed. Raises Http404."""
    found = proposal_by_id(pk)
    record = find(found.machine, found.object_id, request.user) if found else None
    if found is None or record is None:
        raise Http404
    if not own_hand(found, as_people(request.user)) and not _roles(request, record) & set(_deed(found, record).roles):
        raise Http404
    return found, record


def _roles(request: HttpRequest, record: Any) -> frozenset[str]:
    return domain().roles(request.user, record)


def _deed(found: Proposal, record: Any) -> Any:
    return record.machine().deeds[found.move]


def _message(request: HttpRequest, found: Proposal, record: Any, deed: Any) -> str:
    """Ready words for whoever has to stand behind it."""
    word = gettext("核对签字件") if found.paper else gettext("会签")
    what = gettext("%(word)s：%(move)s") % {"word": word, "move": deed.label}
    url = request.build_absolute_uri(reverse("proposal", args=[found.pk]))
    return task_message(what, project_of(record) or record, None, url)


def _shown(request: HttpRequest, found: Proposal, record: Any, trouble: Trouble | None = None) -> HttpResponse:
    deed = _deed(found, record)
    signed = list(found.endorsements.all())
    left = missing(deed, found)
    may = bool(_roles(request, record) & set(left))
    against = against_person(record, deed, request.user) if may else []
    current, mine = found.version == record.version, own_hand(found, as_people(request.user))
    said = all_said(record, found.move, given_of(found), found.maker, paper=found.paper)
    context = {
        "proposal": found,
        "record": record,
        "project": project_of(record),
        "back": record_url(record),
        "deed": deed,
        "said": said,
        "facts": facts(record) if record.machine().name in FACTS else [],
        "going": going(record, found.move, found.at),
        "documents": documents_by_id(one.document for one in said if one.document),
        "signed": signed,
        "missing": signers(deed, left, paper=found.paper),
        "current": current,
        "mine": mine,
        "may": current and not mine and may and not against,
        "against": against if current and not mine else [],
        "message": _message(request, found, record, deed) if current and left else "",
        "reasons": trouble.reasons if trouble else [],
        "together": meeting_url(found, record),
        "already": any(row.person_id == request.user.pk for row in signed),
    }
    return render(request, "grants/desk/proposal.html", context, status=trouble.status if trouble else 200)
