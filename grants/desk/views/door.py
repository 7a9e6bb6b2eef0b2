"""In by link and code: the page behind the link, what such a session may open, and handing one over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.core.ratelimit import consume_or_429
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from grants.desk.forms.asks import AskForm
from grants.desk.queries.records import find
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete
from grants.kernel.given import day
from grants.people.models import User
from grants.people.proof import demand_proof
from grants.people.queries import holds
from grants.programmes.models import Round
from grants.reviews.assigning.pool import reviewers_of
from grants.reviews.door.commands import HandedPass, hand_pass, try_pass, withdraw_pass
from grants.reviews.door.queries import only_reviews, pass_of, passes_to, still_opens
from workflow import clock
from workflow.lifecycle import Role
from workflow.refusals import Refusal
from workflow.rules import Ask

DOOR = "review_pass"
"""Under which a session keeps the pass by which it began."""
HOURS = 12
"""How long such a session outlives the last visit."""
OPEN = frozenset(
    {
        *("reviews", "scoring", "score_file", "score_word", "score_sheet", "signed_scores", "signed_print", "sample"),
        *("panel_mine", "panel_item", "panel_minutes", "project_versions"),
        *("project_reader", "document", "download", "file", "page", "thumbnail", "invitations"),
        *("logout", "set_language", "kept", "csp_report", "review_door"),
    }
)
"""The pages of such a session; any other leads back to the reviews."""
DEEDS = frozenset({"recuse", "report_concern"})


class AtTheDoor:
    """Whoever came in by link and code stays with their reviews, and is out as soon as the pass ends."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer; the session stays a short one, whatever was renewed meanwhile."""
        response = self.get_response(request)
        session = request.session
        if session.accessed and DOOR in session and session.get_expiry_age() > HOURS * 3600:
            session.set_expiry(HOURS * 3600)
        return response

    def process_view(self, request: HttpRequest, view: Any, _args: Any, kwargs: Any) -> HttpResponseBase | None:
        """Nothing where the page is one of theirs or everybody's; otherwise to the reviews, or out."""
        match = request.resolver_match
        name = match.url_name if match else ""
        everybodys = not getattr(view, "login_required", True) and name != "home"
        if everybodys or DOOR not in request.session or not request.user.is_authenticated:
            return None
        person: Any = request.user
        if not still_opens(request.session[DOOR], person.pk):
            logout(request)
            return render(request, "grants/desk/link_spent.html", status=404)
        if name in OPEN or (name == "move" and kwargs.get("name") in DEEDS and kwargs.get("machine") == "project"):
            return None
        if request.method in {"GET", "HEAD"}:
            return redirect("reviews")
        raise Http404


class CodeForm(forms.Form):
    """The code that came another way."""

    code = forms.CharField(
        label=_("六位码"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "form-control"}
        ),
    )


@login_not_required
@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review_door(request: HttpRequest, token: str) -> HttpResponseBase:
    """Opening the link spends nothing; with the right code the expert is in. A link that does not hold is not found."""
    if limited := consume_or_429(request, action="enter"):
        return limited
    found = pass_of(token)
    if found is None:
        return render(request, "grants/desk/link_spent.html", status=404)
    form = CodeForm(request.POST if request.method == "POST" else None, auto_id="f-%s")
    trouble = None
    if request.method == "POST":
        if form.is_valid():
            right = try_pass(token, form.cleaned_data["code"])
            if right is not None:
                request.session.flush()
                login(request, right.person, backend=settings.AUTHENTICATION_BACKENDS[0])
                request.session[DOOR] = right.pk
                request.session.set_expiry(HOURS * 3600)
                return redirect("reviews")
            if pass_of(token) is None:
                return render(request, "grants/desk/link_spent.html", status=404)
            form.add_error("code", gettext("码不对，请再看一看。错五次，这个链接就停用。"))
        trouble = Trouble(422, gettext("还不能进入"))
    context = {"link": found, "form": form, "trouble": trouble}
    return render(request, "grants/desk/review_door.html", context, status=trouble.status if trouble else 200)


ASKS = (Ask("until", _("用到哪天"), "date", help=_("到那天晚上为止，60天以内。")),)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review_pass(request: HttpRequest, pk: int, who: int) -> HttpResponseBase:
    """What was handed to one expert of the round; on POST a link and a code are shown this once, or taken back."""
    round_: Any = find("round", pk, request.user)
    if not isinstance(round_, Round) or not holds(request.user, Role.PROGRAMME_OFFICER):
        raise Http404
    person = get_object_or_404(reviewers_of(round_.pk), pk=who)
    demand_proof(request.user)
    form = AskForm(ASKS, record=None, actor=request.user, data=request.POST if request.method == "POST" else None)
    trouble = None
    if "withdraw" in request.POST:
        count, trouble = attempt(lambda: withdraw_pass(round_, person, actor=request.user))
        if count is not None:
            messages.success(request, gettext("已收回，用这个链接进来的人也退出了。"))
            return redirect("review_pass", pk, who)
    elif request.method == "POST":
        handed, trouble = _handed(request, round_, person, form)
        if handed is not None:
            url = request.build_absolute_uri(reverse("review_door", args=[handed.token]))
            context = {"round": round_, "person": person, "handed": handed, "url": url}
            return render(request, "grants/desk/review_pass_handed.html", context)
    return _shown(request, round_, person, form, trouble)


def _handed(
    request: HttpRequest, round_: Round, person: User, form: AskForm
) -> tuple[HandedPass | None, Trouble | None]:
    if not form.is_valid():
        return None, at_fields(incomplete(), form)
    until = day(form.given(), "until")
    handed, trouble = attempt(lambda: hand_pass(round_, person, until, actor=request.user))
    return handed, at_fields(trouble, form) if trouble else None


def _shown(
    request: HttpRequest, round_: Round, person: User, form: AskForm, trouble: Trouble | None
) -> HttpResponseBase:
    now, rows = clock.now(), list(passes_to(person, round_)[:10])
    against = Refusal("has_more", gettext("只给本轮的、没有别的身份的评审专家；有别的身份的请用自己的密码登录。"))
    context = {
        "round": round_,
        "record": round_,
        "person": person,
        "form": form,
        "against": None if only_reviews(person, round_) else against,
        "rows": [(row, sum(not one.right for one in row.tries.all()), row.expires_at <= now) for row in rows],
        "open": any(not hasattr(row, "end") and row.expires_at > now for row in rows),
        "trouble": trouble,
    }
    return render(request, "grants/desk/review_pass.html", context, status=trouble.status if trouble else 200)
