"""What happens with every notice: the bell rings, and a team learns what has become of its project."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Q

from grants.applications.commenting import SETTLED
from grants.applications.commenting import TOPIC as COMMENT
from grants.applications.dictating import ENDED
from grants.applications.dictating import TOPIC as DICTATION
from grants.applications.inviting import CHANGED, JOINED
from grants.applications.inviting import TOPIC as TOGETHER
from grants.applications.models import Collaboration, Comment, Dictation, Project
from grants.applications.queries import dictation_of
from grants.applications.together import helpers_at, listeners
from grants.awards.letters import TOPIC as REPLY
from grants.awards.models import RefusalLetter
from grants.desk.archive.destroying import destroy_package
from grants.desk.queries.mail import of_single_letters
from grants.desk.queries.notices import forget_unread
from grants.funds.models import Payment
from grants.implementation.models import ChangeRequest
from grants.kernel.given import words
from grants.people.commands.lending import TOPIC
from grants.people.enums import HandoverAnswer
from grants.people.handing import ASKED, speakers_of
from grants.people.handing import TOPIC as HANDOVER
from grants.people.models import Handover, Lending, User
from grants.people.queries import OF_TEAMS, TEAM_ROLES, grants_in_force
from grants.programmes.models import Round
from grants.reviews.assigning.inviting import TOPIC as INVITATION
from grants.reviews.assigning.models import ReviewInvitation
from grants.reviews.opinions.commands import ANSWERED, OVER
from grants.reviews.opinions.commands import TOPIC as OPINION
from grants.reviews.opinions.models import OpinionRequest
from grants.reviews.opinions.queries import people_of
from storage.enums import AskEnding
from storage.models import Infection, Retake
from workflow.effects import Done, effects
from workflow.lifecycle import ChangeState, PaymentState, ProjectState, Role
from workflow.models import Notice, NoticeKind, Step
from workflow.notices import carries, follows, tell_of, tell_step
from workflow.outbox import delivers, post
from workflow.ports import domain, hands
from workflow.trail import steps_of

S = ProjectState
RESULTS: dict[type[Any], frozenset[str]] = {
    Project: frozenset(
        {
            S.COUNTY_RECOMMENDED,
            S.CITY_RECOMMENDED,
            S.NOT_RECOMMENDED,
            S.WITHDRAWN,
            S.INELIGIBLE,
            S.IN_PUBLICITY,
            S.APPROVED,
            S.REVOKED,
            S.SUSPENDED,
            S.ACCEPTED,
            S.TERMINATED,
            S.CLOSED,
            S.ARCHIVED,
        }
    ),
    Payment: frozenset({PaymentState.PAID, PaymentState.BOUNCED}),
    ChangeRequest: frozenset({ChangeState.APPROVED, ChangeState.REFUSED}),
}
"""What a team is told of. What a meeting has decided it learns when the round announces it, not before."""
AFTER_ANNOUNCEMENT = frozenset({"uphold_objection", "close_reserve"})


@effects("project.destroy_papers")
def package_goes(project: Project, done: Done) -> None:
    """A package that holds copies of what was destroyed goes too, and the step proves which."""
    by, why = (done.actor.pk, done.endorsers[0]), words(done.given, "reason")
    if package := destroy_package(project, by=by, at=done.at, reason=why):
        done.prove("destroyed", str(package.pk), package.sha256)


@delivers("account_replaced")
def tell_of_account(key: str, payload: dict[str, Any]) -> None:
    """Whoever filed the account that is to be replaced learns of it, while it can still be stopped."""
    tell_step(Step.objects.get(pk=payload["ref"]), set(payload["people"]), NoticeKind.RESULT)


@delivers(TOPIC)
def tell_of_lending(key: str, payload: dict[str, Any]) -> None:
    """Both learn what became of roles lent during a leave, but for the one who did it."""
    found, event = Lending.objects.get(pk=payload["lending"]), payload["event"]
    did = {"made": found.holder_id, "ended": found.ended_by_id}.get(event)
    tell_of(found, NoticeKind.LENDING, event, {found.holder_id, found.stand_in_id} - hands(did))


@delivers(HANDOVER)
def tell_of_team(key: str, payload: dict[str, Any]) -> None:
    """The other side learns that a team is to come, or not any more; whoever asked, how it was answered."""
    found = Handover.objects.select_related("receiving").get(pk=payload["handover"])
    event = payload["event"]
    people = {found.asked_by_id}
    if event in {ASKED, HandoverAnswer.WITHDRAWN}:
        people |= {person.pk for person in speakers_of(found.receiving)}
    did = found.asked_by_id if event == ASKED else found.answered_by_id
    tell_of(found, NoticeKind.TEAM, event, people - hands(did))


@delivers(DICTATION)
def tell_of_dictation(key: str, payload: dict[str, Any]) -> None:
    """The leader learns that somebody fills in the application, and that it is ready; the other of the two, its end."""
    found, event = Dictation.objects.get(pk=payload["dictation"]), payload["event"]
    people = {found.leader_id} if event != ENDED else {found.leader_id, found.writer_id} - hands(found.ended_by_id)
    tell_of(found, NoticeKind.DICTATION, event, people)


@delivers(TOGETHER)
def tell_of_share(key: str, payload: dict[str, Any]) -> None:
    """Whoever invited learns that the person has come; the person, that other pages are theirs; the other, its end."""
    found, event = Collaboration.objects.select_related("project").get(pk=payload["share"]), payload["event"]
    people = {found.invited_by_id, found.project.leader_id}
    if event.startswith(CHANGED):
        people = set(hands(found.person_id))
    elif event != JOINED:
        people = (people | hands(found.person_id)) - hands(found.ended_by_id)
    tell_of(found, NoticeKind.TOGETHER, event, people)


@delivers(COMMENT)
def tell_of_comment(key: str, payload: dict[str, Any]) -> None:
    """Everybody who fills in the application and may hear the comment learns of it; of its end, who spoke there."""
    found = Comment.objects.select_related("project__round__configuration", "thread").get(pk=payload["comment"])
    project, event, begun = found.project, payload["event"], found.thread_id or found.pk
    spoke = Comment.objects.filter(Q(pk=begun) | Q(thread=begun))
    near, did = set(spoke.values_list("by", flat=True)), found.by_id
    if event == SETTLED:
        did = found.settled.by_id
    else:
        near |= _filling_in(project)
    people = listeners(project, found, User.objects.filter(pk__in=near - hands(did), is_active=True))
    tell_of(found, NoticeKind.COMMENT, event, {person.pk for person in people})


def _filling_in(project: Project) -> set[int]:
    """Who writes on an application: the team, who was invited, who types at the leader's word."""
    found = {person.pk for person in domain().holders(project, TEAM_ROLES)}
    found |= set(
        helpers_at(project).filter(ended_at__isnull=True, person__isnull=False).values_list("person", flat=True)
    )
    dictated = dictation_of(project)
    return found | ({dictated.writer_id} if dictated else set())


@delivers(INVITATION)
def tell_of_invitation(key: str, payload: dict[str, Any]) -> None:
    """A reviewer learns of an invitation, and is reminded of it as long as there is no answer."""
    found = ReviewInvitation.objects.select_related("answer").get(pk=payload["invitation"])
    if getattr(found, "answer", None) is None:
        tell_of(found, NoticeKind.INVITATION, payload["event"], {found.reviewer_id})


@delivers(OPINION)
def tell_of_opinion(key: str, payload: dict[str, Any]) -> None:
    """A department's people learn what they are asked; whoever asked, that it was answered or was not in time."""
    found = OpinionRequest.objects.select_related("opinion").get(pk=payload["request"])
    event = payload["event"]
    if event != ANSWERED and found.said:
        return
    people = {found.asked_by_id} if event in {ANSWERED, OVER} else people_of(found.department_id)
    tell_of(found, NoticeKind.OPINION, event + payload["mark"], people)


@delivers(REPLY)
def tell_of_letter(key: str, payload: dict[str, Any]) -> None:
    """The team learns that it may read why it was not funded."""
    found = RefusalLetter.objects.select_related("project").get(pk=payload["letter"])
    team = {person.pk for person in domain().holders(found.project, TEAM_ROLES)}
    tell_of(found, NoticeKind.REPLY, "sent", team)


def tell_of_infection(infection: Infection) -> None:
    """Whoever uploaded it, and the officers and administrators of the province, learn that a file holds a virus."""
    watch = grants_in_force().filter(role__in=[Role.PROGRAMME_OFFICER, Role.SYSADMIN]).values_list("person", flat=True)
    tell_of(infection, NoticeKind.INFECTION, "found", {infection.upload.owner_id, *watch})


def tell_of_retake(retake: Retake, event: str) -> None:
    """The team learns that a file is asked for again, or not any more; whoever asked, that it has come or is gone."""
    record: Any = retake.attachment.record
    people = {retake.asked_by_id}
    if event in {"asked", AskEnding.WITHDRAWN}:
        people = {person.pk for person in domain().holders(record, OF_TEAMS)}
    did = retake.asked_by_id if event == "asked" else retake.ended_by_id
    tell_of(retake, NoticeKind.RETAKE, event, people - hands(did))


@carries
def ring(rows: list[Notice]) -> None:
    """The bell of everybody who was told something is counted anew."""
    people = list(User.objects.filter(pk__in={row.person_id for row in rows}))
    transaction.on_commit(lambda: forget_unread(people))


@carries
def by_mail(rows: list[Notice]) -> None:
    """Whoever wishes it has a letter of each; one letter a notice."""
    post("mail", {f"mail:{row.key}": {"notice": row.key} for row in of_single_letters(rows)})


@follows
def tell_results(record: Any, step: Step, told: set[int]) -> None:
    """The team learns a result, unless it is its turn anyway; at the announcement, those who were declined."""
    if isinstance(record, Round) and step.move == "announce":
        declined = Project.objects.filter(round=record.pk, state=S.DECLINED)
        for project in declined.select_related("round", "team__guided_by").order_by("pk"):
            decision = steps_of(project).filter(target=S.DECLINED).last()
            if decision:
                _tell_team(project, decision, set())
    elif step.target in RESULTS.get(type(record), ()) or step.move in AFTER_ANNOUNCEMENT:
        _tell_team(record, step, told)


def _tell_team(record: Any, step: Step, told: set[int]) -> None:
    team = {person.pk for person in domain().holders(record, TEAM_ROLES)}
    tell_step(step, team - told, NoticeKind.RESULT)
