"""The tree of Zhejiang: complete, with paths, and planted once however often it is seeded."""

from __future__ import annotations

from collections import Counter

import pytest

from grants.people.commands import seed_organisations
from grants.people.enums import Kind, Level
from grants.people.models import Organisation
from grants.people.queries import ancestor, province
from tests.cast import HANGZHOU, SHANGCHENG, Cast, a_person
from workflow.refusals import Refused


@pytest.mark.django_db
def test_the_whole_tree_has_102_red_crosses_and_the_direct_units():
    tree = seed_organisations()

    assert Counter(place.level for place in tree.values()) == {
        Level.PROVINCE: 1,
        Level.PREFECTURE: 11,
        Level.COUNTY: 90,
    }
    assert Organisation.objects.filter(level=Level.DIRECT, kind=Kind.UNIVERSITY).count() == 9
    assert Organisation.objects.filter(path="").count() == 0


@pytest.mark.django_db
def test_seeding_again_changes_nothing():
    first = seed_organisations()
    there = Organisation.objects.count()

    assert {code: place.pk for code, place in seed_organisations().items()} == {
        code: place.pk for code, place in first.items()
    }
    assert Organisation.objects.count() == there


def test_a_path_is_the_chain_of_ids_from_the_province_down(cast: Cast):
    county, city = cast.places[SHANGCHENG], cast.places[HANGZHOU]

    assert county.path == f"/{province().pk}/{city.pk}/{county.pk}/"
    assert county.name == "杭州市上城区红十字会"
    assert ancestor(county.path, Level.PREFECTURE) == city
    assert ancestor(province().path, Level.COUNTY) is None


def test_a_university_lies_directly_under_the_province(cast: Cast):
    assert Organisation.objects.get(name="浙江大学").parent == province()


def test_only_the_administrator_seeds(cast: Cast):
    with pytest.raises(Refused) as refused:
        seed_organisations(actor=a_person("路人甲", "passer-by"))
    assert refused.value.codes == ("not_yours",)
