"""Scenes of the demonstration: what people do with a round, or with one project, on one day."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from grants.applications.form_definition import asked
from grants.desk.commands import put_forward
from grants.desk.demo.people import team_of
from grants.desk.demo.plans import Plan
from grants.desk.demo.words import answers
from grants.desk.rehearsal import opening
from grants.desk.rehearsal.cast import Cast
from grants.desk.rehearsal.opening import meeting, official
from grants.desk.rehearsal.play import Play
from grants.desk.rehearsal.recommending import OPINION
from grants.desk.rehearsal.reviewing import COMMENT
from grants.desk.rehearsal.running import file_voucher
from grants.desk.rehearsal.world import Case, World
from grants.desk.rehearsal.writing import lines, starting
from grants.funds.enums import SourceKind
from grants.kernel.numbering import round_no
from grants.people.models import User
from grants.programmes.commands import create_programme, create_round
from grants.programmes.models import Round
from grants.programmes.profile import Profile
from grants.programmes.queries import calendar
from grants.reviews.panel.queries import minutes_of_round
from grants.reviews.queries import ranking
from workflow.lifecycle import Role
from workflow.ports import SYSTEM

UNFUNDED = ("reserve", "declined")
"""What the first meeting does not fund."""
ACTIVITY = {"place": "社区文化礼堂", "volunteers": 12, "minutes_each": 120, "served": 46, "cancelled": False}
PAGE = {"progress": "按计划开展，已完成过半。", "activities_done": 3, "spent_fen": 620_000}
REPORT: dict[str, Any] = {
    "summary": "按计划开展志愿服务，居民反映良好，志愿者得到锻炼，红十字精神得到传播。",
    "goals": [
        {"indicator": "activities", "target": 6, "actual": 6},
        {"indicator": "volunteer_times", "target": 60, "actual": 72},
        {"indicator": "beneficiary_times", "target": 240, "actual": 260},
    ],
    "lessons": "应更早联系场地。",
    "follow_up": "继续按月开展。",
}


def open_round(play: Play, cast: Cast, text: str, year: int, title: str) -> World:
    """A round with its money, whose call is published today."""
    rules, named = Profile.parse(text), Profile.parse(text).programme
    with play.moment():
        programme = create_programme(named.code, named.name_zh, name_en=named.name_en, actor=SYSTEM)
    with play.moment():
        made = create_round(
            programme, round_no(named.code, year), year, text, actor=cast.programme_officer, title=title
        )
    earlier = Round.objects.exclude(pk=made.pk).count()
    world = World(play, cast, made, rules, letters=earlier * 100)  # the office never hands a number out twice
    give_money(world)
    play.do(made, "record_rehearsal", world.officer, digest=rules.digest())
    notice = official(world, "call", "关于组织申报的通知")
    play.together(made, "publish_call", world.officer, cast.business_lead, notice=notice)
    return world


def give_money(world: World) -> None:
    """Two thirds from the budget, one third from a donor."""
    total = world.rules.round.envelope_fen
    opening.give(world, SourceKind.FISCAL, "省级财政预算", total - total // 3)
    opening.give(world, SourceKind.DONATION, "爱心企业定向捐赠", total // 3)


def write(world: World, plan: Plan) -> Case:
    """A team begins its application and fills it in."""
    number = len(world.cast.teams)
    team = team_of(world.play, world.cast, plan.team, plan.place, plan.leader)
    said = {"title": plan.title, **answers(plan.title, starting(world))}
    if "aed_place" in asked(world.rules).by_name:
        said["aed_place"] = f"{team.guided_by.short_name}社区服务中心一楼大门右侧，步行2分钟。"
    return opening.write(world, team, number, plan.fate, lines=lines((190 + number * 2) * 100, world.rules), **said)


def recommend(world: World, case: Case) -> None:
    """County, then city."""
    for role, officer in ((Role.COUNTY_LEADER, Role.COUNTY_OFFICER), (Role.CITY_LEADER, Role.CITY_OFFICER)):
        level = "county" if role == Role.COUNTY_LEADER else "city"
        at = world.county if level == "county" else world.city
        world.do(case, "open_file", at(case, officer))
        world.do(case, f"{level}_recommend", at(case, role), opinion=OPINION, rank=case.number + 1)


def admit(world: World, case: Case) -> None:
    """The province receives it and finds it eligible."""
    keys = [item.key for item in world.rules.eligibility.conditions]
    world.do(case, "receive", world.officer)
    world.do(case, "pass_eligibility", world.officer, passed=keys, budget_checked=True)


def seat(world: World, case: Case) -> list[User]:
    """Three reviewers have seats, 钱佳怡 among them."""
    chosen = world.cast.reviewers[:3]
    world.do(case, "assign_reviewers", world.officer, reviewers=[str(person.pk) for person in chosen])
    return chosen


def score(world: World, case: Case, reviewer: User, percent: int, best: int = 0) -> None:
    """A reviewer declares and scores; the first criterion by `best` percent more, the second by as much less."""
    apart = (best, -best)
    marks = {
        item.code: item.weight * 2 * (percent + (apart[place] if place < len(apart) else 0)) // 100
        for place, item in enumerate(world.rules.rubric.scored)
    }
    world.do(case, "declare_no_conflict", reviewer)
    world.do(case, "score", reviewer, comment=COMMENT, **marks)


def decide(world: World, cases: Iterable[Case], paper: int | None = None) -> None:
    """The meeting, this decision paper before it, decides; one goes to the reserve, one is declined; all is public."""
    drawn_on = next((one.pk for one in minutes_of_round(world.round)), None)
    play, minutes = world.play, meeting(world, "审定会议纪要", paper=paper, panel=drawn_on)
    by_project = {case.project.pk: case for case in cases}
    for case in [by_project[place.project.pk] for place in ranking(world.round)]:
        if case.lot == "declined":
            world.together(case, "decline", meeting=minutes, reason="排名靠后，资金不够安排。")
        elif case.lot == "reserve":
            world.together(case, "put_in_reserve", meeting=minutes, reserve_order=1)
        else:
            world.together(case, "shortlist", meeting=minutes, amount_fen=case.project.requested_fen)
    play.together(world.round, "announce", world.officer, world.cast.business_lead, meeting=minutes)
    notice = notice_of_publicity(world, "关于拟立项项目的公示")
    for case in cases:
        if case.lot not in UNFUNDED:
            world.do(case, "publish_notice", world.officer, notice=notice)


def notice_of_publicity(world: World, title: str) -> int:
    """The official notice of today, six working days long."""
    ends = calendar().add_working_days(world.play.today, 6)
    return official(world, "publicity", title, ends_on=ends)


def approve(world: World, cases: Iterable[Case]) -> None:
    """The notice has run out without an objection; one team gives up; the result is published."""
    minutes = meeting(world, "立项会议纪要")
    for case in cases:
        if case.lot not in UNFUNDED:
            world.together(case, "approve", meeting=minutes)
        if case.lot == "gives_up":
            world.together(case, "give_up", letter=world.play.document("放弃函", world.officer))
    notice = official(world, "result", "关于公布立项项目的通知")
    world.play.together(world.round, "publish_result", world.officer, world.cast.business_lead, notice=notice)


def work(world: World, case: Case, times: int) -> None:
    """Some activities are logged and two expenses filed."""
    for _ in range(times):
        number = case.project.activities.count() + 1
        given = ACTIVITY | {"name": f"第{number}次志愿服务", "held_on": world.play.today.isoformat()}
        world.do(case, "log_activity", case.leader, **given)
    spend(world, case, 40)


def spend(world: World, case: Case, percent: int) -> None:
    """Vouchers for that much of the grant, in two categories."""
    total = case.project.granted_fen * percent // 100
    for fen, category in ((total * 6 // 10, "ACT_MATERIAL"), (total - total * 6 // 10, "VOL_TRANSPORT")):
        file_voucher(world, case, world.payee(case), fen, category)


def waits_for(world: World, record: Any, move: str, maker: User, **given: Any) -> None:
    """Put forward, and left with those who must endorse."""
    with world.play.moment():
        put_forward(record, move, actor=maker, given=given)
