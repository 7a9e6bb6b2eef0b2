"""Scene 1: the round is set up, rehearsed, endorsed and published; teams write and submit."""

from __future__ import annotations

import datetime as dt
from typing import Any

from grants.applications.commands import attach_file, begin_project, save_budget, save_form
from grants.applications.enums import LateFault
from grants.applications.form_definition import asked
from grants.awards.models import Meeting, OfficialNotice
from grants.desk.rehearsal.cast import Cast
from grants.desk.rehearsal.fates import Fates
from grants.desk.rehearsal.play import Play
from grants.desk.rehearsal.world import Case, World
from grants.desk.rehearsal.writing import answers, budget
from grants.funds.enums import SourceKind
from grants.people.models import Team
from grants.programmes.commands import create_programme, create_round, load_calendar_year
from grants.programmes.models import Round
from grants.programmes.profile import Profile
from grants.programmes.workdays_data import known_years, rows
from storage.models import Document
from workflow.lifecycle import ProjectState, Stage
from workflow.ports import SYSTEM

S = ProjectState


def set_up(play: Play, cast: Cast, text: str) -> World:
    """A round in planning with its money, configured from `text`, with the call published."""
    for year in sorted(known_years()):
        with play.moment():
            load_calendar_year(year, rows(year), f"国务院办公厅关于{year}年部分节假日安排的通知", actor=SYSTEM)
    rules = Profile.parse(text)
    with play.moment():
        programme = create_programme(
            rules.programme.code, rules.programme.name_zh, name_en=rules.programme.name_en, actor=SYSTEM
        )
    world = World(play, cast, _round(play, cast, programme, text), rules)
    _money(world)
    play.do(world.round, "configure", world.officer, text=text, reason="核对后重新保存")
    play.do(world.round, "record_rehearsal", world.officer, digest=rules.digest())
    notice = official(world, "call", "关于组织申报的通知")
    play.together(world.round, "publish_call", world.officer, cast.business_lead, notice=notice)
    return world


def _round(play: Play, cast: Cast, programme: Any, text: str) -> Round:
    with play.moment():
        return create_round(
            programme, f"{programme.code}-{play.today.year}", play.today.year, text, actor=cast.programme_officer
        )


def _money(world: World) -> None:
    """The envelope comes from the budget, a donor and the lottery fund."""
    total = world.rules.round.envelope_fen
    give(world, SourceKind.FISCAL, "省级财政预算", total - total * 30 // 100 - total * 20 // 100)
    give(world, SourceKind.DONATION, "爱心企业定向捐赠", total * 30 // 100, intent="用于志愿服务项目")
    give(world, SourceKind.LOTTERY, "福彩公益金", total * 20 // 100, intent="标明彩票公益金资助")


def give(world: World, kind: SourceKind, name: str, fen: int, intent: str = "") -> None:
    """Finance enters a source of money for the round."""
    finance = world.cast.finance_officer
    paper = world.play.document(name, finance)
    given = {"kind": kind.value, "name": name, "amount_fen": fen, "intent": intent, "source_document": paper}
    world.play.do(world.round, "add_source", finance, **given)


def official(world: World, kind: str, title: str, ends_on: dt.date | None = None, of: Round | None = None) -> int:
    """An official document is registered; -> its number for the moves that need it."""
    world.letters += 1
    given: dict[str, Any] = {
        "kind": kind,
        "number": f"浙红〔{world.play.today.year}〕{world.letters}号",
        "title": title,
        "issued_on": world.play.today.isoformat(),
        "notice_file": world.play.document(title, world.officer),
    }
    if ends_on:
        given["ends_on"] = ends_on.isoformat()
    world.play.do(of or world.round, "issue_notice", world.officer, **given)
    return int(OfficialNotice.objects.order_by("-pk").values_list("pk", flat=True)[0])


def meeting(
    world: World, subject: str, of: Round | None = None, *, paper: int | None = None, panel: int | None = None
) -> int:
    """A meeting of the leadership is held and registered, with the paper and the panel it had; -> its number."""
    world.play.do(
        of or world.round,
        "record_meeting",
        world.officer,
        number=f"执委会纪要〔{world.play.today.year}〕{Meeting.objects.count() + 1}号",
        held_on=world.play.today.isoformat(),
        present="会领导、职能处室、财务、监事",
        recused="",
        minutes_document=world.play.document(subject, world.officer),
        **({"paper": str(paper)} if paper else {}),
        **({"panel": str(panel)} if panel else {}),
    )
    return int(Meeting.objects.order_by("-pk").values_list("pk", flat=True)[0])


def write(world: World, team: Team, number: int, lot: str, *, lines: list[dict[str, Any]], **said: Any) -> Case:
    """A team begins, fills in the form on two evenings, has its budget and signed pages; its case is in the world."""
    play, leader = world.play, world.cast.leaders[team.pk]
    with play.moment():
        project = begin_project(world.round, team, leader, actor=leader, key=f"begin:{world.round.code}:{number}")
    with play.moment():
        save_form(project, actor=leader, version=project.version, **(answers(world, team, number) | said))
    with play.moment():
        save_budget(project, lines, actor=leader, version=project.version)
    for slot, label in papers(world):
        page = Document.objects.get(pk=play.document(label, leader))
        with play.moment():
            attach_file(project, slot, page, actor=leader)
    case = Case(number, project, team, leader, lot)
    world.cases.append(case)
    return case


def papers(world: World) -> list[tuple[str, str]]:
    """The documents that the round wants of an application, by its list or by its form."""
    wanted = {one.name for one in asked(world.rules).papers if one.required}
    listed = world.rules.checklist.of(Stage.APPLICATION)
    return [(one.slot, one.zh) for one in listed if one.required or one.slot in wanted]


def apply(world: World, fates: Fates) -> None:
    """Over the thirty days of the call every team writes; nearly all submit, some late, one not at all."""
    teams = world.cast.teams
    for number, team in enumerate(teams):
        if number and number % max(1, len(teams) // 10) == 0:
            world.play.wait(2)
        case = write(world, team, number, fates.of(number), lines=budget(world))
        if case.lot != "lapse":
            _submit(world, case)
        _second_thoughts(world, case)


def _submit(world: World, case: Case) -> None:
    world.do(case, "submit", case.leader)


def _second_thoughts(world: World, case: Case) -> None:
    if case.lot == "recall":
        world.do(case, "recall", case.leader)
        world.do(case, "submit", case.leader)
    elif case.lot in {"withdraw", "withdraw_and_return"}:
        world.do(case, "withdraw", case.leader, reason="团队人手不够，先撤回")
        if case.lot == "withdraw_and_return":
            world.do(case, "reopen_draft", case.leader)
            world.do(case, "submit", case.leader)


def extend(world: World) -> None:
    """A system fault cost a day: the call closes two days later, for everybody."""
    closes = world.round.call_closes_at
    if closes:
        later = (closes.date() + dt.timedelta(days=2)).isoformat()
        given = {
            "meeting": meeting(world, "延长申报会议纪要"),
            "call_closes_on": later,
            "notice": official(world, "extension", "关于延长申报时间的通知"),
        }
        world.play.together(world.round, "extend_call", world.officer, world.cast.business_lead, **given)
    world.refresh()


def close_call(world: World) -> None:
    """The last day passes; the clock closes the call and withdraws what was not submitted."""
    closes = world.round.call_closes_at
    if closes is None:
        message = "A published round has a last day."
        raise RuntimeError(message)
    world.play.go_to(closes.date() + dt.timedelta(days=1))
    world.refresh()


def admit_late(world: World) -> None:
    """One whose power was cut on the last evening is let in late by leadership, and hands in two days on."""
    case = next(world.where(ProjectState.WITHDRAWN, lot="lapse"))
    world.play.wait(1)
    proof = world.play.document("供电公司停电通知", world.officer)
    given = {
        "meeting": str(meeting(world, "逾期补报会议纪要")),
        "fault": LateFault.DISASTER.value,
        "fault_text": "截止当晚团队所在街道停电，供电公司有通知；团队次日一早来电说明。",
        "fault_proof": proof,
        "due_on": (world.play.today + dt.timedelta(days=4)).isoformat(),
    }
    world.together(case, "admit_late", **given)
    world.play.wait(1)
    world.do(case, "submit", case.leader)


def cancel_another(world: World) -> None:
    """A second round, just opened, is cancelled with minutes and a notice; its first draft ends with it."""
    play, cast = world.play, world.cast
    with play.moment():
        year = world.round.year + 2
        text = world.round.configuration.text if world.round.configuration else ""
        code = f"{world.round.programme.code}-{year}"
        other = create_round(world.round.programme, code, year, text, actor=world.officer)
    play.do(other, "record_rehearsal", world.officer, digest=world.rules.digest())
    call = official(world, "call", "关于组织下一轮申报的通知", of=other)
    play.together(other, "publish_call", world.officer, cast.business_lead, notice=call)
    team, leader = cast.teams[0], cast.leaders[cast.teams[0].pk]
    with play.moment():
        begin_project(other, team, leader, actor=leader)
    number = meeting(world, "取消轮次会议纪要", other)
    notice = official(world, "cancellation", "关于取消本轮申报的通知", of=other)
    play.together(other, "cancel_round", world.officer, cast.business_lead, meeting=number, notice=notice)
    play.sweep()
