"""Three parties, who has signed and who not; what keeps an agreement from coming into force, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from grants.awards.enums import Party
from grants.awards.queries import PARTY_OF
from grants.desk.queries.agreements import Contract, Standing
from grants.desk.tables.messages import agreement_message
from grants.desk.tables.paying import within
from grants.kernel.masking import mask_account
from grants.programmes.profile.money import TranchePlan
from workflow.lifecycle import PROJECT, Role
from workflow.refusals import Refusal
from workflow.rules import refusals

ROLES = {party: role for role, party in PARTY_OF.items()}


@dataclass(frozen=True)
class Signer:
    """One party of the agreement."""

    party: Party
    name: str
    person: Any
    at: Any
    now: bool

    @property
    def role(self) -> str:
        """Who signs for it."""
        return str(Role(ROLES[self.party]).label)


@dataclass(frozen=True)
class InstalmentRow:
    """One instalment: how much (fen), how that was agreed, and when it is paid, in words."""

    number: int
    fen: int
    share: str
    when: str


def instalment_rows(contract: Contract) -> list[InstalmentRow]:
    """How the grant is paid out, instalment by instalment."""
    alone = len(contract.instalments) == 1
    return [InstalmentRow(n, fen, _share(plan, alone=alone), within(plan)) for n, fen, plan in contract.instalments]


def _share(plan: TranchePlan, *, alone: bool) -> str:
    if alone:
        return gettext("全部")
    if plan.pct is not None:
        return f"{plan.pct}%"
    return gettext("余下的全部") if plan.fen is None else gettext("固定金额")


def signers(contract: Contract) -> list[Signer]:
    """The three parties in the order of the agreement; those whose turn it is are marked."""
    project, agreement = contract.project, contract.agreement
    names: Mapping[Party, str] = {
        Party.PROVINCE: str(project.round.organiser),
        Party.PAYEE: str(project.payee or project.team),
        Party.TEAM: str(project.team),
    }
    signed = {one.party: one for one in agreement.signatures.all()}
    open_ = agreement.plan_confirmed_at is not None
    return [
        Signer(
            party,
            names[party],
            signed[party].hand if party in signed else None,
            signed[party].at if party in signed else None,
            open_ and party not in signed,
        )
        for party in Party
    ]


def lacking(row: Standing) -> list[str]:
    """What the agreement of one project still waits for, in words, and whose it is; nothing once it is in force."""
    found: list[str] = []
    if row.agreement.effective_at:
        return found
    if row.agreement.plan_confirmed_at is None:
        agreed = row.agreement.plan_agreed_at is not None
        found.append(gettext("省级同意最终方案") if agreed else gettext("团队确认最终方案"))
    if row.account is None:
        found.append(gettext("收款单位填报账户"))
    elif row.account.verified_at is None:
        found.append(gettext("财务核实账户"))
    found += [gettext("%(party)s签署") % {"party": party.label} for party in row.missing]
    return found or [gettext("省级办理协议生效")]


def message_of(row: Standing, link: Callable[[str], str]) -> str:
    """Ready words for those who have something to do for the agreement."""
    url = link(reverse("agreement", args=[row.project.pk]))
    return agreement_message(row.project, found, row.due, url) if (found := lacking(row)) else ""


def in_the_way(project: Any, actor: Any) -> list[Refusal]:
    """What keeps the agreement from coming into force, whoever asks."""
    deed = PROJECT.deeds["sign_agreement"]
    return refusals(deed.rules, project, actor, {}, deed)


def account_shown(contract: Contract) -> str:
    """The account with its number masked."""
    return mask_account(contract.account.account_no) if contract.account else ""
