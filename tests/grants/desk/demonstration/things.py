"""Every record of the demonstration by whose it is, so that a person's own can be told from foreign ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import resolve, reverse

from grants.awards.models import Meeting, Objection
from grants.desk.models import Bulk, MatchRun
from grants.funds.models import Batch, Payment
from grants.implementation.models import ChangeRequest, Check
from grants.people.enums import Level
from grants.people.models import Handover, Lending, Organisation, RoleGrant, Team, User
from grants.settlement.models import Voucher
from storage.models import Attachment, Retake
from workflow.models import Notice, Proposal

MISSING = 999_999_999
NOWHERE = "00000000-0000-4000-8000-000000000000"
OF_PROJECT = (Payment, Check, Objection, ChangeRequest)
PROVINCE = "/"


@dataclass(frozen=True)
class Thing:
    """A record: its kind, its address, the path of the Red Cross it belongs to, the team, the person, if it has one."""

    kind: str
    url: str
    place: str = PROVINCE
    team: int = 0
    person: int = 0

    @property
    def missing(self) -> str:
        """The address of one of its kind that does not exist."""
        found = resolve(self.url)
        places = {key: MISSING if isinstance(value, int) else NOWHERE for key, value in found.kwargs.items()}
        kept = {key: found.kwargs[key] for key in ("machine",) if key in found.kwargs}
        return reverse(found.view_name, kwargs=places | kept)


@dataclass(frozen=True)
class Standing:
    """Somebody's place in the world: the paths of the own Red Crosses, the own teams."""

    person: int
    places: tuple[str, ...]
    teams: frozenset[int]

    def owns(self, thing: Thing) -> bool:
        """Whether the thing is the person's own, or of the own team, or lies at or under the own Red Cross."""
        if thing.person:
            return thing.person == self.person
        return thing.team in self.teams or any(thing.place.startswith(place) for place in self.places)


def standing_of(person: User) -> Standing:
    """Where somebody stands."""
    found = list(RoleGrant.objects.filter(person=person).select_related("organisation"))
    at = [grant.organisation for grant in found if grant.organisation]
    places = tuple(PROVINCE if place.level == Level.PROVINCE else place.path for place in at)
    return Standing(person.pk, places, frozenset(grant.team_id for grant in found if grant.team_id))


def things() -> Iterator[Thing]:
    """Every record that has an address of its own and is neither project nor round."""
    for model in OF_PROJECT:
        for record in model.objects.select_related("project").order_by("pk"):
            yield of_project(record.machine().name, record.project, "record", record.machine().name, record.pk)
    for voucher in Voucher.objects.select_related("project").order_by("pk"):
        yield of_project("voucher", voucher.project, "voucher", voucher.project_id, voucher.number)
    for proposal in Proposal.objects.order_by("pk"):
        yield of_project("proposal", proposal.record, "proposal", proposal.pk)
    yield from attachments()
    for wish in Retake.objects.order_by("pk"):
        yield of_project("retake", wish.attachment.record, "retake", wish.pk)
    for batch in Batch.objects.order_by("pk"):
        yield Thing("batch", reverse("batch", args=[batch.pk]))
    for meeting in Meeting.objects.order_by("pk"):
        yield Thing("meeting", reverse("meeting_decisions", args=[meeting.round_id, meeting.pk]))
    yield from people()


def of_project(kind: str, record: Any, name: str, *args: Any) -> Thing:
    """A thing that belongs to the project of a record, or to the province where it has none."""
    project = getattr(record, "project", record)
    scope, team = getattr(project, "scope", PROVINCE), getattr(project, "team_id", 0)
    return Thing(kind, reverse(name, args=args), scope, team)


def attachments() -> Iterator[Thing]:
    """Every paper, a kind for each slot."""
    for paper in Attachment.objects.order_by("attached_at", "pk"):
        kind = f"paper {paper.content_type.model} {paper.slot}"
        yield of_project(kind, paper.record, "storage:download", paper.pk)
        yield of_project(f"looking at {kind}", paper.record, "document", paper.pk)


def people() -> Iterator[Thing]:
    """Organisations, teams, people, and what lies between them."""
    for place in Organisation.objects.order_by("pk"):
        yield Thing("organisation", reverse("organisation", args=[place.pk]), place.path)
    for team in Team.objects.select_related("guided_by").order_by("pk"):
        yield Thing("team", reverse("team", args=[team.pk]), team.guided_by.path, team.pk)
    for grant in RoleGrant.objects.select_related("organisation", "team__guided_by").order_by("pk"):
        path = grant.organisation.path if grant.organisation else grant.team.guided_by.path if grant.team else ""
        for name, pk in (("person", grant.person_id), ("reset_access", grant.person_id), ("end_role", grant.pk)):
            yield Thing(name, reverse(name, args=[pk]), path, grant.team_id or 0)
    for asked in Handover.objects.select_related("receiving").order_by("pk"):
        yield Thing("handover_answer", reverse("handover_answer", args=[asked.pk]), asked.receiving.path)
    for slip in Lending.objects.order_by("pk"):
        yield Thing("lending_paper", reverse("lending_paper", args=[slip.pk]), person=slip.holder_id)
    for press in MatchRun.objects.order_by("pk"):
        yield Thing("bank_run", reverse("bank_run", args=[press.pk]), person=press.person_id)
    for run in Bulk.objects.order_by("pk"):
        yield Thing("bulk_run", reverse("bulk_run", args=[run.pk]), person=run.person_id)
    for told in Notice.objects.order_by("pk"):
        yield Thing("notice_read", reverse("notice_read", args=[told.pk]), person=told.person_id)
