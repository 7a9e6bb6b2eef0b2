"""停止申报名单: who may not apply, put on and lifted by two people of the province; auditors read it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from grants.desk.forms.asks import AskForm
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete
from grants.desk.views.looking import looked_at
from grants.desk.views.paging import paged
from grants.kernel.given import day, key_of, words
from grants.people.commands.sanctions import KEEPERS, enter_sanction, lift_sanction
from grants.people.models import Sanction
from grants.people.queries import holds
from workflow import clock
from workflow.lifecycle import Role
from workflow.rules import Ask

ASKS = (
    Ask("name", _("团队名称或姓名"), help=_("团队写登记的全称，一字不差。")),
    Ask("uscc", _("统一社会信用代码"), required=False, help=_("依法登记的写上，改了名称也认得出。")),
    Ask("mobile", _("停止的是个人时，写他的手机号"), required=False, help=_("他做负责人的项目都不能提交。")),
    Ask("basis", _("依据"), help=_("哪份名单、哪份文件、哪天查的。团队和推荐、审查的人看得到。")),
    Ask("first_day", _("从哪天起"), "date"),
    Ask("last_day", _("到哪天止"), "date", required=False, help=_("没有期限的不填，解除了为止。")),
)


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def sanctions(request: HttpRequest) -> HttpResponse:
    """Everybody who was ever put on the list, the newest first; on POST one is put on, or one is lifted."""
    actor: Any = request.user
    keeps = holds(actor, *KEEPERS)
    if not keeps and not holds(actor, Role.AUDITOR):
        raise Http404
    if request.method == "POST" and not keeps:
        raise Http404
    trouble: Trouble | None = None
    entering = request.method == "POST" and "lift" not in request.POST
    form = AskForm(ASKS, record=None, actor=actor, data=request.POST if entering else None)
    if request.method == "POST":
        trouble = _entered(request, form) if entering else _lifted(request)
        if trouble is None:
            return redirect("sanctions")
    found = Sanction.objects.select_related("entered_by", "end__by", "person").order_by("-pk")
    part = paged(request, found)
    context = {
        **part,
        "rows": [(one, _standing(one)) for one in part["page"]],
        "form": form if keeps else None,
        "trouble": trouble,
        "me": actor.pk,
    }
    return render(request, "grants/desk/sanctions.html", context, status=trouble.status if trouble else 200)


def _standing(one: Sanction) -> str:
    """How it stands: lifted, over, to come, or in force."""
    if getattr(one, "end", None):
        return "lifted"
    if one.last_day and one.last_day < clock.today():
        return "over"
    return "coming" if one.first_day > clock.today() else "stands"


def _entered(request: HttpRequest, form: AskForm) -> Trouble | None:
    if not form.is_valid():
        return at_fields(incomplete(), form)
    given = form.given()
    first = day(given, "first_day")
    texts = {name: words(given, name) for name in ("name", "basis", "uscc", "mobile")}
    if first is None:
        return at_fields(incomplete(), form)
    made, trouble = attempt(
        lambda: enter_sanction(actor=request.user, first_day=first, last_day=day(given, "last_day"), **texts)
    )
    if made is None:
        return at_fields(trouble or incomplete(), form)
    messages.success(request, gettext("已登记，从那天起不能提交申报。"))
    return None


def _lifted(request: HttpRequest) -> Trouble | None:
    found = Sanction.objects.filter(pk=key_of(request.POST["lift"])).first()
    if found is None:
        return incomplete()
    made, trouble = attempt(lambda: lift_sanction(found, request.POST.get("reason", ""), actor=request.user))
    if made is None:
        return trouble or incomplete()
    messages.success(request, gettext("已解除。"))
    return None
