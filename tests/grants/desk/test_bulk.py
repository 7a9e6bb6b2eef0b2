"""One deed on many projects."""

from __future__ import annotations

import re
from typing import Any

import pytest

from grants.applications.models import Project
from grants.desk.commands import act, carry_on, carry_on_all, make_item, start_bulk
from grants.desk.models import Bulk, Outcome
from grants.desk.queries.bulk import MOST, chosen
from grants.desk.rules import bulk_deeds
from grants.desk.tasks import carry_on_bulks
from grants.people.commands import end_role
from grants.people.models import RoleGrant, Team
from tests.cast import Cast
from tests.grants.desk.test_projects import more_projects
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import a_submitted_project, county_recommends, starting
from workflow import guards_sql
from workflow.command import new_key
from workflow.lifecycle import PROJECT, Role
from workflow.lifecycle import ProjectState as S
from workflow.models import Step
from workflow.ports import SYSTEM
from workflow.refusals import KeyReused, Refused

RETURN: dict[str, Any] = {"reason": "预算没有写依据。", "sections": ["budget"], "due_on": "2026-03-13"}


def three_submitted(cast: Cast) -> None:
    a_submitted_project(cast)
    more_projects(cast, 2)


def all_versions() -> dict[int, int]:
    return dict(Project.objects.values_list("pk", "version"))


def states() -> list[str]:
    return list(Project.objects.order_by("pk").values_list("state", flat=True))


def picked(*projects: Project) -> list[str]:
    return [f"{one.pk}:{one.version}" for one in projects]


def begun(cast: Cast, move: str = "open_file", actor: Any = None) -> Bulk:
    return start_bulk(move, all_versions(), actor=actor or cast.county_officer, key=new_key(), given={})


# Which deeds ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "can"),
    [
        ("pass_eligibility", True),
        ("send_reminder", True),
        ("receive", True),
        ("publish_notice", True),
        ("county_return", True),
        ("county_recommend", False),
        ("shortlist", False),
        ("approve", False),
        ("score", False),
        ("record_interest", False),
        ("sign_as_party", False),
        ("lapse_draft", False),
        ("replace_reviewer", False),
    ],
)
def test_the_table_says_which_deeds_can_be_done_on_many(name: str, can: bool):
    assert name in PROJECT.deeds
    assert (name in bulk_deeds()) is can


# Choosing ---------------------------------------------------------------------------------------------------


@starting(three_submitted)
def test_what_is_ticked_is_what_is_chosen(cast: Cast, projects: list[Project]):
    query = "?" + "&".join(f"pick={one.pk}" for one in projects[:2])
    assert "您选了2个项目，要办哪一步？" in Visitor(cast.county_officer).open("bulk", query=query)


@starting(three_submitted)
def test_everything_that_the_filters_find_can_be_chosen(cast: Cast, projects: list[Project]):
    page = Visitor(cast.county_officer).open("bulk", query="?all=1&q=献血")
    assert "您选了2个项目" in page
    assert "move=county_return" in page


@starting(three_submitted)
def test_nothing_chosen_leads_back(cast: Cast):
    assert "请先选至少一个项目。" in Visitor(cast.county_officer).open("bulk")


@pytest.mark.parametrize("role", ["team_leader", "stranger", "sysadmin"])
@starting(three_submitted)
def test_it_is_for_those_who_look_after_many_projects(cast: Cast, role: str):
    Visitor(getattr(cast, role)).open("bulk", query="?all=1", status=404)
    assert 'name="pick"' not in Visitor(getattr(cast, role)).open("projects")


@starting(three_submitted)
def test_who_may_do_nothing_is_told_so(cast: Cast):
    assert "这些项目现在没有您能批量办的事。" in Visitor(cast.auditor).open("bulk", query="?all=1")


@starting(three_submitted)
def test_the_page_says_who_can_and_why_the_others_cannot(cast: Cast, projects: list[Project]):
    for project in projects[:2]:
        county_recommends(cast, project)
    act(projects[0], "open_file", actor=cast.city_officer)
    page = Visitor(cast.county_officer).open("bulk", query="?all=1&move=county_take_back")
    assert "1个可以办，1个还不能。" in page
    assert "另有1个不在这一步" in page
    hindered = page[page.index('id="no-h"') :]
    assert str(projects[0]) in hindered[: hindered.index("actbar")]
    assert re.search(r'class="why".*?<span>[^<]+</span>', hindered, re.DOTALL)


# Doing ------------------------------------------------------------------------------------------------------


@starting(three_submitted)
def test_all_that_is_ticked_is_done_with_what_was_filled_in_once(cast: Cast, projects: list[Project]):
    visitor = Visitor(cast.county_officer)
    answer = visitor.post("bulk", move="county_return", key="k", pick=picked(*projects[:2]), **RETURN)
    assert states() == [S.RETURNED, S.RETURNED, S.SUBMITTED]
    page = text(visitor.client.get(answer["Location"]))
    assert "办成2个。" in page


@starting(three_submitted)
def test_one_refusal_stops_no_other(cast: Cast, projects: list[Project]):
    visitor, seen = Visitor(cast.county_officer), picked(*projects)
    act(projects[1], "open_file", actor=cast.county_leader)
    answer = visitor.post("bulk", move="county_return", key="k", pick=seen, **RETURN)
    assert states() == [S.RETURNED, S.SUBMITTED, S.RETURNED]
    page = text(visitor.client.get(answer["Location"]))
    assert "办成2个，1个没有办成，原因如下。" in page
    assert "您打开页面之后，这条记录有了新的变化" in page


@starting(three_submitted)
def test_a_second_click_does_nothing_more(cast: Cast, projects: list[Project]):
    visitor, seen = Visitor(cast.county_officer), picked(*projects)
    first = visitor.post("bulk", move="open_file", key="same", pick=seen)
    steps = Step.objects.count()
    assert visitor.post("bulk", move="open_file", key="same", pick=seen)["Location"] == first["Location"]
    assert Step.objects.count() == steps
    assert Bulk.objects.count() == 1


@starting(three_submitted)
def test_a_key_is_good_for_one_request(cast: Cast, projects: list[Project]):
    visitor = Visitor(cast.county_officer)
    visitor.post("bulk", move="open_file", key="same", pick=picked(projects[0]))
    answer = visitor.post("bulk", move="open_file", key="same", pick=picked(projects[1]), status=422)
    assert "这个页面已经提交过别的内容" in text(answer)


@starting(three_submitted)
def test_what_is_missing_is_said_at_the_field_and_nothing_moves(cast: Cast, projects: list[Project]):
    typed = RETURN | {"reason": ""}
    answer = Visitor(cast.county_officer).post(
        "bulk", move="county_return", key="k", pick=picked(*projects), status=422, **typed
    )
    assert "请填写这一项。" in text(answer)
    assert "2026-03-13" in text(answer)
    assert set(states()) == {S.SUBMITTED}


@pytest.mark.parametrize("move", ["county_recommend", "shortlist", "no_such_deed", ""])
@starting(three_submitted)
def test_a_deed_that_is_for_one_is_refused_for_many(cast: Cast, projects: list[Project], move: str):
    with pytest.raises(Refused) as refused:
        start_bulk(move, all_versions(), actor=cast.county_leader, key="k", given={})
    assert refused.value.codes == ("not_in_bulk",)
    Visitor(cast.county_leader).post("bulk", move=move, key="k", pick=picked(*projects), status=422)


def test_too_many_are_refused(cast: Cast):
    with pytest.raises(Refused) as refused:
        start_bulk("open_file", dict.fromkeys(range(1, MOST + 2), 1), actor=cast.officer, key="k", given={})
    assert refused.value.codes == ("too_many",)


@starting(S.SUBMITTED)
def test_whoever_chooses_too_many_is_told_so_before_they_are_read(cast: Cast, project: Project):
    fields = {f.attname: getattr(cast.team, f.attname) for f in Team._meta.concrete_fields if f.attname != "id"}
    facts = {"round": project.round, "leader": cast.team_leader, "scope": project.scope, "state": S.SUBMITTED}
    with guards_sql.lifted():
        teams = Team.objects.bulk_create(
            Team(**fields | {"name": f"{n}队", "platform_no": f"Z{n}"}) for n in range(MOST + 9)
        )
        Project.objects.bulk_create(Project(number=f"P{n}", team=team, **facts) for n, team in enumerate(teams))
    page = Visitor(cast.officer).open("bulk", query="?all=1&move=send_reminder")
    assert f"一次最多办{MOST}个" in page
    assert f"{MOST + 1}" not in page
    assert len(chosen(cast.officer, {}, (), everything=True)) == MOST + 1


@starting(three_submitted)
def test_what_one_may_not_see_cannot_be_ticked(cast: Cast, projects: list[Project]):
    answer = Visitor(cast.reviewers[0]).post("bulk", move="open_file", key="k", pick=picked(*projects), status=404)
    assert answer.status_code == 404
    bulk = start_bulk("open_file", all_versions(), actor=cast.reviewers[0], key="k", given={})
    carry_on(bulk, actor=cast.reviewers[0])
    assert set(bulk.items.values_list("reasons", flat=True)) == {"没有找到这条记录。"}


# In the background --------------------------------------------------------------------------------------------


@starting(three_submitted)
def test_the_worker_carries_on_where_somebody_stopped(cast: Cast, projects: list[Project]):
    bulk = begun(cast)
    make_item(bulk.items.order_by("pk")[0], actor=cast.county_officer)
    visitor = Visitor(cast.county_officer)
    page = visitor.open("bulk_run", bulk.pk)
    assert "正在办理，已办1个，共3个。" in page
    assert 'hx-trigger="every 2s"' in page
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page
    assert carry_on_bulks() == 1
    page = visitor.open("bulk_run", bulk.pk)
    assert "办成3个。" in page
    assert "hx-trigger" not in page
    assert Step.objects.filter(move="open_file").count() == 3


@starting(three_submitted)
def test_carrying_on_again_does_nothing_more(cast: Cast, projects: list[Project]):
    bulk = begun(cast)
    carry_on(bulk, actor=cast.county_officer)
    bulk.items.update(outcome=Outcome.WAITING, done_at=None)  # another worker read the rows before
    carry_on(bulk, actor=cast.county_officer)
    assert Step.objects.filter(move="open_file").count() == 3
    assert carry_on_all() == 0


@starting(three_submitted)
def test_who_has_lost_the_role_meanwhile_does_nothing(cast: Cast, projects: list[Project]):
    bulk = begun(cast)
    end_role(RoleGrant.objects.get(person=cast.county_officer), actor=SYSTEM)
    carry_on_all()
    assert set(bulk.items.values_list("outcome", flat=True)) == {Outcome.REFUSED}
    assert not Step.objects.filter(move="open_file").exists()


@starting(three_submitted)
def test_a_run_is_for_whoever_asked_for_it(cast: Cast, projects: list[Project]):
    bulk = begun(cast)
    Visitor(cast.county_leader).open("bulk_run", bulk.pk, status=404)
    Visitor(cast.officer).open("bulk_run", bulk.pk, status=404)


@starting(three_submitted)
def test_the_same_key_with_other_projects_is_refused(cast: Cast, projects: list[Project]):
    start_bulk("open_file", {projects[0].pk: 1}, actor=cast.county_officer, key="k", given={})
    with pytest.raises(KeyReused):
        start_bulk("open_file", {projects[1].pk: 1}, actor=cast.county_officer, key="k", given={})


@starting(three_submitted)
def test_more_projects_cost_no_more_queries_where_rules_ask_none(
    cast: Cast, projects: list[Project], django_assert_max_num_queries
):
    visitor, counts = Visitor(cast.officer), []
    for project in projects:
        act(project, "county_return", actor=cast.county_officer, given=RETURN)
    for wanted in (f"?pick={projects[0].pk}&move=send_reminder", "?all=1&move=send_reminder"):
        visitor.open("bulk", query=wanted)
        with django_assert_max_num_queries(10) as seen:
            visitor.open("bulk", query=wanted)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_role_that_never_acts_is_offered_no_tick(cast: Cast):
    assert Role.SYSADMIN not in {role for deed in bulk_deeds().values() for role in deed.by}
