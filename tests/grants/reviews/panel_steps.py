"""A round in which panels are on, five projects whose review is over, and a panel as a test needs it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from grants.applications.models import Project
from grants.desk.commands import act
from grants.people.models import User
from grants.programmes.profile import profile_text
from grants.programmes.queries import rules_of
from grants.reviews.assigning.inviting import save_expert
from grants.reviews.panel.commands import draw_order, go_on, mark, note_presence, open_panel
from grants.reviews.panel.enums import Stage
from grants.reviews.panel.models import PanelSession
from grants.reviews.panel.queries import Point, panel
from tests.cast import HANGZHOU, Cast
from tests.factories import an_open_round, on
from tests.journey_steps import marks, money_in, projects_in, round_on
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import RoundState

PANELS = profile_text("qingnuan").replace("panel: {enabled: false", "panel: {enabled: true")
GIVEN = ((84, 86, 80), (80, 83, 77), (80, 83, 77), (74, 77, 72), (70, 71, 66))
SEED = "红球七号"


def reviewed(cast: Cast) -> list[Project]:
    """Five projects that three reviewers have scored, in a round with money for two and a half and with panels."""
    an_open_round(cast, text=PANELS.replace("per_county: 1", "per_county: 9"))
    found = projects_in(cast, S.UNDER_REVIEW, 5)
    with on(2026, 5, 25):
        for project, given in zip(found, GIVEN, strict=True):
            for person, percent in zip(cast.reviewers[:3], given, strict=True):
                act(project, "declare_no_conflict", actor=person)
                act(project, "score", actor=person, given=marks(cast, percent))
    with on(2026, 5, 26):
        round_on(cast, RoundState.REVIEWING)
        money_in(cast, 6_500_000)
    return found


def near(cast: Cast, person: User) -> None:
    """The person lives in the city of every project, and so keeps away from all of them."""
    save_expert(person, actor=cast.officer, kind="other", home=cast.places[HANGZHOU])


def a_panel(cast: Cast, projects: Sequence[Project], people: Sequence[User] = (), **changed: Any) -> PanelSession:
    """A panel of three on these projects, chaired by 孙思远, written down by 林雅琴; nobody has come yet."""
    facts: dict[str, Any] = {
        "held_on": dt.date(2026, 5, 27),
        "place": "省红十字会三楼会议室",
        "chair": cast.chair.pk,
        "members": [one.pk for one in people or cast.reviewers[:3]],
        "band": [one.pk for one in projects],
        "basis": "b" * 64,
    }
    round_ = changed.pop("round_", projects[0].round)
    return open_panel(round_, actor=cast.officer, **(facts | changed))


def came(cast: Cast, session: PanelSession, *away: User) -> None:
    """Everybody of the panel has come but these."""
    for one in session.members.exclude(person__in=away):
        note_presence(session, one.pk, arrived=True, actor=cast.officer)


def drawn(cast: Cast, session: PanelSession) -> None:
    draw_order(session, SEED, actor=cast.chair)


def begun(cast: Cast, session: PanelSession, upto: str = Stage.SCORING) -> Point:
    """The next project, as far as this part."""
    following = panel(session).following
    assert following
    for stage in (Stage.PRESENTING, Stage.ASKING, Stage.SCORING):
        go_on(session, following.item.pk, stage, actor=cast.chair)
        if stage == upto:
            break
    return now(session)


def now(session: PanelSession) -> Point:
    """What the panel is at."""
    found = panel(session).now
    assert found
    return found


def halves(session: PanelSession, percent: int) -> dict[str, int]:
    """Every criterion at that percent of its points, in half points."""
    rubric = rules_of(session.round).rubric
    return {one.code: 2 * one.weight * percent // 100 for one in rubric.scored}


def locks(session: PanelSession, item: int, person: User, percent: int) -> None:
    mark(session, item, halves(session, percent), lock=True, actor=person)


def whole(cast: Cast, session: PanelSession, percents: Sequence[int] = (70, 80, 90)) -> None:
    """Everything on the agenda is gone through by those who came."""
    while following := panel(session).following:
        begun(cast, session)
        for person, percent in zip(cast.reviewers, percents, strict=False):
            locks(session, following.item.pk, person, percent)
