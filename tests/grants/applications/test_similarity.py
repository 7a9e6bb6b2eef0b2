"""查重: near-copies are found among thousands, passages stand side by side, and nobody is refused for it."""

from __future__ import annotations

import json
import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from grants.applications.similarity import alike, placed, plain

SIGNS = [chr(at) for at in range(0x4E00, 0x4E00 + 3000)]
NEED = (
    "本社区六十岁以上老人占三成，去年走访发现独居老人八十七户，多数不会使用急救设备，发生意外时往往等不到救护车。"
    "我们打算把救护课开到楼道里，手把手教会每一户的老人和邻居，让第一现场有人会救、敢救。"
)


def answers(**changed: Any) -> dict[str, Any]:
    found = {"title": "楼道里的救护课", "need": NEED, "feature": "三救三献进楼道。", "activities": [{"name": "救护课"}]}
    return found | changed


def written(**changed: Any) -> str:
    return json.dumps(answers(**changed), ensure_ascii=False)


def chance(seed: int, length: int = 600) -> str:
    return "".join(random.Random(seed).choices(SIGNS, k=length))


def strangers(n: int) -> list[tuple[int, str]]:
    return [(at, written(title=chance(at, 12), need=chance(at), feature="", activities=[])) for at in range(n)]


def test_the_same_words_under_other_punctuation_are_the_same():
    other = NEED.replace("，", ", ").replace("。", "\n")
    (found,) = alike(answers(), [(1, written(title="别的名字", need=other, feature="", activities=[]))])
    assert found.share_pct >= 80
    assert found.passages[0].length > 60
    assert found.passages[0].mine != found.passages[0].theirs
    assert plain(found.passages[0].mine) == plain(found.passages[0].theirs)


def test_strangers_are_not_named():
    assert alike(answers(), strangers(50)) == []


def test_five_near_copies_are_found_among_two_thousand():
    others = dict(strangers(2_000))
    halves = NEED.split("。")
    planted = {
        100: written(title="甲", feature="", activities=[]),
        500: written(title="乙", need=chance(1, 300) + NEED[20:90] + chance(2, 300)),
        900: written(title="丙", need="。".join(reversed(halves))),
        1300: written(title="丁", need=NEED.replace("老人", "长者")),
        1700: written(title="楼道里的救护课堂", need=chance(3), feature=""),
    }
    found = alike(answers(), (others | planted).items())
    assert {one.project for one in found} == set(planted)


def test_titles_that_are_nearly_the_same_are_told():
    (found,) = alike(answers(), [(1, written(title="楼道里的救护课（二期）", need=chance(5), feature=""))])
    assert (found.title, found.passages) == (True, ())


def test_a_phrase_that_everybody_writes_names_nobody():
    common = "本项目由红十字志愿服务队实施"
    mine = answers(need=common + chance(1), feature="", activities=[])
    assert alike(mine, [(1, written(title="别的", need=common + chance(2), feature="", activities=[]))]) == []


def test_an_application_without_words_is_like_none():
    assert alike({}, [(1, "{}"), (2, written())]) == []


@given(st.text(max_size=80))
def test_every_sign_that_is_compared_stands_somewhere(text: str):
    found = placed(text)
    assert len(found.plain) == len(found.places)
    assert found.plain == plain(text)
    if found.plain:
        assert plain(found.passage(0, len(found.plain))) == found.plain


@given(st.text(SIGNS[:40], min_size=30, max_size=120), st.integers(0, 18))
def test_whoever_copies_everything_shares_everything(text: str, cut: int):
    mine = {"title": "", "need": text}
    found = alike(mine, [(1, json.dumps({"need": text[cut:]}))])
    assert found
    assert found[0].share_pct >= 100 * (len(text) - cut) // len(text) - 1
