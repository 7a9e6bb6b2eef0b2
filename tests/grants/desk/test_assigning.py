"""Assigning on its page: solved, explained, changed with a reason, applied in one press, repaired; who may see it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from grants.applications.models import Project
from grants.desk.commands import act
from grants.desk.tables.assigning import shown
from grants.people.commands import grant_role
from grants.people.models import User
from grants.reviews.assigning.building import Asked
from grants.reviews.assigning.commands import ask_for_run, change_run, order_run
from grants.reviews.assigning.enums import Reply, TieKind
from grants.reviews.assigning.inviting import answer_invitation, declare_tie, invite_reviewers, save_expert
from grants.reviews.assigning.models import AssignmentRun, InvitationAnswer, RecusalWaiver, ReviewInvitation
from grants.reviews.assigning.preview import new_seats
from grants.reviews.assigning.running import carry_out_waiting, solve, solve_now, solve_waiting
from grants.reviews.assigning.solver import Problem
from grants.reviews.assigning.waiving import agree_to_waiver, ask_for_waiver
from grants.reviews.conflicts import conflicts, matrix
from tests.cast import HANGZHOU, SHANGCHENG, SHAOXING, XIHU, Cast
from tests.factories import on, reasons
from tests.grants.desk.visiting import Visitor, asked, text
from tests.journey_steps import marks, passes_eligibility, projects_in, seat, starting
from workflow.actions import Refused
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role
from workflow.ports import SYSTEM


@pytest.fixture(autouse=True)
def in_review_time(cast: Cast) -> Iterator[None]:
    """It is 25 May 2026: the call is closed, the seats are taken."""
    with on(2026, 5, 25):
        yield


def two_checked(cast: Cast) -> None:
    """Two projects in the eligibility check; the pool knows what everybody is good at."""
    projects_in(cast, S.ELIGIBILITY_CHECK, 2)
    for place, person in enumerate(cast.reviewers):
        levels = {"FIRST_AID": 3 - place % 3} if place < 4 else {"CULTURE": 3}
        save_expert(person, actor=SYSTEM, kind="university", levels=levels)


pytestmark = starting(two_checked)


@pytest.fixture
def two(projects: list[Project]) -> list[Project]:
    return projects


def solved(cast: Cast, round_: Any, **asked_for: Any) -> AssignmentRun:
    run = ask_for_run(round_, "builtin", Asked(**{"seats": 3} | asked_for), actor=cast.officer)
    return solve_now(run)


def codes(project: Project, person: User) -> list[str]:
    return [one.code for one in conflicts(project, [person]).get(person.pk, [])]


def home(cast: Cast, person: User, place: str, **more: Any) -> None:
    save_expert(person, actor=SYSTEM, kind="university", home=cast.places[place], **more)


def test_a_reviewer_whose_time_is_all_given_out_has_a_price(cast: Cast, two: list[Project]):
    for person in cast.reviewers:
        save_expert(person, actor=SYSTEM, kind="university", most=1, levels={"FIRST_AID": 2})
    run = solved(cast, two[0].round, seats=3)
    told = shown(run)
    prices = told.changes.prices() if told.changes else {}
    assert any(prices.values())
    assert {load.person.pk: bool(load.price) for load in told.loads()} == {
        pk: bool(price) for pk, price in prices.items()
    }
    page = Visitor(cast.officer).open("round_assigning", two[0].round_id)
    assert "再多评一个，能补上一个空席" in page
    assert "再多评一个" in Visitor(cast.officer).open("assigning_project", two[0].round_id, run.pk, two[0].pk)


# The page ---------------------------------------------------------------------------------------------------


def test_the_officer_solves_looks_and_applies_and_nothing_moves_before(cast: Cast, two: list[Project]):
    officer, round_ = Visitor(cast.officer), two[0].round_id
    assert "还没有分配过" in officer.open("round_assigning", round_)
    officer.send("round_assigning", round_, do="solve", seats="3", solver="builtin")
    newest = AssignmentRun.objects.get()
    assert two[0].assignments.count() == 0
    page = officer.open("round_assigning", round_)
    for words in ("拟这样分配", "领域对口600", "已证明没有更好的", "下达给2个项目", "每个席位都有人"):
        assert words in page
    officer.post("round_assigning", round_, do="order", run=str(newest.pk))
    officer.post("round_assigning", round_, do="order", run=str(newest.pk))
    assert [one.assignments.count() for one in two] == [3, 3]
    assert "2个项目都已分配" in officer.open("round_assigning", round_)
    assert solve(newest).text() == newest.answer


def test_a_form_that_makes_no_sense_keeps_what_was_typed(cast: Cast, two: list[Project]):
    answer = Visitor(cast.officer).send(
        "round_assigning", two[0].round_id, status=422, do="solve", seats="11", least="4", most="2", solver="builtin"
    )
    assert "请写1到9位" in text(answer)
    assert 'value="11"' in text(answer)
    assert not AssignmentRun.objects.exists()


def test_only_those_who_answer_for_it_see_how_a_round_was_assigned(cast: Cast, two: list[Project]):
    run = solved(cast, two[0].round)
    for person in (cast.business_lead, cast.auditor):
        assert "下达给" not in Visitor(person).open("round_assigning", two[0].round_id)
        Visitor(person).post("round_assigning", two[0].round_id, status=422, do="order", run=str(run.pk))
    for person in (cast.reviewers[0], cast.team_leader, cast.county_officer, cast.chair):
        Visitor(person).open("round_assigning", two[0].round_id, status=404)
        Visitor(person).open("assigning_project", two[0].round_id, run.pk, two[0].pk, status=404)
        Visitor(person).open("reviewer_pool", two[0].round_id, status=404)
    assert not two[0].assignments.exists()


def test_why_these_and_nobody_else_is_said_on_the_page_of_the_project(cast: Cast, two: list[Project]):
    home(cast, cast.reviewers[3], SHANGCHENG, levels={"FIRST_AID": 3})
    run = solved(cast, two[0].round)
    page = Visitor(cast.officer).open("assigning_project", two[0].round_id, run.pk, two[0].pk)
    assert "为什么不是别人" in page
    assert "与申报团队同县" in page
    assert cast.reviewers[3].pk not in {pk for people in new_seats(run).values() for pk in people}


def test_a_change_by_hand_has_a_reason_and_is_what_is_applied(cast: Cast, two: list[Project]):
    run = solved(cast, two[0].round)
    project = two[0].pk
    leaving = new_seats(run)[project][0]
    coming = next(one.pk for one in cast.reviewers if one.pk not in new_seats(run)[project])
    officer = Visitor(cast.officer)
    typed: dict[str, Any] = {"do": "change", "leaving": str(leaving), "coming": str(coming)}
    officer.send("assigning_project", two[0].round_id, run.pk, project, status=422, **typed, reason=" ")
    officer.send("assigning_project", two[0].round_id, run.pk, project, **typed, reason="熟悉老旧社区")
    assert "熟悉老旧社区" in officer.open("assigning_project", two[0].round_id, run.pk, project)
    officer.post("round_assigning", two[0].round_id, do="order", run=str(run.pk))
    seated = set(two[0].assignments.values_list("reviewer", flat=True))
    assert coming in seated
    assert leaving not in seated
    with pytest.raises(Refused, match="已经下达"):
        change_run(run, project, coming, leaving, "换回来", actor=cast.officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        run.changes.create(project_id=project, leaving_id=coming, reason="x", by=cast.officer, at=run.at)


def test_a_conflict_is_refused_by_hand_and_again_when_it_becomes_known_later(cast: Cast, two: list[Project]):
    run = solved(cast, two[0].round, seats=4)
    project, person = two[0].pk, User.objects.get(pk=new_seats(run)[two[0].pk][0])
    outsider = next(one for one in cast.reviewers if one.pk not in new_seats(run)[project])
    declare_tie(two[0].team, TieKind.KIN, "表兄弟", actor=cast.officer, person=outsider)
    with pytest.raises(Refused, match="亲属"):
        change_run(run, project, None, outsider.pk, "多请一位", actor=cast.officer)
    declare_tie(two[0].team, TieKind.EMPLOYER, "同一学院", actor=cast.officer, person=person)
    order_run(run, actor=cast.officer)
    assert carry_out_waiting() == 1
    told = {one.project_id: (one.outcome, one.reasons) for one in run.outcomes.all()}
    assert told[project][0] == "refused"
    assert "同一单位" in told[project][1]
    assert told[two[1].pk] == ("done", "")
    assert not two[0].assignments.exists()
    assert carry_out_waiting() == 0


def test_a_project_that_changed_since_it_was_solved_is_left_alone(cast: Cast, two: list[Project]):
    run = solved(cast, two[0].round)
    two[0].refresh_from_db()
    seat(cast, two[0], 3)
    order_run(run, actor=cast.officer)
    carry_out_waiting()
    assert [one.outcome for one in run.outcomes.order_by("project__number")] == ["refused", "done"]
    assert two[0].assignments.count() == 3


def test_after_a_recusal_only_the_empty_seat_is_filled(cast: Cast, two: list[Project]):
    run = solved(cast, two[0].round, seats=3)
    order_run(run, actor=cast.officer)
    carry_out_waiting()
    for project in two:
        project.refresh_from_db()
        passes_eligibility(cast, project)
    gone = two[0].assignments.first()
    assert gone
    before = set(two[0].assignments.values_list("reviewer", flat=True)) - {gone.reviewer_id}
    act(two[0], "recuse", actor=gone.reviewer, given={"reason": "曾任该团队顾问"})
    repair = AssignmentRun.objects.latest("pk")
    assert repair.pk != run.pk
    solve_waiting()
    repair.refresh_from_db()
    seats = new_seats(repair)
    assert (len(seats[two[0].pk]), seats[two[1].pk]) == (1, [])
    assert seats[two[0].pk][0] not in before | {gone.reviewer_id}
    page = Visitor(cast.officer).open("round_assigning", two[0].round_id)
    assert "下达给1个项目" in page
    assert "已在席位上" in page


def test_a_large_round_is_solved_behind_the_page(cast: Cast, two: list[Project]):
    run = ask_for_run(two[0].round, "builtin", Asked(seats=3), actor=cast.officer)
    page = Visitor(cast.officer).open("round_assigning", two[0].round_id)
    assert "正在计算" in page
    assert solve_waiting() == 1
    assert solve_waiting() == 0
    run.refresh_from_db()
    assert run.answer
    with pytest.raises(IntegrityError), transaction.atomic():
        AssignmentRun.objects.filter(pk=run.pk).update(answer="{}")
    with pytest.raises(IntegrityError), transaction.atomic():
        run.delete()


def test_anybody_solves_it_again_on_the_server(cast: Cast, two: list[Project], capsys: pytest.CaptureFixture[str]):
    run = solved(cast, two[0].round)
    call_command("assign", check=str(run.pk))
    assert f"{run.pk}: 一致，目标值 {run.objective}" in capsys.readouterr().out
    with pytest.raises(CommandError, match="没有第"):
        call_command("assign", check="0")
    other = Problem.parse(run.problem)
    forged = AssignmentRun(pk=run.pk + 1, solver="builtin", asked=run.asked, problem=other.text(), digest="0" * 64)
    row = {name: getattr(run, name) for name in ("round", "asked_by", "at", "facts", "answer", "objective", "version")}
    for name, value in {**row, "finished_at": run.at}.items():
        setattr(forged, name, value)
    forged.save(force_insert=True)
    with pytest.raises(SystemExit):
        call_command("assign", check="all")
    assert "输入变了" in capsys.readouterr().out


def test_seats_nobody_can_take_are_named_with_who_must_keep_away(cast: Cast, two: list[Project]):
    for person in cast.reviewers[:3]:
        home(cast, person, SHANGCHENG)
    run = solved(cast, two[0].round)
    assert [len(people) for people in new_seats(run).values()] == [2, 2]
    page = Visitor(cast.officer).open("round_assigning", two[0].round_id)
    assert "2个席位没有人可以评" in page
    assert "3位专家须回避" in page


# 回避 -------------------------------------------------------------------------------------------------------


@starting(S.ELIGIBILITY_CHECK)
def test_each_kind_of_tie_is_a_reason_in_words(cast: Cast, project: Project):
    first, second, third, fourth, fifth = cast.reviewers
    home(cast, first, SHANGCHENG)
    home(cast, second, XIHU)
    home(cast, third, SHAOXING, employer=" 晨光 应急救护队")
    declare_tie(project.team, TieKind.COOPERATION, "合办培训", actor=fourth, until=dt.date(2023, 6, 1))
    declare_tie(project.team, TieKind.UNSUITABLE, "有过纠纷", actor=cast.team_leader, named=fifth.name)
    assert [codes(project, one) for one in cast.reviewers] == [
        ["county"],
        ["city"],
        ["employer"],
        ["cooperation"],
        ["unsuitable"],
    ]
    with on(2026, 6, 2):
        assert codes(project, fourth) == []
    assert [one.hard for one in matrix([project], cast.reviewers).reasons(project.pk, fifth.pk)] == [False]


@starting(S.ELIGIBILITY_CHECK)
def test_a_team_asks_for_three_to_keep_away_and_is_not_told_who_reviews(cast: Cast, project: Project):
    leader = Visitor(cast.team_leader)
    for name in (cast.reviewers[0].name, "无此人", "另一人"):
        typed: dict[str, Any] = {"named": name, "kind": "unsuitable", "reason": "有过纠纷"}
        leader.send("team_ties", project.team_id, **typed)
    answer = leader.send("team_ties", project.team_id, status=422, named="第四人", kind="unsuitable", reason="有过纠纷")
    assert "最多3位" in text(answer)
    for person in (cast.stranger, cast.county_officer, cast.reviewers[0]):
        Visitor(person).open("team_ties", project.team_id, status=404)
    typed = {"team_name": project.team.name, "kind": "adviser", "reason": "担任顾问"}
    Visitor(cast.reviewers[1]).send("own_tie", **typed)
    assert codes(project, cast.reviewers[1]) == ["adviser"]
    Visitor(cast.reviewers[1]).send("own_tie", status=422, **typed | {"team_name": "没有这个队"})


@starting(S.UNDER_REVIEW)
def test_a_tie_that_becomes_known_stops_the_declaration_and_the_score(cast: Cast, project: Project):
    first, second, _third = cast.reviewers[:3]
    act(project, "declare_no_conflict", actor=second)
    for person in (first, second):
        declare_tie(project.team, TieKind.KIN, "亲属", actor=cast.officer, person=person)
    with pytest.raises(Refused, match="亲属"):
        act(project, "declare_no_conflict", actor=first)
    assert "conflict" in reasons(project, "score", second, **marks(cast, 80))


@starting(S.REVIEWED)
def test_the_ranking_waits_for_a_conflict_that_became_known(cast: Cast, project: Project):
    declare_tie(project.team, TieKind.KIN, "亲属", actor=cast.officer, person=cast.reviewers[0])
    assert cast.round
    act(cast.round, "start_review", actor=cast.officer)
    assert set(reasons(cast.round, "start_deliberation", cast.officer)) == {"conflict"}


def test_the_whole_round_is_asked_in_as_many_queries_as_one_pair(cast: Cast):
    all_of_them = list(Project.objects.select_related("team__guided_by", "payee"))
    with asked() as one:
        matrix(all_of_them[:1], cast.reviewers[:1])
    with asked() as many:
        matrix(all_of_them, cast.reviewers)
    assert len(one) == len(many) <= 8


def test_who_may_review_what_is_answered_before_anybody_is_invited(cast: Cast, two: list[Project]):
    home(cast, cast.reviewers[0], XIHU)
    grant_role(cast.reviewers[1], Role.CITY_LEADER, actor=SYSTEM, organisation=cast.places[HANGZHOU])
    officer = Visitor(cast.officer)
    page = officer.open("may_review", two[0].round_id, query=f"?project={two[0].pk}")
    assert "两个人同意可以免" in page
    assert "必须回避" in page
    page = officer.open("may_review", two[0].round_id, query=f"?reviewer={cast.reviewers[2].pk}")
    assert "没有发现要回避的" in page
    assert "须回避" not in page[page.index("<main") :]


# Waivers ----------------------------------------------------------------------------------------------------


def test_a_soft_reason_is_waived_by_two_people_and_a_hard_one_by_nobody(cast: Cast, two: list[Project]):
    project, soft, hard = two[0], cast.reviewers[0], cast.reviewers[1]
    home(cast, soft, XIHU)
    home(cast, hard, SHANGCHENG)
    run = solved(cast, project.round)
    officer = Visitor(cast.officer)
    typed: dict[str, Any] = {"do": "waive", "reviewer": str(soft.pk), "waiver_reason": "同市没有往来，急救专家不足"}
    officer.send("assigning_project", project.round_id, run.pk, project.pk, **typed)
    assert codes(project, soft) == ["city"]
    waiver = RecusalWaiver.objects.get()
    officer.post("round_assigning", project.round_id, status=422, do="agree", waiver=str(waiver.pk))
    Visitor(cast.business_lead).post("round_assigning", project.round_id, do="agree", waiver=str(waiver.pk))
    assert codes(project, soft) == []
    assert codes(two[1], soft) == ["city"]
    with pytest.raises(Refused, match="不能免除"):
        ask_for_waiver(project, hard.pk, "人手不够", actor=cast.officer)
    declare_tie(project.team, TieKind.KIN, "亲属", actor=cast.officer, person=soft)
    assert codes(project, soft) == ["kin"]


def test_the_database_refuses_a_waiver_by_one_person(cast: Cast, two: list[Project]):
    home(cast, cast.reviewers[0], XIHU)
    waiver = ask_for_waiver(two[0], cast.reviewers[0].pk, "急救专家不足", actor=cast.officer)
    now = waiver.asked_at
    rows = RecusalWaiver.objects.filter(pk=waiver.pk)
    for one in (cast.officer, cast.reviewers[0]):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(agreed_by=one, agreed_at=now)
    facts = {"project": two[1], "reviewer": cast.reviewers[0], "codes": "city", "reason": "x"}
    with pytest.raises(IntegrityError), transaction.atomic():
        RecusalWaiver.objects.create(
            **facts, asked_by=cast.officer, asked_at=now, agreed_by=cast.business_lead, agreed_at=now
        )
    agree_to_waiver(two[0].round, waiver.pk, actor=cast.business_lead)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(reason="别的")


# The pool ---------------------------------------------------------------------------------------------------


def test_reviewers_are_invited_and_answer_and_only_those_who_accept_are_assigned(cast: Cast, two: list[Project]):
    officer, round_ = Visitor(cast.officer), two[0].round_id
    people = [str(one.pk) for one in cast.reviewers]
    officer.send("reviewer_pool", round_, status=422, reviewers=people, load="6", until="2026-05-24")
    officer.send("reviewer_pool", round_, reviewers=people, load="6", until="2026-06-05")
    first, second, third, fourth, _fifth = cast.reviewers
    asked_of = {one.reviewer_id: one for one in ReviewInvitation.objects.all()}
    assert "请您参加评审" in Visitor(first).open("home")
    mine = asked_of[first.pk].pk
    Visitor(first).send("invitation", mine, status=422, reply="accepted")
    Visitor(first).send("invitation", mine, reply="accepted", pledged="on", wishes=["FIRST_AID"])
    Visitor(second).open("invitation", mine, status=404)
    Visitor(second).send("invitation", asked_of[second.pk].pk, status=422, reply="declined")
    Visitor(second).send("invitation", asked_of[second.pk].pk, reply="declined", reason="近期出国")
    fewer: dict[str, Any] = {"reply": "reduced", "load": "1", "reason": "有课", "pledged": "on"}
    Visitor(third).send("invitation", asked_of[third.pk].pk, **fewer)
    with on(2026, 6, 6), pytest.raises(Refused, match="期限已过"):
        answer_invitation(asked_of[fourth.pk], Reply.ACCEPTED, actor=fourth, pledged=True)
    page = officer.open("reviewer_pool", round_)
    for words in ("谢绝", "近期出国", "等答复", "接受，少评几个"):
        assert words in page
    run = solved(cast, two[0].round)
    loads = [pk for seats in new_seats(run).values() for pk in seats]
    assert sorted(loads) == sorted([first.pk, first.pk, third.pk])
    assert "谢绝了本轮邀请" in officer.open("assigning_project", round_, run.pk, two[0].pk)


def test_an_answer_is_given_once_and_in_time(cast: Cast, two: list[Project]):
    person = cast.reviewers[0]
    assert invite_reviewers(two[0].round, [person.pk], 6, dt.date(2026, 6, 5), "", actor=cast.officer) == 1
    assert invite_reviewers(two[0].round, [person.pk], 6, dt.date(2026, 6, 5), "", actor=cast.officer) == 0
    invitation = ReviewInvitation.objects.get()
    late = {"invitation": invitation, "reply": Reply.ACCEPTED, "load": 6, "pledged": True}
    with pytest.raises(IntegrityError), transaction.atomic():
        InvitationAnswer.objects.create(**late, at=invitation.expires_at + dt.timedelta(seconds=1))
    first = answer_invitation(invitation, Reply.DECLINED, actor=person, reason="出国")
    assert answer_invitation(invitation, Reply.DECLINED, actor=person, reason="出国") == first
    with pytest.raises(Refused, match="已经答复过"):
        answer_invitation(invitation, Reply.ACCEPTED, actor=person, pledged=True)


def test_the_officer_keeps_what_the_pool_knows(cast: Cast, two: list[Project]):
    officer, person = Visitor(cast.officer), cast.reviewers[0]
    typed: dict[str, Any] = {
        "kind": "health",
        "employer": "市卫健委",
        "home": str(cast.places[SHAOXING].pk),
        "most": "8",
    }
    typed |= {"field-ELDERLY": "2"}
    officer.send("expert", person.pk, **typed, away_from="2026-05-20", away_to="2026-06-30")
    page = officer.open("reviewer_pool", two[0].round_id)
    assert "卫生健康 · 市卫健委 · 绍兴市红十字会" in page
    run = solved(cast, two[0].round)
    assert person.pk not in {pk for seats in new_seats(run).values() for pk in seats}
    assert "这段时间不能评审" in officer.open("assigning_project", two[0].round_id, run.pk, two[0].pk)
    officer.send("expert", person.pk, status=422, **typed, away_from="2026-06-20", away_to="2026-05-30")
    Visitor(cast.business_lead).open("expert", person.pk, status=404)
    officer.open("expert", cast.stranger.pk, status=404)
