"""The domain as the engine sees it: who may act on a record, in whose area it lies, on what documents a deed rests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Model, Q, QuerySet, Value
from django.utils.translation import gettext

from grants.applications.form_kept import definition_of
from grants.applications.models import Project
from grants.applications.queries import LEVEL_ROLES, MINUTES, RECOMMENDED_NEXT, level_in_turn
from grants.applications.together import may_look_at, page_of, share_of
from grants.awards.models import Objection
from grants.awards.queries import OBJECTION_READERS
from grants.people.lending import day_words
from grants.people.models import RoleGrant, User
from grants.people.queries import (
    OF_TEAMS,
    TEAM_ROLES,
    belonging,
    grants_held,
    grants_in_force,
    holds,
    read_loans,
)
from grants.programmes.models import Round
from grants.programmes.profile import load_profile
from grants.programmes.queries import round_of, seen_by
from grants.programmes.queries import visible_to as rounds_visible_to
from grants.programmes.secrecy import secrecy_of
from grants.reviews.covering.queries import COVERED, SLOT, open_to_judges
from grants.reviews.queries import JUDGES, OVERSEERS, seat_of
from grants.reviews.signing.queries import SLOT as SIGNED
from storage.enums import Secrecy
from storage.models import Attachment, Document
from workflow import clock
from workflow.lifecycle import Role
from workflow.looking import once
from workflow.machine import Stateful
from workflow.ports import Given, Right
from workflow.refusals import Refusal
from workflow.rules import asks_of
from workflow.table import Deed


def root_of(record: Any) -> Stateful:
    """The project a record belongs to; a round, or a project, is its own root."""
    found: Stateful = record if isinstance(record, (Project, Round)) else record.project
    return found


def scope_of(record: Any) -> str:
    """The path of the organisation in whose area the record lies."""
    root: Any = root_of(record)
    return root.organiser.path if isinstance(root, Round) else str(root.scope)


def covering(record: Any) -> QuerySet[RoleGrant]:
    """Grants in force whose scope covers the record: its team, its payee, or an organisation above it."""
    root, path = root_of(record), scope_of(record)
    above = Q(organisation__isnull=False) & Q(scope_path__startswith=F("organisation__path"))
    found = grants_in_force().alias(scope_path=Value(path)).filter(Q(round__isnull=True) | Q(round=round_of(record).pk))
    if not isinstance(root, Project):
        return found.filter(above).exclude(role=Role.PAYEE_OFFICER)
    payee = Q(organisation_id=root.payee_id) if root.payee_id else Q(team_id=root.team_id)
    of_payee = Q(role=Role.PAYEE_OFFICER) & payee
    of_area = above & ~Q(role=Role.PAYEE_OFFICER)
    of_team = Q(team_id=root.team_id, role__in=TEAM_ROLES)
    return found.filter(of_payee | of_area | of_team)


def covers(grant: RoleGrant, record: Any) -> bool:
    """What `covering` asks the database, for one grant in hand: the fast way for one person.

    One that is lent does not reach the projects of teams that its holder belongs to.
    """
    root, path = root_of(record), scope_of(record)
    if grant.round_id not in (None, round_of(record).pk):
        return False
    if grant.role not in TEAM_ROLES and isinstance(root, Project) and root.team_id in grant.recuses:
        return False
    if grant.role == Role.PAYEE_OFFICER:
        return isinstance(root, Project) and (
            grant.organisation_id == root.payee_id if root.payee_id else grant.team_id == root.team_id
        )
    if grant.organisation is not None:
        return path.startswith(grant.organisation.path)
    return isinstance(root, Project) and grant.team_id == root.team_id and grant.role in TEAM_ROLES


def handling(record: Any, roles: Iterable[str]) -> list[RoleGrant]:
    """Who holds one of the roles and may be asked to look after the record, with people and loans; one query.

    An officer who belongs to the project's own team, or stands in for one who does, may not.
    """
    wanted = {role for role in roles if role != Role.REVIEWER}
    near = covering(record).filter(role__in=wanted | TEAM_ROLES).select_related("person")
    held = read_loans(near.order_by("person", "pk"))
    own = belonging(held)
    return [grant for grant in held if grant.role in wanted and not keeps_away(grant, record, own)]


def keeps_away(grant: RoleGrant, record: Any, belonging: Mapping[int, Collection[int]]) -> bool:
    """What `handling` leaves out, for one grant in hand that covers the record; who belongs to which team is known."""
    root = root_of(record)
    own = belonging.get(root.team_id, ()) if isinstance(root, Project) else ()
    return grant.role not in OF_TEAMS and any(person in own for person in (grant.person_id, grant.hand))


@lru_cache(maxsize=1)
def _incompatible() -> tuple[tuple[str, str], ...]:
    return tuple((left, right) for left, right in load_profile("qingnuan").incompatible_roles)


def _right(grant: RoleGrant) -> Right:
    """A grant as the engine asks about it."""
    if grant.loan is None or grant.borrowed:
        return Right(grant.role, grant.person if grant.borrowed else None)
    words = {"person": grant.loan.name, "day": day_words(grant.loan.until)}
    message = gettext("您已经交接给%(person)s办理，到%(day)s止；要自己办，请先收回。") % words
    return Right(grant.role, against=Refusal("lent_away", message))


class Qingnuan:
    """The port: Red Cross grants as the engine asks about them."""

    def roles(self, actor: Any, record: Model) -> frozenset[str]:
        """Every role of the person over the record now; a reviewer's only on projects assigned to them."""
        return frozenset(right.role for right in self.rights(actor, record))

    def rights(self, actor: Any, record: Model) -> tuple[Right, ...]:
        """The same with in whose name: their own, which those who lent it away may not exercise, then those lent."""
        root = root_of(record)
        return once(("rights", actor.pk, type(root), root.pk), lambda: self._rights(actor, record))

    def _rights(self, actor: Any, record: Model) -> tuple[Right, ...]:
        held = [grant for grant in grants_held(actor) if covers(grant, record)]
        if any(grant.role == Role.REVIEWER for grant in held) and not self._sits_on(actor, record):
            held = [grant for grant in held if grant.role != Role.REVIEWER]
        return tuple(_right(grant) for grant in held)

    def _sits_on(self, actor: Any, record: Model) -> bool:
        root = root_of(record)
        return isinstance(root, Project) and seat_of(root, actor) is not None

    def evidence(self, record: Model, deed: Deed, given: Given) -> list[tuple[str, str]]:
        """Digests of the documents attached to the record that the deed asks for or that were given with it."""
        names = {ask.name for ask in asks_of(deed, record, by_paper=bool(deed.paper)) if ask.kind == "document"}
        wanted = [str(given[name]) for name in names if given.get(name)]
        digests = dict(Document.objects.filter(pk__in=wanted).values_list("pk", "sha256")) if wanted else {}
        mine = {(name, digests[key]) for name in names for key in digests if str(key) == str(given.get(name))}
        return sorted(mine)

    def scope(self, record: Model) -> str:
        """The path of the organisation in whose area the record lies."""
        return scope_of(record)

    def root(self, record: Model) -> Stateful:
        """The project of a payment, check, objection or change; otherwise the record itself."""
        return root_of(record)

    def holders(self, record: Model, roles: Iterable[str]) -> Iterable[Any]:
        """The active people who exercise one of the roles over the record now: stand-ins instead of who is away.

        None who would judge a team of their own.
        """
        hands = {grant.hand for grant in handling(record, roles)}
        return User.objects.filter(pk__in=hands, is_active=True).order_by("pk")

    def turn(self, record: Model, roles: Iterable[str]) -> set[str]:
        """A project to be recommended waits for one level, by its way and by who stands back; others for all named."""
        named = set(roles)
        if isinstance(record, Project) and record.state in RECOMMENDED_NEXT:
            return named & LEVEL_ROLES[level_in_turn(record)]
        return named

    def incompatible(self) -> Iterable[tuple[str, str]]:
        """Pairs of roles that exclude each other on one project."""
        return _incompatible()


MONEY = OF_TEAMS | {Role.PROGRAMME_OFFICER, Role.BUSINESS_LEAD, Role.LEADERSHIP, Role.AUDITOR, Role.DISCIPLINE}
EVERYBODY = frozenset(Role) - {Role.SYSADMIN, Role.SYSTEM}
SEEN_BY: dict[str, frozenset[Role]] = {
    "everybody": EVERYBODY,
    "no_reviewers": EVERYBODY - JUDGES,
    "money": MONEY | {Role.FINANCE_OFFICER, Role.FINANCE_APPROVER, Role.CASHIER},
    "office": EVERYBODY - JUDGES - OF_TEAMS,
    COVERED: EVERYBODY - JUDGES,
    "of_scores": frozenset(OVERSEERS) | {Role.DISCIPLINE},
    "for_judges": JUDGES | {Role.PROGRAMME_OFFICER, Role.BUSINESS_LEAD, Role.LEADERSHIP, Role.AUDITOR, Role.DISCIPLINE},
}
"""Whose roles over a record open the documents of a slot, by the word of the round's checklist."""


CLOSED = {
    ("project", "signed_opinion"): "no_reviewers",
    ("project", MINUTES): "office",
    ("project", SLOT): "for_judges",
    ("round", SIGNED): "of_scores",
}
"""What the recommenders signed shows their opinion and rank: whatever a checklist says, no judge opens it; what their
meeting said of other teams beside, no team does.

What was made for judges is theirs and the office's; who signed which scores, those know who run the review.
"""


def slot_opens(attachment: Attachment, roles: Collection[str]) -> bool:
    """Whether the checklist opens the slot in which a document lies to one of these roles over the record."""
    record: Any = attachment.record
    return _opens(attachment, record, record.machine().name, roles, seen_by(round_of(record)) | CLOSED)


def _opens(
    one: Attachment, record: Any, machine: str, roles: Collection[str], narrow: Mapping[tuple[str, str], str]
) -> bool:
    """Whether one of the roles opens the document. What hides names, judges get only as it was covered for them.

    Whoever has a seat is as blind as a reviewer, whatever other role they hold.
    """
    named = narrow.get((machine, one.slot), "everybody")
    if named not in {COVERED, "for_judges"}:
        return not SEEN_BY[named].isdisjoint(roles)
    if Role.REVIEWER not in roles and not (SEEN_BY[named] - JUDGES).isdisjoint(roles):
        return True
    if JUDGES.isdisjoint(roles) or one.ending:
        return False
    root: Any = root_of(record)
    found = open_to_judges(root)
    return one.pk in (found.clear if named == COVERED else found.copies.values())


def readable(documents: Iterable[Attachment], record: Any, roles: Collection[str], actor: Any) -> list[Attachment]:
    """Those documents of a record, and of records beside it, that a page may list for whoever has these roles.

    Everybody finds what they handed in themselves.
    """
    narrow = seen_by(round_of(record)) | CLOSED
    found = []
    for one in documents:
        model: Any = ContentType.objects.get_for_id(one.content_type_id).model_class()
        if one.attached_by_id == actor.pk or _opens(one, record, model.machine().name, roles, narrow):
            found.append(one)
    return found


def withheld(documents: Iterable[Attachment], project: Project, roles: Collection[str], actor: Any) -> int:
    """How many papers of a project whoever has these roles does not get because nobody has covered them yet."""
    narrow = seen_by(project.round)
    hidden = [one for one in documents if narrow.get(("project", one.slot)) == COVERED]
    if not hidden:
        return 0
    had = {one.pk for one in readable(hidden, project, roles, actor)}
    return len([one for one in hidden if one.pk not in had and one.pk not in open_to_judges(project).copies])


def may_read(actor: Any, attachment: Any) -> bool:
    """Whether a person may read a document: whoever has a role over the record it lies on, or reads everything.

    The checklist of the round may open a slot to some of these roles only. An official document that was issued in a
    round is for everybody who sees the round. Who keeps the accounts of people has no part in projects.
    """
    record = attachment.record
    if record is None or not actor.is_authenticated:
        return False
    if isinstance(record, Round) and record.official_notices.filter(document=attachment.document_id).exists():
        return rounds_visible_to(actor).filter(pk=record.pk).exists()
    held = Qingnuan().roles(actor, record) - {Role.SYSADMIN}
    if isinstance(record, Project) and not held and _open_by_invitation(actor, record, attachment):
        return True
    near = held & OBJECTION_READERS if isinstance(record, Objection) else held
    if near and (attachment.attached_by_id == actor.pk or slot_opens(attachment, held)):
        return True
    return holds(actor, Role.AUDITOR)


def _open_by_invitation(actor: Any, project: Project, attachment: Attachment) -> bool:
    """Whether who was invited to the page of a paper may read it: their own, and what says nothing of people."""
    share = share_of(project, actor)
    form = definition_of(project)
    if share is None or not may_look_at(share, form, page_of(form, attachment.slot)):
        return False
    return attachment.attached_by_id == actor.pk or secrecy_of(attachment.slot) == Secrecy.OPEN


class Custody:
    """The port: what storage must know of a click beside who may read."""

    def now(self) -> dt.datetime:
        """The product's clock."""
        return clock.now()

    def secrecy(self, attachment: Attachment, /) -> Secrecy:
        """By its slot; what was issued in a round, or has to do with an objection, is so whatever its slot."""
        record = attachment.record
        if isinstance(record, Round) and record.official_notices.filter(document=attachment.document_id).exists():
            return Secrecy.OPEN
        if isinstance(record, Objection):
            return Secrecy.CONFIDENTIAL
        return secrecy_of(attachment.slot)
