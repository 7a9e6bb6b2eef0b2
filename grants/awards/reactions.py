"""What else becomes true with decisions, notices, objections and agreements."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext

from grants.applications.models import Project
from grants.applications.queries import current_budget
from grants.awards import queries
from grants.awards.enums import Outcome
from grants.awards.models import (
    Agreement,
    Decision,
    Instalment,
    Meeting,
    Objection,
    OfficialNotice,
    PublicEntry,
    Signature,
)
from grants.awards.rules.announcing import FOR_MOVE
from grants.awards.rules.deciding import promotion_fen, wrong_amount
from grants.awards.rules.instalments import OWN, plans_in
from grants.kernel.given import day, whole, words
from grants.kernel.numbering import agreement_no, letter_no
from grants.people.enums import Level
from grants.people.queries import ancestor, place_name
from grants.programmes.commands import run_deadline
from grants.programmes.models import Round
from grants.programmes.queries import rules_of
from storage.commands import attach
from workflow import clock
from workflow.deadlines import set_deadline, settle
from workflow.effects import Done, effects
from workflow.refusals import Refusal, Refused

OUTCOMES = {
    "shortlist": Outcome.SHORTLIST,
    "put_in_reserve": Outcome.RESERVE,
    "decline": Outcome.DECLINE,
    "revise_decision": Outcome.REVISE,
    "revise_refusal": Outcome.REVISE,
    "promote": Outcome.SHORTLIST,
    "uphold_objection": Outcome.DECLINE,
    "approve": Outcome.APPROVE,
    "forfeit": Outcome.REVOKE,
    "revoke": Outcome.REVOKE,
    "terminate": Outcome.TERMINATE,
    "fail_acceptance": Outcome.TERMINATE,
    "write_off": Outcome.WRITE_OFF,
}
"""What a meeting decided, by the move that rests on its minutes."""


# Meetings and notices ---------------------------------------------------------------------------------------


@effects("round.record_meeting")
def keep_meeting(round_: Round, done: Done) -> None:
    """The minutes are on record; the step proves their document, and the paper that the meeting had before it."""
    meeting = Meeting.objects.create(
        round=round_,
        number=words(done.given, "number"),
        held_on=words(done.given, "held_on"),
        present=words(done.given, "present"),
        recused=words(done.given, "recused"),
        document_id=words(done.given, "minutes_document"),
        paper=queries.paper_of(round_, done.given),
        panel_id=words(done.given, "panel") or None,
        recorded_by=done.actor,
        at=done.at,
    )
    done.prove("meeting", str(meeting.pk), meeting.document.sha256)
    if meeting.paper:
        done.prove("decision_paper", str(meeting.paper.number), meeting.paper.digest)
    if meeting.panel:
        done.prove("panel", str(meeting.panel.pk), meeting.panel.digest)


@effects("round.issue_notice")
def keep_notice(round_: Round, done: Done) -> None:
    """The official document is on record and the step proves its file."""
    number = words(done.given, "number")
    notice = OfficialNotice.objects.create(
        round=round_,
        kind=words(done.given, "kind"),
        number=letter_no(number) if number else "",
        title=words(done.given, "title"),
        issued_on=words(done.given, "issued_on"),
        ends_on=day(done.given, "ends_on"),
        text=words(done.given, "text"),
        contact=words(done.given, "contact"),
        document_id=words(done.given, "notice_file"),
        issued_by=done.actor,
        at=done.at,
    )
    done.prove("notice", str(notice.pk), notice.document.sha256)


@effects(*(f"round.{name}" for name in FOR_MOVE))
def rest_on_notice(_round_: Round, done: Done) -> None:
    """The step proves the official document it rests on. Raises Refused when that announces something else."""
    notice, wanted = _notice(done, "notice"), FOR_MOVE[done.deed]
    if notice.kind != wanted:
        message = gettext("所选文件不是“%(kind)s”，请重新选择。") % {"kind": str(wanted.label)}
        raise Refused([Refusal("wrong_notice", message, at="notice")])
    done.prove("notice", str(notice.pk), notice.document.sha256)


@effects("round.extend_call", "round.announce", "round.cancel_round")
def rest_on_meeting(_round_: Round, done: Done) -> None:
    """The step proves the minutes it rests on."""
    _meeting(done)


def _meeting(done: Done) -> Meeting:
    meeting = Meeting.objects.select_related("document").get(pk=whole(done.given, "meeting") or 0)
    done.prove("meeting", str(meeting.pk), meeting.document.sha256)
    return meeting


def _notice(done: Done, name: str) -> OfficialNotice:
    return OfficialNotice.objects.select_related("document").get(pk=whole(done.given, name) or 0)


# Decisions --------------------------------------------------------------------------------------------------


@effects(*(f"project.{name}" for name in OUTCOMES))
def keep_decision(project: Project, done: Done) -> None:
    """The meeting's decision is on record, its minutes lie with the project. Raises Refused when a rival was faster.

    Decisions of one round wait for each other, so that two of them cannot both take the last money or place.
    """
    Round.objects.select_for_update(no_key=True).only("pk").get(pk=project.round_id)
    outcome, amount = OUTCOMES[done.deed], _amount(project, done)
    if outcome == Outcome.SHORTLIST and (over := wrong_amount(project, amount)):
        raise Refused([over])
    meeting = _meeting(done)
    Decision.objects.create(
        project=project,
        meeting=meeting,
        outcome=outcome,
        amount_fen=amount,
        reserve_order=_order(project, done) if outcome == Outcome.RESERVE else None,
        reason=next((said for name in ("reason", "deviation", "breach") if (said := words(done.given, name))), ""),
        at=done.at,
    )
    attach(project, "minutes", meeting.document, actor=done.actor, now=done.at)


def _amount(project: Project, done: Done) -> int:
    """What the decision grants, in fen; nothing where it takes away."""
    if done.deed == "shortlist":
        return whole(done.given, "amount_fen") or 0
    if done.deed == "put_in_reserve":
        most = min(project.requested_fen, rules_of(project.round).round.grant_max_fen)
        return whole(done.given, "amount_fen") or most
    if done.deed == "promote":
        return promotion_fen(project, done.given) or 0
    decision = queries.standing_decision(project) if done.deed == "approve" else None
    return decision.amount_fen if decision else 0


def _order(project: Project, done: Done) -> int | None:
    order = whole(done.given, "reserve_order")
    if order in dict(queries.reserves(project.round)):
        raise Refused([Refusal("reserve_order_taken", gettext("备选第 %(n)s 位已有项目。") % {"n": order})])
    return order


@effects("project.publish_notice", "project.promote")
def before_the_public(project: Project, done: Done) -> None:
    """The project knows how long it is before the public, and carries the notice."""
    notice = _notice(done, "notice")
    project.publicity_ends_on = notice.ends_on
    PublicEntry.objects.create(**_line(project, notice, _proposed(project, done), done))
    done.prove("notice", str(notice.pk), notice.document.sha256)
    attach(project, "notice_document", notice.document, actor=done.actor, now=done.at)


def _proposed(project: Project, done: Done) -> int:
    """What the list says the project is to have, in fen."""
    if done.deed == "promote":
        return promotion_fen(project, done.given) or 0
    decision = queries.standing_decision(project)
    return decision.amount_fen if decision else 0


def _line(project: Project, notice: OfficialNotice, fen: int, done: Done) -> dict[str, Any]:
    """The columns of a public line: what a list names of a project, and no person."""
    city, county = ancestor(project.scope, Level.PREFECTURE), ancestor(project.scope, Level.COUNTY)
    names = {one.code: one.zh for one in rules_of(project.round).fields_of_service}
    return {
        "notice": notice,
        "project": project,
        "number": project.number,
        "title": project.title,
        "team": project.team.name,
        "recommended_by": project.team.guided_by.name,
        "city": place_name(city) if city else gettext("省直与高校"),
        "county": place_name(county) if county else "",
        "field": names.get(project.field, ""),
        "amount_fen": fen,
        "at": done.at,
    }


@effects("round.publish_result")
def publish_list(round_: Round, done: Done) -> None:
    """The list of the funded projects is public as it stands now."""
    funded = Project.objects.filter(round=round_.pk, granted_fen__gt=0).exclude(state__in=queries.FELL_OUT)
    notice = _notice(done, "notice")
    known = funded.select_related("round__configuration", "team__guided_by").order_by("number")
    lines = [PublicEntry(**_line(project, notice, project.granted_fen, done)) for project in known]
    PublicEntry.objects.bulk_create(lines)


@effects("project.withdraw_in_publicity")
def no_longer_before_the_public(project: Project, done: Done) -> None:
    """The correction lies with the project."""
    correction = _notice(done, "correction")
    done.prove("notice", str(correction.pk), correction.document.sha256)
    attach(project, "notice_document", correction.document, actor=done.actor, now=done.at)


# Objections -------------------------------------------------------------------------------------------------


@effects("objection.begin")
def expect_finding(objection: Objection, done: Done) -> None:
    """A finding is due within the time the round allows."""
    run_deadline(objection, "objection_finding", actor=done.actor)


@effects("objection.dismiss", "objection.uphold")
def keep_finding(objection: Objection, done: Done) -> None:
    """The objection carries its finding."""
    objection.finding = words(done.given, "finding")


@effects("objection.refuse_to_take")
def keep_refusal(objection: Objection, done: Done) -> None:
    """The objection carries why it was not taken up."""
    objection.finding = words(done.given, "reason")


# The agreement ----------------------------------------------------------------------------------------------


@effects("project.approve")
def offer_agreement(project: Project, done: Done) -> None:
    """The grant is what the meeting decided; an agreement of that amount waits to be signed in time.

    The tranche scheme is the one the round has for the kind of payee. Funds commits the money after this.
    """
    decision = queries.standing_decision(project)
    project.granted_fen = decision.amount_fen if decision else 0
    rules = rules_of(project.round).disbursement
    scheme = rules.scheme_for("recommending_red_cross" if project.payee_id else "registered_team")
    Agreement.objects.create(
        project=project,
        number=agreement_no(project.number),
        amount_fen=project.granted_fen,
        scheme=scheme.code,
    )
    run_deadline(project, "sign_due", actor=done.actor, period="sign_agreement")


@effects("project.agree_final_plan")
def plan_agreed(project: Project, done: Done) -> None:
    """The period is the project's; whatever the province agreed to before has to be agreed to anew."""
    project.start_date, project.end_date = day(done.given, "start_date"), day(done.given, "end_date")
    _write(project, plan_agreed_at=done.at, plan_confirmed_at=None, budget=None)


@effects("project.set_scheme")
def scheme_set(project: Project, done: Done) -> None:
    """The grant will be paid by that scheme of the round, or in instalments of its own; the step proves which."""
    agreement, chosen = Agreement.objects.get(project=project.pk), words(done.given, "scheme")
    agreement.instalments.all().delete()
    agreement.scheme = "" if chosen == OWN else chosen
    agreement.save(update_fields=["scheme"])
    if chosen == OWN:
        Instalment.objects.bulk_create(
            Instalment(agreement=agreement, number=number, **asdict(plan))
            for number, plan in enumerate(plans_in(done.given) or (), start=1)
        )
    done.prove("scheme", agreement.number, queries.scheme_digest(agreement, project.round))


@effects("project.confirm_plan")
def plan_stands(project: Project, done: Done) -> None:
    """The newest budget is locked and is the agreement's."""
    budget = current_budget(project)
    if budget and budget.locked_at is None:
        budget.locked_at = done.at
        budget.save(update_fields=["locked_at"])
    _write(project, plan_confirmed_at=done.at, budget=budget)


def _write(project: Project, **fields: Any) -> None:
    Agreement.objects.filter(project=project.pk).update(**fields)


@effects("project.sign_as_party")
def keep_signature(project: Project, done: Done) -> None:
    """The party in whose role the person stands has signed on this page."""
    Signature.objects.create(
        agreement=Agreement.objects.get(project=project.pk),
        party=queries.PARTY_OF[done.role],
        person=done.actor,
        behalf=done.behalf,
        document_id=words(done.given, "signed_page"),
        at=done.at,
    )


@effects("project.sign_agreement")
def in_force(project: Project, done: Done) -> None:
    """The agreement is in force, and the clock starts the project on its first day."""
    _write(project, effective_at=done.at)
    settle(project, "sign_due")
    if project.start_date:
        set_deadline(project, "start_date", dt.datetime.combine(project.start_date, dt.time.min, clock.SHANGHAI))
