"""The end of a project's work: the report that is largely known already, and the acceptance beside it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from grants.closeout.commands import save_report
from grants.closeout.models import Acceptance
from grants.closeout.queries import acceptance_items, grade_of, report_of
from grants.desk.forms.application import report_asks, reported
from grants.desk.forms.merging import marks_of
from grants.desk.papers import look
from grants.desk.queries.accounts import shown_vouchers
from grants.desk.queries.records import find
from grants.desk.tables.accounts import totals
from grants.desk.tables.closing import goals_shown, known_goals, tasks, what_is_known
from grants.desk.tables.offers import pending
from grants.desk.tables.text import report_said
from grants.desk.views.deeds import Doing
from grants.desk.views.looking import looked_at
from grants.desk.views.writing import Written, project_to_write
from grants.funds.queries import standing
from grants.implementation.queries import log_sums
from grants.programmes.queries import rules_of
from storage.queries import attachments_of
from workflow.actions import Standing
from workflow.ports import domain

TEMPLATE = "grants/desk/closeout_report.html"
JUDGING = ("accept", "return_closeout", "fail_acceptance")


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def project_report(request: HttpRequest, pk: int) -> HttpResponse:
    """The completion report: figures of the log filled in, what is still missing, and handing it in."""
    project, roles = project_to_write(request, pk, "project_report")
    known = Standing(project, request.user)
    doing = Doing(request, project, "submit_closeout", known=known)
    if answer := doing.answer(lambda: reverse("project", args=[pk])):
        return answer

    def save(found: Any, given: dict[str, Any]) -> Any:
        return save_report(found, actor=request.user, version=found.version, **given)

    def shown(found: Any) -> dict[str, Any]:
        return known_goals(found, reported(found), log)

    def begun(found: Any) -> bool:
        return report_of(found) is None or marks_of(reported(found)) != marks_of(shown(found))

    log = log_sums(project)
    context = {
        "log": what_is_known(log),
        "tasks": tasks(project, roles),
        "doing": doing,
        "doing_trouble": doing.trouble,
        "lost": doing.lost,
        "sides": doing.sides,
        "money": totals(shown_vouchers(project)),
        "story": standing(project),
        "photos": _photos(project),
    }
    page = Written(
        request,
        project,
        "project_report",
        _("写结题报告"),
        report_asks(project),
        shown,
        save,
        TEMPLATE,
        saved=_written_by,
        begun=begun,
    )
    if doing.trouble:
        answer = page.shown(page.form(), None, context)
        answer.status_code = doing.trouble.status
        return answer
    return page.answer(context)


def _written_by(project: Any) -> dict[str, Any]:
    report = report_of(project)
    return {"who": report.written_by, "at": report.at} if report else {}


def _photos(project: Any) -> list[dict[str, Any]]:
    """The evidence that is there already."""
    found = attachments_of(project, "evidence")
    return [{"name": one.document.name, "url": look(one), "at": one.attached_at} for one in found]


def _judgements(project: Any) -> list[Acceptance]:
    return list(project.acceptances.select_related("judged_by").order_by("number"))


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def project_acceptance(request: HttpRequest, pk: int) -> HttpResponse:
    """The report beside the scores: accept, return with what is to be put right and until when, or fail."""
    project = find("project", pk, request.user)
    if project is None or report_of(project) is None:
        raise Http404
    known = Standing(project, request.user)
    doings = {name: Doing(request, project, name, known=known) for name in JUDGING}
    for doing in doings.values():
        if answer := doing.answer(lambda: reverse("project_acceptance", args=[pk])):
            return answer
    trouble = next((doing.trouble for doing in doings.values() if doing.trouble), None)
    log = log_sums(project)
    context = {
        "project": project,
        "said": [one for one in report_said(project, request.user) if not one.table],
        "goals": goals_shown(project, log),
        "log": what_is_known(log),
        "photos": _photos(project),
        "money": totals(shown_vouchers(project)),
        "story": standing(project),
        "full": sum(item.weight for item in acceptance_items(project)),
        "judged": [(row, grade_of(row).label) for row in _judgements(project)],
        "lines": rules_of(project.round).acceptance,
        "pending": pending(project, known.proposals, request.user, domain().roles(request.user, project)),
        "trouble": trouble,
        "form": next((doing.form for doing in doings.values() if doing.trouble), None),
        "lost": next((doing.lost for doing in doings.values() if doing.lost), None),
        "sides": [side for doing in doings.values() for side in doing.sides],
        **doings,
    }
    status = trouble.status if trouble else 200
    return render(request, "grants/desk/project_acceptance.html", context, status=status)
