"""What lending one's roles during a leave asks for."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.people.lending import MOST_DAYS
from grants.people.models import RoleGrant, User
from workflow.phrases import known_by
from workflow.rules import Ask


def lending_asks(grants: Iterable[RoleGrant], people: Iterable[tuple[User, str]]) -> tuple[Ask, ...]:
    """Which roles, to whom, from when until when, and what the stand-in has to know."""
    mine = [(str(one.pk), f"{one.get_role_display()} · {one.team or one.organisation}") for one in grants]
    near = [(str(one.pk), known_by(one, known)) for one, known in people]
    return (
        Ask("grants", _("交接哪些身份"), "choices", choices=lambda _record, _actor: mine),
        Ask(
            "stand_in",
            _("由谁代办"),
            "choice",
            help=_("同一团队的成员，或者本级、上一级红十字会的同事。"),
            choices=lambda _record, _actor: near,
        ),
        Ask("first_day", _("从哪天起"), "date"),
        Ask("last_day", _("到哪天止"), "date", help=gettext("这一天也算。一次最多%(n)s天。") % {"n": MOST_DAYS}),
        Ask("note", _("交接事项"), "longtext", help=_("手上的事办到哪一步，要留意什么，找谁商量。代办人看得到。")),
    )
