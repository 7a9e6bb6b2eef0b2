"""Meetings, official documents, objections and final budgets come in; everything else is a move of the table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext

from grants.applications.commands import write_budget
from grants.applications.models import BudgetVersion, Project
from grants.awards import queries
from grants.awards.enums import MEETING_MOVES, NoticeKind, ObjectionKind
from grants.awards.models import (
    Agreement,
    DecisionDraft,
    DecisionPaper,
    Meeting,
    NoticeDraft,
    Objection,
    OfficialNotice,
)
from grants.awards.supposed import supposing
from grants.awards.tickets import Ticket, digest_of, ticket_of
from grants.kernel.given import whole
from grants.people.models import User
from grants.people.proof import demand
from grants.people.queries import TEAM_ROLES
from grants.programmes.models import Round
from storage.commands import attach
from storage.models import Document
from workflow import chain, clock
from workflow.actions import amend, begin, command, lock, take
from workflow.endorsing import propose
from workflow.lifecycle import ProjectState, Role
from workflow.models import Proposal
from workflow.ports import domain
from workflow.proposed import open_proposals
from workflow.refusals import Refusal, Refused, Stale
from workflow.trail import given_of


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
    paper: int | None = None,
    key: str | None = None,
) -> Meeting:
    """The minutes of a meeting are on record in the round, and its trail proves them. Raises Refused.

    `paper` is the number of the decision paper that the meeting had before it.
    """
    given = {
        "number": number,
        "held_on": held_on.isoformat(),
        "present": present,
        "recused": recused,
        "minutes_document": str(document.pk),
        **({"paper": str(paper)} if paper else {}),
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
def save_decisions(
    round_: Round,
    *,
    actor: Any,
    rows: Mapping[str, Mapping[str, str]],
    meeting: Meeting | None = None,
    version: int | None = None,
) -> DecisionDraft:
    """The table for a meeting holds exactly what was typed. Nothing is decided by it. Raises Refused, Stale."""
    found = _draft(round_, queries.decision_draft, actor, version) or DecisionDraft(round=round_, version=0)
    typed = {pk: dict(row) for pk, row in rows.items()}
    if found.version and (found.meeting, found.rows) == (meeting, typed):
        return found
    found.meeting, found.rows = meeting, typed
    return _saved(found, actor)


@command
def save_notice(round_: Round, *, actor: Any, version: int | None = None, **words: Any) -> NoticeDraft:
    """The public notice says exactly this so far; nothing is published by it. Raises Refused, Stale.

    `words`: title, number, text, contact, ends_on (a day or None).
    """
    found = _draft(round_, queries.notice_draft, actor, version) or NoticeDraft(round=round_, version=0)
    for name in ("title", "number", "text", "contact", "ends_on"):
        setattr(found, name, words[name])
    return _saved(found, actor)


D = TypeVar("D", DecisionDraft, NoticeDraft)


def _draft(round_: Round, read: Callable[[Round], D | None], actor: Any, version: int | None) -> D | None:
    """The draft as it stands, the round locked. Raises Refused for a stranger, Stale when another save was faster.

    `version` is that of the draft with which what is saved was put together, 0 where there was none.
    """
    locked = lock(round_)
    if not domain().roles(actor, locked) & {Role.PROGRAMME_OFFICER}:
        raise Refused([Refusal("not_yours", gettext("这张表由省级项目专员填写。"))])
    found = read(round_)
    if found and version is not None and version != found.version:
        raise Stale([Refusal("stale", gettext("%(who)s在您之后保存过这张表。") % {"who": found.saved_by})])
    return found


def _saved(draft: D, actor: Any) -> D:
    draft.version += 1
    draft.saved_by, draft.saved_at = actor, clock.now()
    draft.save()
    return draft


@dataclass(frozen=True)
class Wish:
    """One row of a meeting's table: the project, the move, what it is given, and the version the officer saw."""

    project: Project
    move: str
    given: Mapping[str, Any]
    version: int | None = None


@command
def put_forward_decisions(round_: Round, wishes: Sequence[Wish], *, actor: Any) -> list[Proposal]:
    """Every row is put before those who endorse it as a move of its own, all of them or none.

    Each is judged as if the rows before it were made, so that rank, envelope and reserve list are those of the whole
    table. What the officer had put forward for these projects before and is another wish now has lapsed. Putting
    forward the same again changes nothing. Raises Unproven; Refused with every reason, `at` as project and field:
    17-amount_fen.
    """
    lock(round_)
    made: list[Proposal] = []
    reasons: list[Refusal] = []
    with supposing() as so_far:
        for wish in wishes:
            try:
                made.append(_put_forward(wish, actor))
            except (Refused, Stale) as refusal:
                place = wish.project.pk
                reasons += [replace(one, at=f"{place}-{one.at}" if one.at else str(place)) for one in refusal.reasons]
            if wish.move == "shortlist":
                so_far.amounts[wish.project.pk] = whole(wish.given, "amount_fen") or 0
            if wish.move == "put_in_reserve" and (order := whole(wish.given, "reserve_order")):
                so_far.reserves.setdefault(order, wish.project)
    if reasons:
        raise Refused(reasons)
    return made


def _put_forward(wish: Wish, actor: Any) -> Proposal:
    demand(actor, wish.project.machine().deeds.get(wish.move))
    locked = lock(wish.project)
    before = [one for one in open_proposals(locked) if one.move in MEETING_MOVES and one.maker_id == actor.pk]
    for one in before:
        if (one.move, given_of(one)) == (wish.move, dict(wish.given)):
            return one
    version = amend(wish.project, version=wish.version).version if before else wish.version
    return propose(wish.project, wish.move, actor=actor, version=version, given=wish.given)


@command
def publish_publicity(
    round_: Round, projects: Sequence[Project], *, actor: Any, given: Mapping[str, Any], key: str | None = None
) -> OfficialNotice:
    """The notice is issued and every one of these projects is before the public by it: all of them or nothing.

    `given`: title, number, issued_on, ends_on, notice_file and, beside what the rule asks, text and contact.
    Raises Refused, Stale.
    """
    step = take(round_, "issue_notice", actor=actor, key=key, given={"kind": NoticeKind.PUBLICITY.value, **given})
    notice = OfficialNotice.objects.filter(round=round_, kind=NoticeKind.PUBLICITY, at=step.at).latest("pk")
    for project in projects:
        own = f"{key}-{project.pk}" if key else None
        take(project, "publish_notice", actor=actor, key=own, given={"notice": str(notice.pk)})
    return notice


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
    ticket: Ticket | None = None,
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
        receipt=ticket.number if ticket else "",
        secret_digest=digest_of(ticket) if ticket else "",
    )
    facts = {"kind": kind, "text": text.strip(), "holds": holds, "received_on": received_on.isoformat()}
    return begin(objection, actor=actor, key=key, given=facts)


@command
def object_in_public(
    project: Project,
    *,
    actor: Any,
    key: str,
    text: str,
    objector: str = "",
    contact: str = "",
    evidence: Sequence[Document] = (),
) -> Ticket:
    """Somebody who does not sign in objects to a project that was made public, with what they can show.

    1. The objection is received today; while the project is before the public, one with name and contact holds it.
       Any other is registered for whoever handles objections, and holds neither moves nor payments by itself.
    2. The evidence lies with it, for those who handle objections alone.
    3. Its number and secret follow from `key`, so that sending the form again gives the same ones.
    Raises Refused.
    """
    ticket = ticket_of(key)
    if reason := _not_objectable(project):
        raise Refused([reason])
    objection = receive_objection(
        project,
        actor=actor,
        kind=ObjectionKind.OBJECTION,
        text=text,
        objector=objector,
        contact=contact,
        received_on=clock.today(),
        holds=_holds_by_itself(project, objector, contact),
        key=f"public-objection:{key}",
        ticket=ticket,
    )
    for document in evidence:
        attach(objection, "evidence", document, actor=public_mailbox(actor=actor), now=clock.now())
    return ticket


def _holds_by_itself(project: Project, objector: str, contact: str) -> bool:
    """Whether an objection from the public stops the project before anybody has looked at it."""
    return project.state == ProjectState.IN_PUBLICITY and bool(objector.strip() and contact.strip())


def _not_objectable(project: Project) -> Refusal | None:
    """A reason against objecting to what the public does not know, or what is over."""
    if project.is_final or not project.public_entries.exists():
        return Refusal("not_public", gettext("这个项目现在不在公开名单里，请重新选择。"), at="project")
    return None


@command
def public_mailbox(*, actor: Any) -> User:
    """The account under which what the public sends is kept. Nobody can sign in with it, and it holds no role."""
    names = {"name": gettext("公众（网上提交）"), "is_active": False, "password": make_password(None)}
    found, _made = User.objects.get_or_create(username="public-mailbox", defaults=names | {"date_joined": clock.now()})
    return found


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


@command
def save_decision_paper(round_: Round, text: str, *, actor: Any) -> DecisionPaper:
    """What was worked out for a meeting is on record under the next number; the very same again is the one there is.

    Nothing is decided by it. Raises Refused: not the officer of the round.
    """
    locked = lock(round_)
    if Role.PROGRAMME_OFFICER not in domain().roles(actor, locked):
        raise Refused([Refusal("role", gettext("审定参考由省级项目管理员保存。"))])
    found, last = chain.digest(text), DecisionPaper.objects.filter(round=locked.pk).order_by("number").last()
    if last and last.digest == found:
        return last
    number = last.number + 1 if last else 1
    return DecisionPaper.objects.create(
        round_id=locked.pk, number=number, text=text, digest=found, made_by=actor, at=clock.now()
    )
