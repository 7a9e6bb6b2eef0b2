"""Preparing a panel, holding it, sealing and showing its marks. Nothing here changes a score, a rank or a project."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext, override

from grants.people.proof import demand_proof
from grants.programmes.models import Round
from grants.programmes.queries import rules_of
from grants.reviews.conflicts import TEAM, conflicts
from grants.reviews.panel.enums import Leaving, Stage, Standing
from grants.reviews.panel.minutes import minutes_text
from grants.reviews.panel.models import (
    PanelClosing,
    PanelDraw,
    PanelDrop,
    PanelItem,
    PanelMark,
    PanelMember,
    PanelMinutes,
    PanelOut,
    PanelPresence,
    PanelRoll,
    PanelSession,
    PanelSignature,
    PanelStage,
)
from grants.reviews.panel.queries import Panel, Point, addable, candidates, panel, plan_of, sessions_of, signers, wears
from storage.commands import attach
from storage.models import Document
from workflow import chain, clock
from workflow.actions import command
from workflow.command import fingerprint, once
from workflow.lifecycle import Role
from workflow.phrases import listed
from workflow.refusals import Refusal, Refused

FEWEST = 2
"""Marks by one person alone are no panel."""
REASON = 400
GONE = "离会"
SLOT = "review_minutes"
"""Where the signed minutes lie in the round."""


def _refuse(code: str, words: str, at: str = "") -> Refused:
    return Refused([Refusal(code, words, at=at)])


def _officer(actor: Any, round_: int) -> None:
    if not wears(actor, round_, Role.PROGRAMME_OFFICER):
        raise _refuse("not_yours", gettext("这一步由省级项目管理员办理。"))


def _runs(session: PanelSession, actor: Any) -> None:
    """The chair or an officer of the round."""
    if actor.pk != session.chair_id:
        _officer(actor, session.round_id)


def _said(reason: str, at: str = "reason") -> str:
    if not reason.strip():
        raise _refuse("reason", gettext("请写明理由。"), at)
    return reason.strip()[:REASON]


def _locked(session: PanelSession) -> Panel:
    """The session as it stands, with nobody else changing it meanwhile. Raises Refused where it is over."""
    PanelSession.objects.select_for_update(no_key=True).get(pk=session.pk)
    found = panel(session)
    if found.minutes:
        raise _refuse("over", gettext("这次会评已经结束，纪要已经生成。"))
    return found


def _point(found: Panel, item: int) -> Point:
    """A project of the agenda. Raises Refused where there is none."""
    point = found.point(item)
    if point is None or point.dropped:
        raise _refuse("not_on_agenda", gettext("这个项目不在议程里，请刷新页面。"))
    return point


def _impartial(point: Point, actor: Any) -> None:
    """Whoever runs the meeting keeps away from projects of their own team, and as a member from what they must."""
    own = [one for one in conflicts(point.project, [actor]).get(actor.pk, ()) if one.code == TEAM]
    if own or point.away(actor.pk):
        raise _refuse("recused", gettext("您须回避这个项目，请由另一位主持或记录。"))


# Preparing --------------------------------------------------------------------------------------------------


@command
def open_panel(
    round_: Round,
    *,
    actor: Any,
    held_on: dt.date,
    place: str,
    chair: int,
    members: Sequence[int],
    band: Sequence[int],
    basis: str,
    key: str | None = None,
) -> PanelSession:
    """There is a session with its chair, its members and the band as its agenda; the same key again is the same.

    Whoever chairs without being among `members` presides and gives no marks. Raises Refused: not the officer's, panels
    are off in this round, another is not over, nobody of that role, fewer than two who mark.
    """
    if reasons := list(_against_opening(round_, actor, place, chair, members)):
        raise Refused(reasons)
    seats = [*members, *([] if chair in members else [chair])]

    def made() -> str:
        plan = plan_of(round_)
        last = sessions_of(round_.pk).first()
        session = PanelSession.objects.create(
            round=round_,
            number=last.number + 1 if last else 1,
            held_on=held_on,
            place=place.strip()[:80],
            chair_id=chair,
            secretary=actor,
            presenting=plan.presenting,
            asking=plan.asking,
            scoring=plan.scoring,
            basis=basis,
            at=clock.now(),
        )
        for person in seats:
            PanelMember.objects.create(session=session, person_id=person, votes=person in members)
        known = {one.pk for one in addable(round_, ())}
        for project in [one for one in band if one in known]:
            PanelItem.objects.create(session=session, project_id=project, by=actor, at=clock.now())
        return str(session.pk)

    asked = fingerprint("panel", round_.pk, held_on, place, chair, sorted(members), actor.pk)
    pk = once(key, asked, lambda: _if_none_is_open(round_, made))[0] if key else _if_none_is_open(round_, made)
    return PanelSession.objects.get(pk=pk)


def _if_none_is_open(round_: Round, made: Callable[[], str]) -> str:
    Round.objects.select_for_update(no_key=True).get(pk=round_.pk)
    if sessions_of(round_.pk).filter(minutes__isnull=True).exists():
        raise _refuse("one_is_open", gettext("本轮有一次会评还没有结束，请先开完。"))
    return made()


def _against_opening(round_: Round, actor: Any, place: str, chair: int, members: Sequence[int]) -> Iterator[Refusal]:
    _officer(actor, round_.pk)
    if not plan_of(round_).enabled:
        yield Refusal("panel_off", gettext("本轮的配置没有启用会评。"))
    if not place.strip():
        yield Refusal("place", gettext("请写明会议地点。"), at="place")
    chairs = {one.pk for one in candidates(round_, Role.REVIEW_CHAIR)}
    if chair not in chairs or chair == actor.pk:
        yield Refusal("chair", gettext("主持人须是评审组组长，不能同时做记录人。"), at="chair")
    if not set(members) <= {one.pk for one in candidates(round_, Role.REVIEWER)} | {chair} or actor.pk in members:
        yield Refusal("members", gettext("成员须是本轮的评审专家，请重新选择。"), at="members")
    if len(set(members)) < FEWEST:
        yield Refusal("members", gettext("打分的成员至少要%(n)s位。") % {"n": FEWEST}, at="members")


@command
def put_on_agenda(session: PanelSession, project: int, reason: str, *, actor: Any) -> PanelItem:
    """The project is on the agenda for this reason, once. Raises Refused: drawn already, review not over, no reason."""
    _officer(actor, session.round_id)
    said, found = _said(reason, "add_reason"), _locked(session)
    if known := next((one for one in found.live if one.project.pk == project), None):
        return known.item
    if found.seed:
        raise _refuse("drawn", gettext("顺序已经抽定，议程不能再加项目。"))
    if project not in {one.pk for one in addable(session.round, ())}:
        raise _refuse("project", gettext("只能加评审已经完成的项目。"), "project")
    return PanelItem.objects.create(session=session, project_id=project, reason=said, by=actor, at=clock.now())


@command
def take_off_agenda(session: PanelSession, item: int, reason: str, *, actor: Any) -> None:
    """The project is off the agenda, for this reason, whatever was marked of it. Raises Refused: shown already."""
    _officer(actor, session.round_id)
    said, found = _said(reason), _locked(session)
    point = found.point(item)
    if point is None or point.dropped:
        return
    if point.shown:
        raise _refuse("shown", gettext("这个项目的结果已经公布，不能移出议程。"))
    PanelDrop.objects.create(item_id=item, reason=said, by=actor, at=clock.now())


@command
def draw_order(session: PanelSession, words: str = "", *, actor: Any) -> PanelDraw:
    """The order is drawn, once and for good: from words said aloud in the room, or from chance where none were said.

    Raises Refused: neither chair nor officer, nothing on the agenda.
    """
    _runs(session, actor)
    found = _locked(session)
    if found.seed:
        return found.session.draw
    if not found.live:
        raise _refuse("empty", gettext("议程里还没有项目。"))
    seed = " ".join(words.split())[:64] or secrets.token_hex(8)
    return PanelDraw.objects.create(session=session, seed=seed, by=actor, at=clock.now())


# Holding it -------------------------------------------------------------------------------------------------


@command
def note_presence(session: PanelSession, member: int, *, arrived: bool, actor: Any) -> None:
    """Somebody of the panel has come, or has gone; whoever goes is no longer waited for. Raises Refused."""
    found = _locked(session)
    seat = next((one for one in found.members if one.pk == member), None)
    if seat is None or actor.pk != seat.person_id:
        _runs(session, actor)
    if seat is None or found.present(seat) == arrived:
        return
    PanelPresence.objects.create(member=seat, arrived=arrived, by=actor, at=clock.now())
    if not arrived and found.now and (roll := found.now.roll_of(seat.person_id)) and roll in found.now.waiting:
        PanelOut.objects.create(roll=roll, kind=Leaving.LEFT, reason=GONE, by=actor, at=clock.now())
        _show_if_all_locked(session, found.now.item.pk, actor)


@command
def go_on(session: PanelSession, item: int, stage: str, *, actor: Any) -> PanelStage:
    """The panel has come to this part of the project; asked again, it is there already.

    Before the first part the roll is called: who marks, who must keep away and why, who is not there. Raises Refused:
    neither chair nor officer, one's own conflict, another project is not finished, fewer than two are there to mark;
    and to show while somebody has not locked, without a closing that another person asked for.
    """
    _runs(session, actor)
    found = _locked(session)
    point = _point(found, item)
    if known := point.stages.get(stage):
        return known
    if point.next_stage != stage or not found.seed:
        raise _refuse("not_next", gettext("会议已经往前走了，请刷新页面。"))
    if stage == Stage.PRESENTING:
        return _begin(found, point, actor)
    _impartial(point, actor)
    if stage == Stage.SHOWN and point.waiting:
        _agreed_to_close(point, actor)
    return PanelStage.objects.create(item=point.item, stage=stage, by=actor, at=clock.now())


def _begin(found: Panel, point: Point, actor: Any) -> PanelStage:
    if found.now:
        raise _refuse("busy", gettext("前一个项目还没有公布结果。"))
    roll = list(_called(found, point))
    mine = next((why for seat, standing, why in roll if seat.person_id == actor.pk and why), "")
    if mine:
        raise _refuse("recused", gettext("您须回避这个项目（%(why)s），请由另一位主持或记录。") % {"why": mine})
    if sum(standing == Standing.VOTES for _seat, standing, _why in roll) < FEWEST:
        raise _refuse("too_few", gettext("能给这个项目打分的成员到会不足%(n)s位。") % {"n": FEWEST})
    begun = PanelStage.objects.create(item=point.item, stage=Stage.PRESENTING, by=actor, at=clock.now())
    for seat, standing, why in roll:
        PanelRoll.objects.create(item=point.item, member=seat, standing=standing, reason=why, at=clock.now())
    _impartial(point, actor)
    return begun


def _called(found: Panel, point: Point) -> Iterator[tuple[PanelMember, str, str]]:
    """How each of the panel stands to a project: 回避 first, then who is there."""
    with override("zh-hans"):  # what is on record is in one language, whoever calls the roll
        against = conflicts(point.project, [one.person for one in found.members])
    for seat in found.members:
        if reasons := against.get(seat.person_id):
            yield seat, Standing.RECUSED, listed([one.words for one in reasons])[:REASON]
        elif not found.present(seat):
            yield seat, Standing.ABSENT, ""
        else:
            yield seat, Standing.VOTES if seat.votes else Standing.PRESIDES, ""


@command
def keep_away(session: PanelSession, item: int, reason: str, *, actor: Any) -> None:
    """A member leaves the project at hand for a reason: they see and mark no more of it. Raises Refused."""
    said, found = _said(reason, "away_reason"), _locked(session)
    point = _point(found, item)
    roll = point.roll_of(actor.pk)
    if roll is None or point.shown:
        raise _refuse("not_now", gettext("现在不能申请回避，请刷新页面。"))
    if point.away(actor.pk):
        return
    if roll.standing != Standing.VOTES or hasattr(roll, "out"):
        raise _refuse("not_now", gettext("您不在这个项目的打分名单里。"))
    PanelOut.objects.create(roll=roll, kind=Leaving.RECUSED, reason=said, by=actor, at=clock.now())
    _show_if_all_locked(session, item, actor)


# Marks ------------------------------------------------------------------------------------------------------


@command
def mark(session: PanelSession, item: int, halves: Mapping[str, int], *, lock: bool, actor: Any) -> PanelMark:
    """What the member gives is kept as a version of its own (half points by criterion); locked, it is the last.

    Nobody but its writer sees it before the result is shown, which the last lock does. The same again is no version.
    Raises Refused: not on the roll, not the time, locked already, marks out of bounds, or locked with some missing.
    """
    found = _locked(session)
    point = _point(found, item)
    roll = point.roll_of(actor.pk)
    if roll is None or roll not in point.voters:
        raise _refuse("not_on_roll", gettext("您不在这个项目的打分名单里。"))
    versions = list(roll.marks.order_by("number"))
    if versions and versions[-1].locked:
        if versions[-1].halves == dict(halves):
            return versions[-1]
        raise _refuse("locked", gettext("您的分数已经锁定，不能再改。"))
    if point.stage != Stage.SCORING:
        raise _refuse("not_now", gettext("现在不是打分的时候，您填的没有保存，请等主持人开始打分。"))
    if reasons := list(_against_marks(session, halves, whole=lock)):
        raise Refused(reasons)
    if versions and versions[-1].halves == dict(halves) and not lock:
        return versions[-1]
    kept = PanelMark.objects.create(
        roll=roll,
        number=len(versions) + 1,
        halves=dict(halves),
        total_halves=sum(halves.values()),
        locked=lock,
        at=clock.now(),
    )
    if lock:
        _show_if_all_locked(session, item, actor)
    return kept


def _against_marks(session: PanelSession, halves: Mapping[str, int], *, whole: bool) -> Iterator[Refusal]:
    rubric = rules_of(session.round).rubric
    known = {one.code: one for one in rubric.scored}
    for code, value in halves.items():
        one = known.get(code)
        if one is None or not 0 <= value <= 2 * one.weight or (rubric.method.step == "1" and value % 2):
            label = one.label if one else code
            most = one.weight if one else 0
            yield Refusal("bounds", gettext("“%(what)s”请打0到%(n)s分。") % {"what": label, "n": most}, at=code)
    for code in [one for one in known if whole and one not in halves]:
        yield Refusal("missing", gettext("“%(what)s”还没有打分。") % {"what": known[code].label}, at=code)


def _show_if_all_locked(session: PanelSession, item: int, actor: Any) -> None:
    """The result is shown once everybody who marks has locked, and somebody has."""
    point = panel(session).point(item)
    if point and point.stage == Stage.SCORING and not point.waiting and point.locked:
        PanelStage.objects.create(item=point.item, stage=Stage.SHOWN, by=actor, at=clock.now())


@command
def ask_to_close(session: PanelSession, item: int, reason: str, *, actor: Any) -> PanelClosing:
    """The chair wants the result shown though somebody has not locked; nothing is shown before another agrees.

    Raises Refused: not the chair, not the time, no reason.
    """
    if actor.pk != session.chair_id:
        raise _refuse("not_yours", gettext("提前结束打分由主持人提出。"))
    said, found = _said(reason, "close_reason"), _locked(session)
    point = _point(found, item)
    _impartial(point, actor)
    if point.stage != Stage.SCORING:
        raise _refuse("not_now", gettext("现在不是打分的时候，请刷新页面。"))
    facts = {"reason": said, "by": actor, "at": clock.now()}
    return PanelClosing.objects.get_or_create(item=point.item, defaults=facts)[0]


def _agreed_to_close(point: Point, actor: Any) -> None:
    closing = getattr(point.item, "closing", None)
    if closing is None:
        names = listed([one.member.person.name for one in point.waiting])
        words = gettext("还有人没有锁定：%(names)s。要提前结束，先由主持人写明理由。")
        raise _refuse("sealed", words % {"names": names})
    if closing.by_id == actor.pk:
        raise _refuse("same_person", gettext("提前结束须由主持人以外的一位同意。"))


# Minutes ----------------------------------------------------------------------------------------------------


@command
def finish(session: PanelSession, *, actor: Any) -> PanelMinutes:
    """The meeting is over and its minutes are written from what happened, with their digest; once.

    Raises Refused: neither chair nor officer, something on the agenda is not finished.
    """
    _runs(session, actor)
    PanelSession.objects.select_for_update(no_key=True).get(pk=session.pk)
    found = panel(session)
    if found.minutes:
        return found.minutes
    if not found.finished:
        raise _refuse("unfinished", gettext("议程里还有项目没有公布结果，也没有移出。"))
    text = minutes_text(found)
    return PanelMinutes.objects.create(session=session, text=text, digest=chain.digest(text), by=actor, at=clock.now())


@command
def sign_minutes(session: PanelSession, *, actor: Any) -> PanelSignature:
    """The person, who has just proved who they are, confirms the minutes, once. Raises Unproven, Refused."""
    found = panel(session)
    if found.minutes is None or actor.pk not in signers(found):
        raise _refuse("not_yours", gettext("纪要由主持人、记录人和到会的成员确认。"))
    demand_proof(actor)
    facts = {"by": actor, "at": clock.now()}
    return PanelSignature.objects.get_or_create(minutes=found.minutes, person=actor, defaults=facts)[0]


@command
def bind_signed(session: PanelSession, document: Document, *, actor: Any) -> PanelSignature:
    """The scan of the signed minutes lies in the round and is bound to these minutes; the same once. Raises Refused."""
    _officer(actor, session.round_id)
    found = panel(session)
    if found.minutes is None:
        raise _refuse("no_minutes", gettext("会评还没有结束，没有纪要可签。"))
    attach(session.round, SLOT, document, actor=actor, now=clock.now())
    facts = {"by": actor, "at": clock.now()}
    return PanelSignature.objects.get_or_create(minutes=found.minutes, document=document, defaults=facts)[0]
