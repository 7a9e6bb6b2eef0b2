"""Scene 2: counties and prefectures open, return, recommend by hand or by paper, decline, and think again."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from grants.applications.commands import save_budget, save_form
from grants.applications.form_kept import definition_of
from grants.applications.models import Recommendation
from grants.applications.queries import waiting_in_area
from grants.desk.commands import act
from grants.desk.rehearsal.fates import CITY_LOTS, REVIEW_LOTS, SILENT
from grants.desk.rehearsal.world import Case, World
from grants.desk.rehearsal.writing import budget
from grants.people.models import User
from grants.programmes.queries import quota_of
from workflow.clock import SHANGHAI
from workflow.deadlines import deadline
from workflow.lifecycle import ProjectState, Role

S = ProjectState
OPINION = "团队长期开展服务，方案可行，同意推荐。"


class Ranks:
    """The next free rank at each place."""

    def __init__(self) -> None:
        self.given: Counter[tuple[str, int]] = Counter()

    def next(self, level: str, place: int) -> int:
        """1, 2, 3 … at that place."""
        self.given[level, place] += 1
        return self.given[level, place]


def by_counties(world: World) -> Ranks:
    """Every submitted case of a county goes as far there as its lot lets it. -> the ranks that were given."""
    ranks = Ranks()
    world.play.wait(2)
    for case in world.where(S.SUBMITTED):
        if world.has_county(case):
            _county(world, case, ranks)
    world.play.wait(3)
    for case in world.where(S.RETURNED):
        if case.lot == "never_corrected":
            continue
        world.do(case, "begin_correction", case.leader)
        _corrects(world, case, "budget")
        world.do(case, "resubmit", case.leader)
        world.do(case, "recall_correction", case.leader)
        world.do(case, "resubmit", case.leader)
        _county_signs(world, case, ranks)
    world.play.wait(4)
    return ranks


def by_cities(world: World, ranks: Ranks) -> None:
    """Prefectures and the province take their turn; what a level left lying, the level above does."""
    _after_county(world, ranks)
    _too_many(world, ranks)
    _overdue(world, ranks)


def _corrects(world: World, case: Case, section: str) -> None:
    """The team changes what was sent back, the budget or one answer of the section, and can change nothing else."""
    form, project, leader = definition_of(case.project), case.project, case.leader
    texts = [one for one in form.written if one.kind in {"longtext", "number"} and not one.column and one.required]
    of_section = next((one for one in texts if one.section == section), None)
    other = next((one for one in texts if one.section != section), None)
    if other:
        answer: dict[str, Any] = {other.name: 7 if other.kind == "number" else "另写一遍。"}
        world.play.refused("not_marked", lambda: save_form(project, actor=leader, **answer))
    with world.play.moment():
        if section == "budget":
            save_budget(project, budget(world), actor=leader)
        elif of_section:
            said: Any = project.form.get(of_section.name)
            more = said + 1 if of_section.kind == "number" else f"已补充走访。{said}"[: of_section.most or None]
            told: dict[str, Any] = {of_section.name: more}
            save_form(project, actor=leader, **told)


def _county(world: World, case: Case, ranks: Ranks) -> None:
    if case.lot == "county_silent":
        return
    officer, leader = world.county(case, Role.COUNTY_OFFICER), world.county(case, Role.COUNTY_LEADER)
    world.do(case, "open_file", officer)
    if case.lot in {"correct", "never_corrected"}:
        due = world.in_days(3)
        world.do(case, "county_return", officer, reason="退错了一份", sections=["team"], due_on=due)
        world.do(case, "undo_return", officer)
        world.do(case, "county_return", officer, reason="预算依据写得不够", sections=["budget"], due_on=due)
    elif case.lot in {"county_declines", "county_declines_then_reinstates"}:
        world.do(case, "county_decline", leader, reason="与往年项目重复")
        if case.lot == "county_declines_then_reinstates":
            world.do(case, "reopen_recommendation", leader, reason="核对后并不重复", own_error=True)
            _county_signs(world, case, ranks)
    else:
        _county_signs(world, case, ranks)
        if case.lot == "county_takes_back":
            world.do(case, "county_take_back", leader, reason="排序填错")
            _county_signs(world, case, ranks)


def _county_signs(world: World, case: Case, ranks: Ranks) -> None:
    """By the leader's own hand, or by the clerk with the signed page and a second person."""
    place = case.team.guided_by.pk
    given: dict[str, Any] = {"opinion": OPINION, "rank": ranks.next("county", place)}
    if case.lot != "by_paper":
        leader = world.county(case, Role.COUNTY_LEADER)
        _tie(world, case, leader)
        world.do(case, "county_recommend", leader, **given)
        return
    clerk = world.county(case, Role.COUNTY_OFFICER)
    minutes = world.play.document("推荐会议纪要", clerk)
    world.do(case, "file_minutes", clerk, meeting_said="会长办公会研究推荐工作", recommendation_minutes=minutes)
    given |= {"signed_opinion": world.play.document("推荐意见表", clerk), "signer": "县红十字会负责人"}
    world.play.together(case.project, "county_recommend", clerk, world.city(case, Role.CITY_OFFICER), **given)


def _tie(world: World, case: Case, leader: User) -> None:
    """Two projects of one county do not share a rank: the first time that it is tried, it is refused."""
    alike = Recommendation.objects.filter(round=world.round, organisation=case.team.guided_by, level="county")
    row = alike.filter(withdrawn_at__isnull=True).first()
    if row is None or "tied" in world.notices:
        return
    world.notices["tied"] = 1
    given = {"opinion": OPINION, "rank": row.rank}
    world.play.refused("rank", lambda: act(case.project, "county_recommend", actor=leader, given=given))


def _after_county(world: World, ranks: Ranks) -> None:
    """A prefecture's own team, and those whom something is yet to befall there or in the review, get places first."""
    found = world.where(S.COUNTY_RECOMMENDED, S.SUBMITTED)
    waiting = sorted(
        found, key=lambda case: (world.has_county(case), case.lot not in CITY_LOTS, case.lot not in REVIEW_LOTS)
    )
    for case in waiting:
        if case.state == S.SUBMITTED and world.has_county(case):
            continue
        if world.has_city(case):
            _city(world, case, ranks)
        else:
            _province_admits(world, case)


def _city(world: World, case: Case, ranks: Ranks) -> None:
    officer, leader = world.city(case, Role.CITY_OFFICER), world.city(case, Role.CITY_LEADER)
    if case.lot == "city_silent":
        return
    world.do(case, "open_file", officer)
    if case.lot == "city_declines" and case.state == S.COUNTY_RECOMMENDED:
        world.do(case, "city_decline", leader, reason="全市名额有限，排序靠后")
        return
    if case.lot == "city_returns" and case.state == S.COUNTY_RECOMMENDED:
        world.do(case, "city_return", officer, reason="活动安排需再细化", sections=["design"], due_on=world.in_days(3))
        _corrects(world, case, "design")
        world.do(case, "resubmit", case.leader)
        _county_signs(world, case, ranks)
    if not _places_left(world, case):
        if not world.has_county(case):
            world.do(case, "direct_decline", leader, reason="名额已满")
        return
    _city_signs(world, case, ranks)
    if case.lot == "city_takes_back" and world.has_county(case):
        world.do(case, "city_take_back", leader, reason="排序填错")
        _city_signs(world, case, ranks)
    if case.lot == "province_returns":
        _province_returns(world, case, ranks)


def _city_signs(world: World, case: Case, ranks: Ranks) -> None:
    leader = world.city(case, Role.CITY_LEADER)
    place = case.team.guided_by.parent_id if world.has_county(case) else case.team.guided_by.pk
    move = "city_recommend" if world.has_county(case) else "city_recommend_direct"
    world.do(case, move, leader, opinion=OPINION, rank=ranks.next("city", place or 0))


def _places_left(world: World, case: Case) -> bool:
    """Whether the prefecture has a place for it; one is held back for each that a level above will take up."""
    quota, open_yet = quota_of(world.round, case.project.scope), world.where(S.SUBMITTED, S.COUNTY_RECOMMENDED)
    same_city = [one for one in open_yet if world.city_of(one).pk == world.city_of(case).pk and one is not case]
    held_back = sum(one.lot in SILENT for one in same_city)
    return bool(quota and quota.used + held_back < quota.places)


def _crowded(world: World, case: Case) -> bool:
    """Whether the prefecture has more projects put forward than places."""
    quota = quota_of(world.round, case.project.scope)
    return bool(quota and quota.used + waiting_in_area(case.project) > quota.places)


def _too_many(world: World, ranks: Ranks) -> None:
    """More good projects than places: one gives way, one is taken up again as a place is added, others are declined."""
    waiting = [case for case in world.where(S.COUNTY_RECOMMENDED) if case.lot != "city_silent"]
    swapped: set[int] = set()
    for case in waiting:
        city, leader = world.city_of(case), world.city(case, Role.CITY_LEADER)
        if city.pk not in swapped and _crowded(world, case):
            swapped.add(city.pk)
            there = [one for one in world.where(S.CITY_RECOMMENDED) if world.city_of(one).pk == city.pk]
            weakest = min(there, key=lambda one: one.lot != "plain")
            world.do(weakest, "not_forwarded", leader, reason="名额不够，排序在后")
            _city_signs(world, case, ranks)
        elif len(swapped) == 1 and _places_left(world, case) is False and "raised" not in world.notices:
            world.notices["raised"] = 1
            world.do(case, "city_decline", leader, reason="名额已满")
            given = {"organisation": str(city.pk), "places": 1, "reason": "该市申报数量多、质量好"}
            world.play.together(world.round, "raise_quota", world.officer, world.cast.business_lead, **given)
            world.do(case, "reopen_recommendation", leader, reason="名额增加了一个")
            _county_signs(world, case, ranks)
            _city_signs(world, case, ranks)
        else:
            world.do(case, "city_decline", leader, reason="名额已满")


def _province_returns(world: World, case: Case, ranks: Ranks) -> None:
    due = world.in_days(3)
    world.do(case, "province_return", world.officer, reason="收款单位信息不全", sections=["team"], due_on=due)
    _corrects(world, case, "team")
    world.do(case, "resubmit", case.leader)
    if world.has_county(case):
        _county_signs(world, case, ranks)
    _city_signs(world, case, ranks)


def _province_admits(world: World, case: Case) -> None:
    if case.lot == "direct_declined":
        world.do(case, "direct_decline", world.officer, reason="与本校往年项目重复")
        return
    if case.lot == "direct_returns":
        due = world.in_days(3)
        world.do(case, "direct_return", world.officer, reason="缺少学校意见", sections=["team"], due_on=due)
        world.do(case, "resubmit", case.leader)
        world.do(case, "province_admit_direct", world.officer, opinion="材料齐全。")
        world.do(case, "take_back_direct", world.officer, reason="意见没有写全")
    world.do(case, "province_admit_direct", world.officer, opinion="材料齐全，同意受理。")


def _overdue(world: World, ranks: Ranks) -> None:
    """What a level left lying, the level above does in its place; what was never corrected is declined."""
    world.play.wait(1)
    for case in world.where(S.RETURNED):
        case.project.refresh_from_db()
        if case.state == S.SUBMITTED:
            world.do(case, "county_decline", world.county(case, Role.COUNTY_LEADER), reason="未按期修改，材料不全")
    for case in world.where(S.SUBMITTED):
        _let_pass(world, case, "county_recommend")
        leader = world.city(case, Role.CITY_LEADER)
        _second_thoughts(world, case, leader)
        given = {"opinion": OPINION, "rank": ranks.next("county", case.team.guided_by.pk), "reason": "县级逾期未办"}
        world.do(case, "county_recommend_in_place", leader, **given)
        if _places_left(world, case):
            _city_signs(world, case, ranks)
        else:
            world.do(case, "city_decline", leader, reason="名额已满")
    for case in world.where(S.COUNTY_RECOMMENDED, lot="city_silent"):
        _let_pass(world, case, "city_recommend")
        if _places_left(world, case):
            world.together(case, "city_recommend_in_place", reason="市级逾期未办")
        else:
            world.do(case, "city_decline", world.city(case, Role.CITY_LEADER), reason="名额已满")


def _second_thoughts(world: World, case: Case, leader: User) -> None:
    """The prefecture, in the county's place, asks for a correction, then declines, and sees that it was mistaken."""
    due = world.in_days(3)
    given = {"reason": "县级逾期未办，预算依据还不够", "sections": ["budget"], "due_on": due}
    world.do(case, "return_in_place", world.city(case, Role.CITY_OFFICER), **given)
    world.do(case, "resubmit", case.leader)
    _let_pass(world, case, "county_recommend")
    world.do(case, "decline_in_place", leader, reason="县级逾期未办，与往年项目重复")
    world.do(case, "reopen_recommendation", leader, reason="看错了往年项目", own_error=True)
    _let_pass(world, case, "county_recommend")


def _let_pass(world: World, case: Case, name: str) -> None:
    """Wait until the level's time is over."""
    found = deadline(case.project, name)
    if found:
        world.play.go_to(found.due_at.astimezone(SHANGHAI).date() + dt.timedelta(days=1))
    case.project.refresh_from_db()
