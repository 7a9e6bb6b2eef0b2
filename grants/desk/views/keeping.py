"""Nothing typed is lost: what a session's end, a stale page or a missing proof refused is kept and offered again.

Kept on the server, in the session of the same browser, for the same person, for a day; passwords and files never.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.core.ratelimit import consume_or_429
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from grants.people.proof import Unproven, present
from grants.people.staying import stay, wants_renewal
from workflow import clock

KEPT, WHO = "kept", "qn_who"
AT_MOST, LETTERS = 5, 1_000_000
FOR = dt.timedelta(days=1)
WHO_FOR = dt.timedelta(days=90)
NEVER = ("csrfmiddlewaretoken", "credential", KEPT)
SECRET = "password"  # noqa: S105 -- what such a field is called
DOORS = ("login", "logout", "enter", "set_language", "kept")
UNSEEN = ("version", "key", "next", "proposal", "more", "marks", "was", "by")
signer = Signer(salt="grants.desk.keeping")


class SignedIn(LoginRequiredMiddleware):
    """A page is closed unless it says otherwise; a form sent after the session's end is kept for its person."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseRedirect:
        """To the sign-in page, and from there to where the person was, or to what they had typed."""
        if request.method == "POST" and keep(request, last_person(request)):
            return _away(request, f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': reverse('kept')})}")
        if request.headers.get("HX-Request"):
            here = urlsplit(request.headers.get("HX-Current-URL", "/"))
            return _away(request, f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': here.path})}")
        answer: HttpResponseRedirect = super().handle_no_permission(request, view_func)
        return answer


class Proving:
    """While a page is asked for, its person may be asked for proof; visits move the end of their session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer, with the session renewed from time to time and the browser knowing whose it was."""
        again = request.POST.get(KEPT) if request.method == "POST" and request.user.is_authenticated else None
        if again:
            drop(request, again)
        if limited := _guessing(request):
            return limited
        with present(request):
            response = self.get_response(request)
        if request.user.is_authenticated:
            if wants_renewal(request):
                stay(request, request.user)
            if last_person(request) != request.user.pk:
                _remember(request, response)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Where proof is lacking nothing was done: what was sent is kept, the person goes and proves."""
        if not isinstance(exception, Unproven):
            return None
        sent = request.method == "POST" and keep(request, request.user.pk)
        back = reverse("kept") if sent else request.get_full_path()
        if exception.second_factor:
            messages.info(request, gettext("这一步要第二验证。设好之后接着办，刚才填的内容都在。"), extra_tags="wait")
            return _away(request, reverse("mfa_index"))
        return _away(request, f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}")


def _guessing(request: HttpRequest) -> HttpResponseBase | None:
    """A password typed into any form of somebody signed in counts as an attempt; too many are refused."""
    if request.method != "POST" or SECRET not in request.POST or not request.user.is_authenticated:
        return None
    return consume_or_429(request, action="reauthenticate", user=request.user)


def _away(request: HttpRequest, url: str) -> HttpResponseRedirect:
    """To another page; a part of a page that htmx asks for takes the whole page there."""
    answer = HttpResponseRedirect(url)
    if request.headers.get("HX-Request"):
        answer.status_code = 200
        answer.headers["HX-Redirect"] = url
    return answer


def last_person(request: HttpRequest) -> int | None:
    """Who signed in last in this browser, as it says under our seal."""
    try:
        return int(signer.unsign(request.COOKIES.get(WHO, "")))
    except (BadSignature, ValueError):
        return None


def _remember(request: HttpRequest, response: HttpResponseBase) -> None:
    response.set_cookie(
        WHO,
        signer.sign(str(request.user.pk)),
        max_age=WHO_FOR,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )


def keep(request: HttpRequest, person: int | None) -> bool:
    """Keep what was sent for the person; whether it is kept. Nobody's, nothing at all and too much are not."""
    fields = [(name, value) for name, values in request.POST.lists() for value in values if _keepable(name)]
    if person is None or not fields or sum(len(value) for _name, value in fields) > LETTERS or not _returns(request):
        return False
    entry = {
        "id": secrets.token_hex(8),
        "path": request.get_full_path(),
        "person": person,
        "at": clock.now().isoformat(),
        "fields": fields,
        "files": [str(file.name) for files in request.FILES.lists() for file in files[1]],
    }
    others = [one for one in request.session.get(KEPT, []) if one["path"] != entry["path"]]
    request.session[KEPT] = [entry, *others][:AT_MOST]
    return True


def _keepable(name: str) -> bool:
    return name not in NEVER and SECRET not in name


def _returns(request: HttpRequest) -> bool:
    """Whether the form belongs to a page of work, not to getting in and out."""
    try:
        name = resolve(request.path_info).url_name or ""
    except Resolver404:
        return False
    return not name.startswith(("mfa_", "account_")) and name not in DOORS


def kept_for(request: HttpRequest) -> list[dict[str, Any]]:
    """What is kept for whoever is signed in, newest first, as the page shows it."""
    since = clock.now() - FOR
    mine = [one for one in request.session.get(KEPT, []) if one["person"] == request.user.pk]
    return [_shown(one) for one in mine if dt.datetime.fromisoformat(one["at"]) > since]


def _shown(one: dict[str, Any]) -> dict[str, Any]:
    """With the instant, and what was typed in words: figures and choices go along unseen."""
    typed = [value for name, value in one["fields"] if name not in UNSEEN and not value.isascii()]
    return {**one, "at": dt.datetime.fromisoformat(one["at"]), "typed": typed, "page": urlsplit(one["path"]).path}


def drop(request: HttpRequest, ident: str) -> None:
    """What was kept under that name is offered no longer."""
    there = request.session.get(KEPT, [])
    left = [one for one in there if one["id"] != ident]
    if len(left) != len(there):
        request.session[KEPT] = left


@require_http_methods(["GET", "HEAD", "POST"])
def kept(request: HttpRequest) -> HttpResponse:
    """What was not sent, ready to be sent again; a POST gives one of them up."""
    if request.method == "POST":
        return redirect("kept")
    found = kept_for(request)
    return render(request, "grants/desk/kept.html", {"found": found}) if found else redirect("home")


@login_not_required
def too_old(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """A form whose page is older than the last sign-in: kept, where it is known to come from a page of ours."""
    ours = urlsplit(request.headers.get("Origin", "")).netloc == request.get_host()
    person = request.user.pk if request.user.is_authenticated else last_person(request)
    if ours and keep(request, person):
        return redirect("kept")
    return render(request, "403_csrf.html", status=403)
