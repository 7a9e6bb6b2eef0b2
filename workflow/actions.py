"""take(): the only way a state changes; begin() and amend() beside it. One table, one door, one trail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Q
from django.dispatch import Signal
from django.utils.translation import gettext

from workflow import chain, clock, inbox, outbox, trail
from workflow.command import command, fingerprint, must_be_inside, once
from workflow.deadlines import is_due, settle_all
from workflow.effects import Done, reactions
from workflow.lifecycle import Role
from workflow.looking import looking
from workflow.machine import Stateful, apply
from workflow.models import Endorsement, Proposal, Step
from workflow.phrases import listed
from workflow.ports import SYSTEM, Given, Right, domain, hands
from workflow.proposed import open_among, open_proposals
from workflow.refusals import Busy, KeyReused, Refusal, Refused, Stale
from workflow.rules import Ask, paper_asks, refusals
from workflow.table import Deed

__all__ = [
    "Busy",
    "KeyReused",
    "Refusal",
    "Refused",
    "Stale",
    "amend",
    "begin",
    "blocked",
    "command",
    "moved",
    "offers",
    "take",
]

R = TypeVar("R", bound=Stateful)
moved = Signal()
OF_OTHERS = frozenset({"not_endorsed", "not_confirmed"})
"""The codes of reasons that other people remove."""


@dataclass
class Judgement:
    """Everything known about one person making one move now."""

    deed: Deed
    right: Right | None = None
    by_paper: bool = False
    endorsed: list[Endorsement] = field(default_factory=list)
    reasons: list[Refusal] = field(default_factory=list)

    @property
    def role(self) -> str:
        """The role in which the person makes it; none where they have no part in it."""
        return self.right.role if self.right else ""

    @property
    def behalf(self) -> Any:
        """Whom they stand in for."""
        return self.right.behalf if self.right else None


def take(
    record: Stateful,
    name: str,
    *,
    actor: Any,
    version: int | None = None,
    key: str | None = None,
    given: Mapping[str, Any] | None = None,
) -> Step:
    """Make a move or act, inside a @command, wholly or not at all.

    Afterwards the idempotency key is claimed · the row was locked and is the version the person saw · no reason stood
    against it · the state changed through django-fsm · reactions ran · only changed columns are written · one Step is
    chained · messages lie in the outbox · it is somebody else's turn. `record` then shows what was written; `moved`
    follows the commit. A replay of the key returns the first Step. Raises Refused with every reason at once, Stale,
    KeyReused.
    """
    must_be_inside()
    facts = dict(given or {})
    if key is None:
        return _take(record, name, actor, version, facts)
    asked = fingerprint(trail.name_of(record), name, actor.pk, version, facts)
    made: list[Step] = []
    ref, fresh = once(key, asked, lambda: _kept(made, _take(record, name, actor, version, facts)))
    return made[0] if fresh else Step.objects.get(pk=ref)


def _kept(made: list[Step], step: Step) -> str:
    made.append(step)
    return str(step.pk)


def _take(record: Stateful, name: str, actor: Any, version: int | None, given: dict[str, Any]) -> Step:
    locked = lock(record, version)
    found = judge(locked, name, actor, given)
    if found.reasons:
        raise Refused(found.reasons)
    before = _columns(locked)
    source = str(locked.state)
    apply(locked, found.deed)
    done = Done(
        deed=name,
        source=source,
        target=str(locked.state),
        actor=actor,
        role=found.role,
        given=given,
        at=clock.now(),
        ref=trail.ref_of(locked),
        endorsers=tuple(row.person_id for row in found.endorsed),
        behalf=found.behalf,
        endorsed_behalf=tuple(row.behalf_id for row in found.endorsed),
    )
    _store(locked, before, ahead=bool(reactions(f"{locked.machine().name}.{name}")))
    step = _finish(locked, found, done, before)
    record.__dict__.update(locked.__dict__)
    return step


def _finish(locked: Stateful, found: Judgement, done: Done, before: dict[str, Any]) -> Step:
    """Reactions, step, columns, messages, turn, what follows: in this order, all in the same transaction."""
    for react in reactions(f"{locked.machine().name}.{done.deed}"):
        react(locked, done)
    docs = domain().evidence(locked, found.deed, done.given)
    step = trail.write(locked, done, docs=docs, endorsed=found.endorsed)
    _save_changes(locked, before)
    outbox.leave(step, done)
    if not found.deed.stays or found.deed.name == "begin":
        inbox.follow(locked, done.source)
        if locked.is_final:
            settle_all(locked)
    else:
        inbox.lapse(locked)
    transaction.on_commit(partial(moved.send_robust, sender=type(locked), step=step), robust=True)
    for follow in done.follow:
        follow()
    return step


def lock(record: R, version: int | None = None) -> R:
    """The record as it stands now, its root's row and its own locked in this order. Raises Stale, Refused."""
    must_be_inside()
    root = domain().root(record)
    if type(root) is not type(record):
        type(root)._base_manager.select_for_update(no_key=True).only("pk").get(pk=root.pk)
    rows = type(record)._base_manager.select_for_update(no_key=True, of=("self",))
    if record.lock_related:
        rows = rows.select_related(*record.lock_related)
    locked: R | None = rows.filter(pk=record.pk).first()
    if locked is None:
        raise Refused([Refusal("gone", gettext("没有找到这条记录。"))])
    if version is not None and version != locked.version:
        raise Stale([Refusal("stale", gettext("您打开页面之后，这条记录有了新的变化，请先看一看再办理。"))])
    return locked


@dataclass(frozen=True)
class Standing:
    """What a person is to a record as it stands in hand, each part read when first asked for, and once.

    It lives as long as a page or a command holds on to it; SYSTEM is only itself.
    """

    record: Stateful
    actor: Any

    @cached_property
    def rights(self) -> tuple[Right, ...]:
        """The roles held over the record now, each with in whose name."""
        return (Right(Role.SYSTEM),) if self.actor is SYSTEM else domain().rights(self.actor, self.record)

    @cached_property
    def held(self) -> frozenset[str]:
        """The roles held over the record now."""
        return frozenset(right.role for right in self.rights)

    @cached_property
    def people(self) -> frozenset[int]:
        """The person, and everybody they stand in for here."""
        return frozenset().union(*(right.people(self.actor) for right in self.rights), hands(self.actor.pk))

    @cached_property
    def taken(self) -> Taken:
        """The roles that each of them has already taken on the record's root."""
        root = domain().root(self.record)
        name = trail.name_of(root)
        return roles_taken([name], self.people).get(name, {}) if root.pk and self.people else {}

    @cached_property
    def proposals(self) -> list[Proposal]:
        """What anybody has put before others on this version, with those who stand behind it."""
        return list(open_proposals(self.record))

    def clash(self, right: Right) -> frozenset[str]:
        """The roles, taken by the person or by whom they would stand in for, that do not go together with this one."""
        if not (against := foes(right.role)):
            return frozenset()
        return frozenset(
            role for one in right.people(self.actor) for role in self.taken.get(one, ()) if role in against
        )

    def signed(self, name: str, given: Given, right: Right | None) -> list[Endorsement]:
        """Others who stand behind exactly this move, as this hand has put it forward."""
        digest, mine = chain.digest(chain.canonical(dict(given))), right.people(self.actor) if right else frozenset()
        alike = [one for one in self.proposals if (one.move, one.digest) == (name, digest)]
        rows = [row for one in alike if hands(one.maker_id, one.behalf_id) & mine for row in one.endorsements.all()]
        return [row for row in rows if not hands(row.person_id, row.behalf_id) & mine]


Taken = dict[int, set[str]]
"""The roles that people, by number, have taken on one root record."""


def standings(records: Sequence[Stateful], actor: Any) -> list[Standing]:
    """What a person is to each of many records of one machine; trail and proposals are read once for all of them."""
    found = [Standing(record, actor) for record in records]
    weigh(found)
    proposals = open_among(records)
    for known in found:
        vars(known).update(proposals=proposals[known.record])
    return found


def weigh(found: Sequence[Standing]) -> None:
    """Each of them knows the roles already taken, read once for all."""
    names = {known.record: trail.name_of(domain().root(known.record)) for known in found}
    people = frozenset().union(*(known.people for known in found))
    taken = roles_taken(names.values(), people) if names else {}
    for known in found:
        vars(known).update(taken=taken.get(names[known.record], {}))


def roles_taken(subjects: Iterable[str], people: frozenset[int]) -> dict[str, Taken]:
    """Every role in which these people have acted on root records or endorsed something of them.

    Whoever acted for somebody, and that somebody, have both taken the role.
    """
    told = {"subject__in": set(subjects)}
    acted = Step.objects.filter(Q(actor__in=people) | Q(behalf__in=people), **told).order_by()
    signed = Endorsement.objects.filter(Q(person__in=people) | Q(behalf__in=people), **told).order_by()
    rows = acted.values_list("subject", "role", "actor", "behalf").union(
        signed.values_list("subject", "role", "person", "behalf")
    )
    found: dict[str, Taken] = {}
    for subject, role, *both in rows:
        for one in hands(*both):
            found.setdefault(subject, {}).setdefault(one, set()).add(role)
    return found


def judge(record: Stateful, name: str, actor: Any, given: Given, known: Standing | None = None) -> Judgement:
    """Collect every reason against a move, in the order: state, person, rules, other people. Writes nothing.

    Whoever has no part in it is not told what its rules say of things that are done out of sight.
    """
    with looking():
        return _judge(record, name, actor, given, known)


def _judge(record: Stateful, name: str, actor: Any, given: Given, known: Standing | None) -> Judgement:
    found, known = Judgement(record.machine().deeds[name]), known or Standing(record, actor)
    deed = found.deed
    if str(record.state) not in deed.sources:
        words = {"state": record.label, "move": str(deed.label)}
        found.reasons.append(Refusal("wrong_state", gettext("现在是“%(state)s”，不能“%(move)s”。") % words))
    _judge_person(found, known)
    found.reasons += refusals(deed.rules, record, actor, given, deed, apart=found.right is None)
    if actor is SYSTEM and deed.due and not is_due(record, deed.due):
        found.reasons.append(Refusal("not_due", gettext("期限还没有到。")))
    if deed.also or found.by_paper:
        _judge_others(found, known, given)
    return found


def _judge_person(found: Judgement, known: Standing) -> None:
    deed = found.deed
    found.right = _free(deed.by, known)
    if found.right is None and deed.paper:
        found.right = _free(deed.paper.by, known)
        found.by_paper = found.right is not None
    if found.right is None:
        names = listed(Role(role).label for role in deed.by)
        found.reasons.append(Refusal("not_yours", gettext("这一步由%(roles)s办理。") % {"roles": names}))
    elif found.right.against:
        found.reasons.append(found.right.against)
    elif clash := known.clash(found.right):
        found.reasons.append(incompatible(clash, found.right))


def _free(roles: Iterable[str], known: Standing) -> Right | None:
    """The person's own right to one of the roles before a lent one, and before all one that nothing stands against."""
    mine = (right for role in roles for right in known.rights if right.role == role)
    return min(mine, key=lambda one: (one.against is not None, bool(known.clash(one)), bool(one.behalf)), default=None)


def incompatible(clash: frozenset[str], right: Right) -> Refusal:
    """The reason against a person who has already acted in a role that excludes this one, or for whom they stand in."""
    words = {"role": str(Role(min(clash)).label), "person": str(right.behalf)}
    if right.behalf:
        message = gettext("您或您代的%(person)s已经以“%(role)s”的身份办理过这个项目，须由另一个人办理这一步。") % words
    else:
        message = gettext("您已经以“%(role)s”的身份办理过这个项目，须由另一个人办理这一步。") % words
    return Refusal("incompatible", message)


def foes(role: str) -> set[str]:
    """The roles that do not go together with this one on one root record."""
    return {right if left == role else left for left, right in domain().incompatible() if role in (left, right)}


def _judge_others(found: Judgement, known: Standing, given: Given) -> None:
    deed = found.deed
    found.endorsed = known.signed(deed.name, given, found.right)
    signed = {row.role for row in found.endorsed}
    if found.by_paper and deed.paper:
        found.reasons += [paper_missing(ask) for ask in paper_asks(deed.paper) if not given.get(ask.name)]
        if not signed:
            found.reasons.append(Refusal("not_confirmed", gettext("签字件还须由另一个人核对确认。")))
    elif missing := [role for role in deed.also if role not in signed]:
        names = listed(Role(role).label for role in missing)
        found.reasons.append(Refusal("not_endorsed", gettext("还须%(roles)s会签。") % {"roles": names}))


def paper_missing(ask: Ask) -> Refusal:
    """The reason against a paper of which a part has not been given."""
    return Refusal("paper_missing", gettext("请填写“%(field)s”。") % {"field": str(ask.label)}, at=ask.name, asked=True)


@dataclass(frozen=True)
class Offer:
    """A deed that this person has a part in, with the reasons that stand against it now."""

    deed: Deed
    role: str
    by_paper: bool
    reasons: tuple[Refusal, ...]

    @property
    def hindrances(self) -> tuple[Refusal, ...]:
        """The reasons that filling in the form, or asking others to endorse, will not remove."""
        return tuple(hindrances(self.reasons))


def hindrances(reasons: Iterable[Refusal]) -> Iterator[Refusal]:
    """Those reasons that neither filling in the form nor asking others to endorse will remove."""
    return (reason for reason in reasons if not reason.asked and reason.code not in OF_OTHERS)


def offers(record: Stateful, actor: Any, known: Standing | None = None) -> list[Offer]:
    """What this person may do with the record in its state, each with its reasons, in the order of the table."""
    known = known or Standing(record, actor)
    found = []
    for deed in record.machine().by_state[str(record.state)]:
        if known.held & set(deed.by) or (deed.paper and known.held & set(deed.paper.by)):
            verdict = judge(record, deed.name, actor, {}, known)
            found.append(Offer(deed, verdict.role, verdict.by_paper, tuple(verdict.reasons)))
    return found


def blocked(record: Stateful, name: str, actor: Any, given: Given | None = None) -> list[Refusal]:
    """Exactly the reasons that take() would raise now; empty when it would go through."""
    return judge(record, name, actor, dict(given or {})).reasons


def begin(record: R, *, actor: Any, key: str | None = None, given: Mapping[str, Any] | None = None) -> R:
    """Bring a record into being, with the first step of its trail and its first turn.

    A replay of the key with the same content returns the first record. Raises Refused, KeyReused for other content.
    """
    must_be_inside()
    facts = dict(given or {})
    if key is None:
        return _begin(record, actor, facts)
    asked = fingerprint(record.machine().name, "begin", actor.pk, facts, _content(record))
    pk, fresh = once(key, asked, lambda: str(_begin(record, actor, facts).pk))
    return record if fresh else type(record)._base_manager.get(pk=pk)


def _content(record: Stateful) -> dict[str, Any]:
    """What the person asks to bring into being: every column but the engine's own and those found as things stand."""
    own = {"state", "version", "steps", "head", *record.found}
    columns = [column for column in record._meta.concrete_fields if not column.primary_key and column.name not in own]
    values = {column.name: getattr(record, column.attname) for column in columns}
    return {name: value if isinstance(value, (dict, list)) else str(value) for name, value in values.items()}


def _begin(record: R, actor: Any, given: dict[str, Any]) -> R:
    found = Judgement(record.machine().begin)
    _judge_person(found, Standing(record, actor))
    found.reasons += refusals(found.deed.rules, record, actor, given, found.deed)
    if found.reasons:
        raise Refused(found.reasons)
    record.save(force_insert=True)
    before = _columns(record)
    done = Done(
        deed="begin",
        source="",
        target=str(record.state),
        actor=actor,
        role=found.role,
        given=given,
        at=clock.now(),
        ref=trail.ref_of(record),
        behalf=found.behalf,
    )
    _finish(record, found, done, before)
    return record


def amend(record: R, *, version: int | None = None, **fields: Any) -> R:
    """Write fields other than the state: an autosave, a figure. The version rises, the trail does not.

    Raises Stale, and FieldDoesNotExist for a name that the record does not have.
    """
    locked = lock(record, version)
    before = _columns(locked)
    for name, value in fields.items():
        locked._meta.get_field(name)
        setattr(locked, name, value)
    _store(locked, before, ahead=False)
    _save_changes(locked, before)
    inbox.lapse(locked)
    record.__dict__.update(locked.__dict__)
    return record


def _columns(record: Stateful) -> dict[str, Any]:
    return {column.attname: getattr(record, column.attname) for column in record._meta.concrete_fields}


def _store(record: Stateful, before: dict[str, Any], *, ahead: bool) -> None:
    """Raise the version; where reactions follow, write the move itself ahead, so that they see what is true."""
    record.version = before["version"] + 1
    if ahead:
        _save_changes(record, before)
        before.update(_columns(record))


def _save_changes(record: Stateful, before: dict[str, Any]) -> None:
    """Write the columns that changed, under the version that was read."""
    changed = {name: value for name, value in _columns(record).items() if value != before[name]}
    if changed and type(record)._base_manager.filter(pk=record.pk, version=before["version"]).update(**changed) != 1:
        raise Stale([Refusal("stale", gettext("这条记录刚刚被别人改动，请刷新后再办理。"))])
