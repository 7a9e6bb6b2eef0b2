"""Which sources suit a project: what the giver tied the money to, and how much of one project a source may carry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, prefetch_related_objects
from django.utils.translation import gettext

from grants.applications.models import Project
from grants.applications.queries import granted_lines
from grants.funds.enums import LimitKind
from grants.funds.models import Allocation, FundingSource, SourceLimit
from grants.programmes.models import Round
from grants.programmes.queries import rules_of
from workflow import chain
from workflow.looking import read_once


@dataclass(frozen=True, slots=True)
class Room:
    """How much more of a project a source may carry, in fen, and why no more where its terms say so."""

    source: FundingSource
    fen: int
    why: str = ""


def rooms(project: Project, *, without: int | None = None) -> list[Room]:
    """What every source that is there could still carry of the project: tied money first, then as it came in.

    Free money thus stays for those whom no tied source suits. Amounts are fen.
    """
    found = FundingSource.objects.filter(round=project.round_id, withdrawn_at__isnull=True).exclude(pk=without or 0)
    mine = Allocation.objects.filter(project=project.pk, source=OuterRef("pk")).values("amount_fen")[:1]
    limited = Exists(SourceLimit.objects.filter(source=OuterRef("pk")))
    sources: list[Any] = list(found.annotate(mine=Subquery(mine), limited=limited).order_by("pk"))
    prefetch_related_objects([source for source in sources if source.limited], "limits__area")
    made = [_room(source, project, source.mine or 0) for source in sources]
    return sorted(made, key=lambda one: (not tied(one.source), one.source.pk))


def tied(source: FundingSource) -> bool:
    """Whether the giver has tied it to anything."""
    return source.most_pct is not None or bool(_limits(source))


def _limits(source: Any) -> list[SourceLimit]:
    """The limits of a source; none are asked for where it is known that there are none."""
    return list(source.limits.all()) if getattr(source, "limited", True) else []


def _room(source: FundingSource, project: Project, carried: int) -> Room:
    why = next(misfits(source, project), "")
    most = 0 if why else cap(source, project)
    if most is None:
        return Room(source, source.free_fen)
    return Room(source, max(0, min(source.free_fen, most - carried)), why)


def misfits(source: FundingSource, project: Project) -> Iterator[str]:
    """Every term of the source that the project as a whole does not meet, in words."""
    limits = _limits(source)
    fields = {one.code for one in limits if one.kind == LimitKind.FIELD}
    if fields and project.field not in fields:
        yield gettext("只用于%(fields)s") % {"fields": _named(fields, _fields(project.round))}
    areas = [one.area for one in limits if one.area]
    if areas and not any(project.scope.startswith(area.path) for area in areas):
        yield gettext("只用于%(areas)s") % {"areas": gettext("、").join(area.short_name for area in areas)}


def cap(source: FundingSource, project: Project) -> int | None:
    """The most, in fen, that the source may carry of the project by share and purpose; None without such a term.

    By purpose it is what the grant pays in the budget that counts, of the categories the money is for.
    """
    most = [] if source.most_pct is None else [project.granted_fen * source.most_pct // 100]
    if categories := {one.code for one in _limits(source) if one.kind == LimitKind.CATEGORY}:
        most.append(sum(line.amount_fen for line in granted_lines(project) if line.category in categories))
    return min(most, default=None)


@read_once
def tied_shares(project: Project) -> list[Allocation]:
    """What tied sources carry of the project, in the order they came in."""
    return list(shares_of([project.pk]))


def shares_of(projects: Iterable[int]) -> QuerySet[Allocation]:
    """What tied sources carry of these projects: one query where there are none, which is most of the time."""
    given = Q(source__most_pct__isnull=False) | Exists(SourceLimit.objects.filter(source=OuterRef("source")))
    found = Allocation.objects.filter(given, project__in=list(projects), amount_fen__gt=0).select_related("source")
    return found.prefetch_related("source__limits__area").order_by("project", "source")


def unsuited(project: Project) -> list[tuple[FundingSource, str]]:
    """Sources that carry the project now and whose terms it does not meet any more, each with the term."""
    found = []
    for row in tied_shares(project):
        why, most = next(misfits(row.source, project), ""), cap(row.source, project)
        if not why and most is not None and row.amount_fen > most:
            why = terms_of(row.source, project.round)
        if why:
            found.append((row.source, why))
    return found


def terms_of(source: FundingSource, round_: Round) -> str:
    """What the money may be used for and how much of one project it carries, in words; empty for free money."""
    limits = _limits(source)
    parts = []
    for kind, names in ((LimitKind.FIELD, _fields), (LimitKind.CATEGORY, _categories)):
        if codes := {one.code for one in limits if one.kind == kind}:
            parts.append(gettext("只用于%(fields)s") % {"fields": _named(codes, names(round_))})
    if areas := [one.area.short_name for one in limits if one.area]:
        parts.append(gettext("只用于%(areas)s") % {"areas": gettext("、").join(areas)})
    if source.most_pct is not None:
        parts.append(gettext("每个项目至多承担%(pct)s%%") % {"pct": source.most_pct})
    return gettext("；").join(parts)


def _named(codes: set[str], names: dict[str, str]) -> str:
    return gettext("、").join(names.get(code, code) for code in sorted(codes))


def _fields(round_: Round) -> dict[str, str]:
    return {one.code: one.label for one in rules_of(round_).fields_of_service}


def _categories(round_: Round) -> dict[str, str]:
    return {one.code: one.label for one in rules_of(round_).budget.categories}


def said_of(source: FundingSource) -> str:
    """The digest of all that was said of a source when it was entered: what its step proves."""
    limits: list[list[Any]] = [
        [kind, code, area] for kind, code, area in source.limits.values_list("kind", "code", "area")
    ]
    facts = {
        "amount": source.amount_fen,
        "document": str(source.document_id) if source.document_id else None,
        "intent": source.intent,
        "kind": str(source.kind),
        "limits": sorted(limits, key=str),
        "most_pct": source.most_pct,
        "name": source.name,
        "origin": source.origin_id,
    }
    return chain.digest(chain.canonical(facts))
