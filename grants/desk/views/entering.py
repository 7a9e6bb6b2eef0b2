"""The page behind a link that somebody was handed: they set their password and can sign in."""

from __future__ import annotations

from typing import Any

from allauth.core.ratelimit import consume_or_429
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from grants.desk.forms.access import Entering, Resetting
from grants.desk.views.attempts import at_fields, attempt, incomplete
from grants.people.commands.access import come_in
from grants.people.enums import Purpose
from grants.people.models import AccessLink
from grants.people.queries import digest_of, link_of
from workflow import clock


@login_not_required
@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponseBase:
    """Opening the link spends nothing; sending the form does, once. A link that does not hold is a page not found."""
    if limited := consume_or_429(request, action="enter"):
        return limited
    link = link_of(digest_of(token))
    if link is None or link.expires_at < clock.now() or not link.person.is_active:
        return render(request, "grants/desk/link_spent.html", status=404)
    form, trouble = _form(request, link), None
    if request.method == "POST":
        if form.is_valid():
            given = {name: value for name, value in form.cleaned_data.items() if name != "password_again"}
            person, trouble = attempt(lambda: come_in(token, **given))
            if person is not None:
                messages.success(request, gettext("密码设好了，现在用它登录。"))
                return redirect("login")
        trouble = at_fields(trouble or incomplete(), form)
    context = {"link": link, "form": form, "trouble": trouble, "invited": link.purpose == Purpose.INVITE}
    return render(request, "grants/desk/enter.html", context, status=trouble.status if trouble else 200)


def _form(request: HttpRequest, link: AccessLink) -> Any:
    person, data = link.person, request.POST if request.method == "POST" else None
    if link.purpose == Purpose.RESET:
        return Resetting(data, person=person)
    known = {"name": person.name, "mobile": person.mobile.removeprefix("+86"), "email": person.email}
    return Entering(data, person=person, initial=known)
