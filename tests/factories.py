"""Records that surprise nobody, made by the product's own commands. Append your own; do not rewrite others'."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from django.core.files.base import ContentFile

from grants.applications.commands import attach_file, begin_project, save_budget, save_form
from grants.applications.models import Project
from grants.awards.models import Meeting, OfficialNotice
from grants.desk.commands import act, put_forward, stand_behind
from grants.people.models import Team, User
from grants.programmes.commands import create_programme, create_round
from grants.programmes.models import Round
from grants.programmes.profile import profile_text
from storage.commands import keep
from storage.models import Document
from tests.cast import Cast
from tests.storage import files
from workflow import clock
from workflow.actions import blocked
from workflow.deadlines import deadline
from workflow.machine import Stateful
from workflow.models import Step
from workflow.ports import SYSTEM
from workflow.trail import steps_of

PDF = files.PDF
CALL = dt.datetime(2026, 3, 2, 9, tzinfo=clock.SHANGHAI)  # a Monday; the calendar of 2026 is shipped
_serial = count(1)


@contextmanager
def on(year: int, month: int, day: int, hour: int = 9) -> Iterator[dt.datetime]:
    """The clock stands at that hour in Shanghai."""
    with clock.held(dt.datetime(year, month, day, hour, tzinfo=clock.SHANGHAI)) as moment:
        yield moment


def a_document(owner: User, name: str = "材料") -> Document:
    """A small PDF of the person's, no two alike."""
    content = PDF + f"% {next(_serial)}\n".encode()
    return keep(ContentFile(content, name=f"{name}.pdf"), actor=owner, now=clock.now())


def together(record: Stateful, name: str, *, by: User, endorsed_by: User, **given: Any) -> Step:
    """One puts a move forward, the other endorses it, the first makes it."""
    stand_behind(put_forward(record, name, actor=by, given=given), actor=endorsed_by)
    return act(record, name, actor=by, given=given)


def by_paper(record: Stateful, name: str, *, by: User, confirmed_by: User, **given: Any) -> Step:
    """A clerk enters a signed opinion, somebody else confirms it, the clerk makes the move."""
    facts = given | {"signed_opinion": str(a_document(by, "推荐意见表").pk), "signer": "张志强"}
    stand_behind(put_forward(record, name, actor=by, given=facts), actor=confirmed_by)
    return act(record, name, actor=by, given=facts)


def due(record: Stateful, name: str) -> Any:
    """When the open deadline of that name falls due, in Shanghai; None without one."""
    row = deadline(record, name)
    return row.due_at.astimezone(clock.SHANGHAI) if row else None


def last_step(record: Stateful) -> Step:
    """The newest line of a record's trail."""
    found = steps_of(record).last()
    assert found
    return found


# Rounds ---------------------------------------------------------------------------------------------------------


def a_planned_round(cast: Cast, *, year: int = 2026, text: str = "") -> Round:
    """A round in planning under the shipped configuration."""
    programme = create_programme("QNZJ", "情暖浙江·红十字志愿服务项目发展计划", actor=SYSTEM)
    return create_round(programme, f"QNZJ-{year}", year, text or profile_text("qingnuan"), actor=cast.officer)


def a_notice(cast: Cast, round_: Round, kind: str = "call", **more: Any) -> OfficialNotice:
    """An official document on record in the round."""
    given = {
        "kind": kind,
        "number": f"浙红〔{clock.today().year}〕{next(_serial)}号",
        "title": "关于组织申报的通知",
        "issued_on": clock.today().isoformat(),
        "notice_file": str(a_document(cast.officer, "通知").pk),
    }
    act(round_, "issue_notice", actor=cast.officer, given=given | more)
    return OfficialNotice.objects.filter(round=round_).latest("pk")


def a_meeting(cast: Cast, round_: Round) -> Meeting:
    """Minutes on record in the round."""
    given = {
        "number": f"执委会纪要〔{clock.today().year}〕{next(_serial)}号",
        "held_on": clock.today().isoformat(),
        "present": "会领导、职能处室负责人",
        "minutes_document": str(a_document(cast.officer, "会议纪要").pk),
    }
    act(round_, "record_meeting", actor=cast.officer, given=given)
    return Meeting.objects.filter(round=round_).latest("pk")


def rehearse(cast: Cast, round_: Round) -> None:
    """The configuration in force counts as rehearsed."""
    assert round_.configuration
    act(round_, "record_rehearsal", actor=cast.officer, given={"digest": round_.configuration.digest})


def an_open_round(cast: Cast, *, year: int = 2026, text: str = "") -> Round:
    """A round whose call was published just now, by the book; it is also the cast's round."""
    round_ = a_planned_round(cast, year=year, text=text)
    rehearse(cast, round_)
    notice = a_notice(cast, round_)
    together(round_, "publish_call", by=cast.officer, endorsed_by=cast.business_lead, notice=str(notice.pk))
    cast.round = round_
    return round_


# Applications ---------------------------------------------------------------------------------------------------


def answers(**changed: Any) -> dict[str, Any]:
    """A whole application, as a volunteer would fill it in."""
    activities = [
        {"name": f"社区救护课 {n}", "month": "2026-09", "times": 4, "place": "社区礼堂", "volunteers": 8}
        | {"hours_each": 3, "served": 40}
        for n in (1, 2, 3)
    ]
    indicators = [
        {"indicator": "activities", "target": 12},
        {"indicator": "trained", "target": 480},
        {"indicator": "hours", "target": 288},
    ]
    whole = {
        "title": "救在身边进社区",
        "field": "FIRST_AID",
        "summary": "为上城区十二个老旧社区的居民教授心肺复苏和海姆立克急救法。",
        "place": "杭州市上城区十二个社区",
        "start_date": dt.date(2026, 8, 1),
        "end_date": dt.date(2027, 7, 31),
        "beneficiaries": ["residents", "elderly"],
        "beneficiary_count": 480,
        "minors": False,
        "hazardous": False,
        "need": "辖区老年人口占 27%，社区内持证救护员不足居民的千分之三（区卫健局 2025 年数据）。",
        "feature": "红十字救护师带教，每社区留下一支急救小组。",
        "activities": activities,
        "indicators": indicators,
        "hist_events": 46,
        "hist_hours": 3120,
        "contact_name": "李婷婷",
        "contact_mobile": "13800000001",
        "other_funding": "无",
        "paid_to": "recommending_red_cross",
        "committed": True,
    }
    return whole | changed


def budget_lines(total_fen: int = 2_500_000) -> list[dict[str, Any]]:
    """A budget that keeps every rule: materials, publicity 10 %, transport and meals 20 %."""
    tenth, meal, ride = total_fen // 10, 2_500, 4_000
    meals, rides = tenth // meal, tenth // ride
    return [
        _line("PUBLICITY", "折页印制", tenth, 1),
        _line("VOL_MEAL", "志愿者午餐", meal, meals),
        _line("VOL_TRANSPORT", "志愿者交通", ride, rides),
        _materials(total_fen - tenth - meal * meals - ride * rides),
    ]


def _materials(rest_fen: int) -> dict[str, Any]:
    units = next(n for n in range(1, 10_000) if rest_fen % n == 0 and rest_fen // n < 100_000)
    return _line("ACT_MATERIAL", "训练耗材", rest_fen // units, units)


def _line(category: str, item: str, price: int, quantity: int) -> dict[str, Any]:
    return {
        "category": category,
        "item": item,
        "unit": "项",
        "unit_price_fen": price,
        "quantity": quantity,
        "source": "grant",
        "basis": "市场询价",
    }


def a_draft(cast: Cast, *, team: Team | None = None, leader: User | None = None) -> Project:
    """A draft with nothing in it, in the cast's round, which is opened if need be."""
    round_ = cast.round or an_open_round(cast)
    who = leader or cast.team_leader
    return begin_project(round_, team or cast.team, who, actor=who)


def fill_in(project: Project, *, leader: User, total_fen: int = 2_500_000, **changed: Any) -> Project:
    """Form, budget and signed pages, so that nothing stands against submitting."""
    save_form(project, actor=leader, version=project.version, **answers(**changed))
    save_budget(project, budget_lines(total_fen), actor=leader, version=project.version)
    for slot in ("commitment", "team_proof"):
        attach_file(project, slot, a_document(leader, slot), actor=leader, version=project.version)
    return project


def a_complete_draft(cast: Cast, *, team: Team | None = None, leader: User | None = None, **changed: Any) -> Project:
    """A draft that can be submitted: 25,000.00 yuan for twelve months."""
    project = a_draft(cast, team=team, leader=leader)
    return fill_in(project, leader=leader or cast.team_leader, **changed)


# Reasons --------------------------------------------------------------------------------------------------------


def reasons(record: Stateful, name: str, actor: Any, **given: Any) -> dict[str, str]:
    """What stands against a move now, by code; the endorsement of others is not counted."""
    record.refresh_from_db()
    found = blocked(record, name, actor, given)
    return {reason.code: str(reason.message) for reason in found if reason.code != "not_endorsed"}
