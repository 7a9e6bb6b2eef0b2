"""The activity log: typed on a phone in one screen, corrected by a further entry, counted against what was promised."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from grants.implementation.models import Activity
from grants.implementation.queries import log_sums, unaccounted_activities
from storage.commands import keep
from storage.queries import attachments_of
from tests.grants.desk.visiting import Visitor, text
from tests.grants.running import World
from workflow import clock
from workflow.actions import Refused
from workflow.lifecycle import ProjectState as S

TYPED = {
    "name": "社区救护课 1",
    "held_on": "2026-08-20",
    "place": "清波街道社区礼堂",
    "volunteers": "8",
    "hours": "2.5",
    "served": "40",
    "text": "居民学会了海姆立克急救法。",
}


def photo(name: str = "现场.jpg", shade: int = 90) -> SimpleUploadedFile:
    """A small picture, as a phone sends it."""
    held = BytesIO()
    Image.new("RGB", (64, 48), (shade, 120, 150)).save(held, "JPEG")
    return SimpleUploadedFile(name, held.getvalue(), "image/jpeg")


@pytest.fixture
def team(world: World) -> Visitor:
    world.is_in(S.IN_PROGRESS)
    return Visitor(world.team_leader)


def logged(team: Visitor, world: World, query: str = "", **changed: Any) -> Activity:
    team.send("activities", world.project.pk, query=query, **(TYPED | changed))
    return Activity.objects.filter(project=world.project).latest("number")


def test_one_screen_of_eight_inputs_keeps_an_activity_with_its_photos(world: World, team: Visitor):
    page = team.open("activities", world.project.pk)
    form = page[page.index('class="logform"') : page.index("</form>", page.index('class="logform"'))]
    assert form.count("form-control") == 8

    entry = logged(team, world, photos=[photo(), photo("合影.jpg", 200)])

    assert (entry.minutes_each, entry.volunteers, entry.served, entry.text) == (
        150,
        8,
        40,
        "居民学会了海姆立克急救法。",
    )
    assert {one.name for one in entry.photos.all()} == {"现场.jpg", "合影.jpg"}
    assert {one.document.name for one in attachments_of(world.project)} >= {"现场.jpg", "合影.jpg"}
    assert "合影.jpg" in team.open("activities", world.project.pk)


def test_what_was_typed_last_time_is_offered_again_on_todays_day(world: World, team: Visitor):
    logged(team, world)

    page = team.open("activities", world.project.pk)

    assert 'value="清波街道社区礼堂"' in page
    assert 'value="2.5"' in page
    assert 'value="2026-09-01"' in page


def test_a_mistake_is_corrected_by_a_further_entry_and_counts_once(world: World, team: Visitor):
    logged(team, world)

    entry = logged(team, world, query="?corrects=1", volunteers="10")

    assert (entry.number, entry.corrects.number) == (2, 1)  # type: ignore[union-attr]
    assert Activity.objects.filter(project=world.project).count() == 2
    sums = log_sums(world.project)
    assert (sums.held, sums.volunteers, sums.minutes, sums.served) == (1, 10, 1500, 40)
    assert "已由第2条更正" in team.open("activities", world.project.pk)


def test_an_entry_is_corrected_only_once(world: World, team: Visitor):
    logged(team, world)
    logged(team, world, query="?corrects=1", volunteers="10")

    given = {"name": "课", "held_on": "2026-08-20", "place": "礼堂", "volunteers": 1, "minutes_each": 60, "served": 1}
    with pytest.raises(Refused) as refused:
        world.does(world.team_leader, "log_activity", **given, corrects="1")
    assert refused.value.codes == ("activity_corrected",)


def test_photos_that_came_ahead_of_the_form_are_taken_beside_one_that_comes_with_it(world: World, team: Visitor):
    ahead = [keep(photo(f"{n}.jpg", n), actor=world.team_leader, now=clock.now()) for n in (1, 2, 3)]
    sent: dict[str, Any] = {"photos-kept": [str(one.pk) for one in ahead], "photos": [photo()]}
    entry = logged(team, world, **sent)
    assert {one.name for one in entry.photos.all()} == {"现场.jpg", "1.jpg", "2.jpg"}


def test_what_cannot_be_read_is_said_at_its_field_with_everything_typed(world: World, team: Visitor):
    sent = TYPED | {"hours": "两小时", "volunteers": ""}

    page = text(team.send("activities", world.project.pk, status=422, **sent, photos=[photo()]))

    assert 'href="#f-hours"' in page
    assert 'value="清波街道社区礼堂"' in page
    assert "已上传：现场.jpg" in page
    assert not Activity.objects.filter(project=world.project).exists()


def test_a_day_that_has_not_come_is_refused_where_it_was_typed(world: World, team: Visitor):
    page = text(team.send("activities", world.project.pk, status=422, **(TYPED | {"held_on": "2026-09-09"})))

    assert 'href="#f-held_on"' in page


def test_a_double_click_keeps_it_once(world: World, team: Visitor):
    seen = team.hidden("activities", world.project.pk)
    for _time in range(2):
        team.post("activities", world.project.pk, **(seen | TYPED))

    assert Activity.objects.filter(project=world.project).count() == 1


def test_the_log_stands_against_what_was_promised(world: World, team: Visitor):
    before = len(unaccounted_activities(world.project))
    for day in (20, 21, 22, 23):
        logged(team, world, held_on=f"2026-08-{day}")

    page = team.open("activities", world.project.pk)
    assert '<span class="num">4 / 12</span>' in page
    assert 'width="33%"' in page
    assert '<span class="num">80 / 288</span>' in page
    assert len(unaccounted_activities(world.project)) == before - 1


def test_others_read_the_log_and_only_the_team_writes(world: World, team: Visitor):
    logged(team, world)
    officer = Visitor(world.officer)
    assert "logform" not in officer.open("activities", world.project.pk)
    officer.post("activities", world.project.pk, status=404, **TYPED)
    assert Visitor(world.stranger).client.get(reverse("activities", args=[world.project.pk])).status_code == 404


def test_a_check_begins_with_what_the_log_says_and_ends_beside_it(world: World, team: Visitor):
    logged(team, world)
    world.does(world.city_officer, "call_check", due_on="2026-09-15")
    check = world.project.checks.get()
    page = team.open("check_page", check.pk)
    assert "已开展活动1次，志愿者8人次，服务20小时，服务对象40人次。" in page
    assert 'name="activities_done" value="1"' in page

    sent: dict[str, Any] = {"deed": "file", "progress": "按计划推进。", "activities_done": "1", "spent_fen": "0"}
    team.post("check_page", check.pk, **sent, outlook="再办三场。", midterm_report=photo())

    checker = Visitor(world.city_officer)
    page = checker.open("check_page", check.pk)
    assert "再办三场。" in page
    assert "现场.jpg" in page
    checker.post("check_page", check.pk, deed="pass_check", opinion="记录齐全，进度正常。")
    check.refresh_from_db()
    assert check.state == "passed"


def test_the_checker_asks_for_something_to_be_put_right_on_the_same_page(world: World, team: Visitor):
    world.does(world.city_officer, "call_check", due_on="2026-09-15")
    check = world.project.checks.get()
    sent: dict[str, Any] = {"deed": "file", "progress": "按计划推进。", "activities_done": "0", "spent_fen": "0"}
    team.post("check_page", check.pk, **sent)

    checker = Visitor(world.city_officer)
    checker.post("check_page", check.pk, status=422, deed="rectify", items="补签到表")
    checker.post("check_page", check.pk, deed="rectify", items="补签到表", due_on="2026-09-20")
    check.refresh_from_db()
    assert check.state == "rectifying"
