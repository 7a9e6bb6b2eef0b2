"""What granting and ending roles, handing over teams and merging organisations ask for."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from grants.people.models import Organisation, Team
from workflow.lifecycle import Role
from workflow.phrases import known_by
from workflow.rules import Ask


def grant_asks(roles: Iterable[str], places: Iterable[Organisation], teams: Iterable[Team]) -> tuple[Ask, ...]:
    """A role, where it is held, from when and until when."""
    named = [(role.value, str(role.label)) for role in Role if role in set(roles)]
    where = [(str(one.pk), one.name) for one in places]
    mine = [(str(one.pk), known_by(one.name, one.guided_by.short_name)) for one in teams]
    return (
        Ask("role", _("身份"), "choice", choices=lambda _record, _actor: named),
        Ask("organisation", _("组织"), "choice", required=False, choices=lambda _record, _actor: where),
        Ask(
            "team",
            _("团队"),
            "choice",
            required=False,
            help=_("项目负责人、团队经办人选团队，其他身份选组织。"),
            choices=lambda _record, _actor: mine,
        ),
        Ask("valid_from", _("第一天"), "date", required=False, help=_("不填就从今天起。")),
        Ask("valid_to", _("最后一天"), "date", required=False, help=_("不填就一直有效。")),
    )


END = (Ask("reason", _("结束的原因"), "longtext", help=_("例如：调离、退休、团队换届。会留在记录里。")),)
ANSWER = (Ask("reason", _("说明"), "longtext", required=False, help=_("不接收时必须填写。")),)


def handover_asks(places: Iterable[Organisation]) -> tuple[Ask, ...]:
    """Which Red Cross, and why."""
    where = [(str(one.pk), one.name) for one in places]
    return (
        Ask("receiving", _("移交给"), "choice", choices=lambda _record, _actor: where),
        Ask("reason", _("移交的原因"), "longtext"),
    )


def merge_asks(places: Iterable[Organisation]) -> tuple[Ask, ...]:
    """Into which organisation, from when, and by which document."""
    where = [(str(one.pk), one.name) for one in places]
    return (
        Ask("into", _("并入"), "choice", choices=lambda _record, _actor: where),
        Ask("on", _("从哪天起由它承接"), "date"),
        Ask("paper", _("撤并文件"), "text", help=_("发文单位、文号，例如：某府发〔2026〕1号。会留在记录里。")),
        Ask("sure", _("我已核对撤并文件，知道这一步不能撤销"), "yes"),
    )
