"""Closing somebody's account and opening it again, each with a reason."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from grants.desk.forms.registering import CLOSING
from grants.desk.queries.people import find_person, going_of
from grants.desk.tables.hats import dressed
from grants.desk.views.asking import asking
from grants.desk.views.looking import looked_at
from grants.people.closing import may_close, may_reopen, open_grants, open_lendings
from grants.people.commands.closing import close_account as close
from grants.people.commands.closing import reopen_account as reopen
from grants.people.models import User
from grants.people.rules import roles_to_admit
from workflow.phrases import known_by


def _other(request: HttpRequest, pk: int, *, open_: bool) -> User:
    """Somebody else whom the person sees, for those who let anybody in at all. Raises Http404."""
    actor: Any = request.user
    found = find_person(actor, pk)
    if found is None or found.pk == actor.pk or found.is_active != open_ or not roles_to_admit(actor):
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def close_account(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody signs in with the account any more; what ends with it is said before."""
    actor: Any = request.user
    found = _other(request, pk, open_=True)
    against = may_close(actor, found)
    return asking(
        request,
        gettext("停用账号：%(person)s") % {"person": found},
        CLOSING,
        lambda given: close(found, actor=actor, reason=given["reason"]),
        back=reverse("person", args=[pk]),
        button=gettext("停用账号"),
        said=gettext("账号已停用，各处的登录都已退出。"),
        against=[against] if against else [],
        points=_ends(found),
        look="warn",
        lead=gettext("马上生效：不能再登录，没用的登录链接一并收回。办过的事都留着。"),
    )


def _ends(person: User) -> list[str]:
    """What ends with the account, and what somebody has to see to."""
    roles = [known_by(hat.role_label, hat.place) for hat in dressed(open_grants(person))]
    told = [gettext("身份随之结束：%(role)s") % {"role": role} for role in roles]
    if n := open_lendings(person).count():
        told.append(ngettext("%(n)s次请假交接随之结束。", "%(n)s次请假交接随之结束。", n) % {"n": n})
    if n := going_of(person):
        told.append(ngettext("%(n)s个在办项目由这个人负责。", "%(n)s个在办项目由这个人负责。", n) % {"n": n})
        told.append(gettext("请团队另选负责人，在项目里提出变更。"))
    return told or [gettext("现在没有身份。")]


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def reopen_account(request: HttpRequest, pk: int) -> HttpResponse:
    """A closed account opens again, without a role."""
    actor: Any = request.user
    found = _other(request, pk, open_=False)
    against = may_reopen(actor, found)
    return asking(
        request,
        gettext("重新启用：%(person)s") % {"person": found},
        CLOSING,
        lambda given: reopen(found, actor=actor, reason=given["reason"]),
        back=reverse("person", args=[pk]),
        button=gettext("重新启用"),
        said=gettext("已重新启用。需要的身份请重新授予；忘了密码就再发一个登录链接。"),
        against=[against] if against else [],
        lead=gettext("用原来的密码登录。以前的身份不会回来，需要的重新授予。"),
    )
