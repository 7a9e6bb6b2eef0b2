"""The townships of a county come from the shipped list, once, and no name that an officer changed comes back."""

from __future__ import annotations

import re

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from grants.people.commands.register import dissolve_organisation, register_organisation, rename_organisation
from grants.people.commands.townships import add_townships
from grants.people.divisions import divisions, townships, townships_of
from grants.people.enums import Imported, Level
from grants.people.models import Organisation, RegisterImport
from grants.people.queries import names_under
from grants.people.seeding import lacking_townships
from tests.cast import HANGZHOU, SHANGCHENG, SHAOXING, XIHU, YUECHENG, Cast
from tests.grants.desk.visiting import Visitor
from workflow import clock
from workflow.refusals import Refused

FULL = "杭州市上城区清波街道红十字会"


def names(cast: Cast, county: str = SHANGCHENG) -> set[str]:
    return set(cast.places[county].children.filter(valid_to__isnull=True).values_list("name", flat=True))


def test_there_are_1387_townships_each_of_a_county():
    counties = {place.code for place in divisions() if place.level == Level.COUNTY}
    assert len(townships()) == 1387
    assert sum(place.zone for place in townships()) == 23
    assert {place.county_code for place in townships()} <= counties
    assert len({(place.county_code, place.name) for place in townships()}) == 1387
    assert all(re.fullmatch(f"{place.county_code}[0-9]{{3}}", place.code) for place in townships())


def test_a_county_has_its_townships_once_each_with_path_and_line(cast: Cast):
    county = cast.places[SHANGCHENG]
    made = add_townships(county, actor=cast.county_officer)
    assert made
    assert (made.what, made.by, made.entered) == (
        Imported.TOWNSHIPS,
        cast.county_officer,
        len(townships_of(SHANGCHENG)),
    )
    place = Organisation.objects.get(name=FULL)
    assert (place.short_name, place.level, place.path) == (
        "清波街道红十字会",
        Level.GRASSROOTS,
        f"{county.path}{place.pk}/",
    )
    assert (place.lines.get().by, place.lines.get().at) == (cast.county_officer, clock.now())
    before = names(cast)
    assert add_townships(county, actor=cast.county_officer) is None
    assert names(cast) == before
    assert RegisterImport.objects.count() == 1


def test_what_was_renamed_dissolved_or_there_before_does_not_come_again(cast: Cast):
    county = cast.places[SHANGCHENG]
    own = register_organisation("清波街道红十字会", "", Level.GRASSROOTS, county, actor=cast.officer)
    add_townships(county, actor=cast.county_officer)
    assert FULL not in names(cast)
    renamed, gone = county.children.exclude(pk=own.pk).order_by("pk")[:2]
    rename_organisation(renamed, "新街道红十字会", short_name="新街道", actor=cast.officer, reason="街道合并。")
    dissolve_organisation(gone, clock.today(), actor=cast.officer, reason="街道撤销。")
    assert lacking_townships(county, names_under(county)) == []
    assert add_townships(county, actor=cast.county_officer) is None


def test_zones_come_only_where_they_are_wanted(cast: Cast):
    hangzhou = Organisation.objects.get(division=HANGZHOU)
    xiaoshan = Organisation.objects.filter(division="330109").first() or Organisation.objects.create(
        name="杭州市萧山区红十字会",
        short_name="萧山区红十字会",
        level=Level.COUNTY,
        parent=hangzhou,
        division="330109",
        valid_from=clock.today(),
    )
    add_townships(xiaoshan, actor=cast.sysadmin)
    assert "杭州市萧山区红山农场红十字会" not in set(xiaoshan.children.values_list("name", flat=True))
    made = add_townships(xiaoshan, actor=cast.sysadmin, zones=True)
    assert made
    assert made.entered == 5


@pytest.mark.parametrize(
    ("role", "place", "may"),
    [
        ("county_officer", SHANGCHENG, True),
        ("city_officer", XIHU, True),
        ("officer", YUECHENG, True),
        ("sysadmin", YUECHENG, True),
        ("county_officer", XIHU, False),
        ("city_officer", YUECHENG, False),
        ("team_leader", SHANGCHENG, False),
        ("auditor", SHANGCHENG, False),
        ("sysadmin", SHAOXING, False),  # no county
    ],
)
def test_who_adds_them(cast: Cast, role: str, place: str, may: bool):
    actor, county = getattr(cast, role), cast.places[place]
    visitor = Visitor(actor)
    offered = reverse("add_townships", args=[county.pk]) in visitor.open("organisation", county.pk)
    assert offered == may
    visitor.open("add_townships", county.pk, status=200 if may else 404)
    if not may:
        with pytest.raises(Refused):
            add_townships(county, actor=actor)


def test_one_press_adds_them(cast: Cast):
    county = cast.places[SHANGCHENG]
    visitor = Visitor(cast.county_officer)
    page = visitor.open("add_townships", county.pk)
    assert "清波街道" in page
    visitor.send("add_townships", county.pk)
    assert f"已加入{len(townships_of(SHANGCHENG))}个乡镇、街道。" in visitor.open("organisation", county.pk)
    assert "都已经在这里了" in visitor.open("add_townships", county.pk)


def test_the_server_adds_those_of_every_county(cast: Cast, capsys: pytest.CaptureFixture[str]):
    call_command("townships")
    expected = sum(len(townships_of(county)) for county in (SHANGCHENG, XIHU, YUECHENG))
    assert Organisation.objects.filter(level=Level.GRASSROOTS).count() == expected
    call_command("townships", county=[SHANGCHENG])
    assert "加入了0个" in capsys.readouterr().out
    with pytest.raises(CommandError, match="999999"):
        call_command("townships", county=["999999"])
