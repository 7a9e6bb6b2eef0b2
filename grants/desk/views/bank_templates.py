"""Templates of the bank: what is shipped, what we have made of it, version by version; tried before they are kept."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from grants.desk.views.attempts import Trouble, attempt
from grants.desk.views.looking import looked_at
from grants.funds.commands.bank import save_template
from grants.funds.models import BankTemplate
from grants.funds.templates import template, templates
from grants.people.queries import PROVINCE_ROLES, holds
from workflow.lifecycle import Role


@require_safe
@looked_at
def bank_templates(request: HttpRequest) -> HttpResponse:
    """Every template, our own before the shipped ones."""
    if not holds(request.user, *PROVINCE_ROLES):
        raise Http404
    return render(request, "grants/desk/bank_templates.html", {"templates": templates()})


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def bank_template(request: HttpRequest, code: str) -> HttpResponse:
    """One template with its versions; finance keeps a further version, checked line by line, with a reason."""
    actor: Any = request.user
    found = template(code)
    if found is None or not holds(actor, *PROVINCE_ROLES):
        raise Http404
    trouble: Trouble | None = None
    text, reason = request.POST.get("text", found.text), request.POST.get("reason", "")
    if request.method == "POST":
        made, trouble = attempt(lambda: save_template(text, reason, actor=actor))
        if made:
            words = {"name": made.name, "n": made.number}
            messages.success(request, gettext("“%(name)s”第%(n)s版已保存。") % words)
            return redirect("bank_template", made.code)
    context = {
        "known": found,
        "text": text,
        "reason": reason,
        "versions": list(BankTemplate.objects.filter(code=code).select_related("made_by").defer("text")),
        "may": holds(actor, Role.FINANCE_OFFICER),
        "trouble": trouble,
    }
    return render(request, "grants/desk/bank_template.html", context, status=trouble.status if trouble else 200)
