"""The receipt: what was handed in, when it was taken in, by whom, and what proves it."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse

from grants.applications.models import Project
from grants.desk.commands import act
from tests.cast import Cast
from tests.factories import a_complete_draft, last_step
from tests.grants.desk.visiting import Visitor
from tests.journey_steps import starting
from workflow import clock
from workflow.lifecycle import ProjectState as S
from workflow.models import Step

CLOSES = dt.datetime(2026, 4, 1, 17, tzinfo=clock.SHANGHAI)


def at_the_last_second(cast: Cast) -> Project:
    """Taken in a second before the end, put on record twelve seconds after."""
    project = a_complete_draft(cast)
    with clock.receiving(CLOSES - dt.timedelta(seconds=1)), clock.held(CLOSES + dt.timedelta(seconds=12)):
        act(project, "submit", actor=cast.team_leader)
    return project


def test_handing_in_ends_at_the_receipt(cast: Cast):
    project = a_complete_draft(cast)
    leader = Visitor(cast.team_leader)
    answer = leader.send("project_check", project.pk)

    assert answer.headers["Location"] == reverse("project_receipt", args=[project.pk, last_step(project).seq])
    page = leader.client.get(answer.headers["Location"]).content.decode()
    assert "已提交，现在由" in page
    for words in (project.number, "救在身边进社区", "晨光应急救护队", "25,000.00 元", "周明（项目负责人）"):
        assert words in page


def test_it_says_to_the_second_when_the_server_took_it_in(cast: Cast):
    project = at_the_last_second(cast)
    page = Visitor(cast.team_leader).open("project_receipt", project.pk, last_step(project).seq)

    assert "2026年4月1日 16:59:59<small>申报截止：2026年4月1日 17:00:00" in page
    assert "入档 2026年4月1日 17:00:12" in page


def test_it_shows_the_digest_of_the_chain(cast: Cast):
    project = at_the_last_second(cast)
    step = last_step(project)
    page = Visitor(cast.county_officer).open("project_receipt", project.pk, step.seq)

    assert step.digest in page.replace(" ", "")
    assert step.ref in page


def test_it_stays_as_it_was_when_the_application_changes(cast: Cast):
    project = at_the_last_second(cast)
    Project.objects.update(title="后来改的名字", requested_fen=1)
    page = Visitor(cast.team_leader).open("project_receipt", project.pk, last_step(project).seq)

    assert "<td>救在身边进社区</td>" in page
    assert "25,000.00 元" in page


def test_where_the_words_were_erased_the_time_on_record_stands(cast: Cast):
    project = at_the_last_second(cast)
    Step.objects.filter(pk=last_step(project).pk).update(given="", salt="")
    page = Visitor(cast.team_leader).open("project_receipt", project.pk, last_step(project).seq)

    assert "2026年4月1日 17:00:12<small>" in page


@starting(S.SUBMITTED)
def test_the_timeline_leads_back_to_it(cast: Cast, project: Project):
    link = reverse("project_receipt", args=[project.pk, last_step(project).seq])

    for person in (cast.team_leader, cast.applicant, cast.county_officer, cast.officer):
        assert f'href="{link}"' in Visitor(person).open("project", project.pk)


@starting(S.SUBMITTED)
def test_a_step_that_handed_nothing_in_has_no_receipt(cast: Cast, project: Project):
    Visitor(cast.team_leader).open("project_receipt", project.pk, 1, status=404)
    Visitor(cast.team_leader).open("project_receipt", project.pk, 99, status=404)


@starting(S.UNDER_REVIEW)
def test_reviewers_and_strangers_find_no_receipt(cast: Cast, project: Project):
    seq = Step.objects.get(machine="project", move="submit").seq
    for person in (cast.reviewers[0], cast.stranger, cast.sysadmin):
        Visitor(person).open("project_receipt", project.pk, seq, status=404)
    assert "/receipts/" not in Visitor(cast.reviewers[0]).open("project", project.pk)
