"""Pages to write on, beside the moves: the application, its budget and files, the report, a change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from grants.applications.commands import WRITABLE as APPLICATION_OPEN
from grants.applications.models import Project
from grants.applications.queries import LEVEL_ROLES
from grants.applications.together import SENT_BACK
from grants.awards.queries import PARTY_OF
from grants.closeout.commands import WRITABLE as REPORT_OPEN
from grants.closeout.commands import WRITERS as REPORTERS
from grants.desk.queries.payments import MONEY_ROLES, UNDER_WAY
from grants.desk.tables.rare import RARE_PAGES
from grants.funds.models import Payment
from grants.implementation.models import ChangeRequest, Check
from grants.implementation.queries import RUNNING
from grants.people.queries import TEAM_ROLES
from grants.programmes.models import Round
from grants.reviews.covering.queries import COVERERS, hidden_slots
from grants.reviews.sampling.queries import wanted
from grants.reviews.signing.queries import CHECKERS as CHECKERS_OF_PAPER
from workflow.lifecycle import CHANGE, CHECK, OBJECTION, PROJECT, SPENDING, WITH_MONEY, ChangeState, Role
from workflow.lifecycle import CheckState as C
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import RoundState as N

SIGNERS = frozenset({*PARTY_OF, Role.FINANCE_OFFICER, Role.APPLICANT})
LOG_OPEN = frozenset(map(str, PROJECT.deeds["log_activity"].sources))
CHECKERS = frozenset({*CHECK.deeds["file"].by, *CHECK.deeds["pass_check"].by})
RANKERS: frozenset[str] = frozenset().union(*LEVEL_ROLES.values())
LISTED = frozenset({S.SUBMITTED, S.COUNTY_RECOMMENDED, S.CITY_RECOMMENDED, S.ELIGIBILITY_CHECK, S.SUPPLEMENT})
"""States in which a project stands on one of the lists of its round."""
AWARDED_ON = {S.REVIEWED: "decision_table", S.SHORTLISTED: "publicity", S.IN_PUBLICITY: "publicity"}
"""The page of its round on which a project goes on with all others, by its state."""
DECIDERS = frozenset({Role.PROGRAMME_OFFICER, Role.BUSINESS_LEAD})


@dataclass(frozen=True)
class WritingPage:
    """A page to write on; the deeds that are done there, of which buttons of their own would say the same again.

    `main`: what is to be done first now is done there.
    """

    label: StrOrPromise
    url: str
    rare: bool = False
    deeds: tuple[str, ...] = ()
    main: bool = False


ACCEPTORS = frozenset({Role.COUNTY_OFFICER, Role.PROGRAMME_OFFICER})
ACCOUNTANTS = frozenset({Role.PAYEE_OFFICER, Role.FINANCE_OFFICER, Role.FINANCE_APPROVER, Role.CASHIER})
IN_ACCOUNTS = (S.ACCEPTED, S.TERMINATED, S.FINAL_ACCOUNTS, S.SETTLING, S.REFUND_DUE)
PAGES: tuple[tuple[str, StrOrPromise, Any, frozenset[str]], ...] = (
    ("project_form", _("填写申报书"), APPLICATION_OPEN, TEAM_ROLES),
    ("project_comments", _("看评论，写评论"), SENT_BACK, frozenset({Role.COUNTY_OFFICER})),
    ("activities", _("记录活动"), LOG_OPEN, TEAM_ROLES),
    ("agreement", _("看协议，办签署"), (S.APPROVED,), SIGNERS),
    ("payee_account", _("填报收款账户"), WITH_MONEY, frozenset({Role.PAYEE_OFFICER})),
    ("project_report", _("写结题报告"), REPORT_OPEN, REPORTERS),
    ("new_voucher", _("拍票据，登记凭证"), SPENDING, frozenset({Role.PAYEE_OFFICER, Role.TEAM_LEADER})),
    ("project_acceptance", _("看报告，验收"), (S.CLOSEOUT_SUBMITTED,), ACCEPTORS),
    ("project_accounts", _("看决算表，办决算"), IN_ACCOUNTS, ACCOUNTANTS),
    ("project_archive", _("项目档案"), (S.CLOSED, S.ARCHIVED), frozenset({Role.PROGRAMME_OFFICER, Role.AUDITOR})),
    ("new_change", _("提出变更"), RUNNING, frozenset(CHANGE.begin.by)),
    ("new_objection", _("登记异议"), None, frozenset(OBJECTION.begin.by)),
)


ASSIGNERS = (Role.PROGRAMME_OFFICER, Role.BUSINESS_LEAD, Role.AUDITOR)
LISTS: tuple[tuple[str, StrOrPromise, Any, frozenset[str]], ...] = (
    ("recommending", _("推荐和排序"), (N.OPEN, N.RECOMMENDING), RANKERS),
    ("eligibility", _("资格审查清单"), (N.ELIGIBILITY, N.REVIEWING), frozenset({Role.PROGRAMME_OFFICER})),
    ("round_assigning", _("全轮评审分配"), (N.ELIGIBILITY, N.REVIEWING), frozenset(ASSIGNERS)),
)
SIGNED = ("round_signed", _("签字评分表"), (N.REVIEWING, N.DELIBERATING), frozenset(CHECKERS_OF_PAPER))
SAMPLE = ("round_sample", _("样题"), (N.RECOMMENDING, N.ELIGIBILITY, N.REVIEWING), frozenset({Role.PROGRAMME_OFFICER}))
COVERS = ("round_covers", _("给专家看的遮盖版"), (N.RECOMMENDING, N.ELIGIBILITY, N.REVIEWING), COVERERS)
OF_ROUND: tuple[tuple[str, StrOrPromise, Any, frozenset[str]], ...] = (
    ("round_setup", _("设置本轮"), (N.PLANNING,), frozenset({Role.PROGRAMME_OFFICER})),
    *LISTS,
    ("decision_table", _("审定表"), (N.REVIEWING, N.DELIBERATING, N.PUBLICITY), DECIDERS),
    ("publicity", _("拟立项公示"), (N.DELIBERATING, N.PUBLICITY), DECIDERS),
    ("agreements", _("协议签署"), (N.PUBLICITY, N.PUBLISHED), DECIDERS),
    ("round_checks", _("中期检查名单"), (N.PUBLISHED,), frozenset(CHECK.deeds["pass_check"].by)),
)

EARLY: tuple[tuple[str, StrOrPromise, Any, frozenset[str]], ...] = (
    ("decision_table", _("审定表"), (N.ELIGIBILITY,), DECIDERS),
)
"""Open to a project that is ahead of its round."""
DONE_THERE: dict[str, tuple[str, ...]] = {
    "activities": ("log_activity",),
    "new_voucher": ("file_voucher",),
    "payee_account": ("file_payee_account",),
    "round_setup": ("configure",),
    "decision_table": ("shortlist", "put_in_reserve", "decline"),
    "publicity": ("publish_notice", "approve"),
    "agreement": ("agree_final_plan", "confirm_plan", "sign_as_party", "sign_agreement"),
    "check_page": ("file", "rectified", "pass_check", "rectify"),
    "project_report": ("submit_closeout",),
    "project_acceptance": ("accept", "return_closeout"),
    "project_accounts": (
        *("submit_final_accounts", "liquidate", "confirm_accounts", "return_accounts", "return_liquidation"),
        *("ask_refund", "match_refund", "refund_received", "keep_surplus", "release_undrawn", "close"),
    ),
    "project_archive": ("archive",),
}
"""The deeds for which a page was made by hand, with everything that one has to know for them."""
OF_CHECK: tuple[tuple[str, StrOrPromise, Any, frozenset[str]], ...] = (
    ("check_page", _("填检查表"), (C.DUE, C.OVERDUE, C.RECTIFYING), frozenset(CHECK.deeds["file"].by)),
    ("check_page", _("看检查表，给结论"), (C.FILED,), frozenset(CHECK.deeds["pass_check"].by)),
    ("check_page", _("看检查表"), (C.PASSED, C.WAIVED), CHECKERS),
)
OF_PAYMENTS = (("round_payments", _("本轮的拨款，一起办"), None, frozenset(MONEY_ROLES)),)


def pages_to_write(record: Any, roles: frozenset[str]) -> list[WritingPage]:
    """The pages open to these roles while a project, a round or a change request is where it is."""
    if isinstance(record, ChangeRequest):
        return _rewriting(record, roles)
    if isinstance(record, Check):
        return _open_pages(OF_CHECK, record, roles)
    if isinstance(record, Payment):
        return _open_pages(OF_PAYMENTS, record.project.round, roles) if record.state in UNDER_WAY else []
    if isinstance(record, Round):
        more = [page for page, there in ((COVERS, hidden_slots(record)), (SAMPLE, wanted(record))) if there]
        return _open_pages((*OF_ROUND, SIGNED, *more), record, roles)
    if not isinstance(record, Project):
        return []
    shared = LISTS if record.state in LISTED else ()
    if found := AWARDED_ON.get(S(str(record.state))):
        shared = tuple(page for page in (*EARLY, *OF_ROUND) if page[0] == found)
    return [*_open_pages(PAGES, record, roles), *_open_pages(shared, record.round, roles)]


def _rewriting(change: ChangeRequest, roles: frozenset[str]) -> list[WritingPage]:
    may = str(change.state) in {ChangeState.DRAFTED, ChangeState.RETURNED} and roles & set(CHANGE.begin.by)
    return [WritingPage(_("修改变更申请"), reverse("rewrite_change", args=[change.pk]))] if may else []


def _open_pages(pages: Any, record: Any, roles: frozenset[str]) -> list[WritingPage]:
    state = str(record.state)
    return [
        WritingPage(label, reverse(name, args=[record.pk]), rare=name in RARE_PAGES, deeds=DONE_THERE.get(name, ()))
        for name, label, states, mine in pages
        if roles & mine and (states is None or state in states)
    ]
