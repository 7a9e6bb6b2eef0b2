"""A check on one page: the team's page begun from the log, the facts beside it, the checker's conclusion."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from grants.desk.domain import readable
from grants.desk.queries.records import VISIBLE, find
from grants.desk.queries.running import logbook, promises, proposed_page
from grants.desk.retaking.queries import askable, open_retakes
from grants.desk.tables.documents import by_slot
from grants.desk.tables.facts import facts
from grants.desk.tables.money import six_lines
from grants.desk.tables.running import bars, entries, hours_of, told, visited
from grants.desk.views.inline import Inline
from grants.desk.views.looking import looked_at
from grants.desk.views.paging import paged
from grants.funds.queries import standing
from grants.implementation.visits import midterm_checks, to_visit
from grants.people.queries import holds
from grants.programmes.models import Round
from grants.programmes.queries import rules_of
from storage.queries import attachments_of
from workflow.lifecycle import CHECK, Role
from workflow.ports import domain

VISITORS = frozenset({*CHECK.deeds["pass_check"].by, Role.BUSINESS_LEAD, Role.AUDITOR})
"""Who reads why a check is made on site: an objection may be behind it."""
DEEDS = ("file", "rectified", "pass_check", "rectify")
LATEST = 6


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the page of a check beside the facts; on POST file it, pass it, or ask for something to be put right."""
    found = find("check", pk, request.user)
    if found is None or not domain().roles(request.user, found):
        raise Http404
    project = found.project
    book = logbook(project)
    begun = {"progress": told(book), **proposed_page(project, book)}
    deeds = Inline(request, found, DEEDS, initial=begun | found.page)
    if request.method == "POST":
        if answer := deeds.posted(lambda: redirect("check_page", pk)):
            return answer
        deeds.record = find("check", pk, request.user) or found
    drawn, others = bars(promises(project, book.sums))
    context = {
        "record": deeds.record,
        "project": project,
        "facts": facts(deeds.record),
        "documents": _papers(deeds.record, request.user),
        "bars": drawn,
        "others": others,
        "sums": book.sums,
        "hours": hours_of(book.sums.minutes),
        "entries": [one for one in entries(book) if one.corrected_by is None][:LATEST],
        "money": six_lines(standing(project)),
        "on_site": to_visit(deeds.record),
        "told_why": bool(domain().roles(request.user, found) & VISITORS),
        **deeds.context(),
    }
    status = deeds.trouble.status if deeds.trouble else 200
    return render(request, "grants/desk/check.html", context, status=status)


@require_safe
@looked_at
def round_checks(request: HttpRequest, pk: int) -> HttpResponse:
    """The mid-term checks of a round that are open: which are made on site and why, and how the sample was drawn."""
    round_ = find("round", pk, request.user)
    if not isinstance(round_, Round) or not round_.configuration_id or not holds(request.user, *VISITORS):
        raise Http404
    found = visited(midterm_checks(round_, VISIBLE["project"](request.user)))
    context = {
        "round": round_,
        "record": round_,
        "when": rules_of(round_).midterm.on_site_when,
        "digest": round_.configuration.digest if round_.configuration else "",
        "left": sum(visit.ahead for _check, visit in found),
    }
    return render(request, "grants/desk/round_checks.html", context | paged(request, found))


def _papers(record: Any, actor: Any) -> list[dict[str, Any]]:
    """The papers of a check, with those that are asked for again and where one may ask."""
    roles = domain().roles(actor, record)
    papers = readable(attachments_of(record), record, roles, actor)
    return by_slot(papers, record, open_retakes(papers), askable(papers, record.project, roles))
