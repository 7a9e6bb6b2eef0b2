"""Lists of teams and organisations come in: pasted or handed over, looked at row by row, then imported in one go."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe
from django_stubs_ext import StrOrPromise

from grants.desk.forms.importing import ASKS, ListForm
from grants.desk.queries.people import imports_seen
from grants.desk.tables.importing import done_told, fates_told, list_rows
from grants.desk.tables.sheets import as_xlsx
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete
from grants.desk.views.exports import KINDS
from grants.desk.views.looking import looked_at
from grants.desk.views.sheets import at_cells, laid_open
from grants.kernel.cells import Cells, Column, pasted
from grants.people.commands.importing import PASTED, File, import_organisations, import_teams
from grants.people.enums import Imported
from grants.people.importing import organisations, teams
from grants.people.importing.plan import MOST_COLUMNS, MOST_ROWS, Plan, digest_of
from grants.people.models import Organisation, RegisterImport, Team
from grants.people.registering import registers_organisations, registers_teams
from workflow.command import new_key

SALT = "register-import"
Planned = Callable[..., Plan]


@dataclass(frozen=True)
class Listing:
    """A list that can come in: its columns, who may bring it, what plans it and what writes it."""

    what: Imported
    name: str
    title: StrOrPromise
    lead: StrOrPromise
    model: Any
    columns: Sequence[Column]
    widths: tuple[int, ...]
    examples: Callable[[], list[list[Any]]]
    may: Callable[[Any], bool]
    plan: Planned
    write: Callable[..., RegisterImport]


TEAMS = Listing(
    Imported.TEAMS,
    "import_teams",
    _("导入团队名单"),
    _("先下载空表，一行填一支团队，再粘贴或选文件。先看每一行会怎样，再导入；有一格不对，就一支也不导入。"),
    Team,
    teams.COLUMNS,
    (28, 24, 26, 24, 22, 14, 10, 12, 14, 16),
    teams.example_rows,
    registers_teams,
    teams.plan_teams,
    import_teams,
)
ORGANISATIONS = Listing(
    Imported.ORGANISATIONS,
    "import_organisations",
    _("导入组织名单"),
    _("先下载空表，一行填一个组织，再粘贴或选文件。先看每一行会怎样，再导入；有一格不对，就一个也不导入。"),
    Organisation,
    organisations.COLUMNS,
    (36, 22, 18, 14, 24, 14, 24, 14),
    organisations.example_rows,
    registers_organisations,
    organisations.plan_organisations,
    import_organisations,
)


@require_safe
@looked_at
def teams_template(request: HttpRequest) -> HttpResponse:
    """An empty list of teams as a workbook."""
    return _template(request, TEAMS)


@require_safe
@looked_at
def organisations_template(request: HttpRequest) -> HttpResponse:
    """An empty list of organisations as a workbook."""
    return _template(request, ORGANISATIONS)


def _template(request: HttpRequest, listing: Listing) -> HttpResponse:
    """The headings, and rows that show how they are filled in."""
    if not listing.may(request.user):
        raise Http404
    heads = [str(column.label) for column in listing.columns]
    title = str(listing.what.label)
    answer = HttpResponse(as_xlsx(title, heads, listing.examples(), widths=listing.widths), content_type=KINDS["xlsx"])
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{title}.xlsx") or ""
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def import_teams_page(request: HttpRequest) -> HttpResponse:
    """A list of teams is read, looked at, and comes into the register."""
    return _page(request, TEAMS)


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def import_organisations_page(request: HttpRequest) -> HttpResponse:
    """A list of organisations is read, looked at, and comes into the tree."""
    return _page(request, ORGANISATIONS)


def _page(request: HttpRequest, listing: Listing) -> HttpResponse:
    actor: Any = request.user
    if not listing.may(actor):
        raise Http404
    data = request.POST.copy() if request.method == "POST" else None
    trouble: Trouble | None = None
    plan: Plan | None = None
    if data is not None and (file := request.FILES.get("file")):
        trouble = _handed(file, data)
    form = ListForm(ASKS, record=None, actor=actor, data=data)
    if data is not None and trouble is None:
        if not form.is_valid():
            trouble = at_fields(incomplete(), form)
        else:
            given = _given(form, data)
            if data.get("do") == "keep" and not request.FILES:
                made, trouble = _kept(listing, given, data, actor)
                if made:
                    messages.success(request, gettext("已导入：%(what)s。") % {"what": done_told(made)})
                    return redirect(listing.name)
            plan = listing.plan(actor=actor, **given)
            if plan.faults:
                trouble = at_cells(plan.faults)
    context = {
        "listing": listing,
        "form": form,
        "trouble": trouble,
        "taken": {"accept": ".xlsx,.csv"},
        "file_url": f"{listing.name}_file",
        "before": [{"made": one, "told": done_told(one)} for one in imports_seen(actor, listing.what)],
        "most": MOST_ROWS,
        **(_shown(listing, plan, data) if plan else {}),
    }
    return render(request, "grants/desk/import.html", context, status=trouble.status if trouble else 200)


def _handed(file: Any, data: Any) -> Trouble | None:
    """The cells of the file stand in the field, and the page remembers which file they came from."""
    trouble = laid_open(file, data, rows=MOST_ROWS, columns=MOST_COLUMNS, typed=True)
    if trouble is None:
        file.seek(0)
        known = [file.name, hashlib.file_digest(file, "sha256").hexdigest(), digest_of(pasted(data["table"]))]
        data["source"] = signing.dumps(known, salt=SALT)
    return trouble


def _source(data: Any, cells: Cells) -> File:
    """The file that these very cells were read from; none where they were pasted, or changed since."""
    try:
        name, digest, read = signing.loads(data.get("source", ""), salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return PASTED
    return File(name, digest) if read == digest_of(cells) else PASTED


def _given(form: ListForm, data: Any) -> dict[str, Any]:
    return {
        "cells": pasted(data.get("table", "")),
        "reason": form.cleaned_data.get("reason") or "",
        "checked": form.cleaned_data.get("checked") or "",
    }


def _kept(
    listing: Listing, given: dict[str, Any], data: Any, actor: Any
) -> tuple[RegisterImport | None, Trouble | None]:
    """The list is in the register as it was looked at."""
    seen, key = data.get("seen", ""), data.get("key") or None
    file = _source(data, given["cells"])
    return attempt(lambda: listing.write(actor=actor, seen=seen, file=file, key=key, **given))


def _shown(listing: Listing, plan: Plan, data: Any) -> dict[str, Any]:
    """Every row with what would become of it; what the button carries, where nothing stands against it."""
    shown = {"plan": plan, "rows": list_rows(plan, listing.model), "told": fates_told(plan), "faults": plan.faults}
    if not plan.faults and plan.does_something:
        shown |= {"seen": plan.seen, "key": new_key()}
    return shown | {"source": data.get("source", "") if data else ""}
