"""Teams that are in the register twice: which pairs look alike and why, and what keeps two from becoming one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from grants.kernel.identifiers import squeezed
from grants.people.models import Team
from grants.people.queries import TEAM_ROLES, grants_in_force, teams_visible_to
from grants.people.registering import against_reason, may_register_team
from workflow.lifecycle import PROJECT_FINAL, ProjectState, Role
from workflow.refusals import Refusal

SAID_ANYWAY = re.compile(r"(志愿者?(服务|协会)?[队团社会]?|服务队|救援队|红十字会?|[队团社会])$")
"""What a team's name ends with whether or not it is another team."""
NOT_A_LETTER = re.compile(r"\W|_")
ENDED = (*PROJECT_FINAL, ProjectState.CLOSED)
MOST = 200
"""The reason, in characters: the line of the register names both teams beside it."""
NAMED, NUMBERED, LED = "name", "number", "leader"


@dataclass(frozen=True)
class Pair:
    """Two teams that may be one: the one entered first, the other, and what they have in common."""

    first: Team
    second: Team
    alike: tuple[str, ...]


def family(team: int) -> QuerySet[Team]:
    """The team and those that turned out to be the same, for whatever is asked of its past."""
    return Team.objects.filter(Q(pk=team) | Q(same_as=team))


def pairs(actor: Any) -> list[Pair]:
    """Every two teams under one Red Cross of the person's area that look alike, those with most in common first.

    Alike are names but for signs and what every team is called, numbers on the volunteers' platform, and leaders. Two
    queries, whatever their number.
    """
    teams = list(teams_visible_to(actor).filter(same_as__isnull=True))
    led = grants_in_force().filter(role=Role.TEAM_LEADER, team__in=teams)
    leaders: dict[int, set[int]] = defaultdict(set)
    for team, person in led.values_list("team", "person"):
        leaders[team].add(person)
    found: dict[tuple[int, int], list[str]] = defaultdict(list)
    for kind, key, group in _groups(teams, leaders):
        if key:
            for one, other in combinations(group, 2):
                if one.guided_by_id == other.guided_by_id and kind not in found[one.pk, other.pk]:
                    found[one.pk, other.pk].append(kind)
    known = {team.pk: team for team in teams}
    made = [Pair(known[one], known[other], tuple(alike)) for (one, other), alike in found.items() if alike]
    return sorted(made, key=lambda pair: (-len(pair.alike), pair.first.guided_by.path, pair.first.pk))


def _groups(teams: Iterable[Team], leaders: dict[int, set[int]]) -> Iterator[tuple[str, Any, list[Team]]]:
    by: dict[tuple[str, Any], list[Team]] = defaultdict(list)
    for team in teams:
        by[NAMED, bare(team.name)].append(team)
        by[NUMBERED, squeezed(team.platform_no)].append(team)
        for person in leaders[team.pk]:
            by[LED, person].append(team)
    yield from ((kind, key, group) for (kind, key), group in by.items())


def bare(name: str) -> str:
    """A team's name without signs and without what every team is called; a name that is nothing else stays whole."""
    told = NOT_A_LETTER.sub("", squeezed(name))
    short = SAID_ANYWAY.sub("", told)
    return short or told


def against_merging(old: Team, into: Team, reason: str, actor: Any) -> Iterator[Refusal]:
    """Every reason why `old` cannot be struck as the same as `into`."""
    for team in (old, into):
        if refusal := may_register_team(actor, team.guided_by):
            yield refusal
            break
    if old.pk == into.pk or old.guided_by_id != into.guided_by_id or old.same_as_id or into.same_as_id:
        yield Refusal("pair", gettext("只能合并同一个红十字会指导的两支团队，而且都没有合并过。"))
    if refusal := against_reason(reason, MOST):
        yield refusal
    yield from _unsettled(old, into)


def _unsettled(old: Team, into: Team) -> Iterator[Refusal]:
    running = old.projects.exclude(state__in=ENDED).order_by("pk").first()
    if running:
        facts = {"team": old.name, "number": running.number, "into": into.name}
        message = gettext("“%(team)s”名下的项目 %(number)s 还没有办完。请等办完，或者反过来，把“%(into)s”并入它。")
        yield Refusal("running", message % facts)
    if old.uscc and old.uscc != into.uscc:
        facts = {"team": old.name, "into": into.name}
        message = gettext("“%(team)s”有统一社会信用代码，“%(into)s”没有或不同。请反过来合并，或者先更正资料。")
        yield Refusal("code", message % facts)
    if old.handovers.filter(answer="").exists() or into.handovers.filter(answer="").exists():
        yield Refusal("handover", gettext("有一支团队正在移交，等移交有了结果再合并。"))


def carried(old: Team) -> list[Any]:
    """The roles in the team that go on: they are held in the other one afterwards."""
    return list(grants_in_force().filter(team=old.pk, role__in=[*TEAM_ROLES, Role.PAYEE_OFFICER]).order_by("pk"))
