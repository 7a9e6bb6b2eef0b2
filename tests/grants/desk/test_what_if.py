"""What if: floors displace by name and price, a paper is saved once and stays, and nothing is decided by it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from grants.applications.models import Project
from grants.awards.commands import record_meeting
from grants.awards.models import DecisionPaper, Meeting
from grants.desk.queries.what_if import Wishes
from grants.programmes.commands import create_round
from grants.programmes.profile import profile_text
from tests.cast import YUECHENG, Cast
from tests.factories import a_document
from tests.grants.desk.test_results import five_reviewed
from tests.grants.desk.visiting import Visitor
from tests.journey_steps import starting
from workflow import chain, clock
from workflow.lifecycle import ProjectState as S
from workflow.refusals import Refused
from workflow.trail import steps_of

WISHED: dict[str, Any] = {"budget": "50,000.00", "most": "2", "city": "1", "field": "0"}


def one_of_another_city(cast: Cast) -> None:
    """Five reviewed projects, the last of which lies in Shaoxing."""
    last = five_reviewed(cast)[-1]
    Project.objects.filter(pk=last.pk).update(scope=cast.places[YUECHENG].path)


pytestmark = starting(one_of_another_city)


def query(wished: dict[str, Any]) -> str:
    return "?" + "&".join(f"{name}={value}" for name, value in wished.items())


def test_a_floor_says_whom_it_displaces_and_what_it_costs(cast: Cast, projects: list[Project]):
    page = Visitor(cast.officer).open("what_if", projects[0].round_id, query=query(WISHED))
    assert "和正式排名的名单一样。" in page
    assert "每个市至少1个" in page
    assert "第5名进来，第2名出去。" in page
    assert "共2个，合计50,000.00元，总分少" in page


def test_floors_that_cannot_be_kept_say_so(cast: Cast, projects: list[Project]):
    visitor = Visitor(cast.officer)
    page = visitor.open("what_if", projects[0].round_id, query=query(WISHED | {"most": "1"}))
    assert "办不到：个数不够分给" in page
    page = visitor.open("what_if", projects[0].round_id, query=query(WISHED | {"budget": "30,000"}))
    assert "办不到：总额度不够。" in page


def own_floor(cast: Cast) -> str:
    """The name in the address of the floor for Shaoxing."""
    return f"city-{cast.places[YUECHENG].parent_id}"


def test_a_city_may_have_a_floor_of_its_own_and_the_others_that_of_each(cast: Cast, projects: list[Project]):
    visitor, round_ = Visitor(cast.officer), projects[0].round_id
    page = visitor.open("what_if", round_, query=query(WISHED | {"city": "0", own_floor(cast): "1"}))
    assert "绍兴市红十字会至少1个" in page
    assert "第5名进来，第2名出去。" in page
    assert "<details open" in page.replace('class="mt-3" ', "")
    page = visitor.open("what_if", round_, query=query(WISHED | {own_floor(cast): "0"}))
    assert "每个市至少1个（绍兴市红十字会另定）" in page
    assert "第5名进来" not in page


def test_each_floor_says_whom_it_displaces_and_those_that_displace_nobody_are_said_together(
    cast: Cast, projects: list[Project]
):
    field = projects[0].field
    wished = WISHED | {"city": "0", own_floor(cast): "3", f"field-{field}": "1", "field": "1"}
    page = Visitor(cast.officer).open("what_if", projects[0].round_id, query=query(wished))
    assert "绍兴市红十字会至少3个（够分的只有1个）" in page
    assert "全部" in page
    assert page.count("第5名进来，第2名出去。") == 2
    assert "各自都不换人。" in page


def test_the_paper_keeps_every_floor_by_name(cast: Cast, projects: list[Project]):
    visitor, round_ = Visitor(cast.officer), projects[0].round_id
    visitor.post("what_if", round_, **(WISHED | {"city": "0", own_floor(cast): "2"}))
    paper = DecisionPaper.objects.get()
    told = json.loads(paper.text)
    assert told["wishes"]["cities"] == {"绍兴市红十字会": {"least": 2, "there": 1}}
    assert [one["floors"] for one in told["trials"]] == [[], ["city:绍兴市红十字会"]]
    assert "绍兴市红十字会至少2个（够分的只有1个）" in visitor.open("decision_paper", round_, paper.number)


def test_what_is_mistyped_is_shown_again_with_its_fault(cast: Cast, projects: list[Project]):
    page = Visitor(cast.officer).open("what_if", projects[0].round_id, query="?budget=三万&most=2", status=422)
    assert "三万" in page
    assert "请只写数字" in page


def test_a_paper_is_saved_once_for_the_same_and_stays_and_decides_nothing(cast: Cast, projects: list[Project]):
    visitor, round_ = Visitor(cast.officer), projects[0].round_id
    for _press in range(2):
        visitor.post("what_if", round_, **WISHED)
    paper = DecisionPaper.objects.get()
    assert (paper.number, paper.digest) == (1, chain.digest(paper.text))
    told = json.loads(paper.text)
    assert told["wishes"] == asdict(Wishes(5_000_000, most=2, per_city=1))
    assert [one["place"] for one in told["official"]] == [1, 2]
    assert [one["place"] for one in told["trials"][1]["entered"]] == [5]
    visitor.post("what_if", round_, **(WISHED | {"most": "3"}))
    assert DecisionPaper.objects.count() == 2
    assert {project.state for project in Project.objects.all()} == {S.REVIEWED}
    with pytest.raises(DatabaseError), transaction.atomic():
        DecisionPaper.objects.filter(pk=paper.pk).update(text="{}")


def test_the_paper_is_one_page_with_its_digest_and_the_way_to_the_details(cast: Cast, projects: list[Project]):
    visitor, round_ = Visitor(cast.officer), projects[0].round_id
    visitor.post("what_if", round_, **WISHED)
    page = Visitor(cast.business_lead).open("decision_paper", round_, 1)
    assert page.count('class="a4') == 1
    assert DecisionPaper.objects.get().digest in page
    assert "第5名进来，第2名出去。" in page
    assert 'class="qr"' in page
    visitor.open("decision_paper", round_, 2, status=404)


@pytest.mark.parametrize("role", ["team_leader", "county_leader", "stranger"])
def test_it_is_not_there_for_others(cast: Cast, projects: list[Project], role: str):
    for name, args in (("what_if", ()), ("decision_paper", (1,))):
        Visitor(getattr(cast, role)).open(name, projects[0].round_id, *args, status=404)


def test_who_only_looks_tries_and_does_not_save(cast: Cast, projects: list[Project]):
    visitor = Visitor(cast.business_lead)
    assert "存为审定参考" not in visitor.open("what_if", projects[0].round_id)
    visitor.post("what_if", projects[0].round_id, status=404, **WISHED)
    assert not DecisionPaper.objects.exists()


def test_minutes_cite_the_paper_and_the_meeting_shows_it_with_its_digest(cast: Cast, projects: list[Project]):
    visitor, round_ = Visitor(cast.officer), projects[0].round
    visitor.post("what_if", round_.pk, **WISHED)
    paper = DecisionPaper.objects.get()
    assert "第1份" in visitor.open("decision_table", round_.pk)
    minutes, held = a_document(cast.officer, "会议纪要"), clock.today()
    said: dict[str, Any] = {"present": "王立新、何国平", "document": minutes, "held_on": held}
    meeting = record_meeting(round_, actor=cast.officer, number="纪要7号", paper=1, **said)

    assert meeting.paper == paper
    assert paper.digest in steps_of(round_).get(move="record_meeting").payload
    page = Visitor(cast.business_lead).open("meeting_decisions", round_.pk, meeting.pk)
    assert "会上看的是审定参考第1份" in page
    assert paper.digest in page
    assert "按正式排名入选2个，合计50,000.00元" in page
    with pytest.raises(Refused, match="没有这一份"):
        record_meeting(round_, actor=cast.officer, number="纪要8号", paper=9, **said)


def test_the_database_takes_no_minutes_on_the_paper_of_another_round(cast: Cast, projects: list[Project]):
    round_ = projects[0].round
    Visitor(cast.officer).post("what_if", round_.pk, **WISHED)
    paper = DecisionPaper.objects.get()
    other = create_round(round_.programme, "QNZJ-2027", 2027, profile_text("qingnuan"), actor=cast.officer)
    held: dict[str, Any] = {"held_on": clock.today(), "present": "王立新", "at": clock.now()}
    minutes = a_document(cast.officer, "会议纪要")
    with pytest.raises(DatabaseError), transaction.atomic():
        Meeting.objects.create(
            round=other, number="纪要9号", document=minutes, paper=paper, recorded_by=cast.officer, **held
        )
