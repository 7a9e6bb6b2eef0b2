"""一起填: the leader invites by a link, sees who is there and ends it; the page behind the link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
    change_pages,
    end_share,
    hand_again,
    join,
    join_as_newcomer,
    may_not_join,
    share_pages,
)
from grants.applications.models import Collaboration
from grants.applications.together import WHILE, helpers_at, share_behind, taken_up
from grants.desk.forms.access import Entering
from grants.desk.forms.asks import AskForm
from grants.desk.forms.sharing import as_asked, changing_asks, pages_in, sharing_asks
from grants.desk.queries.records import find_to_fill_in
from grants.desk.tables.sharing import helper_rows, pages_given
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete
from grants.desk.views.looking import looked_at
from grants.desk.views.writing import project_to_write
from grants.kernel.given import key_of
from grants.people.models import User
from grants.people.queries import TEAM_ROLES
from workflow import clock
from workflow.command import new_key
from workflow.lifecycle import Role
from workflow.rules import Ask


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def project_sharing(request: HttpRequest, pk: int) -> HttpResponse:
    """Who fills in the application with the team, since when, invited by whom; the leader invites, and ends it."""
    project, roles = project_to_write(request, pk, "project_form")
    if not roles & TEAM_ROLES:
        raise Http404
    leader = Role.TEAM_LEADER in roles
    return SharingPage(request, project, leader=leader).answer()


@dataclass
class SharingPage:
    """The team before those who fill in with it: invited, handed another link, given other pages."""

    request: HttpRequest
    project: Any
    leader: bool
    trouble: Trouble | None = None

    def answer(self) -> HttpResponse:
        """Show the page; on POST do what was pressed, or say what is in the way."""
        post = self.request.POST
        if self.request.method == "POST" and "again" in post:
            return self._again(post["again"])
        share = self._wanted(post.get("change") or self.request.GET.get("change", "") if self.leader else "")
        new = self.request.method == "POST" and share is None
        form = self._form(sharing_asks(self.project), bound=new)
        if share is not None:
            return self._changed(share, form)
        if not new:
            return self._shown(form)
        if not form.is_valid():
            self.trouble = incomplete()
            return self._shown(form)
        given, key = form.given(), post.get("key") or None
        handed, self.trouble = attempt(
            lambda: share_pages(self.project, given["name"], pages_in(given), actor=self.request.user, key=key)
        )
        if handed is not None:
            return _handed_over(self.request, handed)
        self.trouble = at_fields(self.trouble or incomplete(), form)
        return self._shown(form)

    def _wanted(self, given: str) -> Collaboration | None:
        """The invitation of that number, while it stands."""
        return helpers_at(self.project).filter(pk=key_of(given), ended_at__isnull=True).first()

    def _form(self, asks: tuple[Ask, ...], *, bound: bool, known: Mapping[str, Any] | None = None) -> AskForm:
        data = self.request.POST if bound else None
        return AskForm(asks, record=self.project, actor=self.request.user, data=data, initial=known or {})

    def _again(self, given: str) -> HttpResponse:
        share = self._wanted(given)
        handed = None
        if share is not None:
            handed, self.trouble = attempt(lambda: hand_again(share, actor=self.request.user))
        if handed is not None:
            return _handed_over(self.request, handed)
        self.trouble = self.trouble or incomplete()
        return self._shown(self._form(sharing_asks(self.project), bound=False))

    def _changed(self, share: Collaboration, new: AskForm) -> HttpResponse:
        """What somebody may do is changed where they stand in the list; or asked."""
        bound = self.request.method == "POST"
        form = self._form(changing_asks(self.project), bound=bound, known=as_asked(share.pages))
        if bound and form.is_valid():
            done, self.trouble = attempt(
                lambda: change_pages(share, pages_in(form.given()), actor=self.request.user, seen=self._seen())
            )
            if done is not None:
                messages.success(self.request, gettext("改好了，对方下次打开就是现在的范围。"))
                return redirect(f"{self.request.path}#h-{share.pk}")
            self.trouble = at_fields(self.trouble or incomplete(), form)
        return self._shown(new, changing=(share, form))

    def _seen(self) -> dict[str, str]:
        """The pages from which the leader changed."""
        seen = (one.partition(":") for one in self.request.POST.getlist("seen"))
        return {code: how for code, _colon, how in seen}

    def _shown(self, form: AskForm, changing: tuple[Collaboration, AskForm] | None = None) -> HttpResponse:
        context = {
            "project": self.project,
            "rows": helper_rows(self.project, list(helpers_at(self.project))),
            "leader": self.leader,
            "writable": self.project.state in WRITABLE,
            "alive": self.project.state in WHILE,
            "form": form,
            "changing": changing[0].pk if changing else None,
            "change_form": changing[1] if changing else None,
            "trouble": self.trouble,
            "key": new_key(),
        }
        status = self.trouble.status if self.trouble else 200
        return render(self.request, "grants/desk/application/sharing.html", context, status=status)


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
