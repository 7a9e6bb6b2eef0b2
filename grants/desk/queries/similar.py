"""Which other applications say the same, and which of them the person may open."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from grants.applications.models import Application, Project
from grants.applications.queries import visible_to
from grants.applications.similarity import Alike, alike


@dataclass(frozen=True)
class Similar:
    """Another application that is alike; `open` where the person may see all of it."""

    project: Project
    found: Alike
    open: bool
    same_team: bool


def similar_to(project: Project, actor: Any) -> tuple[list[Similar], int]:
    """The applications of all rounds most alike to the one last submitted, and how many were compared."""
    last = Application.objects.order_by().values("project").annotate(last=Max("pk")).values("last")
    texts = dict(Application.objects.filter(pk__in=last).order_by().values_list("project", "answers"))
    mine = texts.pop(project.pk, None)
    if mine is None:
        return [], 0
    found = alike(json.loads(mine), texts.items())
    pks = [one.project for one in found]
    rows = Project.objects.select_related("round", "team", "team__guided_by").in_bulk(pks)
    seen = set(visible_to(actor).filter(pk__in=pks).order_by().values_list("pk", flat=True)) if pks else set()
    shown = [
        Similar(rows[one.project], one, one.project in seen, rows[one.project].team_id == project.team_id)
        for one in found
    ]
    return shown, len(texts)
