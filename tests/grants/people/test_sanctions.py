"""The list of those who may not apply: entered and lifted by two people, asked at handing in and at judging."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from grants.applications.rules.team import on_the_list
from grants.desk.commands import act
from grants.people.commands.sanctions import enter_sanction, lift_sanction
from grants.people.models import Sanction, SanctionEnd, Team
from grants.people.sanctions import sanctions_on
from tests.cast import Cast
from tests.factories import a_complete_draft
from tests.grants.desk.visiting import Visitor, text
from workflow import clock
from workflow.refusals import Refused

FIRST = dt.date(2026, 3, 1)


def barred(cast: Cast, **facts: Any) -> Sanction:
    given: dict[str, Any] = {"name": cast.team.name, "basis": "民政部失信名单2026年2月", "first_day": FIRST}
    return enter_sanction(**(given | facts), actor=cast.officer)


def refusal(call: Any) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return " ".join(str(one.message) for one in refused.value.reasons)


def test_a_team_on_the_list_hands_nothing_in_until_it_is_lifted(cast: Cast):
    project = a_complete_draft(cast)
    found = barred(cast)
    words = refusal(lambda: act(project, "submit", actor=cast.team_leader))
    assert "停止申报名单" in words
    assert "民政部失信名单2026年2月" in words
    lift_sanction(found, "核实是同名的另一支", actor=cast.business_lead)
    act(project, "submit", actor=cast.team_leader)


def test_a_person_on_the_list_leads_no_application(cast: Cast):
    project = a_complete_draft(cast)
    type(cast.team_leader).objects.filter(pk=cast.team_leader.pk).update(mobile="+8613800005555")
    barred(cast, name="团队负责人", mobile="13800005555")
    assert "团队负责人" in refusal(lambda: act(project, "submit", actor=cast.team_leader))


def test_a_code_tells_a_team_whatever_its_name(cast: Cast):
    code = "51330102MJ8700000M"
    Team.objects.filter(pk=cast.team.pk).update(uscc=code)
    cast.team.refresh_from_db()
    barred(cast, name="从前的名称", uscc=code.lower())
    assert sanctions_on([(cast.team, None)])[cast.team.pk].uscc == code
    barred(cast, uscc="51330102MJ8700001X")
    Team.objects.filter(pk=cast.team.pk).update(uscc="51330102MJ8700009X")
    cast.team.refresh_from_db()
    assert sanctions_on([(cast.team, None)]) == {}


def test_before_its_first_day_and_after_its_last_it_does_not_hold(cast: Cast):
    today = clock.today()
    barred(cast, first_day=today + dt.timedelta(days=1))
    barred(cast, first_day=FIRST, last_day=today - dt.timedelta(days=1))
    assert sanctions_on([(cast.team, cast.team_leader)]) == {}
    last = barred(cast, first_day=FIRST, last_day=today)
    assert "为止" in on_the_list(last)
    assert sanctions_on([(cast.team, cast.team_leader)])[cast.team.pk] == last


def test_what_cannot_be_entered_or_lifted(cast: Cast):
    for facts in (
        {"name": " "},
        {"basis": ""},
        {"basis": "长" * 201},
        {"uscc": "123"},
        {"mobile": "12345"},
        {"mobile": "13999999999"},
        {"last_day": FIRST - dt.timedelta(days=1)},
    ):
        refusal(lambda facts=facts: barred(cast, **facts))
    refusal(lambda: enter_sanction("某队", "依据", FIRST, actor=cast.county_officer))
    found = barred(cast)
    assert "另一个人" in refusal(lambda: lift_sanction(found, "改主意了", actor=cast.officer))
    refusal(lambda: lift_sanction(found, "", actor=cast.business_lead))
    refusal(lambda: lift_sanction(found, "好", actor=cast.county_leader))
    first = lift_sanction(found, "已移出名单", actor=cast.business_lead)
    assert lift_sanction(found, "再来一次", actor=cast.business_lead) == first
    assert SanctionEnd.objects.count() == 1


def test_the_database_keeps_both(cast: Cast):
    found = barred(cast)
    for change in (
        lambda: Sanction.objects.filter(pk=found.pk).update(basis="别的"),
        lambda: Sanction.objects.filter(pk=found.pk).delete(),
        lambda: SanctionEnd.objects.create(sanction=found, reason="自己解除", by=cast.officer, at=clock.now()),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_the_province_keeps_the_list_on_a_page_and_auditors_read_it(cast: Cast):
    officer, lead = Visitor(cast.officer), Visitor(cast.business_lead)
    typed: dict[str, Any] = {"name": cast.team.name, "basis": "失信名单", "first_day": "2026-03-01"}
    assert "名单是空的" in officer.open("sanctions")
    assert "errsum" in text(officer.post("sanctions", **typed | {"basis": ""}, status=422))
    officer.post("sanctions", **typed)
    found = Sanction.objects.get()
    assert "请另一个人解除" in officer.open("sanctions")
    officer.post("sanctions", lift=str(found.pk), reason="错了", status=422)
    lead.post("sanctions", lift=str(found.pk), reason="已移出名单")
    assert "已解除" in Visitor(cast.auditor).open("sanctions")
    assert Visitor(cast.auditor).client.post(reverse("sanctions"), typed).status_code == 404
    Visitor(cast.county_officer).open("sanctions", status=404)
