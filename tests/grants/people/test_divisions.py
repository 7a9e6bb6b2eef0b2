"""The Red Cross tree stands on Zhejiang's real places."""

from __future__ import annotations

from collections import Counter

import pytest

from grants.people.divisions import division, divisions, institutions, redcross_name, redcross_short_name
from grants.people.enums import Kind, Level

ABOVE = {Level.COUNTY: Level.PREFECTURE, Level.PREFECTURE: Level.PROVINCE}


def test_there_are_one_province_eleven_prefectures_and_ninety_counties():
    assert Counter(place.level for place in divisions()) == {Level.PROVINCE: 1, Level.PREFECTURE: 11, Level.COUNTY: 90}


def test_counties_are_districts_cities_and_counties_as_counted_officially():
    kinds = Counter(place.category for place in divisions() if place.level == Level.COUNTY)

    assert kinds == {"市辖区": 37, "县级市": 20, "县": 32, "自治县": 1}


def test_every_place_hangs_under_one_of_the_level_above_that_came_before_it():
    seen: set[str] = set()
    for place in divisions():
        if place.level == Level.PROVINCE:
            assert place.parent_code == ""
        else:
            assert place.parent_code in seen
            assert division(place.parent_code).level == ABOVE[place.level]
        seen.add(place.code)


def test_a_code_begins_like_its_parents():
    for place in divisions():
        shared = 2 if place.level == Level.PREFECTURE else 4
        assert place.level == Level.PROVINCE or place.code[:shared] == place.parent_code[:shared]


def test_codes_and_red_cross_names_are_unique():
    assert len({place.code for place in divisions()}) == 102
    assert len({redcross_name(place) for place in divisions()}) == 102


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("330000", "浙江省红十字会"),
        ("330100", "杭州市红十字会"),
        ("330102", "杭州市上城区红十字会"),
        ("330122", "桐庐县红十字会"),
        ("330782", "义乌市红十字会"),
        ("331102", "丽水市莲都区红十字会"),
        ("331127", "景宁畲族自治县红十字会"),
    ],
)
def test_a_red_cross_bears_its_full_name(code: str, name: str):
    assert redcross_name(division(code)) == name


def test_the_short_name_leaves_the_city_out():
    assert redcross_short_name(division("330102")) == "上城区红十字会"


def test_an_unknown_code_has_no_place():
    with pytest.raises(KeyError):
        division("330103")  # 下城区, abolished in 2021


def test_institutions_lie_in_a_prefecture_and_are_named_once():
    prefectures = {place.code for place in divisions() if place.level == Level.PREFECTURE}

    assert {institution.prefecture_code for institution in institutions()} <= prefectures
    assert len({institution.name for institution in institutions()}) == len(institutions())


def test_there_are_universities_hospitals_and_direct_units():
    kinds = Counter(institution.kind for institution in institutions())

    assert min(kinds[kind] for kind in (Kind.UNIVERSITY, Kind.HOSPITAL, Kind.UNIT)) >= 2
