"""Which mid-term checks are made on site, and why: grant, period, doubts, or a sample that anybody can redraw."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Project
from grants.awards.enums import ObjectionKind
from grants.awards.models import Objection
from grants.funds.models import PaymentHold
from grants.implementation.enums import CheckKind
from grants.implementation.models import Check
from grants.implementation.queries import runs_longer
from grants.programmes.asking import in_yuan
from grants.programmes.models import Round
from grants.programmes.profile.basics import OnSite
from grants.programmes.queries import rules_of
from workflow.lifecycle import CHECK, CheckState, ObjectionState
from workflow.looking import read_once

NO_DOUBT = (ObjectionState.NOT_TAKEN, ObjectionState.DISMISSED)


def sampled(project: Project, percent: int) -> bool:
    """Whether the project is in the sample: its number under the configuration of its round, hashed, falls below.

    Fixed once the configuration stands, the same for whoever computes it: SHA-256 of '<digest> <number>', first eight
    bytes, modulo 100.
    """
    digest = project.round.configuration.digest if project.round.configuration else ""
    drawn = sha256(f"{digest} {project.number}".encode()).digest()
    return int.from_bytes(drawn[:8]) % 100 < percent


@dataclass(frozen=True)
class Visit:
    """Why the mid-term check of a project is made on site, and whether a check on site was passed already."""

    why: tuple[str, ...] = ()
    made: bool = False

    @property
    def ahead(self) -> bool:
        """Whether somebody still has to go there."""
        return bool(self.why) and not self.made


def visits(projects: Sequence[Project]) -> dict[int, Visit]:
    """By project of one round how it stands with the visit; one query."""
    if not projects:
        return {}
    when = rules_of(projects[0].round).midterm.on_site_when
    facts = {row["pk"]: row for row in _facts([one.pk for one in projects])}
    found = {}
    for project in projects:
        doubts = [str(words) for name, words in DOUBTS.items() if when.flagged and facts[project.pk][name]]
        why = [*_by_size(project, when), *doubts]
        if not why and sampled(project, when.sample_pct):
            why = [gettext("抽查抽中")]
        found[project.pk] = Visit(tuple(why), facts[project.pk]["visited"])
    return found


def _by_size(project: Project, when: OnSite) -> Iterator[str]:
    if project.granted_fen > when.grant_above_fen:
        yield gettext("资助超过%(fen)s") % {"fen": in_yuan(when.grant_above_fen)}
    if runs_longer(project, when.months_above):
        yield gettext("实施期超过%(n)s个月") % {"n": when.months_above}


DOUBTS = {"objected": _("有疑点"), "held": _("拨款已暂停"), "overdue": _("检查逾期没有填报")}
"""What makes one doubt that all is well: an objection not dismissed, money held back, a check let pass."""


def _facts(projects: Collection[int]) -> Iterable[Any]:
    checks = Check.objects.filter(project=OuterRef("pk"))
    objections = Objection.objects.filter(project=OuterRef("pk"), kind=ObjectionKind.OBJECTION)
    return Project.objects.filter(pk__in=projects).values(
        "pk",
        objected=Exists(objections.exclude(state__in=NO_DOUBT)),
        held=Exists(PaymentHold.objects.filter(project=OuterRef("pk"), lifted_at__isnull=True)),
        overdue=Exists(checks.filter(state=CheckState.OVERDUE)),
        visited=Exists(checks.filter(kind=CheckKind.ON_SITE, state=CheckState.PASSED)),
    )


@read_once
def visit_of(project: Project) -> Visit:
    """The same for one project."""
    return visits([project])[project.pk]


def to_visit(check: Check) -> tuple[str, ...]:
    """Why a check cannot pass without a visit; nothing for one on site itself, or after one on site that passed."""
    if check.kind != CheckKind.MIDTERM or check.is_final:
        return ()
    visit = visit_of(check.project)
    return visit.why if visit.ahead else ()


def midterm_checks(round_: Round, projects: QuerySet[Project]) -> list[Check]:
    """The mid-term checks of a round, of these projects, that nobody has closed yet, in the order of the projects."""
    found = Check.objects.filter(project__round=round_.pk, project__in=projects.order_by(), kind=CheckKind.MIDTERM)
    rows = found.exclude(state__in=CHECK.final).select_related("project__round__configuration", "project__team")
    return list(rows.order_by("project__number", "number"))
