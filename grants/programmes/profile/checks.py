"""What must hold between the figures of a profile: sums, orders, names that exist. One function per kind of section."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, get_args

from django.utils.translation import gettext

from grants.kernel.money import format_fen, percent_of
from grants.programmes.profile.basics import (
    ApplicationProfile,
    Checklist,
    Deadline,
    Eligibility,
    FieldOfService,
    FieldRule,
    MonthRange,
    PublicityPeriod,
    RoundPlan,
    Slot,
)
from grants.programmes.profile.form import Form, FormColumn, FormInput
from grants.programmes.profile.form_checks import check_column, check_form, check_question
from grants.programmes.profile.kinds import KEPT_FIELDS, TEXT_FIELDS, PayeeKind, Trigger
from grants.programmes.profile.money import Adjusting, BudgetRules, Disbursement, Scheme, TranchePlan
from grants.programmes.profile.reader import Checks, Note
from grants.programmes.profile.scoring import AcceptanceRule, Criterion, ReviewerSight, Rubric, Scoring
from workflow.lifecycle import Role, Stage
from workflow.phrases import listed

LEAST_PUBLICITY = 5  # working days; no round may go below
TRIGGERS = get_args(Trigger)
LEVELS = 3  # of a criterion: strong, fair, weak


def check_lists(sections: Mapping[str, Any], note: Note) -> None:
    """Note the faults of plain lists, and of what lies between two sections, as far as they could be read."""
    if "fields_of_service" in sections:
        _fields(sections["fields_of_service"], note)
    if "incompatible_roles" in sections:
        _pairs(sections["incompatible_roles"], note)
    if "round" in sections and "disbursement" in sections:
        _schemes_fit(sections["round"], sections["disbursement"], note)


def _fields(fields: tuple[FieldOfService, ...], note: Note) -> None:
    _once("fields_of_service", (field.code for field in fields), note)
    if not any(field.enabled for field in fields):
        note("fields_of_service", gettext("至少开放一个服务领域"))


def _pairs(pairs: tuple[tuple[Role, Role], ...], note: Note) -> None:
    for number, (left, right) in enumerate(pairs, start=1):
        if left == right:
            note(f"incompatible_roles[{number}]", gettext("两个角色不能相同"))
    _once("incompatible_roles", (" + ".join(sorted(pair)) for pair in pairs), note)


def _round(plan: RoundPlan, note: Note) -> None:
    _once("quota.own", (one.city for one in plan.quota.own), note)
    if plan.grant_min_fen > plan.grant_max_fen:
        note("grant_max_fen", gettext("单项上限不能低于下限"))
    if plan.planned_projects * plan.grant_min_fen > plan.envelope_fen:
        note("envelope_fen", gettext("总额不够按下限资助计划的项目数"))


def _months(months: MonthRange, note: Note) -> None:
    if not months.min <= months.default <= months.max:
        note("", gettext("应为 最短 ≤ 默认 ≤ 最长"))


def _eligibility(rule: Eligibility, note: Note) -> None:
    if rule.core_members > rule.min_members:
        note("core_members", gettext("骨干人数不能多于成员人数"))
    _once("conditions", (condition.key for condition in rule.conditions), note)


def _rubric(rubric: Rubric, note: Note) -> None:
    codes = [criterion.code for criterion in rubric.criteria]
    _once("criteria", codes, note)
    _sums_to_100("criteria", (criterion.weight for criterion in rubric.criteria), note)
    _known("method.ties", rubric.method.ties, codes, note)
    if rubric.method.by_sub:
        _scored_apart(rubric, note)


def _scored_apart(rubric: Rubric, note: Note) -> None:
    """Sub-points that are scored on their own are there, and no two marks go by the same name."""
    if not any(criterion.sub for criterion in rubric.criteria):
        note("method.by_sub", gettext("没有写要点，不能按要点打分"))
    _once("criteria", [item.code for item in rubric.scored], note)
    _once("criteria", [item.zh for item in rubric.scored], note)


def _criterion(criterion: Criterion, note: Note) -> None:
    total = sum(hint.points for hint in criterion.sub)
    if criterion.sub and total != criterion.weight:
        words = {"weight": criterion.weight, "total": total}
        note("sub", gettext("要点分值合计应为 %(weight)s，现为 %(total)s") % words)
    if criterion.anchors and len(criterion.anchors) != LEVELS:
        note("anchors", gettext("评分档次要么不写，要么写3档：好、中、差"))


def _scoring(method: Scoring, note: Note) -> None:
    _once("ties", method.ties, note)
    if method.min_reviewers > method.target_reviewers:
        note("min_reviewers", gettext("最少专家人数不能多于目标人数"))
    if method.comment_below_pct >= method.comment_above_pct:
        note("comment_below_pct", gettext("应小于“高于一项的百分之几须写评语”"))
    if method.straddle_trigger and method.straddle_trigger > method.divergence_trigger:
        note("straddle_trigger", gettext("不能大于“总分相差几分须合议”"))


def _reviewer_sight(seen: ReviewerSight, note: Note) -> None:
    if seen.ranks != "never" and seen.opinions == "never":
        note("ranks", gettext("看得到推荐排序，就要看得到推荐意见"))
    for name in ("peers", "scores", "comments"):
        if getattr(seen, name) == "scoring":
            note(name, gettext("独立评分时不能看到别的专家"))


def _acceptance(rule: AcceptanceRule, note: Note) -> None:
    _once("items", (item.code for item in rule.items), note)
    _sums_to_100("items", (item.weight for item in rule.items), note)
    if rule.pass_from > rule.excellent_from:
        note("pass_from", gettext("合格线不能高于优秀线"))


def _budget(rules: BudgetRules, note: Note) -> None:
    codes = [category.code for category in rules.categories]
    _once("categories", codes, note)
    if not codes:
        note("categories", gettext("至少列一个科目"))
    members = [member for group in rules.groups for member in group.members]
    _known("groups", members, codes, note)
    _once("groups", members, note)


def _adjusting(rule: Adjusting, note: Note) -> None:
    if rule.free_pct > rule.officer_pct:
        note("free_pct", gettext("自行调剂的比例不能高于须项目管理员同意的比例"))


def _disbursement(rules: Disbursement, note: Note) -> None:
    codes = [scheme.code for scheme in rules.schemes]
    _once("schemes", codes, note)
    _known("payee.default", (rules.payee.default,), rules.payee.allowed, note)
    for payee in get_args(PayeeKind):
        _known(f"default_scheme.{payee}", (getattr(rules.default_scheme, payee),), codes, note)
    amounts = [limit.upto_fen for limit in rules.approval_limits]
    bounded = [amount for amount in amounts if amount is not None]
    if amounts[-1:] != [None] or len(bounded) != len(amounts) - 1 or bounded != sorted(set(bounded)):
        note("approval_limits", gettext("限额应从小到大，最后一档（且只有这一档）不写金额（null）"))


def _scheme(scheme: Scheme, note: Note) -> None:
    for rest, message in plan_faults(scheme.tranches):
        note(f"tranches{rest}", message)


def plan_faults(plans: Sequence[TranchePlan]) -> Iterator[tuple[str, str]]:
    """What is wrong with tranches, whatever the grant: (place such as '[2].fen', or nothing for all of them; why)."""
    shares = [plan.share for plan in plans]
    for n, plan in enumerate(plans, start=1):
        if plan.pct is not None and plan.fen is not None:
            yield f"[{n}].fen", gettext("比例和金额只写一个")
        if plan.fen == 0:
            yield f"[{n}].fen", gettext("金额应大于 0")
        if n > 1 and TRIGGERS.index(plan.trigger) < TRIGGERS.index(plans[n - 2].trigger):
            yield f"[{n}].trigger", gettext("各期按先后拨付，不能比前一期开始得早")
    if shares[-1:] != [(None, None)] or shares.count((None, None)) != 1:
        yield "", gettext("最后一期（且只有这一期）不写比例和金额，由它支付余下的全部")
    elif sum(plan.pct or 0 for plan in plans) >= 100:
        yield "", gettext("前几期比例合计应小于 100，给最后一期留出余额")


def too_much(plans: Sequence[TranchePlan], fen: int) -> tuple[int, str] | None:
    """The first tranche from which on nothing would be left of a grant of so much, and why; None where all fit."""
    said = 0
    for n, plan in enumerate(plans, start=1):
        said += plan.fen if plan.fen is not None else percent_of(fen, plan.pct or 0)
        if said >= fen and plan.share != (None, None):
            told = {"said": format_fen(said), "fen": format_fen(fen)}
            return n, gettext("到这一期合计 %(said)s 元，资助 %(fen)s 元时最后一期就没有余额了") % told
    return None


def _schemes_fit(plan: RoundPlan, rules: Disbursement, note: Note) -> None:
    for number, scheme in enumerate(rules.schemes, start=1):
        fixed = any(tranche.fen is not None for tranche in scheme.tranches)
        if fixed and (found := too_much(scheme.tranches, plan.grant_min_fen)):
            note(f"disbursement.schemes[{number}].tranches[{found[0]}].fen", found[1])


def _application(form: ApplicationProfile, note: Note) -> None:
    _once("fields", (rule.name for rule in form.fields), note)
    if form.fields and (form.form or form.default != "short"):
        note("fields", gettext("自己写了申报书（form）或用完整版的，不再写 fields"))


def _form_field(rule: FieldRule, note: Note) -> None:
    if rule.name in KEPT_FIELDS and not (rule.shown and rule.required is None):
        note("shown", gettext("这一项评审、公开或安全要用，不能去掉，也不能改成选填"))
    if rule.name not in TEXT_FIELDS and rule.most is not None:
        note("most", gettext("这一项不是一段文字，没有字数"))


def _deadline(deadline: Deadline, note: Note) -> None:
    if deadline.value < (deadline.min or 0):
        words = {"least": deadline.min, "value": deadline.value}
        note("value", gettext("不能少于 %(least)s，现为 %(value)s") % words)


def _publicity(shown: PublicityPeriod, note: Note) -> None:
    if shown.unit != "wd" or min(shown.value, shown.min or LEAST_PUBLICITY) < LEAST_PUBLICITY:
        note("", gettext("公示期按工作日（wd）计算，不得少于 %(least)s 个") % {"least": LEAST_PUBLICITY})
    else:
        _deadline(shown, note)


def _checklist(checklist: Checklist, note: Note) -> None:
    slots = (slot for stage in Stage for slot in getattr(checklist, stage.value))
    _once("", (f"{slot.record}.{slot.slot}" for slot in slots), note)


def _slot(slot: Slot, note: Note) -> None:
    _once("takes", slot.takes, note)
    if slot.most is not None and not slot.many:
        note("most", gettext("只收一份的材料不用写最多几份；可以交多份的，请先写明（many: true）"))
    if slot.hint_en and not slot.hint:
        note("hint_en", gettext("请先写中文的提醒"))


def _once(name: str, codes: Iterable[str], note: Note) -> None:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            note(name, gettext("“%(code)s”写了两次") % {"code": code})
        seen.add(code)


def _known(name: str, codes: Iterable[str], known: Iterable[str], note: Note) -> None:
    for code in codes:
        if code not in known:
            words = {"code": code, "known": listed(known)}
            note(name, gettext("没有“%(code)s”，可用的有：%(known)s") % words)


def _sums_to_100(name: str, points: Iterable[int], note: Note) -> None:
    total = sum(points)
    if total != 100:
        note(name, gettext("分值合计应为 100，现为 %(total)s") % {"total": total})


CHECKS: Checks = {
    RoundPlan: _round,
    MonthRange: _months,
    Eligibility: _eligibility,
    Rubric: _rubric,
    Criterion: _criterion,
    Scoring: _scoring,
    ReviewerSight: _reviewer_sight,
    AcceptanceRule: _acceptance,
    BudgetRules: _budget,
    Adjusting: _adjusting,
    Disbursement: _disbursement,
    Scheme: _scheme,
    ApplicationProfile: _application,
    FieldRule: _form_field,
    Form: check_form,
    FormInput: check_question,
    FormColumn: check_column,
    Deadline: _deadline,
    PublicityPeriod: _publicity,
    Checklist: _checklist,
    Slot: _slot,
}
