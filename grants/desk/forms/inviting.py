"""What is asked of whoever lets somebody in: the name, what for, and where."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from grants.people.enums import Level
from grants.people.models import Organisation
from grants.people.queries import OF_TEAMS, hats, teams_visible_to
from grants.people.rules import roles_to_admit
from workflow.lifecycle import Role
from workflow.rules import Ask


def invite_asks(actor: Any) -> tuple[Ask, ...]:
    """The questions, as far as they concern this person: a county is not asked for a Red Cross."""
    asks = [
        Ask("name", _("姓名"), "text"),
        Ask("mobile", _("手机号"), "text", required=False, help=_("知道就填，本人打开链接时可以改。")),
        Ask("role", _("身份"), "choice", choices=_roles),
        Ask("team", _("团队"), "choice", required=False, choices=_teams, help=_("团队的人在这里选团队。")),
    ]
    if roles_to_admit(actor) - OF_TEAMS:
        help_ = _("红十字会、评审专家和省级的人在这里选单位。")
        asks.append(Ask("organisation", _("单位"), "choice", required=False, choices=_organisations, help=help_))
    return tuple(asks)


def _roles(_record: Any, actor: Any) -> list[tuple[str, str]]:
    may = roles_to_admit(actor)
    return [(role.value, str(role.label)) for role in Role if role in may]


def _teams(_record: Any, actor: Any) -> list[tuple[str, str]]:
    found = teams_visible_to(actor).filter(same_as__isnull=True).values_list("pk", "name", "guided_by__short_name")
    return [(str(pk), f"{name} · {place}") for pk, name, place in found]


def _organisations(_record: Any, actor: Any) -> list[tuple[str, str]]:
    """Those in force under one's own place, in the order of the tree; nobody holds a role at a grass-roots one."""
    scopes = [hat.scope for hat in hats(actor)]
    found = Organisation.objects.filter(valid_to__isnull=True).exclude(level=Level.GRASSROOTS).order_by("path")
    rows = found.values_list("pk", "short_name", "path")
    return [(str(pk), name) for pk, name, path in rows if any(path.startswith(scope) for scope in scopes)]


def chosen_place(actor: Any, given: dict[str, Any]) -> dict[str, Any]:
    """The team and the organisation that were chosen, as the command takes them."""
    found: dict[str, Any] = {}
    if given.get("team"):
        found["team"] = teams_visible_to(actor).get(pk=given["team"])
    if given.get("organisation"):
        found["organisation"] = Organisation.objects.get(pk=given["organisation"])
    return found
