"""Which team once let the day of its completion report pass, and from how many later rounds that keeps it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
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
    """By project of one round what keeps its team out of it, one reason each; three queries.

    Rounds are counted by when their calls opened. An extension that was approved set a new day, and only the last
    counts. What is still owed is no matter of this: it keeps the team out by itself.
    """
    late = list(_late({one.team_id for one in projects}, projects[0].round)) if projects else []
    if not late:
        return {}
    calls = _calls(projects[0].round)
    found: dict[int, Late] = {}
    for project in projects:
        for team, one in late:
            if team == project.team_id and 0 < sum(one.due_at < opened for opened in calls) <= one.rounds:
                found.setdefault(project.pk, one)
    return found


def _late(teams: Iterable[int], round_: Round) -> Iterator[tuple[int, Late]]:
    others = Project.objects.filter(round__programme=round_.programme_id).exclude(round=round_.pk)
    mine = others.annotate(stands_for=Coalesce("team__same_as", "team")).filter(stands_for__in=teams)
    known: dict[int, Any] = {one.pk: one for one in mine.select_related("round__configuration").order_by("pk")}
    kind = ContentType.objects.get_for_model(Project)
    rows = Deadline.objects.filter(content_type=kind, object_id__in=known, name=REPORT).order_by("pk")
    for pk, row in {row.object_id: row for row in rows}.items():
        if row.settled_at and row.settled_at > row.due_at + clock.ON_ITS_WAY:
            rounds = rules_of(known[pk].round).sanctions.late_closeout_ban_rounds
            yield known[pk].stands_for, Late(known[pk].number, row.due_at, rounds)


def _calls(round_: Round) -> list[dt.datetime]:
    """When the calls of the programme opened, up to this round's; one that has not opened does so now."""
    opens = round_.call_opens_at or clock.now()
    rounds = Round.objects.filter(programme=round_.programme_id, call_opens_at__lt=opens).exclude(pk=round_.pk)
    return [*(at for at in rounds.values_list("call_opens_at", flat=True) if at), opens]
