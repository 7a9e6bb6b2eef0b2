"""What the pages of agreements show: who has signed, what is missing, how the grant is paid out; a round's at once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db.models import Prefetch

from grants.applications.models import BudgetLine, Project
from grants.applications.queries import budget_lines
from grants.awards.enums import Party
from grants.awards.models import Agreement, Signature
from grants.awards.queries import plans_of
from grants.funds.models import PayeeAccount
from grants.funds.queries import payee_account
from grants.kernel.money import split_grant
from grants.programmes.models import Round
from grants.programmes.profile.money import TranchePlan
from workflow.lifecycle import ProjectState
from workflow.models import Deadline

WAITING = (ProjectState.APPROVED, ProjectState.AGREEMENT_SIGNED)
SIGNED = Prefetch("signatures", Signature.objects.select_related("person", "behalf", "document").order_by("pk"))


@dataclass(frozen=True)
class Contract:
    """One agreement with everything printed on it; amounts in fen."""

    project: Project
    agreement: Agreement
    lines: list[BudgetLine]
    account: PayeeAccount | None
    instalments: list[tuple[int, int, TranchePlan]]


def contract_of(project: Project) -> Contract | None:
    """The project's agreement, from its approval on."""
    agreement = (
        Agreement.objects.filter(project=project.pk)
        .select_related("budget")
        .prefetch_related(SIGNED, "instalments")
        .first()
    )
    if agreement is None:
        return None
    plans = plans_of(agreement, project.round)
    parts = split_grant(agreement.amount_fen - project.released_fen, [plan.share for plan in plans])
    return Contract(
        project=project,
        agreement=agreement,
        lines=list(budget_lines(project)),
        account=payee_account(project),
        instalments=[(n, fen, plan) for n, (fen, plan) in enumerate(zip(parts, plans, strict=True), 1)],
    )


@dataclass(frozen=True)
class Standing:
    """Where the agreement of one project stands, for the board."""

    project: Project
    agreement: Agreement
    due: dt.datetime | None
    account: PayeeAccount | None

    @property
    def signed(self) -> set[str]:
        """The parties that have signed."""
        return {one.party for one in self.agreement.signatures.all()}

    @property
    def missing(self) -> list[Party]:
        """The parties that have not, in the order of the agreement."""
        return [party for party in Party if party not in self.signed]


def agreements_of(round_: Round) -> list[Standing]:
    """Every agreement of the round that waits or has come into force and is not begun, in a fixed number of queries."""
    found = Agreement.objects.filter(project__round=round_.pk, project__state__in=WAITING)
    rows = list(
        found.select_related("project__team", "project__payee", "project__round")
        .prefetch_related(SIGNED)
        .order_by("project__number")
    )
    pks = [row.project_id for row in rows]
    kind = ContentType.objects.get_for_model(Project)
    ends = Deadline.objects.filter(content_type=kind, object_id__in=pks, name="sign_due", settled_at__isnull=True)
    due = dict(ends.values_list("object_id", "due_at"))
    accounts = {one.project_id: one for one in PayeeAccount.objects.filter(project__in=pks).order_by("number")}
    return [Standing(row.project, row, due.get(row.project_id), accounts.get(row.project_id)) for row in rows]
