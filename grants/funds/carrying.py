"""Which sources carry a grant: rows beside the books, changed only within a command that enters or proves it."""

from __future__ import annotations

from django.db.models import F
from django.utils.translation import gettext

from grants.applications.models import Project
from grants.funds.counting import broken, one_row, refused, reread
from grants.funds.models import Allocation, FundingSource
from grants.funds.restricting import rooms
from grants.kernel.money import format_fen
from grants.programmes.models import Round
from workflow.refusals import Refusal, Refused


def allocate(project: Project, fen: int, *, without: FundingSource | None = None) -> None:
    """Sources that suit the project carry the amount, tied ones first, then in the order they came in.

    The round's row is locked by its update before. Raises Refused where they do not reach.
    """
    left = fen
    for room in rooms(project, without=without.pk if without else None):
        part = min(left, room.fen)
        if part > 0:
            _carry(project, room.source, part)
            left -= part
    if left:
        words = {"fen": format_fen(left)}
        raise refused("sources_exhausted", gettext("各项资金来源的余额还差 %(fen)s 元。") % words)


def _carry(project: Project, source: FundingSource, part: int) -> None:
    one_row(
        FundingSource.objects.filter(pk=source.pk, amount_fen__gte=F("committed_fen") + F("carried_fen") + part),
        Refusal("sources_exhausted", gettext("“%(name)s”的余额不足。") % {"name": source.name}),
        committed_fen=F("committed_fen") + part,
    )
    row, _made = Allocation.objects.get_or_create(project=project, source=source, defaults={"amount_fen": 0})
    Allocation.objects.filter(pk=row.pk).update(amount_fen=F("amount_fen") + part)


def relieve_all(project: Project, fen: int) -> None:
    """Envelope and sources are relieved of the amount, the source that came last first."""
    one_row(
        Round.objects.filter(pk=project.round_id, committed_fen__gte=fen),
        broken(),
        committed_fen=F("committed_fen") - fen,
    )
    reread(project.round, "committed_fen")
    left = fen
    for row in list(project.allocations.filter(amount_fen__gt=0).order_by("-source_id")):
        part = min(left, row.amount_fen)
        if part:
            relieve(row, part)
            left -= part
    if left:
        raise Refused([broken()])


def relieve(row: Allocation, part: int) -> None:
    """One source carries that much less of a project."""
    one_row(Allocation.objects.filter(pk=row.pk, amount_fen__gte=part), broken(), amount_fen=F("amount_fen") - part)
    source = FundingSource.objects.filter(pk=row.source_id, committed_fen__gte=part)
    one_row(source, broken(), committed_fen=F("committed_fen") - part)
