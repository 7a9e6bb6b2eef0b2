"""Handing somebody a link: an account for a new person, a new password for one who cannot get in."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from grants.desk.forms.asks import AskForm
from grants.desk.forms.inviting import chosen_place, invite_asks
from grants.desk.tables.hats import dressed
from grants.desk.views.attempts import at_fields, attempt, incomplete
from grants.people.commands.access import Handed, let_in_again, withdraw_links
from grants.people.commands.access import invite as let_in
from grants.people.proof import demand_proof
from grants.people.queries import links_to, live_grants, people_visible_to
from grants.people.rules import may_let_in_again, roles_to_admit
from workflow import clock
from workflow.command import new_key


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Ask who the new person is and what for; on POST make the account and show the link once."""
    actor: Any = request.user
    if not roles_to_admit(actor):
        raise Http404
    demand_proof(actor)
    data = request.POST if request.method == "POST" else None
    form = AskForm(invite_asks(actor), record=None, actor=actor, data=data)
    trouble = None
    if request.method == "POST":
        if form.is_valid():
            given, key = form.given(), request.POST.get("key") or None
            place = chosen_place(actor, given)
            handed, trouble = attempt(
                lambda: let_in(
                    given["name"], given["role"], actor=actor, mobile=given.get("mobile", ""), key=key, **place
                )
            )
            if handed is not None:
                return handed_over(request, handed)
        trouble = at_fields(trouble or incomplete(), form)
    context = {"form": form, "trouble": trouble, "key": new_key()}
    return render(request, "grants/desk/invite.html", context, status=trouble.status if trouble else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reset_access(request: HttpRequest, pk: int) -> HttpResponse:
    """How somebody gets in, and who handed them what; on POST hand over a new link, or take the last one back."""
    actor: Any = request.user
    person = get_object_or_404(people_visible_to(actor), pk=pk)
    if not roles_to_admit(actor):
        raise Http404
    trouble = None
    if request.method == "POST":
        if "withdraw" in request.POST:
            _count, trouble = attempt(lambda: withdraw_links(person, actor=actor))
        else:
            forgets = "forgets_factor" in request.POST
            handed, trouble = attempt(lambda: let_in_again(person, actor=actor, forgets_factor=forgets))
            if handed is not None:
                return handed_over(request, handed)
    now = clock.now()
    links = list(links_to(person)[:10])
    context = {
        "person": person,
        "roles": dressed(live_grants(person)),
        "never": not person.has_usable_password(),
        "reason": may_let_in_again(actor, person),
        "links": links,
        "open": [link for link in links if not hasattr(link, "end") and link.expires_at >= now],
        "trouble": trouble,
    }
    return render(request, "grants/desk/reset_access.html", context, status=trouble.status if trouble else 200)


def handed_over(request: HttpRequest, handed: Handed) -> HttpResponse:
    """The link and its code, this once: afterwards nobody can show it again."""
    url = request.build_absolute_uri(reverse("enter", args=[handed.token]))
    context = {"link": handed.link, "person": handed.link.person, "url": url}
    return render(request, "grants/desk/handed.html", context)
