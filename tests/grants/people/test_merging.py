"""A county is merged into another: teams, roles and grass-roots organisations go along."""

from __future__ import annotations

import datetime as dt

import pytest

from grants.people.commands import create_team, merge_organisation
from grants.people.enums import Level
from grants.people.models import Organisation
from grants.people.queries import hats
from tests.cast import HANGZHOU, SHANGCHENG, SHAOXING, XIHU, Cast
from tests.factories import on
from workflow.lifecycle import Role
from workflow.ports import SYSTEM
from workflow.refusals import Refused

DAY = dt.date(2026, 3, 2)


def merge(cast: Cast, old: str = SHANGCHENG, into: str = XIHU) -> Organisation:
    return merge_organisation(cast.places[old], cast.places[into], DAY, actor=cast.sysadmin)


def test_the_old_organisation_stays_with_its_last_day_and_successor(cast: Cast):
    old = merge(cast)

    assert (old.valid_to, old.succeeded_by) == (dt.date(2026, 3, 1), cast.places[XIHU])


def test_teams_are_guided_by_the_successor(cast: Cast):
    merge(cast)
    cast.team.refresh_from_db()

    assert cast.team.guided_by == cast.places[XIHU]


def test_roles_at_the_old_organisation_are_held_at_the_new_one(cast: Cast):
    merge(cast)
    new = cast.places[XIHU]

    assert hats(cast.county_leader) == [(Role.COUNTY_LEADER, new.path, new.pk, None, None, None)]
    with on(2026, 3, 1):
        assert hats(cast.county_leader)[0].organisation == cast.places[SHANGCHENG].pk


def test_grassroots_organisations_hang_under_the_successor(cast: Cast):
    county = cast.places[SHANGCHENG]
    street = Organisation.objects.create(
        name="清波街道红十字会",
        short_name="清波街道",
        level=Level.GRASSROOTS,
        parent=county,
        path=f"{county.path}9999/",
        valid_from=dt.date(2023, 6, 30),
    )
    merge(cast)
    street.refresh_from_db()

    assert street.path == f"{cast.places[XIHU].path}{street.pk}/"


@pytest.mark.parametrize(
    ("old", "into", "code"),
    [(SHANGCHENG, SHANGCHENG, "merged"), (SHANGCHENG, HANGZHOU, "level"), (HANGZHOU, SHAOXING, "children")],
)
def test_what_cannot_be_merged_is_refused(cast: Cast, old: str, into: str, code: str):
    with pytest.raises(Refused) as refused:
        merge(cast, old, into)
    assert refused.value.codes == (code,)


def test_a_merged_organisation_guides_no_new_team(cast: Cast):
    old = merge(cast)
    with pytest.raises(Refused) as refused:
        create_team("迟到队", old, actor=SYSTEM, founded_on=dt.date(2020, 1, 1))
    assert refused.value.codes == ("guided_by",)
