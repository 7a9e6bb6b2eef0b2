"""What a reviewer signs, how far the papers of a round have come, and where paper and entry differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Prefetch, TextChoices
from django.utils.translation import gettext_lazy as _

from grants.people.models import User
from grants.programmes.models import Round
from grants.reviews.models import Assignment, Score
from grants.reviews.queries import OUT
from grants.reviews.signing.models import SignedScore, SignedSheet
from workflow import chain
from workflow.lifecycle import Role

SLOT = "signed_scores"
"""Where signed sheets lie, on their round."""
CHECKERS = (Role.PROGRAMME_OFFICER, Role.BUSINESS_LEAD)
"""Who compares paper and entry; never the reviewer."""


class Stand(TextChoices):
    """How far the paper of one reviewer has come."""

    NONE = "none", _("还没有交来")
    WAITING = "waiting", _("等核对")
    AGREES = "agrees", _("核对一致")
    DIFFERS = "differs", _("和录入的不一致")
    OUTDATED = "outdated", _("评分后来又改了，要重新签")


@dataclass(frozen=True)
class Signing:
    """One reviewer's scores of a round as they stand, and the newest paper behind them that was not taken back."""

    reviewer: Any
    scores: list[Score]
    sheet: SignedSheet | None = None
    bound: frozenset[int] = field(default_factory=frozenset)

    @cached_property
    def digest(self) -> str:
        """What tells these scores from any others; its beginning is printed on the paper."""
        return digest_of(self.scores)

    @property
    def code(self) -> str:
        """The beginning of it, as it stands on the paper."""
        return code_of(self.digest)

    @property
    def stand(self) -> Stand:
        """How far the paper has come."""
        return stand_of(self.sheet, self.bound, [score.pk for score in self.scores])

    @property
    def differing(self) -> list[Score]:
        """The scores that stand on the paper otherwise."""
        check = getattr(self.sheet, "check_made", None)
        return [score for score in self.scores if check and str(score.pk) in check.differs]


def stand_of(sheet: SignedSheet | None, bound: frozenset[int], scores: Iterable[int]) -> Stand:
    """How far a paper has come that binds these scores, where those stand now and perhaps others stood with them."""
    if sheet is None:
        return Stand.NONE
    check = getattr(sheet, "check_made", None)
    if not bound.issuperset(scores):
        return Stand.OUTDATED
    if check is None:
        return Stand.WAITING
    return Stand.AGREES if check.agrees else Stand.DIFFERS


def digest_of(scores: Sequence[Score]) -> str:
    """SHA-256 over projects, versions, half points and comments, in the order of the projects."""
    rows = [[one.assignment.project.number, one.number, one.halves, one.comment] for one in scores]
    return chain.digest(chain.canonical(rows))


def code_of(digest: str) -> str:
    """Eight signs of a digest as people copy them: 3FA1 09BC."""
    return f"{digest[:4]} {digest[4:8]}".upper()


def signing_of(round_: Round, person: Any) -> Signing:
    """What this reviewer has handed in in the round, by project, decided or not, and the newest paper of it."""
    seats = Assignment.objects.filter(project__round=round_.pk, left_at__isnull=True).exclude(project__state__in=OUT)
    versions = Prefetch("scores", Score.objects.order_by("number"))
    rows = seats.filter(reviewer=person.pk).select_related("project").defer("project__form").prefetch_related(versions)
    scores = []
    for seat in rows.order_by("project__number"):
        seat.project.round = round_  # one for all of them: it holds the rules
        if given := list(seat.scores.all()):
            given[-1].assignment = seat
            scores.append(given[-1])
    sheet, bound = _newest(round_, person).get(person.pk, (None, frozenset())) if scores else (None, frozenset())
    return Signing(person, scores, sheet, bound)


@dataclass(frozen=True)
class Paperwork:
    """How far one reviewer has come, without the words: of how many projects the scores stand, and the paper."""

    reviewer: Any
    given: int
    sheet: SignedSheet | None
    stand: Stand


def paperwork(round_: Round) -> list[Paperwork]:
    """Everybody who has handed in a score of the round, by name, and how far the papers are; five questions."""
    seats = Assignment.objects.filter(project__round=round_.pk, left_at__isnull=True).exclude(project__state__in=OUT)
    latest: dict[int, dict[int, int]] = {}
    told = seats.filter(scores__isnull=False).order_by("scores__number").values_list("reviewer", "pk", "scores")
    for reviewer, seat, score in told:
        latest.setdefault(reviewer, {})[seat] = score
    people, newest = User.objects.in_bulk(latest), _newest(round_)
    found = []
    for pk, scores in latest.items():
        sheet, bound = newest.get(pk, (None, frozenset()))
        found.append(Paperwork(people[pk], len(scores), sheet, stand_of(sheet, bound, scores.values())))
    return sorted(found, key=lambda one: (one.reviewer.name, one.reviewer.pk))


def _newest(round_: Round, person: Any = None) -> dict[int, tuple[SignedSheet | None, frozenset[int]]]:
    found = SignedSheet.objects.filter(round=round_.pk, paper__ended_at__isnull=True)
    if person is not None:
        found = found.filter(reviewer=person.pk)
    found = found.select_related("check_made__by", "paper__document")
    bound = Prefetch("scores", SignedScore.objects.order_by("pk"))
    rows = found.prefetch_related(bound).order_by("pk")
    return {row.reviewer_id: (row, frozenset(one.score_id for one in row.scores.all())) for row in rows}
