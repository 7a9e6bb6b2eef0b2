"""A team whose completion report came late stays out of as many rounds as the round it was late in says."""

from __future__ import annotations

import datetime as dt

from grants.applications.lateness import kept_out
from grants.applications.models import Project
from grants.applications.queries import supposed
from grants.applications.rules.team import OF_TEAM
from grants.desk.queries.eligibility import known_of
from grants.programmes.models import Round
from grants.programmes.profile import profile_text
from grants.programmes.queries import rules_of
from grants.reviews.findings import findings
from tests.cast import Cast
from tests.factories import CALL, a_complete_draft, a_draft, an_open_round, reasons
from tests.grants.funds.builders import put
from tests.journey_steps import starting
from workflow import clock
from workflow.deadlines import set_deadline, settle
from workflow.lifecycle import ProjectState, RoundState

pytestmark = starting(RoundState.OPEN)
DUE = CALL - dt.timedelta(days=20)
DAY = dt.timedelta(days=1)


def an_earlier_project(cast: Cast, year: int = 2024, *, handed_in: dt.datetime, text: str = "") -> Project:
    """A project of an earlier round, closed by now, whose report was due on DUE and came on that day."""
    with clock.held(CALL - dt.timedelta(days=40)):
        an_open_round(cast, year=year, text=text)
        project = a_draft(cast)
        put(project.round, RoundState.PUBLISHED)
        set_deadline(project, "closeout_report", DUE)
    with clock.held(handed_in):
        settle(project, "closeout_report")
    return put(project, ProjectState.ARCHIVED)


def against(cast: Cast, round_: Round) -> list[str]:
    draft = supposed(round_, cast.team, cast.team_leader)
    found = next(one for one in OF_TEAM if one.code == "late").against(draft, rules_of(round_))
    draft.pk = 1
    assert [found] * bool(found) == [str(late) for late in kept_out([draft]).values()]
    return [found] if found else []


def test_one_round_after_a_late_report_the_team_may_not_apply(cast: Cast):
    late = an_earlier_project(cast, handed_in=DUE + DAY)
    round_ = an_open_round(cast, year=2027)
    draft = a_complete_draft(cast)

    said = f"往轮项目 {late.number} 的结题报告逾期（应在2026年2月10日以前交），此后1轮不得申报"
    assert against(cast, round_) == [said]
    assert reasons(draft, "submit", cast.team_leader)["team"].endswith(f"{said}。")
    found = findings(draft, rules_of(round_), known_of([draft])[draft.pk])
    assert next(one.fact for one in found if one.key == "not_sanctioned") == said


def test_a_report_in_time_and_a_later_round_are_free(cast: Cast):
    an_earlier_project(cast, handed_in=DUE)
    assert against(cast, an_open_round(cast, year=2027)) == []


def test_after_that_round_the_team_is_free_again(cast: Cast):
    an_earlier_project(cast, handed_in=DUE + DAY)
    with clock.held(CALL - dt.timedelta(days=10)):
        put(an_open_round(cast, year=2025), RoundState.PUBLISHED)

    assert against(cast, an_open_round(cast, year=2027)) == []


def test_a_round_that_was_open_when_the_report_became_late_is_none_of_them(cast: Cast):
    with clock.held(DUE - DAY):
        open_then = an_open_round(cast, year=2025)
    an_earlier_project(cast, handed_in=DUE + DAY)

    assert against(cast, open_then) == []
    assert len(against(cast, an_open_round(cast, year=2027))) == 1


def test_the_round_of_the_late_report_says_how_many(cast: Cast):
    text = profile_text("qingnuan").replace("late_closeout_ban_rounds: 1", "late_closeout_ban_rounds: 0")
    an_earlier_project(cast, handed_in=DUE + DAY, text=text)

    assert against(cast, an_open_round(cast, year=2027)) == []


def test_an_extension_that_was_approved_afterwards_heals_it(cast: Cast):
    project = an_earlier_project(cast, handed_in=DUE + DAY)
    with clock.held(DUE + DAY):
        set_deadline(project, "closeout_report", DUE + 10 * DAY)
    with clock.held(DUE + 9 * DAY):
        settle(project, "closeout_report")

    assert against(cast, an_open_round(cast, year=2027)) == []
