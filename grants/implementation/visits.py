"""Which mid-term checks are made on site, and why: grant, period, doubts, or a sample that anybody can redraw."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from hashlib import sha256

from django.db.models import QuerySet
from django.utils.translation import gettext

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

NO_DOUBT = (ObjectionState.NOT_TAKEN, ObjectionState.DISMISSED)


def sampled(project: Project, percent: int) -> bool:
    """Whether the project is in the sample: its number under the configuration of its round, hashed, falls below.

    Fixed once the configuration stands, the same for whoever computes it: SHA-256 of '<digest> <number>', first eight
    bytes, modulo 100.
    """
    digest = project.round.configuration.digest if project.round.configuration else ""
    drawn = sha256(f"{digest} {project.number}".encode()).digest()
    return int.from_bytes(drawn[:8]) % 100 < percent


def reasons_to_visit(projects: Sequence[Project]) -> dict[int, list[str]]:
    """By project why its mid-term check is made on site, in words; nothing for one that may be checked from afar.

    Three queries for any number of projects of one round.
    """
    if not projects:
        return {}
    when = rules_of(projects[0].round).midterm.on_site_when
    doubts = _doubts([one.pk for one in projects]) if when.flagged else {}
    found: dict[int, list[str]] = {}
    for project in projects:
        said = [*_by_size(project, when), *doubts.get(project.pk, ())]
        if said or sampled(project, when.sample_pct):
            found[project.pk] = said or [gettext("抽查抽中")]
    return found


def why_on_site(project: Project) -> list[str]:
    """The same for one project."""
    return reasons_to_visit([project]).get(project.pk, [])


def _by_size(project: Project, when: OnSite) -> Iterator[str]:
    if project.granted_fen > when.grant_above_fen:
        yield gettext("资助超过%(fen)s") % {"fen": in_yuan(when.grant_above_fen)}
    if runs_longer(project, when.months_above):
        yield gettext("实施期超过%(n)s个月") % {"n": when.months_above}


def _doubts(projects: Collection[int]) -> dict[int, list[str]]:
    """What makes one doubt that all is well: an objection not dismissed, money held back, a check let pass."""
    found: dict[int, list[str]] = defaultdict(list)
    objected = Objection.objects.filter(project__in=projects, kind=ObjectionKind.OBJECTION).exclude(state__in=NO_DOUBT)
    for pk in objected.order_by("project").values_list("project", flat=True).distinct():
        found[pk].append(gettext("有疑点"))
    held = PaymentHold.objects.filter(project__in=projects, lifted_at__isnull=True)
    for pk in held.order_by("project").values_list("project", flat=True).distinct():
        found[pk].append(gettext("拨款已暂停"))
    late = Check.objects.filter(project__in=projects, state=CheckState.OVERDUE)
    for pk in late.order_by("project").values_list("project", flat=True).distinct():
        found[pk].append(gettext("检查逾期没有填报"))
    return found


def to_visit(check: Check) -> list[str]:
    """Why a check cannot pass without a visit; nothing for one on site itself, or after one on site that passed."""
    if check.kind != CheckKind.MIDTERM or check.is_final or visited([check.project_id]):
        return []
    return why_on_site(check.project)


def visited(projects: Collection[int]) -> set[int]:
    """Those of the projects where a check on site was passed."""
    passed = Check.objects.filter(project__in=projects, kind=CheckKind.ON_SITE, state=CheckState.PASSED)
    return set(passed.values_list("project", flat=True))


def midterm_checks(round_: Round, projects: QuerySet[Project]) -> list[Check]:
    """The mid-term checks of a round, of these projects, that nobody has closed yet, in the order of the projects."""
    found = Check.objects.filter(project__round=round_.pk, project__in=projects.order_by(), kind=CheckKind.MIDTERM)
    rows = found.exclude(state__in=CHECK.final).select_related("project__round__configuration", "project__team")
    return list(rows.order_by("project__number", "number"))
