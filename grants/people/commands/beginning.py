"""A real installation begins: the tree of Red Crosses, and the first administrator, who is let in on the server."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.translation import gettext

from grants.people.closing import administrators
from grants.people.commands import grant_role, seed_organisations
from grants.people.commands.access import Handed, hand, newcomer
from grants.people.commands.book import enter
from grants.people.enums import Line, Purpose
from grants.people.models import Organisation, RoleGrant, User
from grants.people.queries import province
from grants.people.registering import against_reason
from workflow.actions import command
from workflow.lifecycle import Role
from workflow.ports import SYSTEM
from workflow.refusals import Refusal, Refused


class Begun(NamedTuple):
    """How many organisations were planted, who keeps the accounts now, and the link, where one was made."""

    planted: int
    keepers: tuple[User, ...]
    handed: Handed | None


@command
def begin(*, actor: Any = SYSTEM, name: str = "", mobile: str = "", another: str = "") -> Begun:
    """Zhejiang's Red Crosses are there, and somebody who keeps the accounts, or will once they have used the link.

    In order: the tree is planted where it is not · the first administrator, who needs a name, is let in · or, with
    `another` as the reason, one more, or one there is already gets in again · or, while nobody has ever come in, the
    link is replaced by a new one. Doing it again doubles nothing. Raises Refused: no name, another name than those
    who keep the accounts without the reason, a number that has an account.
    """
    before = Organisation.objects.count()
    seed_organisations(actor=actor, institutions=False)
    planted = Organisation.objects.count() - before
    Organisation.objects.select_for_update(no_key=True).get(pk=province().pk)
    keepers = tuple(administrators())
    handed = _let_in(name.strip(), mobile, another.strip(), keepers, actor)
    return Begun(planted, tuple(administrators()), handed)


def _let_in(name: str, mobile: str, another: str, keepers: tuple[User, ...], actor: Any) -> Handed | None:
    first = not RoleGrant.objects.filter(role=Role.SYSADMIN).exists()
    if first or another:
        return _admit(name, mobile, another or gettext("首次安装"), keepers, actor)
    known = [one for one in keepers if name in {"", one.name}]
    if not known:
        raise Refused([_why_another(keepers)])
    if any(one.has_usable_password() for one in keepers):
        return None
    return hand(known[-1], Purpose.INVITE, actor=actor)


def _why_another(keepers: tuple[User, ...]) -> Refusal:
    if not keepers:
        message = gettext("现在没有在任的系统管理员。请用 --name 写明由谁接任，用 --another 写明原因。")
        return Refusal("another", message)
    words = {"names": gettext("、").join(str(one) for one in keepers)}
    message = gettext("已经有系统管理员（%(names)s）。再加一位，请用 --another 写明原因。")
    return Refusal("another", message % words)


def _admit(name: str, mobile: str, reason: str, keepers: tuple[User, ...], actor: Any) -> Handed:
    """Somebody new keeps the accounts; or somebody of that name who does already gets in again."""
    if not name:
        raise Refused([Refusal("name", gettext("请用 --name 写明系统管理员的姓名。"))])
    if refusal := against_reason(reason):
        raise Refused([refusal])
    person = next((one for one in keepers if one.name == name), None)
    if person is None:
        person = newcomer(name, mobile, actor=actor)
        grant_role(person, Role.SYSADMIN, actor=SYSTEM, organisation=province())
    enter(Line.ADMITTED, actor=actor, person=person, reason=reason)
    purpose = Purpose.RESET if person.has_usable_password() else Purpose.INVITE
    return hand(person, purpose, actor=actor)
