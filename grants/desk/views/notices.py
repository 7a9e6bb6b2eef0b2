"""What I have been told: the list, and marking it read. Reading a page marks nothing; only a press of a button does."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from grants.desk.commands import read_notices
from grants.desk.queries.notices import kinds_of, notices_of, open_deadlines_of, unread_count
from grants.desk.queries.records import fetch_records
from grants.desk.tables.notices import notice_row, notice_rows
from grants.desk.views.looking import looked_at
from grants.desk.views.paging import paged
from grants.people.queries import holds
from workflow.lifecycle import Role
from workflow.models import NoticeKind

UNREAD = "unread"


@require_safe
@looked_at
def notices(request: HttpRequest) -> HttpResponse:
    """What the person has been told, newest first; `?show=` narrows to the unread or to one kind."""
    chosen = request.GET.get("show", "")
    kind = chosen if chosen in NoticeKind.values else ""
    found = paged(request, notices_of(request.user, kind=kind, unread=chosen == UNREAD))
    told = list(found["page"])
    fetch_records(told)
    context: dict[str, Any] = {
        **found,
        "rows": notice_rows(told, open_deadlines_of(told)),
        "chosen": chosen if kind or chosen == UNREAD else "",
        "chips": [(UNREAD, gettext("未读")), *kinds_of(request.user)],
        "unread_now": unread_count(request.user),
        "oversees": holds(request.user, Role.SYSADMIN),
    }
    return render(request, "grants/desk/notices.html", context)


@require_POST
def notice_read(request: HttpRequest, pk: int) -> HttpResponse:
    """The notice is read; with `go`, on to the record it is about, otherwise back to the list."""
    found = notices_of(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    read_notices(actor=request.user, only=[found.pk])
    if "go" in request.POST:
        return redirect(notice_row(found).url)
    return redirect(reverse("notices") + (f"?{query}" if (query := request.POST.get("back", "")) else ""))


@require_POST
def notices_all_read(request: HttpRequest) -> HttpResponse:
    """Every notice of the person is read."""
    read_notices(actor=request.user)
    messages.success(request, gettext("全部标为已读。"))
    return redirect("notices")
