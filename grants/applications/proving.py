"""The team's paper of registration, compared once a year by the Red Cross that guides it, and taken over meanwhile."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext

from grants.applications.models import Project, TeamProof
from grants.applications.queries import own_slots
from grants.kernel.periods import add_months
from grants.people.models import Team
from grants.people.queries import own_teams
from grants.people.registering import may_register_team
from storage.commands import attach
from storage.models import Attachment
from storage.queries import attachments_of
from workflow import clock
from workflow.actions import command
from workflow.refusals import Refusal, Refused

SLOT = "team_proof"
MONTHS = 12
"""So long a paper counts as compared. Source: issue 5, the registry that the county confirms once a year."""


def proof_of(team: Team) -> TeamProof | None:
    """What was compared and still counts today, the newest."""
    found = TeamProof.objects.filter(team=team.pk, until__gte=clock.today())
    return found.select_related("by", "document", "source").order_by("-pk").first()


def paper_of(team: Team) -> Attachment | None:
    """The newest paper of registration that lies with an application of the team, handed in or not."""
    kind = ContentType.objects.get_for_model(Project)
    mine = Project.objects.filter(team=team.pk, submissions__isnull=False).values("pk")
    found = Attachment.objects.filter(content_type=kind, object_id__in=mine, slot=SLOT, ending="")
    return found.select_related("document").order_by("-attached_at", "-pk").first()


@command
def confirm_proof(team: Team, seen: Any, *, actor: Any, compared: bool = True) -> TeamProof:
    """For a year from today drafts of the team begin with this paper; `seen` is the attachment that was compared.

    Raises Refused: not the Red Cross that guides the team or one above, somebody of the team, nothing compared, another
    paper has come.
    """
    if (reason := may_register_team(actor, team.guided_by)) is not None:
        raise Refused([reason])
    if not compared:
        raise Refused([Refusal("compared", gettext("请先对照原件看过，再勾选。"), at="compared")])
    if team.pk in own_teams(actor):
        raise Refused([Refusal("own_team", gettext("您是这个团队的成员，须回避，由别人核对。"))])
    paper = paper_of(team)
    if paper is None or str(paper.pk) != str(seen):
        raise Refused([Refusal("paper", gettext("您看过以后，团队又交了一份，请看过新的再确认。"))])
    today = clock.today()
    return TeamProof.objects.create(
        team=team,
        document=paper.document,
        source_id=paper.object_id,
        by=actor,
        at=clock.now(),
        until=add_months(today, MONTHS),
    )


def take_over(project: Project, actor: Any) -> None:
    """A new draft has the paper that was compared and still counts, where its round asks for one. Inside a command."""
    found = proof_of(project.team)
    asked = any(place.slot == SLOT for place in own_slots(project))
    if found is not None and asked and not attachments_of(project, SLOT).exists():
        attach(project, SLOT, found.document, actor=actor, now=clock.now())
