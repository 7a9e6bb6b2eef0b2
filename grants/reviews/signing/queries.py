"""What a reviewer signs, how far the papers of a round have come, and where paper and entry differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch, TextChoices
from django.utils.translation import gettext_lazy as _

from grants.programmes.models import Round
from grants.reviews.models import Assignment, Score
from grants.reviews.signing.models import SignedScore, SignedSheet
from workflow import chain
from workflow.lifecycle import ProjectState, Role

SLOT = "signed_scores"
"""Where signed sheets lie, on their round."""
CHECKERS = (Role.PROGRAMME_OFFICER, Role.BUSINESS_LEAD)
"""Who compares paper and entry; never the reviewer."""
SHOWN = (ProjectState.UNDER_REVIEW, ProjectState.REVIEWED)


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

    @property
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
        if self.sheet is None:
            return Stand.NONE
        check = getattr(self.sheet, "check_made", None)
        if self.bound != {score.pk for score in self.scores}:
            return Stand.OUTDATED
        if check is None:
            return Stand.WAITING
        return Stand.AGREES if check.agrees else Stand.DIFFERS

    @property
    def differing(self) -> list[Score]:
        """The scores that stand on the paper otherwise."""
        check = getattr(self.sheet, "check_made", None)
        return [score for score in self.scores if check and str(score.pk) in check.differs]


def digest_of(scores: Sequence[Score]) -> str:
    """SHA-256 over projects, versions, half points and comments, in the order of the projects."""
    rows = [[one.assignment.project.number, one.number, one.halves, one.comment] for one in scores]
    return chain.digest(chain.canonical(rows))


def code_of(digest: str) -> str:
    """Eight signs of a digest as people copy them: 3FA1 09BC."""
    return f"{digest[:4]} {digest[4:8]}".upper()


def signing_of(round_: Round, person: Any) -> Signing:
    """What this reviewer has handed in in the round, and the newest paper of it."""
    found = signings(round_, [person])
    return found[0] if found else Signing(person, [])


def signings(round_: Round, people: Iterable[Any] | None = None) -> list[Signing]:
    """Everybody who has handed in a score of the round, by name, each with the newest paper; four questions."""
    seats = Assignment.objects.filter(project__round=round_.pk, left_at__isnull=True, project__state__in=SHOWN)
    if people is not None:
        seats = seats.filter(reviewer__in=[person.pk for person in people])
    versions = Prefetch("scores", Score.objects.order_by("number"))
    rows = (
        seats.select_related("project__round__configuration", "reviewer")
        .prefetch_related(versions)
        .order_by("project__number")
    )
    latest: dict[int, Signing] = {}
    newest = _newest(round_)
    for seat in rows:
        given = list(seat.scores.all())
        if given:
            given[-1].assignment = seat
            sheet, bound = newest.get(seat.reviewer_id, (None, frozenset()))
            latest.setdefault(seat.reviewer_id, Signing(seat.reviewer, [], sheet, bound)).scores.append(given[-1])
    return sorted(latest.values(), key=lambda one: (one.reviewer.name, one.reviewer.pk))


def _newest(round_: Round) -> dict[int, tuple[SignedSheet | None, frozenset[int]]]:
    found = SignedSheet.objects.filter(round=round_.pk, paper__ended_at__isnull=True).select_related(
        "check_made__by", "paper__document"
    )
    bound = Prefetch("scores", SignedScore.objects.order_by("pk"))
    rows = found.prefetch_related(bound).order_by("pk")
    return {row.reviewer_id: (row, frozenset(one.score_id for one in row.scores.all())) for row in rows}
