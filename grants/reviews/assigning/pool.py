"""The pool as a round sees it: who may review in it, how many, how well they fit, and why somebody may not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Prefetch, Q, QuerySet

from grants.people.models import User
from grants.people.queries import grants_in_force
from grants.programmes.models import Round
from grants.reviews.assigning.enums import LeftOut, Reply
from grants.reviews.assigning.models import Expert, Expertise, InvitationAnswer, ReviewInvitation
from grants.reviews.models import Assignment
from workflow import clock
from workflow.lifecycle import Role

UNKNOWN = 50
"""Of 100: what a record nobody has yet, and a wish nobody stated, count."""
DEFAULT_MOST = 12


def reviewers_of(round_: int) -> QuerySet[User]:
    """People who are reviewers of the round today."""
    held = grants_in_force().filter(Q(round__isnull=True) | Q(round=round_), role=Role.REVIEWER)
    return User.objects.filter(pk__in=held.values("person")).order_by("pk")


@dataclass
class Member:
    """A reviewer before a round: what is known of them, what they answered, how much room they have.

    `room` is how many projects of the round they take in all; `why_none` says why that is none.
    """

    person: User
    expert: Expert | None
    levels: dict[str, int]
    invitation: ReviewInvitation | None = None
    answer: InvitationAnswer | None = None
    past: int = UNKNOWN
    seats: int = 0
    scored: int = 0
    earlier: int = 0
    room: int = 0
    why_none: str = ""
    wishes: frozenset[str] = field(default_factory=frozenset)

    @property
    def why_none_words(self) -> str:
        """The same in words."""
        return str(LeftOut(self.why_none).label) if self.why_none else ""

    @property
    def city(self) -> int:
        """The city, or what stands directly under the province, as its id; 0 where that is nobody's home."""
        path = self.expert.home.path if self.expert and self.expert.home else ""
        parts = path.strip("/").split("/")
        return int(parts[1]) if len(parts) > 1 else 0

    @property
    def state(self) -> str:
        """What became of the invitation: none, waiting, expired, or the reply."""
        if self.invitation is None:
            return "none"
        if self.answer is not None:
            return self.answer.reply
        return "waiting" if self.invitation.expires_at >= clock.now() else "expired"


def members(round_: Round, people: Iterable[User] | None = None) -> list[Member]:
    """Everybody who may review in the round, in seven queries: the pool, invitations and answers, seats, the record."""
    those = list(reviewers_of(round_.pk) if people is None else people)
    ids = [one.pk for one in those]
    experts = _experts(ids)
    invited = newest_invitations(round_, ids)
    here, scored, record = _seats(round_, ids)
    rows = []
    for person in those:
        expert = experts.get(person.pk)
        levels = {one.field: one.level for one in expert.fields.all()} if expert else {}
        member = Member(person, expert, levels, invited.get(person.pk), seats=here.get(person.pk, 0))
        member.answer = getattr(member.invitation, "answer", None) if member.invitation else None
        member.scored, (member.earlier, done) = scored.get(person.pk, 0), record.get(person.pk, (0, 0))
        member.past = 100 * done // member.earlier if member.earlier else UNKNOWN
        member.wishes = frozenset(member.answer.wishes.split(",")) - {""} if member.answer else frozenset()
        rows.append(member)
    asked = any(one.invitation for one in rows)
    for member in rows:
        member.room, member.why_none = _room(member, invited=asked)
    return rows


def _experts(ids: Collection[int]) -> dict[int, Expert]:
    rows = Expert.objects.filter(person__in=ids).select_related("home")
    fields = Prefetch("fields", Expertise.objects.order_by("-level", "field"))
    return {one.person_id: one for one in rows.prefetch_related(fields)}


def newest_invitations(round_: Round, ids: Collection[int]) -> dict[int, ReviewInvitation]:
    """The invitation that counts, by reviewer, with its answer at hand."""
    rows = ReviewInvitation.objects.filter(round=round_.pk, reviewer__in=ids).select_related("answer").order_by("pk")
    return {one.reviewer_id: one for one in rows}


def _seats(round_: Round, ids: Collection[int]) -> tuple[dict[int, int], dict[int, int], dict[int, tuple[int, int]]]:
    """Standing seats of this round and those scored; of earlier rounds how many were given and how many scored."""
    rows = Assignment.objects.filter(reviewer__in=ids, left_at__isnull=True)
    rows = rows.annotate(versions=Count("scores"))
    here: dict[int, int] = defaultdict(int)
    scored: dict[int, int] = defaultdict(int)
    record: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for reviewer, of, versions in rows.values_list("reviewer", "project__round", "versions"):
        if of == round_.pk:
            here[reviewer] += 1
            scored[reviewer] += versions > 0
        else:
            given, done = record[reviewer]
            record[reviewer] = given + 1, done + (versions > 0)
    return here, scored, record


def _room(member: Member, *, invited: bool) -> tuple[int, str]:
    """How many projects of the round the reviewer takes in all, or why none."""
    expert, today = member.expert, clock.today()
    if expert and expert.away_from and expert.away_to and expert.away_from <= today <= expert.away_to:
        return 0, LeftOut.AWAY
    most = expert.most if expert else DEFAULT_MOST
    if member.answer is not None:
        if member.answer.reply == Reply.DECLINED:
            return 0, LeftOut.DECLINED
        return _within(min(most, member.answer.load))
    if invited:
        return 0, LeftOut.SILENT if member.invitation else LeftOut.UNASKED
    return _within(most)


def _within(most: int) -> tuple[int, str]:
    return most, "" if most else LeftOut.FULL


def worth(levels: dict[str, int], project_field: str, past: int, bid: int) -> tuple[int, int, int, int]:
    """What a reviewer is worth for a project of this field: 600 field, 200 level, 100 past, 100 bid (REVIEW §4)."""
    level = levels.get(project_field, 0)
    return (600 if level else 0, 200 * level // 3, past, bid)


def bid_of(member: Member, project_field: str) -> int:
    """All of it where the reviewer wished for the field, half where nothing was wished, nothing otherwise."""
    if not member.wishes:
        return UNKNOWN
    return 100 if project_field in member.wishes else 0
