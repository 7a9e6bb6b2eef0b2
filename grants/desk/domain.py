"""The domain as the engine sees it: who may act on a record, in whose area it lies, on what documents a deed rests."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.db.models import F, Model, Q, QuerySet, Value

from grants.applications.models import Project
from grants.awards.models import Objection
from grants.awards.queries import OBJECTION_READERS
from grants.people.looking import once
from grants.people.models import RoleGrant, User
from grants.people.queries import TEAM_ROLES, grants_held, grants_in_force, holds
from grants.programmes.models import Round
from grants.programmes.profile import load_profile
from grants.programmes.queries import round_of
from grants.programmes.queries import visible_to as rounds_visible_to
from grants.reviews.queries import seat_of
from storage.models import Document
from workflow.lifecycle import Role
from workflow.machine import Stateful
from workflow.ports import Given
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
    """What `covering` asks the database, for one grant in hand: the fast way for one person."""
    root, path = root_of(record), scope_of(record)
    if grant.round_id not in (None, round_of(record).pk):
        return False
    if grant.role == Role.PAYEE_OFFICER:
        return isinstance(root, Project) and (
            grant.organisation_id == root.payee_id if root.payee_id else grant.team_id == root.team_id
        )
    if grant.organisation is not None:
        return path.startswith(grant.organisation.path)
    return isinstance(root, Project) and grant.team_id == root.team_id and grant.role in TEAM_ROLES


@lru_cache(maxsize=1)
def _incompatible() -> tuple[tuple[str, str], ...]:
    return tuple((left, right) for left, right in load_profile("qingnuan").incompatible_roles)


class Qingnuan:
    """The port: Red Cross grants as the engine asks about them."""

    def roles(self, actor: Any, record: Model) -> frozenset[str]:
        """Every role in which the person may act on the record now; a reviewer only on projects assigned to them."""
        root = root_of(record)
        return once(("roles", actor.pk, type(root), root.pk), lambda: self._roles(actor, record))

    def _roles(self, actor: Any, record: Model) -> frozenset[str]:
        held = {grant.role for grant in grants_held(actor) if covers(grant, record)}
        if Role.REVIEWER in held and not self._sits_on(actor, record):
            held.discard(Role.REVIEWER)
        return frozenset(held)

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
        """The active people who hold one of the roles over the record now."""
        wanted = [role for role in roles if role != Role.REVIEWER]
        held = covering(record).filter(role__in=wanted)
        return User.objects.filter(pk__in=held.values("person")).order_by("pk")

    def incompatible(self) -> Iterable[tuple[str, str]]:
        """Pairs of roles that exclude each other on one project."""
        return _incompatible()


def may_read(actor: Any, attachment: Any) -> bool:
    """Whether a person may read a document: whoever has a role over the record it lies on, or reads everything.

    An official document that was issued in a round is for everybody who sees the round.
    """
    record = attachment.record
    if record is None or not actor.is_authenticated:
        return False
    if isinstance(record, Round) and record.official_notices.filter(document=attachment.document_id).exists():
        return rounds_visible_to(actor).filter(pk=record.pk).exists()
    held = Qingnuan().roles(actor, record)
    if held & OBJECTION_READERS if isinstance(record, Objection) else held:
        return True
    return holds(actor, Role.AUDITOR)
