"""What two forms ask differently is told question by question: what came, went, moved, and every word and limit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from grants.desk.setup.differences import differences
from grants.desk.setup.form_differences import form_differences
from grants.desk.setup.questions import changed, form_in, moved, page_moved, page_put, put, removed, taken
from grants.programmes.profile import profile_text
from grants.programmes.profile.forms import shipped_form
from grants.programmes.profile.text import sections_in
from tests.cast import Cast
from tests.factories import a_planned_round
from tests.grants.desk.setting_up import press
from tests.grants.desk.visiting import Visitor

TEXT = profile_text("qingnuan")
NEED = {"name": "need", "zh": "要解决什么", "kind": "longtext", "least": 20, "most": 900, "help": "写清楚依据。"}
ROOM = {"name": "own_room", "zh": "场地是谁的", "kind": "choice", "choices": [{"code": "own", "zh": "自己的"}]}


def told(*changes: Callable[[list[dict[str, Any]]], str], text: str = TEXT) -> dict[str, tuple[str, str]]:
    """What is told of a form that was changed so, by what it is about."""
    after = text
    for change in changes:
        after = changed(after, change)[0]
    forms = (form_in(sections_in(one)["application_profile"]) for one in (text, after))
    return {one.label: (one.before, one.after) for one in form_differences(*forms)}


def test_a_form_that_is_the_same_says_nothing():
    assert form_differences(shipped_form("full"), shipped_form("full")) == []
    assert differences(TEXT, TEXT) == []


def test_a_question_that_came_is_told_with_everything_it_asks():
    found = told(put({**ROOM, "required": False}, "team"))
    assert found == {"场地是谁的": ("", "问题：场地是谁的\n怎样答：选一个\n必填：否\n选项：自己的")}


def test_a_question_that_went_is_told_with_everything_it_asked():
    ((before, after),) = told(removed("feature")).values()
    assert after == ""
    assert before.startswith("问题：红十字特色与创新")


def test_of_a_question_that_was_changed_only_what_is_otherwise_is_told():
    (before, after), *others = told(put(NEED, "need", "need")).values()
    assert "问题：要解决什么\n" in f"{after}\n"
    assert "多少：20 到 900" in after
    assert "怎样答" not in after
    assert "必填" not in before
    assert not others


def test_a_question_that_moved_is_told_with_both_places_and_no_other():
    found = told(moved("sustain", -1))
    assert len(found) == 1
    ((before, after),) = found.values()
    assert before != after
    assert before.startswith("在“")


def test_pages_that_came_or_moved_are_told():
    new = page_put({"code": "own-page", "zh": "场地", "section": "design", "fields": [ROOM]})
    assert told(new)["“场地”这一页"] == ("", "标题：场地")
    found = told(page_moved("team", -1))
    assert all("这一页" in label for label in found)
    assert (found["“团队、联系人和收款”这一页"][1][0], found["“团队、联系人和收款”这一页"][1][-1]) == ("第", "页")


def test_a_column_of_a_table_is_told_by_itself():
    def wider(screens: list[dict[str, Any]]) -> str:
        table = next(one for screen in screens for one in screen.get("fields", []) if one["name"] == "activities")
        place = next(column for column in table["columns"] if column["name"] == "place")
        place["most"] = 30
        table["columns"].append({"name": "weather", "zh": "下雨怎么办"})
        return ""

    found = told(wider)
    assert found["活动计划 · 地点"] == ("多少：最多 60", "多少：最多 30")
    assert found["活动计划 · 下雨怎么办"][1].startswith("问题：下雨怎么办")
    assert set(found) == {"活动计划 · 地点", "活动计划 · 下雨怎么办"}


@pytest.mark.parametrize(("old", "new"), [(TEXT, taken(TEXT, "full")), (taken(TEXT, "full"), TEXT)])
def test_between_the_short_form_and_the_full_one_every_question_is_told_once(old: str, new: str):
    forms = [form_in(sections_in(one)["application_profile"]) for one in (old, new)]
    labels = [one.label for one in form_differences(*forms) if not (one.before and one.after)]
    assert len(labels) == len(set(labels))
    assert "里程碑" in "".join(labels)


def test_the_page_of_versions_tells_it(cast: Cast):
    round_, officer = a_planned_round(cast), Visitor(cast.officer)
    press(officer, round_.pk, "remove:feature")
    press(officer, round_.pk, "down:hist_events")
    page = officer.open("round_versions", round_.pk, query="?version=2")
    assert "怎样答：一段文字" in page
    assert "红十字特色与创新" in page
