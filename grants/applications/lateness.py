"""Which team once let the day of its completion report pass, and from how many later rounds that keeps it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from grants.applications.models import Project
from grants.programmes.asking import shown
from grants.programmes.models import Round
from grants.programmes.queries import rules_of
from workflow import clock
from workflow.models import Deadline

REPORT = "closeout_report"


@dataclass(frozen=True)
class Late:
    """An earlier project whose report came after its day, and from how many of the rounds after that day it keeps."""

    number: str
    due_at: dt.datetime
    rounds: int

    def __str__(self) -> str:
        told = {"number": self.number, "day": shown(self.due_at.astimezone(clock.SHANGHAI).date()), "n": self.rounds}
        return gettext("往轮项目 %(number)s 的结题报告逾期（应在%(day)s以前交），此后%(n)s轮不得申报") % told


def kept_out(projects: Sequence[Project]) -> dict[int, Late]:
    """By project of one round what keeps its team out of it, one reason each; three queries."""
    if not projects:
        return {}
    others = Project.objects.exclude(round=projects[0].round_id).annotate(stands_for=Coalesce("team__same_as", "team"))
    rows: Any = others.filter(stands_for__in={one.team_id for one in projects})
    earlier: dict[int, list[Project]] = defaultdict(list)
    for one in rows.select_related("round__configuration").order_by("pk"):
        earlier[one.stands_for].append(one)
    late = _late([one for found in earlier.values() for one in found])
    calls = _calls(projects[0].round) if late else []
    found = {one.pk: _first(earlier[one.team_id], late, calls, one.round) for one in projects}
    return {pk: one for pk, one in found.items() if one}


def keeps_out(project: Project, earlier: Sequence[Project]) -> Late | None:
    """The same for one project, whose team's projects of other rounds are known; a query where there are any."""
    late = _late(earlier)
    return _first(earlier, late, _calls(project.round), project.round) if late else None


def _first(
    earlier: Sequence[Project], late: Mapping[int, Late], calls: Sequence[dt.datetime], round_: Round
) -> Late | None:
    """The first of the team's late reports that still counts: by how many calls of the programme opened since."""
    mine = (late[one.pk] for one in earlier if one.pk in late and one.round.programme_id == round_.programme_id)
    return next((one for one in mine if 0 < sum(one.due_at < opened for opened in calls) <= one.rounds), None)


def _late(projects: Sequence[Project]) -> dict[int, Late]:
    """Which of the projects handed in their report after its day.

    An extension that was approved set a new day, and only the last counts. What is still owed is no matter of this: it
    keeps the team out by itself.
    """
    known = {one.pk: one for one in projects}
    kind = ContentType.objects.get_for_model(Project)
    rows = Deadline.objects.filter(content_type=kind, object_id__in=known, name=REPORT).order_by("pk")
    found = {}
    for pk, row in {row.object_id: row for row in rows}.items():
        if row.settled_at and row.settled_at > row.due_at + clock.ON_ITS_WAY:
            rounds = rules_of(known[pk].round).sanctions.late_closeout_ban_rounds
            found[pk] = Late(known[pk].number, row.due_at, rounds)
    return found


def _calls(round_: Round) -> list[dt.datetime]:
    """When the calls of the programme opened, up to this round's; one that has not opened does so now."""
    opens = round_.call_opens_at or clock.now()
    rounds = Round.objects.filter(programme=round_.programme_id, call_opens_at__lt=opens).exclude(pk=round_.pk)
    return [*(at for at in rounds.values_list("call_opens_at", flat=True) if at), opens]
