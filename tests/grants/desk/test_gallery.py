"""The gallery shows every component by its own template, to whoever looks, without asking the database."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from grants.desk.demo import plans, roster
from grants.desk.gallery import world
from grants.desk.gallery.shelves import SHELVES

COMPONENTS = Path(__file__).parents[3] / "templates" / "components"
TAGS = {"state": "{% state", "qr": "{% qr", "reason": "{% reason"}
RUN = re.compile(r"[\u4e00-\u9fff]+")
NOT_SAID = re.compile(r"<(script|style|code)\b.*?</\1>|<\w+[^>]* lang=.zh-Hans.*?</(small|article)>|<[^>]+>", re.DOTALL)
WRITTEN_ALWAYS = "中文 三千元 明天 "  # the way back, and what somebody typed wrong


@pytest.fixture
def visitor(db: None, settings: Any) -> Client:
    settings.DEMO = True
    return Client()


def test_every_component_is_on_it_with_the_line_to_use(visitor: Client):
    page = unescape(visitor.get("/_components/").content.decode())
    names = [path.stem for path in COMPONENTS.glob("*.html")]
    shown = [name for name in names if f"components/{name}.html" in page or TAGS.get(name, "\0") in page]
    assert sorted(shown) == sorted(names)


def test_every_component_is_drawn_by_its_own_template(visitor: Client):
    drawn = {template.name for template in visitor.get("/_components/").templates}
    assert {f"components/{path.name}" for path in COMPONENTS.glob("*.html")} <= drawn


def test_no_example_is_empty_but_the_one_without_a_look(visitor: Client):
    page = visitor.get("/_components/").content.decode()
    drawn = re.findall(r'<div class="sample"><h3>([^<]+)</h3>.*?<div class="drawn">(.*?)</div></div>', page, re.DOTALL)
    examples = [one.name for shelf in SHELVES for one in shelf.examples]
    assert [name for name, _html in drawn] == examples
    assert [name for name, html in drawn if not re.sub("<[^>]+>", "", html).strip()] == ["passkeys"]


def test_it_asks_the_database_nothing(visitor: Client, django_assert_num_queries: Any):
    visitor.get("/_components/")
    with django_assert_num_queries(0):
        assert visitor.get("/_components/").status_code == 200


def test_in_english_it_is_english(visitor: Client):
    known = "".join(Path(str(module.__file__)).read_text(encoding="utf-8") for module in (plans, roster, world))
    page = visitor.get("/_components/", headers={"accept-language": "en"}).content.decode()
    words = unescape(NOT_SAID.sub(" ", page))
    assert [run for run in RUN.findall(words) if run not in known + WRITTEN_ALWAYS] == []


def test_what_is_pressed_on_it_leads_back_to_it(visitor: Client):
    assert visitor.post("/_components/", {"deed": "county_recommend"}).status_code == 200


def test_outside_a_demonstration_there_is_no_gallery(db: None):
    assert Client().get("/_components/").status_code == 404
