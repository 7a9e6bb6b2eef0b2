"""The table as people read it: in words, as a Mermaid diagram, as a drawing that says where one is."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree.ElementTree import Element, fromstring

import pytest
from django.db.models import TextChoices
from django.utils.translation import override

from tests.toy.models import BOX, TAG
from workflow.diagrams import columns_svg, mermaid, rules_table
from workflow.lifecycle import MACHINES, PAYMENT, PROJECT
from workflow.table import Machine

SVG = "{http://www.w3.org/2000/svg}"
WIDTH = 1280
every = pytest.mark.parametrize("machine", MACHINES.values(), ids=lambda machine: machine.name)
REAL = [machine for machine in MACHINES.values() if machine not in (BOX, TAG)]


def drawn(machine: Machine, here: str | None = None) -> Element:
    return fromstring(columns_svg(machine, here))


def boxes(picture: Element) -> list[Element]:
    return [box for box in picture.iter(f"{SVG}rect") if "lc-state" in box.attrib["class"].split()]


def words(picture: Element) -> str:
    return " ".join(text.text or "" for text in picture.iter(f"{SVG}text"))


@every
def test_mermaid_shows_every_state_and_every_way_between_them(machine: Machine) -> None:
    text = mermaid(machine)

    arrows = {tuple(pair) for pair in re.findall(r"^    (\w+) --> (\w+):", text, flags=re.MULTILINE)}
    assert arrows == {(str(source), str(target)) for source, target in machine.edges()}
    assert all(f'"{machine.states(state).label}" as {state}' in text for state in machine.states.values)
    assert re.findall(r"(\w+) --> \[\*\]", text) == list(map(str, machine.final))


def test_moves_between_the_same_two_states_share_an_arrow() -> None:
    assert "open --> packed: 装箱 / 无人登记规则\n" in mermaid(BOX)


@pytest.mark.parametrize("machine", REAL, ids=lambda machine: machine.name)
def test_a_course_leads_from_the_beginning_to_an_end_by_moves_of_the_table(machine: Machine) -> None:
    steps = set(zip(machine.course, machine.course[1:], strict=False))

    assert steps <= set(machine.edges())
    assert (machine.course[0], machine.course[-1] in machine.final) == (machine.initial, True)


@pytest.mark.parametrize("machine", REAL, ids=lambda machine: machine.name)
def test_a_drawing_shows_every_state_once_within_its_frame(machine: Machine) -> None:
    picture = drawn(machine)
    places = [tuple(int(box.attrib[side]) for side in ("x", "y", "width", "height")) for box in boxes(picture)]
    _left, _top, width, height = map(int, picture.attrib["viewBox"].split())

    assert len(places) == len({place[:2] for place in places}) == len(machine.states)
    assert all(x >= 0 and x + wide <= width and y + high <= height for x, y, wide, high in places)
    assert width <= WIDTH + 20
    for state in machine.states.values:
        assert str(machine.states(state).label).partition("（")[0] in words(picture)


def test_a_project_is_drawn_in_six_columns_in_the_order_of_its_stages() -> None:
    picture = drawn(PROJECT)
    columns = sorted({int(box.attrib["x"]) for box in boxes(picture)})

    assert len(columns) == 6
    assert re.findall(r"\d (\w+)", words(picture)) == ["立项", "评审", "发布", "实施", "结题", "决算"]


@every
def test_ends_are_rounded_off(machine: Machine) -> None:
    picture = drawn(replace(machine, course=machine.course or tuple(machine.states.values)))

    assert sum(box.attrib["rx"] == "23" for box in boxes(picture)) == len(machine.final)


def test_without_a_place_nobody_is_told_where_they_are() -> None:
    assert "你在这里" not in words(drawn(PROJECT))
    assert drawn(PROJECT).findtext(f"{SVG}title") == "项目的全部状态和走向"


def test_where_one_is_stands_out_with_what_may_come_next() -> None:
    picture = drawn(PROJECT, "closeout_submitted")

    kinds = [box.attrib["class"] for box in boxes(picture)]
    assert (kinds.count("lc-state lc-here"), words(picture).count("你在这里")) == (1, 1)
    assert sum(box.attrib["stroke-width"] == "3" for box in boxes(picture)) == 4
    assert picture.findtext(f"{SVG}title") == (
        "项目现在是“结题已提交（待验收）”，接下来可能是：暂停（停拨）、验收通过（待决算）、结题退回整改、已终止（待清算）"
    )


def test_at_an_end_nothing_comes_next() -> None:
    assert (drawn(PAYMENT, "voided").findtext(f"{SVG}title") or "").endswith("接下来可能是：没有")


@pytest.mark.parametrize("machine", REAL, ids=lambda machine: machine.name)
def test_every_place_is_told_in_english_too(machine: Machine) -> None:
    with override("en"):
        for state in machine.states.values:
            title = drawn(machine, state).findtext(f"{SVG}title") or ""
            assert f'is now "{machine.states(state).label}". What may come next:' in title


@every
@pytest.mark.parametrize("placed", [False, True])
def test_a_drawing_passes_a_strict_content_policy(machine: Machine, placed: bool) -> None:
    machine = replace(machine, course=machine.course or tuple(machine.states.values))
    picture = drawn(machine, machine.initial if placed else None)

    assert picture.attrib["role"] == "img"
    assert {part.tag.removeprefix(SVG) for part in picture.iter()} <= {"svg", "title", "marker", "path", "rect", "text"}
    assert not [name for part in picture.iter() for name in part.attrib if name == "style" or name.startswith("on")]
    ids = [part.attrib["id"] for part in picture.iter() if "id" in part.attrib]
    assert len(ids) == len(set(ids)) == 3


class Long(TextChoices):
    TIED = "tied", "a rather long name of a state"
    CUT = "cut", "cut"


def test_long_words_are_set_in_letters_that_fit() -> None:
    long = replace(TAG, label="A & B", course=("tied", "cut"), states=Long)

    size = next(text for text in drawn(long).iter(f"{SVG}text")).attrib["font-size"]
    assert 9 <= int(size) < 15


def test_the_words_name_every_move_with_who_and_by_which_rules() -> None:
    text = rules_table(BOX)

    assert "| 装箱 `pack` | 打开 | 装好 | 项目负责人 |  |  | `box_has_weight` |" in text
    assert "| 封箱 `seal` | 装好 | 封好 | 省级项目管理员 | 省级职能处室负责人 |  |  |" in text
    paper = "；或凭签字件：县级红十字会经办录入，市级红十字会经办中的另一人核对"
    assert f"| 寄出 `ship` | 封好 | 寄出 | 县级红十字会负责人{paper} |" in text
    assert "| 继续 `go_on` | 暂停 | 原来的状态 |" in text
    assert "| 看一看 `look` | 打开、装好、封好 | 不变 |" in text
    assert "| 过期 `lapse` | 打开、装好 | 过期 | 系统自动 |  | `box_due` | `box_not_thirteen` |" in text
    assert "| 做箱子 `begin` |  | 打开 | 项目负责人 |" in text


def test_the_words_say_what_each_rule_is_for_and_which_nobody_wrote() -> None:
    text = rules_table(BOX)

    assert "| `box_has_weight` | A box must weigh something. | 装箱 |" in text
    assert "| `box_rule_nobody_wrote` | 还没有登记 | 无人登记规则 |" in text
    assert rules_table(TAG).count("\n| ---") == 1
