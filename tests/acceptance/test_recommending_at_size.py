"""Three hundred applications in eleven prefectures: ranks, ties, returns, places, and the lists while all wait."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from grants.applications.enums import RecommendLevel
from grants.applications.form_kept import definition_under
from grants.applications.models import Project, Recommendation
from grants.desk.queries.recommending import tables_of
from grants.desk.rehearsal.story import rehearse
from grants.desk.rehearsal.world import World
from grants.people.enums import Level
from grants.people.models import Organisation, User
from grants.people.queries import grants_held
from grants.programmes.models import Quota, Round
from grants.programmes.profile import profile_text
from tests.grants.desk.budgets import BUDGETS, KINDS
from tests.grants.desk.visiting import Visitor, asked
from tests.snapshots import rolled_back
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role
from workflow.models import Step
from workflow.trail import given_of, steps_of

pytestmark = pytest.mark.slow
PROJECTS = 300
WAITS_FOR = {"submitted": Role.COUNTY_OFFICER, "at_cities": Role.CITY_OFFICER}
"""At which scene whose lists are full."""


class Enough(Exception):
    """The last recommendation has been given."""


@dataclass
class Seen:
    """What the lists cost while everything waited, by level and how many waited; the world afterwards."""

    queries: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    world: Any = None


@pytest.fixture(scope="module")
def seen(django_db_setup: None, django_db_blocker: Any) -> Iterator[Seen]:
    """The story of three hundred, up to the last recommendation."""
    found = Seen()

    def watch(scene: str, world: World) -> None:
        if scene in WAITS_FOR:
            with world.play.moment():
                open_lists(world, found, WAITS_FOR[scene])
        else:
            found.world = world
            raise Enough

    with django_db_blocker.unblock(), rolled_back():
        with pytest.raises(Enough):
            rehearse(PROJECTS, 1, profile_text("qingnuan"), watch=watch)
        yield found


def open_lists(world: World, found: Seen, wanted: str) -> None:
    """Everybody whose turn it is opens their list, twice: the second time nothing is new to the process."""
    for (role, _place), person in world.cast.at.items():
        if role == wanted:
            (table,) = tables_of(world.round, grants_held(person))
            found.queries[role][len(table.waiting)] = cost(person, world.round)


def cost(person: User, round_: Round) -> int:
    """How many questions the list of this person asks the database."""
    visitor = Visitor(person)
    visitor.open("recommending", round_.pk)
    with asked() as queries:
        visitor.open("recommending", round_.pk)
    return len(queries)


def steps(move: str) -> list[Step]:
    return list(Step.objects.filter(machine="project", move=move).order_by("pk"))


def test_three_hundred_apply_in_eleven_prefectures(seen: Seen, db: None):
    paths = Project.objects.filter(round=seen.world.round).values_list("scope", flat=True)
    cities = Organisation.objects.filter(level=Level.PREFECTURE)
    assert len(paths) == PROJECTS
    assert all(any(path.startswith(city.path) for path in paths) for city in cities)
    assert cities.count() == 11


def test_the_lists_ask_the_same_however_much_waits(seen: Seen, db: None):
    assert set(seen.queries) == set(WAITS_FOR.values())
    for role, counted in seen.queries.items():
        some = {waiting: count for waiting, count in counted.items() if waiting}  # an empty list asks less
        assert max(some) > 1
        assert len(set(some.values())) == 1, (role, some)
        assert max(counted.values()) <= BUDGETS[KINDS["recommending"]]


def test_everybody_has_a_word_and_the_story_leaves_nobody_waiting(seen: Seen, db: None):
    states = Counter(Project.objects.filter(round=seen.world.round).values_list("state", flat=True))
    assert set(states) == {S.CITY_RECOMMENDED, S.NOT_RECOMMENDED, S.WITHDRAWN}
    assert states[S.CITY_RECOMMENDED] > 90


def test_no_rank_is_given_twice_and_no_prefecture_passes_its_places(seen: Seen, db: None):
    standing = Recommendation.objects.filter(round=seen.world.round, withdrawn_at__isnull=True)
    ranks = Counter(standing.filter(rank__isnull=False).values_list("organisation", "level", "rank"))
    assert ranks
    assert max(ranks.values()) == 1
    forwarded = Counter(standing.filter(level=RecommendLevel.CITY).values_list("organisation", flat=True))
    for quota in Quota.objects.filter(round=seen.world.round, organisation__isnull=False):
        assert forwarded[quota.organisation_id or 0] == quota.used <= quota.places
    assert seen.world.notices["tied"]


def test_a_city_ranks_anew_whatever_its_counties_said(seen: Seen, db: None):
    standing = Recommendation.objects.filter(round=seen.world.round, withdrawn_at__isnull=True)
    by_project: dict[int, dict[str, int | None]] = defaultdict(dict)
    for row in standing:
        by_project[row.project_id][row.level] = row.rank
    assert any(said["county"] != said["city"] for said in by_project.values() if set(said) >= {"county", "city"})
    assert steps("city_take_back")


def test_a_place_that_was_added_takes_up_again_who_was_left_out(seen: Seen, db: None):
    (raised,) = steps_of(seen.world.round).filter(move="raise_quota")
    reopened = [step for step in steps("reopen_recommendation") if not given_of(step).get("own_error")]
    taken_up = Project.objects.get(pk=reopened[0].object_id)
    assert taken_up.state == S.CITY_RECOMMENDED
    assert steps_of(taken_up).filter(move="city_decline", at__lte=raised.at).exists()
    quota = Quota.objects.get(round=seen.world.round, organisation=given_of(raised)["organisation"])
    assert quota.used == quota.places


def test_a_return_changes_the_marked_sections_and_no_other(seen: Seen, db: None):
    told = 0
    for back in [*steps("city_return"), *steps("province_return")]:
        project = Project.objects.get(pk=back.object_id)
        old, new = project.submissions.order_by("number")[:2]
        sections = {one.name: one.section for one in definition_under(new).inputs}
        before, after = json.loads(old.answers), json.loads(new.answers)
        changed = {sections[name] for name in after if after[name] != before[name]}
        assert changed
        assert changed <= set(given_of(back)["sections"])
        told += 1
    assert told >= 2
    assert steps("county_return")
