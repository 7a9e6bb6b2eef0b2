"""What an application says that is hardly possible: whoever hands it in explains it, those who judge read both."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext

from grants.applications.models import Project
from grants.applications.queries import HANDING_IN
from grants.kernel.given import words
from grants.people.doubts import Told, told_of
from workflow.trail import given_of, steps_of

EXPLAINED = "doubts_explained"
"""The name under which the step of handing in keeps the explanation."""
HOURS_EACH = 1_000
"""Hours of service that one member hardly reaches in a year. Source: DOMAIN 2.4 B."""


def doubts_of(project: Project) -> list[str]:
    """What of the answers is hardly possible, in words."""
    return list(_doubts(project))


def _doubts(project: Project) -> Iterator[str]:
    hours, events = (project.form.get(name) for name in ("hist_hours", "hist_events"))
    members = project.team.members
    if isinstance(hours, int) and members and hours > members * HOURS_EACH:
        told = {"hours": hours, "members": members, "each": HOURS_EACH}
        yield gettext("近一年服务 %(hours)s 小时，团队 %(members)s 人，平均每人超过 %(each)s 小时。") % told
    if hours and events == 0:
        yield gettext("近一年活动是 0 场，却有 %(hours)s 小时的服务时长。") % {"hours": hours}


def told_about(project: Project) -> list[Told]:
    """Everything in doubt about an application and its team, with what was said of it, by whom and when."""
    found, mine = told_of(project.team), tuple(doubts_of(project))
    if not mine:
        return found
    step = steps_of(project).filter(move__in=HANDING_IN).select_related("actor", "behalf").last()
    said = words(given_of(step), EXPLAINED) if step else ""
    return [*found, Told(mine, said, step.hand if step and said else "", step.at if step and said else None)]
