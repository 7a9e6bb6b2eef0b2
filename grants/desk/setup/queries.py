"""What the set-up pages of a round read: its versions, its call, whom it concerns."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from grants.applications.models import Project
from grants.awards.enums import NoticeKind
from grants.desk.models import Rehearsal
from grants.programmes.models import Configuration, Round
from workflow.models import Step
from workflow.trail import steps_of


def versions(round_: Round) -> QuerySet[Configuration]:
    """Every version of the round's configuration, the newest first, without the long texts."""
    return round_.configurations.select_related("made_by").defer("text").order_by("-number")


def texts(round_: Round, number: int) -> dict[int, str]:
    """The text of a version and of the one before, by number."""
    found = round_.configurations.filter(number__in=(number, number - 1))
    return dict(found.values_list("number", "text"))


def projects_touched(round_: Round) -> int:
    """How many projects are under the round's rules."""
    return Project.objects.filter(round=round_).count()


def published(round_: Round) -> Step | None:
    """The step by which the call was published; None before."""
    return steps_of(round_).filter(move="publish_call").select_related("actor").first()


def calls(round_: Round) -> list[Any]:
    """The calls that are on record for the round."""
    return list(round_.official_notices.filter(kind=NoticeKind.CALL).order_by("-pk"))


def rehearsal_of(configuration: Configuration | None) -> Rehearsal | None:
    """The last rehearsal of a version, or of another that says exactly the same."""
    if configuration is None:
        return None
    same = Rehearsal.objects.filter(
        configuration__round=configuration.round_id, configuration__digest=configuration.digest
    )
    return same.select_related("asked_by", "configuration").order_by("-pk").first()


def rehearsals(round_: Round) -> list[Rehearsal]:
    """The last rehearsals of the round, the newest first."""
    found = Rehearsal.objects.filter(configuration__round=round_).select_related("asked_by", "configuration")
    return list(found.defer("configuration__text", "report").order_by("-pk")[:10])
