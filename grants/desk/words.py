"""The words and colours of pages: a tone for every state, a sentence for every role, a name for every deadline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from workflow.lifecycle import (
    ChangeState,
    CheckState,
    ObjectionState,
    PaymentState,
    ProjectState,
    Role,
    RoundState,
)
from workflow.machine import Stateful

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ICONS = {
    "wait": "hourglass-split",
    "doing": "play-circle-fill",
    "ok": "check-circle-fill",
    "back": "arrow-return-left",
    "bad": "x-circle-fill",
    "hold": "pause-circle-fill",
    "rest": "dash-circle",
}

S, P, C, B, H, N = ProjectState, PaymentState, CheckState, ObjectionState, ChangeState, RoundState

_TONES: dict[str, dict[str, tuple[str, ...]]] = {
    "project": {
        "rest": (S.DRAFT, S.WITHDRAWN, S.ARCHIVED),
        "wait": (S.SUBMITTED, S.REVIEWED, S.RESERVE, S.APPROVED, S.CLOSEOUT_DUE, S.CLOSEOUT_SUBMITTED, S.SETTLING),
        "back": (S.RETURNED, S.SUPPLEMENT, S.CLOSEOUT_RETURNED, S.REFUND_DUE),
        "bad": (S.NOT_RECOMMENDED, S.INELIGIBLE, S.DECLINED, S.REVOKED, S.TERMINATED),
        "doing": (S.ELIGIBILITY_CHECK, S.UNDER_REVIEW, S.IN_PUBLICITY, S.IN_PROGRESS, S.FINAL_ACCOUNTS),
        "hold": (S.SUSPENDED,),
        "ok": (
            S.COUNTY_RECOMMENDED,
            S.CITY_RECOMMENDED,
            S.SHORTLISTED,
            S.AGREEMENT_SIGNED,
            S.ACCEPTED,
            S.CLOSED,
        ),
    },
    "payment": {
        "wait": (P.REQUESTED,),
        "back": (P.RETURNED,),
        "doing": (P.VERIFIED, P.BATCHED, P.SENT),
        "ok": (P.APPROVED, P.PAID, P.RECEIPTED),
        "bad": (P.FAILED, P.BOUNCED),
        "rest": (P.VOIDED, P.REVERSED),
    },
    "check": {
        "wait": (C.DUE, C.FILED),
        "back": (C.RECTIFYING,),
        "bad": (C.OVERDUE,),
        "ok": (C.PASSED,),
        "rest": (C.WAIVED,),
    },
    "objection": {
        "wait": (B.RECEIVED,),
        "doing": (B.HANDLING,),
        "rest": (B.NOT_TAKEN, B.DISMISSED),
        "bad": (B.UPHELD,),
    },
    "change_request": {
        "rest": (H.DRAFTED, H.DROPPED),
        "wait": (H.FILED,),
        "back": (H.RETURNED,),
        "ok": (H.APPROVED,),
        "bad": (H.REFUSED,),
    },
    "round": {
        "rest": (N.PLANNING, N.ARCHIVED, N.CANCELLED),
        "doing": (N.OPEN, N.RECOMMENDING, N.ELIGIBILITY, N.REVIEWING, N.DELIBERATING, N.PUBLICITY),
        "ok": (N.PUBLISHED,),
    },
}
TONES = {
    machine: {state: tone for tone, states in found.items() for state in states} for machine, found in _TONES.items()
}

PURPOSES: dict[str, StrOrPromise] = {
    Role.APPLICANT: _("帮团队填申报书、记录活动；提交由项目负责人办理。"),
    Role.TEAM_LEADER: _("填写并提交申报书，签协议，记录活动，提交结题。团队建好草稿或有人退回时，事情会出现在这里。"),
    Role.COUNTY_OFFICER: _("初审本县团队的申报书，录入推荐意见，核对中期检查。团队提交后，事情会出现在这里。"),
    Role.COUNTY_LEADER: _("推荐并排序本县的项目。县级经办审阅后，请您定夺。"),
    Role.CITY_OFFICER: _("复核各县推荐的项目，组织中期检查。县级推荐后，事情会出现在这里。"),
    Role.CITY_LEADER: _("推荐并排序全市的项目。"),
    Role.PROGRAMME_OFFICER: _("配置轮次，受理申报，资格审查，分配专家，办理公示、协议、验收和归档。"),
    Role.REVIEWER: _("声明有无利益冲突，给分到您手里的项目打分并写评语。分配之后会出现在这里。"),
    Role.REVIEW_CHAIR: _("看评分是否齐全，分歧大时组织合议，确认评审完成。"),
    Role.BUSINESS_LEAD: _("会签审定、立项、拨款等重要事项，必要时暂停项目。别人送签后会出现在这里。"),
    Role.DEPARTMENT_OFFICER: _("对省里征求业务意见的申报，从本处室的业务出发写意见。征求以后会出现在这里。"),
    Role.LEADERSHIP: _("审定由会议作出，系统登记会议纪要；处室负责人暂停的项目，查清后由您恢复；您可以查看全部项目。"),
    Role.FINANCE_OFFICER: _("登记资金来源，核实账户，审核拨款、凭证和决算。"),
    Role.FINANCE_APPROVER: _("审批拨款，确认决算。"),
    Role.CASHIER: _("发送银行，登记流水，确认到账和退款。"),
    Role.PAYEE_OFFICER: _("填报收款账户，登记收据、凭证和利息，提交决算。"),
    Role.AUDITOR: _("查看全部项目、材料和经过，不办理任何业务。"),
    Role.DISCIPLINE: _("受理公示期的异议和举报，核查后作出认定。"),
    Role.SYSADMIN: _("管理账号和系统运行，没有业务审批权。"),
}

DUTIES: dict[str, dict[str, StrOrPromise]] = {
    "project": {
        S.DRAFT: _("填好并提交申报书"),
        S.SUBMITTED: _("审阅并推荐"),
        S.RETURNED: _("按意见修改后交回"),
        S.COUNTY_RECOMMENDED: _("复核并推荐到省"),
        S.CITY_RECOMMENDED: _("受理申报"),
        S.ELIGIBILITY_CHECK: _("审查资格和预算"),
        S.SUPPLEMENT: _("补正材料"),
        S.UNDER_REVIEW: _("看评分，确认评审完成"),
        S.REVIEWED: _("登记审定结果"),
        S.SHORTLISTED: _("发布公示"),
        S.RESERVE: _("递补或结束备选"),
        S.IN_PUBLICITY: _("公示期满后立项"),
        S.APPROVED: _("定方案，签协议"),
        S.AGREEMENT_SIGNED: _("申请首期拨款，准备开始"),
        S.IN_PROGRESS: _("记录活动，登记凭证"),
        S.SUSPENDED: _("查清情况，恢复或终止"),
        S.CLOSEOUT_DUE: _("写结题报告并提交"),
        S.CLOSEOUT_SUBMITTED: _("验收"),
        S.CLOSEOUT_RETURNED: _("整改后重新提交结题"),
        S.ACCEPTED: _("核对凭证，提交决算"),
        S.TERMINATED: _("提交清算"),
        S.FINAL_ACCOUNTS: _("审核凭证和决算"),
        S.SETTLING: _("结清余款"),
        S.REFUND_DUE: _("退回结余"),
        S.CLOSED: _("归档"),
    },
    "payment": {
        P.REQUESTED: _("审核拨款"),
        P.RETURNED: _("更正后重提"),
        P.VERIFIED: _("审批拨款"),
        P.APPROVED: _("编入批次"),
        P.BATCHED: _("发送银行"),
        P.SENT: _("确认到账"),
        P.PAID: _("登记收据"),
        P.FAILED: _("更正账户重付"),
        P.BOUNCED: _("更正账户重付"),
    },
    "check": {
        C.DUE: _("填报检查表"),
        C.FILED: _("给出检查结论"),
        C.RECTIFYING: _("完成整改"),
        C.OVERDUE: _("补报检查表"),
    },
    "objection": {B.RECEIVED: _("决定是否受理"), B.HANDLING: _("核查并作出认定")},
    "change_request": {
        H.DRAFTED: _("提交变更"),
        H.FILED: _("审批变更"),
        H.RETURNED: _("修改后再提交变更"),
    },
    "round": {
        N.PLANNING: _("配置、演练并发布申报通知"),
        N.OPEN: _("等申报截止"),
        N.RECOMMENDING: _("等推荐截止"),
        N.ELIGIBILITY: _("完成资格审查，进入评审"),
        N.REVIEWING: _("完成评审，进入审定"),
        N.DELIBERATING: _("登记审定结果并公示"),
        N.PUBLICITY: _("公示期满后发布立项通知"),
        N.PUBLISHED: _("跟进项目，直到本轮归档"),
    },
}

DEADLINES: dict[str, StrOrPromise] = {
    "call_close": _("申报截止"),
    "call_closed": _("申报截止"),
    "round_cancelled": _("随轮次取消"),
    "return_due": _("修改后交回"),
    "county_recommend": _("县级推荐"),
    "city_recommend": _("市级推荐"),
    "eligibility": _("资格审查"),
    "supplement_due": _("补正材料"),
    "review": _("专家评审"),
    "objection_finding": _("作出核查结论"),
    "sign_due": _("签协议"),
    "start_date": _("开始实施"),
    "end_date": _("实施期满"),
    "check_due": _("填报检查"),
    "rectification": _("整改"),
    "first_payment": _("首期拨款"),
    "receipt": _("登记收据"),
    "closeout_report": _("提交结题"),
    "acceptance": _("验收"),
    "final_accounts": _("提交决算"),
    "refund": _("退回结余"),
    "interim_public_update": _("公开进展（记录活动）"),
    "public_result": _("公开结果（结项）"),
}

DUE_BY: dict[str, dict[str, tuple[str, ...]]] = {
    "project": {
        S.DRAFT: ("call_closed",),
        S.SUBMITTED: ("county_recommend", "city_recommend"),
        S.RETURNED: ("return_due",),
        S.COUNTY_RECOMMENDED: ("city_recommend",),
        S.ELIGIBILITY_CHECK: ("eligibility",),
        S.SUPPLEMENT: ("supplement_due",),
        S.UNDER_REVIEW: ("review",),
        S.APPROVED: ("sign_due",),
        S.AGREEMENT_SIGNED: ("first_payment", "start_date"),
        S.IN_PROGRESS: ("interim_public_update", "end_date"),
        S.CLOSEOUT_DUE: ("closeout_report",),
        S.CLOSEOUT_SUBMITTED: ("acceptance",),
        S.CLOSEOUT_RETURNED: ("rectification",),
        S.ACCEPTED: ("final_accounts",),
        S.TERMINATED: ("final_accounts",),
        S.FINAL_ACCOUNTS: ("public_result",),
        S.SETTLING: ("public_result",),
        S.REFUND_DUE: ("refund",),
    },
}
"""Which deadline a turn in this state is about, first known one; states not named take the next that runs."""

IN_PLACE: dict[str, tuple[str, ...]] = {
    "county_recommend_in_place": ("county_recommend",),
    "city_recommend_in_place": ("city_recommend",),
    "submit_closeout_for_team": ("closeout_report", "rectification"),
}
"""What others do of a project in somebody's place, by the deadlines after which it waits for them."""
LATE_MAIN: dict[str, tuple[str, ...]] = {**IN_PLACE, "request_payment": ("first_payment",)}
"""What comes before everything else with a project once one of these days has passed."""
UNSENT = ("return_due", "supplement_due", "sign_due", "closeout_report", "rectification", "final_accounts", "refund")
LATE_DEEDS: dict[str, tuple[str, ...]] = {
    **LATE_MAIN,
    "return_in_place": ("county_recommend", "city_recommend"),
    "decline_in_place": ("county_recommend", "city_recommend"),
    "forfeit": ("sign_due",),
    "send_reminder": UNSENT,
}
"""Exceptions of a project that are none once one of these days has passed."""


def tone_of(machine: str, state: str) -> str:
    """The tone a state is shown in: wait, doing, ok, back, bad, hold or rest."""
    return TONES.get(machine, {}).get(state, "rest")


def pill(record: Stateful) -> dict[str, str]:
    """The state of a record as it is shown: tone, icon and word together."""
    return pill_of(record.machine().name, str(record.state), record.label)


def pill_of(machine: str, state: str, label: str) -> dict[str, str]:
    """The same for a state known by name."""
    tone = tone_of(machine, state)
    return {"tone": tone, "icon": ICONS[tone], "label": label}


def duty_of(record: Stateful) -> str:
    """What is to be done with a record now, in words; nothing once it has come to its end."""
    return duty_in(record.machine().name, str(record.state))


def duty_in(machine: str, state: str) -> str:
    """What is to be done with a record of that machine in that state, in words; nothing at its end."""
    return str(DUTIES.get(machine, {}).get(state, ""))


def due_by(record: Stateful) -> tuple[str, ...]:
    """The deadlines that the present turn of a record may be about; none named means any."""
    return due_in(record.machine().name, str(record.state))


def due_in(machine: str, state: str) -> tuple[str, ...]:
    """The same for a state known by name."""
    return DUE_BY.get(machine, {}).get(state, ())


def deadline_name(name: str) -> str:
    """What is due, in words; nothing for a deadline without a name here."""
    return str(DEADLINES.get(name, ""))
