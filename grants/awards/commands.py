"""Meetings, official documents, objections and final budgets come in; everything else is a move of the table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext

from grants.applications.commands import write_budget
from grants.applications.models import BudgetVersion, Project
from grants.awards import queries
from grants.awards.enums import ObjectionKind
from grants.awards.models import Agreement, Meeting, Objection, OfficialNotice
from grants.people.queries import TEAM_ROLES
from grants.programmes.models import Round
from storage.models import Document
from workflow import clock
from workflow.actions import amend, begin, command, lock, take
from workflow.lifecycle import ProjectState
from workflow.ports import domain
from workflow.refusals import Refusal, Refused


@command
def record_meeting(
    round_: Round,
    *,
    actor: Any,
    number: str,
    held_on: dt.date,
    present: str,
    document: Document,
    recused: str = "",
    key: str | None = None,
) -> Meeting:
    """The minutes of a meeting are on record in the round, and its trail proves them. Raises Refused."""
    given = {
        "number": number,
        "held_on": held_on.isoformat(),
        "present": present,
        "recused": recused,
        "minutes_document": str(document.pk),
    }
    take(round_, "record_meeting", actor=actor, key=key, given=given)
    return Meeting.objects.get(round=round_, number=number.strip())


@command
def issue_notice(
    round_: Round,
    *,
    actor: Any,
    kind: str,
    title: str,
    issued_on: dt.date,
    document: Document,
    number: str = "",
    ends_on: dt.date | None = None,
    key: str | None = None,
) -> OfficialNotice:
    """An official document of the round is on record, and its trail proves it. Raises Refused."""
    given = {
        "kind": kind,
        "number": number,
        "title": title,
        "issued_on": issued_on.isoformat(),
        "ends_on": ends_on.isoformat() if ends_on else "",
        "notice_file": str(document.pk),
    }
    step = take(round_, "issue_notice", actor=actor, key=key, given=given)
    return OfficialNotice.objects.filter(round=round_, document=document, at=step.at).latest("pk")


@command
def receive_objection(
    project: Project,
    *,
    actor: Any,
    kind: str,
    text: str,
    received_on: dt.date,
    objector: str = "",
    contact: str = "",
    holds: bool = True,
    key: str | None = None,
) -> Objection:
    """An objection to the project, or its team's appeal, is received in whatever state the project is.

    It says against which state it came; while it is open and `holds`, the project is not approved and nothing is paid.
    Without a name it is kept all the same. Raises Refused.
    """
    if not text.strip() or kind not in ObjectionKind.values:
        raise Refused([Refusal("text", gettext("请写明反映的内容。"), at="text")])
    if received_on > clock.today():
        raise Refused([Refusal("received_on", gettext("收到日期请选今天或以前的一天。"), at="received_on")])
    locked = lock(project)
    objection = Objection(
        project=locked,
        kind=kind,
        against=str(locked.state),
        objector=objector.strip(),
        contact=contact.strip(),
        text=text.strip(),
        holds=holds,
        received_on=received_on,
    )
    facts = {"kind": kind, "text": text.strip(), "holds": holds, "received_on": received_on.isoformat()}
    return begin(objection, actor=actor, key=key, given=facts)


@command
def save_final_budget(
    project: Project, lines: Sequence[Mapping[str, Any]], *, actor: Any, version: int | None = None
) -> BudgetVersion:
    """The final budget of an approved project holds exactly these lines, until a party has signed.

    What was requested stays as it was. A plan already agreed to has to be agreed to anew. Raises Refused, Stale.
    """
    locked = lock(project, version)
    if reason := _not_writable(locked, actor):
        raise Refused([reason])
    budget = write_budget(locked, lines, actor=actor, reason=gettext("最终预算"))
    agreement = Agreement.objects.filter(project=project.pk)
    agreement.update(plan_agreed_at=None, plan_confirmed_at=None, budget=None)
    amend(project, version=locked.version)
    return budget


def _not_writable(project: Project, actor: Any) -> Refusal | None:
    if not domain().roles(actor, project) & TEAM_ROLES:
        return Refusal("not_yours", gettext("最终预算由申报团队填写。"))
    agreement = queries.agreement_of(project)
    if agreement is None or project.state != ProjectState.APPROVED:
        return Refusal("wrong_state", gettext("现在是“%(state)s”，不能修改预算。") % {"state": project.label})
    if agreement.signatures.exists():
        return Refusal("signed", gettext("已有一方签署协议，方案和预算不能再改。"))
    return None
