"""One's own way in: signing in, proving again, and what one may change about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.views import LoginView, ReauthenticateView
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grants.desk.demo import accounts
from grants.desk.forms.access import Contacts, OwnPassword
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete
from grants.desk.views.keeping import KEPT, kept_for
from grants.desk.views.looking import looked_at
from grants.funds.rules.sending import CONFIRMED
from grants.people.commands.access import leave_elsewhere, set_contacts, set_password
from grants.people.proof import WEIGHTY, demand_proof
from grants.people.queries import holds, links_to
from grants.people.signing_in import second_factor_lacking
from workflow import clock

TOTP, PASSKEY, CODES = Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN, Authenticator.Type.RECOVERY_CODES


class SignIn(LoginView):
    """Whoever has an account comes in; a demonstration lists its accounts."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """The accounts of the demonstration, never anywhere else; whether something typed is waiting."""
        waiting = bool(self.request.session.get(KEPT))
        return super().get_context_data(accounts=accounts() if settings.DEMO else [], waiting=waiting, **more)


class Again(ReauthenticateView):
    """The password once more, before a decision or a money move."""

    def form_valid(self, form: Any) -> Any:
        """Whoever sends money is not asked a second time."""
        self.request.session[CONFIRMED] = clock.now().isoformat()
        return super().form_valid(form)

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """How long it will hold, and whether something typed is waiting."""
        return super().get_context_data(minutes=settings.PROOF_MINUTES, waiting=kept_for(self.request), **more)


@require_safe
@looked_at
def account(request: HttpRequest) -> HttpResponse:
    """How the person signs in, what guards the account, which links were handed to them and by whom."""
    context = {
        "factors": _factors(request),
        "demanded": settings.SECOND_FACTOR and holds(request.user, *WEIGHTY),
        "off": not settings.SECOND_FACTOR,
        "links": links_to(request.user)[:10],
        "days": settings.SESSION_DAYS,
        "hours": settings.SESSION_HOURS_WEIGHTY,
        "weighty": holds(request.user, *WEIGHTY),
    }
    return render(request, "grants/desk/account.html", context)


def _factors(request: HttpRequest) -> dict[str, Any]:
    """What the account is guarded by besides the password."""
    found = list(Authenticator.objects.filter(user=request.user.pk).order_by("pk"))
    codes = next((one for one in found if one.type == CODES), None)
    return {
        "app": next((one for one in found if one.type == TOTP), None),
        "passkeys": [one for one in found if one.type == PASSKEY],
        "codes": len(codes.wrap().get_unused_codes()) if codes else 0,
        "any": any(one.type != CODES for one in found),
    }


@require_safe
@looked_at
def second_factor(request: HttpRequest) -> HttpResponse:
    """The second factor: an app, passkeys, recovery codes; and why it is asked for."""
    context = {
        "factors": _factors(request),
        "lacking": second_factor_lacking(request.user),
        "off": not settings.SECOND_FACTOR,
        "waiting": kept_for(request),
    }
    return render(request, "grants/desk/second_factor.html", context)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Another password; this browser stays signed in, the others do not."""
    person: Any = request.user
    form = OwnPassword(request.POST or None, person=person)

    def save() -> Any:
        given = form.cleaned_data
        return set_password(given["present_password"], given["password"], actor=person)

    return _changed(request, form, save, gettext("修改密码"), gettext("密码已改。在别处的登录都已退出。"))


@require_http_methods(["GET", "HEAD", "POST"])
def contacts(request: HttpRequest) -> HttpResponse:
    """The number and address by which the person signs in."""
    person: Any = request.user
    demand_proof(person)
    form = Contacts(request.POST or None, initial={"mobile": person.mobile.removeprefix("+86"), "email": person.email})

    def save() -> Any:
        return set_contacts(form.cleaned_data["mobile"], form.cleaned_data["email"], actor=person)

    return _changed(request, form, save, gettext("手机号和邮箱"), gettext("已保存，下次可以用它登录。"))


def _changed(request: HttpRequest, form: Any, save: Callable[[], Any], title: str, done: str) -> HttpResponse:
    """The form; on POST save, keep this session going, and go back to one's account."""
    trouble: Trouble | None = None
    if request.method == "POST":
        if form.is_valid():
            person, trouble = attempt(save)
            if person is not None:
                update_session_auth_hash(request, person)
                messages.success(request, done)
                return redirect("account")
        trouble = at_fields(trouble or incomplete(), form)
    context = {"title": title, "form": form, "trouble": trouble}
    return render(request, "grants/desk/own.html", context, status=trouble.status if trouble else 200)


@require_POST
def elsewhere(request: HttpRequest) -> HttpResponse:
    """Everywhere but here the person is signed out, and no device is remembered."""
    update_session_auth_hash(request, leave_elsewhere(actor=request.user))
    messages.success(request, gettext("别处的登录都已退出，记住的设备也都忘掉了。"))
    return redirect("account")
