"""The budget to and from Excel: taken away as a workbook, pasted or handed over, looked at cell by cell, then kept."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from grants.applications.budget_checks import budget_problems
from grants.applications.budget_sheet import (
    COLUMNS,
    MOST_COLUMNS,
    MOST_ROWS,
    BudgetTable,
    read_budget,
    written,
)
from grants.applications.commands import save_budget
from grants.applications.form_kept import definition_of
from grants.applications.models import BudgetLine
from grants.applications.queries import activity_names, budget_lines
from grants.applications.together import may_look_at, share_of
from grants.desk.forms.asks import AskForm
from grants.desk.queries.records import find, find_to_fill_in
from grants.desk.tables.application import as_given, line_rows, sums
from grants.desk.tables.sheets import Yuan, as_xlsx
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete
from grants.desk.views.exports import KINDS
from grants.desk.views.looking import looked_at
from grants.desk.views.parts import closed
from grants.desk.views.sheets import at_cells, laid_open
from grants.desk.views.writing import project_to_write, share_to
from grants.kernel.cells import pasted
from grants.kernel.given import key_of
from grants.programmes.queries import rules_of
from workflow import chain
from workflow.rules import Ask

WIDTHS = (18, 30, 8, 12, 8, 14, 14, 40, 24)
ADD, REPLACE = "add", "replace"
HOW = ((REPLACE, _("换掉现在的全部")), (ADD, _("加在现在的后面")))
ASKS = (
    Ask(
        "table",
        _("预算表"),
        "longtext",
        help=_("在 Excel 或 WPS 里选中几行（连同标题行）复制，粘贴到这里；也可以在下面选文件，内容会放到这里。"),
    ),
    Ask("how", _("放到哪里"), "choice", choices=lambda *_args: list(HOW)),
)


@require_safe
@looked_at
def budget_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The budget as it is saved, as a workbook; without a line yet, its headings."""
    found = find_to_fill_in(pk, request.user)
    share = share_of(found, request.user) if found and find("project", pk, request.user) is None else None
    if found is None or (share and not may_look_at(share, definition_of(found), "budget")):
        raise Http404
    rows = [_in_cells(row) for row in written(budget_lines(found), rules_of(found.round))]
    title = gettext("预算")
    content = as_xlsx(title, [str(column.label) for column in COLUMNS], rows, widths=WIDTHS)
    answer = HttpResponse(content, content_type=KINDS["xlsx"])
    name = f"{title}-{found.number}.xlsx"
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return answer


def _in_cells(row: dict[str, Any]) -> list[Any]:
    return [Yuan(row[column.name]) if column.name.endswith("_fen") else row[column.name] for column in COLUMNS]


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def budget_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """A table is pasted or handed over and read; whoever has looked at its lines keeps them."""
    project, _roles = project_to_write(request, pk, "project_form", "budget")
    screen = definition_of(project).by_code["budget"]
    locked = closed(project, screen, share_to(project, request.user))
    data = request.POST.copy() if request.method == "POST" else None
    trouble: Trouble | None = None
    table: BudgetTable | None = None
    if data is not None:
        if file := request.FILES.get("file"):
            trouble = laid_open(file, data, rows=MOST_ROWS, columns=MOST_COLUMNS)
        form = AskForm(ASKS, record=project, actor=request.user, data=data)
        if trouble is None and not form.is_valid():
            trouble = at_fields(incomplete(), form)
        if trouble is None:
            table, trouble = _read(data, project)
        if table and not table.faults and data.get("do") == "keep" and not request.FILES:
            kept, trouble = _kept(request, project, table, data)
            if kept:
                return redirect("project_budget", pk)
    else:
        form = AskForm(ASKS, record=project, actor=request.user, initial={"how": REPLACE})
    if trouble and trouble.status == 409:
        project = find_to_fill_in(pk, request.user) or project
    context = {
        "project": project,
        "screen": screen,
        "form": form,
        "trouble": trouble,
        "lines": len(budget_lines(project)),
        "taken": {"accept": ".xlsx,.csv"},
        **locked,
        **(_shown(project, table, data or {}) if table else {}),
    }
    return render(
        request, "grants/desk/application/budget_sheet.html", context, status=trouble.status if trouble else 200
    )


def _read(data: Any, project: Any) -> tuple[BudgetTable, Trouble | None]:
    table = read_budget(pasted(data["table"]), rules_of(project.round), activity_names(project))
    if table.faults:
        return table, at_cells(table.faults)
    return table, None


def _seen(data: Any) -> str:
    """What tells these cells, and where they are to go, from any others; browsers end lines in their own way."""
    return chain.digest(chain.canonical([pasted(data.get("table", "")), data.get("how", "")]))


def _kept(request: HttpRequest, project: Any, table: BudgetTable, data: Any) -> tuple[Any, Trouble | None]:
    """The lines are the budget, on the version and in the words that were looked at."""
    if data.get("seen") != _seen(data):
        return None, Trouble(422, gettext("看过以后表格又改了，请再看一遍，再保存"))
    version = key_of(data.get("version")) or project.version
    rows = _together(project, table, data)
    kept, trouble = attempt(lambda: save_budget(project, rows, actor=request.user, version=version))
    if kept:
        words = ngettext("预算已保存，共%(n)s行。", "预算已保存，共%(n)s行。", len(rows)) % {"n": len(rows)}
        messages.success(request, words)
    return kept, trouble


def _together(project: Any, table: BudgetTable, data: Any) -> list[dict[str, Any]]:
    before = [as_given(line) for line in budget_lines(project)] if data.get("how") == ADD else []
    return [*before, *table.lines]


def _shown(project: Any, table: BudgetTable, data: Any) -> dict[str, Any]:
    """The budget as it would be, with what the round's rules say to it."""
    if table.faults:
        return {"faults": table.faults}
    rules = rules_of(project.round)
    rows, plan = _together(project, table, data), activity_names(project)
    lines = [BudgetLine(**row, amount_fen=row["unit_price_fen"] * row["quantity"]) for row in rows]
    return {
        "seen": _seen(data),
        "rows": line_rows(lines, rules, plan),
        "sums": sums(lines, rules),
        "problems": budget_problems(lines, rules, hazardous=bool(project.hazardous), activities=plan),
    }
