"""代填: the clerk types while the leader is on the telephone; the leader looks it over, hands it in, and may end it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from grants.applications.commands import save_budget, save_form
from grants.applications.dictating import DAYS, end_dictation, hand_to_leader, write_for
from grants.applications.models import Dictation, Project
from grants.applications.queries import dictation_of, visible_to
from grants.desk.commands import act
from grants.people.commands import grant_role
from grants.people.models import User
from tests.cast import Cast, holding
from tests.factories import a_complete_draft, a_draft, an_open_round, answers, budget_lines, last_step
from tests.grants.desk.visiting import Visitor, text
from workflow import clock
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role
from workflow.models import Notice, NoticeKind
from workflow.outbox import relay
from workflow.ports import SYSTEM
from workflow.refusals import Refused
from workflow.trail import steps_of

BY_PHONE = "3月5日上午电话委托"


def written_for(cast: Cast) -> Project:
    """The clerk of the county writes for the team, which had nothing yet."""
    round_ = cast.round or an_open_round(cast)
    return write_for(round_, cast.team, cast.team_leader, BY_PHONE, actor=cast.county_officer).project


def told(person: User) -> list[str]:
    relay()
    rows = Notice.objects.filter(person=person, kind=NoticeKind.DICTATION).order_by("pk")
    return [row.key.split(":")[2] for row in rows]


def test_the_clerk_begins_writes_and_the_leader_hands_it_in_with_both_names_on_record(cast: Cast):
    project = written_for(cast)
    facts = {name: value for name, value in answers().items() if name != "committed"}
    save_form(project, actor=cast.county_officer, **facts)
    save_budget(project, budget_lines(), actor=cast.county_officer)
    hand_to_leader(project, actor=cast.county_officer)

    begun = steps_of(project).first()
    assert begun
    assert (begun.actor, begun.role) == (cast.county_officer, Role.COUNTY_OFFICER)
    assert BY_PHONE in begun.given
    assert told(cast.team_leader) == ["begun", "handed"]


def test_an_application_she_typed_and_he_handed_in_names_both(cast: Cast):
    project = a_complete_draft(cast)
    write_for(project.round, cast.team, cast.team_leader, BY_PHONE, actor=cast.county_officer)
    save_form(project, actor=cast.county_officer, summary="由代填人写的简介。")
    act(project, "submit", actor=cast.team_leader)

    version = project.submissions.get()
    assert (version.submitted_by, version.written_by) == (cast.team_leader, cast.county_officer)
    assert cast.county_officer.name in last_step(project).given
    page = Visitor(cast.team_leader).open("project_receipt", project.pk, last_step(project).seq)
    assert f"由{cast.county_officer.name}按负责人的委托代填" in page
    assert dictation_of(project) is None


def test_writing_is_all_it_opens(cast: Cast):
    project = a_complete_draft(cast)
    write_for(project.round, cast.team, cast.team_leader, BY_PHONE, actor=cast.county_officer)

    with pytest.raises(Refused):
        act(project, "submit", actor=cast.county_officer)
    with pytest.raises(Refused):
        save_form(project, actor=cast.county_officer, committed=True)


def test_whoever_typed_may_still_give_the_county_s_word(cast: Cast):
    project = a_complete_draft(cast)
    write_for(project.round, cast.team, cast.team_leader, BY_PHONE, actor=cast.county_officer)
    act(project, "submit", actor=cast.team_leader)

    act(project, "open_file", actor=cast.county_officer)
    project.refresh_from_db()
    assert project.opened_by_next


def test_the_draft_is_seen_by_whoever_writes_it_and_by_nobody_else_at_the_county(cast: Cast):
    project = written_for(cast)
    other = holding(Role.COUNTY_OFFICER, "另一位", login="other", organisation=cast.team.guided_by)

    assert project in visible_to(cast.county_officer)
    assert project not in visible_to(other)
    Visitor(other).open("project_form", project.pk, status=404)


def test_the_leader_ends_it_at_any_time_and_the_words_stay(cast: Cast):
    project = written_for(cast)
    save_form(project, actor=cast.county_officer, title="电话里说的名字")
    end_dictation(project, actor=cast.team_leader)

    project.refresh_from_db()
    assert (project.title, project.state) == ("电话里说的名字", S.DRAFT)
    with pytest.raises(Refused):
        save_form(project, actor=cast.county_officer, title="又改了")
    assert told(cast.county_officer) == ["ended"]
    assert project not in visible_to(cast.county_officer)


def test_it_is_over_after_its_days(cast: Cast):
    project = written_for(cast)
    with clock.held(clock.now() + dt.timedelta(days=DAYS + 1)), pytest.raises(Refused):
        save_form(project, actor=cast.county_officer, title="过了期")


def test_twice_is_once(cast: Cast):
    first, again = written_for(cast), written_for(cast)

    assert first == again
    assert Dictation.objects.count() == 1


@pytest.mark.parametrize("who", ["city_officer", "officer", "applicant", "stranger", "payee_officer"])
def test_only_the_red_cross_that_guides_the_team_may_write_for_it(cast: Cast, who: str):
    round_ = an_open_round(cast)
    with pytest.raises(Refused):
        write_for(round_, cast.team, cast.team_leader, BY_PHONE, actor=getattr(cast, who))
    assert not Project.objects.exists()


def test_nobody_writes_without_having_been_asked(cast: Cast):
    round_ = an_open_round(cast)
    with pytest.raises(Refused) as refused:
        write_for(round_, cast.team, cast.team_leader, "  ", actor=cast.county_officer)

    assert [reason.code for reason in refused.value.reasons] == ["asked"]


def test_a_clerk_who_belongs_to_the_team_writes_as_its_member(cast: Cast):
    round_ = an_open_round(cast)
    grant_role(cast.county_officer, Role.APPLICANT, actor=SYSTEM, team=cast.team, valid_from=dt.date(2026, 1, 1))
    with pytest.raises(Refused) as refused:
        write_for(round_, cast.team, cast.team_leader, BY_PHONE, actor=cast.county_officer)
    assert refused.value.reasons[0].code == "own_team"


def test_the_database_keeps_one_writer_and_a_reason(cast: Cast):
    project = a_draft(cast)
    now = clock.now()
    facts = {"project": project, "leader": cast.team_leader, "at": now, "until": clock.today()}
    Dictation.objects.create(writer=cast.county_officer, asked=BY_PHONE, **facts)
    for wrong in (
        {"writer": cast.county_leader, "asked": BY_PHONE},
        {"writer": cast.team_leader, "asked": BY_PHONE, "ended_at": now, "ended_by": cast.team_leader},
        {"writer": cast.county_leader, "asked": "", "ended_at": now, "ended_by": cast.team_leader},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Dictation.objects.create(**facts, **wrong)


def test_the_pages_lead_the_clerk_from_the_team_to_the_leader(cast: Cast):
    round_ = an_open_round(cast)
    clerk, leader = Visitor(cast.county_officer), Visitor(cast.team_leader)
    assert reverse("write_for_team", args=[cast.team.pk]) in clerk.open("team", cast.team.pk)
    lacking = clerk.send("write_for_team", cast.team.pk, round=round_.pk, leader=cast.team_leader.pk, status=422)
    assert "怎样委托" in text(lacking)
    answer = clerk.send("write_for_team", cast.team.pk, round=round_.pk, leader=cast.team_leader.pk, asked=BY_PHONE)

    project = Project.objects.get()
    assert answer.headers["Location"] == reverse("project_form", args=[project.pk])
    assert f"您在代{cast.team_leader}填写" in clerk.open("project_form", project.pk)
    clerk.send("project_part", project.pk, "project", title="电话里说的名字")
    clerk.client.post(reverse("dictation", args=[project.pk]), {"hand": "1"})
    page = leader.open("project_form", project.pk)
    assert f"{cast.county_officer}正在代填" in page
    assert "电话里说的名字" in page
    assert "按负责人的委托代填" in leader.open("project_check", project.pk)
    relay()
    assert "请核对并提交申报书" in leader.open("notices")
    leader.client.post(reverse("dictation", args=[project.pk]), {"end": "1"})
    clerk.open("project_form", project.pk, status=404)
