"""Rules of recommending: whose turn it is, opinion, rank, places, and when it is over."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.applications.enums import RecommendLevel
from grants.applications.models import Project, Recommendation
from grants.applications.queries import (
    ABOVE,
    LEVEL_ROLES,
    MINUTES,
    is_city,
    is_county,
    is_province,
    level_in_turn,
    places_taken,
    recommender_of,
    recommending_level,
    successor_of,
    undecided,
    waiting_in_area,
)
from grants.kernel.given import ticked, whole, words
from grants.people.queries import as_people, own_teams
from grants.programmes.asking import no_document, no_text
from grants.programmes.models import Quota, Round
from grants.programmes.queries import quota_of
from workflow.deadlines import is_due
from workflow.lifecycle import RoundState
from workflow.phrases import listed
from workflow.ports import Actor, Given, domain
from workflow.refusals import Refusal
from workflow.rules import Ask, rule
from workflow.trail import given_of, steps_of

OPINION = Ask("opinion", _("推荐意见"), "longtext")
RANK = Ask("rank", _("排序"), "number", help=_("1 为最优先，同一级不能重复。"))
RECUSAL = Ask("recusal_note", _("回避说明"), "longtext", required=False, help=_("没有逾期而因回避代行时填写。"))
OWN_ERROR = Ask("own_error", _("因本级办理有误"), "yes", required=False)
MEETING = (
    Ask("meeting_said", _("哪次会议"), help=_("名称、文号和日期，例如“县红十字会2027年第3次会长办公会，3月5日”。")),
    Ask(MINUTES, _("推荐会议纪要（签字盖章）"), "document"),
)
LOWEST_RANK = 9999
BEFORE_ELIGIBILITY = (RoundState.OPEN, RoundState.RECOMMENDING)


@rule
def route_has_county(project: Project, _actor: Actor) -> Refusal | None:
    """The team is guided by a county."""
    told = {"by": str(project.team.guided_by)}
    return None if is_county(project) else Refusal("route", gettext("团队由%(by)s指导，不经县级推荐。") % told)


@rule
def route_is_city(project: Project, _actor: Actor) -> Refusal | None:
    """The team is guided by a prefecture."""
    told = {"by": str(project.team.guided_by)}
    return None if is_city(project) else Refusal("route", gettext("团队由%(by)s指导，不由市级直报。") % told)


@rule
def route_is_province(project: Project, _actor: Actor) -> Refusal | None:
    """The team is guided by the province, a university, a hospital or another direct unit."""
    told = {"by": str(project.team.guided_by)}
    return None if is_province(project) else Refusal("route", gettext("团队由%(by)s指导，不由省级直接受理。") % told)


@rule
def route_is_direct(project: Project, _actor: Actor) -> Refusal | None:
    """The application did not come through a county."""
    return Refusal("route", gettext("这个项目由县级红十字会审核退回。")) if is_county(project) else None


@rule
def turn_of_level(project: Project, actor: Actor) -> Refusal | None:
    """The file is opened by the level whose turn it is."""
    level = level_in_turn(project)
    if domain().roles(actor, project) & LEVEL_ROLES[level]:
        return None
    return Refusal("other_turn", gettext("现在由%(level)s审阅。") % {"level": str(level.label)})


@rule
def turn_of_city(project: Project, _actor: Actor) -> Refusal | None:
    """The prefecture's word is next: after the county's, on a team it guides itself, or where both stand back."""
    if RecommendLevel.CITY in {recommending_level(project), project.stood_back}:
        return None
    return Refusal("route", gettext("现在不是等市级推荐。"))


@rule
def own_recommendation(project: Project, actor: Actor) -> Refusal | None:
    """Whoever takes a word back belongs to the level that gave it."""
    level = RecommendLevel.PROVINCE if is_province(project) else RecommendLevel.CITY
    if domain().roles(actor, project) & LEVEL_ROLES[level]:
        return None
    return Refusal("other_turn", gettext("由作出推荐的%(level)s收回。") % {"level": str(level.label)})


@rule(asks=(OPINION,))
def opinion(_project: Project, _actor: Actor, given: Given) -> Refusal | None:
    """The recommender gives an opinion in words."""
    return no_text(given, OPINION)


@rule(asks=(RANK,))
def rank(project: Project, _actor: Actor, given: Given) -> Refusal | None:
    """The recommender ranks the project, each rank once in the round."""
    place = whole(given, "rank") or 0
    if not 1 <= place <= LOWEST_RANK:
        return Refusal("rank", gettext("请填写排序，从 1 起。"), at="rank")
    level = recommending_level(project)
    same = Recommendation.objects.filter(round=project.round_id, level=level, rank=place, withdrawn_at__isnull=True)
    other = same.filter(organisation=recommender_of(project, level)).exclude(project=project).first()
    told = {"rank": place, "number": other.project.number if other else ""}
    return Refusal("rank", gettext("第 %(rank)s 位已给了 %(number)s。") % told, at="rank") if other else None


@rule(asks=MEETING)
def recommendation_minutes(_project: Project, _actor: Actor, given: Given) -> Refusal | None:
    """Which meeting spoke of the project is said, and its minutes are there. Source: DOMAIN 2.3, documents of 立项."""
    return no_text(given, MEETING[0]) or no_document(given, MEETING[1])


@rule
def within_quota(project: Project, _actor: Actor) -> Refusal | None:
    """The recommender's area still has a place; a county may not put forward more than its area has in all."""
    quota, level = quota_of(project.round, project.scope), recommending_level(project)
    level = RecommendLevel.CITY if project.stood_back == RecommendLevel.CITY else level
    places = quota.places if quota else 0
    used = places_taken(project, level) if level == RecommendLevel.COUNTY else (quota.used if quota else 0)
    return Refusal("no_place", gettext("%(n)s 个推荐名额已经用完。") % {"n": places}) if used >= places else None


@rule
def within_pool(project: Project, _actor: Actor) -> Refusal | None:
    """The common pool of universities and direct units still has a place."""
    pool = Quota.objects.filter(round=project.round_id, organisation__isnull=True).first()
    if pool and pool.used < pool.places:
        return None
    told = {"n": pool.places if pool else 0}
    return Refusal("no_place", gettext("高校与直属单位的 %(n)s 个名额已经用完。") % told)


@rule
def level_not_recused(project: Project, actor: Actor) -> Refusal | None:
    """A level that has nobody but members of the team stands back: the one above has the word."""
    if not project.stood_back or project.team_id in own_teams(actor):
        return None
    if domain().roles(actor, project) & LEVEL_ROLES[level_in_turn(project)]:
        return None
    told = {"level": str(RecommendLevel(project.stood_back).label), "above": str(level_in_turn(project).label)}
    return Refusal("other_turn", gettext("%(level)s回避，由%(above)s办理。") % told)


@rule
def not_both_levels(project: Project, actor: Actor) -> Refusal | None:
    """Whoever gave the county's word on a project, themselves or for somebody on leave, does not give the city's.

    A city that gave it in the county's place speaks in its own role both times. Source: issue 5.
    """
    before = project.recommendations.filter(
        level=RecommendLevel.COUNTY, withdrawn_at__isnull=True, in_place=False, entered_by__in=as_people(actor)
    )
    if not before.exists():
        return None
    return Refusal("both_levels", gettext("县级的意见由您办理，市级的由另一个人办理。"))


@rule
def stands_in(project: Project, actor: Actor) -> Refusal | None:
    """It lies with the level just above the one whose word is due, which let its time pass or stands back."""
    level = recommending_level(project)
    above = ABOVE[RecommendLevel(project.stood_back or level)]
    if not domain().roles(actor, project) & LEVEL_ROLES[above]:
        return Refusal("other_turn", gettext("由%(level)s代办。") % {"level": str(above.label)})
    if project.stood_back or is_due(project, f"{level}_recommend"):
        return None
    told = {"level": str(level.label)}
    return Refusal("not_overdue", gettext("%(level)s没有回避，期限也未到，由其办理。") % told)


@rule(asks=(RECUSAL,))
def county_overdue_or_recused(project: Project, _actor: Actor, given: Given) -> Refusal | None:
    """The county let its time pass, or stands back from this project for a stated reason."""
    stands_back = project.stood_back == RecommendLevel.COUNTY
    if stands_back or is_due(project, "county_recommend") or words(given, "recusal_note"):
        return None
    return Refusal("not_overdue", gettext("县级推荐期限未到；如县级须回避，请写明回避说明。"), at="recusal_note")


@rule(asks=(RECUSAL,))
def city_overdue_or_recused(project: Project, _actor: Actor, given: Given) -> Refusal | None:
    """The prefecture let its time pass, or stands back from this project for a stated reason."""
    stands_back = project.stood_back == RecommendLevel.CITY
    if stands_back or is_due(project, "city_recommend") or words(given, "recusal_note"):
        return None
    return Refusal("not_overdue", gettext("市级推荐期限未到；如市级须回避，请写明回避说明。"), at="recusal_note")


@rule
def not_received(project: Project, _actor: Actor) -> Refusal | None:
    """The province has not closed recommending, from when on it receives what lies before it."""
    if project.round.state in BEFORE_ELIGIBILITY:
        return None
    return Refusal("received", gettext("推荐已经截止，省级开始受理。"))


@rule
def over_quota(project: Project, _actor: Actor) -> Refusal | None:
    """The prefecture has more projects put forward than places."""
    quota = quota_of(project.round, project.scope)
    places, candidates = (quota.places, quota.used + waiting_in_area(project)) if quota else (0, 0)
    if candidates > places:
        return None
    told = {"n": candidates, "places": places}
    return Refusal("within_quota", gettext("已推荐和待推荐共 %(n)s 个，没有超过 %(places)s 个名额。") % told)


@rule(asks=(OWN_ERROR,))
def quota_raised_or_own_error(project: Project, _actor: Actor, given: Given) -> Refusal | None:
    """Places were added after the project was left out, or the level that left it out made a mistake."""
    if ticked(given, "own_error") or _raised_since(project):
        return None
    return Refusal("final", gettext("名额没有增加；如系本级办理有误，请勾选并说明理由。"), at="own_error")


def _raised_since(project: Project) -> bool:
    quota, refused = quota_of(project.round, project.scope), steps_of(project).last()
    if quota is None or refused is None or quota.used >= quota.places:
        return False
    raised = steps_of(project.round).filter(move="raise_quota", at__gte=refused.at)
    return any(words(given_of(step), "organisation") == str(quota.organisation_id or "") for step in raised)


@rule
def before_eligibility(project: Project, _actor: Actor) -> Refusal | None:
    """Recommending is still going on, so that a corrected project can be recommended again."""
    if project.round.state in BEFORE_ELIGIBILITY:
        return None
    return Refusal("too_late", gettext("推荐已经截止，请受理后要求补正。"))


@rule
def before_eligibility_closed(project: Project, _actor: Actor) -> Refusal | None:
    """The eligibility check of the round is not over."""
    if project.round.state in (*BEFORE_ELIGIBILITY, RoundState.ELIGIBILITY):
        return None
    return Refusal("too_late", gettext("本轮资格审查已经结束。"))


@rule
def recommendation_closed(project: Project, _actor: Actor) -> Refusal | None:
    """Recommending is closed, so that all projects are received alike."""
    if project.round.state not in (*BEFORE_ELIGIBILITY, RoundState.PLANNING, RoundState.CANCELLED):
        return None
    return Refusal("still_open", gettext("推荐还没有截止。"))


@rule
def organisation_succeeded(project: Project, _actor: Actor) -> Refusal | None:
    """The organisation in whose area the project lies was merged into another one."""
    if successor_of(project):
        return None
    return Refusal("not_merged", gettext("项目所在地的红十字会没有撤并。"))


@rule
def every_level_done_or_overdue(round_: Round, _actor: Actor) -> Refusal | None:
    """No project waits any longer for a level, or a team, that still has time."""
    left = undecided(round_)
    told = {"n": len(left), "first": listed(project.number for project in left[:3])}
    return Refusal("undecided", gettext("还有 %(n)s 个项目在办理期限内：%(first)s。") % told) if told["n"] else None
