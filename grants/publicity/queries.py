"""What everybody may read: calls, lists as they went public, funded projects. No person, nothing unannounced."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum

from grants.applications.models import Project
from grants.awards.enums import NoticeKind, ObjectionKind
from grants.awards.models import Objection, OfficialNotice, PublicEntry
from grants.awards.tickets import opens
from grants.implementation.queries import log_of
from grants.programmes.models import Round
from grants.publicity.enums import FUNDED
from workflow.lifecycle import PROJECT_FINAL, RoundState
from workflow.models import Step

CALLED = (NoticeKind.CALL, NoticeKind.EXTENSION, NoticeKind.CANCELLATION)
USING = {
    "publish_call": "notice",
    "extend_call": "notice",
    "cancel_round": "notice",
    "publish_result": "notice",
    "publish_notice": "notice",
    "promote": "notice",
    "withdraw_in_publicity": "correction",
}
"""The moves by which an official document goes public, with the field that names it. A registered one is not public."""


def calls() -> QuerySet[Round]:
    """Rounds whose call was published, the newest first."""
    found = Round.objects.filter(call_opens_at__isnull=False).exclude(state=RoundState.PLANNING)
    return found.select_related("programme", "organiser", "configuration").order_by("-year", "-pk")


def papers_of(round_: Round, *kinds: str) -> list[OfficialNotice]:
    """The official documents of a round that have gone public, the oldest first."""
    rows = list(round_.official_notices.filter(kind__in=kinds or NoticeKind.values).order_by("issued_on", "pk"))
    used = published(round_) if rows else set()
    return [row for row in rows if row.pk in used]


def published(round_: Round) -> set[int]:
    """The official documents on which a move of the round, or of one of its projects, rested."""
    project, own = (ContentType.objects.get_for_model(model) for model in (Project, Round))
    inner = Project.objects.filter(round=round_.pk).values("pk")
    about = Q(content_type=own, object_id=round_.pk) | Q(content_type=project, object_id__in=inner)
    found = set()
    for move, given in Step.objects.filter(about, move__in=USING).exclude(given="").values_list("move", "given"):
        chosen = str(json.loads(given).get(USING[move], ""))
        found |= {int(chosen)} if chosen.isdecimal() else set()
    return found


def paper(pk: int) -> OfficialNotice | None:
    """One official document that has gone public, with its file; None for any other."""
    row = OfficialNotice.objects.select_related("document", "round").filter(pk=pk).first()
    return row if row is not None and row.pk in published(row.round) else None


def notices() -> QuerySet[OfficialNotice]:
    """The lists that went public, the newest first, each with how many projects, how much, and since when."""
    found = OfficialNotice.objects.filter(entries__isnull=False).select_related("round__organiser")
    counted = found.annotate(
        projects=Count("entries"),
        total_fen=Sum("entries__amount_fen"),
        since=Min("entries__at"),
        last=Max("entries__at"),
    )
    return counted.order_by("-since", "-pk")


def entries_of(notice: OfficialNotice) -> list[PublicEntry]:
    """The lines of a list as they went public, each with its project as it stands."""
    return list(notice.entries.select_related("project__round").order_by("number"))


def funded(wanted: Mapping[str, str] | None = None) -> QuerySet[PublicEntry]:
    """One line a funded project whose round has announced its result, as it was announced; fitting the filters."""
    of_result = Q(notice__kind=NoticeKind.RESULT)
    promoted = Q(notice__kind=NoticeKind.PUBLICITY) & ~Q(project__public_entries__notice__kind=NoticeKind.RESULT)
    announced = Q(project__round__state__in=(RoundState.PUBLISHED, RoundState.ARCHIVED), project__state__in=FUNDED)
    found = PublicEntry.objects.filter(announced & (of_result | promoted)).select_related("project__round")
    asked = wanted or {}
    for name, column in (("year", "project__round__year"), ("city", "city"), ("field", "field")):
        if value := asked.get(name):
            found = found.filter(**{column: value})
    for word in asked.get("q", "").split():
        found = found.filter(Q(title__icontains=word) | Q(team__icontains=word) | Q(number__icontains=word))
    return found.order_by("-project__round__year", "number")


def choices() -> dict[str, list[Any]]:
    """What there is to filter by among the funded projects."""
    rows = list(funded().order_by().values_list("project__round__year", "city", "field").distinct())
    years, cities, fields = ({row[place] for row in rows if row[place]} for place in range(3))
    return {"year": sorted(years, reverse=True), "city": sorted(cities), "field": sorted(fields)}


def by_city(found: QuerySet[PublicEntry]) -> list[tuple[str, int, int]]:
    """(city, how many projects, fen), the most projects first."""
    rows = found.order_by().values("city").annotate(projects=Count("pk"), fen=Sum("amount_fen"))
    return sorted(((row["city"], row["projects"], row["fen"]) for row in rows), key=lambda row: (-row[1], row[0]))


def funded_project(number: str) -> PublicEntry | None:
    """The announced line of one funded project."""
    return funded().filter(number=number).select_related("project__round", "project__report", "notice").first()


def work_done(project: Project) -> dict[str, Any]:
    """What the activity log adds up to: how many times, volunteers' hours, people served; and the last day of it."""
    held = log_of(project).filter(cancelled=False).order_by()
    minutes = Sum(F("volunteers") * F("minutes_each"))
    told = held.aggregate(times=Count("pk"), minutes=minutes, served=Sum("served"), last=Max("held_on"))
    told["hours"] = (told.pop("minutes") or 0) // 60
    return told | {"served": told["served"] or 0}


def objectable(notice: OfficialNotice) -> list[PublicEntry]:
    """The lines of a list to whose projects one may object now: none that has come to its end."""
    return list(notice.entries.select_related("project").exclude(project__state__in=PROJECT_FINAL).order_by("number"))


def objections_to(notice: OfficialNotice) -> int:
    """How many objections of the public have come to the projects of a list since it went public."""
    projects = notice.entries.values("project")
    return Objection.objects.filter(project__in=projects, kind=ObjectionKind.OBJECTION).count()


def holding(number: str) -> bool:
    """Whether the objection of that number stops its project until it is found on."""
    return Objection.objects.filter(receipt=number, holds=True).exists()


def objection_by(number: str, secret: str) -> Objection | None:
    """The objection of that number, for whoever knows its secret; None for everybody else."""
    found = Objection.objects.select_related("project").filter(receipt=number).exclude(receipt="").first()
    return found if found and opens(number, secret, found.secret_digest) else None
