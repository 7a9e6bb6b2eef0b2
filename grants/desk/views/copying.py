"""“复制上次的申报书”: page by page, never over what is written, marked until it is looked at."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from grants.applications.commands import copy_last, look_over
from grants.applications.copying import BUDGET, Copying, Offer, last_application, marked
from grants.applications.form_definition import Screen
from grants.applications.form_kept import definition_of
from grants.applications.models import Project
from grants.desk.forms.application import ask_of
from grants.desk.tables.application import next_url
from grants.desk.tables.given import Said, said
from grants.desk.views.attempts import Trouble, attempt
from grants.desk.views.looking import looked_at
from grants.desk.views.writing import project_to_write
from grants.programmes.queries import rules_of
from workflow.lifecycle import ProjectState
from workflow.refusals import Refusal


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def project_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """What there was last time, by page; on POST the ticked pages are filled where nothing is written."""
    project, _roles = project_to_write(request, pk, "project_form")
    last = last_application(project) if project.state == ProjectState.DRAFT else None
    if last is None:
        raise Http404
    offers, trouble = Copying(project, last).offers(), None
    ticked = request.POST.getlist("page") if request.method == "POST" else [one.screen.code for one in offers]
    if request.method == "POST":
        n, trouble = attempt(lambda: copy_last(project, ticked, actor=request.user)) if ticked else (None, _nothing())
        if n is not None:
            words = ngettext("已复制%(n)s项，请逐页看过、改好。", "已复制%(n)s项，请逐页看过、改好。", n)
            messages.success(request, words % {"n": n} if n else gettext("没有可以复制的：这些地方都已经填了。"))
            return redirect("project_form", pk)
    shown = [(one, _said(project, one, request), one.screen.code in ticked) for one in offers if one.size]
    context = {"project": project, "last": last, "offers": shown}
    context |= {"kept": sum(one.kept for one in offers), "trouble": trouble}
    return render(request, "grants/desk/application/copy.html", context, status=trouble.status if trouble else 200)


def _nothing() -> Trouble:
    message = gettext("先勾选要复制哪几页，再按按钮。")
    return Trouble(422, gettext("还没有勾选"), [Refusal("nothing", message)])


def _said(project: Project, offer: Offer, request: HttpRequest) -> list[Said]:
    rules, fields = rules_of(project.round), definition_of(project).by_name
    return [said(ask_of(fields[name], rules), value, project, request.user) for name, value in offer.answers.items()]


def copied(project: Project, screen: Screen) -> list[str]:
    """What on the page was copied and not looked at since, by its label."""
    fields = definition_of(project).by_name
    return [gettext("预算明细") if name == BUDGET else str(fields[name].label) for name in marked(project, screen)]


def seen(request: HttpRequest, project: Project, screen: Screen) -> HttpResponse | None:
    """On the press of that button the page counts as looked at, and the person goes on; None where it was not."""
    if request.method != "POST" or "seen" not in request.POST:
        return None
    _done, trouble = attempt(lambda: look_over(project, marked(project, screen), actor=request.user))
    for reason in trouble.reasons if trouble else ():
        messages.error(request, str(reason.message), extra_tags="bad")
    return redirect(request.path if trouble else next_url(project, screen))
