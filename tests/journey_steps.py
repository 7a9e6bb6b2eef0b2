"""The straight way of a project, step by step, as real people would go it. Later stages append their own steps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from grants.applications.models import Project
from grants.desk.commands import act
from grants.people.models import User
from grants.programmes.models import Round
from grants.programmes.profile import profile_text
from grants.programmes.queries import rules_of
from tests.cast import Cast, a_team, holding
from tests.factories import a_complete_draft, a_document, a_meeting, a_notice, an_open_round, on, together
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role, RoundState
from workflow.models import Step
from workflow.ports import SYSTEM

BEFORE_THE_CALL = ""


def starting(start: str | Callable[[Cast], object]) -> pytest.MarkDecorator:
    """Where a test finds its round or its project; see tests/grants/conftest.py."""
    return pytest.mark.starting.with_args(start)


def submit(cast: Cast, project: Project) -> None:
    act(project, "submit", actor=project.leader)


def county_recommends(cast: Cast, project: Project, **given: Any) -> None:
    facts = {"opinion": "团队成熟，项目扎实，同意推荐。", "rank": project.pk} | given
    act(project, "county_recommend", actor=cast.county_leader, given=facts)


def city_recommends(cast: Cast, project: Project, **given: Any) -> None:
    facts = {"opinion": "特色鲜明，同意推荐。", "rank": project.pk} | given
    act(project, "city_recommend", actor=cast.city_leader, given=facts)


PATH: list[tuple[str, Callable[[Cast, Project], None]]] = [
    (S.SUBMITTED, submit),
    (S.COUNTY_RECOMMENDED, county_recommends),
    (S.CITY_RECOMMENDED, city_recommends),
]
"""Each state of the straight way, with the step that leads to it from the one before."""


def a_project_in(cast: Cast, state: str, **changed: Any) -> Project:
    """A project of the cast's team that has gone the straight way as far as `state`."""
    project = a_complete_draft(cast, **changed)
    return go_on(cast, project, state)


def go_on(cast: Cast, project: Project, state: str) -> Project:
    """The project goes on along the straight way until it is in `state`."""
    steps = dict(PATH)
    names = [S.DRAFT.value, *(str(name) for name in steps)]
    for name in names[names.index(str(project.state)) + 1 : names.index(str(state)) + 1]:
        steps[name](cast, project)
    assert project.state == state
    return project


def a_submitted_project(cast: Cast, **changed: Any) -> Project:
    """A project that its team has submitted."""
    return a_project_in(cast, S.SUBMITTED, **changed)


# Review -----------------------------------------------------------------------------------------------------

COMMENT = "需求依据充分，方案可行，团队有经验，预算合理；建议进一步说明项目结束以后如何延续，以及如何留住志愿者。"

AGAIN = "复核以后改正。"


def round_on(cast: Cast, state: str) -> Round:
    """The cast's round goes on, by the book, until it is in `state`; call it with the clock where it should stand."""
    round_ = Round.objects.get(pk=cast.round.pk if cast.round else 0)
    names = [str(name) for name, _step in ROUND_PATH]
    for name, step in ROUND_PATH[names.index(str(round_.state)) + 1 : names.index(str(state)) + 1]:
        step(cast, round_)
        assert round_.state == name
    return round_


def _closes(cast: Cast, round_: Round) -> None:
    act(round_, "close_call", actor=SYSTEM)


def _by_officer(move: str) -> Callable[[Cast, Round], None]:
    def step(cast: Cast, round_: Round) -> None:
        act(round_, move, actor=cast.officer)

    return step


def _announces(cast: Cast, round_: Round) -> None:
    minutes = str(a_meeting(cast, round_).pk)
    together(round_, "announce", by=cast.officer, endorsed_by=cast.business_lead, meeting=minutes)


def _publishes(cast: Cast, round_: Round) -> None:
    notice = str(a_notice(cast, round_, "result", title="关于公布立项项目的通知").pk)
    together(round_, "publish_result", by=cast.officer, endorsed_by=cast.business_lead, notice=notice)


ROUND_PATH: list[tuple[str, Callable[[Cast, Round], None]]] = [
    (RoundState.OPEN, _by_officer("publish_call")),
    (RoundState.RECOMMENDING, _closes),
    (RoundState.ELIGIBILITY, _by_officer("close_recommending")),
    (RoundState.REVIEWING, _by_officer("start_review")),
    (RoundState.DELIBERATING, _by_officer("start_deliberation")),
    (RoundState.PUBLICITY, _announces),
    (RoundState.PUBLISHED, _publishes),
]
"""Each state of the round, with the step that leads to it from the one before."""


def marks(cast: Cast, percent: int, **changed: Any) -> dict[str, Any]:
    """A whole score: every criterion at that percent of its points, in half points, with a comment."""
    assert cast.round
    rubric = rules_of(cast.round).rubric
    return {item.code: item.weight * 2 * percent // 100 for item in rubric.scored} | {"comment": COMMENT} | changed


def seat(cast: Cast, project: Project, count: int = 3) -> None:
    """The first reviewers of the cast have seats."""
    people = [str(person.pk) for person in cast.reviewers[:count]]
    act(project, "assign_reviewers", actor=cast.officer, given={"reviewers": people})


def passes_eligibility(cast: Cast, project: Project) -> None:
    passed = [condition.key for condition in rules_of(project.round).eligibility.conditions]
    act(project, "pass_eligibility", actor=cast.officer, given={"passed": passed, "budget_checked": True})


def scores(cast: Cast, project: Project, person: User, percent: int = 80) -> None:
    """The reviewer declares, if that is still to do, and scores."""
    if not project.assignments.filter(reviewer=person, declared_at__isnull=False).exists():
        act(project, "declare_no_conflict", actor=person)
    again = project.assignments.filter(reviewer=person, scores__isnull=False).exists()
    act(project, "score", actor=person, given=marks(cast, percent) | ({"change_reason": AGAIN} if again else {}))


def received(cast: Cast, project: Project) -> None:
    with on(2026, 5, 18):
        round_on(cast, RoundState.ELIGIBILITY)
        act(project, "receive", actor=cast.officer)


def reviewed_by_three(cast: Cast, project: Project) -> None:
    with on(2026, 5, 25):
        for person, percent in zip(cast.reviewers[:3], (80, 82, 84), strict=True):
            scores(cast, project, person, percent)


def under_review(cast: Cast, project: Project) -> None:
    with on(2026, 5, 20):
        seat(cast, project)
        passes_eligibility(cast, project)


# Award ------------------------------------------------------------------------------------------------------


def money_in(cast: Cast, fen: int = 20_000_000) -> None:
    """The round's envelope holds this much of the fiscal budget, unless it holds money already."""
    round_ = Round.objects.get(pk=cast.round.pk if cast.round else 0)
    if not round_.envelope_fen:
        paper = str(a_document(cast.finance_officer, "预算批复").pk)
        given = {"kind": "fiscal", "name": "2026年财政预算", "amount_fen": fen, "source_document": paper}
        act(round_, "add_source", actor=cast.finance_officer, given=given)


def decided(cast: Cast, project: Project, move: str, **given: Any) -> Step:
    """The officer enters what a meeting decided today, the business lead stands behind it."""
    minutes = str(a_meeting(cast, project.round).pk)
    return together(project, move, by=cast.officer, endorsed_by=cast.business_lead, meeting=minutes, **given)


def shortlisted(cast: Cast, project: Project) -> None:
    with on(2026, 6, 1):
        round_on(cast, RoundState.DELIBERATING)
        money_in(cast)
        decided(cast, project, "shortlist", amount_fen=project.requested_fen)


def a_publicity(cast: Cast, ends: dt.date = dt.date(2026, 6, 16)) -> str:
    """The notice that puts projects before the public until that day."""
    assert cast.round
    notice = a_notice(cast, cast.round, "publicity", title="关于拟立项项目的公示", ends_on=ends.isoformat())
    return str(notice.pk)


def before_the_public(cast: Cast, project: Project) -> None:
    with on(2026, 6, 8):
        round_on(cast, RoundState.PUBLICITY)
        act(project, "publish_notice", actor=cast.officer, given={"notice": a_publicity(cast)})


def approved(cast: Cast, project: Project) -> None:
    with on(2026, 6, 17):
        decided(cast, project, "approve")


PLAN = {"start_date": "2026-08-01", "end_date": "2027-07-31"}


def plan_agreed(cast: Cast, project: Project) -> None:
    """Team and province stand behind the plan, and the payee's account is verified."""
    holder = str(project.payee or project.team)
    number = "1202021209000012345"
    account = {"holder": holder, "bank": "工商银行杭州分行", "account_no": number, "account_again": number}
    account["account_proof"] = str(a_document(cast.payee_officer, "开户证明").pk)
    act(project, "agree_final_plan", actor=cast.team_leader, given=PLAN)
    act(project, "confirm_plan", actor=cast.officer)
    act(project, "file_payee_account", actor=cast.payee_officer, given=account)
    act(project, "verify_payee_account", actor=cast.finance_officer)


def signs(project: Project, person: User) -> None:
    act(project, "sign_as_party", actor=person, given={"signed_page": str(a_document(person, "协议签署页").pk)})


def agreement_in_force(cast: Cast, project: Project) -> None:
    with on(2026, 6, 24):
        plan_agreed(cast, project)
        for person in (cast.team_leader, cast.payee_officer, cast.officer):
            signs(project, person)
        act(project, "sign_agreement", actor=cast.officer)


PATH += [
    (S.ELIGIBILITY_CHECK, received),
    (S.UNDER_REVIEW, under_review),
    (S.REVIEWED, reviewed_by_three),
    (S.SHORTLISTED, shortlisted),
    (S.IN_PUBLICITY, before_the_public),
    (S.APPROVED, approved),
    (S.AGREEMENT_SIGNED, agreement_in_force),
]


def projects_in(cast: Cast, state: str, count: int) -> list[Project]:
    """So many projects, each of its own team of 上城区, that go the straight way side by side as far as `state`."""
    if cast.round is None:
        an_open_round(cast, text=profile_text("qingnuan").replace("per_county: 1", "per_county: 9"))
    found = [a_complete_draft(cast)]
    for number in range(2, count + 1):
        team = a_team(cast.places, name=f"晨光应急救护{number}队")
        leader = holding(Role.TEAM_LEADER, f"周{number}", login=f"leader{number}", team=team)
        found.append(a_complete_draft(cast, team=team, leader=leader, title=f"社区急救{number}队"))
    for name, step in PATH[: [str(name) for name, _step in PATH].index(str(state)) + 1]:
        for project in found:
            step(cast, project)
            assert project.state == name
    return found


def deliberating(cast: Cast, count: int) -> list[Project]:
    """Reviewed projects in a round that deliberates and has 80,000.00 yuan; the first has the best score."""
    found = projects_in(cast, S.UNDER_REVIEW, count)
    with on(2026, 5, 25):
        for place, project in enumerate(found):
            for person in cast.reviewers[:3]:
                scores(cast, project, person, 88 - 5 * place)
    with on(2026, 6, 1):
        round_on(cast, RoundState.DELIBERATING)
        money_in(cast, 8_000_000)
    return found
