"""A panel of the demonstration: the first round's band, a member in conflict, another late, its minutes signed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from grants.desk.demo.stage import Stage
from grants.desk.queries.results import results
from grants.desk.rehearsal.play import Play
from grants.desk.views.panels import band_of
from grants.people.models import User
from grants.programmes.models import Round
from grants.programmes.queries import rules_of
from grants.reviews.assigning.enums import TieKind
from grants.reviews.assigning.inviting import declare_tie
from grants.reviews.panel.commands import (
    draw_order,
    finish,
    go_on,
    mark,
    note_presence,
    open_panel,
    put_on_agenda,
    sign_minutes,
    take_off_agenda,
)
from grants.reviews.panel.disclosing import agree_disclosure, ask_disclosure
from grants.reviews.panel.enums import Stage as Part
from grants.reviews.panel.models import PanelSession
from grants.reviews.panel.queries import Panel, Point, panel

MOST = 4
"""So many projects the demonstration's panel goes through."""
ASKED = (
    "得分靠后而资金还够，请会上当面问清服务对象。",
    "推荐单位来信说明，试点街道今年调整，请会上再看。",
    "与往年项目相近，请团队说明有什么不同。",
)
OFF, ON = "panel: {enabled: false", "panel: {enabled: true"


def with_panels(text: str) -> str:
    """The configuration of a round in which panels are on."""
    return text.replace(OFF, ON)


def held(stage: Stage) -> None:
    """The chair and four members go through the band; one keeps away from one project, one comes after the first."""
    first, play = stage.worlds["first"], stage.play
    qian, feng, zheng, chu = (User.objects.get(username=name) for name in ("qian", "feng", "zheng", "chu"))
    sun, lin = User.objects.get(username="sun"), first.officer
    session = _opened(stage, [qian, feng, zheng, chu], sun)
    for member in session.members.exclude(person=zheng):
        _then(play, partial(note_presence, session, member.pk, arrived=True, actor=lin))
    _then(play, partial(draw_order, session, "情暖浙江", actor=sun))
    late = session.members.get(person=zheng)
    while following := panel(session).following:
        _one(play, session, following.item.pk, sun)
        if not panel(session).present(late):
            _then(play, partial(note_presence, session, late.pk, arrived=True, actor=zheng))
    _then(play, partial(finish, session, actor=lin))
    for person in (sun, lin, qian):
        _then(play, partial(sign_minutes, session, actor=person))
    _disclosed(play, panel(session))


def _then(play: Play, deed: Callable[[], Any]) -> Any:
    with play.moment():
        return deed()


def _opened(stage: Stage, people: list[User], chair: User) -> PanelSession:
    """The band, without what is more than an afternoon allows, and those next to the line that were asked for."""
    round_ = Round.objects.get(pk=stage.worlds["first"].round.pk)
    lin, found = stage.worlds["first"].officer, results(round_)
    band = band_of(found)
    session: PanelSession = _then(
        stage.play,
        lambda: open_panel(
            round_,
            actor=lin,
            held_on=stage.play.today,
            place="省红十字会三楼会议室",
            chair=chair.pk,
            members=[one.pk for one in people],
            band=[one.pk for one in band],
            basis=found.digest,
        ),
    )
    for point in panel(session).points[MOST:]:
        why = "与已排上的项目同一类，一并参照讨论。"
        _then(stage.play, partial(take_off_agenda, session, point.item.pk, why, actor=lin))
    on = {one.pk for one in band}
    for line, why in zip([one for one in reversed(found.lines) if one.pk not in on], ASKED, strict=False):
        _then(stage.play, partial(put_on_agenda, session, line.pk, why, actor=lin))
    team = panel(session).live[0].project.team
    words = "去年一起编写过救护教材。"
    _then(stage.play, partial(declare_tie, team, TieKind.COOPERATION, words, actor=people[-1], person=people[-1]))
    return session


def _one(play: Play, session: PanelSession, item: int, chair: User) -> None:
    """Presented, asked, marked; the last lock shows the result."""
    for part in (Part.PRESENTING, Part.ASKING, Part.SCORING):
        _then(play, partial(go_on, session, item, part, actor=chair))
    at = panel(session).point(item)
    for place, roll in enumerate(at.voters if at else ()):
        halves = _halves(session, at, place)
        _then(play, partial(mark, session, item, halves, lock=True, actor=roll.member.person))


def _halves(session: PanelSession, at: Point | None, place: int) -> dict[str, int]:
    """Near the official score, nobody quite of one mind."""
    official = (at.project.score_hundredths or 0) // 100 if at else 0
    percent = official + (3, -2, 1, 4)[place % 4] + ((at.place or 0) if at else 0) % 3
    return {one.code: 2 * one.weight * percent // 100 for one in rules_of(session.round).rubric.scored}


def _disclosed(play: Play, found: Panel) -> None:
    """A complaint came in later: the discipline asked for the names, the head of the department agreed."""
    ji, he = User.objects.get(username="ji"), User.objects.get(username="he")
    item = found.live[0].item
    row = _then(play, partial(ask_disclosure, item, "收到来信反映打分不公，核查时需要。", actor=ji))
    _then(play, partial(agree_disclosure, row, actor=he))
