"""Every model of the app, gathered: Django looks for them here."""

from __future__ import annotations

from grants.applications.models import Application, BudgetLine, BudgetVersion, Project, Recommendation
from grants.awards.models import Agreement, Decision, Meeting, Objection, OfficialNotice, Signature
from grants.closeout.models import Acceptance, CompletionReport
from grants.funds.models import (
    Account,
    Allocation,
    BankLine,
    Batch,
    Entry,
    FundingSource,
    PayeeAccount,
    Payment,
    Posting,
    Tranche,
    Waiver,
)
from grants.implementation.models import Activity, ChangeRequest, Check
from grants.people.models import Organisation, RoleGrant, Team, User
from grants.programmes.models import CalendarDay, CalendarYear, Configuration, Programme, Quota, Round
from grants.reviews.models import Assignment, EligibilityCheck, Moderation, Score
from grants.settlement.models import ArchivePackage, FinalAccounts, Invoice, RefundDemand, Voucher

__all__ = [
    "Acceptance",
    "Account",
    "Activity",
    "Agreement",
    "Allocation",
    "Application",
    "ArchivePackage",
    "Assignment",
    "BankLine",
    "Batch",
    "BudgetLine",
    "BudgetVersion",
    "CalendarDay",
    "CalendarYear",
    "ChangeRequest",
    "Check",
    "CompletionReport",
    "Configuration",
    "Decision",
    "EligibilityCheck",
    "Entry",
    "FinalAccounts",
    "FundingSource",
    "Invoice",
    "Meeting",
    "Moderation",
    "Objection",
    "OfficialNotice",
    "Organisation",
    "PayeeAccount",
    "Payment",
    "Posting",
    "Programme",
    "Project",
    "Quota",
    "Recommendation",
    "RefundDemand",
    "RoleGrant",
    "Round",
    "Score",
    "Signature",
    "Team",
    "Tranche",
    "User",
    "Voucher",
    "Waiver",
]
