"""The agreement of a project, one page for all its parties; its printed text; the board of a round's agreements."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from grants.applications.queries import LINE, budget_lines
from grants.awards.commands import save_final_budget
from grants.desk.commands import act
from grants.desk.forms.application import budget_asks, with_defaults
from grants.desk.queries.agreements import Contract, agreements_of, contract_of
from grants.desk.queries.records import find
from grants.desk.tables.agreements import (
    account_shown,
    in_the_way,
    instalment_rows,
    message_of,
    signers,
)
from grants.desk.views.attempts import attempt
from grants.desk.views.inline import Inline
from grants.desk.views.looking import looked_at
from grants.desk.views.payee_accounts import ACCOUNTANTS
from grants.desk.views.writing import Written
from grants.funds.doubts import told_of
from grants.funds.rules.accounts import payee_name
from grants.kernel.money import capitals
from grants.people.queries import AREA_ROLES, PROVINCE_ROLES, TEAM_ROLES, holds
from workflow import clock
from workflow.command import new_key
from workflow.lifecycle import ProjectState, Role
from workflow.ports import domain

READERS = TEAM_ROLES | PROVINCE_ROLES | AREA_ROLES | {Role.PAYEE_OFFICER}
DEEDS = (
    "agree_final_plan",
    "confirm_plan",
    "sign_as_party",
    "sign_agreement",
)


def _contract(request: HttpRequest, pk: int) -> tuple[Contract, frozenset[str]]:
    """The agreement and the person's roles. Raises Http404 before there is one, and for a stranger."""
    project = find("project", pk, request.user)
    roles = domain().roles(request.user, project) if project else frozenset()
    contract = contract_of(project) if project and roles & READERS else None
    if contract is None:
        raise Http404
    return contract, roles


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """Show plan, budget, account and signatures; on POST do what the person has to do for it."""
    contract, roles = _contract(request, pk)
    project = contract.project
    plan = {"start_date": project.start_date, "end_date": project.end_date, "holder": payee_name(project)}
    deeds = Inline(request, project, DEEDS, initial=plan)
    if request.method == "POST":
        if answer := deeds.posted(lambda: redirect("agreement", pk)):
            return answer
        contract, roles = _contract(request, pk)
        deeds.record = contract.project
    waiting = project.state == ProjectState.APPROVED
    context = {
        "record": contract.project,
        "project": contract.project,
        "contract": contract,
        "signers": signers(contract),
        "instalments": instalment_rows(contract),
        "account": account_shown(contract),
        "doubts": told_of(contract.account) if contract.account else [],
        "accountant": bool(roles & ACCOUNTANTS),
        "granted_fen": sum(line.amount_fen for line in contract.lines if line.source == "grant"),
        "missing": in_the_way(contract.project, request.user) if waiting else [],
        "may_scheme": waiting and Role.PROGRAMME_OFFICER in roles and not contract.agreement.signatures.all(),
        "may_budget": waiting and bool(roles & TEAM_ROLES) and not contract.agreement.signatures.all(),
        **deeds.context(),
    }
    status = deeds.trouble.status if deeds.trouble else 200
    return render(request, "grants/desk/agreement.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def final_budget(request: HttpRequest, pk: int) -> HttpResponse:
    """The final budget of an approved project, for its team, until somebody has signed."""
    contract, roles = _contract(request, pk)
    if not roles & TEAM_ROLES:
        raise Http404
    project = contract.project

    def known(record: Any) -> dict[str, Any]:
        return {"lines": [{name: getattr(line, name) for name in LINE} for line in budget_lines(record)]}

    def save(record: Any, given: dict[str, Any]) -> Any:
        lines = with_defaults(given.get("lines", []))
        return save_final_budget(record, lines, actor=request.user, version=record.version)

    return Written(request, project, "final_budget", _("最终预算"), budget_asks(project), known, save).answer({})


@require_safe
@looked_at
def agreement_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The agreement as it is printed, signed and stamped."""
    contract, _roles = _contract(request, pk)
    with override("zh-hans"):  # the paper is Chinese whoever prints it
        instalments = instalment_rows(contract)
    context = {
        "contract": contract,
        "project": contract.project,
        "signers": signers(contract),
        "instalments": instalments,
        "capitals": capitals(contract.agreement.amount_fen),
        "today": clock.today(),
    }
    return render(request, "grants/desk/agreement_print.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def agreements(request: HttpRequest, pk: int) -> HttpResponse:
    """Every agreement of the round: who has not signed, until when; on POST remind those of the ticked projects."""
    round_ = find("round", pk, request.user)
    if round_ is None or not holds(request.user, *PROVINCE_ROLES):
        raise Http404
    rows = agreements_of(round_)
    if request.method == "POST":
        return _reminded(request, pk, rows)
    context = {
        "round": round_,
        "rows": [{"row": row, "message": message_of(row, request.build_absolute_uri)} for row in rows],
        "signed": sum(not row.missing for row in rows),
        "may_remind": Role.PROGRAMME_OFFICER in domain().roles(request.user, round_),
        "key": new_key(),
    }
    return render(request, "grants/desk/agreements.html", context)


def _reminded(request: HttpRequest, pk: int, rows: list[Any]) -> HttpResponse:
    """Each reminder is an act of its own; one that is refused says why and keeps no other back."""
    ticked, key = set(request.POST.getlist("project")), request.POST.get("key") or new_key()
    done = 0
    for row in rows:
        if str(row.project.pk) not in ticked:
            continue
        remind = partial(act, row.project, "send_reminder", actor=request.user, key=f"{key}-{row.project.pk}")
        _step, trouble = attempt(remind)
        done += trouble is None
        for reason in trouble.reasons if trouble else ():
            messages.error(request, f"{row.project}：{reason.message}", "bad")
    if done:
        messages.success(request, gettext("已催办%(n)s个项目，团队和收款单位会收到提醒。") % {"n": done})
    return redirect("agreements", pk)
