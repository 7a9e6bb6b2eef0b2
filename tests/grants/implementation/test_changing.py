"""What was agreed is changed by a request: who may, within which limits, and what is true afterwards."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db.models import Q
from hypothesis import given as over
from hypothesis import strategies as st

from grants.applications.models import Project
from grants.desk.commands import act
from grants.funds import commands as books
from grants.funds.models import Allocation, FundingSource
from grants.funds.queries import check_identities, standing
from grants.implementation.commands import draft_change, rewrite_change
from grants.implementation.queries import (
    budget_now,
    by_category,
    changes_visible_to,
    checks_visible_to,
    lines_of,
    shifted_percent,
)
from grants.people.models import RoleGrant, User
from tests.cast import YUECHENG, a_person, a_team, holding
from tests.factories import a_meeting, due, on
from tests.grants.desk.visiting import Visitor
from tests.grants.funds.builders import doing
from tests.grants.running import END, World, refusals
from workflow.actions import KeyReused, Refused, Stale
from workflow.deadlines import set_deadline
from workflow.inbox import items_for
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role
from workflow.trail import steps_of


def change(world: World, kind: str, after: dict[str, Any], *, by: User | None = None):
    who = by or world.team_leader
    request = draft_change(world.project, actor=who, kind=kind, after=after, reason="因实际情况需要调整")
    act(request, "file_change", actor=who)
    return request


def approve(world: World, request, **given: Any) -> None:
    act(request, "approve_change", actor=world.officer, given=given)
    world.project.refresh_from_db()


def meeting(world: World) -> dict[str, str]:
    return {"meeting": str(a_meeting(world.cast, world.round).pk)}


@pytest.fixture
def running(world: World) -> World:
    world.does(world.team_leader, "start")
    return world


# Writing ----------------------------------------------------------------------------------------------------------


def test_a_change_says_how_things_stand_and_how_they_shall_be(running: World):
    request = change(running, "period", {"end_date": "2027-09-30"})
    assert (request.before, request.after, request.state) == (
        {"end_date": "2027-07-31"},
        {"end_date": "2027-09-30"},
        "filed",
    )


def test_a_stranger_drafts_no_change(running: World):
    with pytest.raises(Refused) as refused:
        draft_change(running.project, actor=running.stranger, kind="period", after={}, reason="x")
    assert refused.value.codes == ("not_yours",)


def test_nobody_changes_a_project_that_is_over(running: World):
    running.is_in(S.FINAL_ACCOUNTS)
    with pytest.raises(Refused) as refused:
        draft_change(running.project, actor=running.team_leader, kind="period", after={}, reason="x")
    assert refused.value.codes == ("not_running",)


def test_a_change_of_an_unknown_kind_is_not_drafted(running: World):
    with pytest.raises(Refused) as refused:
        draft_change(running.project, actor=running.team_leader, kind="mood", after={}, reason="x")
    assert refused.value.codes == ("unknown_kind",)


def test_one_key_drafts_one_change_whatever_has_happened_since_and_no_other(running: World):
    def draft(until: str) -> int:
        asked = {"kind": "period", "after": {"end_date": until}, "reason": "场地推迟"}
        return draft_change(running.project, actor=running.team_leader, key="k", **asked).pk  # type: ignore[arg-type]

    first = draft("2027-09-30")
    running.project.end_date = dt.date(2027, 8, 1)

    assert draft("2027-09-30") == first
    with pytest.raises(KeyReused, match="已经提交过别的内容"):
        draft("2027-10-31")


def test_a_change_is_rewritten_until_it_is_filed(running: World):
    request = draft_change(running.project, actor=running.team_leader, kind="period", after={}, reason="")
    assert refusals(request, "file_change", running.team_leader) == {"change_incomplete"}
    seen = request.version
    rewrite_change(
        request, actor=running.team_leader, after={"end_date": "2027-09-30"}, reason="场地推迟", version=seen
    )
    with pytest.raises(Stale):
        rewrite_change(request, actor=running.team_leader, after={}, reason="", version=seen)
    with pytest.raises(Refused):
        rewrite_change(request, actor=running.cashier, after={}, reason="")
    act(request, "file_change", actor=running.team_leader)
    with pytest.raises(Refused) as refused:
        rewrite_change(request, actor=running.team_leader, after={}, reason="")
    assert refused.value.codes == ("filed_already",)


def test_a_change_of_a_project_that_ended_meanwhile_is_not_approved(running: World):
    request = change(running, "period", {"end_date": "2027-09-30"})
    running.is_in(S.TERMINATED)
    request.refresh_from_db()
    assert refusals(request, "approve_change", running.officer) == {"not_running"}


@pytest.mark.parametrize(
    ("kind", "after"),
    [
        ("budget", {"lines": []}),
        ("budget", {"lines": [{"category": "NOTHING", "item": "a", "unit": "b"}]}),
        ("budget", {"lines": [{"category": "VENUE", "item": "a", "unit": "b", "unit_price_fen": 0, "quantity": 1}]}),
        ("budget", {"lines": [{"category": "VENUE", "item": "a", "unit": "b", "unit_price_fen": 1, "quantity": 1}]}),
        ("period", {"end_date": "2027-07-31"}),
        ("period", {"end_date": "soon"}),
        ("leader", {"leader": 0}),
        ("handover", {"guided_by": 0}),
        ("payee", {"payee": None}),
        ("activities", {"activities": []}),
        ("activities", {"activities": [{"name": "a"}, {"name": "a"}]}),
        ("activities", {"activities": [{"name": "只有名称"}]}),
        ("goals", {"indicators": [{"target": 5}]}),
        ("goals", {"indicators": [{"indicator": "trained", "target": 300}]}),
        ("grant_reduction", {"reduce_by_fen": 2_500_001}),
        ("re_source", {"leaving": 0}),
    ],
)
def test_an_incomplete_change_is_not_filed(running: World, kind: str, after: dict[str, Any]):
    request = draft_change(running.project, actor=running.team_leader, kind=kind, after=after, reason="理由")
    assert refusals(request, "file_change", running.team_leader) == {"change_incomplete"}


# Budget -----------------------------------------------------------------------------------------------------------


def budget(world: World) -> Any:
    return budget_now(world.project)


def moved(world: World, fen: int, *, to: str = "PUBLICITY", frm: str = "ACT_MATERIAL") -> list[dict[str, Any]]:
    """The budget with so much moved from one category to another, each category in one line."""
    sums = by_category(lines_of(budget(world)))
    sums[frm] -= fen
    sums[to] = sums.get(to, 0) + fen
    return [
        {"category": name, "item": "合计", "unit": "项", "unit_price_fen": amount, "quantity": 1, "source": "grant"}
        for name, amount in sums.items()
    ]


def test_a_small_shift_needs_no_meeting_and_makes_the_next_version(running: World):
    lines = moved(running, 25_000)
    approve(running, change(running, "budget", {"lines": lines}))
    assert (budget(running).number, bool(budget(running).locked_at)) == (2, True)
    assert by_category(lines_of(budget(running)))["PUBLICITY"] == 275_000


def test_a_shift_of_more_than_a_fifth_needs_a_meeting(running: World):
    request = change(running, "budget", {"lines": moved(running, 50_001)})
    assert refusals(request, "approve_change", running.officer) == {"needs_meeting"}
    approve(running, request, **meeting(running))
    assert budget(running).number == 2


def test_a_fifth_exactly_is_the_officers(running: World):
    request = change(running, "budget", {"lines": moved(running, 50_000)})
    assert refusals(request, "approve_change", running.officer) == set()


def shifted(world: World, meals: int) -> list[dict[str, Any]]:
    """The budget with the last lunches left out and as much more for travel, which leaves no line too dear."""
    lines = [dict(line) for line in lines_of(budget(world))]
    by_code = {line["category"]: line for line in lines}
    lunch, ride = by_code["VOL_MEAL"], by_code["VOL_TRANSPORT"]
    own = {"category": "VOL_TRANSPORT", "item": "班车", "unit": "次", "unit_price_fen": lunch["unit_price_fen"]}
    more = own | {"quantity": meals, "source": "grant", "basis": "", "activity": ride["activity"]}
    lunch["quantity"] -= meals
    return [*lines, more]


def freely(world: World, lines: list[dict[str, Any]]) -> Any:
    return draft_change(world.project, actor=world.team_leader, kind="budget", after={"lines": lines}, reason="少吃饭")


def test_a_team_moves_up_to_a_tenth_by_itself_and_it_is_on_record(running: World):
    request = freely(running, shifted(running, 9))
    act(request, "adjust_freely", actor=running.team_leader)
    assert (request.state, budget(running).number, budget(running).reason) == ("approved", 2, "少吃饭")
    assert by_category(lines_of(budget(running)))["VOL_MEAL"] == 227_500
    assert "adjust_freely" in set(steps_of(request).values_list("move", flat=True))


def test_what_a_team_moved_before_counts_with_it_until_somebody_agrees(running: World):
    act(freely(running, shifted(running, 6)), "adjust_freely", actor=running.team_leader)
    request = freely(running, shifted(running, 5))
    assert refusals(request, "adjust_freely", running.team_leader) == {"over_free_share"}
    act(request, "file_change", actor=running.team_leader)
    approve(running, request)
    assert refusals(freely(running, shifted(running, 5)), "adjust_freely", running.team_leader) == set()


def test_a_team_breaks_no_rule_of_the_budget_by_itself(running: World):
    lines = [line | {"item": "礼品"} if line["category"] == "PUBLICITY" else line for line in shifted(running, 1)]
    assert refusals(freely(running, lines), "adjust_freely", running.team_leader) == {"budget_rules"}


def test_nothing_but_a_budget_is_adjusted_by_the_team_itself(running: World):
    request = draft_change(running.project, actor=running.team_leader, kind="termination", after={}, reason="解散")
    assert refusals(request, "adjust_freely", running.team_leader) == {"not_a_budget"}
    page = Visitor(running.team_leader).open("record", "change_request", request.pk)
    assert "自行调剂" not in page
    budget_page = freely(running, shifted(running, 1))
    assert "自行调剂" in Visitor(running.team_leader).open("record", "change_request", budget_page.pk)


def test_the_total_never_goes_up(running: World):
    lines = moved(running, 0)
    lines[0]["unit_price_fen"] += 1
    request = change(running, "budget", {"lines": lines})
    assert refusals(request, "approve_change", running.officer) == {"total_up"}


def test_more_money_of_ones_own_is_no_rise(running: World):
    own = {"category": "VENUE", "item": "场地", "unit": "天", "unit_price_fen": 9_999, "quantity": 9, "source": "own"}
    approve(running, change(running, "budget", {"lines": [*moved(running, 0), own]}))
    assert budget(running).number == 2


@over(before=st.dictionaries(st.sampled_from("ABC"), st.integers(0, 10**7)), fen=st.integers(0, 10**7))
def test_the_shift_in_percent_is_rounded_up_against_what_the_category_had(before, fen):
    after = before | {"A": before.get("A", 0) + fen}
    base, percent = before.get("A", 0) or sum(before.values()), shifted_percent(before, after)
    assert percent == 0 if not (fen and base) else (percent - 1) * base < fen * 100 <= percent * base


# Time, people, places ---------------------------------------------------------------------------------------------


def test_an_extension_moves_the_last_day(running: World):
    approve(running, change(running, "period", {"end_date": "2027-09-30"}))
    assert running.project.end_date == dt.date(2027, 9, 30)
    assert due(running.project, "end_date").date() == dt.date(2027, 9, 30)


def test_a_project_that_becomes_long_by_a_change_is_heard_of_from_then_on(world: World):
    Project.objects.filter(pk=world.project.pk).update(end_date=dt.date(2027, 1, 31))
    world.project.refresh_from_db()
    world.does(world.team_leader, "start")
    assert due(world.project, "interim_public_update") is None
    with on(2026, 10, 1):
        approve(world, change(world, "period", {"end_date": "2027-04-30"}))
    assert due(world.project, "interim_public_update").date() == dt.date(2026, 12, 30)
    with on(2026, 10, 9):
        approve(world, change(world, "period", {"end_date": "2027-06-30"}))
    assert due(world.project, "interim_public_update").date() == dt.date(2026, 12, 30)


def test_an_extension_beyond_the_longest_period_needs_a_meeting(running: World):
    request = change(running, "period", {"end_date": "2028-02-01"})
    assert refusals(request, "approve_change", running.officer) == {"needs_meeting"}


def test_an_extended_project_goes_on_running(running: World):
    running.is_in(S.CLOSEOUT_DUE)
    set_deadline(running.project, "public_result", dt.datetime(2027, 11, 1, 9, tzinfo=dt.UTC))
    with on(2027, 8, 5):
        assert refusals(running.project, "extend_period", running.officer) == {"not_extended"}
        approve(running, change(running, "period", {"end_date": "2027-09-30"}))
        running.does(running.officer, "extend_period")
    assert running.project.state == S.IN_PROGRESS
    assert due(running.project, "end_date").date() == dt.date(2027, 9, 30)
    assert due(running.project, "public_result") is None
    assert due(running.project, "interim_public_update").date() == dt.date(2027, 11, 3)
    with on(2027, 10, 1):
        running.is_in(S.CLOSEOUT_DUE)
        assert refusals(running.project, "extend_period", running.officer) == {"not_extended"}


def test_nobody_extends_into_the_past(running: World):
    with on(2027, 9, 30):
        running.is_in(S.CLOSEOUT_DUE)
        request = draft_change(
            running.project, actor=running.team_leader, kind="period", after={"end_date": "2027-08-30"}, reason="晚了"
        )
        assert refusals(request, "file_change", running.team_leader) == {"change_incomplete"}


def test_when_the_leader_leaves_another_takes_over(running: World):
    heir = a_person("新负责人", "heir")
    approve(running, change(running, "leader", {"leader": heir.pk}, by=running.county_officer))
    assert running.project.leader == heir
    assert refusals(running.project, "log_activity", running.team_leader) >= {"not_yours"}
    assert "not_yours" not in refusals(running.project, "log_activity", heir)


def test_an_auditor_does_not_become_a_leader(running: World):
    after = {"leader": running.auditor.pk}
    request = draft_change(running.project, actor=running.county_officer, kind="leader", after=after, reason="离任")
    assert refusals(request, "file_change", running.county_officer) == {"change_incomplete"}
    assert RoleGrant.objects.filter(person=running.auditor).count() == 1


def test_a_team_is_handed_over_with_its_project_and_its_work(running: World):
    guide = running.places[YUECHENG]
    clerk = holding(Role.COUNTY_OFFICER, "越城经办", login="yuecheng", organisation=guide)
    approve(running, change(running, "handover", {"guided_by": guide.pk, "payee": guide.pk}))
    project = running.project
    project.team.refresh_from_db()
    assert (project.scope, project.payee_id, project.team.guided_by_id) == (guide.path, guide.pk, guide.pk)
    assert "not_yours" not in refusals(project, "send_reminder", clerk)
    hats = [(Role.TEAM_LEADER.value, guide.path, Q())]
    assert project.pk in {item.process.object_id for item in items_for(clerk, hats)}


def test_a_team_is_not_handed_to_where_its_name_is_taken(running: World):
    a_team(running.places, YUECHENG)
    after = {"guided_by": running.places[YUECHENG].pk}
    request = draft_change(running.project, actor=running.team_leader, kind="handover", after=after, reason="移交")
    assert refusals(request, "file_change", running.team_leader) == {"change_incomplete"}


def test_a_new_payee_gets_what_is_still_to_be_paid(running: World):
    approve(running, change(running, "payee", {"payee": running.places[YUECHENG].pk}, by=running.payee_officer))
    assert running.project.payee_id == running.places[YUECHENG].pk


def test_activities_and_goals_are_those_of_the_change(running: World):
    one, _other, third = running.project.form["activities"]
    new = {"name": "集中演练", "month": "2026-11", "times": 2, "volunteers": 20}
    approve(running, change(running, "activities", {"activities": [one, {**third, "times": 6}, new]}))
    goals = [{**goal, "target": 300} for goal in running.project.form["indicators"]]
    approve(running, change(running, "goals", {"indicators": goals}))
    assert running.project.form["activities"] == [one, {**third, "times": 6}, new]
    assert [goal["target"] for goal in running.project.form["indicators"]] == [300, 300, 300]
    assert running.project.form["contact_name"]


def test_what_a_change_leaves_unsaid_stays_as_it_is_and_what_it_empties_is_empty(running: World):
    one, other, third = running.project.form["activities"]
    asked = [{"name": one["name"], "times": 9}, {**other, "name": "楼道走访"}, {**third, "place": ""}]
    approve(running, change(running, "activities", {"activities": asked}))
    assert running.project.form["activities"] == [
        {**one, "times": 9},
        {**other, "name": "楼道走访"},
        {name: value for name, value in third.items() if name != "place"},
    ]


def test_a_change_that_changes_nothing_is_not_filed(running: World):
    plan = {"activities": running.project.form["activities"]}
    request = draft_change(running.project, actor=running.team_leader, kind="activities", after=plan, reason="理由")
    assert refusals(request, "file_change", running.team_leader) == {"change_incomplete"}


# Money ------------------------------------------------------------------------------------------------------------


def test_a_reduced_grant_goes_back_to_the_envelope(running: World):
    request = change(running, "grant_reduction", {"reduce_by_fen": 500_000})
    assert refusals(request, "approve_change", running.officer) == {"needs_meeting"}
    approve(running, request, **meeting(running))
    assert (running.project.released_fen, standing(running.project).undrawn) == (500_000, 2_000_000)
    assert check_identities(running.project) == []


def test_when_a_donor_withdraws_other_sources_carry_the_project(running: World):
    leaving = Allocation.objects.get(project=running.project).source
    request = draft_change(
        running.project, actor=running.officer, kind="re_source", after={"leaving": leaving.pk}, reason="捐赠人撤回"
    )
    doing(
        running.round,
        lambda it, done: books.add_source(it, kind="own", name="自有资金", amount_fen=2_499_999, done=done),
        actor=running.finance_officer,
    )
    assert refusals(request, "file_change", running.officer) == {"change_incomplete"}
    doing(
        running.round,
        lambda it, done: books.add_source(it, kind="fees", name="会费", amount_fen=1, done=done),
        actor=running.finance_officer,
    )
    act(request, "file_change", actor=running.officer)
    approve(running, request, **meeting(running))
    assert FundingSource.objects.get(pk=leaving.pk).committed_fen == 0
    assert sum(running.project.allocations.values_list("amount_fen", flat=True)) == running.project.granted_fen


def test_an_agreed_end_is_a_ground_and_ends_nothing_itself(running: World):
    approve(running, change(running, "termination", {}))
    assert (running.project.state, running.project.end_date) == (S.IN_PROGRESS, END)
    given = meeting(running) | {"ground": "agreed"}
    assert "not_agreed" not in refusals(running.project, "terminate", running.officer, **given)


# Who sees it ------------------------------------------------------------------------------------------------------


def test_changes_and_checks_are_seen_with_their_project(running: World):
    request = change(running, "termination", {})
    assert list(changes_visible_to(running.county_officer)) == [request]
    assert list(checks_visible_to(running.county_officer)) == list(running.project.checks.all())
    assert not changes_visible_to(running.stranger).exists()
    assert not checks_visible_to(running.stranger).exists()
