"""一起填: the leader invites by a link, sees who is there and ends it; the page behind the link."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from allauth.core.ratelimit import consume_or_429
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from grants.applications.commands import WRITABLE
from grants.applications.inviting import (
    Handed,
    end_share,
    hand_again,
    join,
    join_as_newcomer,
    may_not_join,
    share_pages,
)
from grants.applications.together import WHILE, helpers_at, share_behind, taken_up
from grants.desk.forms.access import Entering
from grants.desk.forms.asks import AskForm
from grants.desk.forms.sharing import pages_in, sharing_asks
from grants.desk.queries.records import find_to_fill_in
from grants.desk.tables.sharing import helper_rows, pages_given
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete
from grants.desk.views.looking import looked_at
from grants.desk.views.writing import project_to_write
from grants.people.models import User
from grants.people.queries import TEAM_ROLES
from workflow import clock
from workflow.command import new_key
from workflow.lifecycle import Role


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def project_sharing(request: HttpRequest, pk: int) -> HttpResponse:
    """Who fills in the application with the team, since when, invited by whom; the leader invites, and ends it."""
    project, roles = project_to_write(request, pk, "project_form")
    if not roles & TEAM_ROLES:
        raise Http404
    actor, leader = request.user, Role.TEAM_LEADER in roles
    trouble: Trouble | None = None
    data = request.POST if request.method == "POST" and "again" not in request.POST else None
    form = AskForm(sharing_asks(project), record=project, actor=actor, data=data)
    if request.method == "POST":
        if "again" in request.POST:
            share = helpers_at(project).filter(pk__in=_numbers(request.POST["again"])).first()
            handed, trouble = attempt(lambda: hand_again(share, actor=actor)) if share else (None, incomplete())
        elif form.is_valid():
            given, key = form.given(), request.POST.get("key") or None
            handed, trouble = attempt(
                lambda: share_pages(project, given["name"], pages_in(given), actor=actor, key=key)
            )
        else:
            handed, trouble = None, incomplete()
        if handed is not None:
            return _handed_over(request, handed)
        trouble = at_fields(trouble or incomplete(), form) if data is not None else trouble
    context = {
        "project": project,
        "rows": helper_rows(project, list(helpers_at(project))),
        "leader": leader,
        "writable": project.state in WRITABLE,
        "form": form,
        "trouble": trouble,
        "key": new_key(),
    }
    status = trouble.status if trouble else 200
    return render(request, "grants/desk/application/sharing.html", context, status=status)


def _numbers(text: str) -> list[int]:
    return [int(text)] if text.isascii() and text.isdigit() else []


def _handed_over(request: HttpRequest, handed: Handed) -> HttpResponse:
    """The link and its code, this once: afterwards nobody can show it again."""
    url = request.build_absolute_uri(reverse("joining", args=[handed.token]))
    share = handed.share
    context = {"share": share, "project": share.project, "url": url, "pages": pages_given(share)}
    return render(request, "grants/desk/application/shared.html", context)


@require_http_methods(["POST"])
def end_sharing(request: HttpRequest, pk: int, share: int) -> HttpResponse:
    """The leader ends it with somebody, or who was invited takes part no more."""
    project = find_to_fill_in(pk, request.user)
    found = helpers_at(project).filter(pk=share).first() if project else None
    if project is None or found is None:
        raise Http404
    _done, trouble = attempt(lambda: end_share(found, actor=request.user))
    if trouble:
        messages.error(request, trouble.reasons[0].message if trouble.reasons else trouble.headline)
    else:
        messages.success(request, gettext("已结束，已经填的都在。"))
    own = found.person_id == request.user.pk
    return redirect("home") if own else redirect("project_sharing", pk)


@login_not_required
@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def joining(request: HttpRequest, token: str) -> HttpResponseBase:
    """Opening it spends nothing. Who is signed in takes it up by one press; others sign in, or open an account."""
    if limited := consume_or_429(request, action="enter"):
        return limited
    share = share_behind(token)
    signed_in = request.user.is_authenticated
    if share is None or share.expires_at < clock.now() or share.project.state not in WHILE:
        return _spent(request, token)
    trouble: Trouble | None = None
    form = None if signed_in else _account(request, share.name)
    if request.method == "POST":
        done: Any = None
        if signed_in:
            done, trouble = attempt(lambda: join(token, actor=request.user))
        elif form is not None and form.is_valid():
            given = {name: value for name, value in form.cleaned_data.items() if name != "password_again"}
            done, trouble = attempt(lambda: join_as_newcomer(token, **given))
        if done is not None:
            return _come(request, share.project_id, signed_in=signed_in)
        trouble = at_fields(trouble or incomplete(), form) if form is not None else trouble
    here = reverse("joining", args=[token])
    context = {
        "share": share,
        "project": share.project,
        "pages": pages_given(share),
        "form": form,
        "against": may_not_join(share.project, request.user) if signed_in else None,
        "sign_in": f"{reverse('login')}?{urlencode({'next': here})}",
        "trouble": trouble,
    }
    return render(request, "grants/desk/joining.html", context, status=trouble.status if trouble else 200)


def _account(request: HttpRequest, name: str) -> Entering:
    data = request.POST if request.method == "POST" else None
    return Entering(data, person=User(name=name), initial={"name": name})


def _come(request: HttpRequest, project: int, *, signed_in: bool) -> HttpResponse:
    there = reverse("project_form", args=[project])
    if signed_in:
        messages.success(request, gettext("可以填了。您填的每一项都会自动保存，留您的名字。"))
        return redirect(there)
    messages.success(request, gettext("密码设好了，现在用它登录。"))
    return redirect(f"{reverse('login')}?{urlencode({'next': there})}")


def _spent(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever has taken it up already is led to the pages; all others read that it holds no more."""
    mine = taken_up(token, request.user) if request.user.is_authenticated else None
    if mine is not None:
        return redirect("project_form", mine.project_id)
    return render(request, "grants/desk/application/share_spent.html", status=404)
