"""Projects a person sees, the budget that counts, and which way a project takes to the province."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet

from grants.applications.enums import MoneySource, RecommendLevel, Route
from grants.applications.models import BudgetLine, BudgetVersion, Dictation, Project, Recommendation
from grants.kernel.given import chosen, rows, words
from grants.people.enums import LegalForm, Level
from grants.people.models import Organisation, Team, User
from grants.people.queries import (
    AREA_ROLES,
    PROVINCE_ROLES,
    TEAM_ROLES,
    Hat,
    ancestor,
    belonging_to,
    grants_in_force,
    hats,
    read_loans,
)
from grants.programmes.models import Round
from grants.programmes.profile.basics import Slot
from grants.programmes.queries import checklist, rules_of
from storage.models import Attachment
from storage.queries import attachments_of
from workflow import clock
from workflow.lifecycle import PROJECT, ProjectState, Role, Stage
from workflow.looking import read_once
from workflow.models import Deadline, Step
from workflow.ports import domain
from workflow.trail import given_of, steps_of

WIDE_ROLES = PROVINCE_ROLES | {Role.REVIEW_CHAIR}
WRITERS = frozenset({Role.COUNTY_OFFICER, Role.CITY_OFFICER, Role.PROGRAMME_OFFICER})
"""Who may fill in an application at its leader's word, where they guide the team."""
LEVEL_ROLES = {
    RecommendLevel.COUNTY: frozenset({Role.COUNTY_OFFICER, Role.COUNTY_LEADER}),
    RecommendLevel.CITY: frozenset({Role.CITY_OFFICER, Role.CITY_LEADER}),
    RecommendLevel.PROVINCE: frozenset({Role.PROGRAMME_OFFICER}),
}
RECOMMENDED_NEXT = (ProjectState.SUBMITTED, ProjectState.COUNTY_RECOMMENDED)
"""Where a level's word is awaited."""
FORWARDED = (RecommendLevel.CITY, RecommendLevel.PROVINCE)
"""Levels whose word uses a place."""
ABOVE = {
    RecommendLevel.COUNTY: RecommendLevel.CITY,
    RecommendLevel.CITY: RecommendLevel.PROVINCE,
    RecommendLevel.PROVINCE: RecommendLevel.PROVINCE,
}
SENDING_BACK = (
    *("county_return", "city_return", "direct_return", "return_in_place", "province_return"),
    "request_supplement",
)
HANDING_IN = ("submit", "resubmit", "supply")
"""Each leaves a version of the answers and a receipt."""
MINUTES = "recommendation_minutes"
"""The slot of what a meeting of a county or a prefecture said of its projects."""
BY_MOVE_ONLY = frozenset({"signed_opinion", MINUTES, "letter"})
LINE = ("category", "item", "unit", "unit_price_fen", "quantity", "source", "basis", "activity")
"""The columns in which a budget line is written and read; its amount follows."""


def supposed(round_: Round, team: Team, leader: User, route: str = Route.OPEN) -> Project:
    """The draft that the team would begin in the round, paid to whom the round usually pays; not saved, no number.

    A team that is not registered has no account: it is paid to the Red Cross that guides it whatever is usual.
    """
    rules = rules_of(round_)
    itself = rules.disbursement.payee.default == "registered_team" and team.legal_form == LegalForm.REGISTERED
    return Project(
        round=round_,
        route=route,
        team=team,
        leader=leader,
        payee=None if itself else team.guided_by,
        scope=team.guided_by.path,
        exclusive=rules.round.one_application_per_team,
    )


def begins_with(leader: User) -> dict[str, Any]:
    """The answers that the register gives in the team's place when a draft is begun."""
    known = {"contact_name": leader.name, "contact_mobile": leader.mobile.removeprefix("+86")}
    return {name: value for name, value in known.items() if value}


def dictated_to(actor: Any) -> QuerySet[Dictation]:
    """What the person fills in today at a leader's word."""
    return Dictation.objects.filter(writer=actor.pk, ended_at__isnull=True, until__gte=clock.today())


@read_once
def dictation_of(project: Project) -> Dictation | None:
    """Who fills the application in at the leader's word today, if an officer does."""
    found = project.dictations.filter(ended_at__isnull=True, until__gte=clock.today())
    return found.select_related("writer", "leader").first()


def types_for(project: Project, actor: Any) -> bool:
    """Whether the person fills the application in today at the leader's word."""
    found = dictation_of(project)
    return found is not None and found.writer_id == actor.pk


def may_write(project: Project, actor: Any) -> bool:
    """Whether the person may write on the application: a member of its team, or an officer at the leader's word.

    An officer who has come to belong to the team, or no longer looks after it, writes as what they are now.
    """
    roles = domain().roles(actor, project)
    if roles & TEAM_ROLES:
        return True
    return bool(roles & WRITERS) and types_for(project, actor)


def visible_to(actor: Any) -> QuerySet[Project]:
    """The projects a person may see, whatever their number of roles, in two queries; each project once.

    One's team's, those in one's area once they were submitted, those one is paid for, those one reviews or fills in
    at the leader's word, and all of them for the province and the auditor; the system administrator sees none.
    """
    seen = Q(
        pk__in=Project.objects.filter(assignments__reviewer=actor.pk, assignments__left_at__isnull=True).values("pk")
    )
    worn = hats(actor)
    for hat in worn:
        seen |= _in_view(hat)
    if any(hat.role in WRITERS for hat in worn):
        seen |= Q(pk__in=dictated_to(actor).values("project"))
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


def activity_names(project: Project) -> list[str]:
    """What the plan calls its activities, in its order; each once."""
    return list(dict.fromkeys(name for row in rows(project.form, "activities") if (name := words(row, "name"))))


def granted_lines(project: Project) -> list[BudgetLine]:
    """The lines that the grant is asked to pay."""
    return [line for line in budget_lines(project) if line.source == MoneySource.GRANT]


def sections_to_correct(project: Project) -> frozenset[str] | None:
    """The sections that whoever sent the application back has marked; None where the team may write everything."""
    if project.state not in (ProjectState.RETURNED, ProjectState.SUPPLEMENT):
        return None
    asked = sent_back(project)
    return frozenset(chosen(given_of(asked), "sections")) if asked else frozenset()


def own_slots(project: Project) -> list[Slot]:
    """The slots into which the team itself may lay documents now."""
    stages = [Stage.APPLICATION, *([Stage.REVIEW] if project.state == ProjectState.SUPPLEMENT else [])]
    return [place for stage in stages for place in checklist(project.round, stage) if place.slot not in BY_MOVE_ONLY]


OPEN_TO_TEAM = frozenset({ProjectState.DRAFT, ProjectState.RETURNED, ProjectState.SUPPLEMENT})


def addable_slots(project: Project) -> list[Slot]:
    """The slots into which the team may lay papers now: those of the application, later those of the present stage."""
    if project.state in OPEN_TO_TEAM:
        return own_slots(project)
    if project.is_final or project.round.configuration_id is None:
        return []
    stage = Stage(PROJECT.stage_of(str(project.state)))
    return [place for place in checklist(project.round, stage) if place.team]


def places_taken(project: Project, level: str) -> int:
    """How many projects of the round the same organisation has recommended at that level and not withdrawn."""
    organisation = recommender_of(project, level)
    same = Recommendation.objects.filter(round=project.round_id, organisation=organisation, level=level)
    return same.filter(withdrawn_at__isnull=True).count()


def level_in_turn(project: Project) -> RecommendLevel:
    """The level before which the file lies: the one whose word is next, or the one above where that stands back."""
    if project.state == ProjectState.CITY_RECOMMENDED:
        return RecommendLevel.PROVINCE
    return ABOVE[RecommendLevel(project.stood_back)] if project.stood_back else recommending_level(project)


def in_turn(level: RecommendLevel) -> Q:
    """The projects that wait for this level's word, as the database can find them: what `level_in_turn` says of one."""
    first, second = Q(state=ProjectState.SUBMITTED), Q(state=ProjectState.COUNTY_RECOMMENDED)
    county = first & Q(team__guided_by__level=Level.COUNTY)
    city = first & Q(team__guided_by__level=Level.PREFECTURE) | second
    if level == RecommendLevel.COUNTY:
        return county & Q(stood_back="")
    if level == RecommendLevel.CITY:
        return county & Q(stood_back=RecommendLevel.COUNTY) | city & Q(stood_back="")
    province = first & Q(team__guided_by__level__in=(Level.DIRECT, Level.PROVINCE))
    return province | (first | second) & Q(stood_back=RecommendLevel.CITY) | Q(state=ProjectState.CITY_RECOMMENDED)


def turn_of_role(role: str) -> Q:
    """Of the projects, those whose turn may be with this role: to be recommended, only those before its level."""
    level = next((level for level, roles in LEVEL_ROLES.items() if role in roles), None)
    return ~Q(state__in=RECOMMENDED_NEXT) | in_turn(level) if level else Q()


def standing_back(project: Project) -> str:
    """The highest of the levels, from the one whose word is next, that have nobody left to give it; none: empty."""
    found, level = "", recommending_level(project)
    while who_stands_back(project, level):
        found, level = level, ABOVE[level]
    return found


def who_stands_back(project: Project, level: RecommendLevel) -> list[User]:
    """Those of a level who belong to the team itself, if nobody is left there to give the level's word.

    The word is the leader's; where nobody leads in the system, an officer enters it by paper. A role that is lent
    stands back with who holds it as with who exercises it.
    """
    leads = {RecommendLevel.COUNTY: Role.COUNTY_LEADER, RecommendLevel.CITY: Role.CITY_LEADER}.get(level)
    if leads is None:
        return []
    here = Q(organisation=recommender_of(project, level), role__in=LEVEL_ROLES[level])
    here &= Q(round__isnull=True) | Q(round=project.round_id)
    held = read_loans(grants_in_force().filter(here).select_related("person").order_by("pk"))
    own = belonging_to(project.team_id) & {pk for grant in held for pk in (grant.person_id, grant.hand)}
    deciding = [grant for grant in held if grant.role == leads] or held
    if not own or any(not own & {grant.person_id, grant.hand} for grant in deciding):
        return []
    return list(User.objects.filter(pk__in={pk for grant in held for pk in (grant.person_id, grant.hand)} & own))


@read_once
def files_of(project: Project) -> list[Attachment]:
    """What lies with the project now, slot by slot, with each document and who brought it."""
    return list(attachments_of(project))


@read_once
def sent_back(project: Project) -> Step | None:
    """The step that sent the application back last."""
    return steps_of(project).filter(move__in=SENDING_BACK).last()


def words_withdrawn_by(project: Project, step: Step) -> list[Recommendation]:
    """The recommendations that a return of the project has withdrawn, the county's first."""
    return list(Recommendation.objects.filter(project=project, withdrawn_at=step.at).order_by("pk"))


def waiting_in_area(project: Project) -> int:
    """How many projects of the round wait for the word of the same prefecture."""
    prefecture = recommender_of(project, RecommendLevel.CITY)
    mine = Q(round=project.round_id, scope__startswith=prefecture.path if prefecture else project.scope)
    direct = Q(state=ProjectState.SUBMITTED, team__guided_by__level=Level.PREFECTURE)
    return Project.objects.filter(mine, Q(state=ProjectState.COUNTY_RECOMMENDED) | direct).count()


def undecided(round_: Round) -> QuerySet[Project]:
    """Projects of the round that wait for a level, or a team, whose time has not run out."""
    waiting = (ProjectState.DRAFT, ProjectState.SUBMITTED, ProjectState.RETURNED, ProjectState.COUNTY_RECOMMENDED)
    late = Deadline.objects.filter(
        content_type=ContentType.objects.get_for_model(Project),
        name__in=("call_closed", "county_recommend", "city_recommend", "return_due"),
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
