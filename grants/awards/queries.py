"""What was decided and what is free to decide on; who stands better; objections in the way; the agreement's budget."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict
from operator import itemgetter
from typing import Any

from django.db.models import Max, OuterRef, QuerySet, Subquery, Sum

from grants.applications.models import Project
from grants.awards.enums import ObjectionKind, Outcome, Party
from grants.awards.models import (
    Agreement,
    Decision,
    DecisionDraft,
    DecisionPaper,
    Meeting,
    NoticeDraft,
    Objection,
    OfficialNotice,
)
from grants.awards.supposed import supposed
from grants.kernel.given import Given, whole
from grants.people.models import User
from grants.people.queries import PROVINCE_ROLES, in_area
from grants.programmes.models import Round
from grants.programmes.profile.money import TranchePlan
from grants.programmes.queries import rules_of
from grants.reviews.queries import Ranked, ranking
from workflow import chain
from workflow.lifecycle import ObjectionState, ProjectState, Role
from workflow.looking import read_once
from workflow.models import Step

S = ProjectState
PROPOSED = (S.SHORTLISTED, S.IN_PUBLICITY)
"""Decided with an amount that is not committed in the books yet."""
PREFERABLE = (S.REVIEWED, S.RESERVE, S.DECLINED)
"""Where a better-placed project is passed over."""
CHOSEN = (*PROPOSED, S.APPROVED, S.AGREEMENT_SIGNED)
FELL_OUT = (S.WITHDRAWN, S.DECLINED, S.REVOKED)
OPEN_OBJECTIONS = (ObjectionState.RECEIVED, ObjectionState.HANDLING)
OBJECTION_READERS = frozenset({Role.DISCIPLINE, Role.PROGRAMME_OFFICER, Role.BUSINESS_LEAD, Role.AUDITOR})
"""Who objected, and what was found, is not for the team."""
PARTY_OF: dict[str, Party] = {
    Role.TEAM_LEADER: Party.TEAM,
    Role.PAYEE_OFFICER: Party.PAYEE,
    Role.PROGRAMME_OFFICER: Party.PROVINCE,
}


# Decisions --------------------------------------------------------------------------------------------------


@read_once
def standing_decision(project: Project) -> Decision | None:
    """The last decision on the project, unless it was revised."""
    last = Decision.objects.filter(project=project.pk).select_related("meeting").order_by("pk").last()
    return None if last is None or last.outcome == Outcome.REVISE else last


def _last_amount() -> Subquery:
    return Subquery(Decision.objects.filter(project=OuterRef("pk")).order_by("-pk").values("amount_fen")[:1])


def free_fen(round_: Round, apart_from: Project | None = None) -> int:
    """What the round's envelope still has for new decisions: less what is committed and what is proposed, in fen."""
    proposed = Project.objects.filter(round=round_.pk, state__in=PROPOSED)
    if apart_from is not None:
        proposed = proposed.exclude(pk=apart_from.pk)
    waiting = proposed.annotate(amount=_last_amount()).aggregate(total=Sum("amount"))["total"] or 0
    now = Round.objects.only("envelope_fen", "committed_fen").get(pk=round_.pk)
    others = sum(fen for pk, fen in supposed().amounts.items() if apart_from is None or pk != apart_from.pk)
    return now.envelope_fen - now.committed_fen - int(waiting) - others


def passed_over(project: Project) -> list[Project]:
    """Projects of the round that the review placed better and that are undecided, in reserve or declined."""
    return passed_over_in(ranking(project.round), project.pk, frozenset(supposed().amounts))


def passed_over_in(ranked: Iterable[Ranked], pk: int, chosen: Collection[int]) -> list[Project]:
    """Projects with a better place than this one that are neither proposed nor chosen; none for one without a place."""
    rows = list(ranked)
    mine = next((one.place for one in rows if one.project.pk == pk), 0)
    return [
        one.project
        for one in rows
        if one.place < mine and one.project.state in PREFERABLE and one.project.pk not in chosen
    ]


def places_freed(round_: Round) -> int:
    """How many projects fell out after they had been proposed, less how many were promoted for them."""
    steps = Step.objects.filter(machine="project", object_id__in=Project.objects.filter(round=round_.pk).values("pk"))
    gone = Project.objects.filter(round=round_.pk, state__in=FELL_OUT).values("pk")
    fell_out = steps.filter(source__in=CHOSEN, target__in=FELL_OUT, object_id__in=gone)
    return fell_out.values("object_id").distinct().count() - steps.filter(move="promote").count()


def reserves(round_: Round) -> list[tuple[int, Project]]:
    """The reserve list in its order."""
    last = Decision.objects.filter(project=OuterRef("pk")).order_by("-pk")
    waiting = Project.objects.filter(round=round_.pk, state=S.RESERVE).annotate(
        outcome=Subquery(last.values("outcome")[:1]), place=Subquery(last.values("reserve_order")[:1])
    )
    listed = waiting.exclude(outcome=Outcome.REVISE).filter(place__isnull=False).order_by("place")
    return sorted([*((one.place, one) for one in listed), *supposed().reserves.items()], key=itemgetter(0))


def decided_in(round_: Round) -> dict[int, Decision]:
    """The standing decision of every project of the round, with its meeting, by project."""
    found: dict[int, Decision] = {}
    for one in Decision.objects.filter(project__round=round_.pk).select_related("meeting").order_by("pk"):
        found[one.project_id] = one
    return {pk: one for pk, one in found.items() if one.outcome != Outcome.REVISE}


def decision_draft(round_: Round) -> DecisionDraft | None:
    """The table that is being prepared for a meeting of the round."""
    return DecisionDraft.objects.filter(round=round_.pk).select_related("saved_by").first()


# Meetings and notices ---------------------------------------------------------------------------------------


def meetings_of(round_: Round) -> QuerySet[Meeting]:
    """The meetings of the round, latest first."""
    return Meeting.objects.filter(round=round_.pk).order_by("-held_on", "-pk")


def papers_of(round_: Round) -> QuerySet[DecisionPaper]:
    """What was worked out for meetings of the round and saved, the newest first."""
    return DecisionPaper.objects.filter(round=round_.pk).defer("text").order_by("-number")


def paper_of(round_: Round, given: Given) -> DecisionPaper | None:
    """The paper of the round whose number was given."""
    return DecisionPaper.objects.filter(round=round_.pk, number=whole(given, "paper") or 0).first()


def meeting_of(round_: Round, given: Given) -> Meeting | None:
    """The meeting of the round that was chosen."""
    chosen = whole(given, "meeting")
    return meetings_of(round_).filter(pk=chosen).first() if chosen else None


def notices_of(round_: Round, *kinds: str) -> QuerySet[OfficialNotice]:
    """The official documents of these kinds, latest first."""
    return OfficialNotice.objects.filter(round=round_.pk, kind__in=kinds).order_by("-issued_on", "-pk")


def notice_draft(round_: Round) -> NoticeDraft | None:
    """The public notice that is being prepared in the round."""
    return NoticeDraft.objects.filter(round=round_.pk).select_related("saved_by").first()


# Objections -------------------------------------------------------------------------------------------------


def holding_objections(project: Any) -> QuerySet[Objection]:
    """Open objections that hold moves and payments of the project (its pk) until they are found on."""
    return Objection.objects.filter(project=project, holds=True, state__in=OPEN_OBJECTIONS)


def upheld_objections(project: Project) -> QuerySet[Objection]:
    """Objections of the public that were found to be right."""
    return Objection.objects.filter(project=project.pk, kind=ObjectionKind.OBJECTION, state=ObjectionState.UPHELD)


def appeal_upheld(project: Project) -> bool:
    """Whether an appeal against the present refusal was upheld: found on after the project came into this state."""
    appeals = Objection.objects.filter(
        project=project.pk, kind=ObjectionKind.APPEAL, state=ObjectionState.UPHELD, against=project.state
    )
    refused = Step.objects.filter(machine="project", object_id=project.pk, target=project.state)
    since = refused.exclude(source=project.state).aggregate(at=Max("at"))["at"]
    found = Step.objects.filter(machine="objection", move="uphold", object_id__in=appeals.values("pk"))
    return since is not None and found.filter(at__gte=since).exists()


# The agreement ----------------------------------------------------------------------------------------------


@read_once
def agreement_of(project: Project) -> Agreement | None:
    """The project's agreement, once it is approved."""
    return Agreement.objects.filter(project=project.pk).select_related("budget").first()


def plans_of(agreement: Agreement, round_: Round) -> tuple[TranchePlan, ...]:
    """The tranches that were agreed: its own, or those of the round's scheme; none for a scheme the round has not."""
    if not agreement.scheme:
        own: list[Any] = list(agreement.instalments.all())
        return tuple(TranchePlan(row.trigger, row.due_wd, row.pct, row.fen, row.after_d) for row in own)
    schemes = rules_of(round_).disbursement.schemes
    return next((scheme.tranches for scheme in schemes if scheme.code == agreement.scheme), ())


def scheme_digest(agreement: Agreement, round_: Round) -> str:
    """The digest of the tranches that were agreed, as the step that set them proves it."""
    return chain.digest(chain.canonical([asdict(plan) for plan in plans_of(agreement, round_)]))


def missing_parties(agreement: Agreement) -> list[Party]:
    """Who has not signed yet, in the order of the agreement."""
    signed = set(agreement.signatures.values_list("party", flat=True))
    return [party for party in Party if party not in signed]


# Who sees what ----------------------------------------------------------------------------------------------


def objections_visible_to(actor: User) -> QuerySet[Objection]:
    """Objections, with who made them: for those who handle them and the auditor, for nobody who is objected to."""
    found = Objection.objects.filter(in_area(actor, OBJECTION_READERS))
    return found.select_related("project", "project__round").order_by("pk")


def decisions_visible_to(actor: User) -> QuerySet[Decision]:
    """Decisions with their meetings: for the province."""
    found = Decision.objects.filter(in_area(actor, PROVINCE_ROLES))
    return found.select_related("project", "meeting").order_by("pk")
