"""How a grant is paid out, agreed for one project alone: percents, amounts and what is left, before anybody signs."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from grants.applications.models import Project
from grants.awards.models import Agreement, Instalment
from grants.awards.queries import agreement_of, plans_of, scheme_digest
from grants.desk.commands import act
from tests.cast import Cast
from tests.factories import on, reasons
from tests.grants.desk.visiting import Visitor
from tests.journey_steps import agreement_in_force, plan_agreed, signs, starting
from workflow.lifecycle import ProjectState as S

OWN: list[dict[str, Any]] = [
    {"fen": 500_000, "trigger": "agreement_signed", "due_wd": 10},
    {"pct": 40, "trigger": "check_passed", "after_d": 15, "due_wd": 5},
    {"pct": 20, "trigger": "accepted", "due_wd": 15},
    {"trigger": "settling", "due_wd": 15},
]


def agreement(project: Project) -> Agreement:
    found = agreement_of(project)
    assert found
    return found


def agreed(cast: Cast, project: Project, **given: Any) -> Agreement:
    act(project, "set_scheme", actor=cast.officer, given={"reason": "团队垫资困难"} | given)
    return agreement(project)


@starting(S.APPROVED)
def test_a_project_has_instalments_of_its_own_that_become_its_tranches(cast: Cast, project: Project):
    made = agreed(cast, project, scheme="own", instalments=OWN)
    shares = [plan.share for plan in plans_of(made, project.round)]
    assert shares == [(None, 500_000), (40, None), (20, None), (None, None)]
    assert made.scheme == ""
    agreement_in_force(cast, project)
    tranches = list(project.tranches.order_by("number"))
    assert [one.planned_fen for one in tranches] == [500_000, 1_000_000, 500_000, 500_000]
    assert [(one.trigger, one.after_d, one.due_wd) for one in tranches] == [
        ("agreement_signed", 0, 10),
        ("check_passed", 15, 5),
        ("accepted", 0, 15),
        ("settling", 0, 15),
    ]


@starting(S.APPROVED)
def test_the_step_proves_the_instalments_and_a_scheme_of_the_round_takes_their_place(cast: Cast, project: Project):
    made = agreed(cast, project, scheme="own", instalments=OWN)
    digest = scheme_digest(made, project.round)
    made = agreed(cast, project, scheme="B")
    assert (made.scheme, made.instalments.count()) == ("B", 0)
    assert scheme_digest(made, project.round) != digest


@pytest.mark.parametrize(
    ("given", "at", "said"),
    [
        ({"scheme": "Z"}, "scheme", "请选择一个拨款方案。"),
        ({"scheme": "own"}, "instalments", "最后一期（且只有这一期）不写比例和金额"),
        ({"scheme": "own", "instalments": OWN[:3]}, "instalments", "最后一期"),
        ({"scheme": "own", "instalments": [OWN[1] | {"fen": 3}, OWN[3]]}, "instalments", "第1期：比例和金额只写一个。"),
        ({"scheme": "own", "instalments": [OWN[2], OWN[0], OWN[3]]}, "instalments", "第2期：各期按先后拨付"),
        (
            {"scheme": "own", "instalments": [OWN[0], OWN[1] | {"pct": 80}, OWN[3]]},
            "instalments",
            "第2期：到这一期合计 25,000.00 元，资助 25,000.00 元时最后一期就没有余额了。",
        ),
        ({"scheme": "own", "instalments": [OWN[0] | {"due_wd": 0}, OWN[3]]}, "instalments", "几个工作日在 1 到 250"),
        ({"scheme": "own", "instalments": [OWN[0] | {"trigger": "rain"}, OWN[3]]}, "instalments", "各期的比例应在"),
    ],
)
@starting(S.APPROVED)
def test_what_does_not_add_up_is_named(cast: Cast, project: Project, given: dict[str, Any], at: str, said: str):
    found = reasons(project, "set_scheme", cast.officer, reason="x", **given)
    assert list(found) == [at]
    assert said in found[at]


@starting(S.APPROVED)
def test_after_the_first_signature_nothing_of_it_changes(cast: Cast, project: Project):
    made = agreed(cast, project, scheme="own", instalments=OWN)
    agreement_in_force(cast, project)
    with pytest.raises(DatabaseError), transaction.atomic():
        Agreement.objects.filter(pk=made.pk).update(scheme="A")
    for change in ({"pct": 41}, {"due_wd": 6}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Instalment.objects.filter(agreement=made, number=2).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        made.instalments.all().delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        Instalment.objects.create(agreement=made, number=5, trigger="settling", due_wd=1)


@starting(S.APPROVED)
def test_once_a_party_has_signed_the_scheme_is_refused(cast: Cast, project: Project):
    made = agreement(project)
    with on(2026, 6, 24):
        plan_agreed(cast, project)
        signs(project, cast.team_leader)
    assert "signed" in reasons(project, "set_scheme", cast.officer, reason="x", scheme="A")
    assert agreement(project).scheme == made.scheme


@starting(S.APPROVED)
def test_page_and_paper_say_how_the_grant_is_paid(cast: Cast, project: Project):
    agreed(cast, project, scheme="own", instalments=OWN)
    page = Visitor(cast.officer).open("agreement", project.pk)
    assert "中期检查合格满15天后5个工作日内" in page
    assert "固定金额" in page
    paper = Visitor(cast.officer).client.get(reverse("agreement_print", args=[project.pk])).content.decode()
    assert "第 3 期 5,000.00 元，验收通过后15个工作日内拨付" in paper


@starting(S.APPROVED)
def test_the_officer_is_led_to_the_form_until_somebody_signs(cast: Cast, project: Project):
    form = reverse("move", args=["project", project.pk, "set_scheme"])
    assert form in Visitor(cast.officer).open("agreement", project.pk)
    assert form not in Visitor(cast.team_leader).open("agreement", project.pk)
    agreement_in_force(cast, project)
    assert form not in Visitor(cast.officer).open("agreement", project.pk)
