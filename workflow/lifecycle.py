"""THE TABLE: stages, states, roles and every move of the six machines. Read it like the regulation.

`by` who may make the move (any one of them) · `also` further roles, each another person, who endorse this version first ·
`paper` a signed paper instead of a signature · `rules` each one reason to refuse, found by name in the stages' rules.py ·
`due` the deadline at which the clock itself makes the move · `undo` the move that takes it back until somebody else has
opened the file. An Act is witnessed in the trail and moves nothing.
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from workflow.table import Act, Back, Begin, Machine, Move, Paper


class Role(TextChoices):
    """Who acts. A person holds a role for an organisation or team, for a time."""

    APPLICANT = "applicant", _("申报团队经办人")
    TEAM_LEADER = "team_leader", _("项目负责人")
    COUNTY_OFFICER = "county_officer", _("县级红十字会经办")
    COUNTY_LEADER = "county_leader", _("县级红十字会负责人")
    CITY_OFFICER = "city_officer", _("市级红十字会经办")
    CITY_LEADER = "city_leader", _("市级红十字会负责人")
    PROGRAMME_OFFICER = "programme_officer", _("省级项目管理员")
    REVIEWER = "reviewer", _("评审专家")
    REVIEW_CHAIR = "review_chair", _("评审组组长")
    BUSINESS_LEAD = "business_lead", _("省级职能处室负责人")
    DEPARTMENT_OFFICER = "department_officer", _("职能处室业务人员")
    LEADERSHIP = "leadership", _("会领导（党组会/执委会）")
    FINANCE_OFFICER = "finance_officer", _("财务经办")
    FINANCE_APPROVER = "finance_approver", _("财务负责人")
    CASHIER = "cashier", _("出纳")
    PAYEE_OFFICER = "payee_officer", _("收款单位经办")
    AUDITOR = "auditor", _("审计/监事（只读）")
    DISCIPLINE = "discipline", _("监督举报受理人")
    SYSADMIN = "sysadmin", _("系统管理员（无业务审批权）")
    SYSTEM = "system", _("系统自动")


class Stage(TextChoices):
    """The six stages of the closed loop, in order; each value is a folder of grants/."""

    APPLICATION = "applications", pgettext_lazy("stage", "立项")
    REVIEW = "reviews", _("评审")
    AWARD = "awards", _("发布")
    IMPLEMENTATION = "implementation", _("实施")
    CLOSEOUT = "closeout", _("结题")
    SETTLEMENT = "settlement", _("决算")


class ProjectState(TextChoices):
    """States of a Project."""

    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("已提交（待县级审核）")
    RETURNED = "returned", pgettext_lazy("state", "退回修改")
    COUNTY_RECOMMENDED = "county_recommended", _("县级已推荐")
    CITY_RECOMMENDED = "city_recommended", _("市级已推荐")
    NOT_RECOMMENDED = "not_recommended", _("未推荐")
    WITHDRAWN = "withdrawn", _("已撤回")
    ELIGIBILITY_CHECK = "eligibility_check", _("资格审查中")
    SUPPLEMENT = "supplement", pgettext_lazy("state", "补正材料")
    INELIGIBLE = "ineligible", _("资格审查不通过")
    UNDER_REVIEW = "under_review", _("专家评审中")
    REVIEWED = "reviewed", _("评审完成（待审定）")
    SHORTLISTED = "shortlisted", pgettext_lazy("state", "拟立项")
    RESERVE = "reserve", pgettext_lazy("state", "备选")
    DECLINED = "declined", _("未立项")
    IN_PUBLICITY = "in_publicity", _("公示中")
    APPROVED = "approved", _("已立项（待签协议）")
    REVOKED = "revoked", _("已撤销立项")
    AGREEMENT_SIGNED = "agreement_signed", _("协议已签")
    IN_PROGRESS = "in_progress", _("实施中")
    SUSPENDED = "suspended", _("暂停（停拨）")
    CLOSEOUT_DUE = "closeout_due", _("待提交结题")
    CLOSEOUT_SUBMITTED = "closeout_submitted", _("结题已提交（待验收）")
    CLOSEOUT_RETURNED = "closeout_returned", pgettext_lazy("state", "结题退回整改")
    ACCEPTED = "accepted", _("验收通过（待决算）")
    TERMINATED = "terminated", _("已终止（待清算）")
    FINAL_ACCOUNTS = "final_accounts", _("决算审核中")
    SETTLING = "settling", _("决算已确认（待结清）")
    REFUND_DUE = "refund_due", _("待退回结余")
    CLOSED = "closed", _("已结项")
    ARCHIVED = "archived", _("已归档")


class PaymentState(TextChoices):
    """States of a Payment."""

    REQUESTED = "requested", _("待审核")
    RETURNED = "returned", pgettext_lazy("state", "退回")
    VERIFIED = "verified", _("已审核")
    APPROVED = "approved", _("已审批")
    BATCHED = "batched", _("已进批次")
    SENT = "sent", _("已发送银行")
    PAID = "paid", _("已支付")
    RECEIPTED = "receipted", _("已收到票据")
    FAILED = "failed", _("支付失败")
    BOUNCED = "bounced", _("银行退回")
    VOIDED = "voided", _("已作废")
    REVERSED = "reversed", _("已冲销")


class CheckState(TextChoices):
    """States of a Check."""

    DUE = "due", _("待填报")
    FILED = "filed", _("已填报")
    RECTIFYING = "rectifying", _("整改中")
    OVERDUE = "overdue", _("逾期")
    PASSED = "passed", _("合格")
    WAIVED = "waived", _("免检")


class ObjectionState(TextChoices):
    """States of an Objection."""

    RECEIVED = "received", _("已收到")
    HANDLING = "handling", _("核查中")
    NOT_TAKEN = "not_taken", _("不予受理")
    DISMISSED = "dismissed", _("不成立")
    UPHELD = "upheld", _("成立")


class ChangeState(TextChoices):
    """States of a ChangeRequest."""

    DRAFTED = "drafted", _("草拟")
    FILED = "filed", _("已提交")
    RETURNED = "returned", pgettext_lazy("state", "退回")
    APPROVED = "approved", _("已批准")
    REFUSED = "refused", _("不同意")
    DROPPED = "dropped", _("已撤销")


class RoundState(TextChoices):
    """States of a Round."""

    PLANNING = "planning", _("筹备")
    OPEN = "open", _("申报中")
    RECOMMENDING = "recommending", _("推荐中")
    ELIGIBILITY = "eligibility", _("资格审查")
    REVIEWING = "reviewing", _("评审中")
    DELIBERATING = "deliberating", _("审定中")
    PUBLICITY = "publicity", _("公示中")
    PUBLISHED = "published", _("已发布立项")
    ARCHIVED = "archived", _("已归档")
    CANCELLED = "cancelled", _("已取消")


R = Role
S = ProjectState
PROJECT_FINAL = (S.NOT_RECOMMENDED, S.WITHDRAWN, S.INELIGIBLE, S.DECLINED, S.REVOKED, S.ARCHIVED)
WITH_MONEY = (
    S.APPROVED,
    S.AGREEMENT_SIGNED,
    S.IN_PROGRESS,
    S.CLOSEOUT_DUE,
    S.CLOSEOUT_SUBMITTED,
    S.CLOSEOUT_RETURNED,
    S.ACCEPTED,
    S.FINAL_ACCOUNTS,
    S.SETTLING,
)
SPENDING = (
    S.AGREEMENT_SIGNED,
    S.IN_PROGRESS,
    S.SUSPENDED,
    S.CLOSEOUT_DUE,
    S.CLOSEOUT_SUBMITTED,
    S.CLOSEOUT_RETURNED,
    S.ACCEPTED,
    S.TERMINATED,
)
# fmt: off
PROJECT = Machine(
    "project", _("项目"), ProjectState,
    initial=S.DRAFT,
    final=PROJECT_FINAL,
    begin=Begin(
        by=(R.TEAM_LEADER, R.APPLICANT, R.PROGRAMME_OFFICER, R.COUNTY_OFFICER, R.CITY_OFFICER),
        label=_("新建申报"),
        rules=("round_open", "one_application_per_team", "begun_at_request"),
    ),
    moves=(
        # 立项
        Move("submit", (S.DRAFT,), S.SUBMITTED, by=(R.TEAM_LEADER,), label=_("提交申报"), rules=("form_complete", "before_call_deadline", "commitment_given", "budget_valid", "eligible_team", "not_funded_twice", "doubts_told"), undo="recall"),
        Move("recall", (S.SUBMITTED,), S.DRAFT, by=(R.TEAM_LEADER,), label=_("收回修改"), rules=("not_opened_by_next", "before_call_deadline")),
        Move("lapse_draft", (S.DRAFT,), S.WITHDRAWN, by=(R.SYSTEM,), label=_("未提交自动撤回"), due="call_closed"),
        Move("withdraw", (S.DRAFT, S.SUBMITTED, S.RETURNED, S.COUNTY_RECOMMENDED, S.CITY_RECOMMENDED, S.SUPPLEMENT), S.WITHDRAWN, by=(R.TEAM_LEADER,), label=_("撤回申报"), rules=("reason",)),
        Move("lapse_with_round", (S.DRAFT, S.SUBMITTED, S.RETURNED, S.COUNTY_RECOMMENDED, S.CITY_RECOMMENDED, S.ELIGIBILITY_CHECK, S.SUPPLEMENT, S.UNDER_REVIEW, S.REVIEWED, S.SHORTLISTED, S.RESERVE), S.WITHDRAWN, by=(R.SYSTEM,), label=_("随轮次取消"), rules=("round_cancelled",), due="round_cancelled"),
        Move("reopen_draft", (S.WITHDRAWN,), S.DRAFT, by=(R.TEAM_LEADER,), label=_("重新申报"), rules=("round_open", "one_application_per_team", "never_under_review")),
        Move("admit_late", (S.WITHDRAWN,), S.DRAFT, by=(R.PROGRAMME_OFFICER,), label=_("准予逾期补报"), also=(R.BUSINESS_LEAD,), rules=("not_own_team", "lapsed_at_the_close", "minutes", "fault_proved", "late_due_set", "one_application_per_team")),
        Move("county_return", (S.SUBMITTED,), S.RETURNED, by=(R.COUNTY_OFFICER,), label=_("县级退回"), rules=("route_has_county", "not_own_team", "level_not_recused", "reason", "sections_marked", "return_due_set"), undo="undo_return"),
        Move("city_return", (S.COUNTY_RECOMMENDED,), S.RETURNED, by=(R.CITY_OFFICER,), label=_("市级退回"), rules=("not_own_team", "level_not_recused", "reason", "sections_marked", "return_due_set"), undo="undo_return"),
        Move("direct_return", (S.SUBMITTED,), S.RETURNED, by=(R.CITY_OFFICER, R.PROGRAMME_OFFICER), label=_("退回修改"), rules=("route_is_direct", "not_own_team", "level_not_recused", "reason", "sections_marked", "return_due_set"), undo="undo_return"),
        Move("province_return", (S.CITY_RECOMMENDED,), S.RETURNED, by=(R.PROGRAMME_OFFICER,), label=_("省级退回"), rules=("not_own_team", "before_eligibility", "reason", "sections_marked", "return_due_set"), undo="undo_return"),
        Move("return_in_place", (S.SUBMITTED, S.COUNTY_RECOMMENDED), S.RETURNED, by=(R.CITY_OFFICER, R.PROGRAMME_OFFICER), label=_("代下级退回"), rules=("route_has_county", "not_own_team", "stands_in", "reason", "sections_marked", "return_due_set"), undo="undo_return"),
        Move("resubmit", (S.RETURNED,), S.SUBMITTED, by=(R.TEAM_LEADER,), label=_("修改后提交"), rules=("within_return_due", "form_complete", "budget_valid", "not_funded_twice", "doubts_told"), undo="recall_correction"),
        Move("undo_return", (S.RETURNED,), Back("returned_from", (S.SUBMITTED, S.COUNTY_RECOMMENDED, S.CITY_RECOMMENDED)), by=(R.COUNTY_OFFICER, R.CITY_OFFICER, R.PROGRAMME_OFFICER), label=_("撤销退回"), rules=("not_own_team", "returned_by_own_level", "not_opened_by_next", "words_may_stand_again")),
        Move("recall_correction", (S.SUBMITTED,), S.RETURNED, by=(R.TEAM_LEADER,), label=_("收回再改"), rules=("correction_still_open", "not_opened_by_next")),
        Move("lapse_return", (S.RETURNED,), S.SUBMITTED, by=(R.SYSTEM,), label=_("未按期修改"), rules=("flag_not_corrected",), due="return_due"),
        Move("county_recommend", (S.SUBMITTED,), S.COUNTY_RECOMMENDED, by=(R.COUNTY_LEADER,), label=_("县级推荐"), paper=Paper((R.COUNTY_OFFICER,), "signed_opinion", (R.COUNTY_OFFICER, R.COUNTY_LEADER, R.CITY_OFFICER, R.CITY_LEADER)), rules=("route_has_county", "opinion", "rank", "within_quota", "not_own_team", "level_not_recused"), undo="county_take_back"),
        Move("county_recommend_in_place", (S.SUBMITTED,), S.COUNTY_RECOMMENDED, by=(R.CITY_LEADER,), label=_("市级代行县级推荐"), paper=Paper((R.CITY_OFFICER,), "signed_opinion", (R.CITY_OFFICER, R.CITY_LEADER, R.PROGRAMME_OFFICER)), rules=("not_own_team", "level_not_recused", "route_has_county", "county_overdue_or_recused", "opinion", "rank", "reason")),
        Move("county_decline", (S.SUBMITTED,), S.NOT_RECOMMENDED, by=(R.COUNTY_LEADER,), label=_("县级不推荐"), paper=Paper((R.COUNTY_OFFICER,), "signed_opinion", (R.COUNTY_OFFICER, R.COUNTY_LEADER, R.CITY_OFFICER, R.CITY_LEADER)), rules=("route_has_county", "not_own_team", "level_not_recused", "reason")),
        Move("county_take_back", (S.COUNTY_RECOMMENDED,), S.SUBMITTED, by=(R.COUNTY_LEADER, R.COUNTY_OFFICER), label=_("县级收回推荐"), rules=("not_own_team", "not_opened_by_next", "reason")),
        Move("city_recommend", (S.COUNTY_RECOMMENDED,), S.CITY_RECOMMENDED, by=(R.CITY_LEADER,), label=_("市级推荐"), paper=Paper((R.CITY_OFFICER,), "signed_opinion", (R.CITY_OFFICER, R.CITY_LEADER, R.PROGRAMME_OFFICER)), rules=("opinion", "rank", "within_quota", "not_own_team", "not_both_levels", "level_not_recused"), undo="city_take_back"),
        Move("city_recommend_in_place", (S.COUNTY_RECOMMENDED, S.SUBMITTED), S.CITY_RECOMMENDED, by=(R.PROGRAMME_OFFICER,), label=_("省级代行市级推荐"), also=(R.BUSINESS_LEAD,), rules=("not_own_team", "turn_of_city", "city_overdue_or_recused", "within_quota", "reason")),
        Move("city_recommend_direct", (S.SUBMITTED,), S.CITY_RECOMMENDED, by=(R.CITY_LEADER,), label=_("市级直报推荐"), paper=Paper((R.CITY_OFFICER,), "signed_opinion", (R.CITY_OFFICER, R.CITY_LEADER, R.PROGRAMME_OFFICER)), rules=("route_is_city", "opinion", "rank", "within_quota", "not_own_team", "level_not_recused"), undo="take_back_direct"),
        Move("province_admit_direct", (S.SUBMITTED,), S.CITY_RECOMMENDED, by=(R.PROGRAMME_OFFICER,), label=_("省直与高校直报受理"), rules=("not_own_team", "route_is_province", "opinion", "within_pool"), undo="take_back_direct"),
        Move("direct_decline", (S.SUBMITTED,), S.NOT_RECOMMENDED, by=(R.CITY_LEADER, R.PROGRAMME_OFFICER), label=_("直报不推荐"), paper=Paper((R.CITY_OFFICER,), "signed_opinion", (R.CITY_OFFICER, R.CITY_LEADER, R.PROGRAMME_OFFICER)), rules=("route_is_direct", "not_own_team", "level_not_recused", "reason")),
        Move("city_decline", (S.COUNTY_RECOMMENDED,), S.NOT_RECOMMENDED, by=(R.CITY_LEADER,), label=_("市级不推荐"), paper=Paper((R.CITY_OFFICER,), "signed_opinion", (R.CITY_OFFICER, R.CITY_LEADER, R.PROGRAMME_OFFICER)), rules=("not_own_team", "not_both_levels", "level_not_recused", "reason")),
        Move("decline_in_place", (S.SUBMITTED, S.COUNTY_RECOMMENDED), S.NOT_RECOMMENDED, by=(R.CITY_LEADER, R.PROGRAMME_OFFICER), label=_("代下级不推荐"), paper=Paper((R.CITY_OFFICER,), "signed_opinion", (R.CITY_OFFICER, R.CITY_LEADER, R.PROGRAMME_OFFICER)), rules=("route_has_county", "not_own_team", "stands_in", "reason")),
        Move("city_take_back", (S.CITY_RECOMMENDED,), S.COUNTY_RECOMMENDED, by=(R.CITY_LEADER, R.CITY_OFFICER), label=_("市级收回推荐"), rules=("not_own_team", "route_has_county", "not_opened_by_next", "not_received", "reason")),
        Move("take_back_direct", (S.CITY_RECOMMENDED,), S.SUBMITTED, by=(R.CITY_LEADER, R.CITY_OFFICER, R.PROGRAMME_OFFICER), label=_("收回直报推荐"), rules=("not_own_team", "route_is_direct", "own_recommendation", "not_opened_by_next", "not_received", "reason")),
        Move("not_forwarded", (S.CITY_RECOMMENDED,), S.NOT_RECOMMENDED, by=(R.CITY_LEADER,), label=_("超名额未上报"), paper=Paper((R.CITY_OFFICER,), "signed_opinion", (R.CITY_OFFICER, R.CITY_LEADER, R.PROGRAMME_OFFICER)), rules=("not_own_team", "over_quota", "not_received", "reason")),
        Move("reopen_recommendation", (S.NOT_RECOMMENDED,), S.SUBMITTED, by=(R.COUNTY_LEADER, R.CITY_LEADER), label=_("恢复推荐"), rules=("not_own_team", "quota_raised_or_own_error", "before_eligibility_closed", "reason")),
        # 评审
        Move("receive", (S.CITY_RECOMMENDED,), S.ELIGIBILITY_CHECK, by=(R.PROGRAMME_OFFICER,), label=_("省级受理"), rules=("not_own_team", "recommendation_closed")),
        Move("request_supplement", (S.ELIGIBILITY_CHECK,), S.SUPPLEMENT, by=(R.PROGRAMME_OFFICER,), label=_("要求补正"), rules=("not_own_team", "reason", "items_listed", "sections_marked", "supplement_due_set")),
        Move("supply", (S.SUPPLEMENT,), S.ELIGIBILITY_CHECK, by=(R.TEAM_LEADER,), label=_("提交补正"), rules=("within_supplement_due", "form_complete", "budget_valid", "doubts_told")),
        Move("lapse_supplement", (S.SUPPLEMENT,), S.ELIGIBILITY_CHECK, by=(R.SYSTEM,), label=_("逾期未补正"), rules=("flag_not_supplied",), due="supplement_due"),
        Move("pass_eligibility", (S.ELIGIBILITY_CHECK,), S.UNDER_REVIEW, by=(R.PROGRAMME_OFFICER,), label=_("资格审查通过"), rules=("not_own_team", "checklist_passed", "budget_checked")),
        Move("fail_eligibility", (S.ELIGIBILITY_CHECK,), S.INELIGIBLE, by=(R.PROGRAMME_OFFICER,), label=_("资格审查不通过"), also=(R.BUSINESS_LEAD,), rules=("not_own_team", "reason")),
        Move("readmit", (S.INELIGIBLE,), S.ELIGIBILITY_CHECK, by=(R.PROGRAMME_OFFICER,), label=_("申诉成立重新受理"), also=(R.BUSINESS_LEAD,), rules=("not_own_team", "appeal_upheld", "before_review_closed")),
        Move("recheck_eligibility", (S.UNDER_REVIEW,), S.ELIGIBILITY_CHECK, by=(R.PROGRAMME_OFFICER,), label=_("发回资格复核"), rules=("not_own_team", "reason")),
        Move("finish_review", (S.UNDER_REVIEW,), S.REVIEWED, by=(R.REVIEW_CHAIR, R.SYSTEM), label=_("评审完成"), rules=("not_own_team", "enough_valid_scores", "no_open_conflict", "no_open_concern", "rescoring_over", "divergence_settled")),
        Move("finish_with_fewer", (S.UNDER_REVIEW,), S.REVIEWED, by=(R.REVIEW_CHAIR,), label=_("不足额完成评审"), also=(R.BUSINESS_LEAD,), rules=("not_own_team", "at_least_two_scores", "no_open_concern", "rescoring_over", "divergence_settled", "reason")),
        Move("reopen_review", (S.REVIEWED,), S.UNDER_REVIEW, by=(R.REVIEW_CHAIR,), label=_("重新评审"), rules=("not_own_team", "not_decided", "reason")),
        Move("withdraw_by_letter", (S.ELIGIBILITY_CHECK, S.UNDER_REVIEW, S.REVIEWED, S.SHORTLISTED, S.RESERVE), S.WITHDRAWN, by=(R.PROGRAMME_OFFICER,), label=_("凭函撤回"), rules=("letter_from_team",)),
        # 发布
        Move("shortlist", (S.REVIEWED,), S.SHORTLISTED, by=(R.PROGRAMME_OFFICER,), label=_("拟立项"), also=(R.BUSINESS_LEAD,), rules=("not_own_team", "minutes", "amount_within_envelope", "deviation_explained")),
        Move("put_in_reserve", (S.REVIEWED,), S.RESERVE, by=(R.PROGRAMME_OFFICER,), label=_("列为备选"), also=(R.BUSINESS_LEAD,), rules=("not_own_team", "minutes", "reserve_order")),
        Move("decline", (S.REVIEWED,), S.DECLINED, by=(R.PROGRAMME_OFFICER,), label=_("不予立项"), also=(R.BUSINESS_LEAD,), rules=("not_own_team", "minutes", "reason")),
        Move("revise_decision", (S.SHORTLISTED, S.RESERVE), S.REVIEWED, by=(R.PROGRAMME_OFFICER,), label=_("更改审定"), also=(R.BUSINESS_LEAD,), rules=("not_own_team", "not_announced", "minutes")),
        Move("revise_refusal", (S.DECLINED,), S.REVIEWED, by=(R.PROGRAMME_OFFICER,), label=_("更改不予立项"), also=(R.BUSINESS_LEAD,), rules=("not_own_team", "not_announced_or_appeal_upheld", "minutes")),
        Move("publish_notice", (S.SHORTLISTED,), S.IN_PUBLICITY, by=(R.PROGRAMME_OFFICER,), label=_("公示"), rules=("notice_document", "calendar_known")),
        Move("promote", (S.RESERVE,), S.IN_PUBLICITY, by=(R.PROGRAMME_OFFICER,), label=_("备选递补公示"), also=(R.BUSINESS_LEAD,), rules=("not_own_team", "place_freed", "minutes", "notice_document", "calendar_known")),
        Move("close_reserve", (S.RESERVE,), S.DECLINED, by=(R.PROGRAMME_OFFICER,), label=_("备选未递补"), rules=("not_own_team", "round_published")),
        Move("uphold_objection", (S.IN_PUBLICITY,), S.DECLINED, by=(R.PROGRAMME_OFFICER,), label=_("异议成立不予立项"), also=(R.BUSINESS_LEAD,), rules=("not_own_team", "objection_upheld", "minutes")),
        Move("withdraw_in_publicity", (S.IN_PUBLICITY,), S.WITHDRAWN, by=(R.PROGRAMME_OFFICER,), label=_("公示期撤回"), rules=("letter_from_team", "notice_corrected")),
        Move("approve", (S.IN_PUBLICITY,), S.APPROVED, by=(R.PROGRAMME_OFFICER,), label=_("立项"), also=(R.BUSINESS_LEAD,), rules=("not_own_team", "minutes", "publicity_elapsed", "no_open_objection", "sources_reach")),
        Move("sign_agreement", (S.APPROVED,), S.AGREEMENT_SIGNED, by=(R.PROGRAMME_OFFICER,), label=_("协议生效"), rules=("not_own_team", "all_parties_signed", "final_plan_agreed", "budget_final", "payee_verified")),
        Move("give_up", (S.APPROVED,), S.REVOKED, by=(R.PROGRAMME_OFFICER,), label=_("放弃立项"), also=(R.BUSINESS_LEAD,), rules=("letter_from_team",)),
        Move("forfeit", (S.APPROVED,), S.REVOKED, by=(R.PROGRAMME_OFFICER,), label=_("逾期未签撤销"), also=(R.BUSINESS_LEAD,), rules=("not_own_team", "sign_due_passed", "minutes")),
        Move("revoke", (S.APPROVED, S.AGREEMENT_SIGNED), S.REVOKED, by=(R.PROGRAMME_OFFICER,), label=_("撤销立项"), also=(R.BUSINESS_LEAD,), rules=("not_own_team", "nothing_paid", "objection_upheld_or_breach", "minutes")),
        # 实施
        Move("start", (S.AGREEMENT_SIGNED,), S.IN_PROGRESS, by=(R.TEAM_LEADER, R.PROGRAMME_OFFICER, R.SYSTEM), label=_("开始实施"), rules=("start_date_reached",), due="start_date"),
        Move("suspend", (S.AGREEMENT_SIGNED, S.IN_PROGRESS, S.CLOSEOUT_DUE, S.CLOSEOUT_SUBMITTED, S.CLOSEOUT_RETURNED, S.ACCEPTED), S.SUSPENDED, by=(R.BUSINESS_LEAD,), label=_("暂停"), rules=("not_own_team", "reason")),
        Move("resume", (S.SUSPENDED,), Back("suspended_from", (S.AGREEMENT_SIGNED, S.IN_PROGRESS, S.CLOSEOUT_DUE, S.CLOSEOUT_SUBMITTED, S.CLOSEOUT_RETURNED, S.ACCEPTED)), by=(R.BUSINESS_LEAD, R.LEADERSHIP), label=_("恢复"), rules=("not_own_team", "back_where_it_came_from", "suspended_by_another", "reason")),
        Move("terminate", (S.AGREEMENT_SIGNED, S.IN_PROGRESS, S.SUSPENDED, S.CLOSEOUT_DUE, S.CLOSEOUT_RETURNED, S.ACCEPTED), S.TERMINATED, by=(R.PROGRAMME_OFFICER,), label=_("终止"), also=(R.BUSINESS_LEAD,), rules=("not_own_team", "minutes", "ground_for_termination")),
        # 结题
        Move("period_end", (S.IN_PROGRESS,), S.CLOSEOUT_DUE, by=(R.SYSTEM,), label=_("实施期满"), due="end_date"),
        Move("finish_early", (S.IN_PROGRESS,), S.CLOSEOUT_DUE, by=(R.TEAM_LEADER,), label=_("提前完成"), rules=("activities_done_or_cancelled",)),
        Move("extend_period", (S.CLOSEOUT_DUE,), S.IN_PROGRESS, by=(R.PROGRAMME_OFFICER,), label=_("延期后继续实施"), rules=("not_own_team", "change_request_approved")),
        Move("submit_closeout", (S.CLOSEOUT_DUE, S.CLOSEOUT_RETURNED), S.CLOSEOUT_SUBMITTED, by=(R.TEAM_LEADER,), label=_("提交结题"), rules=("report_complete", "evidence_complete", "vouchers_filed_or_none_declared")),
        Move("submit_closeout_for_team", (S.CLOSEOUT_DUE, S.CLOSEOUT_RETURNED), S.CLOSEOUT_SUBMITTED, by=(R.COUNTY_OFFICER, R.PAYEE_OFFICER), label=_("代为结题"), rules=("team_silent_or_unable", "reminders_shown", "reason")),
        Move("return_closeout", (S.CLOSEOUT_SUBMITTED,), S.CLOSEOUT_RETURNED, by=(R.COUNTY_OFFICER, R.PROGRAMME_OFFICER), label=_("结题退回整改"), rules=("not_own_team", "items_listed", "rectification_due_set")),
        Move("accept", (S.CLOSEOUT_SUBMITTED,), S.ACCEPTED, by=(R.PROGRAMME_OFFICER,), label=_("验收通过"), also=(R.BUSINESS_LEAD,), rules=("not_own_team", "acceptance_form", "score_at_least_60")),
        Move("fail_acceptance", (S.CLOSEOUT_SUBMITTED,), S.TERMINATED, by=(R.PROGRAMME_OFFICER,), label=_("验收不通过"), also=(R.BUSINESS_LEAD,), rules=("not_own_team", "acceptance_form", "minutes")),
        Move("reopen_acceptance", (S.ACCEPTED,), S.CLOSEOUT_SUBMITTED, by=(R.BUSINESS_LEAD,), label=_("重新验收"), rules=("not_own_team", "accounts_not_confirmed", "reason")),
        # 决算
        Move("submit_final_accounts", (S.ACCEPTED,), S.FINAL_ACCOUNTS, by=(R.PAYEE_OFFICER,), label=_("提交决算"), rules=("statement_balanced", "no_open_change")),
        Move("liquidate", (S.TERMINATED,), S.FINAL_ACCOUNTS, by=(R.PAYEE_OFFICER, R.PROGRAMME_OFFICER), label=_("提交清算"), rules=("statement_balanced",)),
        Move("return_accounts", (S.FINAL_ACCOUNTS,), S.ACCEPTED, by=(R.FINANCE_OFFICER,), label=_("决算退回"), rules=("not_own_team", "not_liquidation", "items_listed")),
        Move("return_liquidation", (S.FINAL_ACCOUNTS,), S.TERMINATED, by=(R.FINANCE_OFFICER,), label=_("清算退回"), rules=("not_own_team", "liquidation", "items_listed")),
        Move("confirm_accounts", (S.FINAL_ACCOUNTS,), S.SETTLING, by=(R.FINANCE_APPROVER,), label=_("确认决算"), also=(R.FINANCE_OFFICER,), rules=("not_own_team", "every_voucher_decided", "statement_balanced")),
        Move("reopen_accounts", (S.SETTLING,), S.FINAL_ACCOUNTS, by=(R.FINANCE_APPROVER,), label=_("重开决算"), rules=("not_own_team", "reason")),
        Move("ask_refund", (S.SETTLING,), S.REFUND_DUE, by=(R.FINANCE_OFFICER,), label=_("通知退回结余"), rules=("not_own_team", "owed_by_payee")),
        Move("refund_received", (S.REFUND_DUE,), S.SETTLING, by=(R.FINANCE_OFFICER,), label=_("结余已退回"), rules=("refund_matched",)),
        Move("write_off", (S.REFUND_DUE,), S.SETTLING, by=(R.PROGRAMME_OFFICER,), label=_("核销"), also=(R.FINANCE_APPROVER,), rules=("not_own_team", "minutes", "recovery_attempts")),
        Move("close", (S.SETTLING,), S.CLOSED, by=(R.FINANCE_OFFICER,), label=_("结项"), rules=("not_own_team", "final_tranche_paid_or_not_due", "nothing_owed_or_allowed_surplus_posted", "undrawn_released")),
        Move("archive", (S.CLOSED,), S.ARCHIVED, by=(R.PROGRAMME_OFFICER,), label=_("归档"), rules=("not_own_team", "checklist_complete")),
    ),
    acts=(
        Act("open_file", (S.SUBMITTED, S.COUNTY_RECOMMENDED, S.CITY_RECOMMENDED), by=(R.COUNTY_OFFICER, R.COUNTY_LEADER, R.CITY_OFFICER, R.CITY_LEADER, R.PROGRAMME_OFFICER), label=_("打开审阅"), rules=("not_own_team", "turn_of_level", "not_opened_already")),
        Act("file_minutes", (S.SUBMITTED, S.COUNTY_RECOMMENDED, S.CITY_RECOMMENDED), by=(R.COUNTY_OFFICER, R.COUNTY_LEADER, R.CITY_OFFICER, R.CITY_LEADER), label=_("登记推荐会议纪要"), rules=("not_own_team", "recommendation_minutes")),
        Act("begin_correction", (S.RETURNED,), by=(R.TEAM_LEADER, R.APPLICANT), label=_("收到退回，开始修改"), rules=("not_opened_already",)),
        Act("assign_reviewers", (S.ELIGIBILITY_CHECK, S.UNDER_REVIEW), by=(R.PROGRAMME_OFFICER,), label=_("分配评审专家"), rules=("not_own_team", "reviewers_named")),
        Act("declare_no_conflict", (S.UNDER_REVIEW,), by=(R.REVIEWER,), label=_("声明无利益冲突"), rules=("not_own_team", "assigned_to_me")),
        Act("recuse", (S.UNDER_REVIEW,), by=(R.REVIEWER,), label=_("回避或谢绝"), rules=("assigned_to_me", "reason")),
        Act("replace_reviewer", (S.UNDER_REVIEW,), by=(R.PROGRAMME_OFFICER,), label=_("更换评审专家"), rules=("not_own_team", "replacement_named", "reason")),
        Act("score", (S.UNDER_REVIEW,), by=(R.REVIEWER,), label=_("评分"), rules=("not_own_team", "assigned_to_me", "conflict_declared", "no_conflict_of_mine", "sample_scored", "scores_complete", "change_explained", "comment_proper")),
        Act("settle_divergence", (S.UNDER_REVIEW,), by=(R.REVIEW_CHAIR,), label=_("合议分歧"), rules=("not_own_team", "rescoring_over", "reason")),
        Act("open_rescoring", (S.UNDER_REVIEW,), by=(R.REVIEW_CHAIR,), label=_("开启复评"), rules=("not_own_team", "scores_diverge", "rescoring_over", "rescoring_due_set", "reason")),
        Act("report_concern", (S.UNDER_REVIEW,), by=(R.REVIEWER,), label=_("反映资格疑点"), rules=("not_own_team", "assigned_to_me", "reason")),
        Act("answer_concern", (S.UNDER_REVIEW,), by=(R.PROGRAMME_OFFICER,), label=_("答复资格疑点"), rules=("not_own_team", "concern_reported", "reason")),
        Act("agree_final_plan", (S.APPROVED,), by=(R.TEAM_LEADER,), label=_("确认最终方案与预算"), rules=("final_plan_complete",)),
        Act("confirm_plan", (S.APPROVED,), by=(R.PROGRAMME_OFFICER,), label=_("同意最终方案与预算"), rules=("not_own_team", "final_plan_filed")),
        Act("set_scheme", (S.APPROVED,), by=(R.PROGRAMME_OFFICER,), label=_("约定拨款方案"), rules=("not_own_team", "nobody_signed", "scheme_agreed", "reason")),
        Act("sign_as_party", (S.APPROVED,), by=(R.TEAM_LEADER, R.PAYEE_OFFICER, R.PROGRAMME_OFFICER), label=_("签署协议"), rules=("not_own_team", "plan_confirmed", "not_signed_before", "signed_page")),
        Act("file_payee_account", WITH_MONEY, by=(R.PAYEE_OFFICER,), label=_("填报收款账户"), rules=("account_complete", "account_plausible")),
        Act("verify_payee_account", WITH_MONEY, by=(R.FINANCE_OFFICER,), label=_("核实收款账户"), rules=("not_own_team", "account_filed")),
        Act("request_payment", (S.AGREEMENT_SIGNED, S.IN_PROGRESS, S.CLOSEOUT_DUE, S.CLOSEOUT_SUBMITTED, S.CLOSEOUT_RETURNED, S.ACCEPTED, S.FINAL_ACCOUNTS, S.SETTLING), by=(R.PROGRAMME_OFFICER, R.SYSTEM), label=_("申请拨款"), rules=("not_own_team", "tranche_open", "no_hold")),
        Act("waive_condition", (S.AGREEMENT_SIGNED, S.IN_PROGRESS, S.CLOSEOUT_DUE, S.SETTLING), by=(R.PROGRAMME_OFFICER,), also=(R.BUSINESS_LEAD,), label=_("豁免拨款条件"), rules=("not_own_team", "tranche_open", "waivable", "reason")),
        Act("hold_payments", WITH_MONEY, by=(R.FINANCE_OFFICER, R.FINANCE_APPROVER, R.DISCIPLINE), label=_("暂停拨款"), rules=("not_own_team", "payments_not_held", "reason")),
        Act("lift_payment_hold", (*WITH_MONEY, S.SUSPENDED, S.TERMINATED, S.REFUND_DUE), by=(R.FINANCE_OFFICER, R.FINANCE_APPROVER, R.DISCIPLINE), label=_("恢复拨款"), rules=("not_own_team", "payments_held_by_another", "reason")),
        Act("log_activity", (S.IN_PROGRESS, S.CLOSEOUT_DUE, S.CLOSEOUT_RETURNED), by=(R.TEAM_LEADER, R.APPLICANT), label=_("记录活动"), rules=("activity_complete",)),
        Act("call_check", (S.IN_PROGRESS, S.SUSPENDED), by=(R.CITY_OFFICER, R.PROGRAMME_OFFICER), label=_("发起检查"), rules=("not_own_team", "due_set")),
        Act("file_voucher", SPENDING, by=(R.PAYEE_OFFICER, R.TEAM_LEADER), label=_("登记凭证"), rules=("voucher_complete", "voucher_not_used")),
        Act("withdraw_voucher", SPENDING, by=(R.PAYEE_OFFICER, R.TEAM_LEADER), label=_("撤回凭证"), rules=("voucher_undecided", "reason")),
        Act("decide_voucher", (S.FINAL_ACCOUNTS,), by=(R.FINANCE_OFFICER,), label=_("审核凭证"), rules=("not_own_team", "voucher_decision")),
        Act("record_interest", (S.IN_PROGRESS, S.CLOSEOUT_DUE, S.CLOSEOUT_SUBMITTED, S.CLOSEOUT_RETURNED, S.ACCEPTED, S.TERMINATED), by=(R.PAYEE_OFFICER,), label=_("登记利息"), rules=("interest_amount",)),
        Act("declare_no_vouchers", (S.CLOSEOUT_DUE, S.CLOSEOUT_RETURNED), by=(R.TEAM_LEADER, R.PAYEE_OFFICER), label=_("声明没有票据"), rules=("reason",)),
        Act("send_reminder", (S.RETURNED, S.SUPPLEMENT, S.APPROVED, S.IN_PROGRESS, S.CLOSEOUT_DUE, S.CLOSEOUT_RETURNED, S.ACCEPTED, S.TERMINATED, S.REFUND_DUE), by=(R.COUNTY_OFFICER, R.CITY_OFFICER, R.PROGRAMME_OFFICER, R.FINANCE_OFFICER), label=_("催办"), rules=()),
        Act("match_refund", (S.REFUND_DUE,), by=(R.CASHIER,), label=_("登记退款到账"), rules=("refund_line",)),
        Act("keep_surplus", (S.SETTLING,), by=(R.FINANCE_OFFICER,), label=_("留用小额结余"), rules=("not_own_team", "surplus_may_stay")),
        Act("release_undrawn", (S.SETTLING,), by=(R.FINANCE_OFFICER,), label=_("释放未拨资金"), rules=("not_own_team", "something_undrawn")),
        Act("rehome", tuple(S(state) for state in S.values if state not in PROJECT_FINAL), by=(R.PROGRAMME_OFFICER,), label=_("随区划调整转隶"), rules=("organisation_succeeded",)),
        # 保管
        Act("hold_file", PROJECT_FINAL, by=(R.PROGRAMME_OFFICER,), label=_("冻结材料"), rules=("not_own_team", "file_not_held", "reason")),
        Act("lift_hold", PROJECT_FINAL, by=(R.PROGRAMME_OFFICER, R.BUSINESS_LEAD), label=_("解除冻结"), rules=("not_own_team", "held_by_another", "reason")),
        Act("destroy_papers", PROJECT_FINAL, by=(R.PROGRAMME_OFFICER,), also=(R.BUSINESS_LEAD,), label=_("销毁到期材料"), rules=("not_own_team", "papers_due", "file_not_held", "reason")),
    ),
    stages={
        Stage.APPLICATION: (S.DRAFT, S.SUBMITTED, S.RETURNED, S.COUNTY_RECOMMENDED, S.CITY_RECOMMENDED, S.NOT_RECOMMENDED, S.WITHDRAWN),
        Stage.REVIEW: (S.ELIGIBILITY_CHECK, S.SUPPLEMENT, S.INELIGIBLE, S.UNDER_REVIEW, S.REVIEWED),
        Stage.AWARD: (S.SHORTLISTED, S.RESERVE, S.DECLINED, S.IN_PUBLICITY, S.APPROVED, S.REVOKED),
        Stage.IMPLEMENTATION: (S.AGREEMENT_SIGNED, S.IN_PROGRESS, S.SUSPENDED),
        Stage.CLOSEOUT: (S.CLOSEOUT_DUE, S.CLOSEOUT_SUBMITTED, S.CLOSEOUT_RETURNED, S.ACCEPTED),
        Stage.SETTLEMENT: (S.TERMINATED, S.FINAL_ACCOUNTS, S.SETTLING, S.REFUND_DUE, S.CLOSED, S.ARCHIVED),
    },
    course=(
        S.DRAFT, S.SUBMITTED, S.COUNTY_RECOMMENDED, S.CITY_RECOMMENDED, S.ELIGIBILITY_CHECK, S.UNDER_REVIEW, S.REVIEWED,
        S.SHORTLISTED, S.IN_PUBLICITY, S.APPROVED, S.AGREEMENT_SIGNED, S.IN_PROGRESS,
        S.CLOSEOUT_DUE, S.CLOSEOUT_SUBMITTED, S.ACCEPTED, S.FINAL_ACCOUNTS, S.SETTLING, S.CLOSED, S.ARCHIVED,
    ),
    waits={
        S.DRAFT: (R.TEAM_LEADER, R.APPLICANT),
        S.SUBMITTED: (R.COUNTY_OFFICER, R.COUNTY_LEADER, R.CITY_OFFICER, R.CITY_LEADER, R.PROGRAMME_OFFICER),
        S.RETURNED: (R.TEAM_LEADER, R.APPLICANT),
        S.COUNTY_RECOMMENDED: (R.CITY_OFFICER, R.CITY_LEADER, R.PROGRAMME_OFFICER),
        S.CITY_RECOMMENDED: (R.PROGRAMME_OFFICER,),
        S.ELIGIBILITY_CHECK: (R.PROGRAMME_OFFICER,),
        S.SUPPLEMENT: (R.TEAM_LEADER, R.APPLICANT),
        S.UNDER_REVIEW: (R.REVIEW_CHAIR,),
        S.REVIEWED: (R.PROGRAMME_OFFICER,),
        S.SHORTLISTED: (R.PROGRAMME_OFFICER,),
        S.RESERVE: (R.PROGRAMME_OFFICER,),
        S.IN_PUBLICITY: (R.PROGRAMME_OFFICER,),
        S.APPROVED: (R.PROGRAMME_OFFICER, R.TEAM_LEADER, R.PAYEE_OFFICER),
        S.AGREEMENT_SIGNED: (R.PROGRAMME_OFFICER, R.TEAM_LEADER),
        S.IN_PROGRESS: (R.TEAM_LEADER, R.APPLICANT),
        S.SUSPENDED: (R.BUSINESS_LEAD, R.LEADERSHIP),
        S.CLOSEOUT_DUE: (R.TEAM_LEADER, R.APPLICANT),
        S.CLOSEOUT_SUBMITTED: (R.PROGRAMME_OFFICER, R.COUNTY_OFFICER),
        S.CLOSEOUT_RETURNED: (R.TEAM_LEADER, R.APPLICANT),
        S.ACCEPTED: (R.PAYEE_OFFICER,),
        S.TERMINATED: (R.PAYEE_OFFICER, R.PROGRAMME_OFFICER),
        S.FINAL_ACCOUNTS: (R.FINANCE_OFFICER, R.FINANCE_APPROVER),
        S.SETTLING: (R.FINANCE_OFFICER,),
        S.REFUND_DUE: (R.PAYEE_OFFICER, R.FINANCE_OFFICER, R.CASHIER),
        S.CLOSED: (R.PROGRAMME_OFFICER,),
    },
)
# fmt: on

P = PaymentState
# fmt: off
PAYMENT = Machine(
    "payment", _("拨款"), PaymentState,
    initial=P.REQUESTED,
    final=(P.RECEIPTED, P.VOIDED, P.REVERSED),
    course=(P.REQUESTED, P.VERIFIED, P.APPROVED, P.BATCHED, P.SENT, P.PAID, P.RECEIPTED),
    begin=Begin(by=(R.PROGRAMME_OFFICER, R.SYSTEM), label=_("申请拨款")),
    moves=(
        Move("verify_request", (P.REQUESTED,), P.VERIFIED, by=(R.FINANCE_OFFICER,), label=_("财务审核"), rules=("not_own_team", "conditions_precedent", "payee_verified", "source_has_balance", "sources_suit")),
        Move("approve_payment", (P.VERIFIED,), P.APPROVED, by=(R.FINANCE_APPROVER,), label=_("审批"), also=(R.BUSINESS_LEAD,), rules=("not_own_team", "threshold_met", "not_the_maker")),
        Move("refuse", (P.REQUESTED, P.VERIFIED, P.APPROVED), P.RETURNED, by=(R.FINANCE_OFFICER, R.FINANCE_APPROVER, R.BUSINESS_LEAD), label=_("退回"), rules=("not_own_team", "reason")),
        Move("request_again", (P.RETURNED,), P.REQUESTED, by=(R.PROGRAMME_OFFICER,), label=_("更正后重提"), rules=("not_own_team", "corrected")),
        Move("put_in_batch", (P.APPROVED,), P.BATCHED, by=(R.FINANCE_OFFICER,), label=_("编入批次"), rules=("no_hold", "batch_chosen")),
        Move("take_from_batch", (P.BATCHED,), P.APPROVED, by=(R.FINANCE_OFFICER,), label=_("移出批次"), rules=("batch_open", "reason")),
        Move("send", (P.BATCHED,), P.SENT, by=(R.CASHIER,), label=_("发送银行"), rules=("no_hold", "batch_frozen", "reauthenticated", "not_maker_or_checker")),
        Move("pay", (P.SENT,), P.PAID, by=(R.CASHIER,), label=_("确认到账"), rules=("bank_line_matched",)),
        Move("bank_refused", (P.SENT,), P.FAILED, by=(R.CASHIER,), label=_("银行拒付"), rules=("bank_line_matched",)),
        Move("bank_returned", (P.PAID,), P.BOUNCED, by=(R.CASHIER,), label=_("银行退汇"), rules=("bank_line_matched",)),
        Move("reissue", (P.FAILED, P.BOUNCED), P.REQUESTED, by=(R.PROGRAMME_OFFICER,), label=_("更正账户重付"), rules=("not_own_team", "payee_account_reverified")),
        Move("void", (P.REQUESTED, P.RETURNED, P.VERIFIED, P.APPROVED, P.FAILED, P.BOUNCED), P.VOIDED, by=(R.PROGRAMME_OFFICER,), label=_("作废"), also=(R.FINANCE_OFFICER,), rules=("not_own_team", "reason")),
        Move("receipt", (P.PAID,), P.RECEIPTED, by=(R.PAYEE_OFFICER, R.FINANCE_OFFICER), label=_("登记收据"), rules=("receipt_document",)),
        Move("reverse", (P.PAID,), P.REVERSED, by=(R.FINANCE_OFFICER,), label=_("冲销"), also=(R.FINANCE_APPROVER,), rules=("not_own_team", "reason", "bank_line_matched")),
    ),
    acts=(),
    waits={
        P.REQUESTED: (R.FINANCE_OFFICER,),
        P.RETURNED: (R.PROGRAMME_OFFICER,),
        P.VERIFIED: (R.FINANCE_APPROVER,),
        P.APPROVED: (R.FINANCE_OFFICER,),
        P.BATCHED: (R.CASHIER,),
        P.SENT: (R.CASHIER,),
        P.PAID: (R.PAYEE_OFFICER,),
        P.FAILED: (R.PROGRAMME_OFFICER,),
        P.BOUNCED: (R.PROGRAMME_OFFICER,),
    },
)
# fmt: on

C = CheckState
# fmt: off
CHECK = Machine(
    "check", _("检查"), CheckState,
    initial=C.DUE,
    final=(C.PASSED, C.WAIVED),
    course=(C.DUE, C.FILED, C.PASSED),
    begin=Begin(by=(R.SYSTEM, R.CITY_OFFICER, R.PROGRAMME_OFFICER), label=_("发起检查")),
    moves=(
        Move("file", (C.DUE, C.OVERDUE), C.FILED, by=(R.TEAM_LEADER, R.COUNTY_OFFICER), label=_("填报"), rules=("one_page_complete",)),
        Move("pass_check", (C.FILED,), C.PASSED, by=(R.CITY_OFFICER, R.PROGRAMME_OFFICER), label=_("合格"), rules=("not_own_team", "check_form", "seen_on_site")),
        Move("rectify", (C.FILED,), C.RECTIFYING, by=(R.PROGRAMME_OFFICER, R.CITY_OFFICER), label=_("要求整改"), rules=("not_own_team", "items_listed", "rectification_due_set")),
        Move("rectified", (C.RECTIFYING,), C.FILED, by=(R.TEAM_LEADER, R.COUNTY_OFFICER), label=_("整改完成"), rules=("evidence_complete",)),
        Move("lapse_check", (C.DUE, C.RECTIFYING), C.OVERDUE, by=(R.SYSTEM,), label=_("逾期"), due="check_due"),
        Move("waive", (C.DUE, C.OVERDUE, C.FILED), C.WAIVED, by=(R.PROGRAMME_OFFICER,), label=_("免检"), also=(R.BUSINESS_LEAD,), rules=("not_own_team", "reason")),
    ),
    acts=(),
    waits={
        C.DUE: (R.TEAM_LEADER,),
        C.FILED: (R.CITY_OFFICER, R.PROGRAMME_OFFICER),
        C.RECTIFYING: (R.TEAM_LEADER,),
        C.OVERDUE: (R.TEAM_LEADER,),
    },
)
# fmt: on

O = ObjectionState  # noqa: E741  stands beside P, C, H and N
# fmt: off
OBJECTION = Machine(
    "objection", _("异议"), ObjectionState,
    initial=O.RECEIVED,
    final=(O.NOT_TAKEN, O.DISMISSED, O.UPHELD),
    course=(O.RECEIVED, O.HANDLING, O.DISMISSED),
    begin=Begin(by=(R.SYSTEM, R.DISCIPLINE, R.PROGRAMME_OFFICER), label=_("收到异议")),
    moves=(
        Move("take_up", (O.RECEIVED,), O.HANDLING, by=(R.DISCIPLINE,), label=_("受理"), rules=("not_own_team",)),
        Move("refuse_to_take", (O.RECEIVED,), O.NOT_TAKEN, by=(R.DISCIPLINE,), label=_("不予受理"), rules=("not_own_team", "reason")),
        Move("dismiss", (O.HANDLING,), O.DISMISSED, by=(R.DISCIPLINE,), label=_("认定不成立"), also=(R.BUSINESS_LEAD,), rules=("not_own_team", "finding")),
        Move("uphold", (O.HANDLING,), O.UPHELD, by=(R.DISCIPLINE,), label=_("认定成立"), also=(R.BUSINESS_LEAD,), rules=("not_own_team", "finding")),
    ),
    acts=(),
    waits={
        O.RECEIVED: (R.DISCIPLINE,),
        O.HANDLING: (R.DISCIPLINE,),
    },
)
# fmt: on

H = ChangeState
# fmt: off
CHANGE = Machine(
    "change_request", _("变更"), ChangeState,
    initial=H.DRAFTED,
    final=(H.APPROVED, H.REFUSED, H.DROPPED),
    course=(H.DRAFTED, H.FILED, H.APPROVED),
    begin=Begin(by=(R.TEAM_LEADER, R.PAYEE_OFFICER, R.PROGRAMME_OFFICER, R.COUNTY_OFFICER), label=_("草拟变更")),
    moves=(
        Move("file_change", (H.DRAFTED, H.RETURNED), H.FILED, by=(R.TEAM_LEADER, R.PAYEE_OFFICER, R.PROGRAMME_OFFICER, R.COUNTY_OFFICER), label=_("提交变更"), rules=("before_and_after_complete",)),
        Move("adjust_freely", (H.DRAFTED, H.RETURNED), H.APPROVED, by=(R.TEAM_LEADER, R.PAYEE_OFFICER), label=_("自行调剂（不用审批）"), rules=("before_and_after_complete", "within_free_share", "total_not_up")),
        Move("return_change", (H.FILED,), H.RETURNED, by=(R.PROGRAMME_OFFICER,), label=_("退回"), rules=("not_own_team", "reason")),
        Move("approve_change", (H.FILED,), H.APPROVED, by=(R.PROGRAMME_OFFICER,), label=_("批准"), rules=("not_own_team", "tolerance_or_endorsed", "total_not_up")),
        Move("refuse_change", (H.FILED,), H.REFUSED, by=(R.PROGRAMME_OFFICER,), label=_("不同意"), rules=("not_own_team", "reason")),
        Move("drop_change", (H.DRAFTED, H.FILED, H.RETURNED), H.DROPPED, by=(R.TEAM_LEADER, R.PAYEE_OFFICER, R.PROGRAMME_OFFICER), label=_("撤销")),
    ),
    acts=(),
    waits={
        H.DRAFTED: (R.TEAM_LEADER, R.PAYEE_OFFICER),
        H.FILED: (R.PROGRAMME_OFFICER,),
        H.RETURNED: (R.TEAM_LEADER, R.PAYEE_OFFICER),
    },
)
# fmt: on

N = RoundState
ROUND_LIVE = (
    N.PLANNING,
    N.OPEN,
    N.RECOMMENDING,
    N.ELIGIBILITY,
    N.REVIEWING,
    N.DELIBERATING,
    N.PUBLICITY,
    N.PUBLISHED,
)
# fmt: off
ROUND = Machine(
    "round", _("轮次"), RoundState,
    initial=N.PLANNING,
    final=(N.ARCHIVED, N.CANCELLED),
    course=(N.PLANNING, N.OPEN, N.RECOMMENDING, N.ELIGIBILITY, N.REVIEWING, N.DELIBERATING, N.PUBLICITY, N.PUBLISHED, N.ARCHIVED),
    begin=Begin(by=(R.PROGRAMME_OFFICER,), label=_("建立轮次")),
    moves=(
        Move("publish_call", (N.PLANNING,), N.OPEN, by=(R.PROGRAMME_OFFICER,), label=_("发布申报通知"), also=(R.BUSINESS_LEAD,), rules=("notice_document", "configuration_valid", "rehearsed")),
        Move("extend_call", (N.OPEN,), N.OPEN, by=(R.PROGRAMME_OFFICER,), label=_("延长申报"), also=(R.BUSINESS_LEAD,), rules=("minutes", "for_all", "notice_document")),
        Move("close_call", (N.OPEN,), N.RECOMMENDING, by=(R.SYSTEM,), label=_("申报截止"), due="call_close"),
        Move("close_recommending", (N.RECOMMENDING,), N.ELIGIBILITY, by=(R.PROGRAMME_OFFICER,), label=_("推荐截止"), rules=("every_level_done_or_overdue",)),
        Move("start_review", (N.ELIGIBILITY,), N.REVIEWING, by=(R.PROGRAMME_OFFICER,), label=_("进入评审"), rules=("every_eligibility_decided",)),
        Move("start_deliberation", (N.REVIEWING,), N.DELIBERATING, by=(R.PROGRAMME_OFFICER,), label=_("进入审定"), rules=("every_review_finished", "no_conflict_in_ranking")),
        Move("announce", (N.DELIBERATING,), N.PUBLICITY, by=(R.PROGRAMME_OFFICER,), label=_("公布审定结果并公示"), also=(R.BUSINESS_LEAD,), rules=("minutes", "every_project_decided")),
        Move("publish_result", (N.PUBLICITY,), N.PUBLISHED, by=(R.PROGRAMME_OFFICER,), label=_("发布立项通知"), also=(R.BUSINESS_LEAD,), rules=("list_settled", "notice_document")),
        Move("close_round", (N.PUBLISHED,), N.ARCHIVED, by=(R.PROGRAMME_OFFICER,), label=_("本轮归档"), rules=("every_project_final",)),
        Move("cancel_round", (N.PLANNING, N.OPEN, N.RECOMMENDING, N.ELIGIBILITY, N.REVIEWING), N.CANCELLED, by=(R.PROGRAMME_OFFICER,), label=_("取消本轮"), also=(R.BUSINESS_LEAD,), rules=("minutes", "notice_document")),
    ),
    acts=(
        Act("configure", (N.PLANNING,), by=(R.PROGRAMME_OFFICER,), label=_("修改本轮配置"), rules=("configuration_parses", "reason")),
        Act("record_rehearsal", (N.PLANNING,), by=(R.PROGRAMME_OFFICER,), label=_("登记演练结果"), rules=("rehearsal_passed",)),
        Act("add_source", ROUND_LIVE, by=(R.FINANCE_OFFICER,), label=_("登记资金来源"), rules=("source_complete",)),
        Act("withdraw_source", ROUND_LIVE, by=(R.FINANCE_OFFICER,), label=_("捐赠人撤回资金"), rules=("source_free", "reason")),
        Act("carry_over", (N.PUBLICITY, N.PUBLISHED, N.ARCHIVED, N.CANCELLED), by=(R.FINANCE_OFFICER,), also=(R.FINANCE_APPROVER,), label=_("结转下年"), rules=("carriable", "carrying_decided", "reason")),
        Act("record_meeting", ROUND_LIVE, by=(R.PROGRAMME_OFFICER,), label=_("登记会议纪要"), rules=("meeting_complete",)),
        Act("issue_notice", ROUND_LIVE, by=(R.PROGRAMME_OFFICER,), label=_("登记正式文件"), rules=("notice_complete",)),
        Act("raise_quota", (N.OPEN, N.RECOMMENDING, N.ELIGIBILITY), by=(R.PROGRAMME_OFFICER,), also=(R.BUSINESS_LEAD,), label=_("增加推荐名额"), rules=("quota_rise", "reason")),
        Act("open_batch", (N.PUBLICITY, N.PUBLISHED), by=(R.FINANCE_OFFICER,), label=_("新建拨款批次"), rules=()),
        Act("freeze_batch", (N.PUBLICITY, N.PUBLISHED), by=(R.FINANCE_OFFICER,), label=_("锁定拨款批次"), rules=("batch_filled", "batch_threshold_met")),
        Act("return_batch", (N.PUBLICITY, N.PUBLISHED), by=(R.FINANCE_OFFICER,), label=_("退回拨款批次"), rules=("batch_unsent", "reason")),
        Act("close_books", ROUND_LIVE, by=(R.FINANCE_OFFICER,), label=_("结账"), also=(R.FINANCE_APPROVER,), rules=("period_over",)),
        Act("reopen_books", ROUND_LIVE, by=(R.LEADERSHIP,), label=_("反结账"), rules=("books_closed", "reason")),
        Act("set_subjects", ROUND_LIVE, by=(R.FINANCE_OFFICER,), label=_("设定会计科目"), also=(R.FINANCE_APPROVER,), rules=("subjects_complete",)),
        Act("record_bank_line", (N.PUBLICITY, N.PUBLISHED), by=(R.CASHIER,), label=_("登记银行流水"), rules=("bank_line_complete",)),
        Act("import_statement", (N.PUBLICITY, N.PUBLISHED), by=(R.CASHIER,), label=_("导入对账单"), rules=("statement_new",)),
        Act("join_lines", (N.PUBLICITY, N.PUBLISHED), by=(R.CASHIER,), label=_("合并流水"), rules=("lines_join", "reason")),
        Act("divide_line", (N.PUBLICITY, N.PUBLISHED), by=(R.CASHIER,), label=_("拆分流水"), rules=("line_divides", "reason")),
        Act("set_line_aside", (N.PUBLICITY, N.PUBLISHED), by=(R.CASHIER,), label=_("流水另列"), rules=("line_open", "reason")),
        Act("take_line_up", (N.PUBLICITY, N.PUBLISHED), by=(R.CASHIER,), label=_("流水重新处理"), rules=("line_aside", "reason")),
    ),
    waits={
        N.PLANNING: (R.PROGRAMME_OFFICER,),
        N.OPEN: (R.PROGRAMME_OFFICER,),
        N.RECOMMENDING: (R.PROGRAMME_OFFICER,),
        N.ELIGIBILITY: (R.PROGRAMME_OFFICER,),
        N.REVIEWING: (R.PROGRAMME_OFFICER,),
        N.DELIBERATING: (R.PROGRAMME_OFFICER,),
        N.PUBLICITY: (R.PROGRAMME_OFFICER,),
        N.PUBLISHED: (R.PROGRAMME_OFFICER,),
    },
)
# fmt: on

MACHINES = {machine.name: machine for machine in (PROJECT, PAYMENT, CHECK, OBJECTION, CHANGE, ROUND)}
MET_BY_SENDING = ("call_close", "call_closed", "return_due", "supplement_due")
"""Deadlines of the clock that people meet by sending something in time, which may still be on its way when they pass."""
