"""Something new: an application, an objection, a change."""

from __future__ import annotations

import datetime as dt
from typing import Any

from grants.applications.models import Project
from grants.awards.models import Objection
from grants.programmes.models import Round
from tests.cast import Cast
from tests.factories import a_draft
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import starting
from workflow import clock
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import RoundState

OBJECTION: dict[str, Any] = {
    "kind": "objection",
    "text": "反映团队资料不实。",
    "received_on": "2026-03-01",
    "objector": "陈先生",
}


@starting(RoundState.OPEN)
def test_a_leader_begins_an_application_in_an_open_round(cast: Cast, round_: Round):
    Visitor(cast.team_leader).send("new_project", round=str(round_.pk), team=str(cast.team.pk))
    assert Project.objects.get().leader == cast.team_leader


@starting(RoundState.OPEN)
def test_a_member_begins_it_for_the_leader(cast: Cast, round_: Round):
    Visitor(cast.applicant).send("new_project", round=str(round_.pk), team=str(cast.team.pk))
    assert Project.objects.get().leader == cast.team_leader


@starting(RoundState.OPEN)
def test_a_double_click_begins_one_application(cast: Cast, round_: Round):
    visitor = Visitor(cast.team_leader)
    typed = visitor.hidden("new_project") | {"round": str(round_.pk), "team": str(cast.team.pk)}
    for _ in range(2):
        visitor.post("new_project", **typed)
    assert Project.objects.count() == 1


def test_a_second_application_of_the_team_is_refused_with_the_reason(cast: Cast):
    project = a_draft(cast)
    answer = Visitor(cast.team_leader).send(
        "new_project", round=str(project.round_id), team=str(cast.team.pk), status=422
    )
    assert "errsum" in text(answer)
    assert Project.objects.count() == 1


def test_without_an_open_round_the_page_says_so(cast: Cast):
    assert "现在没有正在申报的轮次" in Visitor(cast.team_leader).open("new_project")


@starting(RoundState.OPEN)
def test_without_a_team_the_page_says_whom_to_ask(cast: Cast):
    assert "您还没有团队" in Visitor(cast.officer).open("new_project")


@starting(S.SUBMITTED)
def test_an_objection_is_registered_as_it_came_in(cast: Cast, project: Project):
    Visitor(cast.discipline).send("new_objection", project.pk, **OBJECTION, holds="on")
    found = Objection.objects.get()
    assert (found.objector, found.holds, found.received_on) == ("陈先生", True, dt.date(2026, 3, 1))


@starting(S.SUBMITTED)
def test_an_objection_from_tomorrow_is_refused_at_its_field(cast: Cast, project: Project):
    typed: dict[str, Any] = {
        "kind": "objection",
        "text": "反映。",
        "received_on": (clock.today() + dt.timedelta(1)).isoformat(),
    }
    answer = Visitor(cast.discipline).send("new_objection", project.pk, **typed, status=422)
    assert 'href="#f-received_on"' in text(answer)


@starting(S.SUBMITTED)
def test_who_objected_is_shown_to_those_who_handle_it_alone(cast: Cast, project: Project):
    Visitor(cast.discipline).send("new_objection", project.pk, **OBJECTION)
    found = Objection.objects.get()
    assert "陈先生" in Visitor(cast.discipline).open("record", "objection", found.pk)
    Visitor(cast.team_leader).open("record", "objection", found.pk, status=404)
    page = Visitor(cast.team_leader).open("project", project.pk)
    assert "反映团队资料不实" not in page
    assert "陈先生" not in page


@starting(S.SUBMITTED)
def test_a_change_is_for_projects_that_run(cast: Cast, project: Project):
    assert "更换负责人" in Visitor(cast.team_leader).open("new_change", project.pk)
    answer = Visitor(cast.team_leader).post("new_change", project.pk, status=200)
    assert "更换负责人" in text(answer)
