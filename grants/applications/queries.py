"""Projects a person sees, the budget that counts, and which way a project takes to the province."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet

from grants.applications.enums import MoneySource, RecommendLevel
from grants.applications.models import BudgetLine, BudgetVersion, Project, Recommendation
from grants.kernel.given import chosen
from grants.people.enums import Level
from grants.people.looking import read_once
from grants.people.models import Organisation
from grants.people.queries import AREA_ROLES, PROVINCE_ROLES, Hat, ancestor, hats
from grants.programmes.models import Round
from grants.programmes.profile.basics import Slot
from grants.programmes.queries import checklist
from workflow import clock
from workflow.lifecycle import ProjectState, Role, Stage
from workflow.models import Deadline
from workflow.trail import given_of, steps_of

WIDE_ROLES = PROVINCE_ROLES | {Role.REVIEW_CHAIR}
LEVEL_ROLES = {
    RecommendLevel.COUNTY: frozenset({Role.COUNTY_OFFICER, Role.COUNTY_LEADER}),
    RecommendLevel.CITY: frozenset({Role.CITY_OFFICER, Role.CITY_LEADER}),
    RecommendLevel.PROVINCE: frozenset({Role.PROGRAMME_OFFICER}),
}
SENDING_BACK = ("county_return", "city_return", "direct_return", "province_return", "request_supplement")
BY_MOVE_ONLY = frozenset({"signed_opinion", "letter"})
LINE = ("category", "item", "unit", "unit_price_fen", "quantity", "source", "basis")
"""The columns in which a budget line is written and read; its amount follows."""


def visible_to(actor: Any) -> QuerySet[Project]:
    """The projects a person may see, whatever their number of roles, in two queries; each project once.

    One's team's, those in one's area once they were submitted, those one is paid for, those one reviews, and all of
    them for the province and the auditor; the system administrator sees none.
    """
    seen = Q(
        pk__in=Project.objects.filter(assignments__reviewer=actor.pk, assignments__left_at__isnull=True).values("pk")
    )
    for hat in hats(actor):
        seen |= _in_view(hat)
    return Project.objects.filter(seen).select_related("round", "team__guided_by", "leader", "payee").order_by("number")


def _in_view(hat: Hat) -> Q:
    found = Q(pk__in=[])
    if hat.role == Role.PAYEE_OFFICER:
        found = Q(payee=hat.organisation) if hat.organisation else Q(payee__isnull=True, team=hat.team)
    elif hat.team:
        found = Q(team=hat.team)
    elif hat.role in WIDE_ROLES:
        found = Q(scope__startswith=hat.scope)
    elif hat.role in AREA_ROLES:
        found = Q(scope__startswith=hat.scope) & ~Q(state=ProjectState.DRAFT)
    return found & Q(round=hat.round) if hat.round else found


def level_of(project: Project) -> Level:
    """The level of the organisation that guides the team: where the project goes first."""
    return Level(project.team.guided_by.level)


def is_county(project: Project) -> bool:
    """Whether the project goes first to a county."""
    return level_of(project) == Level.COUNTY


def is_city(project: Project) -> bool:
    """Whether the project goes straight to a prefecture."""
    return level_of(project) == Level.PREFECTURE


def is_province(project: Project) -> bool:
    """Whether the project goes straight to the province: universities, hospitals, direct units."""
    return level_of(project) in (Level.DIRECT, Level.PROVINCE)


def recommender_of(project: Project, level: str) -> Organisation | None:
    """The organisation whose word counts at that level."""
    wanted = {RecommendLevel.COUNTY: Level.COUNTY, RecommendLevel.CITY: Level.PREFECTURE}
    return ancestor(project.scope, wanted.get(RecommendLevel(level), Level.PROVINCE))


def recommending_level(project: Project) -> RecommendLevel:
    """Which level has the next word on the project, in the state it is in."""
    if project.state == ProjectState.SUBMITTED and is_county(project):
        return RecommendLevel.COUNTY
    return RecommendLevel.PROVINCE if is_province(project) else RecommendLevel.CITY


def standing_recommendations(project: Project) -> QuerySet[Recommendation]:
    """The recommendations that were not withdrawn."""
    return Recommendation.objects.filter(project=project, withdrawn_at__isnull=True).order_by("pk")


@read_once
def current_budget(project: Project) -> BudgetVersion | None:
    """The budget that counts: the open version, else the last locked one."""
    found = list(BudgetVersion.objects.filter(project=project).order_by("-number"))
    return next((one for one in found if one.locked_at is None), next(iter(found), None))


@read_once
def budget_lines(project: Project) -> list[BudgetLine]:
    """The lines of the budget that counts, in order."""
    version = current_budget(project)
    return list(version.lines.all()) if version else []


def granted_lines(project: Project) -> list[BudgetLine]:
    """The lines that the grant is asked to pay."""
    return [line for line in budget_lines(project) if line.source == MoneySource.GRANT]


def sections_to_correct(project: Project) -> frozenset[str] | None:
    """The sections that whoever sent the application back has marked; None where the team may write everything."""
    if project.state not in (ProjectState.RETURNED, ProjectState.SUPPLEMENT):
        return None
    asked = steps_of(project).filter(move__in=SENDING_BACK).last()
    return frozenset(chosen(given_of(asked), "sections")) if asked else frozenset()


def own_slots(project: Project) -> list[Slot]:
    """The slots into which the team itself may lay documents now."""
    stages = [Stage.APPLICATION, *([Stage.REVIEW] if project.state == ProjectState.SUPPLEMENT else [])]
    return [place for stage in stages for place in checklist(project.round, stage) if place.slot not in BY_MOVE_ONLY]


def places_taken(project: Project, level: str) -> int:
    """How many projects of the round the same organisation has recommended at that level and not withdrawn."""
    organisation = recommender_of(project, level)
    same = Recommendation.objects.filter(round=project.round_id, organisation=organisation, level=level)
    return same.filter(withdrawn_at__isnull=True).count()


def level_in_turn(project: Project) -> RecommendLevel:
    """The level before which the file lies."""
    if project.state == ProjectState.CITY_RECOMMENDED:
        return RecommendLevel.PROVINCE
    return recommending_level(project)


def waiting_in_area(project: Project) -> int:
    """How many projects of the round wait for the word of the same prefecture."""
    prefecture = recommender_of(project, RecommendLevel.CITY)
    mine = Q(round=project.round_id, scope__startswith=prefecture.path if prefecture else project.scope)
    direct = Q(state=ProjectState.SUBMITTED, team__guided_by__level=Level.PREFECTURE)
    return Project.objects.filter(mine, Q(state=ProjectState.COUNTY_RECOMMENDED) | direct).count()


def undecided(round_: Round) -> QuerySet[Project]:
    """Projects of the round that wait for a level whose time, or the team's to correct, has not run out."""
    waiting = (ProjectState.SUBMITTED, ProjectState.RETURNED, ProjectState.COUNTY_RECOMMENDED)
    late = Deadline.objects.filter(
        content_type=ContentType.objects.get_for_model(Project),
        name__in=("county_recommend", "city_recommend", "return_due"),
        settled_at__isnull=True,
        due_at__lte=clock.now(),
    )
    found = Project.objects.filter(round=round_, state__in=waiting)
    return found.exclude(pk__in=late.values("object_id")).order_by("number")


def successor_of(project: Project) -> Organisation | None:
    """The organisation that stands today in the place of the one the project lies with; None while that one stands."""
    found = Organisation.objects.filter(path=project.scope).first()
    heir = found.succeeded_by if found else None
    while heir is not None and heir.succeeded_by is not None:
        heir = heir.succeeded_by
    return heir
