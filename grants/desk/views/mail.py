"""What one wishes by mail, stopping letters by their link, and what could not be sent."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grants.desk.commands import choose_mail, send_again, stop_mail
from grants.desk.letters import read_token
from grants.desk.models import WISHED, Digest, MailWishes, Single, Tongue
from grants.desk.queries.mail import wishes_of
from grants.desk.views.attempts import attempt
from grants.desk.views.looking import looked_at
from grants.desk.views.paging import paged
from grants.people.queries import holds
from workflow.lifecycle import Role
from workflow.models import NoticeKind
from workflow.outbox import undelivered
from workflow.ports import SYSTEM


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def mail_wishes(request: HttpRequest) -> HttpResponse:
    """What the person wishes by mail: each kind of notice, the digest, the language."""
    actor: Any = request.user
    trouble, typed = None, {}
    if request.method == "POST":
        typed = {name: request.POST.get(name, "") for name in ("language", "digest", *WISHED)}
        _done, trouble = attempt(lambda: choose_mail(typed, actor=actor))
        if trouble is None:
            messages.success(request, gettext("邮件设置已保存。"))
            return redirect("mail_wishes")
    context = {"fields": _fields(wishes_of(actor), typed), "trouble": trouble, "address": actor.email}
    return render(request, "grants/desk/mail_wishes.html", context, status=trouble.status if trouble else 200)


def _fields(row: MailWishes, typed: dict[str, str]) -> list[dict[str, Any]]:
    """Each question with its choices and the one that is chosen."""
    asked: list[tuple[str, Any, Any]] = [(kind.value, kind.label, Single.choices) for kind in WISHED]
    asked += [("digest", gettext("工作汇总"), Digest.choices), ("language", gettext("邮件语言"), Tongue.choices)]
    return [
        {
            "name": name,
            "label": label,
            "choices": choices,
            "chosen": typed.get(name) or getattr(row, name),
        }
        for name, label, choices in asked
    ]


@csrf_exempt  # mail programs press the button themselves (RFC 8058); the signed link is the proof
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def mail_stop(request: HttpRequest, token: str) -> HttpResponse:
    """By the signed link of a letter letters of its kind, or all, stop; opening it stops nothing yet."""
    found = read_token(token)
    if found is None:
        raise Http404
    person, kind = found
    if request.method == "POST":
        stop_mail(person, "all" if "all" in request.POST else kind, actor=SYSTEM)
    labels = {**dict(NoticeKind.choices), "digest": gettext("工作汇总")}
    context = {"kind": labels.get(kind, ""), "done": request.method == "POST", "everything": "all" in request.POST}
    return render(request, "grants/desk/mail_stop.html", context)


@require_safe
@looked_at
def mail_undelivered(request: HttpRequest) -> HttpResponse:
    """For the administrator: messages that failed, how often, why, and whether they were given up."""
    if not holds(request.user, Role.SYSADMIN):
        raise Http404
    return render(request, "grants/desk/mail_undelivered.html", paged(request, undelivered()))


@require_POST
def mail_again(request: HttpRequest, pk: int) -> HttpResponse:
    """A message that was given up waits to be sent anew."""
    if not holds(request.user, Role.SYSADMIN):
        raise Http404
    if send_again(pk, actor=request.user):
        messages.success(request, gettext("已重新排队，稍后会再发一次。"))
    return redirect("mail_undelivered")
