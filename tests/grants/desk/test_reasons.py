"""Every reason leads to where it is mended, or says who mends it."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from grants.applications.form_definition import made
from grants.applications.models import Project
from grants.desk.queries.records import MODELS
from grants.desk.tables.application import field_url
from grants.desk.tables.reasons import CODES, TOLD, WAYS, told
from grants.programmes.profile.forms import shipped_form
from tests.cast import Cast
from tests.factories import a_draft
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import starting
from workflow.actions import blocked
from workflow.lifecycle import MACHINES, Role
from workflow.lifecycle import ProjectState as S
from workflow.refusals import Refusal
from workflow.rules import registered


def test_every_rule_that_no_form_answers_has_a_way_out():
    machines = [MACHINES[name] for name in MODELS]
    named = {rule for machine in machines for deed in (machine.begin, *machine.deeds.values()) for rule in deed.rules}
    silent = {rule for rule in named if not registered()[rule].asks}
    assert silent == set(WAYS)


@starting(S.SUBMITTED)
def test_every_way_is_an_address_or_names_somebody(cast: Cast, project: Project):
    for rule, way in WAYS.items():
        reason = Refusal("x", "不行。", rule=rule)
        shown = told(reason, project, way.roles)
        assert bool(shown.url or shown.note) is (way != TOLD), rule
        if way.page and way.roles:
            other = told(reason, project, frozenset())
            assert (other.url, "办理" in str(other.note)) == ("", True), rule
    for code in CODES:
        shown = told(Refusal(code, "不行。"), project, set(Role.values))
        assert shown.url or shown.note, code


def test_a_field_of_the_application_has_one_address(cast: Cast):
    project = a_draft(cast)
    for screen in made(shipped_form("short")).screens:
        for name in {*screen.fields, *screen.slots} - {"committed"}:
            assert field_url(project, name).endswith(f"#f-{name}")
    assert field_url(project, "budget") == reverse("project_budget", args=[project.pk])
    assert field_url(project, "no_such_field") == reverse("project_form", args=[project.pk])


def test_what_keeps_an_application_back_links_to_its_field(cast: Cast):
    project, leader = a_draft(cast), Visitor(cast.team_leader)
    [reason] = [one for one in blocked(project, "submit", cast.team_leader) if one.rule == "form_complete"]
    page = leader.open("project_check", project.pk)
    assert f'<a href="{field_url(project, reason.at)}">申报书还有' in page
    assert f'<a href="{reverse("project_budget", args=[project.pk])}">预算有' in page
    target, anchor = field_url(project, reason.at).split("#")
    assert f'id="{anchor}"' in text(leader.client.get(target))


def test_a_summary_links_too(cast: Cast):
    project, leader = a_draft(cast), Visitor(cast.team_leader)
    page = text(leader.send("project_check", project.pk, status=422))
    summary = page.split('id="errors"')[1].split("</div>")[0]
    assert summary.count("<li>") == summary.count('<a href="') == 3


@starting(S.SUBMITTED)
def test_whoever_cannot_mend_it_reads_who_does(cast: Cast, project: Project):
    page = Visitor(cast.officer).open("move", "project", project.pk, "receive")
    assert "由省级项目管理员办理" not in page
    assert (
        f'<a href="{reverse("move", args=["round", project.round_id, "close_recommending"])}">推荐还没有截止。' in page
    )
    page = Visitor(cast.team_leader).open("move", "project", project.pk, "receive")
    assert "推荐还没有截止。 <small" in page
    assert "由省级项目管理员办理。" in page


@pytest.mark.parametrize(("role", "rule", "page"), [("finance_officer", "every_voucher_decided", "project_money")])
@starting(S.SUBMITTED)
def test_the_same_way_for_every_page(cast: Cast, project: Project, role: str, rule: str, page: str):
    reason: Any = Refusal("x", "还有凭证没有审核。", rule=rule)
    assert told(reason, project, {getattr(Role, role.upper())}).url == reverse(page, args=[project.pk])
    assert told(reason, project, {Role.TEAM_LEADER}).note == "由财务经办办理。"


def test_a_reason_at_a_field_of_the_page_leads_there(cast: Cast):
    assert told(Refusal("x", "请填写。", at="rank"), None, frozenset(), {"rank"}).url == "#f-rank"


def test_without_a_record_there_is_still_a_way():
    assert told(Refusal("lent_away", "已经交接。"), None, frozenset()).url == reverse("lendings")
    assert told(Refusal("stale", "有变化。"), None, frozenset()).url == ""
