"""What is asked when a panel is opened, and the marks of one of its members."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from grants.programmes.profile.scoring import Rubric
from grants.reviews.panel.queries import addable, candidates
from workflow.lifecycle import Role
from workflow.rules import Ask


def _chairs(round_: Any, _actor: Any) -> list[tuple[str, str]]:
    return [(str(one.pk), str(one)) for one in candidates(round_, Role.REVIEW_CHAIR)]


def _members(round_: Any, _actor: Any) -> list[tuple[str, str]]:
    chairs = [(value, str(_("%(name)s（组长）")) % {"name": name}) for value, name in _chairs(round_, None)]
    return [*((str(one.pk), str(one)) for one in candidates(round_, Role.REVIEWER)), *chairs]


OPENING = (
    Ask("held_on", _("会议日期"), "date"),
    Ask("place", _("地点")),
    Ask("chair", _("主持人"), "choice", choices=_chairs),
    Ask("members", _("打分的成员"), "choices", _("不选组长，组长就只主持、不打分。"), choices=_members),
)


def add_asks(agenda: list[int]) -> tuple[Ask, ...]:
    """A project to be put on the agenda, and why."""

    def projects(round_: Any, _actor: Any) -> list[tuple[str, str]]:
        return [(str(one.pk), f"{one} · {one.team}") for one in addable(round_, agenda)]

    return (
        Ask("project", _("加进议程的项目"), "choice", required=False, choices=projects),
        Ask("add_reason", _("加入的理由"), required=False),
    )


def mark_asks(rubric: Rubric) -> tuple[Ask, ...]:
    """Every criterion in half points; what is missing is said when marks are locked."""
    return tuple(Ask(one.code, one.label, "half", required=False) for one in rubric.scored)
